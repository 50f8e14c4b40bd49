#!/usr/bin/env python3
"""PyTorch's OpInfo and ModuleInfo samples, said by vact: tests/cases/pytorch_cases.py LIBVACT.SO [--page FILE]

`./dev pytorch` runs it and adds its tables to docs/pytorch.md. Needs torch, numpy and expecttest. The samples are
those with which PyTorch tests its operations (torch.testing._internal); of each the result, and the gradient by each
input that has one, is passed, failed, or not sayable for a reason that the page counts. They are held to vact's own
bounds against PyTorch's operation in double on the same inputs. As a control each case that passes is run again with one
number of vact's result off by 64 ULP, and must then fail. --wrong calls another operation than the table says
(gelu=gelu_tanh), which must fail too. Exit status 1 for a failure, and where the control does not fail.
"""
import argparse
import functools
import inspect
import itertools
import math
import pathlib
import re
import sys
import warnings

import numpy as np
import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.utils._pytree import tree_map

import forms
from library import Library, NotSayable, other_operation
from tally import Tally, ulp

warnings.filterwarnings("ignore")

# ------------------------------------------------------------------- what vact calls for each operation of PyTorch
#
# A mapping takes what PyTorch's function takes, tensors as numpy arrays, and returns a form or raises NotSayable.
# `inplace` and the like change no result.


def unary(name, **arguments):
    """An operation whose arguments are parameters of vact's: arguments["alpha"] is vact's name and PyTorch's default."""
    order = list(arguments)

    def mapping(input, *values, inplace=False, **named):
        given = {**dict(zip(order, values)), **named}
        return forms.Unary(name, input, **{ours: float(given.get(theirs, default))
                                           for theirs, (ours, default) in arguments.items()})
    mapping.defaults = {theirs: default for theirs, (_, default) in arguments.items() if default is not None}
    return mapping


def gelu(input, approximate="none"):
    return forms.Unary({"none": "gelu", "tanh": "gelu_tanh"}[approximate], input)


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    if training:
        raise NotSayable("rrelu in training")
    return forms.Unary("leaky_relu", input, alpha=(lower + upper) / 2)


def clamp(input, min=None, max=None):
    def bound(value, none):
        if isinstance(value, np.ndarray) and value.ndim > 0:
            raise NotSayable("a bound for each element")
        return none if value is None else float(value)
    return forms.Unary("hardtanh", input, lo=bound(min, -np.inf), hi=bound(max, np.inf))


def prelu(input, weight):
    return forms.Prelu(input, weight, (0, 0) if weight.size == 1 else (1, 2))


def glu(input, dim=-1):
    return forms.Gate("glu", input, axis=dim)


def own_type(dtype):
    if dtype not in (None, torch.float32):
        raise NotSayable(f"result in {forms.type_name(dtype)}")


def softmax(log):
    def mapping(input, dim, dtype=None, _stacklevel=3):
        own_type(dtype)
        if dim is None:
            dim = 0 if input.ndim in (0, 1, 3) else 1
        return forms.Softmax(input, dim, log)
    return mapping


def last_axis(array, dim):
    if array.ndim > 1 and dim % array.ndim != array.ndim - 1:
        raise NotSayable("mask or scale along an axis that is not the last")


def softmin(input, dim, dtype=None, _stacklevel=3):
    own_type(dtype)
    dim = dim if dim is not None else 0 if input.ndim in (0, 1, 3) else 1
    last_axis(input, dim)
    return forms.Masked("softmax", input, np.ones(input.shape, bool), scale=-1.0)


def safe_softmax(input, dim, dtype=None):
    own_type(dtype)
    last_axis(input, dim)
    return forms.Masked("softmax", input, None)


def masked(name, scale=1.0):
    def mapping(input, dim=None, *, dtype=None, mask=None, keepdim=False):
        own_type(dtype)
        dims = list(range(input.ndim)) or [0] if dim is None else [dim] if isinstance(dim, int) else list(dim)
        if not dims:
            raise NotSayable("an empty list of axes")
        if mask is None and scale == 1:
            return forms.LogSumExp(input, dims, keepdim) if name == "logsumexp" else \
                forms.Softmax(input, dims[0], name == "log_softmax")
        rank = max(input.ndim, 1)
        if sorted(d % rank for d in dims) != list(range(rank - len(dims), rank)):
            raise NotSayable("mask or scale along an axis that is not the last")
        keep = np.ones(input.shape, bool) if mask is None else np.broadcast_to(mask, input.shape)
        return forms.Masked(name, input, keep, scale, len(dims), keepdim)
    return mapping


def softmax_backward(grad_output, output, dim, input_dtype):
    own_type(input_dtype)
    return forms.SoftmaxBackward(grad_output, output, dim)


def logsumexp(input, dim, keepdim=False):
    return forms.LogSumExp(input, [dim] if isinstance(dim, int) else list(dim) or None, keepdim)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    return forms.CrossEntropy(input, target, weight, ignore_index, label_smoothing, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return forms.CrossEntropy(input, target, weight, ignore_index, 0.0, reduction, nll=True)


def bce_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
    return forms.BceWithLogits(input, target, weight, pos_weight, reduction)


def attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    for array in (query, key, value):
        forms.dense(array)
    if dropout_p > 0:
        raise NotSayable("dropout")
    if enable_gqa and query.shape[-3] != key.shape[-3]:
        raise NotSayable("heads of keys that serve several heads of queries")
    return ScaledDotProduct(query, key, value, attn_mask, is_causal, scale)


class ScaledDotProduct(forms.Attention):
    """The axes before the last two broadcast; without heads the batch counts as heads."""

    def __init__(self, query, key, value, mask, is_causal, scale):
        self.given = {"query": query, "key": key, "value": value}
        self.lead = np.broadcast_shapes(*(a.shape[:-2] for a in self.given.values()))
        wide = [np.broadcast_to(a, self.lead + a.shape[-2:]).reshape(-1, self.lead[-1], *a.shape[-2:])
                for a in self.given.values()]
        if mask is not None:
            mask = mask if mask.ndim <= 3 or len(self.lead) == 2 else np.broadcast_to(mask, self.lead + mask.shape[-2:])
        scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
        super().__init__(*wide, scale, mask, causal=is_causal)

    def forward(self, lib):
        y = super().forward(lib)[0]
        narrow = lambda a: a.reshape(self.lead + a.shape[-2:])
        allowed = y.allowed
        y.computed, y.allowed = narrow(y.computed), lambda exact: narrow(allowed(exact.reshape(-1, *self.scores.shape[1:3],
                                                                                               exact.shape[-1])))
        return [y]

    def gradients(self, lib, dy):
        """Of what was broadcast the sum over its copies."""
        made = super().gradients(lib, dy.reshape(-1, *self.scores.shape[1:3], dy.shape[-1]))
        return {name: self.summed(check, self.given[name].shape) for name, check in made.items()}

    def summed(self, check, shape):
        size = check.allowed(np.zeros(check.computed.shape))
        copies = tuple(range(len(self.lead) + 2 - len(shape)))
        total = lambda a: a.reshape(self.lead + a.shape[-2:]).sum(axis=copies).reshape(shape)
        return forms.Check(check.what, total(check.computed), lambda exact: total(size) + ulp(1)(exact))


OPERATIONS = {
    "nn.functional.relu": unary("relu"),
    "nn.functional.relu6": unary("relu6"),
    "nn.functional.leaky_relu": unary("leaky_relu", negative_slope=("alpha", 0.01)),
    "nn.functional.rrelu": rrelu,
    "nn.functional.elu": unary("elu", alpha=("alpha", 1.0)),
    "nn.functional.celu": unary("celu", alpha=("alpha", 1.0)),
    "nn.functional.selu": unary("selu"),
    "nn.functional.gelu": gelu,
    "nn.functional.silu": unary("silu"),
    "nn.functional.mish": unary("mish"),
    "sigmoid": unary("sigmoid"),
    "nn.functional.logsigmoid": unary("log_sigmoid"),
    "nn.functional.hardsigmoid": unary("hard_sigmoid6"),
    "nn.functional.hardswish": unary("hard_swish"),
    "nn.functional.hardtanh": unary("hardtanh", min_val=("lo", -1.0), max_val=("hi", 1.0)),
    "clamp": clamp,
    "clamp_min": lambda input, min: clamp(input, min),
    "clamp_max": lambda input, max: clamp(input, None, max),
    "tanh": unary("tanh"),
    "nn.functional.tanhshrink": unary("tanh_shrink"),
    "nn.functional.softshrink": unary("soft_shrink", lambd=("lambda", 0.5)),
    "nn.functional.hardshrink": unary("hard_shrink", lambd=("lambda", 0.5)),
    "nn.functional.threshold": unary("threshold", threshold=("theta", None), value=("value", None)),
    "nn.functional.softplus": unary("softplus", beta=("beta", 1.0), threshold=("threshold", 20.0)),
    "nn.functional.softsign": unary("softsign"),
    "exp": unary("exp"),
    "erf": unary("erf"),
    "positive": unary("identity"),
    "nn.functional.prelu": prelu,
    "nn.functional.glu": glu,
    "softmax": softmax(log=False),
    "softmax.with_dtype": softmax(log=False),
    "log_softmax": softmax(log=True),
    "log_softmax.with_dtype": softmax(log=True),
    "nn.functional.softmin": softmin,
    "nn.functional.softmin.with_dtype": softmin,
    "torch.ops.aten._safe_softmax.default": safe_softmax,
    "_softmax_backward_data": softmax_backward,
    "logsumexp": logsumexp,
    "masked.softmax": masked("softmax"),
    "masked.log_softmax": masked("log_softmax"),
    "masked.softmin": masked("softmax", scale=-1.0),
    "masked.logsumexp": masked("logsumexp"),
    "nn.functional.scaled_dot_product_attention": attention,
    "nn.functional.cross_entropy": cross_entropy,
    "nn.functional.nll_loss": nll_loss,
    "nn.functional.binary_cross_entropy_with_logits": bce_with_logits,
}

# What to run in double in place of an operation that makes its parameter from others in double.
EQUAL = {
    "nn.functional.rrelu": lambda input, lower=1 / 8, upper=1 / 3, training=False, inplace=False:
        torch.nn.functional.leaky_relu(input, float(np.float32((lower + upper) / 2))),
}

# The modules whose forward function is a call of one of these.
MODULES = ("ReLU ReLU6 LeakyReLU PReLU ELU CELU SELU GELU SiLU Mish Sigmoid LogSigmoid Hardswish Hardtanh Tanh Tanhshrink "
           "Softshrink Hardshrink Threshold Softplus Softsign GLU Softmax Softmax2d LogSoftmax Softmin CrossEntropyLoss "
           "NLLLoss BCEWithLogitsLoss").split()

# ---------------------------------------------------------------------------- where PyTorch's double is not exact
#
# Per operation of vact: where, and f or f' in a form that keeps its digits in double. 1/6 is the nearest float in
# PyTorch's double too.
ROOT_2_PI = math.sqrt(2 / math.pi)


def sigmoid(x):
    return torch.sigmoid(torch.from_numpy(x)).numpy()


def normal_cdf(x):
    return torch.special.erfc(torch.from_numpy(x / -math.sqrt(2))).numpy() / 2


def gelu_tanh_slope(x):
    u = 2 * ROOT_2_PI * (x + 0.044715 * x**3)
    return sigmoid(u) + x * sigmoid(u) * sigmoid(-u) * 2 * ROOT_2_PI * (1 + 3 * 0.044715 * x**2)


EXACT = {
    "gelu": (lambda x: x < -3, lambda x: x * normal_cdf(x)),
    "gelu_tanh": (lambda x: x < -2, lambda x: x * sigmoid(2 * ROOT_2_PI * (x + 0.044715 * x**3))),
    "tanh_shrink": (lambda x: np.abs(x) < 0.01, lambda x: x**3 / 3 - 2 * x**5 / 15 + 17 * x**7 / 315 - 62 * x**9 / 2835),
}
EXACT_SLOPE = {
    "gelu": (lambda x: x < -3, lambda x: normal_cdf(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    "gelu_tanh": (lambda x: x < -2, gelu_tanh_slope),
    "tanh_shrink": (lambda x: np.abs(x) < 0.01, lambda x: np.tanh(x)**2),
    "sigmoid": (lambda x: np.abs(x) > 8, lambda x: sigmoid(x) * sigmoid(-x)),
    "tanh": (lambda x: np.abs(x) > 4, lambda x: 4 * sigmoid(2 * x) * sigmoid(-2 * x)),
    "hard_sigmoid6": (lambda x: np.abs(x) < 3, lambda x: np.full(x.shape, 1 / 6)),
    "softsign": (lambda x: np.abs(x) > 1000, lambda x: 1 / (1 + np.abs(x))**2),
}


def corrected(table, form, exact, factor=None):
    """The exact values, times a factor, where PyTorch's have lost digits."""
    if isinstance(form, forms.Unary) and form.name in table:
        where, function = table[form.name]
        places = where(form.x) & np.isfinite(form.x)
        exact = np.array(exact)
        with np.errstate(all="ignore"):
            values = function(form.x[places].astype(np.float64))
        exact[places] = values * (1 if factor is None else factor[places].astype(np.float64))
    return exact


# ----------------------------------------------------------------------------------------------------- the samples


def is_float(value):
    return isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())


def arrays(values):
    return tree_map(lambda v: v.detach().resolve_conj().numpy() if isinstance(v, torch.Tensor) else v, values)


class Call:
    """A function of PyTorch with its arguments by name; numbers are the floats that vact gets, defaults too."""

    def __init__(self, function, signature, args, kwargs, defaults={}):
        missing = {n: v for n, v in defaults.items() if n not in kwargs and n not in signature[:len(args)]}
        rounded = lambda v: float(np.float32(v)) if isinstance(v, float) else v
        self.function = function
        self.args, self.kwargs = tree_map(rounded, tuple(args)), tree_map(rounded, {**kwargs, **missing})
        self.names = [*itertools.islice(signature, len(args)), *self.kwargs]

    def values(self):
        return [*self.args, *self.kwargs.values()]

    def differentiable(self):
        return [n for n, v in zip(self.names, self.values()) if is_float(v) and v.requires_grad]

    def in_double(self):
        """The result, and the inputs that have a gradient, by name."""
        wide = lambda v: v.detach().double().requires_grad_(v.requires_grad) if is_float(v) else v
        args, kwargs = tree_map(wide, self.args), tree_map(wide, self.kwargs)
        leaves = {n: v for n, v in zip(self.names, [*args, *kwargs.values()]) if is_float(v) and v.requires_grad}
        return self.function(*args, **kwargs), leaves

    def limits(self, form, exact, of):
        """An infinite input of an elementwise operation: where PyTorch has NaN vact returns the limit, which PyTorch has
        for a large finite input."""
        if isinstance(form, forms.Unary) and np.isinf(form.x).any() and np.isnan(exact).any():
            large = torch.from_numpy(np.clip(form.x.astype(np.float64), -2.0**60, 2.0**60))
            other = Call(self.function, self.names, [large.requires_grad_(True), *self.args[1:]], self.kwargs)
            return np.where(np.isinf(form.x) & np.isnan(exact), of(other), exact)
        return exact


def reason_of_types(call):
    types = {forms.type_name(v.dtype) for v in call.values() if is_float(v)} | {
        forms.type_name(v.dtype) for v in call.values()[:1] if isinstance(v, torch.Tensor)}
    return next(iter(sorted(types - {"float32"})), None)


def gradients_of(call, dy):
    result, leaves = call.in_double()
    made = torch.autograd.grad(result, list(leaves.values()), torch.from_numpy(dy).double().reshape(result.shape),
                               allow_unused=True)
    return {n: None if g is None else g.numpy() for n, g in zip(leaves, made)}


class Runner:
    def __init__(self, lib, tally, chosen):
        self.lib, self.tally, self.chosen = lib, tally, re.compile(chosen)

    def run(self, operation, mapping, case, call):
        names = call.differentiable()
        reason = reason_of_types(call)
        if reason:
            self.tally.not_sayable(operation, "results", reason)
            self.tally.not_sayable(operation, "gradients", reason, len(names))
            return
        args, kwargs = arrays(call.args), arrays(call.kwargs)
        make = lambda: mapping(*args, **kwargs)
        exact = functools.cache(lambda name: self.exact(make(), call, name))  # the control needs it again
        dy = lambda: np.random.default_rng(1).normal(size=exact("shape")).astype(np.float32)
        self.tally.run(self.lib, operation, "results", case,
                       lambda: make().forward(self.lib)[0].against(exact("result")))
        for name in names:
            self.tally.run(self.lib, operation, "gradients", f"{case}, by {name}",
                           lambda name=name: self.gradient(make(), dy(), name, exact))

    def gradient(self, form, dy, name, exact):
        check = form.gradients(self.lib, dy).get(name)
        if check is None:
            raise NotSayable(f"gradient by {name}")
        return check.against(exact(name))

    def exact(self, form, call, name):
        """The shape of the result, the result, or the gradient by an input."""
        result = call.in_double()[0].detach().numpy()
        if name == "shape":
            return result.shape
        if name == "result":
            result = call.limits(form, result, lambda other: other.in_double()[0].detach().numpy())
            return corrected(EXACT, form, result)
        dy = np.random.default_rng(1).normal(size=result.shape).astype(np.float32)
        counted = form.counted(dy) if isinstance(form, forms.Masked) else dy
        exact = gradients_of(call, counted)[name]
        if exact is None:
            raise NotSayable(f"no gradient by {name} in PyTorch")
        exact = call.limits(form, exact, lambda other: gradients_of(other, dy)[name])
        if isinstance(form, (forms.Unary, forms.Prelu)) and name == "input":
            # a NaN gives NaN in vact, in PyTorch the slope of one of the pieces
            exact = np.where(np.isnan(form.x), np.nan, exact)
        return corrected(EXACT_SLOPE, form, exact, dy)


def signature_of(mapping):
    """The names of a mapping's positional arguments; of an elementwise operation those of its parameters follow."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in inspect.signature(mapping).parameters.values() if p.kind in kinds]
    names += getattr(mapping, "defaults", {})
    return names + [f"argument {i}" for i in range(len(names), 10)]


def samples_of(info, dtype, differentiable):
    """The reference inputs are the samples and more: views, infinities, large and tiny numbers. Those of clamp cannot be
    made with gradients."""
    torch.manual_seed(1)
    try:
        return list(info.reference_inputs("cpu", dtype, requires_grad=differentiable))
    except ValueError:
        samples = list(info.sample_inputs("cpu", dtype, requires_grad=differentiable))
        return samples + list(info.reference_inputs("cpu", dtype))[len(samples):]


def run_operations(runner):
    infos = {o.name + ("." + o.variant_test_name if o.variant_test_name else ""): o for o in op_db}
    for name, mapping in OPERATIONS.items():
        if not runner.chosen.search(name):
            continue
        info = infos[name]
        signature = signature_of(mapping)
        for dtype in sorted(info.supported_dtypes("cpu"), key=lambda t: (t != torch.float32, str(t))):
            differentiable = info.supports_autograd and dtype in info.supported_backward_dtypes("cpu")
            for number, sample in enumerate(samples_of(info, dtype, differentiable)):
                call = Call(EQUAL.get(name, info.op), signature, [sample.input, *sample.args], sample.kwargs,
                            getattr(mapping, "defaults", {}))
                runner.run(name, mapping, f"sample {number}", call)
        progress(runner.tally, name)


# Under which names the modules call some of the operations.
ALIASES = {"nn.functional.softmax": "softmax", "nn.functional.log_softmax": "log_softmax", "nn.functional.tanh": "tanh",
           "nn.functional.sigmoid": "sigmoid", "prelu": "nn.functional.prelu", "relu": "nn.functional.relu"}


class Captured(TorchFunctionMode):
    """The first call of an operation that OPERATIONS has, within a module's forward function."""

    def __init__(self):
        super().__init__()
        self.call = None

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = (resolve_name(function) or "").replace("torch.Tensor.", "").removeprefix("torch.")
        name = ALIASES.get(name, name)
        if self.call is None and name in OPERATIONS:
            self.call = name, function, args, dict(kwargs or {})
        return function(*args, **(kwargs or {}))


def run_modules(runner):
    infos = {info.name: info for info in module_db}
    for module in MODULES:
        if not runner.chosen.search("nn." + module):
            continue
        info = infos["nn." + module]
        for dtype in sorted(info.supported_dtypes("cpu"), key=lambda t: (t != torch.float32, str(t))):
            for training in (False, True) if info.train_and_eval_differ else (False,):
                torch.manual_seed(1)
                samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
                for number, sample in enumerate(samples):
                    made = info.module_cls(*sample.constructor_input.args, **sample.constructor_input.kwargs).to(dtype)
                    made.train(training)
                    with Captured() as captured:
                        made(*sample.forward_input.args, **sample.forward_input.kwargs)
                    assert captured.call, info.name
                    name, function, args, kwargs = captured.call
                    call = Call(EQUAL.get(name, function), signature_of(OPERATIONS[name]), args, kwargs)
                    runner.run("nn." + module, OPERATIONS[name], f"sample {number}", call)
        progress(runner.tally, "nn." + module)


def progress(tally, name):
    counts = [tally.counts[name, d] for d in tally.directions]
    print(f"{name}: {sum(c['passed'] for c in counts)} passed, {sum(c['FAILED'] for c in counts)} failed, "
          f"{sum(c['not sayable'] for c in counts)} not sayable", file=sys.stderr)


HEADING = "## OpInfo and ModuleInfo samples"
SECTION = HEADING + """

Made by `./dev pytorch` with the samples with which PyTorch tests its own operations (the reference inputs of `op_db`, and
`module_db`, in `torch.testing._internal`), of every type, for every operation that vact has. A case of *gradients* is one
input of one sample. Passed: within vact's own bound of PyTorch's operation in double on the same inputs, or of a form that
keeps its digits where that one loses them. At ±∞, where PyTorch has NaN and vact the limit, that is PyTorch's value at
±2^60; a NaN in the input of an elementwise operation must give a NaN gradient (in PyTorch relu's is dy). Attention: the
products are numpy's, in double; the softmax and its gradient are calls of vact, held to their bounds. Not sayable: vact has
no call for it, for the reason that the second table counts.

{tables}
{control}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--page", metavar="FILE", help="add the tables to docs/pytorch.md there")
    parser.add_argument("--op", metavar="REGEX", default="", help="only operations with such a name; writes no page")
    parser.add_argument("--wrong", metavar="OP=OTHER", type=other_operation, default={},
                        help="call OTHER instead of vact's operation OP")
    arguments = parser.parse_args()
    lib = Library(arguments.library)
    lib.wrong = arguments.wrong
    torch.set_num_threads(1)
    tally = Tally(["results", "gradients"])
    runner = Runner(lib, tally, arguments.op)
    run_operations(runner)
    run_modules(runner)
    text = SECTION.format(tables=tally.tables(), control=tally.control())
    print(text)
    status = tally.status(lib)
    if arguments.page and status == 0 and not arguments.op:
        page = pathlib.Path(arguments.page)
        page.write_text(page.read_text().split(HEADING)[0].rstrip() + "\n\n" + text)
    sys.exit(status)


if __name__ == "__main__":
    main()
