"""The constants of kernels/math/cr/exp.h and log1p.h: tables as pairs of floats and minimax polynomials.

    python3 docs/approximations/cr_exp.py

The polynomials are Chebyshev interpolants of a degree at which that is within 2 % of the minimax error; what counts is
the bound of the whole, which `vact accuracy --math cr` measures over all inputs.
"""
import struct
from collections.abc import Callable

import mpmath as mp
from cr_common import interpolate, text, to_float

def bits(x: mp.mpf) -> int:
    return struct.unpack("<I", struct.pack("<f", float(x)))[0]


def of_bits(i: int) -> float:
    return struct.unpack("<f", struct.pack("<I", i))[0]


def pair(x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    hi = to_float(x)
    return hi, to_float(x - hi)


def largest_error(f: Callable[[mp.mpf], mp.mpf], found: list[mp.mpf], low: mp.mpf, high: mp.mpf) -> mp.mpf:
    grid = [low + (high - low) * k / 400 + mp.mpf(10) ** -30 for k in range(401)]
    return max(abs(mp.polyval(found[::-1], x) - f(x)) for x in grid)


print("exp: 2^(j/16) as a float T with j*2^19 taken off its bits, and (2^(j/16) - T)/T")
powers = [mp.mpf(2) ** (mp.mpf(j) / 16) for j in range(16)]
floats = [to_float(p) for p in powers]
print("  ", ", ".join(text(of_bits(bits(t) - j * 2**19)) for j, t in enumerate(floats)))
print("  ", ", ".join(text(to_float((p - t) / t)) for p, t in zip(powers, floats)))
print("ln(2)/16:", *map(text, pair(mp.log(2) / 16)))
edge = mp.log(2) / 32 * mp.mpf("1.002")


def curve(r: mp.mpf) -> mp.mpf:
    return (mp.exp(r) - 1 - r - r * r / 2) / (r**3 / 2)


found = interpolate(curve, -edge, edge, 2)
error = largest_error(curve, found, -edge, edge)
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


def tail(z: mp.mpf) -> mp.mpf:
    return (((mp.log1p(z) / z - 1) / z + mp.mpf(1) / 2) / z - mp.mpf(1) / 3) / z


found = interpolate(tail, -worst, worst, 3)
error = largest_error(tail, found, -worst, worst)
print("(log(1 + z) - z + z^2/2 - z^3/3)/z^4:", *map(text, found), " error",
      mp.nstr(mp.log(error * worst**3, 2), 5), "bits of log(1 + z)/z")
