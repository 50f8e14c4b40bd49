/* A matrix of random numbers, and what the functions over rows take besides: the same on every machine. */
#ifndef VACT_TOOLS_VERIFY_MATRIX_H
#define VACT_TOOLS_VERIFY_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"

enum { VERIFY_ELEMENTS = 4096, VERIFY_MOST_ROWS = VERIFY_ELEMENTS };

typedef struct verify_matrix {
    size_t rows, cols;
    float x[VERIFY_ELEMENTS], y[VERIFY_ELEMENTS], dy[VERIFY_ELEMENTS], bias[VERIFY_ELEMENTS], dx[VERIFY_ELEMENTS];
    float answers[VERIFY_ELEMENTS]; /* targets of a binary cross-entropy, and probabilities */
    float per_row[2 * VERIFY_MOST_ROWS];
    double sums[VERIFY_MOST_ROWS];
    unsigned char keep[VERIFY_ELEMENTS];
    int32_t targets[VERIFY_MOST_ROWS];
    vact_softmax_online_f32 states[VERIFY_MOST_ROWS];
    vact_softmax_options_f32 options; /* a scale, the bias and the mask `keep` */
    uint64_t sum;                     /* of the results' terms (hash.h) */
    uint32_t position;                /* of the next result in its part */
} verify_matrix;

/* All but the results, sum and position. Of every eight matrices one has a single column and one a single row; the
 * spread of the logits changes with the number. */
void verify_matrix_fill(verify_matrix *p, unsigned number);

/* Sinks and slopes with a window, a soft cap before and after the mask, lengths with a negative scale: in rounds 0 to 3
 * the matrix's options are these. The arrays are part of them. */
void verify_matrix_options(verify_matrix *p, int round, float sinks[4], int64_t lengths[4]);

#endif
