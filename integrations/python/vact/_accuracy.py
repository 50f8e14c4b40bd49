"""The error of an operation in ULP, by mpmath."""
from typing import Any, NamedTuple

import numpy as np

from ._arrays import type_code
from . import _operations as operations

__all__ = ["Accuracy", "accuracy"]

# Digits and the least exponent of a spacing: of float32, bfloat16, float16, float64.
_SPACING = ((23, -149), (7, -133), (10, -24), (52, -1074))
_DIGITS = 60


class Accuracy(NamedTuple):
    """The largest error found, in ULP, the input that has it, and how many inputs were tried."""

    error: float
    at: float
    inputs: int


KNOWN = (
    "relu", "exp", "erf", "tanh", "sigmoid", "silu", "swish", "gelu", "gelu_tanh", "gelu_quick", "softplus",
    "log_sigmoid", "mish", "elu", "leaky_relu", "softsign", "tanh_shrink",
)  # fmt: skip


def _exact(name: str, x: Any, values: dict[str, float]) -> Any:
    """The definitions of docs/operations, in mpmath."""
    from mpmath import mp

    def sigmoid(v: Any) -> Any:
        return 1 / (1 + mp.exp(-v))

    def normal(v: Any) -> Any:
        return mp.erfc(-v / mp.sqrt(2)) / 2

    p = {key: mp.mpf(value) for key, value in values.items()}
    forms: dict[str, Any] = {
        "relu": lambda: max(x, 0), "exp": lambda: mp.exp(x), "erf": lambda: mp.erf(x), "tanh": lambda: mp.tanh(x),
        "sigmoid": lambda: sigmoid(x), "silu": lambda: x * sigmoid(x), "swish": lambda: x * sigmoid(p["beta"] * x),
        "gelu": lambda: x * normal(x),
        "gelu_tanh": lambda: x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)),
        "gelu_quick": lambda: x * sigmoid(mp.mpf("1.702") * x), "softplus": lambda: mp.log1p(mp.exp(x)),
        "log_sigmoid": lambda: -mp.log1p(mp.exp(-x)), "mish": lambda: x * mp.tanh(mp.log1p(mp.exp(x))),
        "elu": lambda: x if x > 0 else p["alpha"] * mp.expm1(x), "leaky_relu": lambda: x if x >= 0 else p["alpha"] * x,
        "softsign": lambda: x / (1 + abs(x)), "tanh_shrink": lambda: x - mp.tanh(x),
    }  # fmt: skip
    return forms[name]()


def _error(got: float, exact: Any, spacing: tuple[int, int]) -> float:
    from mpmath import mp

    if exact == 0:
        return 0.0 if got == 0 else float("inf")
    exponent = max(int(mp.floor(mp.log(abs(exact), 2))) - spacing[0], spacing[1])
    return float(abs(mp.mpf(got) - exact) / mp.mpf(2) ** exponent)


def accuracy(operation: str, x: Any = None, *, dtype: Any = np.float32, inputs: int = 10_000, seed: int = 0,
             **parameters: float) -> Accuracy:
    """The largest error of an operation over finite inputs: those of x, or random ones in [-20, 20] and of every size.

    Needs mpmath. The proof over all inputs is `vact accuracy` and `vact verify` of the C program.
    """
    from mpmath import mp

    if operation not in KNOWN:
        raise ValueError(f"accuracy knows {', '.join(KNOWN)}; `vact accuracy` of the C program knows every operation")
    if x is None:
        random = np.random.default_rng(seed)
        sizes = random.choice([-1, 1], inputs // 2) * 2.0 ** random.uniform(-20, 6, inputs // 2)
        x = np.concatenate([random.uniform(-20, 20, inputs - inputs // 2), sizes]).astype(dtype)
    x = np.asarray(x).ravel()
    code, _, defaults = operations.OPERATIONS[operation]
    got = getattr(operations, operation)(x, **parameters)
    # Parameters are the floats that the library gets, but for doubles.
    values = {k: float(np.float32(v)) if x.dtype != np.float64 else v for k, v in {**defaults, **parameters}.items()}
    worst, at = 0.0, float("nan")
    with mp.workdps(_DIGITS):
        for one, y in zip(x.astype(np.float64), got.astype(np.float64), strict=True):
            if not np.isfinite(one) or not np.isfinite(y):
                continue
            error = _error(float(y), _exact(operation, mp.mpf(float(one)), values), _SPACING[type_code(x)])
            if error > worst:
                worst, at = error, float(one)
    return Accuracy(worst, at, x.size)
