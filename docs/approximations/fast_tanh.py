"""The tables of kernels/math/fast/tanh.h. Needs mpmath and NumPy, whose long double must have 64 bits.

tanh(t) on eight intervals, each half an octave of START + SLOPE*t, the first cut short. On the first two it is
t + t*P(t), on the others tanh(c) + (t - c)*P(t - c), c a float whose hyperbolic tangent lies within 2^-33 of a float,
the level. P is the least maximum of the error relative to tanh, its coefficients rounded to float one after another,
the rest fitted again each time. In the first interval its constant, which is not needed, keeps what is multiplied by a
tiny t from becoming subnormal.
The end, 9.0125, is one of several tried: with others the result falls once where two intervals meet.
Run: python3 docs/approximations/fast_tanh.py
"""

import numpy as np
from fast_normal import fit

START, SLOPE = np.float32(1.546875), np.float32((24 - 1.546875) / 9.0125)
EDGES = (1.546875, 2, 3, 4, 6, 8, 12, 16, 24)
FROM_ZERO = 2  # intervals whose level is t itself
TERMS = 7
REAL = np.longdouble
CONSTANT = 2.0**-60


def centre_from(place: float) -> float:
    """The next float downwards whose hyperbolic tangent is nearly a float."""
    c = np.float32(place)
    while abs(np.tanh(REAL(c)) - np.float32(np.tanh(REAL(c)))) > 2.0**-33:
        c = np.nextafter(c, np.float32(0))
    return float(c)


def nodes(left: float, right: float, count: int) -> np.ndarray:
    angles = np.pi * (2 * np.arange(count) + 1) / (2 * count)
    return (left + right + (right - left) * np.cos(angles).astype(REAL)) / 2


def interval(j: int) -> tuple[int, float, float, list[float]]:
    left, right = ((REAL(edge) - REAL(START)) / REAL(SLOPE) for edge in EDGES[j : j + 2])
    t = nodes(left if j else left + 1e-3, right, 240)
    if j < FROM_ZERO:
        c, level, slope = 0.0, float("inf"), np.tanh(t) / t - 1
    else:
        # The level is to lie below the interval, so that the smaller of it and t is the one that is meant.
        c = centre_from(float(left + (right - left) * (REAL(0.2) if j == FROM_ZERO else REAL(0.5))))
        level = float(np.float32(np.tanh(REAL(c))))
        slope = (np.tanh(t) - REAL(level)) / (t - REAL(c))
    p, error = fit(t - REAL(c), slope, np.abs((t - REAL(c)) / np.tanh(t)).astype(float), list(range(TERMS)))
    if j == 0:
        p[0] = CONSTANT
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    return int(np.float32(EDGES[j]).view(np.uint32)) >> 22 & 7, c, level, p


def main() -> None:
    rows = sorted(interval(j) for j in range(len(EDGES) - 1))
    print("start, slope", float(START).hex(), float(SLOPE).hex())
    print("centre", *(row[1].hex() for row in rows))
    print("level", *(row[2].hex() for row in rows))
    for power in range(TERMS):
        print(f"p{power}", *(row[3][power].hex() for row in rows))


if __name__ == "__main__":
    main()
