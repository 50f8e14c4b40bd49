"""The tables of kernels/math/fast/exp_share.h. Needs mpmath and NumPy, whose long double must have 64 bits.

S(t) = 1 - (1 - e^-t)/t on eight intervals, each half an octave of START + SLOPE*t. On the first it is t*P(t), on the
others S(c) + (t - c)*P(t - c), c a float at which S lies within 2^-37 of a float, the level. P is the least maximum of
the error relative to S; its constant is a pair of floats, and the coefficients are rounded to float one after another,
the rest fitted again each time. Run: python3 docs/approximations/fast_xielu.py
"""

import numpy as np
from fast_normal import fit, least_maximum, long_double
from fast_tanh import REAL, nodes
from mpmath import expm1, mp, mpf

START, END = np.float32(1.25), 20.75
EDGES = (1, 1.5, 2, 3, 4, 6, 8, 12, 16)
SLOPE = np.float32((16 - START) / END)
TERMS = 8
mp.prec = 160


def share(t: mpf) -> mpf:
    return 1 + expm1(-t) / t


def of_nodes(x: np.ndarray) -> np.ndarray:
    return long_double([share(mpf(float(v)) + mpf(float(v - REAL(float(v))))) for v in x])


def centre_from(place: float) -> float:
    """The next float downwards whose share is nearly a float."""
    c = np.float32(place)
    while abs(share(mpf(float(c))) - mpf(float(np.float32(float(share(mpf(float(c)))))))) > mpf(2) ** -37:
        c = np.nextafter(c, np.float32(0))
    return float(c)


def interval(j: int) -> tuple[int, float, float, list[float]]:
    left, right = ((REAL(edge) - REAL(START)) / REAL(SLOPE) for edge in EDGES[j : j + 2])
    t = nodes(left - REAL(2e-6) if j else REAL(1e-3), right + REAL(2e-6), 240)
    y = of_nodes(t)
    if j == 0:
        c, level, slope = 0.0, 0.0, y / t
    else:
        c = centre_from(float((left + right) / 2))
        level = float(np.float32(float(share(mpf(c)))))
        slope = (y - REAL(level)) / (t - REAL(c))
    d, weight = t - REAL(c), np.abs((t - REAL(c)) / y).astype(float)
    constant = float(np.float32(least_maximum(np.stack([d**k for k in range(TERMS)], 1), slope, weight)[0]))
    p, error = fit(d, slope - constant, weight, list(range(TERMS)))
    p = [constant] + p
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    return int(np.float32(EDGES[j]).view(np.uint32)) >> 22 & 7, c, level, p


def main() -> None:
    rows = sorted(interval(j) for j in range(len(EDGES) - 1))
    print("slope", float(SLOPE).hex())
    print("centre", *(row[1].hex() for row in rows))
    print("level", *(row[2].hex() for row in rows))
    for power, name in enumerate(["p0", "p0_lo"] + [f"p{k}" for k in range(1, TERMS)]):
        print(name, *(row[3][power].hex() for row in rows))


if __name__ == "__main__":
    main()
