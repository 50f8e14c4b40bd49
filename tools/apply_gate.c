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

static bool same_shape(const vact_shape *a, const vact_shape *b)
{
    return a->dimensions == b->dimensions &&
           memcmp(a->sizes, b->sizes, (size_t)a->dimensions * sizeof a->sizes[0]) == 0;
}

/* With all inputs open; up null for a packed gate. */
static bool write_result(const vact_op_info *op, const input *gate, const input *up, const vact_shape *shape,
                         const char *out, vact_gate_layout layout)
{
    vact_output output;
    vact_reason reason;
    float *dst = NULL;
    vact_status status = VACT_OK;
    if (!vact_output_open_npy(&output, out, shape, &dst, &reason)) {
        vact_tool_fail(out, "%s", reason.text);
        return false;
    }
    size_t n = shape->count;
    if (n > 0 && up != NULL)
        status = vact_gate_rows_f32(op->op, dst, n, gate->values, n, up->values, n, 1, n);
    else if (n > 0) {
        size_t cols = shape->sizes[shape->dimensions - 1];
        status = vact_gate_packed_f32(op->op, layout, dst, cols, gate->values, 2 * cols, n / cols, cols);
    }
    if (status != VACT_OK) {
        vact_output_discard(&output);
        vact_tool_fail(out, "%s: %s", op->name, vact_status_string(status));
        return false;
    }
    if (!vact_output_commit(&output, &reason)) {
        vact_tool_fail(out, "%s", reason.text);
        return false;
    }
    return true;
}

bool vact_apply_gate(const vact_op_info *op, const char *gate_path, const char *up_path, const char *out,
                     vact_gate_layout layout)
{
    input gate, up;
    if (!open_input(&gate, gate_path))
        return false;
    vact_shape shape = gate.file.shape;
    bool ok;
    if (up_path == NULL) {
        ok = halve(gate_path, &shape) && write_result(op, &gate, NULL, &shape, out, layout);
    } else if ((ok = open_input(&up, up_path))) {
        ok = same_shape(&shape, &up.file.shape);
        if (ok)
            ok = write_result(op, &gate, &up, &shape, out, layout);
        else
            vact_tool_fail(up_path, "has another shape than %s", gate_path);
        close_input(&up);
    }
    close_input(&gate);
    return ok;
}
