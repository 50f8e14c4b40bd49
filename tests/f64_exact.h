/* Values and slopes of operations on double, by MPFR, and errors in ULP. */
#ifndef VACT_TESTS_F64_EXACT_H
#define VACT_TESTS_F64_EXACT_H

#include <mpfr.h>

#include "vact/vact.h"

/* The precision in which the formulas are evaluated. */
enum { F64_EXACT_BITS = 320 };

/* y = f(x) */
void f64_exact_value(mpfr_t y, vact_op op, double x, const vact_params_f64 *params);

/* y = f'(x), as a central difference of so small a step that nothing of it shows; x is no kink. */
void f64_exact_slope(mpfr_t y, vact_op op, double x, const vact_params_f64 *params);

/* |value - exact| in units of the spacing of doubles at exact; infinity counts as 2^1024. */
double f64_error(double value, mpfr_t exact);

/* The default parameters of an operation on double. */
vact_params_f64 f64_defaults(vact_op op);

#endif
