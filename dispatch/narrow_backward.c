/* Gradients on bfloat16 and half: the checks, then block by block through the kernels of float. Those on float check
 * the parameters, with nothing to do. */
#include "checks.h"
#include "narrow.h"
#include "slots.h"

/* Floats of a block; there are up to three, 3 KiB. */
enum { BLOCK = 256, PAIRS = 128 };

/* ------------------------------------------------------------------------------------------------ unary */

static void run_backward(const vacti_table *table, vact_backward_f32_fn *kernel, const vact_params_f32 *params,
                         void *dx, const void *dy, const void *x, vact_type type, size_t n)
{
    float slopes[BLOCK], inputs[BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t part = n - i < BLOCK ? n - i : BLOCK;
        vacti_widened(table, slopes, dy, type, i, part);
        vacti_widened(table, inputs, x, type, i, part);
        kernel(slopes, slopes, inputs, part, params);
        vacti_narrowed(table, dx, type, slopes, i, part);
    }
}

/* Not of float. `accepted` is the status of the call on float with nothing to do. */
static vact_status backward(vact_op op, bool output, vact_status accepted, const vact_params_f32 *params, void *dx,
                            const void *dy, const void *x, vact_type type, size_t n)
{
    check_range to, slopes, inputs;
    const size_t element = vacti_type_size(type);
    if (element == 0)
        return VACT_EINVAL;
    if (accepted != VACT_OK)
        return accepted;
    if (!vacti_type_is_built(type))
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dx, n, element) || !check_array(&slopes, dy, n, element) ||
        !check_array(&inputs, x, n, element))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    run_backward(table, (output ? table->from_output : table->backward)[VACT_OP_SLOT(op)], params, dx, dy, x, type, n);
    return VACT_OK;
}

vact_status vact_backward(vact_op op, const vact_params_f32 *params, void *dx, const void *dy, const void *x,
                          vact_type type, size_t n)
{
    if (type == VACT_F32)
        return vact_backward_f32(op, params, (float *)dx, (const float *)dy, (const float *)x, n);
    return backward(op, false, vact_backward_f32(op, params, NULL, NULL, NULL, 0), params, dx, dy, x, type, n);
}

vact_status vact_backward_from_output(vact_op op, const vact_params_f32 *params, void *dx, const void *dy,
                                      const void *y, vact_type type, size_t n)
{
    if (type == VACT_F32)
        return vact_backward_from_output_f32(op, params, (float *)dx, (const float *)dy, (const float *)y, n);
    return backward(op, true, vact_backward_from_output_f32(op, params, NULL, NULL, NULL, 0), params, dx, dy, y, type,
                    n);
}

/* ------------------------------------------------------------------------------------------ gated units */

/* A part of every input is read before that part of a gradient is written, which may be in its place. */
static void run_gate_backward(const vacti_table *table, vact_op op, const vact_params_f32 *params, void *dgate,
                              void *dup, const void *dy, const void *gate, const void *up, vact_type type, size_t n)
{
    float slopes[BLOCK], gates[BLOCK], ups[BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t part = n - i < BLOCK ? n - i : BLOCK;
        vacti_widened(table, slopes, dy, type, i, part);
        vacti_widened(table, gates, gate, type, i, part);
        vacti_widened(table, ups, up, type, i, part);
        table->gate_backward[VACT_OP_SLOT(op)](gates, ups, slopes, gates, ups, part, params);
        vacti_narrowed(table, dgate, type, gates, i, part);
        vacti_narrowed(table, dup, type, ups, i, part);
    }
}

/* Of float, as one row. */
static vact_status gate_backward_f32(vact_op op, const vact_params_f32 *params, float *dgate, float *dup,
                                     const float *dy, const float *gate, const float *up, size_t n)
{
    return vact_gate_backward_rows_f32(op, params, dgate, n, dup, n, dy, n, gate, n, up, n, 1, n);
}

vact_status vact_gate_backward(vact_op op, const vact_params_f32 *params, void *dgate, void *dup, const void *dy,
                               const void *gate, const void *up, vact_type type, size_t n)
{
    check_range to[2], from[3];
    const void *const read[] = {dy, gate, up};
    const size_t element = vacti_type_size(type);
    if (type == VACT_F32)
        return gate_backward_f32(op, params, (float *)dgate, (float *)dup, (const float *)dy, (const float *)gate,
                                 (const float *)up, n);
    if (element == 0)
        return VACT_EINVAL;
    const vact_status accepted = gate_backward_f32(op, params, NULL, NULL, NULL, NULL, NULL, 0);
    if (accepted != VACT_OK)
        return accepted;
    if (!vacti_type_is_built(type))
        return VACT_EUNSUPPORTED;
    bool possible = check_array(&to[0], dgate, n, element) && check_array(&to[1], dup, n, element);
    for (size_t k = 0; k < 3; k++)
        possible = possible && check_array(&from[k], read[k], n, element);
    if (!possible)
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dgate == NULL || dup == NULL || dy == NULL || gate == NULL || up == NULL)
        return VACT_EINVAL;
    bool apart = !check_share(to[0], to[1]);
    for (size_t k = 0; k < 3; k++)
        apart = apart && check_in_place_or_apart(to[0], from[k]) && check_in_place_or_apart(to[1], from[k]);
    if (!apart)
        return VACT_EOVERLAP;
    run_gate_backward(vacti_table_current(), op, params, dgate, dup, dy, gate, up, type, n);
    return VACT_OK;
}

/* Elements at every second place, from `first` on, as floats: by blocks of them all. */
static void load_pairs(const vacti_table *table, float *gates, float *ups, const void *src, vact_type type, size_t i,
                       size_t n)
{
    float pairs[2 * PAIRS];
    vacti_widened(table, pairs, src, type, 2 * i, 2 * n);
    for (size_t k = 0; k < n; k++) {
        gates[k] = pairs[2 * k];
        ups[k] = pairs[2 * k + 1];
    }
}

static void store_pairs(const vacti_table *table, void *dst, vact_type type, const float *gates, const float *ups,
                        size_t i, size_t n)
{
    float pairs[2 * PAIRS];
    for (size_t k = 0; k < n; k++) {
        pairs[2 * k] = gates[k];
        pairs[2 * k + 1] = ups[k];
    }
    vacti_narrowed(table, dst, type, pairs, 2 * i, 2 * n);
}

/* `second`: of each pair the gate is the second. */
static void run_pairs_backward(const vacti_table *table, vact_op op, const vact_params_f32 *params, void *dsrc,
                               const void *dy, const void *src, vact_type type, size_t n, bool second)
{
    float slopes[PAIRS], a[PAIRS], b[PAIRS];
    float *const gates = second ? b : a, *const ups = second ? a : b;
    for (size_t i = 0; i < n; i += PAIRS) {
        const size_t part = smaller(PAIRS, n - i);
        vacti_widened(table, slopes, dy, type, i, part);
        load_pairs(table, a, b, src, type, i, part);
        table->gate_backward[VACT_OP_SLOT(op)](gates, ups, slopes, gates, ups, part, params);
        store_pairs(table, dsrc, type, a, b, i, part);
    }
}

static void run_packed_backward(const vacti_table *table, vact_op op, const vact_params_f32 *params,
                                vact_gate_layout layout, uint16_t *dsrc, const void *dy, const uint16_t *src,
                                vact_type type, size_t n)
{
    switch (layout) {
    case VACT_GATE_FIRST: run_gate_backward(table, op, params, dsrc, dsrc + n, dy, src, src + n, type, n); break;
    case VACT_GATE_SECOND: run_gate_backward(table, op, params, dsrc + n, dsrc, dy, src + n, src, type, n); break;
    case VACT_GATE_INTERLEAVED: run_pairs_backward(table, op, params, dsrc, dy, src, type, n, false); break;
    case VACT_GATE_INTERLEAVED_SECOND: run_pairs_backward(table, op, params, dsrc, dy, src, type, n, true); break;
    }
}

vact_status vact_gate_backward_packed(vact_op op, const vact_params_f32 *params, vact_gate_layout layout, void *dsrc,
                                      size_t dsrc_stride, const void *dy, size_t dy_stride, const void *src,
                                      size_t src_stride, vact_type type, size_t rows, size_t cols)
{
    check_range to, slopes, from;
    const size_t element = vacti_type_size(type);
    if (type == VACT_F32)
        return vact_gate_backward_packed_f32(op, params, layout, (float *)dsrc, dsrc_stride, (const float *)dy,
                                             dy_stride, (const float *)src, src_stride, rows, cols);
    if (element == 0)
        return VACT_EINVAL;
    const vact_status accepted = vact_gate_backward_packed_f32(op, params, layout, NULL, 0, NULL, 0, NULL, 0, 0, 0);
    if (accepted != VACT_OK)
        return accepted;
    if (!vacti_type_is_built(type))
        return VACT_EUNSUPPORTED;
    if (cols > SIZE_MAX / 2 || !check_matrix(&to, dsrc, rows, 2 * cols, dsrc_stride, element) ||
        !check_matrix(&slopes, dy, rows, cols, dy_stride, element) ||
        !check_matrix(&from, src, rows, 2 * cols, src_stride, element))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dsrc == NULL || dy == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, slopes) || !check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    for (size_t r = 0; r < rows; r++)
        run_packed_backward(table, op, params, layout, (uint16_t *)dsrc + r * dsrc_stride,
                            (const uint16_t *)dy + r * dy_stride, (const uint16_t *)src + r * src_stride, type, cols);
    return VACT_OK;
}
