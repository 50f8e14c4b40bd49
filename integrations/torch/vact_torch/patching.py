"""patch(model): a model's activations, softmax and losses become vact's, in place, and back again."""
import types

import torch
from torch import nn

from . import functional, losses, modules, rows

# A module becomes one of vact's by its class alone: hooks, parameters, names and who else holds it stay.
CLASSES = {
    base: ours
    for ours in map(modules.__dict__.get, modules.__all__)
    if (base := ours.__base__) is not nn.Module
}

# What stands in attributes, such as `activation` of nn.TransformerEncoderLayer. Of torch's own functions those alone
# whose parameters are torch.nn.functional's.
_NAMES = [(functional, name) for name in functional.__all__]
_NAMES += [(rows, name) for name in rows.__all__] + [(losses, name) for name in losses.__all__]
FUNCTIONS = {
    getattr(place, name): getattr(ours, name)
    for ours, name in _NAMES
    for place in ((nn.functional, torch) if ours is functional or name == "logsumexp" else (nn.functional,))
    if callable(getattr(place, name, None))
}
FUNCTION_TYPES = (types.FunctionType, types.BuiltinFunctionType)


class Patch(list):
    """What was swapped, as (name in the model, before, after); undo() swaps it back. Also a context manager."""

    def __init__(self):
        super().__init__()
        self._steps = []

    def _set(self, module, attribute, value):
        self._steps.append((module, attribute, getattr(module, attribute)))
        setattr(module, attribute, value)

    def undo(self):
        while self._steps:
            setattr(*self._steps.pop())
        self.clear()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.undo()


def patch(model: nn.Module) -> Patch:
    """Swaps in `model` every torch.nn activation, softmax and cross-entropy for vact's, and every function of
    torch.nn.functional that a module keeps in an attribute. Classes derived from torch.nn's are left alone, and so is
    what a forward function calls by name.

    nn.TransformerEncoderLayer: in evaluation PyTorch calls a fused function with an activation of its own. It is not
    called any more where its activation was swapped, so that training and evaluation compute the same.
    """
    done = Patch()
    for name, module in model.named_modules():
        ours = CLASSES.get(type(module))
        if ours is not None:
            done.append((name, type(module).__name__, f"vact_torch.{ours.__name__}"))
            done._set(module, "__class__", ours)
        for attribute, value in list(vars(module).items()):
            ours = FUNCTIONS.get(value) if isinstance(value, FUNCTION_TYPES) else None
            if ours is None:
                continue
            done.append((f"{name}.{attribute}".lstrip("."), value.__name__, f"vact_torch.{ours.__name__}"))
            done._set(module, attribute, ours)
            if isinstance(module, nn.TransformerEncoderLayer):
                done._set(module, "activation_relu_or_gelu", 0)
    return done
