/* vact apply: one operation over a .npy file. */
#include <stdlib.h>

#include "apply.h"
#include "gate.h"
#include "prelu.h"
#include "request.h"
#include "stream.h"
#include "tools/output.h"
#include "tools/tool.h"
#include "typed.h"

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

/* Walks the array in slices. `room`, of two slices of floats, is null where all elements are float32: where they must
 * be copied, they are worked on in the output. */
static vact_status walk(const vact_apply_request *asked, const vact_slopes *slope, const vact_npy *in, void *dst,
                        vact_element to, size_t step, float *room)
{
    const vact_shape *shape = &in->shape;
    for (size_t done = 0; done < shape->count; done += step) {
        size_t count = shape->count - done < step ? shape->count - done : step;
        void *part = (unsigned char *)dst + done * vact_npy_element_size(to);
        const void *src = vact_npy_part(in, done, count, room == NULL ? part : room + step);
        vact_status status = vact_apply_typed_slice(asked, slope, shape, part, to, src, shape->element, count, room);
        if (status != VACT_OK)
            return status;
    }
    return VACT_OK;
}

static const char *apply_all(const vact_apply_request *asked, const vact_slopes *slope, const vact_npy *in, void *dst,
                             vact_element to)
{
    size_t step = vact_apply_step(asked, slope, &in->shape), count = in->shape.count;
    bool narrow = in->shape.element != VACT_ELEMENT_F32 || to != VACT_ELEMENT_F32;
    step = step < count ? step : count;
    float *room = narrow ? malloc(2 * step * sizeof *room + 1) : NULL;
    if (narrow && room == NULL)
        return "out of memory";
    vact_status status = walk(asked, slope, in, dst, to, step, room);
    free(room);
    return status == VACT_OK ? NULL : vact_status_string(status);
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

static bool is_bytes(const vact_npy *in)
{
    return in->shape.element == VACT_ELEMENT_I8 || in->shape.element == VACT_ELEMENT_U8;
}

/* Whether it goes slice by slice, which are contiguous along the last axis; else the whole array is needed. */
static bool goes_by_slices(const vact_apply_request *asked, const vact_npy *in, int axis)
{
    return asked->dy_path == NULL && (asked->op->kind != VACT_KIND_ROWS || axis == in->shape.dimensions - 1);
}

/* Null, or an error message. dslope is null where not asked for. */
static const char *compute(const vact_apply_request *asked, const vact_slopes *slope, vact_npy *dy, vact_npy *in,
                           int axis, vact_apply_result *result, float *dslope)
{
    float *dst = result->values;
    if (is_bytes(in))
        return goes_by_slices(asked, in, axis) ? vact_apply_bytes(asked, in, result->elements)
                                               : "bytes go along their last axis only";
    if (goes_by_slices(asked, in, axis))
        return apply_all(asked, slope, in, result->elements, result->shape.element);
    const char *problem = vact_apply_widen(in);
    if (problem != NULL)
        return problem;
    if (asked->op->kind == VACT_KIND_ROWS)
        problem = vact_apply_axis(asked->op->op, asked->from_output, dst, dy, in, axis);
    else if (asked->op->kind == VACT_KIND_CHANNELS)
        problem = vact_apply_prelu_backward(slope, dst, dslope, dy, in);
    else
        problem = vact_apply_backward(asked->op->op, &asked->params, asked->from_output, dst, dy, in);
    return problem != NULL ? problem : vact_apply_result_finish(result);
}

/* OUT.npy, with room for floats where they are needed. */
static bool add_result(const vact_apply_request *asked, const vact_npy *in, int axis, vact_output *out,
                       vact_apply_result *result)
{
    const vact_element element = vact_apply_output_element(asked, in->shape.element);
    if (!is_bytes(in) && !goes_by_slices(asked, in, axis))
        return vact_apply_result_add(result, out, asked->paths[1], &in->shape, element);
    *result = (vact_apply_result){.shape = in->shape};
    result->shape.element = element;
    result->elements = vact_output_add_npy(out, asked->paths[1], &result->shape);
    return result->elements != NULL;
}

/* Computes with OUT.npy open, and keeps the files or discards them. */
static bool fill(const vact_apply_request *asked, const vact_slopes *slope, vact_npy *dy, vact_npy *in, int axis,
                 vact_output *out, vact_apply_result *result)
{
    float *dslope = NULL;
    if (asked->dslope_path != NULL) {
        dslope = vact_output_add_npy(out, asked->dslope_path, &slope->shape);
        if (dslope == NULL)
            return false;
    }
    const char *problem = compute(asked, slope, dy, in, axis, result, dslope);
    if (problem == NULL)
        return vact_output_commit(out);
    vact_output_discard(out);
    vact_tool_fail(asked->paths[0], "%s: %s", asked->op->name, problem);
    return false;
}

static bool write_result(const vact_apply_request *asked, const vact_slopes *slope, vact_npy *dy, vact_npy *in)
{
    int axis;
    vact_output out = {0};
    vact_apply_result result;
    if (!find_axis(asked, in, &axis) || !add_result(asked, in, axis, &out, &result))
        return false;
    bool ok = fill(asked, slope, dy, in, axis, &out, &result);
    vact_apply_result_free(&result);
    return ok;
}

/* Opens the other files; the input is open. */
static bool apply_to(const vact_apply_request *asked, vact_npy *in)
{
    vact_npy dy;
    vact_slopes slope;
    bool backward = asked->dy_path != NULL, ok = false;
    if (backward && !vact_apply_open_like(asked, &dy, asked->dy_path, &in->shape, asked->paths[0]))
        return false;
    if (vact_slopes_open(&slope, asked, &in->shape)) {
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
    if (!is_bytes(in) && bytes->given != NULL)
        vact_tool_fail(asked->paths[0], "its elements are %s; %s is for int8 and uint8", name, bytes->given);
    else if (is_bytes(in) && (bytes->in_scale == 0.0f || bytes->out_scale == 0.0f))
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

    if (asked.op->kind == VACT_KIND_GATE)
        return vact_apply_gate(&asked) ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
    if (vact_apply_is_stream(asked.paths[0]) || vact_apply_is_stream(asked.paths[1]))
        return vact_apply_stream(&asked) ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
    vact_npy in;
    bool any_order = asked.op->kind != VACT_KIND_ROWS;
    if (!vact_apply_open(&asked, &in, asked.paths[0], any_order))
        return VACT_TOOL_FAILURE;
    bool ok = check_element(&asked, &in) && apply_to(&asked, &in);
    vact_npy_close(&in);
    return ok ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
}
