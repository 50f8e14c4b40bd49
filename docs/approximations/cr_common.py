"""What the generators of the variant `cr` share: floats of 32 bits and interpolating polynomials, in mpmath."""
from collections.abc import Callable

import mpmath as mp

mp.mp.prec = 500


def to_float(x: mp.mpf) -> mp.mpf:
    """The nearest float32."""
    x = mp.mpf(x)
    if x == 0:
        return x
    unit = mp.mpf(2) ** (mp.frexp(abs(x))[1] - 24)
    return mp.sign(x) * mp.nint(abs(x) / unit) * unit


def text(x: mp.mpf) -> str:
    """A float as C writes it."""
    digits, exponent = float.hex(float(x)).split("p")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}p{exponent}f"


def interpolate(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf, degree: int) -> list[mp.mpf]:
    """The coefficients, the constant first, of the polynomial through f at Chebyshev's points. f may be a quotient that
    has no value at 0."""
    n = degree + 1
    points = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    points = [x if abs(x) > mp.mpf(10) ** -20 else mp.mpf(10) ** -20 for x in points]
    matrix = mp.matrix(n, n)
    for i, x in enumerate(points):
        for j in range(n):
            matrix[i, j] = x**j
    solved = mp.lu_solve(matrix, mp.matrix([f(x) for x in points]))
    return [solved[i] for i in range(n)]
