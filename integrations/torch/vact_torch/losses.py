"""Losses from raw logits, as in torch.nn.functional."""
import torch

from ._gradients import wanted, wide

__all__ = ["binary_cross_entropy_with_logits", "cross_entropy", "nll_loss"]

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def _reduction(reduction, size_average, reduce):
    if size_average is not None or reduce is not None:
        reduction = torch.nn._reduction.legacy_get_string(size_average, reduce, emit_warning=False)
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _REDUCTIONS[reduction]


def _no_gradient(tensor, what):
    if wanted(tensor):
        raise NotImplementedError(f"vact has no gradient by the {what}")


def _as_pytorch(loss, input):
    """A loss is computed in float, and has the logits' type; but autocast leaves the losses of 16-bit logits float."""
    return loss if torch.is_autocast_enabled("cpu") else loss.to(input.dtype)


def _entropy(input, target, weight, reduction, ignore_index, label_smoothing, z_loss, nll):
    wanted(input)
    _no_gradient(target, "target")
    if input.dim() == 0:
        raise ValueError("the logits need a dim of classes")
    shape = input.shape if target.is_floating_point() else input.shape[: input.dim() > 1] + input.shape[2:]
    if target.shape != shape:
        raise ValueError(f"the target's shape must be {tuple(shape)}, not {tuple(target.shape)}")
    weight = None if weight is None else weight.detach().to(wide(input.dtype))
    return _as_pytorch(torch.ops.vact.cross_entropy(input, target, weight, reduction, ignore_index, label_smoothing,
                                                    z_loss, nll), input)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0, *, z_loss=0.0):
    """torch.nn.functional's. z_loss adds z_loss*logsumexp^2 to the loss of each row."""
    return _entropy(input, target, weight, _reduction(reduction, size_average, reduce), ignore_index, label_smoothing,
                    z_loss, False)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return _entropy(input, target, weight, _reduction(reduction, size_average, reduce), ignore_index, 0.0, 0.0, True)


def _periodic(weight, input):
    """Weights that serve the elements in turn, again and again: those of the last dims."""
    if weight is None or input.numel() == 0:
        return None
    weight = weight.detach().to(wide(input.dtype))
    while weight.dim() and weight.shape[0] == 1:
        weight = weight[0]
    whole = weight.shape == input.shape[input.dim() - weight.dim():]
    return (weight if whole else weight.expand(input.shape)).contiguous()


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    wanted(input)
    _no_gradient(target, "target")
    if target.shape != input.shape:
        raise ValueError(f"target size ({target.shape}) must be the same as input size ({input.shape})")
    loss = torch.ops.vact.bce_with_logits(input, target.to(input.dtype), _periodic(weight, input),
                                          _periodic(pos_weight, input), _reduction(reduction, size_average, reduce))
    return _as_pytorch(loss, input)
