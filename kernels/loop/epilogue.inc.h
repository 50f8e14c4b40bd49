/*
 * An activation as the end of a matrix product, act(x*scale + bias) + residual: makes
 * vacti_<OP>_epilogue_<type>_<build>_<set>. Included after loop/unary.inc.h, for the same OP.
 */
#define LOOP epilogue

VACT_INLINE loop_four WALK(arguments)(const loop_operands *from, size_t i)
{
    const vf scale = vf_set1(from->scale);
    loop_four four;
    for (size_t k = 0; k < 4; k++)
        four.x[k] = elem_load(from->x + i + loop_place(k, from->x_apart));
    if (from->bias)
        for (size_t k = 0; k < 4; k++)
            four.x[k] = vf_fma(four.x[k], scale, vf_load(from->bias + i + loop_place(k, from->bias_apart)));
    else
        for (size_t k = 0; k < 4; k++)
            four.x[k] = vf_mul(four.x[k], scale);
    return four;
}

VACT_INLINE loop_four WALK(finished)(loop_four four, const loop_operands *from, size_t i)
{
    if (from->residual)
        for (size_t k = 0; k < 4; k++)
            four.x[k] = vf_add(four.x[k], elem_load(from->residual + i + loop_place(k, from->residual_apart)));
    return four;
}

VACT_INLINE void WALK(prefetch)(const loop_operands *from, size_t ahead)
{
    loop_prefetch(from->x + ahead, from->x_apart);
    if (from->residual)
        loop_prefetch(from->residual + ahead, from->residual_apart);
}

#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS WALK(arguments)(from, i)
#define LOOP_COMMON(x, k) ACT(common_called)(x, &from->params)
#define LOOP_SPECIAL(four) ACT(special_four)(four, &from->params)
#define LOOP_FINISH(four) WALK(finished)(four, from, i)
#define LOOP_PREFETCH(ahead) WALK(prefetch)(from, ahead)
#include "loop/fours.inc.h"

/* A few elements of a row, one vector at a time. */
VACT_INLINE void WALK(few)(elem *dst, const elem *x, const float *bias, const elem *residual, size_t n, float scale,
                           const vact_params_f32 *params)
{
    const vf factor = vf_set1(scale);
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = loop_vector_of(n - i);
        const vf scaled = loop_load(x + i, part);
        const vf y =
            ACT(one)(bias ? vf_fma(scaled, factor, loop_load_lanes(bias + i, part)) : vf_mul(scaled, factor), params);
        loop_store(dst + i, residual ? vf_add(y, loop_load(residual + i, part)) : y, part);
    }
}

/* A bias and no residual, which most callers ask for, have a loop of their own: without a test of each 0.89 of the time
 * (gelu, AVX-512). */
VACT_INLINE size_t WALK(fours_of_row)(loop_operands own, size_t n)
{
    const int prefetching = LOOP_PREFETCHES_STORES && n > LOOP_FIRST_LEVEL;
    if (own.bias && !own.residual)
        return prefetching ? WALK(fours)(&own, n, WALK_PREFETCHING) : WALK(fours)(&own, n, WALK_CACHED);
    return prefetching ? WALK(fours)(&own, n, WALK_PREFETCHING) : WALK(fours)(&own, n, WALK_CACHED);
}

/* The operands are variables of their own, so that they stay in registers from row to row. They come by pointer: a copy
 * of the structure would wait for the stores that have just written it, 5 ns a call. */
VACT_NOINLINE static void WALK(in_cache)(const loop_operands *first, const matrix_strides *strides, size_t rows,
                                         size_t cols)
{
    const vact_params_f32 params = first->params;
    const float *const bias = first->bias, scale = first->scale;
    const elem *x = first->x, *residual = first->residual;
    elem *dst = first->dst;
    for (size_t r = 0; r < rows; r++) {
        size_t done = 0;
        if (LOOP_BY_FOURS && cols >= 4 * VF_LANES && ACT(usual)(&params)) {
            const loop_operands row = {
                .dst = dst, .x = x, .bias = bias, .residual = residual, .scale = scale, .params = params};
            done = WALK(fours_of_row)(row, cols);
        }
        if (done < cols)
            WALK(few)(dst + done, x + done, bias ? bias + done : NULL, residual ? residual + done : NULL, cols - done,
                      scale, &params);
        dst += strides->dst;
        x += strides->x;
        residual = residual ? residual + strides->residual : NULL;
    }
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const matrix_strides none = {0, 0, 0, 0};
    WALK(in_cache)(from, &none, 1, n);
}

KERNEL_TYPE(epilogue) KERNEL(ACT(epilogue));

/* Whole matrices, and the options that few callers use, in functions of their own with the kernel's arguments: it jumps
 * to them, and needs no stack frame for the short call that it does itself. */
VACT_NOINLINE static void WALK(more)(elem *dst, size_t dst_stride, const elem *x, size_t x_stride, size_t rows,
                                     size_t cols, const epilogue_options *options, const vact_params_f32 *params)
{
    const epilogue_call call = {dst, x, dst_stride, x_stride, rows, cols};
    EPILOGUE_BLOCKS(&call, options, params, KERNEL(ACT(epilogue)));
}

VACT_NOINLINE static void WALK(matrix)(elem *dst, size_t dst_stride, const elem *x, size_t x_stride, size_t rows,
                                       size_t cols, const epilogue_options *options, const vact_params_f32 *params)
{
    const float *bias = options ? options->bias : NULL;
    const elem *residual = options ? options->residual : NULL;
    const float scale = options ? options->scale : 1.0f;
    params = params ? params : &ACT(defaults);
    const loop_operands first = {
        .dst = dst, .x = x, .bias = bias, .residual = residual, .scale = scale, .params = *params};
    const matrix_strides strides = {dst_stride, x_stride, 0, options ? options->residual_stride : 0};
    const loop_walk walk =
        VF_STREAMS && ACT(usual)(params) ? loop_walk_here(dst == x || dst == residual, rows * cols) : WALK_CACHED;
    if (walk == WALK_CACHED)
        WALK(in_cache)(&first, &strides, rows, cols);
    else
        matrix_walked(&first, &strides, rows, cols, walk, WALK(fours), WALK(rest));
}

/* The caller's options may be of an older version: only members of the first version are read here. */
void KERNEL(ACT(epilogue))(elem *dst, size_t dst_stride, const elem *x, size_t x_stride, size_t rows, size_t cols,
                           const epilogue_options *options, const vact_params_f32 *params)
{
    if (__builtin_expect(epilogue_has_more(options), 0))
        WALK(more)(dst, dst_stride, x, x_stride, rows, cols, options, params);
    else if (rows == 1 && cols < 4 * VF_LANES)
        WALK(few)(dst, x, options ? options->bias : NULL, options ? options->residual : NULL, cols,
                  options ? options->scale : 1.0f, params ? params : &ACT(defaults));
    else
        WALK(matrix)(dst, dst_stride, x, x_stride, rows, cols, options, params);
}

#undef LOOP
