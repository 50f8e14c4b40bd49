"""Arrays that the library takes: types, conversions, DLPack."""
from typing import Any

import numpy as np

from . import _vact

try:
    import ml_dtypes

    bfloat16: Any = np.dtype(ml_dtypes.bfloat16)
    _vact.set_bfloat16(bfloat16)
except ImportError:  # float32, float64 and float16 need no other package
    bfloat16 = None

# vact_type
F32, BF16, F16, F64 = range(4)
_TYPES = {np.dtype(np.float32): F32, np.dtype(np.float16): F16, np.dtype(np.float64): F64}
if bfloat16 is not None:
    _TYPES[bfloat16] = BF16


def type_code(array: np.ndarray) -> int:
    code = _TYPES.get(array.dtype.newbyteorder("="))
    if code is None:
        raise TypeError(f"vact works on float32, float64, float16 and bfloat16, not on {array.dtype}")
    return code


def _from_torch(x: Any) -> np.ndarray:
    """A tensor of bfloat16, which NumPy's DLPack does not know: as 16-bit integers, then as what they are."""
    import torch

    if bfloat16 is None:
        raise TypeError("bfloat16 needs the package ml_dtypes")
    return np.from_dlpack(x.detach().view(torch.int16)).view(bfloat16)


def as_input(x: Any) -> np.ndarray:
    """x as an array: whatever has DLPack without a copy; lists and numbers as NumPy makes them, integers as float64."""
    if not isinstance(x, np.ndarray):
        if type(x).__module__.partition(".")[0] == "torch" and str(x.dtype) == "torch.bfloat16":
            x = _from_torch(x)
        else:
            x = np.from_dlpack(x) if hasattr(x, "__dlpack__") and not isinstance(x, np.generic) else np.asarray(x)
    return x.astype(np.float64) if x.dtype.kind in "biu" else x


def dense(x: Any) -> np.ndarray:
    """The same, of a type of the library's, dense and in this machine's byte order; copied where it is not."""
    array = as_input(x)
    type_code(array)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)


def share_memory(a: np.ndarray, b: np.ndarray) -> bool:
    try:
        return bool(np.shares_memory(a, b, max_work=10**6))
    except np.exceptions.TooHardError:
        return True


# Where an array's first element is; 0 for None.
address = _vact.address


class Result:
    """Where a function writes that works on dense arrays: `out` itself, or an array that is copied to `out` at the end."""

    def __init__(self, out: np.ndarray | None, shape: tuple[int, ...], dtype: Any, *inputs: np.ndarray) -> None:
        self.out = out
        if out is not None:
            if not isinstance(out, np.ndarray):
                raise TypeError("out is no NumPy array")
            if out.dtype != dtype:
                raise TypeError(f"out is of {out.dtype}; the result is of {np.dtype(dtype)}")
            if out.shape != shape:
                raise ValueError(f"out has the shape {out.shape}; the result has {shape}")
            if not out.flags.writeable:
                raise ValueError("out is read-only")
        direct = out is not None and out.flags.c_contiguous and out.flags.aligned and not any(
            share_memory(out, i) for i in inputs)
        self.array = out if direct and out is not None else np.empty(shape, dtype)

    def finish(self) -> np.ndarray:
        if self.out is None:
            return self.array
        if self.out is not self.array:
            self.out[...] = self.array
        return self.out
