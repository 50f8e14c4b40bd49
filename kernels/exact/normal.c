/* The normal distribution, and what is made of it: gelu and erf. */
#include "constants.h"
#include "exact.h"
#include "functions.h"
#include "normal_table.h"

/* e^(-x^2/2)/sqrt(2*pi) */
static dd density(dd x) { return dd_multiply(vacti_dd_exp(dd_scale(dd_multiply(x, x), -0.5)), inverse_sqrt_2_pi); }

/*
 * The tail over the density, R, by its Taylor series around the nearest multiple of 1/8, c. R' = x*R - 1 gives the
 * coefficients: a[1] = c*a[0] - 1, a[n + 1] = (c*a[n] + a[n - 1])/(n + 1). What is wrong in R(c) grows by e^(c/16)
 * at most, like the other solutions of the equation. The coefficients after a[8] are in double.
 */
static dd tail_over_density(dd x)
{
    enum { IN_PAIRS = 8, LAST = 20 };
    const int index = (int)(x.hi * 8.0 + 0.5);
    const double c = 0.125 * index, d = x.hi - c;
    dd a[IN_PAIRS + 1];
    double small[LAST + 1];
    a[0] = mills[index];
    a[1] = dd_add_double(dd_multiply_double(a[0], c), -1.0);
    for (int n = 1; n < IN_PAIRS; n++)
        a[n + 1] = dd_divide_double(dd_add(dd_multiply_double(a[n], c), a[n - 1]), n + 1.0);
    small[IN_PAIRS - 1] = a[IN_PAIRS - 1].hi;
    small[IN_PAIRS] = a[IN_PAIRS].hi;
    for (int n = IN_PAIRS; n < LAST; n++)
        small[n + 1] = fma(c, small[n], small[n - 1]) / (n + 1.0);
    double rest = small[LAST];
    for (int n = LAST - 1; n > IN_PAIRS; n--)
        rest = fma(rest, d, small[n]);
    dd sum = dd_add_double(a[IN_PAIRS], rest * d);
    for (int n = IN_PAIRS - 1; n >= 0; n--)
        sum = dd_add(dd_multiply_double(sum, d), a[n]);
    return dd_add_double(sum, x.lo * fma(x.hi, sum.hi, -1.0));
}

dd vacti_dd_normal_tail(dd x) { return dd_multiply(tail_over_density(x), density(x)); }

/* The density times x*(1 + x^2/3*(1 + x^2/5*(1 + ...))), all terms positive; from x^2/25 on in double, to x^2/41. */
dd vacti_dd_normal_centre(dd x)
{
    if (fabs(x.hi) < 0x1p-50) /* up to x^3/6 */
        return dd_multiply(inverse_sqrt_2_pi, x);
    const dd square = dd_multiply(x, x);
    double tail = 1.0;
    for (double odd = 41.0; odd > 23.0; odd -= 2.0)
        tail = fma(tail, square.hi / odd, 1.0);
    dd series = dd_of(tail);
    for (double odd = 23.0; odd > 1.0; odd -= 2.0)
        series = dd_add_double(dd_divide_double(dd_multiply(series, square), odd), 1.0);
    return dd_multiply(dd_multiply(series, x), density(x));
}

/* Near 0 it is x/2 + x^2/sqrt(2*pi): the sign of the second term decides where x/2 is a midpoint between subnormals. */
float vacti_exact_gelu(float x, const vact_params_f32 *params)
{
    (void)params;
    const dd wide = dd_of((double)x);
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (x > 6.0f || x < -14.5f) /* x*(1 - 2^-29), and 2^-153 */
        return x > 0.0f ? x : -0.0f;
    if (fabsf(x) < 0x1p-26f)
        return dd_round((dd){0.5 * wide.hi, 0.4 * wide.hi * wide.hi});
    dd share;
    if (fabsf(x) < 0.75f)
        share = dd_add_double(vacti_dd_normal_centre(wide), 0.5);
    else if (x > 0.0f)
        share = dd_add_double(dd_negate(vacti_dd_normal_tail(wide)), 1.0);
    else
        share = vacti_dd_normal_tail(dd_negate(wide));
    return dd_round(dd_multiply_double(share, (double)x));
}

/* erf(x) = 2*Phi(sqrt(2)*x) - 1. */
float vacti_exact_erf(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (fabsf(x) > 4.0f) /* erf(4) > 1 - 2^-25 */
        return copysignf(1.0f, x);
    dd scaled = dd_multiply_double(sqrt_2, fabs((double)x));
    dd half =
        fabsf(x) < 0.5f ? vacti_dd_normal_centre(scaled) : dd_add_double(dd_negate(vacti_dd_normal_tail(scaled)), 0.5);
    return copysignf(dd_round(dd_scale(half, 2.0)), x);
}
