"""Modules: torch.nn's classes with vact's forward function. They take the arguments of their base classes, and are
instances of them; only `forward` is vact's."""
from torch import nn

from . import functional as F
from . import losses, rows

__all__ = [
    "BCEWithLogitsLoss", "CELU", "CrossEntropyLoss", "ELU", "GELU", "GLU", "GatedUnit", "Hardshrink", "Hardsigmoid",
    "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid", "LogSoftmax", "Mish", "NLLLoss", "PReLU", "RReLU", "ReLU",
    "ReLU6", "SELU", "SiLU", "Sigmoid", "Softmax", "Softmax2d", "Softmin", "Softplus", "Softshrink", "Softsign",
    "Tanh", "Tanhshrink", "Threshold", "XIELU",
]  # fmt: skip


class ReLU(nn.ReLU):
    def forward(self, input):
        return F.relu(input, self.inplace)


class ReLU6(nn.ReLU6):
    def forward(self, input):
        return F.relu6(input, self.inplace)


class LeakyReLU(nn.LeakyReLU):
    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, self.inplace)


class RReLU(nn.RReLU):
    """vact's in evaluation; PyTorch's random slopes in training."""

    def forward(self, input):
        if self.training:
            return super().forward(input)
        return F.rrelu(input, self.lower, self.upper, False, self.inplace)


class PReLU(nn.PReLU):
    def forward(self, input):
        return F.prelu(input, self.weight)


class ELU(nn.ELU):
    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)


class CELU(nn.CELU):
    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)


class SELU(nn.SELU):
    def forward(self, input):
        return F.selu(input, self.inplace)


class GELU(nn.GELU):
    def forward(self, input):
        return F.gelu(input, self.approximate)


class SiLU(nn.SiLU):
    def forward(self, input):
        return F.silu(input, self.inplace)


class Mish(nn.Mish):
    def forward(self, input):
        return F.mish(input, self.inplace)


class Sigmoid(nn.Sigmoid):
    def forward(self, input):
        return F.sigmoid(input)


class LogSigmoid(nn.LogSigmoid):
    def forward(self, input):
        return F.logsigmoid(input)


class Hardsigmoid(nn.Hardsigmoid):
    def forward(self, input):
        return F.hardsigmoid(input, self.inplace)


class Hardswish(nn.Hardswish):
    def forward(self, input):
        return F.hardswish(input, self.inplace)


class Tanh(nn.Tanh):
    def forward(self, input):
        return F.tanh(input)


class Tanhshrink(nn.Tanhshrink):
    def forward(self, input):
        return F.tanhshrink(input)


class Hardtanh(nn.Hardtanh):
    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


class Softshrink(nn.Softshrink):
    def forward(self, input):
        return F.softshrink(input, self.lambd)


class Hardshrink(nn.Hardshrink):
    def forward(self, input):
        return F.hardshrink(input, self.lambd)


class Threshold(nn.Threshold):
    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, self.inplace)


class Softplus(nn.Softplus):
    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)


class Softsign(nn.Softsign):
    def forward(self, input):
        return F.softsign(input)


class GLU(nn.GLU):
    def forward(self, input):
        return F.glu(input, self.dim)


class Softmax(nn.Softmax):
    def forward(self, input):
        return rows.softmax(input, self.dim)


class Softmax2d(nn.Softmax2d):
    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return rows.softmax(input, -3)


class Softmin(nn.Softmin):
    def forward(self, input):
        return rows.softmin(input, self.dim)


class LogSoftmax(nn.LogSoftmax):
    def forward(self, input):
        return rows.log_softmax(input, self.dim)


class CrossEntropyLoss(nn.CrossEntropyLoss):
    def forward(self, input, target):
        return losses.cross_entropy(input, target, weight=self.weight, ignore_index=self.ignore_index,
                                    reduction=self.reduction, label_smoothing=self.label_smoothing)


class NLLLoss(nn.NLLLoss):
    def forward(self, input, target):
        return losses.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index,
                               reduction=self.reduction)


class BCEWithLogitsLoss(nn.BCEWithLogitsLoss):
    def forward(self, input, target):
        return losses.binary_cross_entropy_with_logits(input, target, weight=self.weight, reduction=self.reduction,
                                                       pos_weight=self.pos_weight)


class GatedUnit(nn.Module):
    """gate_packed as a module: GatedUnit("swiglu"), GatedUnit("swiglu_oai", "interleaved", limit=7)."""

    def __init__(self, name, layout="first", *, rounding="once", **parameters):
        super().__init__()
        self.name, self.layout, self.rounding, self.parameters_of_gate = name, layout, rounding, parameters

    def forward(self, input):
        return F.gate_packed(input, self.name, self.layout, rounding=self.rounding, **self.parameters_of_gate)

    def extra_repr(self):
        return f"{self.name!r}, {self.layout!r}, rounding={self.rounding!r}"


class XIELU(nn.Module):
    """xielu with numbers that do not learn."""

    def __init__(self, alpha_p=0.8, alpha_n=0.8, beta=0.5):
        super().__init__()
        self.alpha_p, self.alpha_n, self.beta = alpha_p, alpha_n, beta

    def forward(self, input):
        return F.xielu(input, self.alpha_p, self.alpha_n, self.beta)
