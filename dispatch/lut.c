/* 8-bit tables: the checks, in the order of vact.h, the quantisation of an operation's results, and the choice of the
 * kernel. */
#include <math.h>
#include <string.h>

#include "checks.h"
#include "cpu.h"
#include "registry.h"
#include "table.h"

enum { ENTRIES = 256 };

/* Values of 8 bits and the numbers that they stand for: (q - zero)*scale. */
typedef struct {
    float scale;
    int32_t zero;
} quantisation;

static bool is_quantisation(quantisation given, int least)
{
    return given.scale > 0.0f && isfinite(given.scale) && given.zero >= least && given.zero < least + ENTRIES;
}

/* (x - zero)*scale, rounded to float once: the product is exact in double. What would overflow, and raise an exception,
 * is infinite. */
static float dequantised(int x, quantisation by)
{
    const double exact = (double)(x - by.zero) * (double)by.scale;
    const double beyond = 0x1.ffffffp+127; /* halfway from the largest float to 2^128 */
    return exact >= beyond ? INFINITY : exact <= -beyond ? -INFINITY : (float)exact;
}

/* The quotient, rounded to float, is not computed where it is beyond every result: it might overflow. No operation
 * makes a NaN of a number; one would give the least. */
static int quantised(float y, quantisation by, int least)
{
    const double most = 512.0 * (double)by.scale, lowest = least - by.zero, highest = least + ENTRIES - 1 - by.zero;
    if (isnan(y) || (double)y <= -most)
        return least;
    if ((double)y >= most)
        return least + ENTRIES - 1;
    const double steps = y / by.scale; /* in float */
    const double clamped = steps < lowest ? lowest : steps > highest ? highest : steps;
    return (int)((clamped + 0x1.8p52) - 0x1.8p52) + by.zero;
}

/* `least` of the type: -128 or 0. */
static vact_status build(uint8_t *table, vact_op op, const vact_params_f32 *params, quantisation in, quantisation out,
                         int least)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vacti_registry_accepts(info, params)) ||
        !is_quantisation(in, least) || !is_quantisation(out, least) || table == NULL)
        return VACT_EINVAL;
    float values[ENTRIES];
    for (int i = 0; i < ENTRIES; i++)
        values[i] = dequantised(least + i, in);
    vacti_table_current()->unary[VACT_OP_SLOT(op)](values, values, ENTRIES, params);
    for (int i = 0; i < ENTRIES; i++)
        table[(uint8_t)(least + i)] = (uint8_t)quantised(values[i], out, least);
    return VACT_OK;
}

vact_status vact_lut_build_i8(uint8_t table[256], vact_op op, const vact_params_f32 *params, float in_scale,
                              int32_t in_zero, float out_scale, int32_t out_zero)
{
    return build(table, op, params, (quantisation){in_scale, in_zero}, (quantisation){out_scale, out_zero}, INT8_MIN);
}

vact_status vact_lut_build_u8(uint8_t table[256], vact_op op, const vact_params_f32 *params, float in_scale,
                              int32_t in_zero, float out_scale, int32_t out_zero)
{
    return build(table, op, params, (quantisation){in_scale, in_zero}, (quantisation){out_scale, out_zero}, 0);
}

/* The kernel of the table, or those for CPUs with VBMI where this is one. */
static vacti_softmax_8_kernels kernels_in_use(void)
{
    const vacti_table *table = vacti_table_current();
    if (table->lut_8_vbmi.apply && vacti_cpu_has_vbmi())
        return table->lut_8_vbmi;
    return (vacti_softmax_8_kernels){.apply = table->lut_8};
}

vact_status vact_lut_8(void *dst, const void *src, size_t n, const uint8_t table[256])
{
    check_range to, from, entries;
    if (!check_array(&to, dst, n, 1) || !check_array(&from, src, n, 1) || !check_array(&entries, table, ENTRIES, 1))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL || table == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || check_share(to, entries))
        return VACT_EOVERLAP;
    kernels_in_use().apply(dst, src, n, table);
    return VACT_OK;
}

static vact_status softmax(const vacti_softmax_8_call *call, int least, int32_t out_zero)
{
    check_range to, from;
    if (!is_quantisation((quantisation){call->in_scale, least}, least) ||
        !is_quantisation((quantisation){call->out_scale, out_zero}, least))
        return VACT_EINVAL;
    if (!check_matrix(&to, call->dst, call->rows, call->cols, call->dst_stride, 1) ||
        !check_matrix(&from, call->src, call->rows, call->cols, call->src_stride, 1))
        return VACT_EINVAL;
    if (call->rows == 0 || call->cols == 0)
        return VACT_OK;
    if (call->dst == NULL || call->src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    const vacti_softmax_8_kernels kernels = kernels_in_use();
    vacti_softmax_8(call, &kernels);
    return VACT_OK;
}

vact_status vact_softmax_rows_i8(int8_t *dst, size_t dst_stride, const int8_t *src, size_t src_stride, size_t rows,
                                 size_t cols, float in_scale, float out_scale, int32_t out_zero)
{
    const vacti_softmax_8_call call = {.dst = (uint8_t *)dst,
                                       .src = (const uint8_t *)src,
                                       .dst_stride = dst_stride,
                                       .src_stride = src_stride,
                                       .rows = rows,
                                       .cols = cols,
                                       .in_scale = in_scale,
                                       .out_scale = out_scale,
                                       .zero = (int)((uint32_t)out_zero + 128u),
                                       .flip = 0x80};
    return softmax(&call, INT8_MIN, out_zero);
}

vact_status vact_softmax_rows_u8(uint8_t *dst, size_t dst_stride, const uint8_t *src, size_t src_stride, size_t rows,
                                 size_t cols, float in_scale, float out_scale, int32_t out_zero)
{
    const vacti_softmax_8_call call = {.dst = dst,
                                       .src = src,
                                       .dst_stride = dst_stride,
                                       .src_stride = src_stride,
                                       .rows = rows,
                                       .cols = cols,
                                       .in_scale = in_scale,
                                       .out_scale = out_scale,
                                       .zero = out_zero};
    return softmax(&call, 0, out_zero);
}
