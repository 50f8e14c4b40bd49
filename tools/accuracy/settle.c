/* The oracle's error is below 2^-45 of its value (tests/test_reference.c), so the midpoints that it may miss lie within
 * 2^-20 spacings. About one value in 2^19 does. */
#include "settle.h"

#if VACT_WITH_MPFR

#include <math.h>

#include "kernels/reference/mpfr/exact.h"

static bool near_midpoint(double value)
{
    const double magnitude = fabs(value);
    if (!(magnitude > 0x1p-151 && magnitude < 0x1p129)) /* 0, infinity or NaN */
        return false;
    const int exponent = ilogb(magnitude) < -126 ? -126 : ilogb(magnitude);
    const double spacings = ldexp(magnitude, 23 - exponent), fraction = spacings - floor(spacings);
    return fabs(fraction - 0.5) < 0x1p-20;
}

/* Toward 0, the last bit set where that is not exact. */
static double to_odd(mpfr_t exact)
{
    const double value = mpfr_get_d(exact, MPFR_RNDZ), away = mpfr_get_d(exact, MPFR_RNDA);
    int exponent = 0;
    if (value == away || fmod(ldexp(frexp(value, &exponent), 53), 2.0) != 0.0)
        return value;
    return away;
}

bool accuracy_settles(void) { return true; }

void accuracy_settle(const accuracy_target *target, double *exact, const float *inputs, size_t count)
{
    bool settled = false;
    for (size_t i = 0; i < count && exact_of(target->info->op) != NULL; i++) {
        if (!near_midpoint(exact[i]) || !isfinite(inputs[i]) || inputs[i] == 0.0f)
            continue;
        mpfr_t value;
        mpfr_init2(value, EXACT_BITS);
        exact_f32(target->info->op, value, inputs[i], target->params.v);
        exact[i] = to_odd(value);
        mpfr_clear(value);
        settled = true;
    }
    if (settled)
        mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); /* MPFR keeps constants for each thread */
}

#else

bool accuracy_settles(void) { return false; }

void accuracy_settle(const accuracy_target *target, double *exact, const float *inputs, size_t count)
{
    (void)target, (void)exact, (void)inputs, (void)count;
}

#endif
