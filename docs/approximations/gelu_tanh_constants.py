"""k and K of kernels/act/fast/gelu_tanh.h, both 1 + d times as large: python3 docs/approximations/gelu_tanh_constants.py

Of the multiples of 2^-17 near 1/0.044715, so short that k - h is exact where h < 128, those nearest first whose K is
nearer to a float than that of all before. Needs mpmath and numpy.
"""

import mpmath
import numpy

mpmath.mp.prec = 120
k = 1 / mpmath.mpf("0.044715")
K = mpmath.log(2) / (2 * mpmath.sqrt(2 / mpmath.pi)) * k
least = 1
for whole in sorted(range(int(k * 2**17) - 4096, int(k * 2**17) + 4096), key=lambda i: abs(mpmath.mpf(i) / 2**17 - k)):
    short = mpmath.mpf(whole) / 2**17
    rounded = numpy.float32(float(short * K / k))
    error = abs(mpmath.mpf(float(rounded)) / (short * K / k) - 1)
    if error < least:
        least = error
        d = numpy.float32(float(short / k - 1))
        print(float(short).hex(), float(rounded).hex(), "d =", float(d).hex(), f"K within 2^{float(mpmath.log(error, 2)):.2f}")
