"""The tables of kernels/act/fast/erf.h. Needs mpmath and NumPy, whose long double must have 64 bits.

erf(t) on eight intervals up to END, above which it rounds to 1; the first has half the width of the others. On the first two it is t + t*P(t), on the
others erf(c) + (t - c)*P(t - c), c a float whose error function lies within 2^-33 of a float, the level. P is the least
maximum of the error relative to erf, its coefficients rounded to float one after another, the rest fitted again each
time. Run: python3 docs/approximations/fast_erf.py
"""

import numpy as np
from fast_normal import fit, long_double
from fast_tanh import REAL, nodes
from mpmath import erf, mp

END, INTERVALS, TERMS = 3.92, 8, 7
FROM_ZERO = 2  # intervals whose level is t itself
SCALE = np.float32((INTERVALS - 0.5) / END)  # the number of t's interval is t*SCALE, rounded
mp.prec = 120


def wanted(x: np.ndarray) -> np.ndarray:
    return long_double([erf(mp.mpf(mp.mpf(float(v)) + mp.mpf(float(v - REAL(float(v)))))) for v in x])


def centre_from(place: float) -> float:
    """The next float downwards whose error function is nearly a float."""
    c = np.float32(place)
    while abs(erf(mp.mpf(float(c))) - mp.mpf(float(np.float32(float(erf(mp.mpf(float(c)))))))) > mp.mpf(2) ** -33:
        c = np.nextafter(c, np.float32(0))
    return float(c)


def interval(j: int) -> tuple[float, float, list[float]]:
    left, right = REAL((j - 0.5) / float(SCALE) - 1e-6), REAL((j + 0.5) / float(SCALE) + 1e-6)
    t = nodes(left if j else REAL(1e-3), right, 240)
    y = wanted(t)
    if j < FROM_ZERO:
        c, level, slope = 0.0, 1.0, y / t - 1
    else:
        # The level is to lie below the interval, so that the smaller of it and t is the one that is meant.
        c = centre_from(float(left + (right - left) * REAL(0.12 if j == FROM_ZERO else 0.5)))
        level = float(np.float32(float(erf(mp.mpf(c)))))
        slope = (y - REAL(level)) / (t - REAL(c))
    p, error = fit(t - REAL(c), slope, np.abs((t - REAL(c)) / y).astype(float), list(range(TERMS)))
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    return c, level, p


def main() -> None:
    rows = [interval(j) for j in range(INTERVALS)]
    print("scale", float(SCALE).hex())
    print("centre", *(row[0].hex() for row in rows))
    print("level", *(row[1].hex() for row in rows))
    for power in range(TERMS):
        print(f"p{power}", *(row[2][power].hex() for row in rows))


if __name__ == "__main__":
    main()
