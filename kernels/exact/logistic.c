/* sigmoid and x times a function like it: silu, swish, gelu_quick, gelu_tanh, mish. */
#include "constants.h"
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
    if (fabsf(x) < 0x1p-25f) /* 1/2 + x/4 */
        return 0.5f;
    return dd_round(vacti_dd_sigmoid(dd_of((double)x)));
}

/* x*sigmoid(z) for a z that is a multiple of x, or grows with it. Near 0 it is x/2 + x*z/4: the sign of the second term
 * decides where x/2 is a midpoint between subnormals, and nothing elsewhere. At z = 20 the result is x*(1 - 2^-28),
 * which rounds to x; below -200 it is smaller than 2^128*e^-200 < 2^-150. */
static float times_sigmoid(float x, dd z)
{
    if (fabs(z.hi) < 0x1p-26)
        return dd_round((dd){0.5 * (double)x, 0.25 * (double)x * z.hi});
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
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (x > 20.0f || x < -66.0f) /* 66*e^(-1.702*66) < 2^-150 */
        return x > 0.0f ? x : -0.0f;
    return times_sigmoid(x, dd_multiply_double(quick_factor, (double)x));
}

/* (1 + tanh(u))/2 = sigmoid(2u), and 2u = x*(c1 + c3*x^2). */
float vacti_exact_gelu_tanh(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (x > 6.0f || x < -11.0f) /* sigmoid(25) and 11*sigmoid(-112): 1 - 2^-36 and 2^-158 */
        return x > 0.0f ? x : -0.0f;
    dd cubic = dd_multiply_double(gelu_tanh_cubic, (double)x * (double)x);
    return times_sigmoid(x, dd_multiply_double(dd_add(gelu_tanh_linear, cubic), (double)x));
}

/* x*tanh(log(1 + e^x)) = x*n/(n + 2) with n = e^x*(e^x + 2). Near 0 it is 3*x/5, never a midpoint between floats. */
float vacti_exact_mish(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || x == 0.0f)
        return x + x;
    if (x > 12.0f || x < -110.0f) /* x*(1 - 2^-34), and 110*e^-110 < 2^-150 */
        return x > 0.0f ? x : -0.0f;
    dd power = vacti_dd_exp(dd_of((double)x)), n = dd_multiply(power, dd_add_double(power, 2.0));
    return dd_round(dd_multiply_double(dd_divide(n, dd_add_double(n, 2.0)), (double)x));
}
