/* Operations of which the value is a fraction of few bits: softsign, hard_swish. */
#include <stdbool.h>

#include "dd.h"
#include "exact.h"

float vacti_exact_softsign(float x, const vact_params_f32 *params)
{
    (void)params;
    const float magnitude = fabsf(x);
    if (isnan(x))
        return x + x;
    if (magnitude < 0x1p-26f) /* x*(1 - |x|) is nearer to x than to its neighbour */
        return x;
    if (magnitude > 0x1p26f) /* 1 - 2^-26 */
        return copysignf(1.0f, x);
    return dd_round(dd_divide(dd_of((double)x), dd_two_sum(1.0, (double)magnitude)));
}

/* The default floats stand for 1/6 and 1/2. x^2 and 3x are exact in double; the quotient has the sign of a remainder
 * in its low part however small that is. */
static float by_sixths(double x)
{
    if (x <= -3.0 || x >= 3.0)
        return x < 0.0 ? -0.0f : (float)x;
    return dd_round(dd_divide_double(dd_two_sum(3.0 * x, x * x), 6.0));
}

float vacti_exact_hard_swish(float x, const vact_params_f32 *params)
{
    const double alpha = (double)params->v[0], beta = (double)params->v[1], wide = (double)x;
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (params->v[0] == 1.0f / 6.0f && params->v[1] == 0.5f)
        return by_sixths(wide);
    const double term = alpha == 0.0 ? 0.0 : alpha * wide, line = beta + term; /* 0, at an infinite x too */
    if (line <= 0.0)
        return copysignf(0.0f, x);
    if (line >= 1.0)
        return x;
    if (alpha == 0.0)
        return params->v[1] * x;
    const dd square = dd_two_product(term, wide);
    return dd_round_sum((double[]){square.hi, square.lo, beta * wide}, 3);
}
