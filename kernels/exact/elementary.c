/* The exponential, the functions that are made of it, and a logarithm, in double-double. */
#include "constants.h"
#include "exponential_table.h"
#include "functions.h"

/* e^z = 2^exponent * power * (1 + rest) */
typedef struct reduced {
    int exponent;
    dd power, rest;
} reduced;

/* e^r - 1 for |r| <= 0.0055: the Taylor series to r^11. What follows r^5 is in double. Relative error below 2^-102. */
static dd short_expm1(dd r)
{
    static const dd third_of_half = {0x1.5555555555555p-3, 0x1.5555555555555p-57}; /* 1/3! */
    static const dd fourth = {0x1.5555555555555p-5, 0x1.5555555555555p-59};        /* 1/4! */
    static const dd fifth = {0x1.1111111111111p-7, 0x1.1111111111111p-63};         /* 1/5! */
    double tail = 1.0 / 39916800.0;
    tail = fma(tail, r.hi, 1.0 / 3628800.0);
    tail = fma(tail, r.hi, 1.0 / 362880.0);
    tail = fma(tail, r.hi, 1.0 / 40320.0);
    tail = fma(tail, r.hi, 1.0 / 5040.0);
    tail = fma(tail, r.hi, 1.0 / 720.0);
    dd series = dd_add_double(fifth, tail * r.hi);
    series = dd_add(fourth, dd_multiply(series, r));
    series = dd_add(third_of_half, dd_multiply(series, r));
    series = dd_add(dd_of(0.5), dd_multiply(series, r));
    return dd_add(r, dd_multiply(dd_multiply(series, r), r));
}

/* z = k*ln 2/64 + r. The products with the first two parts of ln 2/64 are exact, and so is the first difference. The
 * rest is rounded at 2^-100 at most. */
static reduced reduce(dd z)
{
    const double to_integer = 0x1.8p52;
    double k = (z.hi * steps_per_unit + to_integer) - to_integer;
    dd difference = dd_two_sum(z.hi - k * step_high, -k * step_middle);
    dd r = dd_add(difference, dd_two_sum(z.lo, -k * step_low));
    int steps = (int)k, exponent = (steps + 64 * 512) / 64 - 512; /* rounded down: steps > -64*512 */
    return (reduced){exponent, powers[steps - 64 * exponent], short_expm1(r)};
}

dd vacti_dd_exp(dd z)
{
    reduced e = reduce(z);
    return dd_scale(dd_multiply(e.power, dd_add_double(e.rest, 1.0)), dd_power_of_two(e.exponent));
}

/* Where the power is not 1, the result is above 0.005, and the difference loses at most 8 bits. */
dd vacti_dd_expm1(dd z)
{
    if (fabs(z.hi) < 0x1p-50) /* up to z^3/6 */
        return dd_fast_sum(z.hi, fma(0.5 * z.hi, z.hi, z.lo));
    reduced e = reduce(z);
    if (e.exponent == 0 && e.power.hi == 1.0)
        return e.rest;
    dd power = dd_multiply(e.power, dd_add_double(e.rest, 1.0));
    return dd_add_double(dd_scale(power, dd_power_of_two(e.exponent)), -1.0);
}

dd vacti_dd_sigmoid(dd z) { return dd_divide(dd_of(1.0), dd_add_double(vacti_dd_expm1(dd_negate(z)), 2.0)); }

dd vacti_dd_tanh(dd z)
{
    dd e = vacti_dd_expm1(dd_scale(z, 2.0));
    return dd_divide(e, dd_add_double(e, 2.0));
}

/* log(1 + u) for 0 < u <= 1 to 2^-46: 2*atanh(s), s = u/(2 + u) <= 1/3, by its series to s^31. */
static double rough_log1p(double u)
{
    double s = u / (2.0 + u), square = s * s, series = 1.0 / 31.0;
    for (int odd = 29; odd > 0; odd -= 2)
        series = fma(series, square, 1.0 / odd);
    return 2.0 * s * series;
}

/* With y near log(1 + u), w = (1 + u)*e^-y - 1 is small and log(1 + u) = y + w - w^2/2 + ... In u + m + u*m with
 * m = e^-y - 1, the error of m is relative to u, and so is that of the result. */
static dd log1p_to_1(dd u)
{
    double y = rough_log1p(u.hi);
    dd m = vacti_dd_expm1(dd_of(-y));
    dd w = dd_add(dd_add(u, m), dd_multiply(u, m));
    return dd_add_double(dd_add_double(w, y), -0.5 * w.hi * w.hi);
}

dd vacti_dd_log_exp_plus_one(dd z)
{
    if (fabs(z.hi) < 0x1p-50) /* up to z^2/8 */
        return dd_add_double(ln_2, 0.5 * z.hi);
    if (z.hi <= 0.0)
        return log1p_to_1(vacti_dd_exp(z));
    return dd_add(z, log1p_to_1(vacti_dd_exp(dd_negate(z))));
}
