"""vact: activations, gated units, the softmax family and losses on NumPy arrays, with proven accuracy.

    import numpy as np, vact

    y = vact.gelu(np.linspace(-3, 3, 7, dtype=np.float32))

float32, float64, float16 and ml_dtypes' bfloat16; arrays of any layout. docs/ of the repository has the errors.
"""
from pathlib import Path
from typing import Any

from . import _vact
from ._accuracy import Accuracy, accuracy
from ._losses import *  # noqa: F403
from ._losses import __all__ as _losses
from ._operations import *  # noqa: F403
from ._operations import __all__ as _operations
from ._rows import *  # noqa: F403
from ._rows import __all__ as _rows
from ._vact import OverlapError, UnsupportedError

__version__: str = _vact.info()["version"]

_ISAS = {"auto": 0, "scalar": 1, "avx2": 2, "avx512": 3, "neon": 4}
_MATHS = {"auto": 0, "sleef": 1, "fast": 2, "cr": 3}
_chosen = ("auto", "auto")


def info() -> dict[str, Any]:
    """What the library is, what this CPU has, and which build and variant are in use."""
    return _vact.info()


class _Use:
    """What `use` returns: a context that goes back to the former choice."""

    def __init__(self, before: tuple[str, str]) -> None:
        self._before = before

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        _choose(*self._before)


def _choose(isa: str, math: str) -> None:
    global _chosen
    if isa not in _ISAS:
        raise ValueError(f"isa is one of {', '.join(_ISAS)}, not {isa!r}")
    if math not in _MATHS:
        raise ValueError(f"math is one of {', '.join(_MATHS)}, not {math!r}")
    _vact.select(_ISAS[isa], _MATHS[math])
    _chosen = (isa, math)


def use(isa: str = "auto", math: str = "auto") -> _Use:
    """Chooses the instruction set and the variant, for the whole process. `with vact.use(math="cr"):` for a while."""
    before = _chosen
    _choose(isa, math)
    return _Use(before)


def get_include() -> str:
    """The folder of the headers of C."""
    return str(Path(__file__).parent / "include")


def get_library_dir() -> str:
    """The folder of libvact.so, which importing this package loads."""
    return str(Path(__file__).parent)


__all__ = [
    "Accuracy", "OverlapError", "UnsupportedError", "accuracy", "get_include", "get_library_dir", "info", "use",
    *_losses, *_operations, *_rows,
]  # fmt: skip
