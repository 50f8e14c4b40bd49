/*
 * The operations as textbook formulas in MPFR, to check the oracle (kernels/reference). The precision is enough for
 * every cancellation: a float's exponent costs 149 bits, gelu's tail and tanh_shrink twice that.
 */
#ifndef VACT_TESTS_EXACT_H
#define VACT_TESTS_EXACT_H

#include <mpfr.h>
#include <stddef.h>

#include "vact/vact.h"

enum { EXACT_BITS = 640, EXACT_PARAMETERS = 4 };

/* y = f(x) for a finite x other than 0, with the sign that vact.h promises where y is 0. The result has about the
 * precision of y, less two exponents of y for a sum with 1. x is apart from y. */
typedef void exact_fn(mpfr_t y, mpfr_srcptr x, const double *params);

/* Null for an operation without a formula here. */
exact_fn *exact_of(vact_op op);

/* That of an operation with a formula, for a float and its parameters. */
void exact_f32(vact_op op, mpfr_t y, float x, const float *params);

/* One element of a row whose largest element is finite. */
typedef void exact_row_fn(mpfr_t y, const float *row, size_t cols, size_t element);
exact_row_fn *exact_row_f32(vact_op op);

/* |value - exact| in units of the spacing of floats at exact (docs/accuracy.md); value finite. */
double exact_error(double value, mpfr_t exact);

#endif
