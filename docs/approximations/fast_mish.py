"""The tables of kernels/act/fast/mish.h before docs/approximations/fast_mish_search.c. Needs mpmath and NumPy.

f(x) = mish(x)/x = tanh(ln(1 + e^x)) on eight intervals, each some of the 15 cells that the nearest whole of SLOPE*x
tells apart, as a polynomial in x - c. Around a wanted place the centre c is the first float at which f and f' are
nearly floats, which become the first two coefficients; the others make the largest relative error least, rounded to
float one after another, the rest fitted again each time.
Run: python3 docs/approximations/fast_mish.py
"""

import mpmath as mp
import numpy as np

from fast_normal import fit, nodes, to_float

SLOPE = mp.mpf(float.fromhex("0x1.dffffep-1"))
# The first cell of each interval, and the place from which on its centre is sought (below 0 the best of some 100 that were
# tried; None: near 0, where f is a float).
INTERVALS = (
    (-7, float.fromhex("-0x1.e45c54p+2")),
    (-5, float.fromhex("-0x1.53c488p+2")),
    (-3, float.fromhex("-0x1.8931d6p+1")),
    (-1, -1.173),
    (0, None),
    (1, 0.96),
    (2, 2.453),
    (4, 5.44),
    (8, None),
)
DEGREE = 9


def gain(x: mp.mpf) -> mp.mpf:
    n = mp.expm1(x) + 1
    n *= n + 2
    return n / (n + 2)


def off(value: mp.mpf) -> float:
    """How far from a float, in half spacings."""
    _, exponent = mp.frexp(value)
    return abs(float((value - to_float(value)) * mp.mpf(2) ** (25 - exponent)))


def centre_near(place: float | None) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
    if place is None:
        c = to_float((to_float(mp.mpf(3) / 5) - mp.mpf(3) / 5) / mp.diff(gain, 0))
        return c, to_float(gain(c)), to_float(mp.diff(gain, c))
    c = np.float32(place)
    while True:
        exact = mp.mpf(float(c))
        value = gain(exact)
        if off(value) < 1 / 32:
            slope = mp.diff(gain, exact)
            if off(slope) < 1 / 8:
                return exact, to_float(value), to_float(slope)
        c = np.nextafter(c, np.float32(100))


def interval(j: int) -> tuple[mp.mpf, list[float], float]:
    left, right = ((INTERVALS[j + i][0] - mp.mpf(1) / 2) / SLOPE for i in (0, 1))
    place = INTERVALS[j][1]
    c, value, slope = centre_near(place)
    places = nodes(left, right, 200)
    d = np.array([np.longdouble(mp.nstr(x - c, 30)) for x in places])
    exact = [gain(x) for x in places]
    rest = np.array([np.longdouble(mp.nstr(e - value - slope * (x - c), 30)) for e, x in zip(exact, places)])
    weight = np.array([1 / float(e) for e in exact])
    terms, error = fit(d, rest, weight, list(range(2, DEGREE + 1)))
    print(f"# [{float(left):.4f}, {float(right):.4f}]: within 2^{np.log2(error):.2f}")
    return c, [float(value), float(slope), *terms], error


def main() -> None:
    rows = [interval(j) for j in range(len(INTERVALS) - 1)]
    print("centre", *(float(row[0]).hex() for row in rows))
    for power in range(DEGREE + 1):
        print(f"p{power}", *(row[1][power].hex() for row in rows))


if __name__ == "__main__":
    main()
