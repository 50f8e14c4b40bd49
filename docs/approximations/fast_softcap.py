"""The tables of kernels/rows/softcap_table.h. Needs mpmath and NumPy, whose long double must have 64 bits.

tanh(q) on eight intervals, with an error that is absolute. Interval k is where the exponent of START + SQUARE*q^2 is k,
so it reaches from sqrt((2^k - START)/SQUARE) to sqrt((2^(k+1) - START)/SQUARE): short next to 0, where the poles at
+-i*pi/2 are near. The last one, from where on tanh is 1, ends at 9.7,
where the sum is END, just below 256. On each tanh(q) = level + d*P(d), d = q - centre,
with the least maximum of the error (Lawson's weights); next to 0 centre and level are 0, and the last interval's are 9.7
and 1. The numbers are doubles: the kernel multiplies them by powers of c before it rounds them to floats.
START is the one of those tried with the least error.
Run: python3 docs/approximations/fast_softcap.py [START]
"""

import sys

import numpy as np
from fast_normal import least_maximum

START, MOST, END = 1.40625, 9.7, 255.875
DEGREE = 7
REAL = np.longdouble


def square_of(start: float) -> float:
    return float((END - start) / MOST**2)


def short(value: REAL) -> float:
    """Of 41 bits."""
    fraction, exponent = np.frexp(value)
    return float(np.ldexp(np.rint(fraction * REAL(2) ** 41), exponent - 41))


def text(values: list[float]) -> str:
    return ", ".join(v.hex().replace("000p", "p") if v else "0.0" for v in values)


def nodes(left: REAL, right: REAL, count: int) -> np.ndarray:
    angles = np.pi * (2 * np.arange(count) + 1) / (2 * count)
    return (left + right + (right - left) * np.cos(angles).astype(REAL)) / 2


def interval(k: int, start: float) -> tuple[float, list[float], float]:
    """The centre, the level with the coefficients of P, and the largest error."""
    left, right = (np.sqrt(max(REAL(0), (REAL(2) ** e - REAL(start)) / REAL(square_of(start)))) for e in (k, k + 1))
    q = nodes(left, right, 300)
    fixed = {0: (0.0, 0.0), 7: (MOST, 1.0)}
    centre = REAL(fixed[k][0] if k in fixed else short((left + right) / 2))
    wanted = np.tanh(q) - (fixed[k][1] if k in fixed else 0)
    columns = np.stack([(q - centre) ** p for p in range(1 if k in fixed else 0, DEGREE + 1)], 1)
    p = least_maximum(columns, wanted, np.ones(len(q)))
    error = float(np.abs(columns @ p - wanted).max())
    values = ([fixed[k][1]] if k in fixed else []) + [short(v) for v in p]
    return float(centre), values, error * 2**24


def main() -> None:
    start = float(sys.argv[1]) if len(sys.argv) > 1 else START
    rows = [interval(k, start) for k in range(8)]
    # The lowest bits of the exponent, with its bias: that of 1 is 127, which is 7 modulo 8.
    rows = rows[1:] + rows[:1]
    print("# within", *(f"{row[2]:.3f}" for row in rows), "* 2^-24")
    print("start", start.hex(), "step", np.sqrt(square_of(start)).hex(), "most", MOST)
    print("centre", text([row[0] for row in rows]))
    for power in range(DEGREE + 1):
        print(f"p{power}", text([row[1][power] for row in rows]))


if __name__ == "__main__":
    main()
