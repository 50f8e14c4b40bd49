/*
 * How a matrix is walked beyond the cache: by an epilogue, a gated unit, an operation with a parameter for each column.
 * Where nothing is the same in each row and no operand has gaps between its rows, the matrix is one long row. Otherwise
 * the rows are divided into LOOP_RUNS groups, and the runs abreast are one row of each group.
 */
#ifndef VACT_LOOP_MATRIX_H
#define VACT_LOOP_MATRIX_H

#include "loop/walk.h"

/* Where rows of few columns are taken together, the number of columns of that longer row, at the most. */
enum { LOOP_REPEATED = 512 };

/* The distance from row to row, in elements. Of an operand that is null it does not count. */
typedef struct {
    size_t dst, x, up, residual;
} matrix_strides;

VACT_INLINE loop_operands matrix_row(const loop_operands *first, const matrix_strides *strides, size_t r)
{
    loop_operands row = *first;
    row.dst += r * strides->dst;
    row.x += r * strides->x;
    if (row.up)
        row.up += r * strides->up;
    if (row.residual)
        row.residual += r * strides->residual;
    return row;
}

/* After so many rows dst is at the same place in its cache line again. */
VACT_INLINE size_t matrix_period(size_t stride)
{
    const size_t power = stride & -stride;
    return power == 0 || power >= LOOP_LINE ? 1 : LOOP_LINE / power;
}

/* As many times as the rows allow: LOOP_RUNS groups of rows, one row of each group at a time. Returns the number of
 * rows done. Stores are streamed only if the rows abreast begin at the same place in a cache line. */
VACT_INLINE size_t matrix_groups(const loop_operands *first, const matrix_strides *strides, size_t rows, size_t cols,
                                 loop_walk wanted, loop_fours_fn *fours, loop_rest_fn *rest)
{
    const size_t longest = (LOOP_LONGEST_RUN - 1) / cols + 1, ahead = (LOOP_AHEAD - 1) / cols + 1; /* in rows */
    const size_t period = matrix_period(strides->dst);
    /* What follows a row is prefetched only if it is equally far on in each operand. */
    const size_t jump = (strides->x >> first->pairs) - cols;
    const int alike = (!first->residual || strides->residual == strides->x) &&
                      (!first->up || strides->up == strides->x) && (jump == 0 || cols >= LOOP_AHEAD);
    size_t r = 0;
    while (rows - r >= LOOP_RUNS) {
        size_t group = (rows - r) / LOOP_RUNS;
        loop_walk walk = wanted;
        group = group < longest ? group : longest;
        if (walk == WALK_STREAM && group >= period)
            group -= group % period;
        else if (walk == WALK_STREAM && group % period != 0)
            walk = WALK_ABREAST;
        for (size_t i = 0; i < group; i++) {
            loop_operands runs = matrix_row(first, strides, r + i);
            size_t head = walk == WALK_STREAM ? loop_before_line(runs.dst) : 0;
            head = head < cols ? head : cols;
            const size_t lines = (cols - head) / LOOP_LINE * LOOP_LINE;
            for (size_t k = 0; head > 0 && k < LOOP_RUNS; k++) {
                const loop_operands row = matrix_row(first, strides, r + i + k * group);
                rest(&row, head);
            }
            runs = loop_beyond(runs, head);
            runs.apart = group * strides->dst;
            runs.x_apart = group * strides->x;
            runs.up_apart = group * strides->up;
            runs.bias_apart = 0;
            runs.residual_apart = group * strides->residual;
            runs.jump = alike && i + ahead < group ? jump : LOOP_NO_JUMP;
            fours(&runs, lines, walk);
            for (size_t k = 0; head + lines < cols && k < LOOP_RUNS; k++) {
                const loop_operands row = matrix_row(first, strides, r + i + k * group);
                const loop_operands left = loop_beyond(row, head + lines);
                rest(&left, cols - head - lines);
            }
        }
        r += LOOP_RUNS * group;
    }
    return r;
}

__attribute__((noinline, unused)) static void matrix_walked(const loop_operands *first, const matrix_strides *strides,
                                                            size_t rows, size_t cols, loop_walk walk,
                                                            loop_fours_fn *fours, loop_rest_fn *rest)
{
    size_t r = 0;
    if (!first->bias && strides->dst == cols && strides->x == cols << first->pairs &&
        (!first->up || strides->up == cols) && (!first->residual || strides->residual == cols)) {
        cols *= rows;
        rows = 1;
    }
    if (cols >= 2 * LOOP_LINE)
        r = matrix_groups(first, strides, rows, cols, walk, fours, rest);
    for (; r < rows; r++) {
        const loop_operands row = matrix_row(first, strides, r);
        loop_walked(&row, cols, walk, fours, rest);
    }
    if (walk == WALK_STREAM)
        vf_stream_end();
}

#endif
