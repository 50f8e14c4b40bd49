/* The logarithm of 1 + e^z: softplus, log_sigmoid, sqrt_softplus. */
#include "exact.h"
#include "functions.h"

/* Above z = 20 the result is x*(1 + 2^-33) at most, which rounds to x. Below -210 it is less than e^-210/2^-149, which
 * is below 2^-150. */
float vacti_exact_softplus(float x, const vact_params_f32 *params)
{
    const double beta = (double)params->v[0], z = beta * (double)x;
    if (isnan(x))
        return x + x;
    if (z > (double)params->v[1] || z > 20.0)
        return x;
    if (z < -210.0)
        return 0.0f;
    return dd_round(dd_divide_double(vacti_dd_log_exp_plus_one(dd_of(z)), beta));
}

float vacti_exact_log_sigmoid(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x) || x < -20.0f) /* x - e^x is nearer to x than to its neighbour */
        return x < 0.0f ? x : x + x;
    if (x > 104.0f) /* e^-104 < 2^-150 */
        return -0.0f;
    return dd_round(dd_negate(vacti_dd_log_exp_plus_one(dd_of(-(double)x))));
}

/* Above 40, x + e^-x differs from x by less than 2^-60 relative; the root of a float is itself, or at least 2^-50 away
 * from a midpoint between floats. */
float vacti_exact_sqrt_softplus(float x, const vact_params_f32 *params)
{
    (void)params;
    if (isnan(x))
        return x + x;
    if (x > 40.0f)
        return (float)sqrt((double)x);
    if (x < -208.5f) /* e^-104.25 < 2^-150 */
        return 0.0f;
    return dd_round(dd_square_root(vacti_dd_log_exp_plus_one(dd_of((double)x))));
}
