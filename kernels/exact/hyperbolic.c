/* tanh, softcap, tanh_shrink. */
#include "exact.h"
#include "functions.h"

float vacti_exact_tanh(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x))
        return x + x;
    if (fabsf(x) < 0x1p-13f) /* x - x^3/3 is nearer to x than to its neighbour */
        return x;
    if (fabsf(x) > 12.0f) /* 1 - 2*e^-24 */
        return copysignf(1.0f, x);
    return dd_round(vacti_dd_tanh(dd_of((double)x)));
}

/* The limits are those of tanh, times c. */
float vacti_exact_softcap(float x, const vact_params_f32 *params)
{
    const double c = (double)params->v[0], q = (double)x / c;
    if (isnan(x))
        return x + x;
    if (fabs(q) < 0x1p-13)
        return x;
    if (fabs(q) > 12.0)
        return copysignf(params->v[0], x);
    return dd_round(dd_multiply_double(vacti_dd_tanh(dd_divide_double(dd_of((double)x), c)), c));
}

/*
 * For |x| <= 1/2: tanh(x) = x/(1 + K) with the continued fraction K = x^2/(3 + x^2/(5 + ...)), so x - tanh(x) =
 * x*K/(1 + K), in which nothing cancels. Its tail from 15 on is in double and ends at 25; cutting it there costs 2^-98
 * at 1/2, and the rounding of the tail 2^-110.
 */
static dd shrunk_by_fraction(double x)
{
    const dd square = dd_of(x * x);
    double tail = 25.0;
    for (double odd = 23.0; odd > 13.0; odd -= 2.0)
        tail = odd + square.hi / tail;
    dd sum = dd_of(tail);
    for (double odd = 13.0; odd > 1.0; odd -= 2.0)
        sum = dd_add_double(dd_divide(square, sum), odd);
    dd fraction = dd_divide(square, sum);
    return dd_divide(dd_multiply_double(fraction, x), dd_add_double(fraction, 1.0));
}

float vacti_exact_tanh_shrink(float x, const vact_params_f32 *params)
{
    (void)params;
    const double wide = (double)x, magnitude = fabs(wide);
    if (!(magnitude < INFINITY))
        return x + x;
    if (magnitude <= 0x1p-50) /* x^3/3 < 2^-150 */
        return copysignf(0.0f, x);
    if (magnitude < 0x1p-26) { /* x^3/3 - 2*x^5/15, where the first may be a midpoint between subnormals */
        dd cube = dd_divide_double(dd_two_product(wide * wide, wide), 3.0);
        return dd_round(dd_two_sum(cube.hi, cube.lo - 0.4 * (wide * wide) * cube.hi));
    }
    if (magnitude <= 0.5)
        return dd_round(shrunk_by_fraction(wide));
    if (magnitude > 40.0) { /* a little farther from 0 than |x| - 1, which may be a midpoint */
        dd difference = dd_two_sum(wide, copysign(1.0, -wide));
        return dd_round((dd){difference.hi, difference.lo + copysign(0x1p-80, wide)});
    }
    return dd_round(dd_add_double(dd_negate(vacti_dd_tanh(dd_of(wide))), wide));
}
