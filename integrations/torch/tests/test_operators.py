"""Every operator by PyTorch's own checks: opcheck, gradcheck in float64, torch.compile; and controls that must fail."""
import itertools

import pytest
import torch
from calls import GATES, TYPES, calls, differentiable, numbers, operators, parameters
from torch.autograd.gradcheck import GradcheckError

import vact_torch
from vact_torch._library import OPERATIONS

ops = torch.ops.vact


def by_operator(dtype, grad):
    found = {}
    for name, arguments in calls(dtype, grad):
        found.setdefault(name, []).append(arguments)
    return found


def test_calls_reach_every_operator():
    assert sorted(by_operator(torch.float32, True)) == operators()


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("name", operators())
def test_opcheck(name, dtype):
    """All checks of float32 calls; of other types those which a type can change, since the rest takes minutes."""
    checks = ["test_schema", "test_faketensor"]
    if dtype == torch.float32:
        checks += ["test_autograd_registration", "test_aot_dispatch_dynamic"]
    for arguments in by_operator(dtype, True).get(name, []):
        torch.library.opcheck(getattr(ops, name).default, arguments, test_utils=checks)


def test_opcheck_finds_a_wrong_shape():
    library = torch.library.Library("vact_control", "FRAGMENT")
    library.define("gelu(Tensor x) -> Tensor")
    library.impl("gelu", lambda x: ops.unary_no_grad(x, OPERATIONS["gelu"].code), "CPU")
    torch.library.register_fake("vact_control::gelu", lambda x: x.new_empty([*x.shape, 1]), lib=library)
    with pytest.raises(torch.testing._internal.optests.generate_tests.OpCheckError):
        torch.library.opcheck(torch.ops.vact_control.gelu.default, (numbers(3),))


DIFFERENTIABLE = [(name, arguments) for name, arguments in calls(torch.float64, True)
                  if differentiable(arguments) and 0 not in arguments[0].stride()]  # gradcheck would change all at once


@pytest.mark.parametrize("name", sorted({name for name, _ in DIFFERENTIABLE}))
def test_gradcheck(name):
    operator = getattr(ops, name)
    for arguments in (arguments for known, arguments in DIFFERENTIABLE if known == name):
        assert torch.autograd.gradcheck(operator, arguments)


def test_gradcheck_finds_a_scaled_gradient():
    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return ops.unary_no_grad(x, OPERATIONS["gelu"].code)

        @staticmethod
        def backward(ctx, dy):
            return 1.01 * ops.unary_backward(dy, *ctx.saved_tensors, OPERATIONS["gelu"].code)

    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(Scaled.apply, (numbers(3, 5, dtype=torch.float64, grad=True),))


def gradients(function, arguments, double=False):
    """The result, and the gradients of its sum with fixed weights by every tensor that wants one."""
    leaves = [(a.detach().double() if double and a.is_floating_point() else a.detach()).requires_grad_(a.requires_grad)
              if isinstance(a, torch.Tensor) else a for a in arguments]
    y = function(*leaves)
    weights = numbers(*y.shape, dtype=torch.float64, seed=99)
    wanted = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.requires_grad]
    return y, torch.autograd.grad((y.double() * weights).sum(), wanted)


def masked_in_pytorch(x, kind, scale=1.0, bias=None, keep=None, causal=False, offset=0, offsets=None, before=-1,
                      after=-1, lengths=None, slopes=None, sinks=None, softcap=0.0, cap_after=False):
    logits = scale * x
    column = torch.arange(x.shape[-1])
    if softcap and not cap_after:
        logits = softcap * torch.tanh(logits / softcap)
    if bias is not None:
        logits = logits + (bias if slopes is None else slopes.view(-1, 1, 1) * bias)
    if softcap and cap_after:
        logits = softcap * torch.tanh(logits / softcap)
    seen = torch.ones_like(logits, dtype=torch.bool)
    if keep is not None:
        seen = seen & keep
    position = torch.arange(x.shape[-2]).view(-1, 1) + offset
    if offsets is not None:
        position = position + offsets.view(-1, 1, 1, 1)
    if causal:
        seen = seen & (column <= position)
    if before >= 0:
        seen = seen & (column > position - before)
    if lengths is not None:
        seen = seen & (column < lengths.view(-1, 1, 1, 1))
    logits = logits.masked_fill(~seen, -torch.inf)
    if sinks is not None:
        logits = torch.cat([logits, sinks.view(-1, 1, 1).expand(*logits.shape[:-1], 1)], -1)
    result = [torch.softmax, torch.log_softmax, torch.logsumexp][kind](logits, -1)
    return result if sinks is None or kind == 2 else result[..., :-1]


@pytest.mark.parametrize("dtype,tolerance", [(torch.float32, 1e-5), (torch.bfloat16, 2e-2), (torch.float16, 4e-3)],
                         ids=str)
def test_masked_against_pytorch_in_double(dtype, tolerance):
    for name, arguments in calls(dtype, True):
        if name != "masked":
            continue
        ours, our_gradients = gradients(ops.masked, arguments)
        exact, exact_gradients = gradients(masked_in_pytorch, arguments, double=True)
        seen = exact.isfinite()
        torch.testing.assert_close(ours.double()[seen], exact[seen], rtol=tolerance, atol=tolerance)
        assert (ours[~seen] == -torch.inf).all()
        if seen.all():
            for a, b in zip(our_gradients, exact_gradients):
                torch.testing.assert_close(a.double(), b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shape", list(itertools.product([2, 1], [3, 1], [4, 1])))
def test_masks_of_every_shape(shape):
    x, keep = numbers(2, 3, 4, 5), torch.rand(*shape, 5, generator=torch.Generator().manual_seed(3)) < 0.7
    for bias in (None, numbers(*shape, 5, seed=4)):
        ours = ops.masked(x, 0, 1.0, bias, keep)
        torch.testing.assert_close(ours, masked_in_pytorch(x, 0, 1.0, bias, keep).nan_to_num(0.0))


@pytest.mark.parametrize("name", operators())
def test_compile_returns_the_same_bits(name):
    operator = getattr(ops, name)
    for arguments in by_operator(torch.float32, False)[name]:
        torch._dynamo.reset()
        eager, compiled = ([a.clone() if isinstance(a, torch.Tensor) else a for a in arguments] for _ in range(2))
        expected = operator(*eager)
        actual = torch.compile(lambda *a: operator(*a), fullgraph=True,
                               backend="aot_eager")(*compiled)
        torch.testing.assert_close(actual, expected, rtol=0, atol=0, equal_nan=True)
        torch.testing.assert_close([a for a in compiled if isinstance(a, torch.Tensor)],
                                   [a for a in eager if isinstance(a, torch.Tensor)], rtol=0, atol=0)


def test_inductor_compiles_functions_with_gradients():
    def function(x, target):
        h = vact_torch.gelu(x) + vact_torch.swiglu(*x.chunk(2, -1)).repeat(1, 2)
        h = vact_torch.relu(h, inplace=True) * vact_torch.softmax(x, -1)
        return vact_torch.cross_entropy(h, target)

    x, target = numbers(6, 8, grad=True), torch.arange(6)
    expected = function(x, target)
    (gradient,) = torch.autograd.grad(expected, x)
    actual = torch.compile(function, fullgraph=True)(x, target)
    torch.testing.assert_close(actual, expected)
    torch.testing.assert_close(torch.autograd.grad(actual, x)[0], gradient)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_threads_do_not_change_bits(dtype):
    x = numbers(700, 513, dtype=dtype)
    targets = torch.arange(700) % 513
    gelu, swiglu = OPERATIONS["gelu"].code, OPERATIONS["swiglu"].code
    before = torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            results.append([
                ops.unary_no_grad(x, gelu), ops.unary_backward(x, x, gelu), ops.gate_no_grad(x, x, swiglu),
                *ops.gate_backward(x, x, x, swiglu), ops.softmax_no_grad(x, 0, 1), ops.softmax_no_grad(x, 1, 0),
                ops.cross_entropy(x, targets), ops.bce_with_logits(x, x.sigmoid()),
            ])
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other):
            assert torch.equal(a, b)


def test_errors_are_exceptions_and_write_nothing():
    x, out = numbers(4, 5), torch.full((4, 5), 7.0)
    with pytest.raises(RuntimeError, match="celu"):
        ops.unary_out(out, x, OPERATIONS["celu"].code, 0.0)
    assert (out == 7).all()
    for call in (
        lambda: vact_torch.gelu(torch.arange(3)),
        lambda: vact_torch.swiglu(x, x[:2]),
        lambda: vact_torch.swiglu(x, x.double()),
        lambda: ops.gate_packed(x, OPERATIONS["swiglu"].code),
        lambda: vact_torch.softmax(x, 2),
        lambda: vact_torch.cross_entropy(x, torch.tensor([0, 1, 2, 5])),
        lambda: vact_torch.masked_softmax(x, keep=torch.ones(3, 5, dtype=torch.bool)),
        lambda: vact_torch.masked_softmax(x.double()),
        lambda: vact_torch.use(math="sleef"),
    ):
        with pytest.raises(RuntimeError):
            call()
    with pytest.raises(ValueError):
        vact_torch.use(isa="mmx")


@pytest.mark.parametrize("function", [vact_torch.gelu, vact_torch.relu, lambda x: vact_torch.softmax(x, -1),
                                      lambda x: vact_torch.cross_entropy(x, torch.arange(4)),
                                      lambda x: ops.unary(x, OPERATIONS["gelu"].code)])
def test_second_derivatives_are_refused(function):
    leaf = numbers(4, 5, grad=True)
    (dx,) = torch.autograd.grad((function(leaf) ** 2).sum(), leaf, create_graph=True)
    with pytest.raises(RuntimeError, match="twice"):
        dx.sum().backward()


@pytest.mark.parametrize("operation", GATES, ids=lambda operation: operation.name)
def test_gradcheck_of_functions(operation):
    """The eager functions have an autograd of their own."""
    for layout in ("first", "second", "interleaved", "interleaved_second"):
        assert torch.autograd.gradcheck(lambda x, layout=layout: vact_torch.gate_packed(
            x, operation.name, layout, **dict(zip(operation.parameters, parameters(operation)))),
            (numbers(3, 8, dtype=torch.float64, grad=True),))


@pytest.mark.parametrize("name", ["gelu", "relu", "exp", "softplus", "elu", "hardswish", "softmax", "log_softmax"])
def test_gradcheck_of_elementwise_functions(name):
    more = (-1,) if "softmax" in name else ()
    x = numbers(3, 5, dtype=torch.float64, grad=True)
    assert torch.autograd.gradcheck(lambda x: getattr(vact_torch, name)(x, *more), (x,))


def test_use_changes_the_bits_and_back():
    x = numbers(4096)
    auto = vact_torch.gelu(x)
    try:
        vact_torch.use(isa="scalar")
        assert vact_torch.info()["isa"] in ("scalar", "scalar_fma") and torch.equal(vact_torch.gelu(x), auto)
        vact_torch.use(math="cr")
        assert not torch.equal(vact_torch.gelu(x), auto)
    finally:
        vact_torch.use()
    assert torch.equal(vact_torch.gelu(x), auto)


@pytest.mark.parametrize("layout", ["transposed", "channels_last", "every other", "expanded"])
def test_strides(layout):
    x = numbers(2, 6, 4, 4)
    x = {"transposed": x.transpose(0, 3), "channels_last": x.contiguous(memory_format=torch.channels_last),
         "every other": x[:, ::2], "expanded": x[:, :1].expand(2, 6, 4, 4)}[layout]
    y = vact_torch.gelu(x)
    assert torch.equal(y, vact_torch.gelu(x.contiguous())) and y.stride() == torch.empty_like(x).stride()
    for dim in range(4):
        assert torch.equal(vact_torch.softmax(x, dim), vact_torch.softmax(x.contiguous(), dim))
    assert torch.equal(vact_torch.swiglu(x, x), vact_torch.swiglu(x.contiguous(), x.contiguous()))


@pytest.mark.parametrize("name", ["relu", "silu", "elu", "hardswish", "relu6"])
def test_in_place(name):
    function, reference = getattr(vact_torch, name), getattr(torch.nn.functional, name)
    x = numbers(4, 5)
    assert function(x, inplace=True) is x
    torch.testing.assert_close(x, reference(numbers(4, 5)))
    leaf, other = numbers(4, 5, grad=True), numbers(4, 5, grad=True)
    function(leaf * 2, inplace=True).sum().backward()
    reference(other * 2, inplace=True).sum().backward()
    torch.testing.assert_close(leaf.grad, other.grad)


@pytest.mark.parametrize("function", [vact_torch.gelu, vact_torch.relu, lambda x: vact_torch.swiglu(x, x),
                                      lambda x: vact_torch.softmax(x, -1), lambda x: vact_torch.masked_softmax(x),
                                      lambda x: vact_torch.cross_entropy(x, torch.arange(4))])
def test_forward_mode_is_refused(function):
    with pytest.raises(NotImplementedError, match="forward-mode"):
        torch.func.jvp(function, (numbers(4, 5),), (numbers(4, 5),))


def test_autocast_keeps_losses_in_float():
    x, target = numbers(4, 5, dtype=torch.bfloat16), torch.arange(4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, expected = vact_torch.cross_entropy(x, target), torch.nn.functional.cross_entropy(x, target)
    assert loss.dtype == expected.dtype == torch.float32
    torch.testing.assert_close(loss, expected)


def test_export():
    model = torch.nn.Sequential(torch.nn.Linear(5, 3), vact_torch.GELU(), vact_torch.Softmax(-1))
    x = numbers(4, 5)
    torch.testing.assert_close(torch.export.export(model, (x,)).module()(x), model(x))
