/* The right results of 16-bit elements: those of the exact function, rounded once. */
#ifndef VACT_TESTS_NARROW_EXACT_H
#define VACT_TESTS_NARROW_EXACT_H

#include <stdint.h>

#include "vact/vact.h"

float narrow_widen(uint16_t bits, vact_type type);

/* To nearest, ties to even, of any double but NaN. */
uint16_t narrow_nearest(double value, vact_type type);

/* f(x) of a unary operation at a number or an infinity, rounded once. The double oracle decides unless its value is
 * within 2^-40 of a middle between two elements, and MPFR then. */
uint16_t narrow_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type);

/* |bits - exact| in ULP of the type at the exact value, as docs/accuracy.md has it of floats; by the double oracle. */
double narrow_error(uint16_t bits, double exact, vact_type type);

#endif
