"""The operators as layers without state, as `kernelize` of Hugging Face's `kernels` puts them in a model's place. They
are for inference: nothing here has a gradient (vact_torch has)."""
import torch
from torch import nn

from ._ops import add_op_namespace_prefix, ops


def _shape_of_half(x):
    return [*x.shape[:-1], x.shape[-1] // 2]


def _nothing(*arguments):
    """The operators write to their first argument and return nothing: there is no shape to tell."""


for _name in ("silu_and_mul", "mul_and_silu", "gelu_and_mul", "gelu_tanh_and_mul", "fatrelu_and_mul", "swiglu_step",
              "swiglu_oai", "swiglu_clamped", "situ_and_mul", "gelu", "gelu_tanh", "gelu_new", "gelu_fast",
              "gelu_quick", "silu"):
    torch.library.register_fake(add_op_namespace_prefix(_name), _nothing)


class _Unit(nn.Module):
    """A gated unit: half of the columns of x."""

    can_torch_compile = True

    def _call(self, operator, x, *parameters):
        out = x.new_empty(_shape_of_half(x))
        operator(out, x, *parameters)
        return out


class _Elementwise(nn.Module):
    can_torch_compile = True

    def _call(self, operator, x):
        out = torch.empty_like(x, memory_format=torch.contiguous_format)
        operator(out, x)
        return out


class SiluAndMul(_Unit):
    def forward(self, x):
        return self._call(ops.silu_and_mul, x)


class MulAndSilu(_Unit):
    def forward(self, x):
        return self._call(ops.mul_and_silu, x)


class GeluAndMul(_Unit):
    def forward(self, x):
        return self._call(ops.gelu_and_mul, x)


class GeluTanhAndMul(_Unit):
    def forward(self, x):
        return self._call(ops.gelu_tanh_and_mul, x)


class FatreluAndMul(_Unit):
    def __init__(self, threshold: float = 0.0):
        super().__init__()
        self.threshold = threshold

    def forward(self, x):
        return self._call(ops.fatrelu_and_mul, x, self.threshold)


class SwigluStep(_Unit):
    def __init__(self, limit: float = 7.0):
        super().__init__()
        self.limit = limit

    def forward(self, x):
        return self._call(ops.swiglu_step, x, self.limit)


class SwigluOai(_Unit):
    def __init__(self, alpha: float = 1.702, limit: float = 7.0):
        super().__init__()
        self.alpha, self.limit = alpha, limit

    def forward(self, x):
        return self._call(ops.swiglu_oai, x, self.alpha, self.limit)


class SwigluClamped(_Unit):
    def __init__(self, alpha: float = 1.0, limit: float = 10.0):
        super().__init__()
        self.alpha, self.limit = alpha, limit

    def forward(self, x):
        return self._call(ops.swiglu_clamped, x, self.alpha, self.limit)


class SituAndMul(_Unit):
    def __init__(self, beta1: float = 4.0, beta2: float = 25.0):
        super().__init__()
        self.beta1, self.beta2 = beta1, beta2

    def forward(self, x):
        return self._call(ops.situ_and_mul, x, self.beta1, self.beta2)


class Gelu(_Elementwise):
    def forward(self, x):
        return self._call(ops.gelu, x)


class GeluTanh(_Elementwise):
    def forward(self, x):
        return self._call(ops.gelu_tanh, x)


class NewGELU(_Elementwise):
    def forward(self, x):
        return self._call(ops.gelu_new, x)


class FastGELU(_Elementwise):
    def forward(self, x):
        return self._call(ops.gelu_fast, x)


class QuickGELU(_Elementwise):
    def forward(self, x):
        return self._call(ops.gelu_quick, x)


class Silu(_Elementwise):
    def forward(self, x):
        return self._call(ops.silu, x)
