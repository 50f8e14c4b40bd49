"""The samples with which PyTorch tests its own operations, through vact's functions: passed, failed, not expressible.

A case is one sample of one type. It passes where result and gradients are within some last places of PyTorch's operation
in double on the same inputs. `pytest -rP tests/test_opinfo.py` prints the counts, and every reason for a case that vact
cannot express.
"""
import collections

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import vact_torch as vt

FUNCTIONS = {
    **{f"nn.functional.{name}": getattr(vt, name) for name in (
        "relu", "relu6", "leaky_relu", "rrelu", "elu", "celu", "selu", "gelu", "silu", "mish", "logsigmoid",
        "hardsigmoid", "hardswish", "hardtanh", "tanhshrink", "softshrink", "hardshrink", "threshold", "softplus",
        "softsign", "prelu", "glu", "softmin", "cross_entropy", "nll_loss", "binary_cross_entropy_with_logits")},
    **{name: getattr(vt, name) for name in ("sigmoid", "tanh", "exp", "erf", "softmax", "log_softmax", "logsumexp")},
}  # fmt: skip
TYPES = {torch.float32: 3e-6, torch.float64: 1e-13, torch.bfloat16: 2e-2, torch.float16: 2e-3}

# PyTorch's own gradients in double are those of a float constant there (docs/pytorch.md, "1/6"; celu's 1/alpha).
FLOAT_CONSTANTS = {"nn.functional.hardsigmoid": 1e-7, "nn.functional.celu": 1e-7}


def samples():
    for info in op_db:
        if info.name in FUNCTIONS:
            for dtype in sorted(info.dtypes, key=str):
                wants_gradient = dtype in info.supported_backward_dtypes(torch.device("cpu").type)
                for sample in info.sample_inputs("cpu", dtype, requires_grad=wants_gradient):
                    yield info, dtype, sample


def in_double(value):
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.detach().double().requires_grad_(value.requires_grad)
    if isinstance(value, torch.dtype):
        return torch.float64
    return value


def leaves(*values):
    return [value for value in values if isinstance(value, torch.Tensor) and value.requires_grad]


def gradients(y, inputs):
    if not inputs or not y.requires_grad or y.numel() == 0:
        return []
    dy = torch.linspace(0.5, 1.5, y.numel(), dtype=torch.float64).reshape(y.shape).to(y.dtype)
    return [g for g in torch.autograd.grad(y, inputs, dy, allow_unused=True) if g is not None]


def why_not(info, dtype, sample, function):
    """Why vact cannot express a case, else None."""
    result = sample.kwargs.get("dtype", dtype)
    if dtype.is_complex or result.is_complex:
        return "complex numbers"
    if not result.is_floating_point:
        return "integers"
    if function is vt.rrelu and sample.kwargs.get("training"):
        return "random slopes"
    if function is vt.hardshrink and (sample.kwargs.get("lambd", 0.5) < 0 or any(a < 0 for a in sample.args)):
        return "lambda below 0"
    return None


def run(info, dtype, sample, scale=1.0):
    """'passed', or ('not expressible', reason); raises AssertionError where the case fails."""
    function = FUNCTIONS[info.name]
    reason = why_not(info, dtype, sample, function)
    if reason:
        return reason
    arguments = [sample.input, *sample.args]
    doubles = [in_double(argument) for argument in arguments]
    ours_named, doubles_named = dict(sample.kwargs), {k: in_double(v) for k, v in sample.kwargs.items()}
    try:
        y = function(*arguments, **ours_named)
    except NotImplementedError as error:
        if "gradient by the target" not in str(error):
            raise
        arguments[1], doubles[1] = arguments[1].detach(), doubles[1].detach()
        y = function(*arguments, **ours_named)
        TARGETS[info.name] += 1
    expected = info.op(*doubles, **doubles_named)
    tolerance = TYPES[y.dtype]
    # Sums of terms of both signs lose digits, of results as of their terms: an absolute bound beside the relative one.
    torch.testing.assert_close((y * scale).double(), expected.double(), rtol=tolerance, atol=tolerance, equal_nan=True)
    for a, b in zip(gradients(y, leaves(*arguments, *ours_named.values())),
                    gradients(expected, leaves(*doubles, *doubles_named.values())), strict=True):
        tolerance = max(TYPES[a.dtype], TYPES[y.dtype], FLOAT_CONSTANTS.get(info.name, 0.0))
        torch.testing.assert_close(a.double(), b.double(), rtol=tolerance, atol=tolerance * 8, equal_nan=True)
    return None


TARGETS = collections.Counter()


def test_every_sample():
    counts, reasons, failed = collections.defaultdict(collections.Counter), collections.defaultdict(set), []
    for info, dtype, sample in samples():
        name = f"{info.name}{'.' + info.variant_test_name if info.variant_test_name else ''}"
        try:
            reason = run(info, dtype, sample)
        except (AssertionError, RuntimeError, TypeError, ValueError) as error:
            failed.append(f"{name} {dtype} {sample}: {error}"[:600])
            counts[name]["failed"] += 1
            continue
        counts[name]["not expressible" if reason else "passed"] += 1
        if reason:
            reasons[reason].add(name)
            counts[reason]["cases"] += 1
    total = collections.Counter()
    print("| operation | passed | failed | not expressible |\n| --- | --- | --- | --- |")
    for name in sorted(counts.keys() - reasons.keys()):
        c = counts[name]
        total.update(c)
        print(f"| {name} | {c['passed']} | {c['failed']} | {c['not expressible']} |")
    print(f"| all | {total['passed']} | {total['failed']} | {total['not expressible']} |")
    for reason, names in sorted(reasons.items()):
        print(f"not expressible: {reason}: {counts[reason]['cases']}, in {', '.join(sorted(names))}")
    print(f"passed without the gradient by the target, which vact lacks: {dict(TARGETS)}")
    assert {info.name for info in op_db} >= FUNCTIONS.keys()
    assert not failed, "\n".join(failed)
    assert total["passed"] > 1000


def test_a_scaled_result_fails():
    """The control: every operation has a float sample that fails when its result is 0.1 % larger."""
    caught = set()
    for info, dtype, sample in samples():
        if dtype == torch.float32 and info.name not in caught:
            with torch.no_grad():
                try:
                    run(info, dtype, sample, scale=1.001)
                except AssertionError:
                    caught.add(info.name)
    assert caught == FUNCTIONS.keys()


if __name__ == "__main__":
    pytest.main(["-q", "-rP", __file__])
