"""The gains of kernels/gain.c that come from second moments: python3 docs/approximations/gain.py

1/sqrt(E[f(z)^2]), z standard normal, f at the registry's default parameters. Needs mpmath.
"""
from mpmath import mp, mpf, erf, exp, expm1, inf, log1p, npdf, ncdf, quad, sqrt, tanh

mp.dps = 30


def sigmoid(x):
    return 1 / (1 + exp(-x))


def clamp(x, low, high):
    return min(max(x, low), high)


c = mpf("0.044715")
quick = mpf("1.702")
functions = {
    "relu6": lambda x: clamp(x, 0, 6),
    "relu_squared": lambda x: max(x, mpf(0)) ** 2,
    "celu": lambda x: x if x > 0 else expm1(x),
    "gelu": lambda x: x * ncdf(x),
    "gelu_tanh": lambda x: x * (1 + tanh(sqrt(2 / mp.pi) * (x + c * x**3))) / 2,
    "gelu_quick": lambda x: x * sigmoid(quick * x),
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * tanh(log1p(exp(x))),
    "log_sigmoid": lambda x: -log1p(exp(-x)),
    "hard_sigmoid": lambda x: clamp(x / 5 + mpf(1) / 2, 0, 1),
    "hard_sigmoid6": lambda x: clamp(x + 3, 0, 6) / 6,
    "hard_swish": lambda x: x * clamp(x + 3, 0, 6) / 6,
    "tanh_shrink": lambda x: x - tanh(x),
    "hardtanh": lambda x: clamp(x, -1, 1),
    "soft_shrink": lambda x: 0 if abs(x) <= 0.5 else x - mp.sign(x) / 2,
    "hard_shrink": lambda x: 0 if abs(x) <= 0.5 else x,
    "threshold": lambda x: x if x > 0 else 0,
    "thresholded_relu": lambda x: x if x > 1 else 0,
    "softplus": lambda x: log1p(exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "exp": exp,
    "identity": lambda x: x,
    "softcap": lambda x: 30 * tanh(x / 30),
    "xielu": lambda x: (mpf("0.8") * x * x if x > 0 else mpf("0.8") * (expm1(x) - x)) + x / 2,
    "sqrt_softplus": lambda x: sqrt(log1p(exp(x))),
    "erf": erf,
}
kinks = [-inf, -10, -6, -3, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 3, 6, 10, inf]
for name, f in functions.items():
    moment = quad(lambda x: f(x) ** 2 * npdf(x), kinks)
    print(f"    [VACT_OP_SLOT(VACT_OP_{name.upper()})] = {mp.nstr(1 / sqrt(moment), 17)},")
below = exp(2) * ncdf(-2) - 2 * exp(mpf(1) / 2) * ncdf(-1) + mpf(1) / 2
assert abs(below - quad(lambda x: expm1(x) ** 2 * npdf(x), [-inf, -10, 0])) < mpf("1e-20")
print("elu: the moment of e^z - 1 over z < 0 is", mp.nstr(below, 17))
