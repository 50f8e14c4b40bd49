/* The gated units of vact apply. */
#include "gate.h"

#include <string.h>

#include "typed.h"

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

/* Paths. Where up is null, `gate` is packed in that layout. Where dy is null, out receives the result. Else it receives
 * the gradient: packed like `gate`, or that of the gate, while dup receives that of up. */
typedef struct {
    const char *gate, *up, *dy, *out, *dup;
    const vact_apply_request *asked;
} paths;

/* The open files of a gated unit: up is null where gate is packed, dy is null for the forward function. */
typedef struct {
    const float *gate, *up, *dy;
    vact_shape shape;     /* of the gated result */
    vact_shape given;     /* of the gate's file */
    vact_element element; /* of the results' files */
} operands;

static vact_status compute(const vact_apply_request *asked, const operands *of, float *dst, float *dup)
{
    const vact_op op = asked->op->op;
    const vact_gate_layout layout = asked->layout;
    const vact_params_f32 *params = &asked->params;
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

/* With the outputs open. Null, or an error message. */
static const char *fill(const paths *files, const operands *of, vact_apply_result *dst, vact_apply_result *dup)
{
    const vact_status status = compute(files->asked, of, dst->values, dup->values);
    if (status != VACT_OK)
        return vact_status_string(status);
    const char *problem = vact_apply_result_finish(dst);
    return problem != NULL ? problem : vact_apply_result_finish(dup);
}

/* With all inputs open. A null array means that memory ran out. */
static bool write_results(const paths *files, const operands *of)
{
    vact_output out = {0};
    vact_apply_result dst = {0}, dup = {0};
    if (of->gate == NULL || (files->up != NULL && of->up == NULL) || (files->dy != NULL && of->dy == NULL)) {
        vact_tool_fail(files->gate, "out of memory");
        return false;
    }
    bool ok = vact_apply_result_add(&dst, &out, files->out, of->dy == NULL ? &of->shape : &of->given, of->element) &&
              (files->dup == NULL || vact_apply_result_add(&dup, &out, files->dup, &of->given, of->element));
    const char *problem = ok ? fill(files, of, &dst, &dup) : NULL;
    if (problem != NULL) {
        vact_output_discard(&out);
        vact_tool_fail(files->out, "%s: %s", files->asked->op->name, problem);
        ok = false;
    }
    ok = ok && vact_output_commit(&out);
    vact_apply_result_free(&dst);
    vact_apply_result_free(&dup);
    return ok;
}

static bool with_dy(const paths *files, operands *of)
{
    vact_npy dy;
    if (!vact_apply_open_like(files->asked, &dy, files->dy, &of->shape, "the result"))
        return false;
    of->dy = vact_npy_values(&dy);
    bool ok = write_results(files, of);
    vact_npy_close(&dy);
    return ok;
}

static bool with_gate(const paths *files, vact_npy *gate, vact_element element)
{
    vact_npy up;
    operands of = {.gate = vact_npy_values(gate), .shape = gate->shape, .given = gate->shape, .element = element};
    if (files->up == NULL && !halve(files->gate, &of.shape))
        return false;
    if (files->up != NULL) {
        if (!vact_apply_open_like(files->asked, &up, files->up, &of.given, files->gate))
            return false;
        of.up = vact_npy_values(&up);
    }
    bool ok = files->dy == NULL ? write_results(files, &of) : with_dy(files, &of);
    if (files->up != NULL)
        vact_npy_close(&up);
    return ok;
}

bool vact_apply_gate(const vact_apply_request *asked)
{
    const bool packed = asked->packed_word != NULL;
    const paths files = {.gate = asked->paths[0],
                         .up = packed ? NULL : asked->paths[1],
                         .dy = asked->dy_path,
                         .out = asked->paths[packed ? 1 : 2],
                         .dup = asked->dup_path,
                         .asked = asked};
    vact_npy gate;
    if (!vact_apply_open(asked, &gate, files.gate, !packed))
        return false;
    const vact_element element = vact_apply_output_element(asked, gate.shape.element);
    const char *const problem = vact_apply_widen(&gate);
    if (problem != NULL)
        vact_tool_fail(files.gate, "%s", problem);
    bool ok = problem == NULL && with_gate(&files, &gate, element);
    vact_npy_close(&gate);
    return ok;
}
