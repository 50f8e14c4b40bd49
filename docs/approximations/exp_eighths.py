#!/usr/bin/env python3
"""The table and the polynomial of kernels/math/fast/exp_eighths.h, the shift of kernels/math/fast/exp.h.

A common factor cancels in softmax, so the eight powers of 2^(1/8) may all be times a number that brings every one of
them near a float: of the floats in [1, 2^(1/8)), the one whose worst of eight is least. Each entry is printed as the
header has it, its bits less j*2^20. e^r - 1 - r is fitted by r^2*(c2 + c3*r + c4*r^2), least squares on 60 of
Chebyshev's nodes, |r| <= 1.005*ln(2)/16.

For exp the factor is e^-theta, theta = shift*step, step near what ln(2)/8 is less than its nearest float. The shift has
the low twelve bits that the table needs, and such a step near that; the step is the one with the least bound on the
error in ULP, that of the eight and two roundings at 2^-29 together, r and e^r - 1 being below 2^-4.

    python3 exp_eighths.py      needs numpy and mpmath; some seconds
"""
import numpy as np
from mpmath import cos, exp, log, lu_solve, matrix, mp, mpf, pi

mp.prec = 120
steps = np.exp2(np.arange(8, dtype=np.longdouble) / 8)
scale = np.arange(1, float(2 ** mpf("0.125")), 2.0**-23).astype(np.longdouble)
error = np.zeros(len(scale), dtype=np.longdouble)
for step in steps:
    value = scale * step
    error = np.maximum(error, np.abs(value.astype(np.float32) / value - 1))
best = int(np.argmin(error))
print(f"factor {float(scale[best]).hex()}, error {float(error[best]) * 2**24:.4f}*2^-24")
entries = (scale[best] * steps).astype(np.float32).view(np.uint32) - (np.arange(8, dtype=np.uint32) << 20)
print([float(v).hex() for v in entries.view(np.float32)])


def curve(r):
    return exp(r) - 1 - r


reach = log(2) / 16 * mpf("1.005")
nodes = [reach * cos(pi * (2 * i + 1) / 120) for i in range(60)]
fit = lu_solve(matrix([[r**power for power in (2, 3, 4)] for r in nodes]), matrix([curve(r) for r in nodes]))
coefficients = [float(np.float32(float(c))) for c in fit]
print("c2, c3, c4", [c.hex() for c in coefficients])
points = [reach * k / 1000 for k in range(-1000, 1001)]
worst = max(abs(sum(mpf(c) * r ** (i + 2) for i, c in enumerate(coefficients)) - curve(r)) for r in points)
print(f"error 2^{float(log(worst, 2)):.2f}")

table = [float(v) for v in (scale[best] * steps).astype(np.float32)]
missing = mpf(float(np.float32(float(log(2) / 8)))) - log(2) / 8
theta = log(2) / 8 - log(mpf(float(scale[best])))  # of m = 0, for which the last entry counts


def bound(factor):
    """In ULP, of e^x for the x that the entries serve; the last is half as much and its results lie around 1."""
    worst = mpf(0)
    for j, entry in enumerate(table[:7] + [table[7] / 2]):
        power = factor * mpf(2) ** (mpf(j + 1 if j < 7 else 0) / 8)
        wrong = abs(entry / power - 1) + mpf(2) ** -28
        worst = max(worst, wrong * 2**24 * (1 if entry < 1 else entry * exp(reach) / 2))
    return worst + 0.5


found = []
for multiple in range(int(theta / missing) // 4096 - 1, int(theta / missing) // 4096 + 3):
    shift = 4096 * multiple - 1  # m = 0 takes the last entry
    middle = np.float32(float(theta / shift)).view(np.int32)
    for by in range(-30, 31):
        step = float((middle + np.int32(by)).view(np.float32))
        if abs(step / missing - 1) < 2**-12:
            found.append((bound(exp(-shift * mpf(step))), shift, step))
least, shift, step = min(found)
print(f"exp: shift {float(shift).hex()}, step {step.hex()}, theta {shift * step:.7f}, bound {float(least):.4f} ULP")

# kernels/rows/masked.h: ln(2)/8 in a part of 12 bits and the rest.
first = float(int(log(2) / 8 * 2**15)) / 2**15
print(f"ln(2)/8: {first.hex()} + {float(np.float32(float(log(2) / 8 - first))).hex()}")
