"""vact's activations on the CPU under the names of Hugging Face's kernels-community/activation: a function writes to
`out` and returns it. 16-bit gated units are rounded as PyTorch's eager mode rounds them."""
from torch import Tensor

from . import layers
from ._ops import ops

__all__ = [
    "fatrelu_and_mul", "gelu", "gelu_and_mul", "gelu_fast", "gelu_new", "gelu_quick", "gelu_tanh",
    "gelu_tanh_and_mul", "layers", "mul_and_silu", "ops", "silu", "silu_and_mul", "situ_and_mul", "swiglu_clamped",
    "swiglu_oai", "swiglu_step",
]  # fmt: skip


def silu_and_mul(out: Tensor, x: Tensor) -> Tensor:
    ops.silu_and_mul(out, x)
    return out


def mul_and_silu(out: Tensor, x: Tensor) -> Tensor:
    ops.mul_and_silu(out, x)
    return out


def gelu_and_mul(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_and_mul(out, x)
    return out


def gelu_tanh_and_mul(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_tanh_and_mul(out, x)
    return out


def fatrelu_and_mul(out: Tensor, x: Tensor, threshold: float = 0.0) -> Tensor:
    ops.fatrelu_and_mul(out, x, threshold)
    return out


def swiglu_step(out: Tensor, x: Tensor, limit: float = 7.0) -> Tensor:
    """Step-3.5"""
    ops.swiglu_step(out, x, limit)
    return out


def swiglu_oai(out: Tensor, x: Tensor, alpha: float = 1.702, limit: float = 7.0) -> Tensor:
    """gpt-oss: gate and up alternate"""
    ops.swiglu_oai(out, x, alpha, limit)
    return out


def swiglu_clamped(out: Tensor, x: Tensor, alpha: float = 1.0, limit: float = 10.0) -> Tensor:
    """DeepSeek-V4"""
    ops.swiglu_clamped(out, x, alpha, limit)
    return out


def situ_and_mul(out: Tensor, x: Tensor, beta1: float = 4.0, beta2: float = 25.0) -> Tensor:
    """Kimi K3"""
    ops.situ_and_mul(out, x, beta1, beta2)
    return out


def gelu(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu(out, x)
    return out


def gelu_tanh(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_tanh(out, x)
    return out


def gelu_new(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_new(out, x)
    return out


def gelu_fast(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_fast(out, x)
    return out


def gelu_quick(out: Tensor, x: Tensor) -> Tensor:
    ops.gelu_quick(out, x)
    return out


def silu(out: Tensor, x: Tensor) -> Tensor:
    ops.silu(out, x)
    return out
