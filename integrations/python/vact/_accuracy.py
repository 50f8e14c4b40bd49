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


def _forms() -> dict[str, Any]:
    """The definitions of docs/operations, in mpmath: functions of x and the parameters."""
    from mpmath import mp

    def sigmoid(v: Any) -> Any:
        return 1 / (1 + mp.exp(-v))

    return {
        "relu": lambda x, p: max(x, 0), "exp": lambda x, p: mp.exp(x), "erf": lambda x, p: mp.erf(x),
        "tanh": lambda x, p: mp.tanh(x), "sigmoid": lambda x, p: sigmoid(x), "silu": lambda x, p: x * sigmoid(x),
        "swish": lambda x, p: x * sigmoid(p["beta"] * x), "gelu": lambda x, p: x * mp.erfc(-x / mp.sqrt(2)) / 2,
        "gelu_tanh": lambda x, p: x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)),
        "gelu_quick": lambda x, p: x * sigmoid(mp.mpf("1.702") * x), "softplus": lambda x, p: mp.log1p(mp.exp(x)),
        "log_sigmoid": lambda x, p: -mp.log1p(mp.exp(-x)), "mish": lambda x, p: x * mp.tanh(mp.log1p(mp.exp(x))),
        "elu": lambda x, p: x if x > 0 else p["alpha"] * mp.expm1(x),
        "leaky_relu": lambda x, p: x if x >= 0 else p["alpha"] * x, "softsign": lambda x, p: x / (1 + abs(x)),
        "tanh_shrink": lambda x, p: x - mp.tanh(x),
    }  # fmt: skip


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

    forms = _forms()
    if operation not in forms:
        raise ValueError(f"accuracy knows {', '.join(forms)}; `vact accuracy` of the C program knows every operation")
    if x is None:
        random = np.random.default_rng(seed)
        sizes = random.choice([-1, 1], inputs // 2) * 2.0 ** random.uniform(-20, 6, inputs // 2)
        x = np.concatenate([random.uniform(-20, 20, inputs - inputs // 2), sizes]).astype(dtype)
    x = np.asarray(x).ravel()
    defaults = operations.OPERATIONS[operation][2]
    got = getattr(operations, operation)(x, **parameters)
    # Parameters are the floats that the library gets, but for doubles.
    values = {k: float(np.float32(v)) if x.dtype != np.float64 else v for k, v in {**defaults, **parameters}.items()}
    worst, at = 0.0, float("nan")
    with mp.workdps(_DIGITS):
        exact_parameters = {k: mp.mpf(v) for k, v in values.items()}
        for one, y in zip(x.astype(np.float64), got.astype(np.float64), strict=True):
            if not np.isfinite(one) or not np.isfinite(y):
                continue
            error = _error(float(y), forms[operation](mp.mpf(float(one)), exact_parameters), _SPACING[type_code(x)])
            if error > worst:
                worst, at = error, float(one)
    return Accuracy(worst, at, x.size)
