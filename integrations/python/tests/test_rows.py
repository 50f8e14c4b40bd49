"""The softmax family, losses, tables and DLPack, against NumPy in double."""
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import vact

# Half a unit in the last place and what NumPy's own doubles are off by; of half, below its normal numbers, half a step.
TYPES = {np.float32: 3e-7, np.float64: 1e-13, np.float16: 1e-3, ml_dtypes.bfloat16: 8e-3}
STEP = {np.float16: 3.1e-8, np.float64: 3e-16}  # the logarithm of a double near 1


def logits(shape: tuple[int, ...], dtype: Any, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, shape).astype(dtype)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_along_an_axis(dtype: Any, axis: int) -> None:
    x = logits((5, 33, 7), dtype)
    wide = x.astype(np.float64)
    near = {"rtol": TYPES[dtype], "atol": STEP.get(dtype, 0.0)}
    p, log = softmax(wide, axis), np.log(softmax(wide, axis))
    np.testing.assert_allclose(vact.softmax(x, axis).astype(np.float64), p, **near)
    np.testing.assert_allclose(vact.log_softmax(x, axis).astype(np.float64), log, **near)
    np.testing.assert_allclose(vact.logsumexp(x, axis), np.log(np.exp(wide).sum(axis)), rtol=3e-7)
    assert vact.logsumexp(x, axis, keepdims=True).shape == p.sum(axis, keepdims=True).shape
    out = np.empty_like(x)
    assert vact.softmax(x, axis, out) is out
    np.testing.assert_array_equal(vact.softmax(np.asfortranarray(x), axis), out)
    same = x.copy()
    np.testing.assert_array_equal(vact.softmax(same, axis, same), out)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gradients(axis: int) -> None:
    x, dy = logits((4, 9, 5), np.float64), logits((4, 9, 5), np.float64, 2)
    p = softmax(x, axis)
    expected = p * (dy - (dy * p).sum(axis, keepdims=True))
    np.testing.assert_allclose(vact.softmax_backward(dy, vact.softmax(x, axis), axis), expected, rtol=1e-10, atol=1e-14)
    expected = dy - p * dy.sum(axis, keepdims=True)
    np.testing.assert_allclose(vact.log_softmax_backward(dy, vact.log_softmax(x, axis), axis), expected, rtol=1e-10, atol=1e-14)
    one = dy.sum(axis)
    got = vact.logsumexp_backward(one, x, vact.logsumexp(x, axis), axis)
    np.testing.assert_allclose(got, p * np.expand_dims(one, axis), rtol=1e-10, atol=1e-14)


def masked(x: np.ndarray, keep: np.ndarray, sink: float = -np.inf) -> np.ndarray:
    z = np.where(keep, x, -np.inf)
    top = max(z.max(), sink)
    e = np.exp(z - np.maximum(z.max(-1, keepdims=True), sink)) if np.isfinite(top) else np.zeros_like(z)
    total = e.sum(-1, keepdims=True) + np.exp(sink - np.maximum(z.max(-1, keepdims=True), sink))
    return e / total


def test_masks() -> None:
    batch, heads, queries, keys = 2, 3, 4, 6
    x = logits((batch, heads, queries, keys), np.float32)
    wide = x.astype(np.float64)
    random = np.random.default_rng(5)
    keep = random.random((queries, keys)) < 0.7
    keep[:, 0] = True
    bias = random.normal(size=(batch, 1, queries, keys)).astype(np.float32)
    columns, rows = np.arange(keys), np.arange(queries)[:, None]
    near = {"rtol": 5e-7, "atol": 1e-12}
    np.testing.assert_allclose(vact.masked_softmax(x, scale=0.5, keep=keep), masked(0.5 * wide, keep), **near)
    np.testing.assert_allclose(vact.masked_softmax(x, bias=bias), softmax(wide + bias), **near)
    np.testing.assert_allclose(vact.masked_softmax(x, causal=True), masked(wide, columns <= rows), **near)
    np.testing.assert_allclose(vact.masked_softmax(x, window=(2, 0)), masked(wide, (columns <= rows) & (columns > rows - 2)), **near)
    lengths = np.array([3, 6])
    np.testing.assert_allclose(vact.masked_softmax(x, lengths=lengths), masked(wide, columns < lengths[:, None, None, None]), **near)
    np.testing.assert_allclose(vact.masked_softmax(x, sinks=0.7), masked(wide, np.bool_(True), float(np.float32(0.7))), **near)
    slopes = np.array([1.0, 0.5, 0.25], np.float32)
    np.testing.assert_allclose(vact.masked_softmax(x, bias=bias, slopes=slopes), softmax(wide + slopes[:, None, None] * bias), **near)
    both = {"bias": bias, "slopes": slopes}
    np.testing.assert_array_equal(vact.masked_softmax(x, sinks=0.7, **both), vact.masked_softmax(x, sinks=[0.7] * 3, **both))
    assert (vact.masked_softmax(x, sinks=0.7, **both) != vact.masked_softmax(x, sinks=0.7, bias=bias)).any()
    np.testing.assert_allclose(vact.masked_softmax(x, softcap=2.0), softmax(2 * np.tanh(wide / 2)), rtol=2e-6)
    np.testing.assert_allclose(np.exp(vact.masked_log_softmax(x, keep=keep)), masked(wide, keep), rtol=2e-6, atol=1e-12)
    assert vact.masked_softmax(x, dtype=np.float16).dtype == np.float16
    assert vact.masked_logsumexp(x, keep=keep).shape == (batch, heads, queries)
    for wrong in ({"slopes": [1.0, 2.0], "bias": bias}, {"bias": np.zeros((7, 5))}, {"window": (2, 0), "causal": True, "softcap": -1.0},
                  {"lengths": [1, 2, 3]}):
        with pytest.raises(ValueError):
            vact.masked_softmax(x, **wrong)
    with pytest.raises(TypeError):
        vact.masked_softmax(wide)


def test_gradients_of_masks() -> None:
    """Against difference quotients of the functions in double, by NumPy."""
    x = logits((2, 3, 4, 6), np.float32)
    dy = logits((2, 3, 4, 6), np.float32, 2)
    wide, step = x.astype(np.float64), 1e-6
    sinks = np.array([0.3, -0.5, 1.0], np.float32)
    options = {"scale": 0.5, "causal": True, "sinks": sinks}
    seen = np.arange(6) <= np.arange(4)[:, None]

    def function(z: np.ndarray, s: np.ndarray) -> float:
        e = np.where(seen, np.exp(0.5 * z), 0.0)
        return float((dy * e / (e.sum(-1, keepdims=True) + np.exp(s)[:, None, None])).sum())

    dx, dsinks = vact.masked_softmax_backward(dy, x, vact.masked_softmax(x, **options), **options)
    s = sinks.astype(np.float64)
    for head in range(3):
        up, down = s.copy(), s.copy()
        up[head] += step
        down[head] -= step
        assert abs((function(wide, up) - function(wide, down)) / (2 * step) - dsinks[head]) < 1e-5
    for at in [(0, 0, 0, 0), (1, 2, 3, 3), (0, 1, 2, 1), (1, 0, 1, 4)]:
        up, down = wide.copy(), wide.copy()
        up[at] += step
        down[at] -= step
        assert abs((function(up, s) - function(down, s)) / (2 * step) - dx[at]) < 1e-6
    y = vact.masked_logsumexp(x, causal=True)
    got = vact.masked_logsumexp_backward(np.ones(y.shape, np.float32), x, y, causal=True)
    np.testing.assert_allclose(got, masked(wide, seen), rtol=1e-6, atol=1e-12)
    y = vact.masked_log_softmax(x, keep=seen)
    got = vact.masked_log_softmax_backward(dy, x, y, keep=seen)
    expected = np.where(seen, dy - masked(wide, seen) * np.where(seen, dy, 0).sum(-1, keepdims=True), 0)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(6, 9), (2, 9, 3), (9,)])
def test_cross_entropy(dtype: Any, shape: tuple[int, ...]) -> None:
    x = logits(shape, dtype)
    wide = x.astype(np.float64)
    classes = 0 if x.ndim == 1 else 1
    random = np.random.default_rng(7)
    target = random.integers(0, 9, shape[:1] + shape[2:] if x.ndim > 1 else ())
    logs = np.log(softmax(wide, classes))
    losses = -np.take_along_axis(logs, np.expand_dims(target, classes), classes).squeeze(classes)
    near = {"rtol": 1e-6 if dtype != np.float64 else 1e-13}
    np.testing.assert_allclose(vact.cross_entropy(x, target), losses.mean(), **near)
    np.testing.assert_allclose(vact.cross_entropy(x, target, reduction="none"), losses, **near)
    np.testing.assert_allclose(vact.cross_entropy(x, target, reduction="sum"), losses.sum(), **near)
    smooth = 0.9 * losses - 0.1 * logs.mean(classes)
    np.testing.assert_allclose(vact.cross_entropy(x, target, label_smoothing=0.1), smooth.mean(), rtol=1e-6)
    one = np.zeros(shape)
    np.put_along_axis(one, np.expand_dims(target, classes), 1.0, classes)
    np.testing.assert_allclose(vact.cross_entropy(x, one.astype(dtype)), losses.mean(), **near)
    got = vact.cross_entropy_backward(x, target, reduction="sum").astype(np.float64)
    np.testing.assert_allclose(got, softmax(wide, classes) - one, rtol=2 * TYPES[dtype], atol=TYPES[dtype] / 4)
    weight = random.random(9)
    expected = (weight[target] * losses).sum() / weight[target].sum()
    np.testing.assert_allclose(vact.cross_entropy(x, target, weight=weight), expected, rtol=1e-6)


def test_losses_refuse() -> None:
    x = logits((4, 9), np.float32)
    for call in (lambda: vact.cross_entropy(x, [0, 1, 2, 9]), lambda: vact.cross_entropy(x, [0, 1]),
                 lambda: vact.cross_entropy(x, [0, 1, 2, 3], reduction="all"), lambda: vact.cross_entropy(x, [0] * 4, weight=[1.0]),
                 lambda: vact.cross_entropy(x, [0] * 4, label_smoothing=2.0), lambda: vact.bce_with_logits(x, x[:2])):
        with pytest.raises(ValueError):
            call()
    assert np.isnan(vact.cross_entropy(x, [-100] * 4)) and vact.cross_entropy(x, [0, -100, 1, 2], reduction="none")[1] == 0


@pytest.mark.parametrize("dtype", TYPES)
def test_binary_cross_entropy(dtype: Any) -> None:
    x, t = logits((5, 8), dtype), np.random.default_rng(3).random((5, 8)).astype(dtype)
    a, b = x.astype(np.float64), t.astype(np.float64)
    losses = np.logaddexp(0, a) - b * a
    near = {"rtol": 2e-6 if dtype != np.float64 else 1e-12}
    np.testing.assert_allclose(vact.bce_with_logits(x, t), losses.mean(), **near)
    np.testing.assert_allclose(vact.bce_with_logits(x, t, reduction="none"), losses, **near)
    positive = np.linspace(0.5, 2, 8)
    expected = (1 - b) * np.logaddexp(0, a) + positive * b * np.logaddexp(0, -a)
    np.testing.assert_allclose(vact.bce_with_logits(x, t, pos_weight=positive), expected.mean(), rtol=2e-6)
    got = vact.bce_with_logits_backward(x, t, reduction="sum").astype(np.float64)
    np.testing.assert_allclose(got, 1 / (1 + np.exp(-a)) - b, rtol=2 * TYPES[dtype], atol=TYPES[dtype] / 4)


def test_prelu() -> None:
    x = logits((3, 4, 5), np.float32)
    slope = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    np.testing.assert_array_equal(vact.prelu(x, slope), np.where(x < 0, slope[:, None] * x, x))
    np.testing.assert_array_equal(vact.prelu(x, 0.25), np.where(x < 0, np.float32(0.25) * x, x))
    dy = logits((3, 4, 5), np.float32, 2)
    dx, of_slope = vact.prelu_backward(dy, x, slope)
    np.testing.assert_allclose(dx, np.where(x < 0, slope[:, None] * dy, dy), rtol=1e-6)
    np.testing.assert_allclose(of_slope, np.where(x < 0, dy * x, 0).sum((0, 2)), rtol=1e-5)
    with pytest.raises(ValueError):
        vact.prelu(x, slope, axis=0)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_tables(dtype: Any) -> None:
    zero = -10 if dtype == np.int8 else 118
    every = np.arange(np.iinfo(dtype).min, np.iinfo(dtype).max + 1).astype(dtype)
    got = vact.table("gelu", dtype, 0.05, zero, 0.04, zero)(every)
    real = vact.gelu((every.astype(np.float64) - zero) * np.float64(np.float32(0.05)))
    expected = np.clip(np.rint(real / np.float64(np.float32(0.04))) + zero, np.iinfo(dtype).min, np.iinfo(dtype).max)
    assert np.abs(got.astype(int) - expected.astype(int)).max() == 0
    with pytest.raises(TypeError):
        vact.table("gelu", dtype, 0.05, zero, 0.04, zero)(every.astype(np.int16))
    with pytest.raises(ValueError):
        vact.table("gelu", dtype, 0.0, zero, 0.04, zero)


class Capsule:
    """Of an array what DLPack needs, and nothing more."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()


def test_dlpack() -> None:
    x = logits((5, 6), np.float32)
    np.testing.assert_array_equal(vact.gelu(Capsule(x)), vact.gelu(x))
    np.testing.assert_array_equal(vact.softmax(Capsule(x)), vact.softmax(x))
    np.testing.assert_array_equal(np.from_dlpack(vact.gelu(x)), vact.gelu(x))


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    x = torch.linspace(-3, 3, 7)
    assert torch.equal(torch.from_dlpack(vact.relu(x)), x.relu())
    narrow = vact.relu(x.bfloat16())
    assert narrow.dtype == ml_dtypes.bfloat16
    assert torch.equal(torch.from_dlpack(narrow.view("int16")).view(torch.bfloat16), x.bfloat16().relu())
