/*
 * How an epilogue walks a matrix: act(x*scale + bias) + residual, one pass. No mathematics but these three steps.
 *
 * A matrix that is one array to all of its operands is walked as one row. Beyond the cache (loop/walk.h) four runs of
 * elements are walked side by side in the place of four pages: four rows, of rows shorter than a page four groups of
 * them, and of rows too few for that the four quarters of each.
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
    loop_operands from;
} epilogue_row;

typedef struct {
    epilogue_row first;
    size_t dst_stride, x_stride, residual_stride;
} epilogue_matrix;

VACT_INLINE epilogue_row epilogue_row_of(const epilogue_matrix *m, size_t r)
{
    epilogue_row row = m->first;
    row.dst += r * m->dst_stride;
    row.from.x += r * m->x_stride;
    if (row.from.residual)
        row.from.residual += r * m->residual_stride;
    return row;
}

/* Without the first n elements. */
VACT_INLINE epilogue_row epilogue_beyond(epilogue_row row, size_t n)
{
    row.dst += n;
    row.from.x += n;
    if (row.from.bias)
        row.from.bias += n;
    if (row.from.residual)
        row.from.residual += n;
    return row;
}

enum { EPILOGUE_RUNS = LOOP_ABREAST, EPILOGUE_SHORTEST_RUN = 2 * LOOP_LINE };

/* Four runs of n elements. */
VACT_INLINE void epilogue_side_by_side(const epilogue_row *given, size_t n, loop_operation op, loop_walk walk)
{
    epilogue_row run[EPILOGUE_RUNS];
    size_t left[EPILOGUE_RUNS], common = n, i = 0;
    for (size_t k = 0; k < EPILOGUE_RUNS; k++) {
        run[k] = given[k];
        left[k] = n;
        if (walk == WALK_STREAM) {
            size_t head = loop_before_line(run[k].dst);
            loop_rest(run[k].dst, &run[k].from, 0, head, op.at);
            run[k] = epilogue_beyond(run[k], head);
            left[k] -= head;
            common = left[k] < common ? left[k] : common;
        }
    }
    const loop_operands *const from[EPILOGUE_RUNS] = {&run[0].from, &run[1].from, &run[2].from, &run[3].from};
    float *const dst[EPILOGUE_RUNS] = {run[0].dst, run[1].dst, run[2].dst, run[3].dst};
    for (; common - i >= LOOP_LINE; i += LOOP_LINE)
        loop_four_lines(dst, from, i, 0, op, walk);
    for (size_t k = 0; k < EPILOGUE_RUNS; k++)
        loop_rest(run[k].dst, &run[k].from, i, left[k], op.at);
}

/* The same as a function of an operation: within a larger one its constants would not stay in registers. */
typedef void epilogue_runs_fn(const epilogue_row *run, size_t n, loop_walk walk);

/* As many times four groups as there are, a row of each in turn; returns how many rows they make. */
VACT_INLINE size_t epilogue_groups(const epilogue_matrix *m, size_t rows, size_t cols, loop_walk walk,
                                   epilogue_runs_fn *side_by_side)
{
    const size_t group = (LOOP_PAGE - 1) / cols + 1; /* rows that fill a page */
    size_t r = 0;
    if (cols < EPILOGUE_SHORTEST_RUN)
        return 0;
    for (; rows - r >= EPILOGUE_RUNS * group; r += EPILOGUE_RUNS * group)
        for (size_t i = r; i < r + group; i++) {
            epilogue_row run[EPILOGUE_RUNS];
            for (size_t k = 0; k < EPILOGUE_RUNS; k++)
                run[k] = epilogue_row_of(m, i + k * group);
            side_by_side(run, cols, walk);
        }
    return r;
}

/* The quarters of one row; returns how many elements they make. */
VACT_INLINE size_t epilogue_quarters(epilogue_row row, size_t cols, loop_walk walk, epilogue_runs_fn *side_by_side)
{
    const size_t quarter = cols / EPILOGUE_RUNS / LOOP_LINE * LOOP_LINE;
    epilogue_row run[EPILOGUE_RUNS];
    if (quarter < EPILOGUE_SHORTEST_RUN)
        return 0;
    for (size_t k = 0; k < EPILOGUE_RUNS; k++)
        run[k] = epilogue_beyond(row, k * quarter);
    side_by_side(run, quarter, walk);
    return EPILOGUE_RUNS * quarter;
}

VACT_INLINE void loop_epilogue(const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,
                               size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,
                               const float *residual, size_t residual_stride, loop_operation op,
                               epilogue_runs_fn *side_by_side)
{
    const epilogue_matrix m = {
        {dst, {.x = x, .bias = bias, .residual = residual, .scale = scale, .params = *params}},
        dst_stride,
        x_stride,
        residual_stride,
    };
    loop_walk walk = loop_walk_here(dst == x || dst == residual, rows * cols);
    size_t r = 0;
    if (!bias && dst_stride == cols && x_stride == cols && (!residual || residual_stride == cols)) {
        cols *= rows;
        rows = 1;
    }
    if (walk != WALK_CACHED)
        r = epilogue_groups(&m, rows, cols, walk, side_by_side);
    for (; r < rows; r++) {
        epilogue_row row = epilogue_row_of(&m, r);
        size_t done = walk == WALK_CACHED ? 0 : epilogue_quarters(row, cols, walk, side_by_side);
        loop_cached(row.dst, &row.from, done, cols, op);
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
}

#endif
