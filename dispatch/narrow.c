/* The public calls on bfloat16 and half: conversions, unary operations, and those between two types. */
#include <string.h>

#include "checks.h"
#include "f64.h"
#include "narrow.h"
#include "registry.h"

size_t vacti_type_size(vact_type type)
{
    switch (type) {
    case VACT_F32: return sizeof(float);
    case VACT_BF16:
    case VACT_F16: return sizeof(uint16_t);
    case VACT_F64: return sizeof(double);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------ conversions */

static vact_status convert(void *dst, vact_type dst_type, const void *src, vact_type src_type, size_t n)
{
    const vact_type narrow = dst_type == VACT_F32 ? src_type : dst_type;
    check_range to, from;
    if (!vacti_type_is_built(narrow))
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dst, n, vacti_type_size(dst_type)) || !check_array(&from, src, n, vacti_type_size(src_type)))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    if (dst_type == VACT_F32)
        table->widen[narrow]((float *)dst, src, n);
    else
        table->narrow[narrow](dst, (const float *)src, n);
    return VACT_OK;
}

vact_status vact_f32_from_bf16(float *dst, const vact_bf16 *src, size_t n)
{
    return convert(dst, VACT_F32, src, VACT_BF16, n);
}

vact_status vact_f32_from_f16(float *dst, const vact_f16 *src, size_t n)
{
    return convert(dst, VACT_F32, src, VACT_F16, n);
}

vact_status vact_bf16_from_f32(vact_bf16 *dst, const float *src, size_t n)
{
    return convert(dst, VACT_BF16, src, VACT_F32, n);
}

vact_status vact_f16_from_f32(vact_f16 *dst, const float *src, size_t n)
{
    return convert(dst, VACT_F16, src, VACT_F32, n);
}

/* ------------------------------------------------------------------------------------- unary operations */

static void run_equal(const vacti_table *table, vact_op op, const vact_params_f32 *params, void *dst, const void *src,
                      vact_type type, size_t n)
{
    if (type == VACT_BF16)
        table->unary_bf16[VACT_OP_SLOT(op)]((vact_bf16 *)dst, (const vact_bf16 *)src, n, params);
    else
        table->unary_f16[VACT_OP_SLOT(op)]((vact_f16 *)dst, (const vact_f16 *)src, n, params);
}

/* By blocks of 4 KiB through the kernel of float. */
static void run_mixed(const vacti_table *table, vact_op op, const vact_params_f32 *params, void *dst,
                      vact_type dst_type, const void *src, vact_type src_type, size_t n)
{
    float block[VACTI_BLOCK];
    vact_unary_f32_fn *const kernel = table->unary[VACT_OP_SLOT(op)];
    for (size_t i = 0; i < n; i += VACTI_BLOCK) {
        const size_t part = n - i < VACTI_BLOCK ? n - i : VACTI_BLOCK;
        float *const to = dst_type == VACT_F32 ? (float *)dst + i : block;
        const float *const from = vacti_widened(table, to, src, src_type, i, part);
        kernel(to, from, part, params);
        if (dst_type != VACT_F32)
            table->narrow[dst_type]((uint16_t *)dst + i, block, part);
    }
}

static vact_status run_typed(vact_op op, bool accepted, const vact_params_f32 *params, void *dst, vact_type dst_type,
                             const void *src, vact_type src_type, size_t n)
{
    check_range to, from;
    if (!accepted)
        return VACT_EINVAL;
    if (!vacti_type_is_built(dst_type) || !vacti_type_is_built(src_type))
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dst, n, vacti_type_size(dst_type)) || !check_array(&from, src, n, vacti_type_size(src_type)))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (dst_type == src_type ? !check_in_place_or_apart(to, from) : check_share(to, from))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    if (dst_type == src_type)
        run_equal(table, op, params, dst, src, dst_type, n);
    else
        run_mixed(table, op, params, dst, dst_type, src, src_type, n);
    return VACT_OK;
}

vact_status vact_forward(vact_op op, const vact_params_f32 *params, void *dst, vact_type dst_type, const void *src,
                         vact_type src_type, size_t n)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (dst_type == VACT_F32 && src_type == VACT_F32)
        return vact_forward_f32(op, params, (float *)dst, (const float *)src, n);
    if (dst_type == VACT_F64 && src_type == VACT_F64) {
        const vact_params_f64 widened = vacti_widened_params(params);
        return vact_forward_f64(op, params ? &widened : NULL, (double *)dst, (const double *)src, n);
    }
    const bool accepted = info != NULL && info->kind == VACT_KIND_UNARY && vacti_type_size(dst_type) != 0 &&
                          vacti_type_size(src_type) != 0 && (params == NULL || vacti_registry_accepts(info, params));
    return run_typed(op, accepted, params, dst, dst_type, src, src_type, n);
}

/* --------------------------------------------------------------------------------------------- kernels */

/* One set serves every variant, the correctly rounded one too. */
static const vacti_table *table_for(vact_op op, vact_isa isa, vact_math math)
{
    if (VACT_OP_KIND(op) != VACT_KIND_UNARY || VACT_OP_SLOT(op) >= VACT_TABLE_SLOTS || (unsigned)math > VACT_MATH_CR)
        return NULL;
    return vacti_table_find(isa == VACT_ISA_AUTO ? vacti_table_current()->isa : isa, VACT_MATH_AUTO);
}

vact_unary_bf16_fn *vact_kernel_bf16(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, isa, math);
    return table ? table->unary_bf16[VACT_OP_SLOT(op)] : NULL;
}

vact_unary_f16_fn *vact_kernel_f16(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, isa, math);
    return table ? table->unary_f16[VACT_OP_SLOT(op)] : NULL;
}

/* ------------------------------------------------------------------- named functions, from the registry */

/* With parameters, which are checked here. */
static vact_status run_with(vact_op op, vact_params_f32 params, void *dst, const void *src, vact_type type, size_t n)
{
    return run_typed(op, vacti_registry_accepts(vacti_registry_by_code(op), &params), &params, dst, type, src, type, n);
}

#define P0() 0
#define P1(name, value, domain) 1
#define P2(name1, value1, domain1, name2, value2, domain2) 2
#define P2_BY_CODE(name1, value1, domain1, name2, value2, domain2) 0
#define P3(name1, value1, domain1, name2, value2, domain2, name3, value3, domain3) 3

#define NAMED_0(name, NAME, type, TYPE)                                                                                \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t n)                               \
    {                                                                                                                  \
        return run_typed(VACT_OP_##NAME, true, NULL, dst, TYPE, src, TYPE, n);                                         \
    }
#define NAMED_1(name, NAME, type, TYPE)                                                                                \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t n, float a)                      \
    {                                                                                                                  \
        return run_with(VACT_OP_##NAME, (vact_params_f32){{a}}, dst, src, TYPE, n);                                    \
    }
#define NAMED_2(name, NAME, type, TYPE)                                                                                \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t n, float a, float b)             \
    {                                                                                                                  \
        return run_with(VACT_OP_##NAME, (vact_params_f32){{a, b}}, dst, src, TYPE, n);                                 \
    }
#define NAMED_3(name, NAME, type, TYPE)                                                                                \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t n, float a, float b, float c)    \
    {                                                                                                                  \
        return run_with(VACT_OP_##NAME, (vact_params_f32){{a, b, c}}, dst, src, TYPE, n);                              \
    }
#define NAMED_OF_(count, name, NAME, type, TYPE) NAMED_##count(name, NAME, type, TYPE)
#define NAMED_OF(count, name, NAME, type, TYPE) NAMED_OF_(count, name, NAME, type, TYPE)
#define NAMED_UNARY(name, NAME, count)                                                                                 \
    NAMED_OF(count, name, NAME, bf16, VACT_BF16) NAMED_OF(count, name, NAME, f16, VACT_F16)
#define NAMED_CHANNELS(name, NAME, count)
#define NAMED_ROWS(name, NAME, count)
#define NAMED_GATE(name, NAME, count)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_##kind(name, NAME, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
