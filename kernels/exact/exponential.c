/* exp, elu, celu, selu. */
#include <stdbool.h>

#include "constants.h"
#include "exact.h"
#include "functions.h"

float vacti_exact_exp(float x, const vact_params_f32 *params)
{
    (void)params;
    if (!(x <= 89.0f)) /* NaN too */
        return x * INFINITY;
    if (x < -104.0f) /* e^-104 < 2^-150 */
        return 0.0f;
    if (fabsf(x) < 0x1p-26f) /* 1 + x */
        return 1.0f;
    return dd_round(vacti_dd_exp(dd_of((double)x)));
}

/* e^z - 1 for z < 0, of which the sum with -1 matters even where e^z is tiny: -scale may be a midpoint between floats,
 * and it is not one times 1 - e^z. Below -60 any small number will do for e^z, but for that of -infinity. */
static dd expm1_below_0(dd z)
{
    if (z.hi < -60.0)
        return (dd){-1.0, isinf(z.hi) ? 0.0 : 0x1p-80};
    return vacti_dd_expm1(z);
}

static float scaled(dd scale, dd value)
{
    if (scale.hi == 0.0)
        return (float)(scale.hi * value.hi); /* a zero with its sign */
    return dd_round(dd_multiply(scale, value));
}

float vacti_exact_elu(float x, const vact_params_f32 *params)
{
    if (!(x < 0.0f))
        return x;
    return scaled(dd_of((double)params->v[0]), expm1_below_0(dd_of((double)x)));
}

/* With a negative alpha, x/alpha is positive and e^(x/alpha) may overflow; above 200 the result does, even times the
 * smallest alpha. */
float vacti_exact_celu(float x, const vact_params_f32 *params)
{
    if (!(x < 0.0f))
        return x;
    const dd alpha = dd_of((double)params->v[0]);
    double z = (double)x / alpha.hi;
    if (z < -60.0 || (z > -0x1p-26 && z < 0x1p-26)) /* -alpha*(1 - e^z) and x*(1 + z/2): alpha and x are floats */
        return z < -60.0 ? -params->v[0] : x;
    if (z > 200.0)
        return -INFINITY;
    return scaled(alpha, vacti_dd_expm1(dd_divide_double(dd_of((double)x), alpha.hi)));
}

/* The default floats stand for the exact constants (vact.h). */
float vacti_exact_selu(float x, const vact_params_f32 *params)
{
    const double alpha = (double)params->v[0], gamma = (double)params->v[1];
    const bool by_default = params->v[0] == 1.67326319217681884765625f && params->v[1] == 1.05070102214813232421875f;
    if (isnan(x))
        return x + x;
    if (x < 0.0f)
        return scaled(by_default ? selu_gamma_alpha : dd_of(gamma * alpha), expm1_below_0(dd_of((double)x)));
    if (isinf(x) || x == 0.0f)
        return gamma == 0.0 && isinf(x) ? params->v[1] : params->v[1] * x;
    return scaled(by_default ? selu_gamma : dd_of(gamma), dd_of((double)x));
}
