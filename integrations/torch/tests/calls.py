"""One or more calls of every operator, for the checks that go through all of them."""
import torch

from vact_torch._library import OPERATIONS

ops = torch.ops.vact
UNARY = [operation for operation in OPERATIONS.values() if operation.kind == "UNARY"]
GATES = [operation for operation in OPERATIONS.values() if operation.kind == "GATE"]
TYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
NO_TENSORS = {"registry", "info", "choose"}


def numbers(*shape, dtype=torch.float32, seed=0, grad=False):
    """Random, and at least 0.02 away from the kinks of all operations at default parameters: -3, -1, -0.5, 0, ... 7."""
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2
    near = torch.tensor([-7.0, -3.0, -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 6.0, 7.0], dtype=torch.float64)
    kink = near[(x.unsqueeze(-1) - near).abs().argmin(-1)]
    x = torch.where((x - kink).abs() < 0.02, kink + 0.02, x)
    return x.to(dtype).requires_grad_(grad)


def parameters(operation):
    values = list(operation.parameters.values())
    return [value if abs(value) < 1e30 else 1.5 for value in values]


def calls(dtype, grad):
    """(operator's name, arguments); tensors of `dtype`, which want a gradient where the operator has one and `grad`."""

    def x(*shape, seed=0):
        return numbers(*shape, dtype=dtype, seed=seed, grad=grad)

    def plain(*shape, seed=1):
        return numbers(*shape, dtype=dtype, seed=seed)

    wide = torch.float64 if dtype == torch.float64 else torch.float32

    for operation in UNARY:
        a = parameters(operation)
        yield "unary", (x(3, 5), operation.code, *a)
        yield "unary_no_grad", (plain(3, 5), operation.code, *a)
        yield "unary_out", (plain(3, 5), plain(3, 5, seed=2), operation.code, *a)
        yield "unary_backward", (plain(3, 5), plain(3, 5, seed=2), operation.code, False, *a)
    yield "unary", (x(4, 3, 2).transpose(0, 2), OPERATIONS["gelu"].code)
    yield "unary", (x(4, 6)[:, ::2], OPERATIONS["gelu"].code)
    yield "unary", (x(4, 1).expand(4, 3), OPERATIONS["relu"].code)
    yield "unary", (x(0), OPERATIONS["gelu"].code)
    yield "unary", (x(), OPERATIONS["gelu"].code)
    yield "unary_out", (plain(6, 4).t(), plain(4, 6), OPERATIONS["gelu"].code)
    yield "unary_backward", (plain(3, 5).t(), plain(5, 3), OPERATIONS["gelu"].code)
    if dtype == torch.float32:
        yield "prelu", (x(3, 4, 2), x(4, seed=3))
        yield "prelu", (x(3, 4), x(1, seed=3))
        yield "prelu_backward", (plain(3, 4, 2), plain(3, 4, 2, seed=2), plain(4, seed=3))
        yield "xielu_alpha_backward", (plain(3, 4), plain(3, 4, seed=2))
    for operation in GATES:
        a = parameters(operation)
        yield "gate", (x(3, 4), x(3, 4, seed=1), operation.code, False, *a)
        yield "gate_no_grad", (plain(3, 4), plain(3, 4, seed=2), operation.code, True, *a)
        yield "gate_backward", (plain(3, 4), plain(3, 4, seed=2), plain(3, 4, seed=3), operation.code, *a)
        for layout in range(4):
            yield "gate_packed", (x(3, 8), operation.code, layout, False, *a)
            yield "gate_packed_no_grad", (plain(3, 8), operation.code, layout, True, *a)
            yield "gate_packed_out", (plain(3, 4), plain(3, 8, seed=2), operation.code, layout, False, *a)
            yield "gate_packed_backward", (plain(3, 4), plain(3, 8, seed=2), operation.code, layout, *a)
    yield "gate", (*x(3, 8).chunk(2, -1), OPERATIONS["swiglu"].code)
    for kind in range(3):
        for dim in (-1, 1, 0):
            yield "softmax", (x(3, 4, 5), kind, dim)
        yield "softmax", (x(), kind, 0)
        yield "softmax_no_grad", (plain(3, 4).t(), kind, 1)
        y = ops.softmax_no_grad(plain(3, 4, 5), kind, 1)
        yield "softmax_backward", (numbers(*y.shape, dtype=y.dtype), plain(3, 4, 5), y, kind, 1)
        if dtype == torch.float64:
            continue
        keep = torch.ones(4, 5, dtype=torch.bool).tril()
        sinks = numbers(3, seed=5, grad=grad)
        yield "masked", (x(2, 3, 4, 5), kind, 0.5)
        yield "masked", (x(2, 3, 4, 5), kind, 0.5, numbers(2, 1, 4, 5), keep, True, 1, torch.tensor([0, 1]), 3)
        yield "masked", (x(2, 3, 4, 5), kind, 1.0, numbers(4, 5), None, False, 0, None, -1, -1, torch.tensor([5, 3]),
                         numbers(3), sinks, 4.0, True)
        y = ops.masked(plain(2, 3, 4, 5), kind, 0.5)
        yield "masked_backward", (numbers(*y.shape, dtype=y.dtype), plain(2, 3, 4, 5), y, kind, 0.5)
        more = (1.0, None, None, False, 0, None, -1, -1, None, None, numbers(3, seed=5), 4.0)
        y = ops.masked(plain(2, 3, 4, 5), kind, *more)
        yield "masked_backward", (numbers(*y.shape, dtype=y.dtype), plain(2, 3, 4, 5), y, kind, *more)
    targets = torch.tensor([1, -100, 0])
    weight = numbers(4, dtype=wide, seed=7).abs()
    for reduction in range(3):
        yield "cross_entropy", (x(3, 4), targets, weight, reduction, -100, 0.1)
        yield "cross_entropy", (x(3, 4), targets.int(), None, reduction, -100, 0.0, 0.01)
        yield "cross_entropy", (x(3, 4, 2), torch.zeros(3, 2, dtype=torch.int64), None, reduction)
        yield "cross_entropy", (x(3, 4), plain(3, 4, seed=8).softmax(-1), None, reduction)
        yield "cross_entropy", (x(3, 4), targets, None, reduction, -100, 0.0, 0.0, True)
        shape = [3] if reduction == 0 else []
        yield "cross_entropy_backward", (numbers(*shape, dtype=wide), plain(3, 4), targets, weight, reduction)
        yield "bce_with_logits", (x(3, 4), plain(3, 4, seed=8).sigmoid(), None, weight, reduction)
        yield "bce_with_logits", (x(3, 4), plain(3, 4, seed=8).sigmoid(), weight, None, reduction)
        shape = [3, 4] if reduction == 0 else []
        yield "bce_with_logits_backward", (numbers(*shape, dtype=wide), plain(3, 4), plain(3, 4).sigmoid(), None, weight,
                                           reduction)


def operators():
    """The names of all operators of the library, from the schemas that it registered."""
    names = {schema.name.removeprefix("vact::") for schema in torch._C._jit_get_all_schemas()
             if schema.name.startswith("vact::")}
    return sorted(names - NO_TENSORS)


def differentiable(arguments):
    return any(isinstance(argument, torch.Tensor) and argument.requires_grad for argument in arguments)
