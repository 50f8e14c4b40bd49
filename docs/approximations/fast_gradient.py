"""The tables of kernels/math/fast/gradient_*.h and kernels/act/backward/. Needs mpmath and NumPy.

Each is a function of t >= 0 (mish: of x) on eight intervals, as a polynomial in t - c. From a wanted place in the
interval upwards the centre c is the first float at which the function and its slope are nearly floats, which become the
first two coefficients; the others make the largest error least, rounded to float one after another, the rest fitted
again each time. The error is relative; near a zero of the function it counts as if the function were as large as
`floor` there. The places are those, of some that were tried, at which the sums p0 + d*p have the smallest errors.

Last come the coefficients of e^(-w*ln(2)/C) - 1, lowest first.

The intervals: where a float near 2^23, SLOPE*t - FROM + 2^23, is one number (halves below 2^23, wholes above), or where
START + SLOPE*t is in one half of an octave. The low three bits, of the former or shifted by 22, number them.
Run: python3 docs/approximations/fast_gradient.py [NAME [PLACES]]
"""

import sys
from collections.abc import Callable

import mpmath as mp
import numpy as np
from fast_normal import fit, nodes, to_float

mp.mp.prec = 120
Real = Callable[[mp.mpf], mp.mpf]
# A multiple of 2^-15 near 2*ln 2 for which ln 2/C is within 2^-36 of a float.
GELU_C = mp.mpf(float.fromhex("0x1.638cp+0"))
# Nearly 2*sqrt(2/pi)*C/ln 2, a multiple of 2^-17, and that times 0.044715.
GELU_TANH_C1 = mp.mpf(float.fromhex("0x1.9945800000000p+1"))
GELU_TANH_C2 = mp.mpf(float.fromhex("0x1.24cf260000000p-3"))


def gate(p: mp.mpf) -> mp.mpf:
    """(d/dx) x*sigmoid(x) at -p."""
    z = mp.exp(-p)
    return z * (z + 1 - p) / (1 + z) ** 2


def quick(t: mp.mpf) -> mp.mpf:
    """gelu_quick'(-t)"""
    return gate(t * mp.mpf("1.702"))


def tail(p: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(p))


def normal(t: mp.mpf) -> mp.mpf:
    """gelu'(-t)*e^(t^2*ln 2/C)"""
    slope = mp.erfc(t / mp.sqrt(2)) / 2 - t * mp.exp(-t * t / 2) / mp.sqrt(2 * mp.pi)
    return slope * mp.exp(t * t * mp.log(2) / GELU_C)


def mish(x: mp.mpf) -> mp.mpf:
    """mish'(x)"""
    z = mp.exp(x)
    return z * (4 * (x + 1) + z * (4 * x + 6 + z * (4 + z))) / (2 + z * (2 + z)) ** 2


def tanh_exponent(t: mp.mpf) -> mp.mpf:
    """What kernels/act/backward/gelu_tanh.h takes for the exponent of gelu_tanh, times C/ln 2."""
    return t * (GELU_TANH_C1 + GELU_TANH_C2 * t * t)


def normal_tanh(t: mp.mpf) -> mp.mpf:
    """gelu_tanh'(-t)*e^(tanh_exponent(t)*ln 2/C)"""
    c1 = 2 * mp.sqrt(2 / mp.pi)
    c2 = c1 * mp.mpf("0.044715")
    p = t * (c1 + c2 * t * t)
    z = mp.exp(-p)
    slope = (1 + z - t * (c1 + 3 * c2 * t * t)) / (1 + z) ** 2
    return slope * mp.exp(tanh_exponent(t) * mp.log(2) / GELU_C - p)


def near_unit(edge: mp.mpf) -> list[tuple[mp.mpf, int]]:
    """From -edge on: where the rounded number changes, and the low bits of the number before."""
    halves = int(2 * edge)
    steps = [(mp.mpf(1 - 2 * k) / 4, -k & 7) for k in range(halves, 0, -1)]
    return steps + [(mp.mpf(2 * m + 1) / 2, m) for m in range(8 - halves)]


def octaves() -> list[tuple[mp.mpf, int]]:
    return [(mp.mpf(end), (i + 6) & 7) for i, end in enumerate((1.5, 2, 3, 4, 6, 8, 12, 16))]


def cells() -> list[tuple[mp.mpf, int]]:
    """Those of kernels/act/fast/mish.h: where the nearest whole number of MISH_SLOPE*x begins another interval."""
    return [(mp.mpf(first) - mp.mpf(1) / 2, i) for i, first in enumerate((-5, -3, -1, 0, 1, 2, 4, 8))]


def floor_of_mish(x: float) -> float:
    return 0.25 if -1.75 < x < -0.75 else 0.0


def floor_of_gate(p: float) -> float:
    return 0.25 if 0.75 < p < 1.75 else 0.0


def floor_of_quick(t: float) -> float:
    return 0.25 if 0.25 < t < 1.25 else 0.0


def floor_of_normal(t: float) -> float:
    return 0.25 * float(np.exp(t * t / 2)) if 0.25 < t < 1.25 else 0.0


def floor_of_normal_tanh(t: float) -> float:
    return 0.6 * float(mp.exp(tanh_exponent(mp.mpf(t)) / 2)) if 0.25 < t < 1.25 else 0.0


def no_floor(t: float) -> float:
    return 0.0 * t


MISH_SLOPE = mp.mpf(float.fromhex("0x1.dffffep-1"))
TWO, MORE = near_unit(mp.mpf(2)), near_unit(mp.mpf(1.5))
# The function, its floor, start and steps, the last t, the degree.
TABLES = {
    "gate": (gate, floor_of_gate, -2, TWO, 8.1, 7),
    "quick": (quick, floor_of_quick, -1.5, MORE, 8.05, 9),
    "mish": (mish, floor_of_mish, 0, cells(), mp.mpf(7.5) / MISH_SLOPE, 10),
    "tail": (tail, no_floor, -1.5, MORE, 8.1, 7),
    "normal_tanh": (normal_tanh, floor_of_normal_tanh, 1, octaves(), 13.0, 8),
    "normal": (normal, floor_of_normal, 1, octaves(), 18.7, 7),
}
# Where in each interval its centre is sought.
PLACES = {
    "gate": (0.35, 0.55, 0.55, 0.35, 0.65, 0.65, 0.75, 0.75),
    "quick": (0.45, 0.6, 0.6, 0.7, 0.8, 0.7, 0.65, 0.7),
    "mish": (0.3, 0.3, 0.45, 0.6, 0.15, 0.3, 0.45, 0.75),
    "tail": (0.3, 0.6, 0.6, 0.75, 0.6, 0.6, 0.6, 0.6),
    "normal_tanh": (0.45, 0.5, 0.6, 0.35, 0.35, 0.35, 0.35, 0.35),
    "normal": (0.65, 0.35, 0.2, 0.35, 0.35, 0.45, 0.45, 0.55),
}


def off(value: mp.mpf) -> float:
    """How far from a float, in half spacings."""
    _, exponent = mp.frexp(value)
    return abs(float((value - to_float(value)) * mp.mpf(2) ** (25 - exponent)))


def centre_from(f: Real, place: mp.mpf) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
    c = np.float32(float(place))
    while True:
        exact = mp.mpf(float(c))
        value = f(exact)
        if off(value) < 1 / 32:
            slope = mp.diff(f, exact)
            if off(slope) < 1 / 8:
                return exact, to_float(value), to_float(slope)
        c = np.nextafter(c, np.float32(100))


def interval(
    f: Real, floor: Callable[[float], float], left: mp.mpf, right: mp.mpf, degree: int, place: float
) -> tuple[float, list[float], float]:
    c, value, slope = centre_from(f, left + (right - left) * mp.mpf(place))
    places = nodes(left, right, 160)
    exact = [f(t) for t in places]
    d = np.array([np.longdouble(mp.nstr(t - c, 30)) for t in places])
    rest = np.array([np.longdouble(mp.nstr(e - value - slope * (t - c), 30)) for e, t in zip(exact, places)])
    weight = np.array([1 / max(abs(float(e)), floor(float(t))) for e, t in zip(exact, places)])
    terms, error = fit(d, rest, weight, list(range(2, degree + 1)))
    return float(c), [float(value), float(slope), *terms], error


def fma(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return (a.astype(float) * b.astype(float) + c.astype(float)).astype(np.float32)


def rounding(f: Real, floor: Callable[[float], float], left: float, right: float, c: float, p: list[float]) -> float:
    """The largest error of hi + lo, in 2^-24."""
    t = np.random.default_rng(1).uniform(left, right, 1500).astype(np.float32)
    d = t - np.float32(c)
    q = np.full_like(d, p[-1])
    for a in p[-2:0:-1]:
        q = fma(q, d, np.full_like(d, a))
    first = np.full_like(d, p[0])
    hi = fma(q, d, first)
    lo = fma(q, d, first - hi)
    exact = [f(mp.mpf(float(v))) for v in t]
    return max(
        float(abs(mp.mpf(float(h)) + mp.mpf(float(l)) - e) / max(abs(e), floor(float(v)))) * 2**24
        for h, l, e, v in zip(hi, lo, exact, t)
    )


def table(name: str, tried: tuple[float, ...] = ()) -> None:
    f, floor, start, steps, last, degree = TABLES[name]
    slope = mp.mpf(float(np.float32(float((steps[-1][0] - start) / mp.mpf(last)))))
    rows, chosen_now, left = [], [], mp.mpf(-8) if name == "mish" else mp.mpf(0)
    for (end, index), place in zip(steps, PLACES[name]):
        right = (end - start) / slope
        best = None
        for share in tried or (place,):
            c, p, error = interval(f, floor, left, right, degree, share)
            rounded = rounding(f, floor, float(left), float(right), c, p)
            if best is None or rounded < best[0]:
                best = rounded, share, c, p, error
        rounded, share, c, p, error = best
        accuracy = f"within 2^{np.log2(error):.2f}, rounded {rounded:.3f} * 2^-24"
        print(f"# [{float(left):.4f}, {float(right):.4f}] at {share}: {accuracy}", flush=True)
        rows.append((index, c, p))
        chosen_now.append(share)
        left = right
    rows.sort()
    print(f"/* {name}: slope {float(slope).hex()}, places {chosen_now} */")
    print("{" + ", ".join(row[1].hex() for row in rows) + "},")
    for power in range(degree + 1):
        print("{" + ", ".join(row[2][power].hex() for row in rows) + "},")


def power_less_one(w: mp.mpf) -> mp.mpf:
    return mp.expm1(-w * mp.log(2) / GELU_C)


def exponential() -> None:
    w = nodes(-GELU_C * mp.mpf("0.5015"), GELU_C * mp.mpf("0.5015"), 300)
    x, y = (np.array([np.longdouble(mp.nstr(v, 30)) for v in values]) for values in (w, [power_less_one(v) for v in w]))
    weight = np.exp(x.astype(float) * float(mp.log(2) / GELU_C))
    coefficients, error = fit(x, y, weight, list(range(1, 7)))
    print(f"/* exponential: within {error * 2**24:.3f} * 2^-24 */")
    print(*(v.hex() for v in coefficients))


if __name__ == "__main__":
    for chosen_name in sys.argv[1:2] or TABLES:
        table(chosen_name, tuple(float(v) for v in sys.argv[2:]))
    exponential()
