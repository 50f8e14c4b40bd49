/* vact apply: one operation over a .npy file. */
#include <stdio.h>

#include "apply.h"
#include "gate.h"
#include "prelu.h"
#include "request.h"
#include "stream.h"
#include "tools/npy.h"
#include "tools/output.h"
#include "tools/tool.h"

enum { CHUNK = 1 << 16 /* elements: 256 KiB, within every L2 cache */ };

static size_t columns_of(const vact_shape *shape)
{
    return shape->dimensions == 0 ? 1 : shape->sizes[shape->dimensions - 1];
}

size_t vact_apply_step(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape)
{
    size_t unit = 1;
    if (asked->op->kind == VACT_KIND_ROWS)
        unit = columns_of(shape);
    else if (asked->op->kind == VACT_KIND_CHANNELS)
        unit = slope->channels * slope->inner;
    if (unit >= CHUNK)
        return unit;
    return unit == 0 ? CHUNK : CHUNK / unit * unit;
}

vact_status vact_apply_slice(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape,
                             float *dst, const float *src, size_t count)
{
    size_t cols = columns_of(shape);
    switch (asked->op->op) {
    case VACT_OP_SOFTMAX: return vact_softmax_f32(dst, src, count / cols, cols);
    case VACT_OP_LOG_SOFTMAX: return vact_log_softmax_f32(dst, src, count / cols, cols);
    case VACT_OP_PRELU:
        return vact_prelu_f32(dst, src, slope->values, count / slope->channels / slope->inner, slope->channels,
                              slope->inner);
    default: return vact_forward_f32(asked->op->op, &asked->params, dst, src, count);
    }
}

/* Walks the array in slices. Where elements must be copied, they are worked on in the output. */
static vact_status apply_all(const vact_apply_request *asked, const vact_slopes *slope, const vact_npy *in, float *dst)
{
    const vact_shape *shape = &in->shape;
    size_t step = vact_apply_step(asked, slope, shape);
    for (size_t done = 0; done < shape->count; done += step) {
        size_t count = shape->count - done < step ? shape->count - done : step;
        const float *src = vact_npy_part(in, done, count, dst + done);
        vact_status status = vact_apply_slice(asked, slope, shape, dst + done, src, count);
        if (status != VACT_OK)
            return status;
    }
    return VACT_OK;
}

/* The axis as an index; the last by default. False, with a message, where the array does not have it. */
static bool find_axis(const vact_apply_request *asked, const vact_npy *in, int *axis)
{
    int dimensions = in->shape.dimensions;
    *axis = asked->axis < 0 ? asked->axis + dimensions : asked->axis;
    if (asked->axis_word != NULL && (*axis < 0 || *axis >= dimensions)) {
        vact_tool_fail(asked->paths[0], "has %d axes, so there is no axis %d", dimensions, asked->axis);
        return false;
    }
    if (asked->axis_word == NULL)
        *axis = dimensions - 1;
    return true;
}

/* Null, or an error message. Slices along the last axis are contiguous. dslope is null where not asked for. */
static const char *compute(const vact_apply_request *asked, const vact_slopes *slope, vact_npy *dy, vact_npy *in,
                           int axis, float *dst, float *dslope)
{
    bool rows = asked->op->kind == VACT_KIND_ROWS;
    if (in->shape.element != VACT_ELEMENT_F32)
        return axis == in->shape.dimensions - 1 || !rows ? vact_apply_bytes(asked, in, dst)
                                                         : "bytes go along their last axis only";
    if (rows && (dy != NULL || axis != in->shape.dimensions - 1))
        return vact_apply_axis(asked->op->op, asked->from_output, dst, dy, in, axis);
    if (dy != NULL && asked->op->kind == VACT_KIND_CHANNELS)
        return vact_apply_prelu_backward(slope, dst, dslope, dy, in);
    if (dy != NULL)
        return vact_apply_backward(asked->op->op, &asked->params, asked->from_output, dst, dy, in);
    vact_status status = apply_all(asked, slope, in, dst);
    return status == VACT_OK ? NULL : vact_status_string(status);
}

static bool write_result(const vact_apply_request *asked, const vact_slopes *slope, vact_npy *dy, vact_npy *in)
{
    int axis;
    if (!find_axis(asked, in, &axis))
        return false;
    vact_output out = {0};
    float *dslope = NULL;
    float *dst = vact_output_add_npy(&out, asked->paths[1], &in->shape);
    if (dst == NULL)
        return false;
    if (asked->dslope_path != NULL) {
        dslope = vact_output_add_npy(&out, asked->dslope_path, &slope->shape);
        if (dslope == NULL)
            return false;
    }
    const char *problem = compute(asked, slope, dy, in, axis, dst, dslope);
    if (problem != NULL) {
        vact_output_discard(&out);
        vact_tool_fail(asked->paths[0], "%s: %s", asked->op->name, problem);
        return false;
    }
    return vact_output_commit(&out);
}

/* Opens the other files; the input is open. */
static bool apply_to(const vact_apply_request *asked, vact_npy *in)
{
    vact_npy dy;
    vact_slopes slope;
    bool backward = asked->dy_path != NULL, ok = false;
    if (backward && !vact_npy_open_like(&dy, asked->dy_path, &in->shape, asked->paths[0]))
        return false;
    if (vact_slopes_open(&slope, asked->slope_path, &in->shape)) {
        ok = write_result(asked, &slope, backward ? &dy : NULL, in);
        vact_slopes_close(&slope);
    }
    if (backward)
        vact_npy_close(&dy);
    return ok;
}

/* Whether what was asked for goes with the type of the elements. */
static bool check_element(const vact_apply_request *asked, const vact_npy *in)
{
    const vact_apply_quantisation *bytes = &asked->bytes;
    const char *name = vact_npy_element_name(in->shape.element);
    if (in->shape.element == VACT_ELEMENT_F32 && bytes->given != NULL)
        vact_tool_fail(asked->paths[0], "its elements are %s; %s is for int8 and uint8", name, bytes->given);
    else if (in->shape.element != VACT_ELEMENT_F32 && (bytes->in_scale == 0.0f || bytes->out_scale == 0.0f))
        vact_tool_fail(asked->paths[0], "its elements are %s, which need --in-scale and --out-scale", name);
    else
        return true;
    return false;
}

int vact_tool_apply(int argc, char **argv)
{
    vact_apply_request asked;
    vact_apply_parse(&asked, argc, argv);
    if (!vact_tool_select(&asked.kernels))
        return VACT_TOOL_FAILURE;

    if (asked.op->kind == VACT_KIND_GATE) {
        bool packed = asked.packed_word != NULL;
        const vact_gate_files files = {.gate = asked.paths[0],
                                       .up = packed ? NULL : asked.paths[1],
                                       .dy = asked.dy_path,
                                       .out = asked.paths[packed ? 1 : 2],
                                       .dup = asked.dup_path,
                                       .layout = asked.layout,
                                       .params = asked.params};
        bool done = vact_apply_gate(asked.op, &files);
        return done ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
    }
    if (vact_apply_is_stream(asked.paths[0]) || vact_apply_is_stream(asked.paths[1]))
        return vact_apply_stream(&asked) ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
    vact_npy in;
    bool any_order = asked.op->kind != VACT_KIND_ROWS;
    if (vact_apply_takes_bytes(&asked) ? !vact_npy_open_any_type(&in, asked.paths[0], any_order)
                                       : !(any_order ? vact_npy_open_any : vact_npy_open)(&in, asked.paths[0]))
        return VACT_TOOL_FAILURE;
    bool ok = check_element(&asked, &in) && apply_to(&asked, &in);
    vact_npy_close(&in);
    return ok ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
}
