/* How a unary operation walks an array (loop/walk.h), and which of its functions does. */
#ifndef VACT_LOOP_UNARY_H
#define VACT_LOOP_UNARY_H

#include "loop/walk.h"

/* A copy of the parameters tells the compiler that storing to dst does not change them. */
VACT_INLINE loop_operands unary_operands(const float *src, const vact_params_f32 *params)
{
    return (loop_operands){.x = src, .params = *params};
}

/*
 * A kernel does one vector itself, or part of one, and calls nothing for it: it has no stack to set up. More, or one
 * with a rare lane, goes on in a function of its own, from there what has four vectors in another, and what has more
 * than LOOP_SHORT elements in a third: a short call sets up nothing for what it does not reach. The last two hand on
 * their rests: to the kernel, the longest in pieces.
 */
typedef void loop_part_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

VACT_INLINE void loop_unary(float *dst, const float *src, size_t n, const vact_params_f32 *params, loop_operation op,
                            loop_part_fn *more)
{
    if (__builtin_expect(n <= VF_LANES, 1)) {
        const loop_operands from = unary_operands(src, params);
        vf x = op.argument(&from, 0, n);
        if (__builtin_expect(!act_has_rare(x, op.tiny, op.limit), 1)) {
            vf y = op.ordinary(x, &from, 0);
            if (__builtin_expect(n == VF_LANES, 1))
                vf_store(dst, y);
            else
                vf_store_partial(dst, y, n);
            return;
        }
    }
    more(dst, src, n, params);
}

VACT_INLINE void loop_more(float *dst, const float *src, size_t n, const vact_params_f32 *params, loop_at_fn *at,
                           loop_part_fn *four_vectors)
{
    if (__builtin_expect(n >= 4 * VF_LANES, 0)) {
        four_vectors(dst, src, n, params);
        return;
    }
    const loop_operands from = unary_operands(src, params);
    size_t i = 0;
    if (__builtin_expect(n > VF_LANES, 1)) {
        vf_store(dst, at(&from, 0, VF_LANES));
        i = VF_LANES;
    }
    loop_rest(dst, &from, i, n, at);
}

VACT_INLINE void loop_four_vectors(float *dst, const float *src, size_t n, const vact_params_f32 *params,
                                   loop_operation op, vact_unary_f32_fn *kernel, loop_part_fn *runs)
{
    if (VF_STREAMS && n > LOOP_SHORT) {
        runs(dst, src, n, params);
    } else {
        const loop_operands from = unary_operands(src, params);
        size_t i = loop_fours(dst, &from, 0, n, op);
        if (i < n)
            kernel(dst + i, src + i, n - i, params);
    }
}

VACT_INLINE void loop_long(float *dst, const float *src, size_t n, const vact_params_f32 *params, loop_operation op,
                           vact_unary_f32_fn *kernel)
{
    const loop_operands from = unary_operands(src, params);
    size_t done = loop_runs(dst, &from, n, op, loop_walk_here(dst == src, n));
    for (size_t piece; done < n; done += piece) {
        piece = n - done < LOOP_SHORT ? n - done : LOOP_SHORT;
        kernel(dst + done, src + done, piece, params);
    }
}

#endif
