"""The softmax family: along any dim, or along the last one with masks and the other options of attention."""
import torch

from ._gradients import LOG_SOFTMAX, LOGSUMEXP, SOFTMAX, calls, wanted

__all__ = [
    "log_softmax", "logsumexp", "masked_log_softmax", "masked_logsumexp", "masked_softmax", "softmax", "softmin",
]  # fmt: skip

_softmax = calls["softmax"]
_softmax_no_grad = torch.ops.vact.softmax_no_grad.default


def _implicit_dim(input):
    return 0 if input.dim() in (0, 1, 3) else 1  # as torch.nn.functional chooses it


def _apply(input, kind, dim, dtype=None):
    if dtype is not None and dtype != input.dtype:
        input = input.to(dtype)
    dim = _implicit_dim(input) if dim is None else dim
    return (_softmax if wanted(input) else _softmax_no_grad)(input, kind, dim)


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _apply(input, SOFTMAX, dim, dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return _apply(-input, SOFTMAX, dim, dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _apply(input, LOG_SOFTMAX, dim, dtype)


def logsumexp(input, dim, keepdim=False):
    """torch.logsumexp. Several dims are moved to the end, which copies where they are not there already."""
    dims = [dim] if isinstance(dim, int) else list(dim)
    if len(dims) == 1:
        result = _apply(input, LOGSUMEXP, dims[0]).to(input.dtype)
        return result.unsqueeze(dims[0]) if keepdim and input.dim() else result
    dims = sorted({d % max(input.dim(), 1) for d in dims} or range(input.dim()))
    others = [d for d in range(input.dim()) if d not in dims]
    rows = input.permute(*others, *dims).reshape(*(input.shape[d] for d in others), -1)
    result = _apply(rows, LOGSUMEXP, -1).to(input.dtype)
    if keepdim:
        for d in dims:
            result = result.unsqueeze(d)
    return result


def _apply_masked(input, kind, scale, bias, keep, is_causal, causal_offset, causal_offsets, window_before, window_after,
                  lengths, slopes, sinks, softcap, softcap_after_mask):
    wanted(input)
    if bias is not None and wanted(bias):
        raise NotImplementedError("vact has no gradient by the bias")
    return torch.ops.vact.masked(
        input, kind, scale, None if bias is None else bias.float(), keep, is_causal, causal_offset, causal_offsets,
        -1 if window_before is None else window_before, -1 if window_after is None else window_after, lengths, slopes,
        sinks, softcap or 0.0, softcap_after_mask)


def masked_softmax(input, *, scale=1.0, bias=None, keep=None, is_causal=False, causal_offset=0, causal_offsets=None,
                   window_before=None, window_after=None, lengths=None, slopes=None, sinks=None, softcap=None,
                   softcap_after_mask=False):
    """softmax of scale*x + slope*bias along the last dim of scores [batch, heads, queries, keys], or fewer dims.

    bias (float) and keep (bool, False leaves out) broadcast to the scores but for their last dim. is_causal: query q
    sees keys <= q + causal_offset + causal_offsets[batch]. A window of so many keys: window_before counts from the last
    one seen, window_after adds later ones. lengths[batch]: later keys do not exist. slopes and sinks: one per head.
    softcap c: c*tanh(scale*x/c), before the bias or after it. Gradients by the input and by the sinks.
    """
    return _apply_masked(input, SOFTMAX, scale, bias, keep, is_causal, causal_offset, causal_offsets, window_before,
                         window_after, lengths, slopes, sinks, softcap, softcap_after_mask)


def masked_log_softmax(input, *, scale=1.0, bias=None, keep=None, is_causal=False, causal_offset=0,
                       causal_offsets=None, window_before=None, window_after=None, lengths=None, slopes=None,
                       sinks=None, softcap=None, softcap_after_mask=False):
    """The logarithm of masked_softmax."""
    return _apply_masked(input, LOG_SOFTMAX, scale, bias, keep, is_causal, causal_offset, causal_offsets,
                         window_before, window_after, lengths, slopes, sinks, softcap, softcap_after_mask)


def masked_logsumexp(input, *, scale=1.0, bias=None, keep=None, is_causal=False, causal_offset=0, causal_offsets=None,
                     window_before=None, window_after=None, lengths=None, slopes=None, sinks=None, softcap=None,
                     softcap_after_mask=False):
    """log(sum e^logit) of masked_softmax's logits, in float32, without the last dim."""
    return _apply_masked(input, LOGSUMEXP, scale, bias, keep, is_causal, causal_offset, causal_offsets, window_before,
                         window_after, lengths, slopes, sinks, softcap, softcap_after_mask)
