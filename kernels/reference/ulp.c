/* The one definition of error. */
#include "functions.h"

/* 2^e for a normal result. */
static double power_of_two(int e)
{
    uint64_t bits = (uint64_t)(e + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

static double spacings_per_unit(double exact)
{
    uint64_t bits;
    memcpy(&bits, &exact, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023; /* -1023 for 0 and subnormals, which is below -126 too */
    return power_of_two(exponent > -126 ? 23 - exponent : 149);
}

double vacti_ulp_error(float computed, double exact)
{
    float rounded = (float)exact;
    if (isnan(exact))
        return isnan(computed) ? 0.0 : INFINITY;
    if (isinf(rounded))
        return computed == rounded ? 0.0 : INFINITY;
    if (isnan(computed) || (computed == 0.0f && !signbit(computed) != !signbit(exact)))
        return INFINITY;
    double value = isinf(computed) ? copysign(0x1p128, computed) : (double)computed;
    return fabs(value - exact) * spacings_per_unit(exact);
}

double vacti_forward_error(vact_op op, const vact_params_f32 *params, double x, float computed, double exact)
{
    if (op == VACT_OP_XIELU && x < 0.0 && isfinite(computed)) {
        double least = XIELU_NEAR_ZERO * fabs((double)params->v[2]) * fmin(-x, 32.0);
        if (fabs(exact) < least && (double)(float)least < INFINITY)
            return fabs((double)computed - exact) * spacings_per_unit(least);
    }
    return vacti_ulp_error(computed, exact);
}
