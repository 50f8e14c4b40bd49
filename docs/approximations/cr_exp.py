"""The constants of kernels/math/cr/exp.h and log1p.h: tables as pairs of floats and minimax polynomials.

    python3 docs/approximations/cr_exp.py

The polynomials are Chebyshev interpolants of a degree at which that is within 2 % of the minimax error; what counts is
the bound of the whole, which `vact accuracy --math cr` measures over all inputs.
"""
import struct

import mpmath as mp

mp.mp.prec = 500


def to_float(x):
    """The nearest float32."""
    x = mp.mpf(x)
    if x == 0:
        return x
    unit = mp.mpf(2) ** (mp.frexp(abs(x))[1] - 24)
    return mp.sign(x) * mp.nint(abs(x) / unit) * unit


def text(x):
    """A float as C writes it."""
    digits, exponent = float.hex(float(x)).split("p")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}p{exponent}f"


def bits(x):
    return struct.unpack("<I", struct.pack("<f", float(x)))[0]


def of_bits(i):
    return struct.unpack("<f", struct.pack("<I", i))[0]


def pair(x):
    hi = to_float(x)
    return hi, to_float(x - hi)


def interpolate(f, low, high, degree):
    """The coefficients, the constant first, of the polynomial through f at Chebyshev's points, and its largest error."""
    n = degree + 1
    points = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    points = [x if abs(x) > mp.mpf(10) ** -20 else mp.mpf(10) ** -20 for x in points]  # f divides by it
    matrix = mp.matrix(n, n)
    for i, x in enumerate(points):
        for j in range(n):
            matrix[i, j] = x**j
    solved = mp.lu_solve(matrix, mp.matrix([f(x) for x in points]))
    found = [solved[i] for i in range(n)]
    grid = [low + (high - low) * k / 400 + mp.mpf(10) ** -30 for k in range(401)]
    return found, max(abs(mp.polyval(found[::-1], x) - f(x)) for x in grid)


print("exp: 2^(j/16) as a float T with j*2^19 taken off its bits, and (2^(j/16) - T)/T")
powers = [mp.mpf(2) ** (mp.mpf(j) / 16) for j in range(16)]
floats = [to_float(p) for p in powers]
print("  ", ", ".join(text(of_bits(bits(t) - j * 2**19)) for j, t in enumerate(floats)))
print("  ", ", ".join(text(to_float((p - t) / t)) for p, t in zip(powers, floats)))
print("ln(2)/16:", *map(text, pair(mp.log(2) / 16)))
edge = mp.log(2) / 32 * mp.mpf("1.002")
found, error = interpolate(lambda r: (mp.exp(r) - 1 - r - r * r / 2) / (r**3 / 2), -edge, edge, 2)
print("(e^r - 1 - r - r^2/2)/(r^3/2):", *map(text, found), " error", mp.nstr(mp.log(error * edge**3 / 2, 2), 5), "bits of e^r")

print("log1p: c_j, nearly 1/(1 + j/15.49), in eight bits; -log(c_j), high and low parts")
spacing = mp.mpf("15.49")
inverses = [mp.nint(128 / (1 + j / spacing)) / 128 for j in range(16)]
logs = [pair(-mp.log(c)) for c in inverses]
print("  ", ", ".join(text(c) for c in inverses))
print("  ", ", ".join(text(p[0]) for p in logs))
print("  ", ", ".join(text(p[1]) for p in logs))
worst = mp.mpf(0)
for j, c in enumerate(inverses):
    for edge in ((j - mp.mpf("0.5001")) / spacing, (j + mp.mpf("0.5001")) / spacing):
        worst = max(worst, abs(c * (1 + min(max(edge, 0), 1)) - 1))
print("|z| up to", mp.nstr(worst, 6))
found, error = interpolate(
    lambda z: (((mp.log1p(z) / z - 1) / z + mp.mpf(1) / 2) / z - mp.mpf(1) / 3) / z, -worst, worst, 3)
print("(log(1 + z) - z + z^2/2 - z^3/3)/z^4:", *map(text, found), " error",
      mp.nstr(mp.log(error * worst**3, 2), 5), "bits of log(1 + z)/z")
