/*
 * The oracle of the losses, in scalar double precision, one plain function each. Terms that cancel in the textbook's
 * form are kept apart. So results are accurate to about 2^-45 relative to the larger term. Used by the tests.
 */
#ifndef VACT_REFERENCE_LOSSES_H
#define VACT_REFERENCE_LOSSES_H

#include <stddef.h>

/* A row of logits and its target. `weights` of the classes may be null; `smoothing` is label smoothing. The logits are
 * doubles, so that a test may differentiate. */
typedef struct vacti_reference_row {
    const double *logits;
    const float *weights;
    size_t cols, target;
    double smoothing;
} vacti_reference_row;

double vacti_reference_cross_entropy(const vacti_reference_row *row);

/* Returns d loss/d x_j, which is a difference of two terms. *size is the larger of the two. */
double vacti_reference_cross_entropy_slope(const vacti_reference_row *row, size_t j, double *size);

double vacti_reference_bce(double x, double target, double positive);
double vacti_reference_bce_slope(double x, double target, double positive, double *size);

#endif
