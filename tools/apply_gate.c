/* The gated units of vact apply. */
#include "apply_gate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "npy.h"
#include "output.h"

const char vact_gate_layout_words[] = "gate-first, gate-second or interleaved";

bool vact_gate_layout_of(const char *word, vact_gate_layout *layout)
{
    static const char *const words[] = {"gate-first", "gate-second", "interleaved"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0) {
            *layout = (vact_gate_layout)i;
            return true;
        }
    return false;
}

/* An open file as floats; a copy where they lie at an address no float may have. */
typedef struct {
    vact_npy file;
    const float *values;
    float *copy;
} input;

static bool open_input(input *in, const char *path)
{
    vact_reason reason;
    in->copy = NULL;
    if (!vact_npy_open(&in->file, path, &reason)) {
        vact_tool_fail(path, "%s", reason.text);
        return false;
    }
    in->values = (const float *)(const void *)in->file.bytes;
    if ((uintptr_t)in->file.bytes % _Alignof(float) == 0)
        return true;
    in->copy = malloc(in->file.shape.count * sizeof(float) + 1);
    if (in->copy == NULL) {
        vact_npy_close(&in->file);
        vact_tool_fail(path, "out of memory");
        return false;
    }
    memcpy(in->copy, in->file.bytes, in->file.shape.count * sizeof(float));
    in->values = in->copy;
    return true;
}

static void close_input(input *in)
{
    free(in->copy);
    vact_npy_close(&in->file);
}

/* The shape of what a packed array gates: its last axis halved. */
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

/* An input of this shape. */
static bool open_like(input *in, const char *path, const vact_shape *shape, const char *its)
{
    if (!open_input(in, path))
        return false;
    const vact_shape *found = &in->file.shape;
    if (found->dimensions == shape->dimensions &&
        memcmp(found->sizes, shape->sizes, (size_t)shape->dimensions * sizeof shape->sizes[0]) == 0)
        return true;
    char text[96], wanted[96];
    vact_npy_shape_text(text, sizeof text, found);
    vact_npy_shape_text(wanted, sizeof wanted, shape);
    vact_tool_fail(path, "has the shape %s, but %s has %s", text, its, wanted);
    close_input(in);
    return false;
}

/* What is open of a gated unit: up null where gate is packed, dy null forward. */
typedef struct {
    const float *gate, *up, *dy;
    vact_shape shape; /* of the gated result */
} operands;

static vact_status compute(vact_op op, vact_gate_layout layout, const operands *of, float *dst, float *dup)
{
    const vact_shape *shape = &of->shape;
    size_t n = shape->count, cols = shape->dimensions == 0 ? 1 : shape->sizes[shape->dimensions - 1];
    if (n == 0)
        return VACT_OK;
    if (of->up != NULL)
        return of->dy == NULL
                   ? vact_gate_rows_f32(op, dst, n, of->gate, n, of->up, n, 1, n)
                   : vact_gate_rows_backward_f32(op, dst, n, dup, n, of->dy, n, of->gate, n, of->up, n, 1, n);
    return of->dy == NULL ? vact_gate_packed_f32(op, layout, dst, cols, of->gate, 2 * cols, n / cols, cols)
                          : vact_gate_packed_backward_f32(op, layout, dst, 2 * cols, of->dy, cols, of->gate, 2 * cols,
                                                          n / cols, cols);
}

/* With all inputs open. `given` is the shape of the gate's file. */
static bool write_results(const vact_op_info *op, const vact_gate_files *files, const operands *of,
                          const vact_shape *given)
{
    vact_output out = {0};
    float *dup = NULL;
    float *dst = vact_output_add_npy(&out, files->out, of->dy == NULL ? &of->shape : given);
    if (dst == NULL)
        return false;
    if (files->dup != NULL) {
        dup = vact_output_add_npy(&out, files->dup, given);
        if (dup == NULL)
            return false;
    }
    vact_status status = compute(op->op, files->layout, of, dst, dup);
    if (status != VACT_OK) {
        vact_output_discard(&out);
        vact_tool_fail(files->out, "%s: %s", op->name, vact_status_string(status));
        return false;
    }
    return vact_output_commit(&out);
}

static bool with_dy(const vact_op_info *op, const vact_gate_files *files, operands *of, const vact_shape *given)
{
    input dy;
    if (!open_like(&dy, files->dy, &of->shape, "the result"))
        return false;
    of->dy = dy.values;
    bool ok = write_results(op, files, of, given);
    close_input(&dy);
    return ok;
}

static bool with_gate(const vact_op_info *op, const vact_gate_files *files, const input *gate)
{
    input up;
    const vact_shape *given = &gate->file.shape;
    operands of = {.gate = gate->values, .shape = *given};
    if (files->up == NULL && !halve(files->gate, &of.shape))
        return false;
    if (files->up != NULL) {
        if (!open_like(&up, files->up, given, files->gate))
            return false;
        of.up = up.values;
    }
    bool ok = files->dy == NULL ? write_results(op, files, &of, given) : with_dy(op, files, &of, given);
    if (files->up != NULL)
        close_input(&up);
    return ok;
}

bool vact_apply_gate(const vact_op_info *op, const vact_gate_files *files)
{
    input gate;
    if (!open_input(&gate, files->gate))
        return false;
    bool ok = with_gate(op, files, &gate);
    close_input(&gate);
    return ok;
}
