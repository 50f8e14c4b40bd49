/*
 * Scalars that are computed once per row, in double precision, with the same bits on every CPU. Included by the kernels
 * and by online_finish.c.
 */
#ifndef VACT_ROWS_ONCE_H
#define VACT_ROWS_ONCE_H

#include <stdint.h>
#include <string.h>

#define ONCE_LN2 0x1.62e42fefa39efp-1
#define ONCE_LN2_LO 0x1.abc9e3b39803fp-56 /* ln 2 - ONCE_LN2 */
#define ONCE_LOG2E 0x1.71547652b82fep+0

/*
 * The exponent of an online softmax is a whole number below 2^52. A reference beyond that is no multiple of ln 2 that a
 * double could count: there it is the largest logit itself, rounded to a double, and the exponent is twice that, which
 * tells the two apart. Logits so large are equal or far apart.
 */
static inline int once_is_whole(double exponent) { return __builtin_fabs(exponent) < 0x1p52; }

/* 2^n for n <= 0, whole or -inf. Exact for every power of two that a float holds, subnormals included; 0 below. */
static inline float once_power_of_two(double n)
{
    if (!(n >= -149.0))
        return 0.0f;
    uint64_t bits = (uint64_t)(1023 + (int)n) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return (float)power;
}

/* log((1 + t)/(1 - t)) = 2*(t + t^3/3 + t^5/5 ...), |t| <= 0.172: twelve terms are enough for 2^-50. Without a
 * loop, as compilers make no vectors of a loop around another. */
static inline double once_log_of_ratio(double t)
{
    double z = t * t, series = 1.0 / 25.0;
    series = __builtin_fma(series, z, 1.0 / 23.0);
    series = __builtin_fma(series, z, 1.0 / 21.0);
    series = __builtin_fma(series, z, 1.0 / 19.0);
    series = __builtin_fma(series, z, 1.0 / 17.0);
    series = __builtin_fma(series, z, 1.0 / 15.0);
    series = __builtin_fma(series, z, 1.0 / 13.0);
    series = __builtin_fma(series, z, 1.0 / 11.0);
    series = __builtin_fma(series, z, 1.0 / 9.0);
    series = __builtin_fma(series, z, 1.0 / 7.0);
    series = __builtin_fma(series, z, 1.0 / 5.0);
    series = __builtin_fma(series, z, 1.0 / 3.0);
    double twice = 2.0 * t;
    return __builtin_fma(twice * z, series, twice);
}

/* log v for v positive and normal. v = 2^k*m, sqrt(1/2) <= m < sqrt(2). */
static inline double once_log(double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    int64_t above = bits - 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
    int64_t k = above >= 0 ? above / 0x10000000000000 : -((0xfffffffffffff - above) / 0x10000000000000);
    bits -= k * 0x10000000000000;
    double m;
    memcpy(&m, &bits, sizeof m);
    return __builtin_fma((double)k, ONCE_LN2, once_log_of_ratio((m - 1.0) / (m + 1.0)));
}

/* log(1 + a), a >= 0. Accurate for small a too: there a/(2 + a) is the ratio. Without a branch, so that compilers make
 * vectors of a loop over it: a double whose low bits are k, less 2^52, is k. */
static inline double once_log1p(double a)
{
    const int is_small = a < 0.4;
    const double v = 1.0 + a;
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    const uint64_t k = (bits - 0x3fe6a09e667f3bcd) >> 52;
    bits -= k << 52;
    const uint64_t exponent_bits = 0x4330000000000000 + (is_small ? 0 : k);
    double m, exponent;
    memcpy(&m, &bits, sizeof m);
    memcpy(&exponent, &exponent_bits, sizeof exponent);
    const double ratio = (is_small ? a : m - 1.0) / (is_small ? 2.0 + a : m + 1.0);
    return __builtin_fma(exponent - 0x1p52, ONCE_LN2, once_log_of_ratio(ratio));
}

/* The smallest whole number that is not below v. */
static inline double once_ceiling(double v)
{
    if (!(v > -0x1p51 && v < 0x1p51))
        return v;
    double nearest = (v + 0x1.8p52) - 0x1.8p52;
    return nearest < v ? nearest + 1.0 : nearest;
}

#endif
