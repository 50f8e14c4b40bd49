"""softmax, log_softmax and logsumexp with their gradients, and packed gated units."""
from math import prod
from typing import Any

import numpy as np

from . import _vact
from ._arrays import F64, Result, address, dense, type_code
from ._operations import OPERATIONS, _eager

__all__ = [
    "gate_packed", "log_softmax", "log_softmax_backward", "logsumexp", "logsumexp_backward", "masked_log_softmax",
    "masked_log_softmax_backward", "masked_logsumexp", "masked_logsumexp_backward", "masked_softmax",
    "masked_softmax_backward", "softmax", "softmax_backward",
]  # fmt: skip

_SOFTMAX, _LOG_SOFTMAX, _LOGSUMEXP = range(3)
_LAYOUTS = {"first": 0, "second": 1, "interleaved": 2, "interleaved_second": 3}


def _split(shape: tuple[int, ...], axis: int) -> tuple[int, int, int]:
    """The axis of a shape, and the number of elements before and after it."""
    if not -len(shape) <= axis < len(shape):
        raise np.exceptions.AxisError(axis, len(shape))
    at = axis % len(shape)
    return prod(shape[:at]), shape[at], prod(shape[at + 1:])


def _logs_type(x: np.ndarray) -> Any:
    """logsumexp of 16-bit elements is float32."""
    return np.float64 if type_code(x) == F64 else np.float32


def _along(function: int, x: Any, axis: int, out: np.ndarray | None) -> np.ndarray:
    x = dense(x)
    outer, n, inner = _split(x.shape, axis)
    result = Result(out, x.shape, x.dtype, x)
    _vact.along_axis(function, address(result.array), address(x), type_code(x), outer, n, inner)
    return result.finish()


def softmax(x: Any, axis: int = -1, out: np.ndarray | None = None) -> np.ndarray:
    """exp(x)/sum(exp(x)) along an axis."""
    return _along(_SOFTMAX, x, axis, out)


def log_softmax(x: Any, axis: int = -1, out: np.ndarray | None = None) -> np.ndarray:
    """x - log(sum(exp(x))) along an axis."""
    return _along(_LOG_SOFTMAX, x, axis, out)


def logsumexp(x: Any, axis: int = -1, *, keepdims: bool = False) -> np.ndarray:
    """log(sum(exp(x))) along an axis; float32 for elements of 16 bits."""
    x = dense(x)
    outer, n, inner = _split(x.shape, axis)
    shape = list(x.shape)
    del shape[axis]
    made = np.empty(shape, _logs_type(x))
    _vact.along_axis(_LOGSUMEXP, address(made), address(x), type_code(x), outer, n, inner)
    return np.expand_dims(made, axis) if keepdims else made[()]


def _same(*arrays: np.ndarray) -> None:
    for a in arrays[1:]:
        if a.dtype != arrays[0].dtype:
            raise TypeError(f"the arrays are of {arrays[0].dtype} and {a.dtype}: vact takes one type")
        if a.shape != arrays[0].shape:
            raise ValueError(f"the arrays have the shapes {arrays[0].shape} and {a.shape}")


def _gradient(function: int, dy: Any, y: Any, axis: int, out: np.ndarray | None) -> np.ndarray:
    dy, y = dense(dy), dense(y)
    _same(dy, y)
    outer, n, inner = _split(y.shape, axis)
    result = Result(out, y.shape, y.dtype, dy, y)
    _vact.along_axis_backward(function, address(result.array), address(dy), 0, address(y), type_code(y), outer, n, inner)
    return result.finish()


def softmax_backward(dy: Any, y: Any, axis: int = -1, out: np.ndarray | None = None) -> np.ndarray:
    """The gradient by x, from y = softmax(x)."""
    return _gradient(_SOFTMAX, dy, y, axis, out)


def log_softmax_backward(dy: Any, y: Any, axis: int = -1, out: np.ndarray | None = None) -> np.ndarray:
    """The gradient by x, from y = log_softmax(x)."""
    return _gradient(_LOG_SOFTMAX, dy, y, axis, out)


def logsumexp_backward(dy: Any, x: Any, y: Any, axis: int = -1) -> np.ndarray:
    """The gradient by x, from x and y = logsumexp(x, axis); dy and y without that axis."""
    x = dense(x)
    outer, n, inner = _split(x.shape, axis)
    dy, y = (np.ascontiguousarray(a, dtype=_logs_type(x)) for a in (dy, y))
    if dy.size != outer * inner or y.size != outer * inner:
        raise ValueError(f"dy and y have {dy.size} and {y.size} elements, not one for each of {outer * inner} rows")
    made = np.empty_like(x)
    _vact.along_axis_backward(_LOGSUMEXP, address(made), address(dy), address(x), address(y), type_code(x), outer, n, inner)
    return made


def _mask(given: dict[str, Any], kept: list[np.ndarray], name: str, mask: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    """One row of the mask for each row of x: what NumPy broadcasts is written out, but for a mask of one row."""
    array = np.ascontiguousarray(mask, dtype=dtype)
    rows = prod(shape[:-1])
    if array.ndim == 0 or array.shape[-1] != shape[-1]:
        array = np.ascontiguousarray(np.broadcast_to(array, shape))
    np.broadcast_shapes(array.shape, shape)  # or its exception
    count = array.size // max(shape[-1], 1)
    if count not in (1, rows):
        array = np.ascontiguousarray(np.broadcast_to(array, shape))
        count = rows
    kept.append(array)
    given[name] = address(array)
    given[f"{name}_layout"] = (0 if count == 1 else shape[-1], 0, 0, 0, 0)


def _per_head(given: dict[str, Any], kept: list[np.ndarray], name: str, values: Any, heads: int,
              shape: tuple[int, ...]) -> None:
    array = np.atleast_1d(np.ascontiguousarray(values, dtype=np.float32))
    if array.ndim != 1:
        raise ValueError(f"{name} is one value, or one for each head")
    if array.size > 1 and (len(shape) < 3 or shape[-3] != array.size):
        raise ValueError(f"{name} has {array.size} values; x of shape {shape} has its heads in the third axis from the end")
    if array.size < heads:  # slopes and sinks have one layout
        array = np.repeat(array, heads)
    kept.append(array)
    given[name] = address(array)
    given["heads_layout"] = (heads, shape[-2] if heads > 1 else 1)


def _options(x: np.ndarray, scale: float = 1.0, bias: Any = None, keep: Any = None, causal: bool = False,
             causal_offset: int = 0, window: tuple[int, int] | None = None, lengths: Any = None, slopes: Any = None,
             sinks: Any = None, softcap: float = 0.0, softcap_after_mask: bool = False,
             ) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The library's options, and the arrays that they point to, which must stay until the call is over."""
    if x.ndim == 0 or type_code(x) == F64:
        raise TypeError("masked rows are of float32, float16 or bfloat16, and have an axis")
    given: dict[str, Any] = {"scale": scale, "softcap": softcap, "softcap_after_mask": softcap_after_mask}
    kept: list[np.ndarray] = []
    rows = prod(x.shape[:-1])
    if bias is not None:
        _mask(given, kept, "bias", bias, np.float32, x.shape)
    if keep is not None:
        _mask(given, kept, "keep", keep, np.bool_, x.shape)
    if (causal or window is not None) and x.ndim < 2:
        raise ValueError("causality needs an axis of queries before the last")
    if causal or window is not None:
        given["causal_queries"], given["causal_offset"] = x.shape[-2], causal_offset
    if window is not None:
        given["window_before"], given["window_after"] = window
    if lengths is not None:
        array = np.ascontiguousarray(lengths, dtype=np.int64)
        if array.size not in (1, x.shape[0]):
            raise ValueError(f"lengths has {array.size} values; x has {x.shape[0]} along its first axis")
        kept.append(array)
        given["lengths"] = address(array)
        given["lengths_layout"] = (array.size, rows // max(x.shape[0], 1) if array.size > 1 else 1)
    heads = max(np.size(v) for v in (slopes, sinks, 0.0) if v is not None)
    for name, values in (("slopes", slopes), ("sinks", sinks)):
        if values is not None:
            _per_head(given, kept, name, values, heads, x.shape)
    return given, kept


def _masked(function: int, x: Any, out: np.ndarray | None, dtype: Any, options: dict[str, Any]) -> np.ndarray:
    x = dense(x)
    given, _kept = _options(x, **options)
    log = function == _LOGSUMEXP
    made_type = np.dtype(np.float32 if log else x.dtype if dtype is None else dtype)
    result = Result(out, x.shape[:-1] if log else x.shape, made_type, x)
    if "lengths" in given:
        result.array[...] = -np.inf if function == _LOG_SOFTMAX else 0  # what does not exist is not written
    _vact.masked(function, address(result.array), type_code(result.array), address(x), type_code(x), prod(x.shape[:-1]),
                 x.shape[-1], given)
    return result.finish()


def masked_softmax(x: Any, out: np.ndarray | None = None, *, dtype: Any = None, **options: Any) -> np.ndarray:
    """softmax of scale*x + slope*bias along the last axis, with masks.

    Options, all by name: `scale`; `bias` and `keep` (false masks out), which broadcast to x; `causal`: row q of the axis
    before sees columns up to q + `causal_offset`; `window` (before, after) limits both sides; `lengths`: valid columns, one
    for each entry of the first axis, with results of 0 beyond; `slopes` and `sinks`: one, or one for each head (the third
    axis from the end); `softcap`, with `softcap_after_mask`. A row that is masked out as a whole is 0.
    """
    return _masked(_SOFTMAX, x, out, dtype, options)


def masked_log_softmax(x: Any, out: np.ndarray | None = None, *, dtype: Any = None, **options: Any) -> np.ndarray:
    """log_softmax with the options of masked_softmax; -inf where that is 0."""
    return _masked(_LOG_SOFTMAX, x, out, dtype, options)


def masked_logsumexp(x: Any, **options: Any) -> np.ndarray:
    """logsumexp along the last axis with the options of masked_softmax, as float32."""
    return _masked(_LOGSUMEXP, x, None, None, options)


def _masked_backward(function: int, dy: Any, x: Any, y: Any, options: dict[str, Any]) -> Any:
    x = dense(x)
    given, _kept = _options(x, **options)
    if function == _LOGSUMEXP:
        dy, y = (np.ascontiguousarray(a, dtype=np.float32) for a in (dy, y))
        if dy.shape != x.shape[:-1] or y.shape != x.shape[:-1]:
            raise ValueError(f"dy and y have the shapes {dy.shape} and {y.shape}, not {x.shape[:-1]}")
    else:
        dy, y = dense(dy), dense(y)
        _same(x, dy, y)
    made = np.zeros_like(x)  # beyond a length nothing is written
    sinks = np.zeros(given["heads_layout"][0], np.float32) if "sinks" in given else None
    _vact.masked_backward(function, address(made), address(sinks), address(dy), address(x), address(y), type_code(x),
                          prod(x.shape[:-1]), x.shape[-1], given)
    if sinks is None:
        return made
    return made, sinks.sum(keepdims=True) if np.size(options["sinks"]) == 1 else sinks


def masked_softmax_backward(dy: Any, x: Any, y: Any, **options: Any) -> Any:
    """The gradient by x of y = masked_softmax(x, **options), and with sinks that by the sinks, too."""
    return _masked_backward(_SOFTMAX, dy, x, y, options)


def masked_log_softmax_backward(dy: Any, x: Any, y: Any, **options: Any) -> Any:
    """The same of y = masked_log_softmax(x, **options)."""
    return _masked_backward(_LOG_SOFTMAX, dy, x, y, options)


def masked_logsumexp_backward(dy: Any, x: Any, y: Any, **options: Any) -> Any:
    """The same of y = masked_logsumexp(x, **options); dy and y without the last axis."""
    return _masked_backward(_LOGSUMEXP, dy, x, y, options)


def gate_packed(x: Any, operation: str, layout: str = "first", out: np.ndarray | None = None, *, dtype: Any = None,
                rounding: str = "once", **parameters: float) -> np.ndarray:
    """A gated unit of one array, whose last axis holds both halves.

    layout: "first" (the gate's half comes first), "second", "interleaved" (gate, up, gate, up …) or "interleaved_second".
    """
    if operation not in OPERATIONS or OPERATIONS[operation][1] != "gate":
        raise ValueError(f"{operation!r} is no gated unit: {', '.join(k for k, v in OPERATIONS.items() if v[1] == 'gate')}")
    if layout not in _LAYOUTS:
        raise ValueError(f"layout is one of {', '.join(_LAYOUTS)}, not {layout!r}")
    code, _, defaults = OPERATIONS[operation]
    unknown = set(parameters) - set(defaults)
    if unknown:
        raise TypeError(f"{operation} has no parameter {', '.join(sorted(unknown))}")
    values = (list({**defaults, **parameters}.values()) + [0.0] * 3)[:3]
    x = dense(x)
    if x.ndim == 0 or x.shape[-1] % 2 != 0:
        raise ValueError(f"the last axis of {x.shape} does not hold two halves")
    made_type = np.dtype(x.dtype if dtype is None else dtype)
    result = Result(out, (*x.shape[:-1], x.shape[-1] // 2), made_type, x)
    _vact.packed(code, _LAYOUTS[layout], _eager(rounding), address(result.array), type_code(result.array), address(x),
                 type_code(x), prod(x.shape[:-1]), x.shape[-1] // 2, *values)
    return result.finish()
