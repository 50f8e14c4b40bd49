/*
 * All that an epilogue may have around its activation, for any operation:
 *
 *     y = act(x*(scale*row_scale*column_scale) + (bias + row_bias))*multiplier + residual, then clipped
 *
 * The operation's own kernel does scale, bias, activation and residual. What it lacks is a pass before it, a pass after
 * it, or both, over a block that stays in the first-level cache. So one piece of code for each build serves every
 * operation. A loop of each operation with all terms inlined would take 0.8 (relu) to 0.95 (gelu) of the time in cache,
 * as the one with a residual does, and 0.2 MB more.
 *
 * In both passes a term that is absent is a number without effect: a bias or a residual -0 (x + -0 is x, zeros
 * included), a factor 1. Included once, in the set `plain`.
 */
#ifndef VACT_LOOP_EPILOGUE_BLOCKS_H
#define VACT_LOOP_EPILOGUE_BLOCKS_H

#include "loop/epilogue.h"

enum { EPILOGUE_BLOCK = 768 }; /* with it and a kernel on SLEEF a call stays within 8 KiB of stack */

/* The largest odd float: 2^24 may stand for 2^24 + 1 as well. */
#define EPILOGUE_EXACT 0x1.fffffep+23f

/* The operands of one row. */
typedef struct {
    const elem *x, *multiplier, *residual;
    const int32_t *accumulators;
    const float *bias, *column_scale;
    elem *dst;
    float scale, row_bias, lo, hi;
    int clips, streams;
} epilogue_row;

/* Integers are read as the bits of floats: the loads convert nothing. */
VACT_INLINE vi epilogue_integers(const int32_t *p, size_t n)
{
    const float *bits = (const float *)(const void *)p;
    return vf_bits(n == VF_LANES ? vf_load(bits) : vf_load_partial(bits, n));
}

/* x*factor + bias for an integer x. Below 2^24 it is a float, and there is one rounding. A larger one is the sum of two
 * floats, its low eight bits and the rest; the low part comes last, so that it counts where the rest and the bias
 * cancel: at most 0.5 ULP from each rounding and 2^-48 of |x*factor|. */
VACT_INLINE vf epilogue_of_integers(vi x, vf factor, vf bias)
{
    const vm large = vm_lt(vf_set1(EPILOGUE_EXACT), vf_abs(vf_of_int(x)));
    const vi low = vf_bits(vf_where(large, vf_of_bits(vi_shift_right(vi_shift_left(x, 24), 24))));
    const vf rest = vf_fma(vf_of_int(vi_sub(x, low)), factor, bias);
    return vf_select(large, vf_fma(vf_of_int(low), factor, rest), rest); /* elsewhere its -0 stays */
}

/* Four vectors without a large one are plain conversions: the same bits in two thirds of the time. */
VACT_INLINE void epilogue_of_all_integers(vf *argument, const int32_t *p, const vf *factor, const vf *bias,
                                          size_t count, size_t n)
{
    vi x[4];
    vf number[4];
    for (size_t k = 0; k < count; k++) {
        x[k] = epilogue_integers(p + k * VF_LANES, n);
        number[k] = vf_of_int(x[k]);
    }
    if (count == 4 && !vm_any_of_four_beyond(number[0], number[1], number[2], number[3], EPILOGUE_EXACT))
        for (size_t k = 0; k < count; k++)
            argument[k] = vf_fma(number[k], factor[k], bias[k]);
    else
        for (size_t k = 0; k < count; k++)
            argument[k] = epilogue_of_integers(x[k], factor[k], bias[k]);
}

/* Each pass takes four whole vectors, one, or n < VF_LANES lanes of one: `count` vectors with n lanes each. */
VACT_INLINE void epilogue_arguments_of(float *block, const epilogue_row *row, size_t at, size_t count, size_t n)
{
    vf factor[4], bias[4], argument[4];
    for (size_t k = 0; k < count; k++) {
        factor[k] = vf_set1(row->scale);
        bias[k] = vf_set1(row->row_bias);
    }
    if (row->column_scale)
        for (size_t k = 0; k < count; k++)
            factor[k] = vf_mul(factor[k], loop_load_lanes(row->column_scale + at + k * VF_LANES, n));
    if (row->bias)
        for (size_t k = 0; k < count; k++)
            bias[k] = vf_add(bias[k], loop_load_lanes(row->bias + at + k * VF_LANES, n));
    if (row->accumulators)
        epilogue_of_all_integers(argument, row->accumulators + at, factor, bias, count, n);
    else
        for (size_t k = 0; k < count; k++)
            argument[k] = vf_fma(loop_load(row->x + at + k * VF_LANES, n), factor[k], bias[k]);
    for (size_t k = 0; k < count; k++)
        if (__builtin_expect(n == VF_LANES, 1))
            vf_store(block + k * VF_LANES, argument[k]);
        else
            vf_store_partial(block + k * VF_LANES, argument[k], n);
}

/* The activation's arguments for columns c to c + n of a row. */
VACT_INLINE void epilogue_arguments(float *block, const epilogue_row *row, size_t c, size_t n)
{
    size_t i = 0;
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        epilogue_arguments_of(block + i, row, c + i, 4, VF_LANES);
    for (; n - i >= VF_LANES; i += VF_LANES)
        epilogue_arguments_of(block + i, row, c + i, 1, VF_LANES);
    if (i < n)
        epilogue_arguments_of(block + i, row, c + i, 1, n - i);
}

/* Beyond the caches the next block is asked for meanwhile: a block is too short for the hardware to follow. */
VACT_INLINE void epilogue_prefetch(const epilogue_row *row, size_t at)
{
    const void *const from[] = {row->x, row->accumulators, row->multiplier, row->residual};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; from[k] && i < 4 * VF_LANES; i += LOOP_LINE)
            __builtin_prefetch((const elem *)from[k] + at + i + EPILOGUE_BLOCK);
}

VACT_INLINE void epilogue_finish_of(const epilogue_row *row, const float *block, size_t at, size_t count, size_t n)
{
    vf y[4], residual[4];
    if (row->streams && count == 4)
        epilogue_prefetch(row, at);
    for (size_t k = 0; k < count; k++) {
        y[k] = loop_load_lanes(block + k * VF_LANES, n);
        residual[k] = row->residual ? loop_load(row->residual + at + k * VF_LANES, n) : vf_set1(-0.0f);
    }
    if (row->multiplier)
        for (size_t k = 0; k < count; k++)
            y[k] = vf_fma(y[k], loop_load(row->multiplier + at + k * VF_LANES, n), residual[k]);
    else
        for (size_t k = 0; k < count; k++)
            y[k] = vf_add(y[k], residual[k]);
    if (row->clips) /* NaN passes; hi wins */
        for (size_t k = 0; k < count; k++)
            y[k] = vf_min(vf_set1(row->hi), vf_max(vf_set1(row->lo), y[k]));
    for (size_t k = 0; k < count; k++)
        if (row->streams && n == VF_LANES)
            elem_stream(row->dst + at + k * VF_LANES, y[k]);
        else
            loop_store(row->dst + at + k * VF_LANES, y[k], n);
}

/* From the activation's results to what is stored. */
VACT_INLINE void epilogue_finish(const epilogue_row *row, const float *block, size_t c, size_t n)
{
    size_t i = 0;
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        epilogue_finish_of(row, block + i, c + i, 4, VF_LANES);
    for (; n - i >= VF_LANES; i += VF_LANES)
        epilogue_finish_of(row, block + i, c + i, 1, VF_LANES);
    if (i < n)
        epilogue_finish_of(row, block + i, c + i, 1, n - i);
}

/* Beyond the caches stores that bypass them: half the time of relu with a multiplier. */
VACT_INLINE int epilogue_streams(const epilogue_call *call, const epilogue_options *options)
{
    if (!VF_STREAMS)
        return 0;
    const void *dst = call->dst;
    const int in_place =
        dst == call->x || dst == options->accumulators || dst == options->multiplier || dst == options->residual;
    return ((uintptr_t)dst | (call->dst_stride * sizeof(elem))) % (VF_LANES * sizeof(elem)) == 0 &&
           loop_walk_here(in_place, call->rows * call->cols) == WALK_STREAM;
}

VACT_INLINE epilogue_row epilogue_row_of(const epilogue_call *call, const epilogue_options *options, size_t r)
{
    return (epilogue_row){
        .x = call->x ? call->x + r * call->x_stride : NULL,
        .accumulators = options->accumulators ? options->accumulators + r * call->x_stride : NULL,
        .multiplier = options->multiplier ? options->multiplier + r * options->multiplier_stride : NULL,
        .residual = options->residual ? options->residual + r * options->residual_stride : NULL,
        .bias = options->bias,
        .column_scale = options->column_scale,
        .dst = call->dst + r * call->dst_stride,
        .scale = options->row_scale ? options->scale * options->row_scale[r] : options->scale,
        .row_bias = options->row_bias ? options->row_bias[r] : -0.0f,
        .lo = options->clip ? options->clip[0] : 0.0f,
        .hi = options->clip ? options->clip[1] : 0.0f,
        .clips = options->clip != NULL,
        .streams = epilogue_streams(call, options),
    };
}

/* Rows of columns c to c + n; those before r are done. */
VACT_INLINE void epilogue_block(float *block, const epilogue_call *call, const epilogue_options *options, size_t r,
                                size_t rows, size_t c, size_t n, const vact_params_f32 *params,
                                KERNEL_TYPE(epilogue) * kernel)
{
    const int before = options->accumulators || options->column_scale || options->row_scale || options->row_bias;
    const int after = options->multiplier || options->clip || epilogue_streams(call, options);
    const epilogue_row first = epilogue_row_of(call, options, r);
    epilogue_options plain = {.size = EPILOGUE_FIRST, .scale = 1.0f};
    if (!before) {
        plain.scale = options->scale;
        plain.bias = options->bias ? options->bias + c : NULL;
    }
    if (!after && options->residual) {
        plain.residual = first.residual + c;
        plain.residual_stride = options->residual_stride;
    }
    for (size_t k = 0; before && k < rows; k++) {
        const epilogue_row row = epilogue_row_of(call, options, r + k);
        epilogue_arguments(block + k * n, &row, c, n);
    }
    kernel(after ? block : first.dst + c, after ? n : call->dst_stride, before ? block : first.x + c,
           before ? n : call->x_stride, rows, n, &plain, params);
    for (size_t k = 0; after && k < rows; k++) {
        const epilogue_row row = epilogue_row_of(call, options, r + k);
        epilogue_finish(&row, block + k * n, c, n);
    }
}

/* Short rows are taken together. */
VACT_NOINLINE void EPILOGUE_BLOCKS(const epilogue_call *call, const epilogue_options *given,
                                   const vact_params_f32 *params, KERNEL_TYPE(epilogue) * kernel)
{
    _Alignas(64) float block[EPILOGUE_BLOCK];
    epilogue_options options = {.size = 0};
    memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    const size_t cols = call->cols, width = cols < EPILOGUE_BLOCK ? cols : EPILOGUE_BLOCK;
    const size_t most = width == 0 ? 1 : EPILOGUE_BLOCK / width;
    for (size_t r = 0; r < call->rows; r += most)
        for (size_t c = 0; c < cols; c += width)
            epilogue_block(block, call, &options, r, call->rows - r < most ? call->rows - r : most, c,
                           cols - c < width ? cols - c : width, params, kernel);
    if (epilogue_streams(call, &options))
        vf_stream_end();
}

#endif
