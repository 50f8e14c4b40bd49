/* sigmoid and what it multiplies: silu, swish, gelu_quick. And tanh. */
#include "exact.h"
#include "functions.h"

float vacti_exact_sigmoid(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x))
        return x + x;
    if (x > 20.0f) /* 1 - e^-20 is nearer to 1 than to the float below */
        return 1.0f;
    if (x < -104.0f) /* below e^-104 < 2^-150 */
        return 0.0f;
    return dd_round(vacti_dd_sigmoid(dd_of((double)x)));
}

/* x*sigmoid(z), z having the sign of x or the other throughout. Near 0 it is x/2 + x*z/4, where x/2 may be a midpoint
 * between subnormals. At z = 20 the result is x*(1 - 2^-28), which rounds to x; below -200 it is smaller than
 * 2^128*e^-200 < 2^-150. */
static float times_sigmoid(float x, dd z)
{
    if (z.hi > 20.0)
        return x;
    if (z.hi < -200.0)
        return copysignf(0.0f, x);
    return dd_round(dd_multiply_double(vacti_dd_sigmoid(z), (double)x));
}

float vacti_exact_silu(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || x == 0.0f)
        return x + x;
    return x < -110.0f ? -0.0f : times_sigmoid(x, dd_of((double)x)); /* 110*e^-110 < 2^-150 */
}

float vacti_exact_swish(float x, const vact_params_f32 *params)
{
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (params->v[0] == 0.0f)
        return 0.5f * x;
    return times_sigmoid(x, dd_of((double)params->v[0] * (double)x));
}

float vacti_exact_gelu_quick(float x, const vact_params_f32 *params)
{
    (void)params;
    static const dd factor = {0x1.b3b645a1cac08p+0, 0x1.89374bc6a7efap-55}; /* 1.702 */
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (x > 20.0f || x < -66.0f) /* 66*e^(-1.702*66) < 2^-150 */
        return x > 0.0f ? x : -0.0f;
    return times_sigmoid(x, dd_multiply_double(factor, (double)x));
}

float vacti_exact_tanh(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || fabsf(x) < 0x1p-13f) /* x - x^3/3 is nearer to x than to its neighbour */
        return isnan(x) ? x + x : x;
    if (fabsf(x) > 12.0f) /* 1 - 2*e^-24 */
        return copysignf(1.0f, x);
    return dd_round(vacti_dd_tanh(dd_of((double)x)));
}
