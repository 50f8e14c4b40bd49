"""vact for PyTorch: what the package vact_torch has (integrations/torch), by the name vact.torch.

It has a copy of the library of its own: `vact.torch.use`, not `vact.use`, chooses its variant.
"""
try:
    from vact_torch import *  # noqa: F403
except ImportError as error:
    raise ImportError("vact.torch needs vact_torch: pip install --no-build-isolation ./integrations/torch") from error
