"""vact's activations for PyTorch: functions, modules and gradients on the CPU, and patch(model) to use them.

    import vact_torch
    y = vact_torch.gelu(x)
    vact_torch.patch(model)

Functions have the names and parameters of torch.nn.functional where it has them, modules those of torch.nn.
"""
from ._library import info, use
from .functional import *
from .functional import __all__ as _functions
from .losses import *
from .losses import __all__ as _losses
from .modules import *
from .modules import __all__ as _modules
from .patching import Patch, patch
from .rows import *
from .rows import __all__ as _rows

__all__ = [*_functions, *_rows, *_losses, *_modules, "Patch", "info", "patch", "use"]
