#include "narrow_exact.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>

#include "kernels/reference/mpfr/exact.h"
#include "reference/reference.h"

/* A value next to a middle, which may be a tie. */
static uint16_t nearest_of_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type)
{
    mpfr_t y;
    mpfr_init2(y, EXACT_BITS);
    exact_f32(op, y, x, params->v);
    const bool negative = mpfr_signbit(y) != 0;
    const int place = vacti_narrow_place(mpfr_zero_p(y) ? INT_MIN : (int)mpfr_get_exp(y) - 1, type);
    mpfr_abs(y, y, MPFR_RNDN);
    mpfr_mul_2si(y, y, -place, MPFR_RNDN);
    mpfr_rint_roundeven(y, y, MPFR_RNDN);
    const uint16_t result = vacti_narrow_of_multiple(mpfr_get_d(y, MPFR_RNDN), place, negative, type);
    mpfr_clear(y);
    return result;
}

uint16_t narrow_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type)
{
    const double value = vacti_reference_f32(op)((double)x, params);
    if (isinf(value) || !isfinite(x) || x == 0.0f || !vacti_narrow_is_near_tie(value, 0x1p-40, type))
        return vacti_narrow_nearest(value, type);
    return nearest_of_exact(op, x, params, type);
}
