#include "f64_exact.h"

#include <math.h>

#include "kernels/reference/mpfr/exact.h"
#include "kernels/registry.h"

/* The defaults of vact/f64.h: those of float as they are written in decimal, but for selu and hard_swish. */
vact_params_f64 f64_defaults(vact_op op)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    vact_params_f64 params = {{0.0}};
    if (op == VACT_OP_SELU)
        return (vact_params_f64){{1.6732632423543772848, 1.0507009873554804934}};
    if (op == VACT_OP_HARD_SWISH)
        return (vact_params_f64){{1.0 / 6.0, 0.5}};
    for (int i = 0; i < info->param_count; i++) {
        /* the shortest decimal of the float */
        params.v[i] = (double)info->params[i].default_value;
        if (isfinite(params.v[i]))
            params.v[i] = rint(params.v[i] * 1e6) / 1e6;
    }
    return params;
}

void f64_exact_value(mpfr_t y, vact_op op, double x, const vact_params_f64 *params)
{
    mpfr_t argument;
    mpfr_init2(argument, 53);
    mpfr_set_d(argument, x, MPFR_RNDN);
    exact_of(op)(y, argument, params->v);
    mpfr_clear(argument);
}

/* The step is 2^-150 of x, or of 1 for a large x; the values have 300 bits more than it costs. */
void f64_exact_slope(mpfr_t y, vact_op op, double x, const vact_params_f64 *params)
{
    mpfr_t argument, step, above, below;
    mpfr_inits2(F64_EXACT_BITS + 2400, argument, above, below, (mpfr_ptr)NULL);
    mpfr_init2(step, 64);
    mpfr_set_d(step, fmin(fabs(x), 1.0), MPFR_RNDN);
    if (x == 0.0)
        mpfr_set_ui(step, 1, MPFR_RNDN);
    mpfr_div_2ui(step, step, 150, MPFR_RNDN);
    mpfr_set_d(argument, x, MPFR_RNDN);
    mpfr_add(argument, argument, step, MPFR_RNDN);
    exact_of(op)(above, argument, params->v);
    mpfr_set_d(argument, x, MPFR_RNDN);
    mpfr_sub(argument, argument, step, MPFR_RNDN);
    exact_of(op)(below, argument, params->v);
    mpfr_sub(above, above, below, MPFR_RNDN);
    mpfr_div(y, above, step, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
    mpfr_clears(argument, step, above, below, (mpfr_ptr)NULL);
}

double f64_error(double value, mpfr_t exact)
{
    mpfr_t difference;
    if (isnan(value))
        return INFINITY;
    const mpfr_exp_t exponent = mpfr_zero_p(exact) ? -2000 : mpfr_inf_p(exact) ? 2000 : mpfr_get_exp(exact);
    if (isinf(value) && exponent >= 1025)
        return mpfr_signbit(exact) == (signbit(value) != 0) ? 0.0 : INFINITY;
    const mpfr_exp_t spacing = exponent - 53 < -1074 ? -1074 : exponent - 53;
    mpfr_init2(difference, mpfr_get_prec(exact) + 64);
    if (isinf(value))
        mpfr_set_si_2exp(difference, value > 0.0 ? 1 : -1, 1024, MPFR_RNDN);
    else
        mpfr_set_d(difference, value, MPFR_RNDN);
    mpfr_sub(difference, exact, difference, MPFR_RNDN);
    mpfr_mul_2si(difference, difference, -spacing, MPFR_RNDN);
    const double error = fabs(mpfr_get_d(difference, MPFR_RNDU));
    mpfr_clear(difference);
    return error;
}
