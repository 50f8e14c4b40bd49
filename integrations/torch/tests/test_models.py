"""The textbook's MLP and a small transformer, each trained for 200 steps beside its patched copy; and a control."""
import copy

import pytest
import torch
from torch import nn

import vact_torch

STEPS = 200
TOLERANCE = 1e-3


class DeepMLP(nn.Module):
    """Linear, GELU, LayerNorm twice, and Linear; the loss takes its raw logits."""

    def __init__(self, features=20, hidden=64, classes=5):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(features, hidden), nn.GELU(), nn.LayerNorm(hidden),
                                    nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden),
                                    nn.Linear(hidden, classes))

    def forward(self, x):
        return self.layers(x)


class Transformer(nn.Module):
    def __init__(self, tokens=32, width=32):
        super().__init__()
        self.embed = nn.Embedding(tokens, width)
        layer = nn.TransformerEncoderLayer(width, 4, 64, dropout=0.0, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(width, tokens)

    def forward(self, x):
        return self.head(self.encoder(self.embed(x))).flatten(0, 1)


def mlp_data():
    x = torch.randn(256, 20)
    return x, (x @ torch.randn(20, 5)).argmax(-1)


def transformer_data():
    x = torch.randint(0, 32, (16, 12))
    return x, x.flip(1).flatten()


MODELS = {"DeepMLP": (DeepMLP, mlp_data), "Transformer": (Transformer, transformer_data)}


def losses(model, loss, x, target):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    curve = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(model(x), target)
        value.backward()
        optimizer.step()
        curve.append(value.item())
    return torch.tensor(curve)


def both(name, before_training=lambda: None):
    torch.manual_seed(0)
    make, data = MODELS[name]
    model, loss, (x, target) = make(), nn.CrossEntropyLoss(), data()
    patched, patched_loss = copy.deepcopy(model), copy.deepcopy(loss)
    swapped = vact_torch.patch(patched), vact_torch.patch(patched_loss)
    assert len(swapped[0]) == 2 and len(swapped[1]) == 1
    expected = losses(model, loss, x, target)
    before_training()
    return expected, losses(patched, patched_loss, x, target)


@pytest.mark.parametrize("name", MODELS)
def test_the_curves_agree(name):
    expected, actual = both(name)
    assert expected[-1] < expected[0] / 2, "it must learn"
    assert not torch.equal(expected, actual), "both are PyTorch's"
    print(f"{name}: loss {expected[0]:.4f} to {expected[-1]:.4f}, apart by {(expected - actual).abs().max():.1e}")
    assert (expected - actual).abs().max() < TOLERANCE


@pytest.mark.parametrize("name", MODELS)
def test_a_scaled_gradient_is_seen(name, monkeypatch):
    real = torch.ops.vact.unary_backward
    gelu = vact_torch.modules.F._unary

    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, code):
            ctx.save_for_backward(x)
            ctx.code = code
            return gelu(x.detach(), code, 0.0, 0.0, 0.0)

        @staticmethod
        def backward(ctx, dy):
            return 1.01 * real(dy, *ctx.saved_tensors, ctx.code), None

    expected, actual = both(name, lambda: monkeypatch.setattr(
        vact_torch.functional, "_unary", lambda x, code, *parameters: Scaled.apply(x, code)))
    assert (expected - actual).abs().max() > TOLERANCE


def test_a_compiled_patched_model_trains():
    torch.manual_seed(0)
    model = DeepMLP()
    x, target = mlp_data()
    vact_torch.patch(model)
    loss = vact_torch.CrossEntropyLoss()
    compiled = torch.compile(model, fullgraph=True)
    torch.testing.assert_close(loss(compiled(x), target), loss(model(x), target))
    loss(compiled(x), target).backward()
