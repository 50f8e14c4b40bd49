/* The softmax family on bfloat16 and half, and between types: the checks, then the kernel of the type. Between types,
 * and with a soft cap, by blocks through the kernels of float. Nothing between a logit and its result is rounded to 16
 * bits.
 */
#include "narrow_rows.h"

/* ------------------------------------------------------------------------------------------- the checks */

/* Reads the options to `known`. Those that say nothing become null. */
static vact_status read_call(rows_call *call, vact_softmax_options_f32 *known)
{
    if (vacti_type_size(call->dst_type) == 0 || vacti_type_size(call->src_type) == 0)
        return VACT_EINVAL;
    const vact_status read = vacti_masks_read(known, &call->options);
    if (read != VACT_OK)
        return read;
    return vacti_type_is_built(call->dst_type) && vacti_type_is_built(call->src_type) ? VACT_OK : VACT_EUNSUPPORTED;
}

static vact_status check_rows(const rows_call *call, const vacti_masks *given, check_range to, check_range from)
{
    if (call->dst == NULL || call->src == NULL || !vacti_masks_are_valid(given))
        return VACT_EINVAL;
    return vacti_may_write(to, call->dst_type, from, call->src_type) && !vacti_masks_overlap(to, given) ? VACT_OK
                                                                                                        : VACT_EOVERLAP;
}

__attribute__((noinline)) static vact_status check_call(const rows_call *call)
{
    check_range to, from;
    vacti_masks given;
    if (!check_matrix(&to, call->dst, call->rows, call->cols, call->dst_stride, vacti_type_size(call->dst_type)) ||
        !check_matrix(&from, call->src, call->rows, call->cols, call->src_stride, vacti_type_size(call->src_type)) ||
        !vacti_masks_of(&given, call->options, call->rows, call->cols))
        return VACT_EINVAL;
    return call->rows == 0 || call->cols == 0 ? VACT_OK : check_rows(call, &given, to, from);
}

/* Rows with a soft cap: their capped logits are floats, which need a place. */
__attribute__((noinline)) static void run_capped(const rows_call *call, bool log)
{
    float block[CAP_BLOCK];
    vact_masked_f32_fn *const kernel = log ? call->table->family.log_softmax : call->table->family.softmax;
    for (size_t r = 0; r < call->rows; r++) {
        const vact_softmax_options_f32 row = options_of_row(call->options, r, call->rows);
        const size_t cols = valid_columns(&row, call->cols);
        load_piece(call, block, source_row(call, r), 0, cols);
        kernel(block, cols, block, cols, 1, cols, &row);
        vacti_narrowed(call->table, result_row(call, r), call->dst_type, block, 0, cols);
    }
}

static void run_either(const rows_call *call, bool log)
{
    const bool capped = call->options != NULL && has_cap(call->options);
    if (capped && call->cols <= CAP_BLOCK) {
        run_capped(call, log);
    } else if (call->dst_type == call->src_type && (log || !capped)) { /* a cap needs more stack beside a buffer */
        const vacti_narrow_family *const family = &call->table->narrow_family[call->src_type];
        (log ? family->log_softmax : family->softmax)(call->dst, call->dst_stride, call->src, call->src_stride,
                                                      call->rows, call->cols, call->options);
    } else if (log) {
        vacti_narrow_log_softmax(call);
    } else {
        vacti_narrow_softmax(call);
    }
}

/* Whether the call is right, and one without options. */
typedef struct {
    vact_status status;
    bool plain;
} checked;

__attribute__((noinline)) static checked check_options(const rows_call *given)
{
    rows_call call = *given;
    vact_softmax_options_f32 known;
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_call(&call);
    return (checked){status, vacti_softmax_is_plain(call.options)};
}

__attribute__((noinline)) static vact_status run_masked(rows_call *call, bool log)
{
    vact_softmax_options_f32 known;
    const vact_status read = vacti_masks_read(&known, &call->options);
    if (read == VACT_OK)
        run_either(call, log);
    return read;
}

/* Rows of 16-bit results have one implementation. */
static const vacti_table *table_of_every_variant(void)
{
    const vacti_table *table = vacti_table_current();
    return table->math == VACT_MATH_AUTO ? table : vacti_table_of_build(table->build, VACT_MATH_AUTO);
}

/* As in dispatch/rows.c, no options stand below the kernels that need none. */
static vact_status run(rows_call *call, bool log)
{
    const checked found = check_options(call);
    if (found.status != VACT_OK || call->rows == 0 || call->cols == 0)
        return found.status;
    call->table = table_of_every_variant();
    if (!found.plain)
        return run_masked(call, log);
    call->options = NULL;
    run_either(call, log);
    return VACT_OK;
}

/* To floats: the columns that exist, widened, where the kernel of float then works in place. */
__attribute__((noinline)) static vact_status widen_rows(float *dst, size_t dst_stride, const void *src,
                                                        vact_type src_type, size_t src_stride, size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    rows_call call = {NULL, dst, src, VACT_F32, src_type, dst_stride, src_stride, rows, cols, options};
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_call(&call);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    for (size_t r = 0; r < rows; r++) {
        size_t existing = cols;
        if (call.options != NULL && call.options->lengths != NULL) {
            const vact_softmax_options_f32 row = options_of_row(call.options, r, rows);
            existing = valid_columns(&row, cols);
        }
        vacti_table_current()->widen[src_type](dst + r * dst_stride, source_row(&call, r), existing);
    }
    return VACT_OK;
}

__attribute__((noinline)) static vact_status run_narrow(void *dst, vact_type dst_type, size_t dst_stride,
                                                        const void *src, vact_type src_type, size_t src_stride,
                                                        size_t rows, size_t cols,
                                                        const vact_softmax_options_f32 *options, bool log)
{
    rows_call call = {NULL, dst, src, dst_type, src_type, dst_stride, src_stride, rows, cols, options};
    return run(&call, log);
}

/* The functions on float take nearly all of the stack that a call may: they are called last, with nothing below. */
vact_status vact_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src, vact_type src_type,
                         size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    if (dst_type != VACT_F32)
        return run_narrow(dst, dst_type, dst_stride, src, src_type, src_stride, rows, cols, options, false);
    if (src_type == VACT_F32)
        return vact_softmax_masked_f32((float *)dst, dst_stride, (const float *)src, src_stride, rows, cols, options);
    const vact_status status = widen_rows((float *)dst, dst_stride, src, src_type, src_stride, rows, cols, options);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    return vact_softmax_masked_f32((float *)dst, dst_stride, (const float *)dst, dst_stride, rows, cols, options);
}

vact_status vact_log_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src, vact_type src_type,
                             size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options)
{
    if (dst_type != VACT_F32)
        return run_narrow(dst, dst_type, dst_stride, src, src_type, src_stride, rows, cols, options, true);
    if (src_type == VACT_F32)
        return vact_log_softmax_masked_f32((float *)dst, dst_stride, (const float *)src, src_stride, rows, cols,
                                           options);
    const vact_status status = widen_rows((float *)dst, dst_stride, src, src_type, src_stride, rows, cols, options);
    if (status != VACT_OK || rows == 0 || cols == 0)
        return status;
    return vact_log_softmax_masked_f32((float *)dst, dst_stride, (const float *)dst, dst_stride, rows, cols, options);
}

__attribute__((noinline)) static vact_status check_logsumexp(const rows_call *call)
{
    check_range to, from;
    vacti_masks given;
    if (!check_array(&to, call->dst, call->rows, sizeof(float)) ||
        !check_matrix(&from, call->src, call->rows, call->cols, call->src_stride, vacti_type_size(call->src_type)) ||
        !vacti_masks_of(&given, call->options, call->rows, call->cols))
        return VACT_EINVAL;
    if (call->rows == 0)
        return VACT_OK;
    if (call->dst == NULL || (call->src == NULL && call->cols != 0) || !vacti_masks_are_valid(&given))
        return VACT_EINVAL;
    return check_share(to, from) || vacti_masks_overlap(to, &given) ? VACT_EOVERLAP : VACT_OK;
}

vact_status vact_logsumexp(float *dst, const void *src, vact_type src_type, size_t src_stride, size_t rows, size_t cols,
                           const vact_softmax_options_f32 *options)
{
    vact_softmax_options_f32 known;
    rows_call call = {NULL, dst, src, VACT_F32, src_type, 1, src_stride, rows, cols, options};
    if (src_type == VACT_F32)
        return vact_logsumexp_masked_f32(dst, (const float *)src, src_stride, rows, cols, options);
    vact_status status = read_call(&call, &known);
    if (status == VACT_OK)
        status = check_logsumexp(&call);
    if (status != VACT_OK || rows == 0)
        return status;
    vacti_table_current()->narrow_family[src_type].logsumexp(dst, src, src_stride, rows, cols, call.options);
    return VACT_OK;
}

/* ------------------------------------------------------------------------------------------ named functions */

#define NAMED(name, type, TYPE)                                                                                        \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *src, size_t rows, size_t cols)               \
    {                                                                                                                  \
        return vact_##name(dst, TYPE, cols, src, TYPE, cols, rows, cols, NULL);                                        \
    }                                                                                                                  \
    vact_status vact_##name##_rows_##type(vact_##type *dst, size_t dst_stride, const vact_##type *src,                 \
                                          size_t src_stride, size_t rows, size_t cols)                                 \
    {                                                                                                                  \
        return vact_##name(dst, TYPE, dst_stride, src, TYPE, src_stride, rows, cols, NULL);                            \
    }

NAMED(softmax, bf16, VACT_BF16)
NAMED(softmax, f16, VACT_F16)
NAMED(log_softmax, bf16, VACT_BF16)
NAMED(log_softmax, f16, VACT_F16)
