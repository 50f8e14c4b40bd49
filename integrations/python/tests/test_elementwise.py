"""Operations element by element and gated units: the bits of the C library on every type and layout, errors, threads."""
import threading
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import vact
from library import bits, forward
from vact._operations import OPERATIONS

TYPES = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16]
UNARY = [n for n, (_, kind, _) in OPERATIONS.items() if kind == "unary"]
GATES = [n for n, (_, kind, _) in OPERATIONS.items() if kind == "gate"]
BY_CODE = ("selu", "hard_swish")
BACKWARD_FROM_OUTPUT = [n for n in UNARY if hasattr(vact, f"{n}_backward_from_output")]


def numbers(shape: tuple[int, ...], dtype: Any, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    x = random.normal(0, 3, shape)
    flat = x.reshape(-1)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 100.0, -100.0, 1e-30]
    flat[: min(len(special), flat.size)] = special[: flat.size]
    return x.astype(dtype)


def layouts(x: np.ndarray) -> dict[str, np.ndarray]:
    """The same numbers as x, laid out in memory in other ways."""
    wide = np.zeros((*x.shape[:-1], x.shape[-1] * 3), x.dtype)
    wide[..., ::3] = x
    shifted = np.zeros(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    shifted[...] = x
    return {
        "dense": x, "strided": wide[..., ::3], "reversed": x[..., ::-1].copy()[..., ::-1],
        "columns first": np.asfortranarray(x), "unaligned": shifted,
    }  # fmt: skip


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name: str, dtype: Any) -> None:
    x = numbers((7, 5, 11), dtype)
    code, _, defaults = OPERATIONS[name]
    function = getattr(vact, name)
    expected = forward(code, None, x)
    for layout, same in layouts(x).items():
        before = same.copy()
        assert bits(function(same)) == bits(expected), layout
        out = np.empty_like(same)
        assert function(same, out) is out and bits(out) == bits(expected), layout
        assert bits(same) == bits(before), f"{layout}: the input changed"
        function(same, out=same)
        assert bits(same) == bits(expected), f"{layout}, in place"
    if defaults and name not in BY_CODE:
        other = tuple(d * 1.5 if np.isfinite(d) else 3.0 for d in defaults.values())
        x = numbers((100,), dtype)
        assert bits(function(x, **dict(zip(defaults, other, strict=True)))) == bits(forward(code, other, x))


def test_the_comparison_can_fail() -> None:
    x = numbers((100,), np.float32)
    assert bits(vact.gelu(x)) != bits(forward(OPERATIONS["gelu_tanh"][0], None, x))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", UNARY)
def test_backward(name: str, dtype: Any) -> None:
    """Each layout has the bits of the dense arrays; a difference quotient says that it is the derivative."""
    x, dy = numbers((6, 50), dtype), numbers((6, 50), dtype, 2)
    function = getattr(vact, f"{name}_backward")
    expected = function(dy, x)
    for layout, same in layouts(x).items():
        assert bits(function(dy, same)) == bits(expected), layout
    out = np.empty_like(x)
    assert function(dy, x, out) is out and bits(out) == bits(expected)
    if dtype == np.float64:
        at = np.array([-2.7, -1.3, -0.6, 0.4, 0.9, 1.7, 2.8])
        step = 1e-6
        slope = (getattr(vact, name)(at + step) - getattr(vact, name)(at - step)) / (2 * step)
        np.testing.assert_allclose(function(np.ones_like(at), at), slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", BACKWARD_FROM_OUTPUT)
def test_backward_from_output(name: str) -> None:
    x = np.linspace(-3, 3, 50)
    y = getattr(vact, name)(x)
    got = getattr(vact, f"{name}_backward_from_output")(np.ones_like(x), y)
    np.testing.assert_allclose(got, getattr(vact, f"{name}_backward")(np.ones_like(x), x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", GATES)
def test_gates(name: str, dtype: Any) -> None:
    gate, up = numbers((4, 6, 10), dtype), numbers((4, 6, 10), dtype, 2)
    function = getattr(vact, name)
    expected = function(gate, up)
    packed = np.concatenate([gate, up], axis=-1)
    assert bits(vact.gate_packed(packed, name)) == bits(expected)
    for layout, same in layouts(gate).items():
        assert bits(function(same, up)) == bits(expected), layout
    assert bits(function(gate[:1], up)) == bits(function(np.broadcast_to(gate[:1], up.shape).copy(), up))
    if dtype == np.float64:
        dg, du = getattr(vact, f"{name}_backward")(np.ones(7), *(a := np.array([[-2.7, -1.3, -0.6, 0.4, 0.9, 1.7, 2.8],
                                                                               [0.3, -2.0, 1.0, 0.7, -0.5, 3.0, 0.2]])))
        step = 1e-6
        np.testing.assert_allclose(dg, (function(a[0] + step, a[1]) - function(a[0] - step, a[1])) / (2 * step), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(du, (function(a[0], a[1] + step) - function(a[0], a[1] - step)) / (2 * step), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("narrow", [np.float16, ml_dtypes.bfloat16])
def test_conversions(narrow: Any) -> None:
    x = np.random.default_rng(3).normal(0, 100, 5000).astype(np.float32)
    assert bits(vact.convert(x, narrow)) == bits(x.astype(narrow))
    assert bits(vact.convert(x.astype(narrow), np.float32)) == bits(x.astype(narrow).astype(np.float32))
    assert vact.gelu(x, dtype=narrow).dtype == narrow
    out = np.empty(x.shape, narrow)
    assert vact.gelu(x, out) is out


def test_eager_rounding() -> None:
    gate, up = (numbers((1000,), ml_dtypes.bfloat16, s) for s in (1, 2))
    with np.errstate(all="ignore"):
        expected = (vact.silu(gate).astype(np.float32) * up.astype(np.float32)).astype(ml_dtypes.bfloat16)
    finite = np.isfinite(expected.astype(np.float32))
    assert bits(vact.swiglu(gate, up, rounding="eager")[finite]) == bits(expected[finite])
    assert bits(vact.swiglu(gate, up)[finite]) != bits(expected[finite])


def test_numbers_lists_and_empty() -> None:
    assert vact.relu([1, -2, 3]).tolist() == [1.0, 0.0, 3.0]
    assert vact.relu([1, -2, 3]).dtype == np.float64
    assert isinstance(vact.relu(-1.5), np.float64)
    assert isinstance(vact.relu(np.float32(2)), np.float32)
    assert vact.gelu(np.empty((3, 0), np.float32)).shape == (3, 0)
    swapped = np.array([1.0, -2.0], ">f4")
    assert vact.relu(swapped).tolist() == [1.0, 0.0] and vact.relu(swapped).dtype == np.float32


REFUSED: dict[str, tuple[Any, type[Exception]]] = {
    "text": (lambda x: vact.gelu(np.array(["a"])), TypeError),
    "complex": (lambda x: vact.gelu(x.astype(np.complex64)), TypeError),
    "a parameter": (lambda x: vact.leaky_relu(x, alpha=np.nan), ValueError),
    "out of another shape": (lambda x: vact.gelu(x, out=x[:5]), ValueError),
    "out of float64": (lambda x: vact.gelu(x, out=np.zeros(x.shape)), TypeError),
    "dtype float64": (lambda x: vact.gelu(x, dtype=np.float64), TypeError),
    "out and dtype": (lambda x: vact.gelu(x, np.empty_like(x), dtype=np.float16), TypeError),
    "a list as out": (lambda x: vact.gelu(x, out=[0.0] * x.size), TypeError),
    "overlap": (lambda x: vact.gelu(x[:-1], out=x[1:]), vact.OverlapError),
    "reversed in place": (lambda x: vact.gelu(x, out=x[::-1]), vact.OverlapError),
    "two types": (lambda x: vact.swiglu(x, x.astype(np.float16)), TypeError),
    "shapes": (lambda x: vact.swiglu(x, x[:5]), ValueError),
    "rounding": (lambda x: vact.swiglu(x, x, rounding="twice"), ValueError),
    "isa": (lambda x: vact.use(isa="sse"), ValueError),
    "math": (lambda x: vact.use(math="slow"), ValueError),
    "layout": (lambda x: vact.gate_packed(x, "swiglu", "third"), ValueError),
    "no gate": (lambda x: vact.gate_packed(x, "gelu"), ValueError),
    "odd": (lambda x: vact.gate_packed(x[:5], "swiglu"), ValueError),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    call, error = REFUSED[what]
    x = numbers((64,), np.float32)
    before = x.tobytes()
    with pytest.raises(error) as raised:
        call(x)
    assert len(str(raised.value)) > 8 and x.tobytes() == before


def test_read_only() -> None:
    x = numbers((64,), np.float32)
    x.flags.writeable = False
    before = x.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        vact.gelu(x, out=x)
    with pytest.raises(ValueError, match="read-only"):
        vact.softmax(x, out=x)
    assert x.tobytes() == before and vact.gelu(x).shape == x.shape


def test_views_side_by_side_are_apart() -> None:
    both = numbers((64, 2), np.float32)
    expected = vact.gelu(both[:, 0].copy())
    vact.gelu(both[:, 0], out=both[:, 1])
    assert bits(both[:, 1]) == bits(expected)


def test_variants() -> None:
    x = numbers((4096,), np.float32)
    fast = vact.gelu(x)
    with vact.use(math="cr"):
        assert vact.info()["math"] == "cr"
        right = vact.gelu(x)
    assert vact.info()["math"] == "auto" and bits(vact.gelu(x)) == bits(fast) != bits(right)
    with vact.use(isa="scalar"):
        assert bits(vact.gelu(x)) == bits(fast)


def test_threads() -> None:
    x = numbers((1 << 18,), np.float32)
    expected = bits(vact.gelu(x))
    found: list[bool] = []
    workers = [threading.Thread(target=lambda: found.append(bits(vact.gelu(x)) == expected)) for _ in range(8)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert found == [True] * 8


def test_accuracy() -> None:
    found = vact.accuracy("gelu", inputs=1000)
    assert 0.5 < found.error < 1.6 and found.inputs == 1000
    with vact.use(math="cr"):
        assert vact.accuracy("gelu", inputs=1000).error <= 0.5
    assert vact.accuracy("silu", dtype=np.float16, inputs=1000).error <= 0.5
    with pytest.raises(ValueError, match="gelu"):
        vact.accuracy("situ_glu")


def test_documented() -> None:
    for name in vact.__all__:
        assert (getattr(vact, name).__doc__ or "").strip(), f"{name} has no docstring"
