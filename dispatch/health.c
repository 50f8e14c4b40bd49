/* The health of a layer: the checks, in the order of vact.h, then one call of a kernel. */
#include <math.h>
#include <string.h>

#include "checks.h"
#include "table.h"

static bool countable(const double *fraction, const float *x, size_t n)
{
    check_range elements;
    return check_array(&elements, x, n, sizeof *x) && fraction != NULL && (x != NULL || n == 0);
}

static double share_of(size_t count, size_t n) { return n == 0 ? 0.0 : (double)count / (double)n; }

vact_status vact_zero_fraction_f32(double *fraction, const float *x, size_t n)
{
    if (!countable(fraction, x, n))
        return VACT_EINVAL;
    *fraction = share_of(vacti_table_current()->zeros(x, n), n);
    return VACT_OK;
}

vact_status vact_saturated_fraction_f32(double *fraction, const float *x, size_t n, float low, float high,
                                        float tolerance)
{
    if (!(low <= high) || !(tolerance >= 0.0f) || isinf(tolerance) || !countable(fraction, x, n))
        return VACT_EINVAL;
    *fraction = share_of(vacti_table_current()->outside(x, n, low + tolerance, high - tolerance), n);
    return VACT_OK;
}

vact_status vact_dead_units_f32(size_t *count, unsigned char *mask, const float *x, size_t batch, size_t units)
{
    size_t n;
    check_range elements, marks;
    if (!check_product(&n, batch, units, 1) || !check_array(&elements, x, n, sizeof *x) ||
        !check_array(&marks, mask, units, sizeof *mask))
        return VACT_EINVAL;
    if (count == NULL || (x == NULL && n > 0))
        return VACT_EINVAL;
    if (check_share(marks, elements))
        return VACT_EOVERLAP;
    if (batch == 0) {
        if (mask)
            memset(mask, 0, units);
        *count = 0;
        return VACT_OK;
    }
    *count = vacti_table_current()->dead_units(mask, x, batch, units);
    return VACT_OK;
}
