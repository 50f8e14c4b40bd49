"""The constants in the kernels, each as the floats it is split into: python3 docs/approximations/constants.py

Needs mpmath. `split` gives a float and the float nearest to what it leaves; `short` first rounds to fewer bits.
"""
import struct
from mpmath import mp, mpf, exp, nint, pi, sqrt, frexp, ldexp

mp.dps = 60


def nearest(value, bits=24):
    mantissa, exponent = frexp(value)
    return ldexp(nint(ldexp(mantissa, bits)), exponent - bits)


def show(name, value, bits=24):
    high = nearest(value, bits)
    low = nearest(value - high)
    left = (value - high - low) / value
    print(f"{name:28s} {float(high).hex():>24s} {float(low).hex():>26s}  leaves 2^{float(mp.log(abs(left), 2)):.1f}")
    assert struct.unpack("f", struct.pack("f", float(high)))[0] == high


alpha = mpf("1.6732632423543772848170429916717")
scale = mpf("1.0507009873554804934193349852946")
show("SELU scale", scale)
show("SELU scale*alpha", scale * alpha)
show("SELU scale - 1", scale - 1)
show("SELU scale*alpha - 2", scale * alpha - 2)
show("1.702", mpf("1.702"))
show("1/1.702", 1 / mpf("1.702"))
show("2*sqrt(2/pi), 21 bits", 2 * sqrt(2 / pi), 21)
show("2*sqrt(2/pi)*0.044715", 2 * sqrt(2 / pi) * mpf("0.044715"))
show("1/6", mpf(1) / 6)
show("2/sqrt(pi)", 2 / sqrt(pi))
print("\ne^-k nearest to a float, error in units of 2^-24 (kernels/math/sleef/scaled.h takes 37):")
for k in range(20, 61):
    value = exp(-k)
    error = abs(nearest(value) / value - 1) * 2**24
    if error < mpf("0.1"):
        print(f"  {k} {float(nearest(value)).hex()} {float(error):.4f}")
print("\ne^k likewise:")
for k in range(20, 61):
    value = exp(k)
    error = abs(nearest(value) / value - 1) * 2**24
    if error < mpf("0.1"):
        print(f"  {k} {float(nearest(value)).hex()} {float(error):.4f}")
