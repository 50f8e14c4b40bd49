/*
 * How an epilogue walks a matrix: act(x*scale + bias) + residual, one pass. No mathematics but these three steps.
 *
 * A matrix that is one array to all of its operands is walked as such (loop/walk.h). One beyond the cache whose bias
 * begins anew with each row is walked four rows side by side in the place of four pages.
 */
#ifndef VACT_LOOP_EPILOGUE_H
#define VACT_LOOP_EPILOGUE_H

#include "loop/walk.h"

/* What is absent adds -0, which leaves every number as it is, -0 too. */
VACT_INLINE vf epilogue_term(const float *term, size_t i, size_t n)
{
    return term ? loop_argument(term + i, n) : vf_set1(-0.0f);
}

VACT_INLINE vf epilogue_argument(const loop_operands *from, size_t i, size_t n)
{
    return vf_fma(loop_argument(from->x + i, n), vf_set1(from->scale), epilogue_term(from->bias, i, n));
}

VACT_INLINE vf epilogue_result(vf y, const loop_operands *from, size_t i, size_t n)
{
    return vf_add(y, epilogue_term(from->residual, i, n));
}

typedef struct {
    float *dst;
    loop_operands from; /* of the first row */
    size_t dst_stride, x_stride, residual_stride;
} epilogue_matrix;

VACT_INLINE loop_operands epilogue_row(const epilogue_matrix *m, size_t r)
{
    loop_operands row = m->from;
    row.x += r * m->x_stride;
    if (row.residual)
        row.residual += r * m->residual_stride;
    return row;
}

enum { EPILOGUE_ROWS = 4 };

/* The whole lines of four rows from r on; returns how many columns those are. Streaming: the rows begin alike in their
 * lines. */
VACT_INLINE size_t epilogue_side_by_side(const epilogue_matrix *m, size_t r, size_t cols, loop_at_fn *at,
                                         loop_walk walk)
{
    size_t i = 0;
    if (cols < 2 * LOOP_LINE)
        return 0;
    for (size_t k = 0; walk == WALK_STREAM && k < EPILOGUE_ROWS; k++) {
        loop_operands row = epilogue_row(m, r + k);
        i = loop_to_line(m->dst + (r + k) * m->dst_stride, &row, at);
    }
    for (; cols - i >= LOOP_LINE; i += LOOP_LINE)
        for (size_t k = 0; k < EPILOGUE_ROWS; k++) {
            loop_operands row = epilogue_row(m, r + k);
            loop_line(m->dst + (r + k) * m->dst_stride, &row, i, at, walk);
        }
    return i;
}

VACT_INLINE void epilogue_rows(const epilogue_matrix *m, size_t rows, size_t cols, loop_at_fn *at, loop_walk walk)
{
    size_t done = 0; /* columns of the rows of one turn */
    if (walk == WALK_STREAM && m->dst_stride % LOOP_LINE != 0)
        walk = WALK_PAGES;
    for (size_t r = 0; r < rows; r++) {
        loop_operands row = epilogue_row(m, r);
        if (walk != WALK_CACHED && r % EPILOGUE_ROWS == 0)
            done = rows - r >= EPILOGUE_ROWS ? epilogue_side_by_side(m, r, cols, at, walk) : 0;
        loop_cached(m->dst + r * m->dst_stride, &row, done, cols, at);
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
}

VACT_INLINE void loop_epilogue(const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                               size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,
                               const float *residual, size_t residual_stride, loop_at_fn *at)
{
    const epilogue_matrix m = {
        dst,
        {.x = x, .bias = bias, .residual = residual, .scale = scale, .params = *params},
        dst_stride,
        x_stride,
        residual_stride,
    };
    loop_walk walk = loop_walk_here(dst == x || dst == residual, rows * cols);
    int dense = dst_stride == cols && x_stride == cols && (!residual || residual_stride == cols);
    if (rows == 1 || (dense && !bias))
        loop_walked(dst, &m.from, rows * cols, at, walk);
    else
        epilogue_rows(&m, rows, cols, at, walk);
}

#endif
