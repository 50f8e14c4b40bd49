/* The gated units of vact apply. */
#include "gate.h"

#include <string.h>

#include "tools/npy.h"
#include "tools/output.h"

const char vact_gate_layout_words[] = "gate-first, gate-second, interleaved or interleaved-second";

bool vact_gate_layout_of(const char *word, vact_gate_layout *layout)
{
    static const char *const words[] = {"gate-first", "gate-second", "interleaved", "interleaved-second"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0) {
            *layout = (vact_gate_layout)i;
            return true;
        }
    return false;
}

/* The shape of the result of a packed array: its last axis halved. */
static bool halve(const char *path, vact_shape *shape)
{
    size_t *last = &shape->sizes[shape->dimensions > 0 ? shape->dimensions - 1 : 0];
    if (shape->dimensions == 0 || *last % 2 != 0) {
        vact_tool_fail(path, "its last axis does not hold pairs");
        return false;
    }
    *last /= 2;
    shape->count /= 2;
    return true;
}

/* The open files of a gated unit: up is null where gate is packed, dy is null for the forward function. */
typedef struct {
    const float *gate, *up, *dy;
    vact_shape shape; /* of the gated result */
} operands;

static vact_status compute(vact_op op, const vact_gate_files *files, const operands *of, float *dst, float *dup)
{
    const vact_gate_layout layout = files->layout;
    const vact_params_f32 *params = &files->params;
    const vact_shape *shape = &of->shape;
    size_t n = shape->count, cols = shape->dimensions == 0 ? 1 : shape->sizes[shape->dimensions - 1];
    if (n == 0)
        return VACT_OK;
    if (of->up != NULL)
        return of->dy == NULL
                   ? vact_gate_rows_f32(op, params, dst, n, of->gate, n, of->up, n, 1, n)
                   : vact_gate_backward_rows_f32(op, params, dst, n, dup, n, of->dy, n, of->gate, n, of->up, n, 1, n);
    return of->dy == NULL ? vact_gate_packed_f32(op, params, layout, dst, cols, of->gate, 2 * cols, n / cols, cols)
                          : vact_gate_backward_packed_f32(op, params, layout, dst, 2 * cols, of->dy, cols, of->gate,
                                                          2 * cols, n / cols, cols);
}

/* With all inputs open. `given` is the shape of the gate's file. A null array means that memory ran out. */
static bool write_results(const vacti_op_info *op, const vact_gate_files *files, const operands *of,
                          const vact_shape *given)
{
    vact_output out = {0};
    float *dup = NULL;
    if (of->gate == NULL || (files->up != NULL && of->up == NULL) || (files->dy != NULL && of->dy == NULL)) {
        vact_tool_fail(files->gate, "out of memory");
        return false;
    }
    float *dst = vact_output_add_npy(&out, files->out, of->dy == NULL ? &of->shape : given);
    if (dst == NULL)
        return false;
    if (files->dup != NULL) {
        dup = vact_output_add_npy(&out, files->dup, given);
        if (dup == NULL)
            return false;
    }
    vact_status status = compute(op->op, files, of, dst, dup);
    if (status != VACT_OK) {
        vact_output_discard(&out);
        vact_tool_fail(files->out, "%s: %s", op->name, vact_status_string(status));
        return false;
    }
    return vact_output_commit(&out);
}

static bool with_dy(const vacti_op_info *op, const vact_gate_files *files, operands *of, const vact_shape *given)
{
    vact_npy dy;
    if (!vact_npy_open_like(&dy, files->dy, &of->shape, "the result"))
        return false;
    of->dy = vact_npy_values(&dy);
    bool ok = write_results(op, files, of, given);
    vact_npy_close(&dy);
    return ok;
}

static bool with_gate(const vacti_op_info *op, const vact_gate_files *files, vact_npy *gate)
{
    vact_npy up;
    const vact_shape *given = &gate->shape;
    operands of = {.gate = vact_npy_values(gate), .shape = *given};
    if (files->up == NULL && !halve(files->gate, &of.shape))
        return false;
    if (files->up != NULL) {
        if (!vact_npy_open_like(&up, files->up, given, files->gate))
            return false;
        of.up = vact_npy_values(&up);
    }
    bool ok = files->dy == NULL ? write_results(op, files, &of, given) : with_dy(op, files, &of, given);
    if (files->up != NULL)
        vact_npy_close(&up);
    return ok;
}

bool vact_apply_gate(const vacti_op_info *op, const vact_gate_files *files)
{
    vact_npy gate;
    if (!(files->up != NULL ? vact_npy_open_any : vact_npy_open)(&gate, files->gate))
        return false;
    bool ok = with_gate(op, files, &gate);
    vact_npy_close(&gate);
    return ok;
}
