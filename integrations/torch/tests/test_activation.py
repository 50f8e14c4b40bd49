"""The operators of the Hugging Face layout: names, signatures, opcheck, layers, and results beside eager PyTorch's."""
import eager
import pytest
import torch
import vact_activation

import vact_torch

UPSTREAM = {  # what kernels-community/activation registers
    "silu_and_mul": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "mul_and_silu": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu_and_mul": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu_tanh_and_mul": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "fatrelu_and_mul": "(Tensor($0! -> ) out, Tensor input, float threshold) -> ()",
    "gelu_new": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu_fast": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu_quick": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu_tanh": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "silu": "(Tensor($0! -> ) out, Tensor input) -> ()",
    "gelu": "(Tensor($0! -> ) out, Tensor input) -> ()",
}
SIZES = [(7, 512), (83, 512)]
LAYERS = {
    "silu_and_mul": "SiluAndMul", "mul_and_silu": "MulAndSilu", "gelu_and_mul": "GeluAndMul",
    "gelu_tanh_and_mul": "GeluTanhAndMul", "fatrelu_and_mul": "FatreluAndMul", "gelu_new": "NewGELU",
    "gelu_fast": "FastGELU", "gelu_quick": "QuickGELU", "gelu_tanh": "GeluTanh", "silu": "Silu", "gelu": "Gelu",
    "swiglu_step": "SwigluStep", "swiglu_oai": "SwigluOai", "swiglu_clamped": "SwigluClamped",
    "situ_and_mul": "SituAndMul",
}  # fmt: skip


@pytest.mark.parametrize("name", UPSTREAM)
def test_signature(name):
    assert str(getattr(vact_activation.ops, name).default._schema).endswith(name + UPSTREAM[name])


@pytest.mark.parametrize("dtype", eager.TYPES, ids=str)
@pytest.mark.parametrize("name", eager.OPERATORS)
def test_opcheck_and_layer(name, dtype):
    parameters = eager.OPERATORS[name][2]
    x = torch.randn(3, 4, 16, dtype=dtype)
    out = x.new_empty(3, 4, 8 if eager.is_unit(name) else 16)
    torch.library.opcheck(getattr(vact_activation.ops, name).default, (out, x, *parameters))
    assert getattr(vact_activation, name)(out, x, *parameters) is out
    layer = getattr(vact_activation.layers, LAYERS[name])(*parameters)
    assert torch.equal(layer(x), out)
    assert torch.equal(torch.compile(layer, fullgraph=True, backend="aot_eager")(x), out)
    strided = x.transpose(0, 1)
    assert torch.equal(layer(strided), out.transpose(0, 1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", [name for name, (_, ideal, _) in eager.OPERATORS.items() if ideal])
def test_16_bits_are_the_ideal_and_so_equal_pytorch_where_it_is(name, dtype):
    counts = eager.compare(name, dtype, SIZES)
    assert counts["results"] == 90 * 512 and counts["off"] == 0
    assert counts["one"] + counts["more"] == counts["eager_off"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", [name for name, (_, ideal, _) in eager.OPERATORS.items() if not ideal])
def test_16_bit_gates_of_2026_are_pytorchs(name, dtype):
    """But where PyTorch's own sigmoid or tanh is not correctly rounded, which is rare, and then by few last places."""
    counts = eager.compare(name, dtype, SIZES)
    assert counts["one"] + counts["more"] <= counts["results"] / 500


@pytest.mark.parametrize("name", eager.OPERATORS)
def test_float_is_near_pytorchs(name):
    x = torch.randn(83, 1024)
    y, expected = (x.new_empty(83, 512 if eager.is_unit(name) else 1024), eager.OPERATORS[name][0](x.double()))
    getattr(vact_activation, name)(y, x, *eager.OPERATORS[name][2])
    torch.testing.assert_close(y.double(), expected, rtol=4e-7, atol=0 if "oai" not in name else 1e-6)


def test_rounding_once_is_seen():
    """The control: units rounded once are not eager PyTorch's."""
    x = torch.randn(83, 1024, dtype=torch.bfloat16)
    once = vact_torch.gate_packed(x, "swiglu")
    assert not torch.equal(once, eager.OPERATORS["silu_and_mul"][1](x))
    assert torch.equal(vact_torch.gate_packed(x, "swiglu", rounding="eager"), eager.OPERATORS["silu_and_mul"][1](x))
