/* The oracle of the operations without a transcendental function. x and the parameters are values of floats, so a
 * product of two of them is exact in double. */
#include "functions.h"

double vacti_reference_relu(double x, const vact_params_f32 *params)
{
    (void)params;
    return x < 0.0 ? 0.0 : x;
}

double vacti_reference_identity(double x, const vact_params_f32 *params)
{
    (void)params;
    return x;
}

double vacti_reference_relu6(double x, const vact_params_f32 *params)
{
    (void)params;
    return x < 0.0 ? 0.0 : x > 6.0 ? 6.0 : x;
}

double vacti_reference_relu_squared(double x, const vact_params_f32 *params)
{
    (void)params;
    return x < 0.0 ? 0.0 : x * x;
}

static double sloped(double x, double slope)
{
    if (x >= 0.0)
        return x;
    return slope == 0.0 && isinf(x) ? -slope : slope * x; /* the limit, where the product is NaN */
}

double vacti_reference_leaky_relu(double x, const vact_params_f32 *params) { return sloped(x, (double)params->v[0]); }

double vacti_reference_prelu(double x, const vact_params_f32 *params) { return sloped(x, (double)params->v[0]); }

double vacti_reference_hard_sigmoid(double x, const vact_params_f32 *params)
{
    double alpha = (double)params->v[0];
    double beta = (double)params->v[1];
    if (isnan(x) || (x == 0.0 && beta == 0.0 && alpha >= 0.0))
        return x;
    double line = vacti_reference_add_to_odd(beta, alpha == 0.0 ? 0.0 : alpha * x);
    return line <= 0.0 ? 0.0 : line >= 1.0 ? 1.0 : line;
}

double vacti_reference_hard_sigmoid6(double x, const vact_params_f32 *params)
{
    (void)params;
    return x <= -3.0 ? 0.0 : x >= 3.0 ? 1.0 : (x + 3.0) / 6.0;
}

/* The default floats stand for 1/6 and 1/2. */
double vacti_reference_hard_swish(double x, const vact_params_f32 *params)
{
    const double alpha = (double)params->v[0], beta = (double)params->v[1];
    if (params->v[0] != 1.0f / 6.0f || params->v[1] != 0.5f) {
        double line = beta + (alpha == 0.0 ? 0.0 : alpha * x);
        if (isnan(x))
            return x;
        if (line <= 0.0)
            return copysign(0.0, x);
        if (line >= 1.0)
            return x;
        if (alpha == 0.0 || x == 0.0)
            return beta * x;
        return vacti_reference_times_line(x, alpha, beta);
    }
    if (x <= -3.0)
        return -0.0;
    if (x >= 3.0)
        return x;
    if (fabs(x) < 0x1p-30)
        return 0.5 * x * vacti_reference_one_plus(x / 3.0);
    return x * (x + 3.0) / 6.0;
}

/* hi wins. */
double vacti_reference_hardtanh(double x, const vact_params_f32 *params)
{
    double lo = (double)params->v[0];
    double hi = (double)params->v[1];
    double above = x < lo ? lo : x;
    return above > hi ? hi : above;
}

double vacti_reference_soft_shrink(double x, const vact_params_f32 *params)
{
    double lambda = (double)params->v[0];
    if (fabs(x) <= lambda)
        return copysign(0.0, x);
    return x > 0.0 ? x - lambda : x + lambda;
}

double vacti_reference_hard_shrink(double x, const vact_params_f32 *params)
{
    return fabs(x) <= (double)params->v[0] ? copysign(0.0, x) : x;
}

double vacti_reference_threshold(double x, const vact_params_f32 *params)
{
    return x <= (double)params->v[0] ? (double)params->v[1] : x;
}

/* Both zeros are returned as they are: for a negative alpha by the definition, for any other so that f(-0) = -0. */
double vacti_reference_thresholded_relu(double x, const vact_params_f32 *params)
{
    return x <= (double)params->v[0] && x != 0.0 ? 0.0 : x;
}

double vacti_reference_softsign(double x, const vact_params_f32 *params)
{
    (void)params;
    return isinf(x) ? copysign(1.0, x) : x / (1.0 + fabs(x));
}
