"""The tables of kernels/act/fast/tanh_shrink.h. Needs mpmath and NumPy, whose long double must have 64 bits.

Up to JOIN, x - tanh(x) = x^3*(1/3 + y*G(y)), y = x^2; the constant is not fitted, and G takes the part of it that no
float has too. Above, on eight intervals, each half an octave of START + SLOPE*x, it is level + (x - c)*P(x - c), c a
float for which c - tanh(c) lies within 2^-8 ULP of a float, the level. G and P are the least maximum of the error
relative to x - tanh(x), their coefficients rounded to float one after another, the rest fitted again each time.
Run: python3 docs/approximations/fast_tanh_shrink.py
"""

import numpy as np
from fast_normal import fit
from fast_tanh import REAL, nodes

JOIN, END = 0.65, 9.015
START, TERMS, NEAR_TERMS = 1.0, 6, 6
EDGES = (1, 1.5, 2, 3, 4, 6, 8, 12, 16)
SLOPE = np.float32((16 - START) / (END - JOIN))
OFFSET = np.float32(START - float(SLOPE) * JOIN)  # so that JOIN is at START


def wanted(x: np.ndarray) -> np.ndarray:
    return x - np.tanh(x)


def centre_near(place: float) -> float:
    c = np.float32(place)
    while True:
        exact = wanted(REAL(c))
        level = np.float32(exact)
        if abs(exact - level) < np.spacing(level) * 2.0**-8:
            return float(c)
        c = np.nextafter(c, np.float32(0))


def interval(j: int) -> tuple[int, float, float, list[float]]:
    left, right = ((REAL(edge) - REAL(OFFSET)) / REAL(SLOPE) for edge in EDGES[j : j + 2])
    x = nodes(left, right, 240)
    c = centre_near(float((2 * left + right) / 3))
    level = float(np.float32(wanted(REAL(c))))
    d = x - REAL(c)
    p, error = fit(d, (wanted(x) - REAL(level)) / d, np.abs(d / wanted(x)).astype(float), list(range(TERMS)))
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    return int(np.float32(EDGES[j]).view(np.uint32)) >> 22 & 7, c, level, p


def near() -> None:
    y = nodes(4e-4, (JOIN + 1e-3) ** 2, 240)
    x = np.sqrt(y)
    g, error = fit(y, wanted(x) / (x * y) - REAL(np.float32(1 / 3)), (x * y / wanted(x)).astype(float), list(range(NEAR_TERMS)))
    print(f"# up to {JOIN}: within 2^{np.log2(error):.2f}, constant first")
    print("near", *(v.hex() for v in g))


def main() -> None:
    near()
    rows = sorted(interval(j) for j in range(len(EDGES) - 1))
    print("offset, slope", float(OFFSET).hex(), float(SLOPE).hex())
    print("centre", *(row[1].hex() for row in rows))
    print("level", *(row[2].hex() for row in rows))
    for power in range(TERMS):
        print(f"p{power}", *(row[3][power].hex() for row in rows))


if __name__ == "__main__":
    main()
