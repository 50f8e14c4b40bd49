#!/usr/bin/env python3
"""Gradients of vact beside PyTorch's, on the same inputs: tests/pytorch_gradients.py LIBVACT.SO [--page FILE]

`./dev pytorch` runs it and makes docs/pytorch.md. Needs torch and mpmath. The exact derivative comes from the
operation's definition, which mpmath differentiates with 50 digits; at a kink it is what vact.h says. Three gradients
are held against it in ULP of dy*f'(x) as vact counts them: vact's, PyTorch's in float, and PyTorch's in double. Exit
status 1 where vact is beyond 2 ULP, where PyTorch's double gradient is off and the place is not in EXCEPTIONS, or
where an exception is not needed.
"""
import argparse
import ctypes
import pathlib
import re
import sys

import mpmath
import numpy as np
import torch
import torch.nn.functional as F

HEADER = pathlib.Path(__file__).resolve().parent.parent / "include/vact/vact.h"
CODES = {name.lower(): int(code, 16) for name, code in re.findall(r"VACT_OP_(\w+) = (0x\w+)", HEADER.read_text())}
FLOATS = ctypes.POINTER(ctypes.c_float)
BOUND = 2.0  # of every gradient: vact.h
GATE_BOUND = 2.75  # of gated units
LARGEST = 2.0**128 - 2.0**103  # rounds to infinity
mpmath.mp.dps = 50
m = mpmath
ROOT_2_PI = m.sqrt(2 / m.pi)


def logistic(x):
    return 1 / (1 + m.exp(-x))


def one_sided(below, above, at=0):
    """f' of a piecewise linear function with a kink, where it is `below`."""
    return lambda x: below if x <= at else above


# Per operation: its parameters, f in PyTorch, and f' in mpmath with the value that it has at a kink; of GATED ones,
# which are x*g(x), g, which is differentiated.
SELU_SCALE = m.mpf("1.0507009873554804934193349852946")
SELU_ALPHA = m.mpf("1.6732632423543772848170429916717")
ALPHA = m.mpf(float(np.float32(0.01)))
FIFTH = m.mpf(float(np.float32(0.2)))
EIGHT_TENTHS = float(np.float32(0.8))


def xielu(x, alpha_p, alpha_n, beta):
    # where() alone makes the gradient NaN where x*x is infinite.
    up, down = x.clamp(min=0), x.clamp(max=0)
    return alpha_p * up * up + alpha_n * (torch.expm1(down) - down) + beta * x


OPERATIONS = {
    "relu": ((), F.relu, one_sided(0, 1)),
    "relu6": ((), F.relu6, lambda x: 1 if 0 < x < 6 else 0),
    "relu_squared": ((), lambda x: F.relu(x) ** 2, lambda x: 2 * x if x > 0 else 0),
    "leaky_relu": ((0.01,), lambda x: F.leaky_relu(x, float(np.float32(0.01))), one_sided(ALPHA, 1)),
    "elu": ((1.0,), F.elu, lambda x: 1 if x > 0 else m.exp(x)),
    "celu": ((1.0,), F.celu, lambda x: 1 if x > 0 else m.exp(x)),
    "selu": ((), F.selu, lambda x: SELU_SCALE if x > 0 else SELU_SCALE * SELU_ALPHA * m.exp(x)),
    "gelu": ((), F.gelu, m.ncdf),
    "gelu_tanh": ((), lambda x: F.gelu(x, approximate="tanh"),
                  lambda x: logistic(2 * ROOT_2_PI * (x + m.mpf("0.044715") * x**3))),
    "gelu_quick": ((), lambda x: x * torch.sigmoid(1.702 * x), lambda x: logistic(m.mpf("1.702") * x)),
    "silu": ((), F.silu, logistic),
    "swish": ((1.0,), lambda x: x * torch.sigmoid(x), logistic),
    "mish": ((), F.mish, lambda x: m.tanh(m.log1p(m.exp(x)))),
    "sigmoid": ((), torch.sigmoid, lambda x: logistic(x) * logistic(-x)),
    "log_sigmoid": ((), F.logsigmoid, lambda x: logistic(-x)),
    "hard_sigmoid": ((0.2, 0.5), lambda x: F.hardtanh(float(np.float32(0.2)) * x + 0.5, 0, 1),
                     lambda x: FIFTH if 0 < FIFTH * x + 0.5 < 1 else 0),
    "hard_sigmoid6": ((), F.hardsigmoid, lambda x: m.mpf(1) / 6 if -3 < x < 3 else 0),
    "hard_swish": ((), F.hardswish, lambda x: 0 if x <= -3 else 1 if x >= 3 else (2 * x + 3) / 6),
    "tanh": ((), torch.tanh, lambda x: m.sech(x) ** 2),
    "tanh_shrink": ((), F.tanhshrink, lambda x: m.tanh(x) ** 2),
    "hardtanh": ((-1.0, 1.0), F.hardtanh, lambda x: 1 if -1 < x < 1 else 0),
    "soft_shrink": ((0.5,), F.softshrink, lambda x: 1 if abs(x) > 0.5 else 0),
    "hard_shrink": ((0.5,), F.hardshrink, lambda x: 1 if abs(x) > 0.5 else 0),
    "threshold": ((0.0, 0.0), lambda x: F.threshold(x, 0.0, 0.0), one_sided(0, 1)),
    "thresholded_relu": ((1.0,), lambda x: F.threshold(x, 1.0, 0.0), one_sided(0, 1, 1)),
    "softplus": ((1.0, 20.0), F.softplus, lambda x: 1 if x > 20 else logistic(x)),
    "softsign": ((), F.softsign, lambda x: 1 / (1 + abs(x)) ** 2),
    "exp": ((), torch.exp, m.exp),
    "identity": ((), lambda x: 1 * x, lambda x: 1),
    "softcap": ((30.0,), lambda x: 30 * torch.tanh(x / 30), lambda x: m.sech(x / 30) ** 2),
    "xielu": ((0.8, 0.8, 0.5), lambda x: xielu(x, EIGHT_TENTHS, EIGHT_TENTHS, 0.5),
              lambda x: (2 * x if x > 0 else m.expm1(x)) * m.mpf(EIGHT_TENTHS) + 0.5),
    "sqrt_softplus": ((), lambda x: torch.sqrt(F.softplus(x, threshold=700)),
                      lambda x: logistic(x) / (2 * m.sqrt(m.log1p(m.exp(x))))),
    "erf": ((), torch.erf, lambda x: 2 / m.sqrt(m.pi) * m.exp(-x * x)),
}

GATED = {"gelu", "gelu_tanh", "gelu_quick", "silu", "swish", "mish"}

# Where vact counts the error in units of 2^-25*|dy| (docs/accuracy.md).
NEAR_ZERO = {"gelu": (-1.25, -0.25), "gelu_tanh": (-1.25, -0.25), "gelu_quick": (-1.25, -0.25), "silu": (-1.75, -0.75),
             "swish": (-1.75, -0.75), "mish": (-1.75, -0.75), "hard_swish": (-2.0, -1.0), "xielu": (-2.77, -0.375)}
UNIT_NEAR_ZERO = {"xielu": 2.0**-26}  # times |dy|, where it is not 2^-25: beta is 1/2

# Where PyTorch's gradient in double is off by more than 0.01 ULP of the float that vact returns: low <= |x| or x <= high.
EXCEPTIONS = {
    "gelu": (-np.inf, -6.0, "Φ(x) as (1 + erf(x/√2))/2 cancels"),
    "gelu_tanh": (-np.inf, -5.0, "1 + tanh(u) cancels"),
    "sigmoid": (16.0, np.inf, "y·(1 − y) cancels where y is near 1"),
    "tanh": (8.0, np.inf, "1 − y² cancels where |y| is near 1"),
    "tanh_shrink": (0.0, 0.0005, "1 − tanh′ cancels near 0"),
    "hard_sigmoid6": (0.0, 3.0, "1/6 is the nearest float in double too"),
}
EXCEPTIONS_OF_SIZE = {"tanh", "tanh_shrink", "hard_sigmoid6"}

# The gradients with dy = 1 at these x; those that differ from PyTorch's float gradient in the last 6 bits are told.
SPECIAL = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 6.0, 20.0, np.inf, -np.inf, np.nan]


def floats(array):
    return array.ctypes.data_as(FLOATS)


def parameters_of(values):
    """Null without values: the defaults."""
    return (ctypes.c_float * 4)(*values) if values else None


def vact_unary(lib, name, dy, x, from_output=False):
    params = parameters_of(OPERATIONS[name][0])
    dx = np.full_like(x, 7)
    call = lib.vact_backward_from_output_f32 if from_output else lib.vact_backward_f32
    status = call(CODES[name], params, floats(dx), floats(dy), floats(x), ctypes.c_size_t(x.size))
    assert status == 0, (name, status)
    return dx.astype(np.float64)


def torch_gradients(f, dy, *inputs, dtype):
    tensors = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in inputs]
    f(*tensors).backward(torch.tensor(dy, dtype=dtype))
    return [t.grad.double().numpy() for t in tensors]


def exact_derivatives(name, x):
    f = OPERATIONS[name][2]
    if name in GATED:
        return np.array([float(f(v) + v * m.diff(f, v)) for v in map(m.mpf, x.tolist())])
    return np.array([float(f(m.mpf(v))) for v in x.tolist()])


def ulp_errors(computed, exact, scale=None):
    """In spacings of the exact value, or where `scale` is not 0 in units of it."""
    computed = np.where(np.abs(computed) >= LARGEST, np.copysign(np.inf, computed), computed)
    _, exponent = np.frexp(exact)
    spacing = np.ldexp(1.0, np.maximum(np.where(exact == 0, -1000, exponent) - 24, -149))
    unit = spacing if scale is None else np.where(scale > 0, np.maximum(scale, 2.0**-149), spacing)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(computed - exact) / unit
    error[np.abs(exact) >= LARGEST] = np.where(np.isinf(computed), 0.0, np.inf)[np.abs(exact) >= LARGEST]
    return np.where(np.isnan(error), np.inf, error)


def sample(random):
    grid = np.concatenate([random.uniform(-8, 8, 1500), random.uniform(-120, -8, 400), random.uniform(8, 120, 100),
                           random.normal(size=300), np.exp2(random.uniform(-30, -3, 200)) * random.choice([-1, 1], 200),
                           [k for k in SPECIAL if np.isfinite(k)]])
    return np.unique(grid.astype(np.float32))


def compare_unary(lib, name, x, dy):
    """Errors of vact, PyTorch in float and PyTorch in double, one per input."""
    exact = dy.astype(np.float64) * exact_derivatives(name, x)
    low, high = NEAR_ZERO.get(name, (0.0, 0.0))
    unit = UNIT_NEAR_ZERO.get(name, 2.0**-25)
    scale = np.where((x > low) & (x < high), np.abs(dy.astype(np.float64)) * unit, 0.0)
    f = OPERATIONS[name][1]
    (single,), (double,) = (torch_gradients(f, dy, x, dtype=t) for t in (torch.float32, torch.float64))
    return [ulp_errors(g, exact, scale) for g in (vact_unary(lib, name, dy, x), single, double)]


def inside(name, x):
    """Which x the exception of this name covers."""
    if name not in EXCEPTIONS:
        return np.zeros(x.size, bool)
    low, high, _ = EXCEPTIONS[name]
    place = np.abs(x) if name in EXCEPTIONS_OF_SIZE else x
    return (place >= low) & (place <= high)


def shown(error):
    """An error in ULP; 2^24 is as much as the number itself."""
    return f"{error:.2f}" if error < 1000 else "all digits" if error >= 2**23 else f"{error:.0f}"


class Report:
    def __init__(self):
        self.faults = 0

    def check(self, good, *what):
        if not good:
            print("FAULT:", *what, file=sys.stderr)
            self.faults += 1


def check_unary(lib, report, random):
    """The rows of the first table."""
    x = sample(random)
    dy = random.normal(size=x.size).astype(np.float32)
    near = np.abs(x) <= 8
    for name in OPERATIONS:
        ours, single, double = compare_unary(lib, name, x, dy)
        excepted = inside(name, x)
        report.check(ours.max() <= BOUND, name, "vact's error", ours.max(), "at", x[ours.argmax()])
        report.check(double[~excepted].max() <= 0.01, name, "PyTorch's double gradient is off by",
                     double[~excepted].max(), "at", x[~excepted][double[~excepted].argmax()])
        report.check(not excepted.any() or double[excepted].max() > 0.01, name, "needs no exception")
        yield [name, *(shown(e) for e in (ours.max(), single[near].max(), single[~near].max()))]


def special_values(lib, report):
    """The rows of the second table: where vact and PyTorch return different gradients."""
    one = np.ones(1, np.float32)
    for name, (_, f, _) in OPERATIONS.items():
        rows = {}
        for value in SPECIAL:
            x = np.array([value], np.float32)
            (ours,) = vact_unary(lib, name, one, x)
            (theirs,) = torch_gradients(f, one, x, dtype=torch.float32)[0]
            if not np.isclose(ours, theirs, rtol=2.0**-18, atol=0, equal_nan=True):
                rows.setdefault((f"{ours:.7g}", f"{theirs:.7g}"), []).append(f"{value:g}")
        for (ours, theirs), places in rows.items():
            yield [name, ", ".join(places), ours, theirs]


FROM_OUTPUT = {
    "relu": (0, 8, lambda dy, y: torch.ops.aten.threshold_backward(dy, y, 0)),
    "leaky_relu": (-8, 8, lambda dy, y: torch.ops.aten.leaky_relu_backward(dy, y, float(np.float32(0.01)), True)),
    "elu": (-1, 8, lambda dy, y: torch.ops.aten.elu_backward(dy, 1.0, 1.0, 1.0, True, y)),
    "sigmoid": (0, 1, torch.ops.aten.sigmoid_backward),
    "tanh": (-1, 1, torch.ops.aten.tanh_backward),
    "softplus": (0, 20, lambda dy, y: dy * -torch.expm1(-y)),
    "exp": (0, 100, lambda dy, y: dy * y),
}


def check_from_output(lib, report, random):
    for name, (low, high, backward) in FROM_OUTPUT.items():
        y = random.uniform(low, high, 20000).astype(np.float32)
        dy = random.normal(size=y.size).astype(np.float32)
        exact = backward(torch.tensor(dy).double(), torch.tensor(y).double()).numpy()
        single = backward(torch.tensor(dy), torch.tensor(y)).double().numpy()
        ours = ulp_errors(vact_unary(lib, name, dy, y, True), exact).max()
        report.check(ours <= BOUND, name, "from the output: vact's error", ours)
        yield [f"{name}, from the output", shown(ours), shown(ulp_errors(single, exact).max()), ""]


ALPHA = float(np.float32(1.702))  # of swiglu_oai, a float

GATES = {
    "glu": (lambda g, u: F.glu(torch.cat([u, g]), 0), None),
    "reglu": (lambda g, u: F.relu(g) * u, None),
    "geglu": (lambda g, u: F.gelu(g) * u, "gelu"),
    "geglu_tanh": (lambda g, u: F.gelu(g, approximate="tanh") * u, "gelu_tanh"),
    "swiglu": (lambda g, u: F.silu(g) * u, "silu"),
    "swiglu_oai": (lambda g, u: torch.clamp(g, max=7) * torch.sigmoid(ALPHA * torch.clamp(g, max=7))
                   * (torch.clamp(u, -7, 7) + 1), "gelu_quick"),
    "swiglu_clamped": (lambda g, u: F.silu(torch.clamp(g, max=3)) * torch.clamp(u, -3, 3), "silu"),
    "swiglu_step": (lambda g, u: torch.clamp(F.silu(g), max=7) * torch.clamp(u, -7, 7), "silu"),
    "geglu_quick": (lambda g, u: g * torch.sigmoid(1.702 * g) * u, "gelu_quick"),
    "situ_glu": (lambda g, u: 4 * torch.tanh(g / 4) * torch.sigmoid(g) * 25 * torch.tanh(u / 25), "silu"),
    "fatreglu": (lambda g, u: torch.where(g > 0.5, g, 0) * u, "relu"),
    "relu_squared_glu": (lambda g, u: F.relu(g) ** 2 * u, "relu"),
}

# What their functions take last.
GATE_PARAMETERS = {"swiglu_oai": (ALPHA, 1.0, 7.0), "swiglu_clamped": (1.0, 3.0), "swiglu_step": (7.0,),
                   "situ_glu": (4.0, 25.0), "fatreglu": (0.5,)}


def check_gates(lib, report, random):
    """Gates in [-5, 8], where PyTorch's double gradient has the digits; the gate's gradient may err by 1 ULP more. The
    results too: most of the units are no function of PyTorch's but a composition."""
    for name, (f, activation) in GATES.items():
        gate = random.uniform(-5, 8, 20000).astype(np.float32)
        up, dy = (random.normal(size=gate.size).astype(np.float32) for _ in range(2))
        dgate, dup, y = (np.full_like(gate, 7) for _ in range(3))
        given = [floats(gate), floats(up), ctypes.c_size_t(gate.size),
                 *map(ctypes.c_float, GATE_PARAMETERS.get(name, ()))]
        assert lib.__getattr__(f"vact_{name}_f32")(floats(y), *given) == 0, name
        assert lib.__getattr__(f"vact_{name}_backward_f32")(floats(dgate), floats(dup), floats(dy), *given) == 0, name
        exact, single = ([f(torch.tensor(gate).to(t), torch.tensor(up).to(t)).double().numpy(),
                          *torch_gradients(f, dy, gate, up, dtype=t)] for t in (torch.float64, torch.float32))
        low, high = NEAR_ZERO.get(activation, (0.0, 0.0))
        factor = np.clip(up, -7, 7) + 1 if name == "swiglu_oai" else up
        scale = np.where((gate > low) & (gate < high), np.abs(dy.astype(np.float64) * factor) * 2.0**-25, 0.0)
        for what, ours, theirs, reference, unit, bound in (("the result", y, single[0], exact[0], None, GATE_BOUND),
                                                           ("by gate", dgate, single[1], exact[1], scale, BOUND + 1),
                                                           ("by up", dup, single[2], exact[2], None, GATE_BOUND)):
            error = ulp_errors(ours.astype(np.float64), reference, unit).max()
            report.check(error <= bound, name, what, "vact's error", error)
            yield [f"{name}, {what}", shown(error), shown(ulp_errors(theirs, reference, unit).max()), ""]


# Operations that PyTorch composes, or takes no parameters for: parameters, f, and the f' near 0 at which the gradient's
# unit is 2^-25*|dy| times it, as vact.h says.
COMPOSED = {
    "identity": ((), lambda x: 1 * x, 0),
    "softcap": ((50.0,), lambda x: 50 * torch.tanh(x / 50), 0),
    "xielu": ((1.3125, 0.5703125, 0.5), lambda x: xielu(x, 1.3125, 0.5703125, 0.5), 0.5),
    "sqrt_softplus": ((), lambda x: torch.sqrt(F.softplus(x, threshold=700)), 0),
    "erf": ((), torch.erf, 0),
    "hard_swish": ((0.25, 0.375), lambda x: x * torch.clamp(0.25 * x + 0.375, 0, 1), 1),
    "selu": ((1.5, 1.25), lambda x: 1.25 * F.elu(x, alpha=1.5), 0),
    "hardtanh": ((1.0, -1.0), lambda x: torch.clamp(x, 1.0, -1.0), 0),
}


def check_composed(lib, report, random):
    """In [-8, 8], where PyTorch's double has the digits."""
    for name, (values, f, small) in COMPOSED.items():
        x = random.uniform(-8, 8, 20000).astype(np.float32)
        dy = random.normal(size=x.size).astype(np.float32)
        params = parameters_of(values)
        y, dx = np.full_like(x, 7), np.full_like(x, 7)
        size = ctypes.c_size_t(x.size)
        assert lib.vact_forward_f32(CODES[name], params, floats(y), floats(x), size) == 0, name
        assert lib.vact_backward_f32(CODES[name], params, floats(dx), floats(dy), floats(x), size) == 0, name
        exact, single = ([f(torch.tensor(x).to(t)).double().numpy(), *torch_gradients(f, dy, x, dtype=t)]
                         for t in (torch.float64, torch.float32))
        wide = np.abs(dy.astype(np.float64))
        scale = np.where(np.abs(exact[1]) < wide * small / 2, wide * small * 2.0**-25, 0.0)
        shape = ", ".join(f"{v:g}" for v in values)
        called = f"{name}({shape})" if values else name
        for what, ours, theirs, reference, unit in (("the result", y, single[0], exact[0], None),
                                                    ("the gradient", dx, single[1], exact[1], scale)):
            error = ulp_errors(ours.astype(np.float64), reference, unit).max()
            report.check(error <= BOUND, called, what, "vact's error", error)
            yield [f"{called}, {what}", shown(error), shown(ulp_errors(theirs, reference, unit).max()), ""]


def check_xielu_alpha(lib, report, random):
    """Sums, in units of 2^-24 of those of the terms' sizes."""
    x = random.normal(size=100000).astype(np.float32)
    dy = random.normal(size=x.size).astype(np.float32)
    alphas = np.full(2, 7, np.float32)
    assert lib.vact_xielu_alpha_backward_f32(floats(alphas), floats(dy), floats(x), ctypes.c_size_t(x.size)) == 0

    def by_torch(dtype):
        parameters = torch.full((2,), 0.8, dtype=dtype, requires_grad=True)
        xielu(torch.tensor(x).to(dtype), *parameters, 0.5).backward(torch.tensor(dy).to(dtype))
        return parameters.grad.double().numpy()

    exact, single = by_torch(torch.float64), by_torch(torch.float32)
    wide = x.astype(np.float64)
    terms = np.abs(dy * np.where(x > 0, wide**2, np.expm1(np.minimum(wide, 0)) - wide))
    for i, (name, side) in enumerate((("alpha_p", x > 0), ("alpha_n", x <= 0))):
        unit = np.array([2.0**-24 * terms[side].sum()])
        ours, theirs = (ulp_errors(g[i:i + 1].astype(np.float64), exact[i:i + 1], unit).max() for g in (alphas, single))
        report.check(ours <= 1, "xielu by", name, "vact's error", ours)
        yield [f"xielu, by {name}", shown(ours), shown(theirs), ""]


def check_prelu(lib, report, random):
    """dslope in units of 2^-24 of the sum of |dy*x|: what the terms of the sum are to be counted against."""
    outer, channels, inner = 16, 5, 1000
    x, dy = (random.normal(size=(outer, channels, inner)).astype(np.float32) for _ in range(2))
    slope = random.normal(size=channels).astype(np.float32)
    dx, dslope = np.full_like(x, 7), np.full_like(slope, 7)
    status = lib.vact_prelu_backward_f32(floats(dx), floats(dslope), floats(dy), floats(x), floats(slope),
                                         *map(ctypes.c_size_t, x.shape))
    assert status == 0, status
    exact, single = (torch_gradients(F.prelu, dy, x, slope, dtype=t) for t in (torch.float64, torch.float32))
    terms = 2.0**-24 * np.where(x <= 0, np.abs(dy.astype(np.float64) * x), 0.0).sum(axis=(0, 2))
    for what, ours, theirs, reference, unit in (("x", dx, single[0], exact[0], None),
                                                ("slope", dslope, single[1], exact[1], terms)):
        error = ulp_errors(ours.astype(np.float64), reference, unit).max()
        report.check(error <= 1, "prelu by", what, "vact's error", error)
        yield [f"prelu, by {what}", shown(error), shown(ulp_errors(theirs, reference, unit).max()), ""]


def check_rows(lib, report, random):
    """By the output that the float forward function gives; against the larger of the result and its terms."""
    rows, cols = 40, 1000
    for name in ("softmax", "log_softmax", "logsumexp"):
        x = (4 * random.normal(size=(rows, cols))).astype(np.float32)
        dy = random.normal(size=rows if name == "logsumexp" else x.shape).astype(np.float32)
        y, dx = np.full_like(dy, 7), np.full_like(x, 7)
        size = tuple(map(ctypes.c_size_t, x.shape))
        assert lib.__getattr__(f"vact_{name}_f32")(floats(y), floats(x), *size) == 0
        given = [floats(x), floats(y)] if name == "logsumexp" else [floats(y)]
        assert lib.__getattr__(f"vact_{name}_backward_f32")(floats(dx), floats(dy), *given, *size) == 0

        def backward(dtype):
            g, out, z = (torch.tensor(a).to(dtype) for a in (dy, y, x))
            if name == "logsumexp":
                return (g[:, None] * torch.exp(z - out[:, None])).double().numpy()
            of = torch.ops.aten
            call = of._softmax_backward_data if name == "softmax" else of._log_softmax_backward_data
            return call(g, out, 1, dtype).double().numpy()

        exact, single = backward(torch.float64), backward(torch.float32)
        wide, p = dy.astype(np.float64), y.astype(np.float64)
        unit = np.abs(exact)
        if name == "softmax":
            unit = p * (np.abs(wide) + np.abs(wide * p).sum(axis=1, keepdims=True))
        elif name == "log_softmax":
            unit = np.abs(wide) + np.abs(np.exp(p) * wide.sum(axis=1, keepdims=True))
        errors = [ulp_errors(d.astype(np.float64), exact, unit * 2.0**-24).max() for d in (dx, single)]
        report.check(errors[0] <= 2 * BOUND, name, "vact's error", errors[0])
        yield [name, *map(shown, errors), ""]


def table(heads, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows]) + "\n"


PAGE = """# Gradients beside PyTorch's

Made by `./dev pytorch` with PyTorch {version}; do not edit. Largest errors in ULP of dy·f′(x) as [accuracy.md](accuracy.md)
counts them, over {count} random x in [−120, 120] and the kinks, dy normal; the exact f′ is mpmath's, with 50 digits. *All
digits*: the error is half of the gradient or more.

{unary}
Gradients from the output, operations that PyTorch composes and their gradients (x in [−8, 8]), gated units and theirs
(gate in [−5, 8]), gradients of prelu and along rows, against PyTorch's in double:

{others}
The gradients of prelu's slope and xielu's parameters, and those of a row, are counted in 2^−24 of the sum of their terms'
sizes.

PyTorch's gradient in double agrees with the exact one, and so with vact's, to 0.01 ULP, but for

{exceptions}
## Special values

Where the two libraries return different gradients for dy = 1 (of a float, on purpose): at ±∞ vact returns the limit, a NaN
in x gives NaN, and sigmoid and tanh keep their digits where the output has none left. PyTorch has no relu_squared,
gelu_quick, swish, hard_sigmoid, softcap, xielu and sqrt_softplus: they are composed there, hard_sigmoid by hardtanh.

{special}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--page", metavar="FILE", help="write docs/pytorch.md there")
    arguments = parser.parse_args()
    lib = ctypes.CDLL(arguments.library)
    random = np.random.default_rng(1)
    report = Report()
    heads = ["gradient", "vact", "PyTorch, x in [−8, 8]", "PyTorch, beyond"]
    unary = table(heads, check_unary(lib, report, random))
    checks = (check_from_output, check_composed, check_xielu_alpha, check_gates, check_prelu, check_rows)
    others = table(["what", "vact", "PyTorch"], [row[:3] for c in checks for row in c(lib, report, random)])
    exceptions = "".join(
        f"* {name}, {low:g} ≤ {'|x|' if name in EXCEPTIONS_OF_SIZE else 'x'} ≤ {high:g}: {why}\n"
        for name, (low, high, why) in EXCEPTIONS.items()).replace("inf", "∞").replace("-", "−")
    special = table(["gradient", "x", "vact", "PyTorch"], special_values(lib, report))
    text = PAGE.format(version=torch.__version__.split("+")[0], count=sample(np.random.default_rng(1)).size, unary=unary,
                       others=others, exceptions=exceptions, special=special)
    if arguments.page and not report.faults:
        pathlib.Path(arguments.page).write_text(text)
    else:
        print(text)
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
