/*
 * e^-t and e^x - 1 - x in doubles, for the large terms of xielu's gradients by its parameters (rows/xielu_alpha.h). e^x
 * - 1 - x is a series near 0; e^-t is 2^-n*e^r. Every product that is added to something is an FMA, so that the bits do
 * not depend on the compiler.
 */
#ifndef VACT_MATH_COMMON_XIELU_H
#define VACT_MATH_COMMON_XIELU_H

/* The sum of r^(k - from)/k!, k from `from` on, |r| <= 0.35: with 0 it is e^r, with 2 (e^r - 1 - r)/r^2. */
VACT_INLINE double xielu_series(double r, int from)
{
    static const double inverse_factorial[] = {1.0,
                                               1.0,
                                               0.5,
                                               1.0 / 6,
                                               1.0 / 24,
                                               1.0 / 120,
                                               1.0 / 720,
                                               1.0 / 5040,
                                               1.0 / 40320,
                                               1.0 / 362880,
                                               1.0 / 3628800,
                                               1.0 / 39916800,
                                               1.0 / 479001600,
                                               1.0 / 6227020800,
                                               1.0 / 87178291200};
    double sum = inverse_factorial[14];
    for (int k = 13; k >= from; k--)
        sum = __builtin_fma(sum, r, inverse_factorial[k]);
    return sum;
}

/* e^-t for t >= 0. */
VACT_INLINE double xielu_exp(double t)
{
    if (!(t < 40.0)) /* below 2^-57 */
        return 0.0;
    const int n = (int)__builtin_fma(t, 0x1.71547652b82fep+0, 0.5);
    const double r =
        __builtin_fma((double)n, 0x1.abc9e3b39803fp-56, __builtin_fma((double)n, 0x1.62e42fefa39efp-1, -t));
    return xielu_series(r, 0) / (double)(1ull << n);
}

#endif
