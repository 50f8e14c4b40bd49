"""What torch needs to know of the operators besides their kernels: the shapes of their results, and their gradients.

The gradients have no derivative themselves: to differentiate twice is an error, not a wrong number.

`calls` has what the functions of this package call where a gradient is asked for. In a graph that is the operator. In eager
mode it is an autograd function with the same formula, since an operator's autograd takes twice as long there.
"""
import torch
from torch.autograd import forward_ad
from torch.autograd.function import once_differentiable

from ._library import OPERATIONS

ops = torch.ops.vact
SOFTMAX, LOG_SOFTMAX, LOGSUMEXP = range(3)

# The output tells the gradient of these as well as the input does, and frees the input. Of sigmoid, tanh, elu and
# softplus it would lose digits.
FROM_OUTPUT = {OPERATIONS[name].code for name in ("relu", "exp")}


def _fake(name):
    """For the operator, and for its twin without a gradient if it has one."""

    def register(function):
        for twin in (name, f"{name}_no_grad"):
            if hasattr(ops, twin):
                torch.library.register_fake(f"vact::{twin}", function)

    return register


def wide(dtype):
    return torch.float64 if dtype == torch.float64 else torch.float32


def wanted(*tensors):
    """Whether a gradient is asked for by one of the tensors. A tangent (torch.func.jvp) is refused: the dispatcher would
    drop it without a word, and the derivative would be 0."""
    if forward_ad._current_level >= 0 and any(forward_ad.unpack_dual(x).tangent is not None for x in tensors):
        raise NotImplementedError("vact has no forward-mode derivatives")
    return torch.is_grad_enabled() and any(x.requires_grad for x in tensors)


# -------------------------------------------------------------------------------------------------- shapes


@_fake("unary")
def _(x, op, a=0, b=0, c=0):
    return torch.empty_like(x)


@_fake("unary_out")
def _(out, x, op, a=0, b=0, c=0):
    pass


@_fake("unary_backward")
def _(dy, x, op, from_output=False, a=0, b=0, c=0):
    return torch.empty_like(x)


@_fake("prelu")
def _(x, weight):
    return x.new_empty(x.shape)


@_fake("prelu_backward")
def _(dy, x, weight):
    return x.new_empty(x.shape), weight.new_empty(weight.shape)


@_fake("xielu_alpha_backward")
def _(dy, x):
    return x.new_empty([2])


@_fake("gate")
def _(gate, up, op, eager=False, a=0, b=0, c=0):
    return gate.new_empty(gate.shape)


@_fake("gate_backward")
def _(dy, gate, up, op, a=0, b=0, c=0):
    return gate.new_empty(gate.shape), gate.new_empty(gate.shape)


@_fake("gate_packed")
def _(x, op, layout=0, eager=False, a=0, b=0, c=0):
    return x.new_empty([*x.shape[:-1], x.shape[-1] // 2])


@_fake("gate_packed_out")
def _(out, x, op, layout=0, eager=False, a=0, b=0, c=0):
    pass


@_fake("gate_packed_backward")
def _(dy, x, op, layout=0, a=0, b=0, c=0):
    return x.new_empty(x.shape)


def _result(x, kind, dim):
    if kind != LOGSUMEXP:
        return x.new_empty(x.shape)
    shape = list(x.shape)
    if shape:
        del shape[dim]
    return x.new_empty(shape, dtype=wide(x.dtype))


@_fake("softmax")
def _(x, kind, dim):
    return _result(x, kind, dim)


@_fake("softmax_backward")
def _(dy, x, y, kind, dim):
    shaped = x if kind == LOGSUMEXP else y
    return shaped.new_empty(shaped.shape)


@_fake("masked")
def _(x, kind, *args, **kwargs):
    return _result(x, kind, -1)


@_fake("masked_backward")
def _(dy, x, y, kind, *args, sinks=None, **kwargs):
    shaped = y if x is None else x
    sinks = args[SINKS] if len(args) > SINKS else sinks
    dsinks = shaped.new_empty([0], dtype=torch.float32) if sinks is None else sinks.new_empty(sinks.shape)
    return shaped.new_empty(shaped.shape), dsinks


@_fake("cross_entropy")
def _(logits, target, weight=None, reduction=1, *args, **kwargs):
    shape = list(logits.shape) if reduction == 0 else []
    if shape:
        del shape[0 if len(shape) == 1 else 1]
    return logits.new_empty(shape, dtype=wide(logits.dtype))


@_fake("cross_entropy_backward")
def _(dy, logits, target, *args, **kwargs):
    return logits.new_empty(logits.shape)


@_fake("bce_with_logits")
def _(x, target, weight=None, pos_weight=None, reduction=1):
    return x.new_empty(x.shape if reduction == 0 else [], dtype=wide(x.dtype))


@_fake("bce_with_logits_backward")
def _(dy, x, target, *args, **kwargs):
    return x.new_empty(x.shape)


# ----------------------------------------------------------------------------------------------- gradients


calls = {}


def _register(name, backward, setup_context):
    backward = once_differentiable(backward)
    torch.library.register_autograd(f"vact::{name}", backward, setup_context=setup_context)
    if not hasattr(ops, f"{name}_no_grad"):
        return
    operator, kernel = getattr(ops, name).default, getattr(ops, f"{name}_no_grad").default

    def forward(ctx, *inputs):
        output = kernel(*inputs)
        setup_context(ctx, inputs, output)
        return output

    eager = type(name, (torch.autograd.Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})
    calls[name] = lambda *inputs: (operator if torch.compiler.is_compiling() else eager.apply)(*inputs)


def _unary_context(ctx, inputs, output):
    x, op, *ctx.parameters = inputs
    ctx.op, ctx.from_output = op, op in FROM_OUTPUT
    ctx.save_for_backward(output if ctx.from_output else x)


def _unary_backward(ctx, dy):
    (saved,) = ctx.saved_tensors
    return ops.unary_backward(dy, saved, ctx.op, ctx.from_output, *ctx.parameters), None, None, None, None


_register("unary", _unary_backward, _unary_context)


def _prelu_context(ctx, inputs, output):
    ctx.save_for_backward(*inputs)


def _prelu_backward(ctx, dy):
    return ops.prelu_backward(dy, *ctx.saved_tensors)


_register("prelu", _prelu_backward, _prelu_context)


def _gate_context(ctx, inputs, output):
    gate, up, ctx.op, _, *ctx.parameters = inputs
    ctx.save_for_backward(gate, up)


def _gate_backward(ctx, dy):
    return *ops.gate_backward(dy, *ctx.saved_tensors, ctx.op, *ctx.parameters), None, None, None, None, None


_register("gate", _gate_backward, _gate_context)


def _packed_context(ctx, inputs, output):
    x, ctx.op, ctx.layout, _, *ctx.parameters = inputs
    ctx.save_for_backward(x)


def _packed_backward(ctx, dy):
    dx = ops.gate_packed_backward(dy, *ctx.saved_tensors, ctx.op, ctx.layout, *ctx.parameters)
    return dx, None, None, None, None, None, None


_register("gate_packed", _packed_backward, _packed_context)


def _softmax_context(ctx, inputs, output):
    x, ctx.kind, ctx.dim = inputs
    ctx.save_for_backward(x if ctx.kind == LOGSUMEXP else None, output)


def _softmax_backward(ctx, dy):
    x, y = ctx.saved_tensors
    return ops.softmax_backward(dy, x, y, ctx.kind, ctx.dim), None, None


_register("softmax", _softmax_backward, _softmax_context)

# The options of `masked` in their order, and where its tensors are among them.
BIAS, KEEP, OFFSETS, LENGTHS, SLOPES, SINKS, SOFTCAP = 1, 2, 5, 8, 9, 10, 11
TENSORS = (BIAS, KEEP, OFFSETS, LENGTHS, SLOPES, SINKS)


def _masked_context(ctx, inputs, output):
    x, ctx.kind, *options = inputs
    needs_x = ctx.kind == LOGSUMEXP or options[SINKS] is not None or options[SOFTCAP] != 0
    ctx.save_for_backward(x if needs_x else None, output, *(options[place] for place in TENSORS))
    ctx.options = [None if place in TENSORS else option for place, option in enumerate(options)]


def _masked_backward(ctx, dy):
    x, y, *tensors = ctx.saved_tensors
    options = list(ctx.options)
    for place, tensor in zip(TENSORS, tensors):
        options[place] = tensor
    dx, dsinks = ops.masked_backward(dy, x, y, ctx.kind, *options)
    gradients = [None] * len(options)
    gradients[SINKS] = None if options[SINKS] is None else dsinks
    return dx, None, *gradients


_register("masked", _masked_backward, _masked_context)


def _loss_context(ctx, inputs, output):
    logits, target, *ctx.options = inputs
    tensors = [option for option in ctx.options if isinstance(option, torch.Tensor)]
    ctx.places = [place for place, option in enumerate(ctx.options) if isinstance(option, torch.Tensor)]
    ctx.options = [None if place in ctx.places else option for place, option in enumerate(ctx.options)]
    ctx.save_for_backward(logits, target, *tensors)


def _loss_backward(operator):
    def backward(ctx, dy):
        logits, target, *tensors = ctx.saved_tensors
        options = list(ctx.options)
        for place, tensor in zip(ctx.places, tensors):
            options[place] = tensor
        return operator(dy, logits, target, *options), None, *[None] * len(options)

    return backward


_register("cross_entropy", _loss_backward(ops.cross_entropy_backward), _loss_context)
_register("bce_with_logits", _loss_backward(ops.bce_with_logits_backward), _loss_context)
