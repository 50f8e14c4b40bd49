/*
 * How an epilogue walks a matrix: act(x*scale + bias) + residual, one pass. No mathematics but these three steps.
 *
 * A matrix that is one array to all of its operands is walked as one row. Beyond the cache four runs are walked side by
 * side (loop/walk.h): four rows, of short rows a row of each of four groups, and within rows too few for that.
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

/* What most callers ask for, a bias alone: without a test for each vector and operand, 0.89 of the time (gelu,
 * AVX-512, in cache). */
VACT_INLINE loop_operands epilogue_biased(loop_operands from)
{
    from.up = from.residual = NULL;
    if (!from.bias)
        __builtin_unreachable();
    return from;
}

VACT_INLINE void epilogue_biased_runs(float *const dst[EPILOGUE_RUNS], const epilogue_row *run, size_t n, size_t jump,
                                      loop_operation op, loop_walk walk)
{
    loop_operands biased[EPILOGUE_RUNS];
    for (size_t k = 0; k < EPILOGUE_RUNS; k++)
        biased[k] = epilogue_biased(run[k].from);
    const loop_operands *const from[EPILOGUE_RUNS] = {&biased[0], &biased[1], &biased[2], &biased[3]};
    loop_four_runs(dst, from, 0, n, 0, jump, op, walk);
}

/* Four runs of n elements; the jump is loop_four_runs'. */
VACT_INLINE void epilogue_side_by_side(const epilogue_row *given, size_t n, size_t jump, loop_operation op,
                                       loop_walk walk)
{
    epilogue_row run[EPILOGUE_RUNS];
    size_t left[EPILOGUE_RUNS], common = n;
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
    common -= common % LOOP_LINE;
    if (given->from.bias && !given->from.residual)
        epilogue_biased_runs(dst, run, common, jump, op, walk);
    else
        loop_four_runs(dst, from, 0, common, 0, jump, op, walk);
    for (size_t k = 0; k < EPILOGUE_RUNS; k++)
        loop_rest(run[k].dst, &run[k].from, common, left[k], op.at);
}

/* The same as a function of an operation: within a larger one its constants would not stay in registers. */
typedef void epilogue_runs_fn(const epilogue_row *run, size_t n, size_t jump, loop_walk walk);

/* From the end of a row to the next one, where all that is asked for ahead of it lies as far. */
VACT_INLINE size_t epilogue_jump(const epilogue_matrix *m, size_t cols)
{
    const size_t jump = m->x_stride - cols;
    const int alike = !m->first.from.residual || m->residual_stride == m->x_stride;
    return alike && (jump == 0 || cols >= LOOP_AHEAD) ? jump : LOOP_NO_JUMP;
}

/* Four groups of rows, a row of each in turn, as often as there are four; returns how many rows they make. */
VACT_INLINE size_t epilogue_groups(const epilogue_matrix *m, size_t rows, size_t cols, loop_walk walk,
                                   epilogue_runs_fn *side_by_side)
{
    size_t r = 0;
    if (cols < EPILOGUE_SHORTEST_RUN)
        return 0;
    const size_t longest = (LOOP_LONGEST_RUN - 1) / cols + 1;
    const size_t ahead = (LOOP_AHEAD - 1) / cols + 1, jump = epilogue_jump(m, cols); /* ahead: in rows */
    while (rows - r >= EPILOGUE_RUNS) {
        size_t quarter = (rows - r) / EPILOGUE_RUNS, group = quarter < longest ? quarter : longest;
        for (size_t i = 0; i < group; i++) {
            epilogue_row run[EPILOGUE_RUNS];
            for (size_t k = 0; k < EPILOGUE_RUNS; k++)
                run[k] = epilogue_row_of(m, r + i + k * group);
            side_by_side(run, cols, i + ahead < group ? jump : LOOP_NO_JUMP, walk);
        }
        r += EPILOGUE_RUNS * group;
    }
    return r;
}

/* Four runs within one row, as long as they are not too short; returns how many elements they make. */
VACT_INLINE size_t epilogue_within(epilogue_row row, size_t cols, loop_walk walk, epilogue_runs_fn *side_by_side)
{
    size_t i = 0;
    while (cols - i >= EPILOGUE_RUNS * EPILOGUE_SHORTEST_RUN) {
        size_t n = loop_run_of(cols - i);
        epilogue_row run[EPILOGUE_RUNS];
        for (size_t k = 0; k < EPILOGUE_RUNS; k++)
            run[k] = epilogue_beyond(row, i + k * n);
        side_by_side(run, n, loop_jump_of(cols - i), walk);
        i += EPILOGUE_RUNS * n;
    }
    return i;
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
        size_t done = walk == WALK_CACHED ? 0 : epilogue_within(row, cols, walk, side_by_side);
        if (bias && !residual) {
            const loop_operands biased = epilogue_biased(row.from);
            done = loop_fours(row.dst, &biased, done, cols, op);
        }
        loop_cached(row.dst, &row.from, done, cols, op);
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
}

#endif
