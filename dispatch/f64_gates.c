/*
 * The public calls of the gated units on double: the checks, in the order of vact.h, then one call of a kernel per row.
 * Interleaved rows go through buffers.
 */
#include "checks.h"
#include "f64.h"

static bool is_gate(vact_op op, const vact_params_f64 *params)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    return info != NULL && info->kind == VACT_KIND_GATE && vacti_accepts_f64(info, params);
}

/* A matrix among the arguments. */
typedef struct {
    const double *p;
    size_t stride;
    check_range range;
} matrix;

/* The status of the sizes and pointers of matrices, of which the first ones are written: OK, with *run true if there is
 * something to do. Each output is one of the inputs or apart from it; outputs are apart from each other. */
static vact_status check_matrices(matrix *list, size_t outputs, size_t count, size_t rows, size_t cols, bool *run)
{
    *run = false;
    for (size_t i = 0; i < count; i++)
        if (!check_matrix(&list[i].range, list[i].p, rows, cols, list[i].stride, sizeof *list[i].p))
            return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    for (size_t i = 0; i < count; i++)
        if (list[i].p == NULL)
            return VACT_EINVAL;
    for (size_t i = 0; i < outputs; i++)
        for (size_t k = i + 1; k < count; k++)
            if (k < outputs ? check_share(list[i].range, list[k].range)
                            : !check_in_place_or_apart(list[i].range, list[k].range))
                return VACT_EOVERLAP;
    *run = true;
    return VACT_OK;
}

/* ------------------------------------------------------------------------------------------- two inputs */

vact_status vact_gate_rows_f64(vact_op op, const vact_params_f64 *params, double *dst, size_t dst_stride,
                               const double *gate, size_t gate_stride, const double *up, size_t up_stride, size_t rows,
                               size_t cols)
{
    matrix all[] = {{dst, dst_stride, {0}}, {gate, gate_stride, {0}}, {up, up_stride, {0}}};
    bool run;
    if (!is_gate(op, params))
        return VACT_EINVAL;
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    const vact_status status = check_matrices(all, 1, 3, rows, cols, &run);
    if (!run)
        return status;
    vact_gate_f64_fn *kernel = vacti_table_current()->gate_f64[VACT_OP_SLOT(op)];
    for (size_t r = 0; r < rows; r++)
        kernel(dst + r * dst_stride, gate + r * gate_stride, up + r * up_stride, cols, params);
    return VACT_OK;
}

vact_status vact_gate_backward_rows_f64(vact_op op, const vact_params_f64 *params, double *dgate, size_t dgate_stride,
                                        double *dup, size_t dup_stride, const double *dy, size_t dy_stride,
                                        const double *gate, size_t gate_stride, const double *up, size_t up_stride,
                                        size_t rows, size_t cols)
{
    matrix all[] = {{dgate, dgate_stride, {0}},
                    {dup, dup_stride, {0}},
                    {dy, dy_stride, {0}},
                    {gate, gate_stride, {0}},
                    {up, up_stride, {0}}};
    bool run;
    if (!is_gate(op, params))
        return VACT_EINVAL;
    if (!VACTI_F64_GRADIENTS)
        return VACT_EUNSUPPORTED;
    const vact_status status = check_matrices(all, 2, 5, rows, cols, &run);
    if (!run)
        return status;
    vact_gate_backward_f64_fn *kernel = vacti_table_current()->gate_backward_f64[VACT_OP_SLOT(op)];
    for (size_t r = 0; r < rows; r++)
        kernel(dgate + r * dgate_stride, dup + r * dup_stride, dy + r * dy_stride, gate + r * gate_stride,
               up + r * up_stride, cols, params);
    return VACT_OK;
}

/* ---------------------------------------------------------------------------------------- one packed input */

enum { BLOCK = 128 };

/* Elements i to i + n of a packed row: where the gates are and where what they gate. Interleaved ones are copied. */
typedef struct {
    double gates[BLOCK], ups[BLOCK];
    const double *gate, *up;
} packed;

static bool is_interleaved(vact_gate_layout layout) { return layout >= VACT_GATE_INTERLEAVED; }
static bool is_gate_first(vact_gate_layout layout)
{
    return layout == VACT_GATE_FIRST || layout == VACT_GATE_INTERLEAVED;
}

static void unpack(packed *part, vact_gate_layout layout, const double *row, size_t cols, size_t i, size_t n)
{
    const size_t second = is_gate_first(layout) ? 0 : 1;
    if (!is_interleaved(layout)) {
        part->gate = row + second * cols + i;
        part->up = row + (1 - second) * cols + i;
        return;
    }
    for (size_t k = 0; k < n; k++) {
        part->gates[k] = row[2 * (i + k) + second];
        part->ups[k] = row[2 * (i + k) + 1 - second];
    }
    part->gate = part->gates;
    part->up = part->ups;
}

/* A packed matrix has twice the columns. */
static bool measure_packed(check_range *made, const double *first, size_t rows, size_t cols, size_t stride)
{
    return cols <= SIZE_MAX / 2 && check_matrix(made, first, rows, 2 * cols, stride, sizeof *first);
}

static size_t block_of(vact_gate_layout layout, size_t left)
{
    return is_interleaved(layout) && left > BLOCK ? BLOCK : left;
}

vact_status vact_gate_packed_f64(vact_op op, const vact_params_f64 *params, vact_gate_layout layout, double *dst,
                                 size_t dst_stride, const double *src, size_t src_stride, size_t rows, size_t cols)
{
    check_range to, from;
    if (!is_gate(op, params) || (unsigned)layout > VACT_GATE_INTERLEAVED_SECOND)
        return VACT_EINVAL;
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !measure_packed(&from, src, rows, cols, src_stride))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    vact_gate_f64_fn *kernel = vacti_table_current()->gate_f64[VACT_OP_SLOT(op)];
    packed part;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0, n; i < cols; i += n) {
            n = block_of(layout, cols - i);
            unpack(&part, layout, src + r * src_stride, cols, i, n);
            kernel(dst + r * dst_stride + i, part.gate, part.up, n, params);
        }
    return VACT_OK;
}

vact_status vact_gate_backward_packed_f64(vact_op op, const vact_params_f64 *params, vact_gate_layout layout,
                                          double *dsrc, size_t dsrc_stride, const double *dy, size_t dy_stride,
                                          const double *src, size_t src_stride, size_t rows, size_t cols)
{
    check_range to, slopes, from;
    if (!is_gate(op, params) || (unsigned)layout > VACT_GATE_INTERLEAVED_SECOND)
        return VACT_EINVAL;
    if (!VACTI_F64_GRADIENTS)
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
    vact_gate_backward_f64_fn *kernel = vacti_table_current()->gate_backward_f64[VACT_OP_SLOT(op)];
    const size_t second = is_gate_first(layout) ? 0 : 1;
    packed part;
    for (size_t r = 0; r < rows; r++) {
        double *const row = dsrc + r * dsrc_stride;
        for (size_t i = 0, n; i < cols; i += n) {
            n = block_of(layout, cols - i);
            unpack(&part, layout, src + r * src_stride, cols, i, n);
            const double *const slope = dy + r * dy_stride + i;
            if (!is_interleaved(layout)) {
                kernel(row + second * cols + i, row + (1 - second) * cols + i, slope, part.gate, part.up, n, params);
                continue;
            }
            kernel(part.gates, part.ups, slope, part.gate, part.up, n, params);
            for (size_t k = 0; k < n; k++) {
                row[2 * (i + k) + second] = part.gates[k];
                row[2 * (i + k) + 1 - second] = part.ups[k];
            }
        }
    }
    return VACT_OK;
}

/* --------------------------------------------------------------------------------------------- kernels */

vact_gate_f64_fn *vact_gate_kernel_f64(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = vacti_table_for_f64(op, VACT_KIND_GATE, isa, math);
    return table ? table->gate_f64[VACT_OP_SLOT(op)] : NULL;
}

vact_gate_backward_f64_fn *vact_gate_backward_kernel_f64(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = vacti_table_for_f64(op, VACT_KIND_GATE, isa, math);
    return table ? table->gate_backward_f64[VACT_OP_SLOT(op)] : NULL;
}

/* ------------------------------------------------------------------- named functions, from the registry */

/* How many parameters an operation has; those of its function, as it declares them and as it passes them on. */
/* clang-format off */
#define P0() 0
#define P1(...) 1
#define P2(...) 2
#define P2_BY_CODE(...) 0
#define P3(...) 3
#define DECLARED_0
#define DECLARED_1 , double a
#define DECLARED_2 , double a, double b
#define DECLARED_3 , double a, double b, double c
#define PASSED_0 NULL
#define PASSED_1 &(const vact_params_f64){{a}}
#define PASSED_2 &(const vact_params_f64){{a, b}}
#define PASSED_3 &(const vact_params_f64){{a, b, c}}
/* clang-format on */

#define NAMED_UNARY(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, count)
#define NAMED_ROWS(name, NAME, count)
#define NAMED_GATE(name, NAME, count)                                                                                  \
    vact_status vact_##name##_f64(double *dst, const double *gate, const double *up, size_t n DECLARED_##count)        \
    {                                                                                                                  \
        return vact_gate_rows_f64(VACT_OP_##NAME, PASSED_##count, dst, n, gate, n, up, n, 1, n);                       \
    }                                                                                                                  \
    vact_status vact_##name##_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,           \
                                           const double *up, size_t n DECLARED_##count)                                \
    {                                                                                                                  \
        return vact_gate_backward_rows_f64(VACT_OP_##NAME, PASSED_##count, dgate, n, dup, n, dy, n, gate, n, up, n, 1, \
                                           n);                                                                         \
    }
#define NAMED_OF(kind, name, NAME, count) NAMED_##kind(name, NAME, count)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_OF(kind, name, NAME, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
