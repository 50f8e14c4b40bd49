/* How a unary operation walks an array (loop/walk.h), and which of its functions does. */
#ifndef VACT_LOOP_UNARY_H
#define VACT_LOOP_UNARY_H

#include "act/form.h"
#include "loop/walk.h"

/* A copy of the parameters tells the compiler that storing to dst does not change them. */
VACT_INLINE loop_operands unary_operands(const float *src, const vact_params_f32 *params)
{
    return (loop_operands){.x = src, .params = *params};
}

/*
 * A kernel does less than four vectors itself. More go on in a function of their own, and those of more than LOOP_SHORT
 * elements in another: so a short call sets up nothing for what it does not reach. Each hands on its rest: to the
 * kernel, the longest in pieces.
 */
typedef void loop_long_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

VACT_INLINE void loop_unary(float *dst, const float *src, size_t n, const vact_params_f32 *params, loop_at_fn *at,
                            loop_long_fn *four_vectors)
{
    if (__builtin_expect(n >= 4 * VF_LANES, 0)) {
        four_vectors(dst, src, n, params);
    } else {
        const loop_operands from = unary_operands(src, params);
        size_t i = 0;
        if (n >= VF_LANES) {
            vf_store(dst, at(&from, 0, VF_LANES));
            i = VF_LANES;
        }
        if (i != n)
            loop_rest(dst, &from, i, n, at);
    }
}

typedef struct {
    vf x[4];
} loop_four;

VACT_INLINE loop_four loop_load_four(const float *src)
{
    return (loop_four){
        {vf_load(src), vf_load(src + VF_LANES), vf_load(src + 2 * VF_LANES), vf_load(src + 3 * VF_LANES)}};
}

/* The compiler interleaves the first two and the last two (cmake/isa.cmake), which saves up to 8 % on AVX-512; four
 * would take more registers than there are, so it may not move operations across the empty assembly. */
VACT_INLINE void loop_store_four(float *dst, loop_four from, act_forward_fn *forward, const vact_params_f32 *params)
{
    vf a = forward(from.x[0], params), b = forward(from.x[1], params);
    vf_store(dst, a);
    vf_store(dst + VF_LANES, b);
    __asm__ volatile("");
    a = forward(from.x[2], params), b = forward(from.x[3], params);
    vf_store(dst + 2 * VF_LANES, a);
    vf_store(dst + 3 * VF_LANES, b);
}

VACT_INLINE int loop_has_rare(loop_four from, float limit)
{
    return limit < ACT_UNLIMITED &&
           (limit == 0.0f || vm_any_of_four_beyond(from.x[0], from.x[1], from.x[2], from.x[3], limit));
}

/* As loop_fours, but the four arguments are loaded before the first result is stored, which saves 3 % (sigmoid, on
 * AVX-512): the compiler may not, as dst and src may overlap. And one test finds the rare lanes of all four. */
VACT_INLINE void loop_four_vectors(float *dst, const float *src, size_t n, const vact_params_f32 *given, act_form form,
                                   vact_unary_f32_fn *kernel, loop_long_fn *pages)
{
    if (VF_STREAMS && n > LOOP_SHORT) {
        pages(dst, src, n, given);
    } else {
        const vact_params_f32 params = *given;
        size_t i = 0;
        for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
            loop_four from = loop_load_four(src + i);
            if (__builtin_expect(loop_has_rare(from, form.limit), 0))
                loop_store_four(dst + i, from, form.any, &params);
            else
                loop_store_four(dst + i, from, form.ordinary, &params);
        }
        if (i < n)
            kernel(dst + i, src + i, n - i, given);
    }
}

VACT_INLINE void loop_long(float *dst, const float *src, size_t n, const vact_params_f32 *params, loop_at_fn *at,
                           vact_unary_f32_fn *kernel)
{
    const loop_operands from = unary_operands(src, params);
    size_t done = loop_pages(dst, &from, n, at, loop_walk_here(dst == src, n));
    for (size_t piece; done < n; done += piece) {
        piece = n - done < LOOP_SHORT ? n - done : LOOP_SHORT;
        kernel(dst + done, src + done, piece, params);
    }
}

#endif
