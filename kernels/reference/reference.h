/*
 * The oracle: every operation in scalar double precision, one plain function each, independent of the kernels'
 * mathematics. Its results are accurate to 2^-48 relative (2^-24 ULP of a float result). Where the exact value is next
 * to a midpoint between two floats, they are on the same side of it, as far as double can tell. tests/test_reference.c
 * checks both against MPFR. Used by the tests and by the program vact; not in the library.
 */
#ifndef VACT_REFERENCE_H
#define VACT_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "vact/vact.h"

/* The exact value of an element-wise operation at x (a float's value), as nearly as double allows. The parameters are
 * those of the by-code call; for prelu v[0] is the slope. NaN for NaN, the limits at the infinities, zeros with the
 * sign that vact.h promises. */
typedef double vacti_reference_fn(double x, const vact_params_f32 *params);

/* A whole row; cols > 0. */
typedef void vacti_reference_row_fn(double *dst, const float *src, size_t cols);

/* Null if the operation is of another kind. */
vacti_reference_fn *vacti_reference_f32(vact_op op);
vacti_reference_row_fn *vacti_reference_row_f32(vact_op op);

/* f'(x) of a unary operation or prelu, with the kinks as in vact.h. The second is a function of the output y = f(x),
 * for operations that have one. NaN for NaN. */
double vacti_reference_derivative(vact_op op, double x, const vact_params_f32 *params);
double vacti_reference_derivative_from_output(vact_op op, double y, const vact_params_f32 *params);

/* The activation inside a gated unit; the unit itself where it is no operation by itself. */
vact_op vacti_reference_gate_activation(vact_op op);

/* A gated unit's value and its two derivatives. `gate` is a sum of two terms and may vanish; `terms` is the sum of
 * their magnitudes, 0 for other units. */
typedef struct vacti_reference_gate_gradients {
    double gate, up, terms;
} vacti_reference_gate_gradients;
double vacti_reference_gate(vact_op op, double gate, double up, const vact_params_f32 *params);
vacti_reference_gate_gradients vacti_reference_gate_backward(vact_op op, double dy, double gate, double up,
                                                             const vact_params_f32 *params);

/* The error of a computed `gate` in ULP; where the two terms nearly cancel, in units of 2^-24 of `terms`. */
double vacti_reference_gate_error(const vacti_reference_gate_gradients *exact, float computed);

/* Whether x is in the interval around a zero of f' where the error of a gradient is absolute. */
bool vacti_reference_near_zero_of_derivative(vact_op op, double x, const vact_params_f32 *params);

/* The error of a computed dy*f'(x) in ULP. From the output, x is y, and the error is 0 if y is no output of f. Near a
 * zero of f' it is in units of 2^-25*|dy|, so that 2, the bound of every gradient, is 2^-24*|dy| there. */
double vacti_backward_error(vact_op op, const vact_params_f32 *params, double x, bool from_output, double dy,
                            float computed);

/* The same, where f'(x) is known. */
double vacti_gradient_error(vact_op op, const vact_params_f32 *params, double x, bool from_output, double slope,
                            double dy, float computed);

/*
 * The one definition of error (docs/accuracy.md): |computed - exact| / spacing(exact), with spacing(e) =
 * 2^max(floor(log2|e|) - 23, -149), and 2^-149 for e = 0. An infinite result counts as 2^128. Where the correctly
 * rounded result is infinite or NaN, only that result is right (error 0, else infinite). The error is also infinite for
 * NaN where a number is right, and for a zero with the wrong sign.
 */
double vacti_ulp_error(float computed, double exact);

/* The same of a computed f(x). Of xielu below 0 in ULP of the larger of the result and
 * XIELU_NEAR_ZERO*|beta|*min(-x, 32): next to its zero the bound is absolute. */
double vacti_forward_error(vact_op op, const vact_params_f32 *params, double x, float computed, double exact);

#define XIELU_NEAR_ZERO 0x1p-6

#endif
