"""PyTorch as one of the libraries: operations and gradients."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

from calls import PRELU_SLOPE, Arrays, Call, PythonCall, buffer


class Torch:
    """PyTorch: its out= variants, those behind torch.nn.functional included, where there are any."""

    name = "PyTorch"

    def __init__(self, dtype: str = "float32") -> None:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        self._torch = torch
        self._dtype = getattr(torch, dtype)
        self.version = torch.__version__
        nn = torch._C._nn  # where torch.nn.functional takes them from
        slope = torch.tensor([PRELU_SLOPE], dtype=self._dtype)
        # relu is clamp_min, selu and celu are elu with a scale, relu6 is hardtanh: so they are defined in PyTorch.
        self._into: dict[str, Callable[..., Any]] = {
            "relu": lambda x, out: partial(torch.clamp_min, x, 0.0, out=out),
            "relu6": lambda x, out: partial(nn.hardtanh, x, 0.0, 6.0, out=out),
            "leaky_relu": lambda x, out: partial(nn.leaky_relu, x, 0.01, out=out),
            "elu": lambda x, out: partial(nn.elu, x, 1.0, 1.0, 1.0, out=out),
            "celu": lambda x, out: partial(nn.elu, x, 1.0, 1.0, 1.0, out=out),
            "selu": lambda x, out: partial(nn.elu, x, 1.6732632423543772, 1.0507009873554805, 1.0, out=out),
            "gelu": lambda x, out: partial(nn.gelu, x, approximate="none", out=out),
            "gelu_tanh": lambda x, out: partial(nn.gelu, x, approximate="tanh", out=out),
            "silu": lambda x, out: partial(nn.silu, x, out=out),
            "mish": lambda x, out: partial(nn.mish, x, out=out),
            "sigmoid": lambda x, out: partial(torch.sigmoid, x, out=out),
            "log_sigmoid": lambda x, out: partial(nn.log_sigmoid, x, out=out),
            "hard_sigmoid6": lambda x, out: partial(nn.hardsigmoid, x, out=out),
            "hard_swish": lambda x, out: partial(nn.hardswish, x, out=out),
            "tanh": lambda x, out: partial(torch.tanh, x, out=out),
            "hardtanh": lambda x, out: partial(nn.hardtanh, x, -1.0, 1.0, out=out),
            "soft_shrink": lambda x, out: partial(nn.softshrink, x, 0.5, out=out),
            "hard_shrink": lambda x, out: partial(torch.hardshrink, x, 0.5, out=out),
            "threshold": lambda x, out: partial(torch.threshold, x, 0.0, 0.0, out=out),
            "softplus": lambda x, out: partial(nn.softplus, x, 1.0, 20.0, out=out),
            "exp": lambda x, out: partial(torch.exp, x, out=out),
            "softmax": lambda x, out: partial(torch.softmax, x, -1, out=out),
            "log_softmax": lambda x, out: partial(torch.log_softmax, x, -1, out=out),
        }
        self._new: dict[str, Callable[..., Any]] = {
            "tanh_shrink": torch.nn.functional.tanhshrink,
            "softsign": torch.nn.functional.softsign,
            "prelu": lambda x: torch.prelu(x, slope),
        }

        aten = torch.ops.aten
        # As its autograd calls them: g is dy; relu's, sigmoid's, tanh's and those along rows take the output.
        self._gradients_into: dict[str, Callable[..., Any]] = {
            "relu": lambda g, y, out: partial(aten.threshold_backward.grad_input, g, y, 0, grad_input=out),
            "leaky_relu": lambda g, x, out: partial(
                aten.leaky_relu_backward.grad_input, g, x, 0.01, False, grad_input=out
            ),
            "elu": lambda g, x, out: partial(
                aten.elu_backward.grad_input, g, 1.0, 1.0, 1.0, False, x, grad_input=out
            ),
            "gelu": lambda g, x, out: partial(
                aten.gelu_backward.grad_input, g, x, approximate="none", grad_input=out
            ),
            "gelu_tanh": lambda g, x, out: partial(
                aten.gelu_backward.grad_input, g, x, approximate="tanh", grad_input=out
            ),
            "silu": lambda g, x, out: partial(aten.silu_backward.grad_input, g, x, grad_input=out),
            "sigmoid": lambda g, y, out: partial(aten.sigmoid_backward.grad_input, g, y, grad_input=out),
            "tanh": lambda g, y, out: partial(aten.tanh_backward.grad_input, g, y, grad_input=out),
            "softplus": lambda g, x, out: partial(aten.softplus_backward.grad_input, g, x, 1.0, 20.0, grad_input=out),
            "softmax": lambda g, y, out: partial(
                aten._softmax_backward_data.out, g, y, -1, torch.float32, grad_input=out
            ),
            "log_softmax": lambda g, y, out: partial(
                aten._log_softmax_backward_data.out, g, y, -1, torch.float32, out=out
            ),
        }
        self._gradients_new: dict[str, Callable[..., Any]] = {
            "mish": aten.mish_backward.default,
            "hard_swish": aten.hardswish_backward.default,
        }

    def _tensor(self, address: int, arrays: Arrays) -> Any:
        element = ctypes.c_float if self._dtype == self._torch.float32 else ctypes.c_uint16
        flat = self._torch.frombuffer(buffer(address, arrays, element), dtype=self._dtype)
        return flat.view(arrays.rows, arrays.cols)

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        x, y = (self._tensor(address, arrays) for address in (arrays.src, arrays.dst))
        if arrays.dy is not None:
            dy = self._tensor(arrays.dy, arrays)
            if operation in self._gradients_into:
                return PythonCall(self._gradients_into[operation](dy, x, y))
            if operation in self._gradients_new:
                return PythonCall(partial(self._gradients_new[operation], dy, x), y.copy_)
            return None
        if operation in self._into:
            return PythonCall(self._into[operation](x, y))
        if operation in self._new:
            return PythonCall(partial(self._new[operation], x), y.copy_)
        return None
