#!/usr/bin/env python3
"""torch.autograd.gradcheck on double: tests/pytorch_double.py LIBVACT.SO [--wrong]

Needs torch and numpy. Each function on double of include/vact/f64.h becomes a torch.autograd.Function by ctypes, whose
backward is vact's gradient: all operations, gated units, softmax, log_softmax, logsumexp, cross-entropy and binary
cross-entropy. gradcheck compares the gradients with central differences of the values. Where PyTorch has the operation,
values and gradients are compared with its own, too, but for the gradients of celu and hardsigmoid, which have
about seven digits in PyTorch 2.13: there a formula stands in its place. Exit status 1 where one differs. `--wrong` scales the gradients by
1 + 2^-10, and must fail for all. `./dev pytorch` runs both.
"""
import ctypes
import sys
from collections.abc import Callable

import torch
from torch.nn import functional as F

POINTER = ctypes.POINTER(ctypes.c_double)
library = ctypes.CDLL(sys.argv[1])
factor = 1 + 2**-10 if "--wrong" in sys.argv else 1.0


def address(t: torch.Tensor) -> ctypes.c_void_p:
    """Of a dense tensor's first element."""
    assert t.is_contiguous() and t.dtype == torch.float64
    return ctypes.c_void_p(t.data_ptr())


def call(name: str, *arguments: object) -> None:
    """A function of vact; tensors are passed by address."""
    function = getattr(library, f"vact_{name}_f64")
    function.restype = ctypes.c_int
    passed = [address(a) if isinstance(a, torch.Tensor) else
              ctypes.c_double(a) if isinstance(a, float) else
              ctypes.c_size_t(a) if isinstance(a, int) else a for a in arguments]
    status = function(*passed)
    if status != 0:
        raise RuntimeError(f"vact_{name}_f64 returned {status}")


def function_of(forward: Callable[..., torch.Tensor], backward: Callable[..., tuple[torch.Tensor, ...]]) -> Callable:
    """An autograd function of tensors; backward gets dy, the inputs and the output."""

    class Made(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            y = forward(*inputs)
            ctx.save_for_backward(*inputs, y)
            return y

        @staticmethod
        def backward(ctx, dy):
            *inputs, y = ctx.saved_tensors
            gradients = backward(dy.contiguous(), *inputs, y)
            return tuple(g * factor for g in gradients)

    return Made.apply


def unary(name: str, *parameters: float) -> Callable:
    def forward(x):
        y = torch.empty_like(x)
        call(name, y, x, x.numel(), *parameters)
        return y

    def backward(dy, x, _):
        dx = torch.empty_like(x)
        call(name + "_backward", dx, dy, x, x.numel(), *parameters)
        return (dx,)

    return function_of(forward, backward)


def from_output(name: str, *parameters: float) -> Callable:
    def forward(x):
        y = torch.empty_like(x)
        call(name, y, x, x.numel(), *parameters)
        return y

    def backward(dy, _, y):
        dx = torch.empty_like(y)
        call(name + "_backward_from_output", dx, dy, y, y.numel(), *parameters)
        return (dx,)

    return function_of(forward, backward)


def gate(name: str, *parameters: float) -> Callable:
    def forward(g, u):
        y = torch.empty_like(g)
        call(name, y, g, u, g.numel(), *parameters)
        return y

    def backward(dy, g, u, _):
        dg, du = torch.empty_like(g), torch.empty_like(u)
        call(name + "_backward", dg, du, dy, g, u, g.numel(), *parameters)
        return dg, du

    return function_of(forward, backward)


def rows(name: str, axis: bool = False) -> Callable:
    shape = (lambda x: x.shape) if axis else (lambda x: x.shape[-2:])
    suffix = "_axis" if axis else ""

    def forward(x):
        y = torch.empty_like(x)
        call(name + suffix, y, x, *shape(x))
        return y

    def backward(dy, x, y):
        dx = torch.empty_like(x)
        call(name + "_backward" + suffix, dx, dy, y, *shape(x))
        return (dx,)

    return function_of(forward, backward)


def logsumexp() -> Callable:
    def forward(x):
        y = x.new_empty(x.shape[0])
        call("logsumexp", y, x, *x.shape)
        return y

    def backward(dy, x, y):
        dx = torch.empty_like(x)
        call("logsumexp_backward", dx, dy, x, y, *x.shape)
        return (dx,)

    return function_of(forward, backward)


def cross_entropy(targets: torch.Tensor) -> Callable:
    classes = ctypes.c_void_p(targets.data_ptr())

    def forward(x):
        loss = x.new_empty(())
        call("cross_entropy_i64", loss, x, classes, *x.shape, None)
        return loss

    def backward(dy, x, _):
        dx = torch.empty_like(x)
        call("cross_entropy_backward_i64", dx, dy, x, classes, *x.shape, None)
        return (dx,)

    return function_of(forward, backward)


def bce(targets: torch.Tensor) -> Callable:
    def forward(x):
        loss = x.new_empty(())
        call("bce_with_logits", loss, x, targets, x.numel(), None)
        return loss

    def backward(dy, x, _):
        dx = torch.empty_like(x)
        call("bce_with_logits_backward", dx, dy, x, targets, x.numel(), None)
        return (dx,)

    return function_of(forward, backward)


def cases() -> list[tuple[str, Callable, Callable | None, int]]:
    """Name, vact's function, PyTorch's or None, and how many tensors it takes."""
    torch.manual_seed(1)
    targets = torch.randint(0, 7, (5,))
    shares = torch.rand(5, 7, dtype=torch.float64)
    tanh_cap = lambda x: 30.0 * torch.tanh(x / 30.0)
    found = [
        ("relu", unary("relu"), F.relu), ("relu6", unary("relu6"), F.relu6),
        ("relu_squared", unary("relu_squared"), lambda x: F.relu(x) ** 2),
        ("leaky_relu", unary("leaky_relu", 0.01), F.leaky_relu), ("elu", unary("elu", 1.3), lambda x: F.elu(x, 1.3)),
        ("celu", unary("celu", 0.7), lambda x: torch.where(x > 0, x, 0.7 * torch.expm1(x / 0.7))), ("selu", unary("selu"), F.selu),
        ("gelu", unary("gelu"), F.gelu), ("gelu_tanh", unary("gelu_tanh"), lambda x: F.gelu(x, approximate="tanh")),
        ("gelu_quick", unary("gelu_quick"), lambda x: x * torch.sigmoid(1.702 * x)), ("silu", unary("silu"), F.silu),
        ("swish", unary("swish", 1.5), lambda x: x * torch.sigmoid(1.5 * x)), ("mish", unary("mish"), F.mish),
        ("sigmoid", unary("sigmoid"), torch.sigmoid), ("log_sigmoid", unary("log_sigmoid"), F.logsigmoid),
        ("hard_sigmoid", unary("hard_sigmoid", 0.2, 0.5), lambda x: torch.clamp(0.2 * x + 0.5, 0, 1)),
        ("hard_sigmoid6", unary("hard_sigmoid6"), lambda x: torch.clamp(x + 3, 0, 6) / 6), ("hard_swish", unary("hard_swish"), F.hardswish),
        ("tanh", unary("tanh"), torch.tanh), ("tanh_shrink", unary("tanh_shrink"), F.tanhshrink),
        ("hardtanh", unary("hardtanh", -1.0, 1.0), F.hardtanh), ("soft_shrink", unary("soft_shrink", 0.5), F.softshrink),
        ("hard_shrink", unary("hard_shrink", 0.5), F.hardshrink),
        ("threshold", unary("threshold", 0.1, 2.0), lambda x: F.threshold(x, 0.1, 2.0)),
        ("thresholded_relu", unary("thresholded_relu", 1.0), lambda x: F.threshold(x, 1.0, 0.0)),
        ("softplus", unary("softplus", 1.5, 20.0), lambda x: F.softplus(x, 1.5)),
        ("softsign", unary("softsign"), F.softsign), ("exp", unary("exp"), torch.exp),
        ("identity", unary("identity"), lambda x: x * 1.0), ("softcap", unary("softcap", 30.0), tanh_cap),
        ("xielu", unary("xielu", 0.8, 0.8, 0.5), None),
        ("sqrt_softplus", unary("sqrt_softplus"), lambda x: torch.sqrt(F.softplus(x))),
        ("erf", unary("erf"), torch.erf),
    ]
    found += [(f"{name} from output", from_output(name, *more), None) for name, more in
              [("relu", ()), ("leaky_relu", (0.01,)), ("elu", (1.0,)), ("sigmoid", ()), ("tanh", ()),
               ("softplus", (1.0, 20.0)), ("exp", ())]]
    one = [(name, ours, theirs, 1) for name, ours, theirs in found]
    quick = lambda g, u: g * torch.sigmoid(1.702 * g) * u
    two = [
        ("glu", gate("glu"), lambda g, u: torch.sigmoid(g) * u), ("reglu", gate("reglu"), lambda g, u: F.relu(g) * u),
        ("geglu", gate("geglu"), lambda g, u: F.gelu(g) * u),
        ("geglu_tanh", gate("geglu_tanh"), lambda g, u: F.gelu(g, approximate="tanh") * u),
        ("swiglu", gate("swiglu"), lambda g, u: F.silu(g) * u),
        ("swiglu_oai", gate("swiglu_oai", 1.702, 1.0, 7.0), None),
        ("swiglu_clamped", gate("swiglu_clamped", 1.0, 7.0), None),
        ("swiglu_step", gate("swiglu_step", 7.0), None), ("geglu_quick", gate("geglu_quick"), quick),
        ("situ_glu", gate("situ_glu", 4.0, 25.0), None), ("fatreglu", gate("fatreglu", 0.0), None),
        ("relu_squared_glu", gate("relu_squared_glu"), lambda g, u: F.relu(g) ** 2 * u),
    ]
    matrix = [
        ("softmax", rows("softmax"), lambda x: torch.softmax(x, -1), 2),
        ("log_softmax", rows("log_softmax"), lambda x: torch.log_softmax(x, -1), 2),
        ("logsumexp", logsumexp(), lambda x: torch.logsumexp(x, -1), 2),
        ("softmax axis", rows("softmax", True), lambda x: torch.softmax(x, 1), 3),
        ("log_softmax axis", rows("log_softmax", True), lambda x: torch.log_softmax(x, 1), 3),
        ("cross_entropy", cross_entropy(targets), lambda x: F.cross_entropy(x, targets), 2),
        ("bce_with_logits", bce(shares), lambda x: F.binary_cross_entropy_with_logits(x, shares), 2),
    ]
    found = [(name, ours, theirs, [(40,)]) for name, ours, theirs, _ in one]
    found += [(name, ours, theirs, [(40,), (40,)]) for name, ours, theirs in two]
    return found + [(name, ours, theirs, [(5, 7) if rank == 2 else (3, 5, 2)]) for name, ours, theirs, rank in matrix]


def differs(ours: Callable, theirs: Callable, inputs: list[torch.Tensor]) -> bool:
    """Whether values or gradients are further apart than 1e-13 of their size."""
    results = []
    for function in (ours, theirs):
        given = [x.detach().clone().requires_grad_() for x in inputs]
        y = function(*given)
        y.sum().backward()
        results.append([y.detach()] + [x.grad for x in given])
    return any(not torch.allclose(a, b, rtol=1e-13, atol=1e-14) for a, b in zip(*results))


def main() -> int:
    torch.manual_seed(2)
    failed, checked, compared = [], 0, 0
    for name, ours, theirs, shapes in cases():
        inputs = [(torch.randn(shape, dtype=torch.float64) * 2).requires_grad_() for shape in shapes]
        checked += 1
        compared += theirs is not None
        good = torch.autograd.gradcheck(ours, tuple(inputs), eps=1e-6, atol=1e-7, rtol=1e-5, raise_exception=False)
        if not good or (theirs is not None and differs(ours, theirs, inputs)):
            failed.append(name)
    print(f"gradcheck: {checked} functions of double, {compared} of them compared with PyTorch's; {len(failed)} differ"
          + "".join(f"\n    {name}" for name in failed))
    if "--wrong" in sys.argv:
        return 0 if len(failed) < checked else 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
