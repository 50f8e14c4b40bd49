"""The tables of kernels/math/fast/normal.h before docs/approximations/fast_normal_search.c. Needs mpmath and NumPy.

L(t) = -ln(2*Phi(-t)*e^(t^2/2)) on eight intervals. A centre c is the float nearest to where 2*L - 126*ln 2 is a multiple
of 2^-15, found near a wanted place; of the multiples around, the first whose float lies within 2^-29. The polynomial
d*P(d) is the least maximum of |L(c + d) - L(c) - d*P(d)| (Lawson's weights), its coefficients rounded to float one after
another, the rest fitted again each time. Then q of e^r - 1 = r + r^2*q(r), fitted the same way.
Run: python3 docs/approximations/fast_normal.py
"""

import mpmath as mp
import numpy as np

mp.mp.prec = 160
SLOPE, START = mp.mpf(float(np.float32(0.5136))), mp.mpf(float(np.float32(2.6)))
EDGES = (2.6, 3, 3.5, 4, 5, 6, 7, 8, 10)
WANTED = (None,) + (0.47,) * 7
OFFSET = -126 * mp.log(2)
DEGREE = 6


def tail_exponent(t: mp.mpf) -> mp.mpf:
    return -mp.log(mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2))


def tail_slope(t: mp.mpf) -> mp.mpf:
    return mp.sqrt(2 / mp.pi) / (mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2)) - t


def to_float(value: mp.mpf) -> mp.mpf:
    return mp.mpf(float(np.float32(float(value))))


def centre_near(place: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """A centre and its level."""
    grid = mp.mpf(2) ** -15
    nearest = int(mp.nint((2 * tail_exponent(place) + OFFSET) / grid))
    for attempt in range(4000):
        level = (nearest + (-1) ** attempt * ((attempt + 1) // 2)) * grid
        c = place
        for _ in range(6):
            c -= (2 * tail_exponent(c) + OFFSET - level) / (2 * tail_slope(c))
        c = to_float(c)
        if abs(2 * tail_exponent(c) + OFFSET - level) < mp.mpf(2) ** -29:
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


def fit(x: np.ndarray, wanted: np.ndarray, weight: np.ndarray, powers: list[int]) -> tuple[list[float], float]:
    coefficients: list[float] = []
    for first in range(len(powers)):
        columns = np.stack([x**p for p in powers[first:]], 1)
        coefficients.append(float(np.float32(least_maximum(columns, wanted, weight)[0])))
        wanted = wanted - coefficients[-1] * x ** powers[first]
    return coefficients, float(np.abs(wanted * weight).max())


def nodes(left: mp.mpf, right: mp.mpf, count: int) -> list[mp.mpf]:
    return [(left + right + (right - left) * mp.cos(mp.pi * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]


def interval(j: int) -> tuple[int, mp.mpf, mp.mpf, list[float]]:
    left = (mp.mpf(EDGES[j]) - START) / SLOPE
    right = min((mp.mpf(EDGES[j + 1]) - START) / SLOPE, mp.mpf("14.6"))
    wanted_place = WANTED[j]
    c, level = centre_near(mp.mpf(0) if wanted_place is None else left + (right - left) * mp.mpf(wanted_place))
    d = [t - c for t in nodes(left, right, 160)]
    values = [np.longdouble(mp.nstr(tail_exponent(c + x) - (level - OFFSET) / 2, 30)) for x in d]
    x = np.array([np.longdouble(mp.nstr(v, 30)) for v in d])
    p, error = fit(x, np.array(values), np.ones(len(x)), list(range(1, DEGREE + 1)))
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    entry = int(np.float32(EDGES[j]).view(np.uint32)) >> 21 & 7
    return entry, c, level, [2 * v for v in p]


def exponential() -> None:
    left, right, degree = -0.348, 0.42, 4
    x = np.array([np.longdouble(mp.nstr(v, 30)) for v in nodes(mp.mpf(left), mp.mpf(right), 400)])
    q = np.array([np.longdouble(mp.nstr((mp.expm1(mp.mpf(str(v))) - mp.mpf(str(v))) / mp.mpf(str(v)) ** 2, 30)) for v in x])
    coefficients, error = fit(x, q, (x * x / np.exp(x)).astype(float), list(range(degree + 1)))
    print(f"# q, constant first, within {error * 2**24:.3f} * 2^-24 of e^r")
    print(*(v.hex() for v in coefficients))


def main() -> None:
    rows = sorted(interval(j) for j in range(len(EDGES) - 1))
    print("centre", *(float(row[1]).hex() for row in rows))
    print("level", *(float(row[2]).hex() for row in rows))
    for power in range(DEGREE):
        print(f"p{power + 1}", *(row[3][power].hex() for row in rows))
    exponential()


if __name__ == "__main__":
    main()
