"""FAST_INVERSE_BITS of kernels/math/fast/logistic.h and the constant of the step after it: python3 docs/approximations/near_inverse.py

The float of bits b - bits(a) is near 1/a; one step g*(c - a*g) follows. Needs numpy. Tries every 64th b. Then, for the
span of the products w = a*g, the C and D of fast_inverse in kernels/math/fast/logistic.h, with which (C - w)^2 + D is
nearest to 1/w. Needs scipy, too.
"""
import numpy
from scipy.optimize import minimize

a = numpy.linspace(1, 4, 200001, dtype=numpy.float32)
bits = a.view(numpy.int32).astype(numpy.int64)


def error(b):
    products = (b - bits).astype(numpy.int32).view(numpy.float32).astype(float) * a
    c = products.min() + products.max()  # symmetric about the parabola's vertex
    return abs(products * (c - products) - 1).max(), c, products.min(), products.max()


centre = min(range(0x7EF00000, 0x7F000000, 4096), key=lambda b: error(b)[0])
best = min(range(centre - 6016, centre + 6016, 64), key=lambda b: error(b)[0])
worst, c, low, high = error(best)
print(hex(best), f"products in [{low:.7f}, {high:.7f}], c = {numpy.float32(c).item().hex()}, error 2^{numpy.log2(worst):.2f}")

w = numpy.linspace(low, high, 20001)
found = minimize(
    lambda p: abs(w * ((p[0] - w) ** 2 + p[1]) - 1).max(),
    (1.5, 0.75),
    method="Nelder-Mead",
    options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 20000},
)
constants = [numpy.float32(v).item().hex() for v in found.x]
print(f"C = {constants[0]}, D = {constants[1]}, error 2^{numpy.log2(found.fun):.2f}")
