/* The public calls of the gated units: the checks, in the order of vact.h, then one call of a kernel per row. */
#include "checks.h"
#include "registry.h"
#include "table.h"

/* A matrix among the arguments. */
typedef struct {
    const float *p;
    size_t stride;
    check_range range;
} matrix;

static bool is_gate(vact_op op, const vact_params_f32 *params)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    return info != NULL && info->kind == VACT_KIND_GATE && (params == NULL || vacti_registry_accepts(info, params));
}

static matrix matrix_of(const float *p, size_t stride) { return (matrix){p, stride, {p, 0}}; }

/* Sets the ranges. False if a size or stride is impossible. */
static bool measure(matrix *const list[], size_t count, size_t rows, size_t cols)
{
    for (size_t i = 0; i < count; i++)
        if (!check_matrix(&list[i]->range, list[i]->p, rows, cols, list[i]->stride, sizeof *list[i]->p))
            return false;
    return true;
}

static bool any_null(matrix *const list[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i]->p == NULL)
            return true;
    return false;
}

/* Whether all matrices are dense, and so can be treated as one row. */
static bool dense(matrix *const list[], size_t count, size_t cols)
{
    for (size_t i = 0; i < count; i++)
        if (list[i]->stride != cols)
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------- two inputs */

vact_status vact_gate_rows_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride,
                               const float *gate, size_t gate_stride, const float *up, size_t up_stride, size_t rows,
                               size_t cols)
{
    matrix out = matrix_of(dst, dst_stride), g = matrix_of(gate, gate_stride), u = matrix_of(up, up_stride);
    matrix *const all[] = {&out, &g, &u};
    if (!is_gate(op, params) || !measure(all, 3, rows, cols))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (any_null(all, 3))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(out.range, g.range) || !check_in_place_or_apart(out.range, u.range))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    if (rows == 1 || dense(all, 3, cols))
        table->gate[VACT_OP_SLOT(op)](dst, gate, up, rows * cols, params);
    else
        table->gate_rows[VACT_OP_SLOT(op)](dst, dst_stride, gate, gate_stride, up, up_stride, rows, cols, params);
    return VACT_OK;
}

vact_status vact_gate_backward_rows_f32(vact_op op, const vact_params_f32 *params, float *dgate, size_t dgate_stride,
                                        float *dup, size_t dup_stride, const float *dy, size_t dy_stride,
                                        const float *gate, size_t gate_stride, const float *up, size_t up_stride,
                                        size_t rows, size_t cols)
{
    matrix dg = matrix_of(dgate, dgate_stride), du = matrix_of(dup, dup_stride), d = matrix_of(dy, dy_stride);
    matrix g = matrix_of(gate, gate_stride), u = matrix_of(up, up_stride);
    matrix *const all[] = {&dg, &du, &d, &g, &u};
    if (!is_gate(op, params))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!measure(all, 5, rows, cols))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (any_null(all, 5))
        return VACT_EINVAL;
    if (check_share(dg.range, du.range))
        return VACT_EOVERLAP;
    for (size_t i = 2; i < 5; i++)
        if (!check_in_place_or_apart(dg.range, all[i]->range) || !check_in_place_or_apart(du.range, all[i]->range))
            return VACT_EOVERLAP;
    vact_gate_backward_f32_fn *kernel = vacti_table_current()->gate_backward[VACT_OP_SLOT(op)];
    if (dense(all, 5, cols)) {
        cols *= rows;
        rows = 1;
    }
    for (size_t r = 0; r < rows; r++)
        kernel(dgate + r * dgate_stride, dup + r * dup_stride, dy + r * dy_stride, gate + r * gate_stride,
               up + r * up_stride, cols, params);
    return VACT_OK;
}

/* ---------------------------------------------------------------------------------------- one packed input */

static bool is_packed(vact_op op, const vact_params_f32 *params, vact_gate_layout layout)
{
    return is_gate(op, params) && (unsigned)layout <= VACT_GATE_INTERLEAVED_SECOND;
}

/* A packed matrix has twice the columns. */
static bool measure_packed(check_range *made, const float *first, size_t rows, size_t cols, size_t stride)
{
    return cols <= SIZE_MAX / 2 && check_matrix(made, first, rows, 2 * cols, stride, sizeof *first);
}

/* Pairs up, gate for pairs gate, up, or the reverse; dst may be src. */
static void exchange_pairs(float *dst, const float *src, size_t n)
{
    for (size_t i = 0; i < 2 * n; i += 2) {
        const float first = src[i];
        dst[i] = src[i + 1];
        dst[i + 1] = first;
    }
}

/* The kernels know pairs gate, up alone: pairs up, gate are exchanged in a buffer, so many at a time. */
enum { PAIRS = 256 };

static void gate_second_pairs(vact_interleaved_f32_fn *kernel, float *dst, const float *src, size_t n,
                              const vact_params_f32 *params)
{
    float pairs[2 * PAIRS];
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < PAIRS ? n - done : PAIRS;
        exchange_pairs(pairs, src + 2 * done, part);
        kernel(dst + done, part, pairs, 2 * part, 1, part, params);
    }
}

static void gate_second_pairs_backward(vact_interleaved_backward_f32_fn *kernel, float *dsrc, const float *dy,
                                       const float *src, size_t n, const vact_params_f32 *params)
{
    float pairs[2 * PAIRS];
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < PAIRS ? n - done : PAIRS;
        exchange_pairs(pairs, src + 2 * done, part);
        kernel(pairs, dy + done, pairs, part, params);
        exchange_pairs(dsrc + 2 * done, pairs, part);
    }
}

vact_status vact_gate_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout, float *dst,
                                 size_t dst_stride, const float *src, size_t src_stride, size_t rows, size_t cols)
{
    check_range to, from;
    if (!is_packed(op, params, layout) || !check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !measure_packed(&from, src, rows, cols, src_stride))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    vact_interleaved_f32_fn *interleaved = table->interleaved[VACT_OP_SLOT(op)];
    if (layout == VACT_GATE_INTERLEAVED) {
        interleaved(dst, dst_stride, src, src_stride, rows, cols, params);
        return VACT_OK;
    }
    if (layout == VACT_GATE_INTERLEAVED_SECOND) {
        for (size_t r = 0; r < rows; r++)
            gate_second_pairs(interleaved, dst + r * dst_stride, src + r * src_stride, cols, params);
        return VACT_OK;
    }
    const float *gate = layout == VACT_GATE_FIRST ? src : src + cols,
                *up = layout == VACT_GATE_FIRST ? src + cols : src;
    table->gate_rows[VACT_OP_SLOT(op)](dst, dst_stride, gate, src_stride, up, src_stride, rows, cols, params);
    return VACT_OK;
}

vact_status vact_gate_backward_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                          float *dsrc, size_t dsrc_stride, const float *dy, size_t dy_stride,
                                          const float *src, size_t src_stride, size_t rows, size_t cols)
{
    check_range to, slopes, from;
    if (!is_packed(op, params, layout))
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!measure_packed(&to, dsrc, rows, cols, dsrc_stride) ||
        !check_matrix(&slopes, dy, rows, cols, dy_stride, sizeof *dy) ||
        !measure_packed(&from, src, rows, cols, src_stride))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dsrc == NULL || dy == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, slopes) || !check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    vact_gate_backward_f32_fn *kernel = table->gate_backward[VACT_OP_SLOT(op)];
    vact_interleaved_backward_f32_fn *interleaved = table->interleaved_backward[VACT_OP_SLOT(op)];
    for (size_t r = 0; r < rows; r++) {
        float *first = dsrc + r * dsrc_stride;
        const float *slope = dy + r * dy_stride, *row = src + r * src_stride;
        switch (layout) {
        case VACT_GATE_FIRST: kernel(first, first + cols, slope, row, row + cols, cols, params); break;
        case VACT_GATE_SECOND: kernel(first + cols, first, slope, row + cols, row, cols, params); break;
        case VACT_GATE_INTERLEAVED: interleaved(first, slope, row, cols, params); break;
        case VACT_GATE_INTERLEAVED_SECOND:
            gate_second_pairs_backward(interleaved, first, slope, row, cols, params);
            break;
        }
    }
    return VACT_OK;
}

/* ------------------------------------------------------------------- the named functions, from the registry */

/* How many parameters an operation has; those of its function, as it declares them and as it passes them on. */
/* clang-format off */
#define P0() 0
#define P1(...) 1
#define P2(...) 2
#define P3(...) 3
#define DECLARED_0
#define DECLARED_1 , float a
#define DECLARED_2 , float a, float b
#define DECLARED_3 , float a, float b, float c
#define PASSED_0 NULL
#define PASSED_1 &(const vact_params_f32){{a}}
#define PASSED_2 &(const vact_params_f32){{a, b}}
#define PASSED_3 &(const vact_params_f32){{a, b, c}}
/* clang-format on */

#define NAMED_UNARY(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, count)
#define NAMED_ROWS(name, NAME, count)
#define NAMED_GATE(name, NAME, count)                                                                                  \
    vact_status vact_##name##_f32(float *dst, const float *gate, const float *up, size_t n DECLARED_##count)           \
    {                                                                                                                  \
        return vact_gate_rows_f32(VACT_OP_##NAME, PASSED_##count, dst, n, gate, n, up, n, 1, n);                       \
    }                                                                                                                  \
    vact_status vact_##name##_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,               \
                                           const float *up, size_t n DECLARED_##count)                                 \
    {                                                                                                                  \
        return vact_gate_backward_rows_f32(VACT_OP_##NAME, PASSED_##count, dgate, n, dup, n, dy, n, gate, n, up, n, 1, \
                                           n);                                                                         \
    }
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_##kind(name, NAME, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
