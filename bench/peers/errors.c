/* The oracle over arrays, and the inputs on which libraries are compared with it. */
#include "peers.h"

#include <math.h>
#include <string.h>

#include "reference/reference.h"
#include "registry.h"

const char *peers_operation(size_t index) { return index < vacti_registry_count ? vacti_registry[index].name : NULL; }

bool peers_works_on_rows(const char *operation)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    return info != NULL && info->kind == VACT_KIND_ROWS;
}

bool peers_exact(const char *operation, double *exact, const float *src, size_t rows, size_t cols)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    if (info == NULL)
        return false;
    vacti_reference_row_fn *row = vacti_reference_row_f32(info->op);
    if (row != NULL) {
        for (size_t i = 0; i < rows; i++)
            row(exact + i * cols, src + i * cols, cols);
        return true;
    }
    vacti_reference_fn *function = vacti_reference_f32(info->op);
    if (function == NULL)
        return false;
    vact_params_f32 params = vacti_registry_defaults(info);
    if (info->op == VACT_OP_PRELU)
        params.v[0] = 0.25f; /* PyTorch's initial slope */
    for (size_t i = 0; i < rows * cols; i++)
        exact[i] = function((double)src[i], &params);
    return true;
}

void peers_errors(peers_worst *worst, const float *computed, const double *exact, const float *src, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double ulp = vacti_ulp_error(computed[i], exact[i]);
        if (isinf(ulp)) {
            if (worst->wrong++ == 0)
                worst->wrong_input = src[i];
        } else if (ulp > worst->ulp) {
            worst->ulp = ulp;
            worst->input = src[i];
        }
    }
    worst->count += n;
}

void peers_patterns(float *dst, size_t n, uint32_t first, uint32_t stride)
{
    uint32_t bits = first;
    for (size_t i = 0; i < n; i++, bits += stride)
        memcpy(dst + i, &bits, sizeof bits);
}

size_t peers_specials(float *dst, size_t n)
{
    static const uint32_t specials[] = {
        0x00000000, 0x80000000,             /* zeros */
        0x7f800000, 0xff800000,             /* infinities */
        0x7fc00000, 0xffc00000, 0x7f800001, /* NaN, quiet and signalling */
        0x7f7fffff, 0xff7fffff,             /* the largest */
        0x00800000, 0x80800000,             /* the smallest normal */
        0x007fffff, 0x807fffff,             /* the largest subnormal */
        0x00000001, 0x80000001,             /* the smallest subnormal */
        0x3f800000, 0xbf800000, 0xc0400000  /* 1, -1, -3 */
    };
    size_t count = sizeof specials / sizeof specials[0];
    for (size_t i = 0; i < n; i++)
        memcpy(dst + i, &specials[i % count], sizeof specials[0]);
    return count < n ? count : n;
}

void peers_scale(float *dst, const float *src, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = factor * src[i];
}
