/* The softmax family along an axis, by type: the checks, in the order of vact.h, then one call of a kernel. */
#include "narrow.h"
#include "rows.h"

static vact_status check_type(vact_type type)
{
    if (vacti_type_size(type) == 0)
        return VACT_EINVAL;
    return vacti_type_is_built(type) ? VACT_OK : VACT_EUNSUPPORTED;
}

static vact_status run_axis(bool log, void *dst, const void *src, vact_type type, size_t outer, size_t axis,
                            size_t inner)
{
    check_range to, from;
    size_t n;
    const vact_status checked = check_type(type);
    if (checked != VACT_OK)
        return checked;
    if (!check_product(&n, outer, axis, inner) || !check_array(&to, dst, n, vacti_type_size(type)) ||
        !check_array(&from, src, n, vacti_type_size(type)))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    if (type == VACT_F32)
        (log ? table->family.log_softmax_axis : table->family.softmax_axis)((float *)dst, (const float *)src, outer,
                                                                            axis, inner);
    else
        (log ? table->narrow_family[type].log_softmax_axis : table->narrow_family[type].softmax_axis)(dst, src, outer,
                                                                                                      axis, inner);
    return VACT_OK;
}

vact_status vact_softmax_axis(void *dst, const void *src, vact_type type, size_t outer, size_t axis, size_t inner)
{
    return run_axis(false, dst, src, type, outer, axis, inner);
}

vact_status vact_log_softmax_axis(void *dst, const void *src, vact_type type, size_t outer, size_t axis, size_t inner)
{
    return run_axis(true, dst, src, type, outer, axis, inner);
}

vact_status vact_logsumexp_axis(float *dst, const void *src, vact_type type, size_t outer, size_t axis, size_t inner)
{
    check_range to, from;
    const vact_status checked = check_type(type);
    if (checked != VACT_OK)
        return checked;
    if (!tensor(&from, &to, src, vacti_type_size(type), dst, outer, axis, inner))
        return VACT_EINVAL;
    if (outer == 0 || inner == 0)
        return VACT_OK;
    if (dst == NULL || (src == NULL && axis != 0))
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    if (type == VACT_F32)
        table->family.logsumexp_axis(dst, (const float *)src, outer, axis, inner);
    else
        table->narrow_family[type].logsumexp_axis(dst, src, outer, axis, inner);
    return VACT_OK;
}
