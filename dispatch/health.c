/* The health of a layer: the checks, in the order that vact.h states, and one call of a kernel. */
#include <math.h>
#include <string.h>

#include "checks.h"
#include "table.h"

static double share_of(size_t count, size_t n) { return n == 0 ? 0.0 : (double)count / (double)n; }

vact_status vact_zero_fraction_f32(double *fraction, const float *x, size_t n)
{
    if (!check_fits(n) || fraction == NULL || (x == NULL && n > 0))
        return VACT_EINVAL;
    *fraction = share_of(vact_table_current()->zeros(x, n), n);
    return VACT_OK;
}

vact_status vact_saturated_fraction_f32(double *fraction, const float *x, size_t n, float low, float high,
                                        float tolerance)
{
    if (!(low <= high) || !(tolerance >= 0.0f) || isinf(tolerance))
        return VACT_EINVAL;
    if (!check_fits(n) || fraction == NULL || (x == NULL && n > 0))
        return VACT_EINVAL;
    *fraction = share_of(vact_table_current()->outside(x, n, low + tolerance, high - tolerance), n);
    return VACT_OK;
}

static bool bytes_share(const unsigned char *bytes, size_t count, const float *x, size_t n)
{
    uintptr_t first = (uintptr_t)bytes, floats = (uintptr_t)x;
    return first < floats + n * sizeof(float) && floats < first + count;
}

vact_status vact_dead_units_f32(size_t *count, unsigned char *mask, const float *x, size_t batch, size_t units)
{
    size_t n;
    if (__builtin_mul_overflow(batch, units, &n) || !check_fits(n) || !check_fits(units))
        return VACT_EINVAL;
    if (count == NULL || (x == NULL && n > 0))
        return VACT_EINVAL;
    if (mask && n > 0 && bytes_share(mask, units, x, n))
        return VACT_EOVERLAP;
    if (batch == 0) {
        if (mask)
            memset(mask, 0, units);
        *count = 0;
        return VACT_OK;
    }
    *count = vact_table_current()->dead_units(mask, x, batch, units);
    return VACT_OK;
}
