"""The C library by ctypes: what the package is compared with."""
import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import vact
from vact import _arrays

LIBRARY = ctypes.CDLL(str(next(Path(vact.get_library_dir()).glob("libvact.so*"))))


class Params(ctypes.Structure):
    _fields_ = (("v", ctypes.c_float * 4),)


class Params64(ctypes.Structure):
    _fields_ = (("v", ctypes.c_double * 4),)


def params(values: tuple[float, ...] | None, wide: bool) -> Any:
    if values is None:
        return None
    kind = Params64 if wide else Params
    made = kind()
    for i, value in enumerate(values):
        made.v[i] = value
    return ctypes.byref(made)


def call(name: str, *arguments: Any) -> None:
    passed = [ctypes.c_void_p(a.__array_interface__["data"][0]) if isinstance(a, np.ndarray) else a for a in arguments]
    status = getattr(LIBRARY, name)(*passed)
    assert status == 0, f"{name} returned {status}"


def forward(code: int, values: tuple[float, ...] | None, x: np.ndarray) -> np.ndarray:
    x = np.ascontiguousarray(x)
    y = np.empty_like(x)
    if x.dtype == np.float64:
        call("vact_forward_f64", code, params(values, True), y, x, ctypes.c_size_t(x.size))
    else:
        kind = _arrays.type_code(x)
        call("vact_forward", code, params(values, False), y, kind, x, kind, ctypes.c_size_t(x.size))
    return y


def bits(a: Any) -> bytes:
    """All NaNs as one."""
    array = np.array(a)
    wide = array.astype(np.float64)
    array[np.isnan(wide)] = np.nan
    return array.tobytes()
