"""The tables and the polynomial of fast_log1p_of_exponential in kernels/math/fast/softplus.h. Needs NumPy, whose long
double must have 64 bits.

For z in [0, 1] cell k = round(CELLS*z) gives 1 + z = (1 + r)/inverse with |r| <= 0.067, and log(1 + z) = level +
log(1 + r). inverse is a float near 1/(1 + k/CELLS) whose logarithm is within 2^-34 of a float, -level; in cell 0 it
is 1, so that r is z and small results keep their digits. log(1 + r) = r + r^2*q(r); q is the least maximum of the error
relative to log(1 + r), its coefficients rounded to float one after another, the rest fitted again each time.
Run: python3 docs/approximations/fast_log1p.py
"""

import numpy as np
from fast_normal import fit

CELLS = 7.49
DEGREE = 4
REAL = np.longdouble


def inverse_near(place: float) -> float:
    """The nearest float whose logarithm is nearly one."""
    up = down = np.float32(place)
    while True:
        for v in (up, down):
            log = np.log(REAL(v))
            if abs(log - np.float32(log)) < 2.0**-34:
                return float(v)
        up, down = np.nextafter(up, np.float32(2)), np.nextafter(down, np.float32(0))


def main() -> None:
    inverses = [1.0] + [inverse_near(1 / (1 + k / CELLS)) for k in range(1, 8)]
    print("inverse", *(v.hex() for v in inverses))
    print("level", *(float(np.float32(-np.log(REAL(v)))).hex() for v in inverses))
    edges = [(max(k - 0.5, 0) / CELLS, min((k + 0.5) / CELLS, 1)) for k in range(8)]
    ends = [(1 + REAL(z)) * REAL(v) - 1 for v, edge in zip(inverses, edges) for z in edge]
    low, high = min(ends), max(ends)
    r = (low + high + (high - low) * np.cos(np.pi * (2 * np.arange(400) + 1) / 800).astype(REAL)) / 2
    q, error = fit(r, np.log1p(r) - r, np.abs(1 / np.log1p(r)).astype(float), range(2, 3 + DEGREE))
    print(f"# r in [{float(low):.5f}, {float(high):.5f}], within 2^{np.log2(error):.2f}")
    print("q, lowest power first", *(v.hex() for v in q))


if __name__ == "__main__":
    main()
