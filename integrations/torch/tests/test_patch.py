"""patch: what it swaps, that the swapped modules compute the same, and that undo leaves no trace."""
import copy

import pytest
import torch
from torch import nn

import vact_torch
from vact_torch.patching import CLASSES, FUNCTIONS

MODULES = [
    nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.LeakyReLU(0.2), nn.RReLU().eval(), nn.PReLU(), nn.PReLU(6),
    nn.ELU(0.7), nn.CELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(inplace=True), nn.Mish(), nn.Sigmoid(),
    nn.LogSigmoid(), nn.Hardsigmoid(), nn.Hardswish(), nn.Tanh(), nn.Tanhshrink(), nn.Hardtanh(-0.7, 1.2),
    nn.Softshrink(0.3), nn.Hardshrink(0.3), nn.Threshold(0.1, 0.2), nn.Softplus(2.0, 5.0), nn.Softsign(), nn.GLU(),
    nn.Softmax(1), nn.Softmax(), nn.Softmax2d(), nn.LogSoftmax(-1), nn.Softmin(2),
]  # fmt: skip
LOSSES = [
    nn.CrossEntropyLoss(), nn.CrossEntropyLoss(label_smoothing=0.1, ignore_index=2, reduction="sum"),
    nn.CrossEntropyLoss(torch.rand(6), reduction="none"), nn.NLLLoss(torch.rand(6)),
]  # fmt: skip


def names(module):
    return type(module).__name__


@pytest.mark.filterwarnings("ignore:Implicit dimension choice")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_swapped_module_computes_the_same(module, dtype):
    module = copy.deepcopy(module).to(dtype)
    patched = copy.deepcopy(module)
    assert len(vact_torch.patch(patched)) == 1 and isinstance(patched, type(module))
    x = torch.randn(2, 6, 4, 4, generator=torch.Generator().manual_seed(1)).to(dtype)
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    y, expected = patched(ours * 1), module(theirs * 1)
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2, torch.float16: 2e-3}[dtype]
    torch.testing.assert_close(y, expected, rtol=tolerance, atol=tolerance)
    dy = torch.randn(y.shape, generator=torch.Generator().manual_seed(2)).to(dtype)
    y.backward(dy)
    expected.backward(dy)
    if dtype == torch.float64 and isinstance(module, (nn.CELU, nn.Hardsigmoid)):
        tolerance = 1e-7  # PyTorch's gradient uses a float for 1/alpha and 1/6
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=tolerance, atol=2 * tolerance)
    for a, b in zip(patched.parameters(), module.parameters()):
        torch.testing.assert_close(a.grad, b.grad, rtol=tolerance, atol=16 * tolerance)


@pytest.mark.parametrize("loss", LOSSES, ids=names)
def test_a_swapped_loss_computes_the_same(loss):
    patched = copy.deepcopy(loss)
    assert len(vact_torch.patch(patched)) == 1
    x, target = torch.randn(8, 6).log_softmax(-1), torch.arange(8) % 6
    torch.testing.assert_close(patched(x, target), loss(x, target))


def test_binary_loss():
    weights = {"weight": torch.rand(3, 1), "pos_weight": torch.rand(5)}
    for chosen in ({}, {"weight": weights["weight"]}, {"pos_weight": weights["pos_weight"]}, weights):
        for reduction in ("mean", "sum", "none"):
            loss = nn.BCEWithLogitsLoss(**chosen, reduction=reduction)
            x, target = torch.randn(3, 5), torch.rand(3, 5)
            expected = loss(x, target)
            vact_torch.patch(loss)
            torch.testing.assert_close(loss(x, target), expected)


def test_every_class_of_vact_that_has_one_in_torch_is_tried():
    tried = {type(module) for module in MODULES + LOSSES} | {nn.BCEWithLogitsLoss}
    assert tried == set(CLASSES)


def test_transformer_layer_undo_and_what_is_left_alone():
    class Special(nn.ReLU):
        pass

    model = nn.ModuleDict({
        "layer": nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True),
        "decoder": nn.TransformerDecoderLayer(8, 2, 16, activation=nn.SiLU(), batch_first=True),
        "special": Special(), "softmax": nn.Softmax(-1), "linear": nn.Linear(8, 8),
    })  # fmt: skip
    state = {name: (type(module), vars(module).get("activation")) for name, module in model.named_modules()}
    x = torch.randn(2, 3, 8)
    expected = model["layer"].eval()(x)
    done = vact_torch.patch(model)
    assert sorted(done) == [("decoder.activation", "SiLU", "vact_torch.SiLU"),
                            ("layer.activation", "gelu", "vact_torch.gelu"),
                            ("softmax", "Softmax", "vact_torch.Softmax")]
    with torch.no_grad():
        torch.testing.assert_close(model["layer"](x), expected)
    assert model["layer"].activation_relu_or_gelu == 0
    done.undo()
    assert not done and model["layer"].activation_relu_or_gelu == 2
    assert state == {name: (type(module), vars(module).get("activation")) for name, module in model.named_modules()}
    with vact_torch.patch(model):
        assert type(model["softmax"]) is vact_torch.Softmax
    assert type(model["softmax"]) is nn.Softmax


def test_functions_in_attributes_compute_the_same():
    x = torch.randn(4, 6)
    extra = {"threshold": (0.1, 0.2), "prelu": (torch.tensor([0.3]),), "softmax": (-1,), "log_softmax": (-1,),
             "logsumexp": (-1,), "softmin": (-1,), "cross_entropy": (torch.arange(4),), "nll_loss": (torch.arange(4),),
             "binary_cross_entropy_with_logits": (torch.rand(4, 6),)}
    for theirs, ours in FUNCTIONS.items():
        arguments = extra.get(ours.__name__, ())
        torch.testing.assert_close(ours(x, *arguments), theirs(x, *arguments), msg=lambda m: f"{ours.__name__}: {m}")
    assert len(FUNCTIONS) > 30


def test_hooks_and_state_dict_stay():
    model = nn.Sequential(nn.Linear(3, 4), nn.PReLU(4))
    seen = []
    model[1].register_forward_hook(lambda *_: seen.append(1))
    keys, weight = list(model.state_dict()), model[1].weight
    vact_torch.patch(model)
    model(torch.randn(2, 3))
    assert seen == [1] and list(model.state_dict()) == keys and model[1].weight is weight
