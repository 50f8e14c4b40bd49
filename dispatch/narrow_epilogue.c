/* The epilogue between types: the checks, then block by block through the kernel of float. */
#include <math.h>

#include "narrow.h"
#include "options.h"
#include "registry.h"

/* Floats of a block: of x alone, and of three where there is a residual or a multiplier. The kernels of float below
 * them take up to 7 KiB of the stack. */
enum { ALONE = 192, BLOCK = 64 };

typedef struct epilogue_call {
    vact_epilogue_f32_fn *kernel;
    const vacti_table *table;
    const vact_params_f32 *params;
    const vact_epilogue_options_f32 *options;
    vact_type dst_type, x_type;
} epilogue_call;

static const float *from(const float *first, size_t i) { return first ? first + i : NULL; }

/* One row of the matrices; without one its pointer is null. */
typedef struct epilogue_row {
    void *dst;
    const void *x, *multiplier, *residual;
    size_t r, cols;
} epilogue_row;

static const void *row_of(const void *first, size_t elements, size_t size)
{
    return first ? (const char *)first + elements * size : NULL;
}

/* n elements from column c on; values, factors and added are blocks. */
static void run_part(const epilogue_call *call, const epilogue_row *row, size_t c, size_t n, float *values,
                     float *factors, float *added)
{
    const vact_epilogue_options_f32 *const given = call->options;
    vact_epilogue_options_f32 part = *given;
    part.bias = from(given->bias, c);
    part.column_scale = from(given->column_scale, c);
    part.row_bias = from(given->row_bias, row->r);
    part.row_scale = from(given->row_scale, row->r);
    part.multiplier = row->multiplier ? vacti_widened(call->table, factors, row->multiplier, call->x_type, c, n) : NULL;
    part.residual = row->residual ? vacti_widened(call->table, added, row->residual, call->dst_type, c, n) : NULL;
    part.multiplier_stride = part.residual_stride = n;
    float *const to = call->dst_type == VACT_F32 ? (float *)row->dst + c : values;
    const float *source = NULL;
    if (given->accumulators != NULL)
        part.accumulators = (const int32_t *)row->x + c;
    else
        source = vacti_widened(call->table, values, row->x, call->x_type, c, n);
    call->kernel(to, n, source, n, 1, n, &part, call->params);
    vacti_narrowed(call->table, row->dst, call->dst_type, to, c, n);
}

__attribute__((noinline)) static void run_alone(const epilogue_call *call, const epilogue_row *row)
{
    float values[ALONE];
    for (size_t c = 0; c < row->cols; c += ALONE)
        run_part(call, row, c, smaller(ALONE, row->cols - c), values, NULL, NULL);
}

__attribute__((noinline)) static void run_with_matrices(const epilogue_call *call, const epilogue_row *row)
{
    float values[BLOCK], factors[BLOCK], added[BLOCK];
    for (size_t c = 0; c < row->cols; c += BLOCK)
        run_part(call, row, c, smaller(BLOCK, row->cols - c), values, factors, added);
}

static bool accepts(vact_op op, const vact_params_f32 *params, vact_type dst_type, vact_type x_type)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    return info != NULL && info->kind == VACT_KIND_UNARY && (params == NULL || vacti_registry_accepts(info, params)) &&
           vacti_type_size(dst_type) != 0 && vacti_type_size(x_type) != 0;
}

/* The vectors of the options and what they hold. */
enum { VECTORS = 5 };

static bool check_vectors(check_range made[VECTORS], const vact_epilogue_options_f32 *o, size_t rows, size_t cols)
{
    return check_array(&made[0], o->bias, o->bias ? cols : 0, sizeof(float)) &&
           check_array(&made[1], o->row_bias, o->row_bias ? rows : 0, sizeof(float)) &&
           check_array(&made[2], o->column_scale, o->column_scale ? cols : 0, sizeof(float)) &&
           check_array(&made[3], o->row_scale, o->row_scale ? rows : 0, sizeof(float)) &&
           check_array(&made[4], o->clip, o->clip ? 2 : 0, sizeof(float));
}

static bool check_values(const vact_epilogue_options_f32 *o, size_t rows, size_t cols)
{
    return (!o->column_scale || check_all_finite(o->column_scale, cols)) &&
           (!o->row_scale || check_all_finite(o->row_scale, rows)) &&
           (!o->clip || (!isnan(o->clip[0]) && !isnan(o->clip[1])));
}

vact_status vact_epilogue(vact_op op, const vact_params_f32 *params, void *dst, vact_type dst_type, size_t dst_stride,
                          const void *x, vact_type x_type, size_t x_stride, size_t rows, size_t cols,
                          const vact_epilogue_options_f32 *options)
{
    vact_epilogue_options_f32 known;
    check_range to, source, vectors[VECTORS], factors = {NULL, 0}, added = {NULL, 0};
    if (!accepts(op, params, dst_type, x_type))
        return VACT_EINVAL;
    const vact_status read = vacti_options_read(&vacti_epilogue_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    if (!isfinite(known.scale) || (x && known.accumulators))
        return VACT_EINVAL;
    if (!vacti_type_is_built(dst_type) || !vacti_type_is_built(x_type))
        return VACT_EUNSUPPORTED;
    const size_t to_size = vacti_type_size(dst_type), factor_size = vacti_type_size(x_type);
    const size_t size = known.accumulators ? sizeof(int32_t) : factor_size;
    const void *const first = x ? x : known.accumulators;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, to_size) ||
        !check_matrix(&source, first, rows, cols, x_stride, size) || !check_vectors(vectors, &known, rows, cols) ||
        (known.multiplier &&
         !check_matrix(&factors, known.multiplier, rows, cols, known.multiplier_stride, factor_size)) ||
        (known.residual && !check_matrix(&added, known.residual, rows, cols, known.residual_stride, to_size)))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || first == NULL || !check_values(&known, rows, cols))
        return VACT_EINVAL;
    const vact_type source_type = known.accumulators ? VACT_F32 : x_type;
    if (!vacti_may_write(to, dst_type, source, source_type) || !vacti_may_write(to, dst_type, factors, x_type) ||
        !check_in_place_or_apart(to, added))
        return VACT_EOVERLAP;
    for (size_t i = 0; i < VECTORS; i++)
        if (check_share(to, vectors[i]))
            return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    const epilogue_call call = {table->epilogue[VACT_OP_SLOT(op)], table, params, &known, dst_type, x_type};
    for (size_t r = 0; r < rows; r++) {
        const epilogue_row row = {(char *)dst + r * dst_stride * to_size,
                                  row_of(first, r * x_stride, size),
                                  row_of(known.multiplier, r * known.multiplier_stride, factor_size),
                                  row_of(known.residual, r * known.residual_stride, to_size),
                                  r,
                                  cols};
        if (known.multiplier != NULL || known.residual != NULL)
            run_with_matrices(&call, &row);
        else
            run_alone(&call, &row);
    }
    return VACT_OK;
}
