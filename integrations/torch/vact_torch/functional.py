"""Functions element by element, and gated units. Where torch.nn.functional has one, its name and parameters are taken.

`inplace=True` writes to the input. Where a gradient is asked for that costs a copy, as the gradient needs the input.
"""
import torch

from ._gradients import FROM_OUTPUT, calls, wanted
from ._library import OPERATIONS

__all__ = [
    "celu", "elu", "erf", "exp", "fatreglu", "gate_packed", "geglu", "gelu", "gelu_quick", "glu", "hard_sigmoid",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "identity", "leaky_relu", "logsigmoid", "mish", "prelu",
    "reglu", "relu", "relu6", "relu_squared", "relu_squared_glu", "rrelu", "selu", "sigmoid", "silu", "situ_glu",
    "softcap", "softplus", "softshrink", "softsign", "sqrt_softplus", "swiglu", "swiglu_clamped", "swiglu_oai",
    "swiglu_step", "swish", "tanh", "tanhshrink", "threshold", "thresholded_relu", "xielu",
]  # fmt: skip

_CODE = {name: operation.code for name, operation in OPERATIONS.items()}
_unary = calls["unary"]
_unary_no_grad = torch.ops.vact.unary_no_grad.default
_unary_out = torch.ops.vact.unary_out.default
_gate = calls["gate"]
_gate_no_grad = torch.ops.vact.gate_no_grad.default
_packed = calls["gate_packed"]
_packed_no_grad = torch.ops.vact.gate_packed_no_grad.default


def _apply(x, code, inplace, a=0.0, b=0.0, c=0.0):
    # Autograd in Python costs more than a small call: without a gradient the operator that has none is called.
    differentiated = wanted(x)
    if not inplace:
        return (_unary if differentiated else _unary_no_grad)(x, code, a, b, c)
    if not differentiated:
        _unary_out(x, x, code, a, b, c)
        return x
    kept = x if code in FROM_OUTPUT else x.clone()
    return x.copy_(_unary(kept, code, a, b, c))


def relu(input, inplace=False):
    return _apply(input, _CODE["relu"], inplace)


def relu6(input, inplace=False):
    return _apply(input, _CODE["relu6"], inplace)


def relu_squared(input):
    """x < 0 ? 0 : x^2"""
    return _apply(input, _CODE["relu_squared"], False)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    return _apply(input, _CODE["leaky_relu"], inplace, negative_slope)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """As in evaluation; vact has no random slopes."""
    if training:
        raise NotImplementedError("vact has no random slopes: rrelu is for training=False")
    return leaky_relu(input, (lower + upper) / 2, inplace)


def prelu(input, weight):
    """In float32. 16-bit tensors are widened, which rounds nothing, and rounded once; float64 is PyTorch's own, as vact
    has no prelu on double."""
    if input.dtype == torch.float64:
        return torch.nn.functional.prelu(input, weight)
    wanted(input, weight)
    if input.dtype == torch.float32:
        return torch.ops.vact.prelu(input, weight)
    return torch.ops.vact.prelu(input.float(), weight.float()).to(input.dtype)


def elu(input, alpha=1.0, inplace=False):
    return _apply(input, _CODE["elu"], inplace, alpha)


def celu(input, alpha=1.0, inplace=False):
    return _apply(input, _CODE["celu"], inplace, alpha)


def selu(input, inplace=False):
    return _apply(input, _CODE["selu"], inplace, *OPERATIONS["selu"].parameters.values())


def gelu(input, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate must be none or tanh, not {approximate!r}")
    return _apply(input, _CODE["gelu" if approximate == "none" else "gelu_tanh"], False)


def gelu_quick(input):
    """x*sigmoid(1.702 x)"""
    return _apply(input, _CODE["gelu_quick"], False)


def silu(input, inplace=False):
    return _apply(input, _CODE["silu"], inplace)


def swish(input, beta=1.0):
    """x*sigmoid(beta*x)"""
    return _apply(input, _CODE["swish"], False, beta)


def mish(input, inplace=False):
    return _apply(input, _CODE["mish"], inplace)


def sigmoid(input):
    return _apply(input, _CODE["sigmoid"], False)


def logsigmoid(input):
    return _apply(input, _CODE["log_sigmoid"], False)


def hardsigmoid(input, inplace=False):
    return _apply(input, _CODE["hard_sigmoid6"], inplace)


def hard_sigmoid(input, alpha=0.2, beta=0.5):
    """alpha*x + beta, clamped to [0, 1]: ONNX's HardSigmoid"""
    return _apply(input, _CODE["hard_sigmoid"], False, alpha, beta)


def hardswish(input, inplace=False):
    return _apply(input, _CODE["hard_swish"], inplace, *OPERATIONS["hard_swish"].parameters.values())


def tanh(input):
    return _apply(input, _CODE["tanh"], False)


def tanhshrink(input):
    return _apply(input, _CODE["tanh_shrink"], False)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return _apply(input, _CODE["hardtanh"], inplace, min_val, max_val)


def softshrink(input, lambd=0.5):
    return _apply(input, _CODE["soft_shrink"], False, lambd)


def hardshrink(input, lambd=0.5):
    return _apply(input, _CODE["hard_shrink"], False, lambd)


def threshold(input, threshold, value, inplace=False):
    return _apply(input, _CODE["threshold"], inplace, threshold, value)


def thresholded_relu(input, alpha=1.0):
    """x > alpha ? x : 0: ONNX's ThresholdedRelu"""
    return _apply(input, _CODE["thresholded_relu"], False, alpha)


def softplus(input, beta=1.0, threshold=20.0):
    return _apply(input, _CODE["softplus"], False, beta, threshold)


def softsign(input):
    return _apply(input, _CODE["softsign"], False)


def exp(input):
    return _apply(input, _CODE["exp"], False)


def erf(input):
    return _apply(input, _CODE["erf"], False)


def identity(input):
    """A copy of the input."""
    return _apply(input, _CODE["identity"], False)


def softcap(input, c=30.0):
    """c*tanh(x/c)"""
    return _apply(input, _CODE["softcap"], False, c)


def sqrt_softplus(input):
    """sqrt(log(1 + e^x)): the router of DeepSeek-V4"""
    return _apply(input, _CODE["sqrt_softplus"], False)


def xielu(input, alpha_p=0.8, alpha_n=0.8, beta=0.5):
    """x > 0 ? alpha_p*x^2 + beta*x : alpha_n*(e^x - 1 - x) + beta*x, of numbers."""
    return _apply(input, _CODE["xielu"], False, alpha_p, alpha_n, beta)


# ------------------------------------------------------------------------------------------- gated units

_ROUNDINGS = {"once": False, "eager": True}
_LAYOUTS = {"first": 0, "second": 1, "interleaved": 2, "interleaved_second": 3}


def _chosen(choices, value, what):
    if value not in choices:
        raise ValueError(f"{what} must be one of {', '.join(choices)}, not {value!r}")
    return choices[value]


def _apply_gate(name, gate, up, rounding, a=0.0, b=0.0, c=0.0):
    eager = _chosen(_ROUNDINGS, rounding, "rounding")
    differentiated = wanted(gate, up)
    return (_gate if differentiated else _gate_no_grad)(gate, up, _CODE[name], eager, a, b, c)


def gate_packed(input, name, layout="first", *, rounding="once", **parameters):
    """A gated unit (`name`: glu, swiglu, ...) of one tensor that holds gate and up along its last dim. The gate is in
    the `first` half, in the `second`, or the two alternate: `interleaved` with the gate first, `interleaved_second`.
    Results are rounded `once`, or as in `eager` mode: the activation to the type, then the product."""
    operation = OPERATIONS.get(name)
    if operation is None or operation.kind != "GATE":
        raise ValueError(f"{name!r} is no gated unit")
    unknown = parameters.keys() - operation.parameters.keys()
    if unknown:
        raise TypeError(f"{name} has no parameter {', '.join(sorted(unknown))}")
    values = [float(parameters.get(key, default)) for key, default in operation.parameters.items()]
    eager, layout = _chosen(_ROUNDINGS, rounding, "rounding"), _chosen(_LAYOUTS, layout, "layout")
    differentiated = wanted(input)
    values += [0.0] * (3 - len(values))
    return (_packed if differentiated else _packed_no_grad)(input, operation.code, layout, eager, *values)


def glu(input, dim=-1):
    """PyTorch's: the gate is the second half along dim."""
    if input.dim() == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    if input.shape[dim] % 2:
        raise RuntimeError(f"the size of dim {dim} must be even, not {input.shape[dim]}")
    if dim in (-1, input.dim() - 1):
        return gate_packed(input, "glu", "second")
    up, gate = input.chunk(2, dim)
    return _apply_gate("glu", gate, up, "once")


def reglu(gate, up, *, rounding="once"):
    """relu(gate)*up"""
    return _apply_gate("reglu", gate, up, rounding)


def geglu(gate, up, approximate="none", *, rounding="once"):
    """gelu(gate)*up; approximate is none, tanh or quick"""
    names = {"none": "geglu", "tanh": "geglu_tanh", "quick": "geglu_quick"}
    return _apply_gate(_chosen(names, approximate, "approximate"), gate, up, rounding)


def swiglu(gate, up, *, rounding="once"):
    """silu(gate)*up"""
    return _apply_gate("swiglu", gate, up, rounding)


def swiglu_oai(gate, up, alpha=1.702, beta=1.0, limit=7.0, *, rounding="once"):
    """g*sigmoid(alpha*g)*(clamp(up, -limit, limit) + beta), g = min(gate, limit): gpt-oss"""
    return _apply_gate("swiglu_oai", gate, up, rounding, alpha, beta, limit)


def swiglu_clamped(gate, up, alpha=1.0, limit=float("inf"), *, rounding="once"):
    """g*sigmoid(alpha*g)*clamp(up, -limit, limit), g = min(gate, limit): DeepSeek-V4 with limit 10"""
    return _apply_gate("swiglu_clamped", gate, up, rounding, alpha, limit)


def swiglu_step(gate, up, limit=7.0, *, rounding="once"):
    """min(silu(gate), limit)*clamp(up, -limit, limit): Step-3.5"""
    return _apply_gate("swiglu_step", gate, up, rounding, limit)


def situ_glu(gate, up, beta1=4.0, beta2=25.0, *, rounding="once"):
    """beta1*tanh(gate/beta1)*sigmoid(gate)*beta2*tanh(up/beta2): Kimi K3"""
    return _apply_gate("situ_glu", gate, up, rounding, beta1, beta2)


def fatreglu(gate, up, theta=0.0, *, rounding="once"):
    """(gate > theta ? gate : 0)*up"""
    return _apply_gate("fatreglu", gate, up, rounding, theta)


def relu_squared_glu(gate, up, *, rounding="once"):
    """relu(gate)^2*up"""
    return _apply_gate("relu_squared_glu", gate, up, rounding)
