/*
 * The oracle of the losses: scalar double precision, one plain function each. Terms that cancel in the textbook's form
 * are kept apart, so that results are right to about 2^-45 relative to the larger term. Used by the tests.
 */
#ifndef VACT_REFERENCE_LOSSES_H
#define VACT_REFERENCE_LOSSES_H

#include <stddef.h>

/* A row of logits and its target; `weights` of the classes may be null, `smoothing` is that of the labels. The
 * logits are doubles, so that a test may differentiate. */
typedef struct vacti_reference_row {
    const double *logits;
    const float *weights;
    size_t cols, target;
    double smoothing;
} vacti_reference_row;

double vacti_reference_cross_entropy(const vacti_reference_row *row);

/* d loss/d x_j, and in *size the larger of the two terms that it is the difference of. */
double vacti_reference_cross_entropy_slope(const vacti_reference_row *row, size_t j, double *size);

double vacti_reference_bce(double x, double target, double positive);
double vacti_reference_bce_slope(double x, double target, double positive, double *size);

#endif
