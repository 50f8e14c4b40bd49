"""Losses from logits, prelu, 8-bit tables and conversions."""
from math import prod
from typing import Any

import numpy as np

from . import _vact
from ._arrays import F64, Result, address, dense, type_code
from ._operations import OPERATIONS, identity

__all__ = [
    "Table", "bce_with_logits", "bce_with_logits_backward", "convert", "cross_entropy", "cross_entropy_backward",
    "prelu", "prelu_backward", "table",
]  # fmt: skip

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def _reduction(word: str) -> int:
    if word not in _REDUCTIONS:
        raise ValueError(f"reduction is one of {', '.join(_REDUCTIONS)}, not {word!r}")
    return _REDUCTIONS[word]


def _loss_type(x: np.ndarray) -> Any:
    """Losses, their gradients dy and class weights of 16-bit logits are float32."""
    return np.float64 if type_code(x) == F64 else np.float32


def _as(x: Any, dtype: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    array = np.ascontiguousarray(x, dtype=dtype)
    if array.shape != shape and not (shape == () and array.size == 1):
        raise ValueError(f"{what} has the shape {array.shape}, not {shape}")
    return array


def _entropy(x: Any, target: Any, dy: Any, weight: Any, reduction: str, ignore_index: int, label_smoothing: float,
             z_loss: float, nll: bool, gradient: bool) -> np.ndarray:
    """x of [rows, classes] or, as in PyTorch, [N, classes, d1, …]; one row of logits is [classes]."""
    x = dense(x)
    if x.ndim == 0:
        raise ValueError("the logits have no axis of classes")
    word, dtype = _reduction(reduction), _loss_type(x)
    shape = x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()
    rows, cols = prod(shape), x.shape[1] if x.ndim > 1 else x.shape[0]
    given = np.asarray(target)
    targets = shares = None
    if given.dtype.kind == "f" or given.dtype == x.dtype:  # probabilities of classes
        shares = np.ascontiguousarray(_as(given, x.dtype, x.shape, "the target"))
    elif given.dtype.kind in "iu":
        targets = _as(given, np.int64, shape, "the target")
    else:
        raise TypeError(f"the target is of {given.dtype}: integers are classes, floats are probabilities")
    weights = None if weight is None else _as(weight, dtype, (cols,), "weight")
    slopes = _as(dy, dtype, shape if reduction == "none" else (), "dy") if gradient and dy is not None else None
    made = np.empty(x.shape, x.dtype) if gradient else np.empty(shape if reduction == "none" else (), dtype)
    _vact.cross_entropy(type_code(x), 0 if gradient else address(made), address(made) if gradient else 0, address(slopes),
                        address(x), address(targets), address(weights), address(shares), rows, cols,
                        prod(x.shape[2:]), ignore_index, label_smoothing, z_loss, word, nll)
    return made if gradient else made[()]


def cross_entropy(x: Any, target: Any, *, weight: Any = None, reduction: str = "mean", ignore_index: int = -100,
                  label_smoothing: float = 0.0, z_loss: float = 0.0, nll: bool = False) -> np.ndarray:
    """The cross-entropy of logits with classes (integers) or their probabilities (floats), as PyTorch defines it.

    z_loss adds z_loss*logsumexp(x)^2 for each row. nll: x holds log-probabilities.
    """
    return _entropy(x, target, None, weight, reduction, ignore_index, label_smoothing, z_loss, nll, False)


def cross_entropy_backward(x: Any, target: Any, dy: Any = None, *, weight: Any = None, reduction: str = "mean",
                           ignore_index: int = -100, label_smoothing: float = 0.0, z_loss: float = 0.0,
                           nll: bool = False) -> np.ndarray:
    """Its gradient by x, times dy (of the loss's shape; 1 where it is not given)."""
    return _entropy(x, target, dy, weight, reduction, ignore_index, label_smoothing, z_loss, nll, True)


def _periodic(values: Any, dtype: Any, shape: tuple[int, ...], what: str) -> np.ndarray | None:
    """Weights that NumPy broadcasts to x: written out unless they are one row of its last axes."""
    if values is None:
        return None
    array = np.ascontiguousarray(values, dtype=dtype)
    if array.shape != shape[len(shape) - array.ndim:]:
        array = np.ascontiguousarray(np.broadcast_to(array, shape))
    return array


def _bce(x: Any, target: Any, dy: Any, weight: Any, pos_weight: Any, reduction: str, gradient: bool) -> np.ndarray:
    x = dense(x)
    word, dtype = _reduction(reduction), _loss_type(x)
    targets = _as(target, x.dtype, x.shape, "the target")
    shape = x.shape if reduction == "none" else ()
    slopes = _as(dy, dtype, shape, "dy") if gradient and dy is not None else None
    positive, weights = (_periodic(v, dtype, x.shape, w) for v, w in ((pos_weight, "pos_weight"), (weight, "weight")))
    made = np.empty(x.shape, x.dtype) if gradient else np.empty(shape, dtype)
    _vact.bce(type_code(x), 0 if gradient else address(made), address(made) if gradient else 0, address(slopes),
              address(x), address(targets), x.size, word, address(positive), 0 if positive is None else positive.size,
              address(weights), 0 if weights is None else weights.size)
    return made if gradient else made[()]


def bce_with_logits(x: Any, target: Any, *, weight: Any = None, pos_weight: Any = None, reduction: str = "mean") -> np.ndarray:
    """Binary cross-entropy of logits with targets in [0, 1], as PyTorch defines it."""
    return _bce(x, target, None, weight, pos_weight, reduction, False)


def bce_with_logits_backward(x: Any, target: Any, dy: Any = None, *, weight: Any = None, pos_weight: Any = None,
                             reduction: str = "mean") -> np.ndarray:
    """Its gradient by x, times dy."""
    return _bce(x, target, dy, weight, pos_weight, reduction, True)


def _slopes(x: np.ndarray, slope: Any, axis: int) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The slopes, and x as [outer, channels, inner]."""
    if x.dtype != np.float32:
        raise TypeError(f"prelu works on float32, not on {x.dtype}")
    slopes = np.atleast_1d(np.ascontiguousarray(slope, dtype=np.float32))
    if slopes.size == 1:
        split = (x.size, 1, 1)
    else:
        at = np.lib.array_utils.normalize_axis_index(axis, x.ndim)
        if slopes.shape != (x.shape[at],):
            raise ValueError(f"slope has the shape {slopes.shape}; axis {axis} of x has {x.shape[at]} entries")
        split = (prod(x.shape[:at]), x.shape[at], prod(x.shape[at + 1:]))
    return slopes, split


def prelu(x: Any, slope: Any, axis: int = 1, out: np.ndarray | None = None) -> np.ndarray:
    """x < 0 ? slope*x : x on float32, with one slope, or one for each entry of an axis."""
    x = dense(x)
    slopes, split = _slopes(x, slope, axis)
    result = Result(out, x.shape, x.dtype, x)
    _vact.prelu(address(result.array), address(x), address(slopes), *split)
    return result.finish()


def prelu_backward(dy: Any, x: Any, slope: Any, axis: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of prelu by x and by the slopes."""
    x, dy = dense(x), dense(dy)
    slopes, split = _slopes(x, slope, axis)
    if dy.dtype != x.dtype or dy.shape != x.shape:
        raise ValueError(f"dy is of {dy.dtype} and {dy.shape}, x of {x.dtype} and {x.shape}")
    made, of_slopes = np.empty_like(x), np.empty_like(slopes)
    _vact.prelu_backward(address(made), address(of_slopes), address(dy), address(x), address(slopes), *split)
    return made, of_slopes.reshape(np.shape(slope))


def convert(x: Any, dtype: Any, out: np.ndarray | None = None) -> np.ndarray:
    """float32 to bfloat16 or float16, to nearest even, or back: at the speed of memory."""
    return identity(x, out, dtype=dtype)


class Table:
    """An operation on int8 or uint8 as a table of 256 results: table(...) makes it, calling it applies it."""

    def __init__(self, dtype: Any, entries: np.ndarray) -> None:
        self.dtype, self.entries = np.dtype(dtype), entries

    def __call__(self, x: Any, out: np.ndarray | None = None) -> np.ndarray:
        x = np.ascontiguousarray(x)
        if x.dtype != self.dtype:
            raise TypeError(f"the table is for {self.dtype}, not for {x.dtype}")
        result = Result(out, x.shape, x.dtype, x)
        _vact.lut(address(result.array), address(x), x.size, address(self.entries))
        return result.finish()


def table(operation: str, dtype: Any, in_scale: float, in_zero: int, out_scale: float, out_zero: int,
          **parameters: float) -> Table:
    """The table of an operation element by element, quantised per tensor as ONNX has it: q stands for (q - zero)*scale."""
    if operation not in OPERATIONS or OPERATIONS[operation][1] != "unary":
        raise ValueError(f"{operation!r} is no operation element by element")
    if np.dtype(dtype) not in (np.dtype(np.int8), np.dtype(np.uint8)):
        raise TypeError(f"a table is for int8 or uint8, not for {np.dtype(dtype)}")
    code, _, defaults = OPERATIONS[operation]
    unknown = set(parameters) - set(defaults)
    if unknown:
        raise TypeError(f"{operation} has no parameter {', '.join(sorted(unknown))}")
    values = (list({**defaults, **parameters}.values()) + [0.0] * 3)[:3]
    entries = np.empty(256, np.uint8)
    _vact.lut_build(address(entries), np.dtype(dtype) == np.int8, code, *values, in_scale, in_zero, out_scale, out_zero)
    return Table(dtype, entries)
