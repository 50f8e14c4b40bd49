"""The tables of kernels/math/fast/normal.h before docs/approximations/fast_normal_search.c. Needs mpmath and NumPy.

LN4, a multiple of 2^-16, stands for 2*ln 2. It is 1 + EXCESS times that, EXCESS = -0.0148, chosen so that the first
coefficient of the exponential, -1/(2*(1 + EXCESS)), is a float within 2^-33. M(t) = 2*(1 + EXCESS)*L(t) + EXCESS*t^2,
L(t) = -ln(Phi(-t)*e^(t^2/2)), on eight intervals of [0, 10.5] and two of [10.5, 14.41].

A centre c is the float nearest to where M - 64*LN4 is a multiple of 2^-16, found near a wanted place (PLACES, as shares
of the interval: of those tried, the ones with which the search ended lowest); of the multiples around, the first whose
float lies within 2^-29. The polynomial d*P(d) is the least maximum of |M(c + d) - M(c) - d*P(d)| (Lawson's weights), its
coefficients rounded to float one after another, the rest fitted again each time; beyond 13.05, where t*Phi(-t) is
subnormal, an error counts less. Then w*E(w) = e^(-w/(2*(1 + EXCESS))) - 1, fitted the same way.
Run: python3 docs/approximations/fast_normal.py
"""

import mpmath as mp
import numpy as np

mp.mp.prec = 160
LN4 = mp.mpf(float.fromhex("0x1.5da4p+0"))
EXCESS = LN4 / (2 * mp.log(2)) - 1
OFFSET = -64 * LN4
# In t*SLOPE. Between them the nearest whole, or half below 2^23, of 2^23 - 2.5 + t*SLOPE is one number, but for the end
# of the eighth at t = 10.5.
SLOPE = mp.mpf("0.474609375")
EDGES = [mp.mpf(v) / SLOPE for v in (0, 0.25, 0.75, 1.25, 1.75, 2.25, 3, 4, 10.5 * SLOPE, 6, 14.41 * SLOPE)]
PLACES = (0.49, 0.57, 0.45, 0.53, 0.45, 0.57, 0.41, 0.41, 0.47, 0.47)
DEGREE, E_DEGREE = 5, 6
SUBNORMAL = mp.mpf("13.05")


def scaled_tail(t: mp.mpf) -> mp.mpf:
    return mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2)


def tail_exponent(t: mp.mpf) -> mp.mpf:
    return -2 * (1 + EXCESS) * mp.log(scaled_tail(t) / 2) + EXCESS * t * t


def tail_slope(t: mp.mpf) -> mp.mpf:
    return 2 * (1 + EXCESS) * (mp.sqrt(2 / mp.pi) / scaled_tail(t) - t) + 2 * EXCESS * t


def to_float(value: mp.mpf) -> mp.mpf:
    return mp.mpf(float(np.float32(float(value))))


def centre_near(place: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """A centre and its level."""
    grid = mp.mpf(2) ** -16
    nearest = int(mp.nint((tail_exponent(place) + OFFSET) / grid))
    for attempt in range(4000):
        level = (nearest + (-1) ** attempt * ((attempt + 1) // 2)) * grid
        c = place
        for _ in range(6):
            c -= (tail_exponent(c) + OFFSET - level) / tail_slope(c)
        c = to_float(c)
        if abs(tail_exponent(c) + OFFSET - level) < mp.mpf(2) ** -29:
            return c, level
    raise ValueError(f"no centre near {place}")


def least_maximum(columns: np.ndarray, wanted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The coefficients for which the largest weighted residual is least."""
    scale = np.abs(columns).max(0)
    columns = columns / scale
    share = np.full(len(wanted), 1 / len(wanted))
    best, best_error = np.zeros(columns.shape[1], np.longdouble), np.inf
    for _ in range(80):
        root = np.sqrt(share) * weight
        weighted = (columns * root[:, None]).astype(float)
        solution = np.zeros(columns.shape[1], np.longdouble)
        for _ in range(3):
            rest = ((wanted - columns @ solution) * root).astype(float)
            solution = solution + np.linalg.lstsq(weighted, rest, rcond=None)[0]
        error = np.abs((wanted - columns @ solution) * weight).astype(float)
        if error.max() < best_error:
            best, best_error = solution, error.max()
        share = share * error
        share = share / share.sum() + 1e-9
    return best / scale


def fit(x: np.ndarray, wanted: np.ndarray, weight: np.ndarray, powers: range) -> tuple[list[float], float]:
    coefficients: list[float] = []
    for first in range(len(powers)):
        columns = np.stack([x**p for p in powers[first:]], 1)
        coefficients.append(float(np.float32(least_maximum(columns, wanted, weight)[0])))
        wanted = wanted - coefficients[-1] * x ** powers[first]
    return coefficients, float(np.abs(wanted * weight).max())


def nodes(left: mp.mpf, right: mp.mpf, count: int) -> list[mp.mpf]:
    return [(left + right + (right - left) * mp.cos(mp.pi * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]


def long_double(values: list[mp.mpf]) -> np.ndarray:
    return np.array([np.longdouble(mp.nstr(v, 30)) for v in values])


def interval(j: int) -> tuple[mp.mpf, mp.mpf, list[float]]:
    left, right = EDGES[j], EDGES[j + 1]
    c, level = centre_near(left + (right - left) * mp.mpf(PLACES[j]))
    t = nodes(left, right, 160)
    values = long_double([tail_exponent(v) - (level - OFFSET) for v in t])
    weight = np.array([float(mp.exp(min(mp.mpf(0), (SUBNORMAL**2 - v * v) / 2))) for v in t])
    p, error = fit(long_double([v - c for v in t]), values, weight, range(1, DEGREE + 1))
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error / 2):.2f} of Phi(-t)")
    return c, level, p


def exponential() -> None:
    scale = 2 * (1 + EXCESS)
    w = nodes(-scale * mp.mpf("0.383"), scale * mp.mpf("0.352"), 400)
    x, y = long_double(w), long_double([mp.expm1(-v / scale) for v in w])
    coefficients, error = fit(x, y, np.exp(x.astype(float) / float(scale)), range(1, E_DEGREE + 1))
    print(f"# E, within {error * 2**24:.3f} * 2^-24 of e^r")
    print("e", *(v.hex() for v in coefficients))


def main() -> None:
    rows = [interval(j) for j in range(len(EDGES) - 1)]
    print("centre", *(float(row[0]).hex() for row in rows))
    print("level", *(float(row[1]).hex() for row in rows))
    for power in range(DEGREE):
        print(f"p{power + 1}", *(row[2][power].hex() for row in rows))
    exponential()


if __name__ == "__main__":
    main()
