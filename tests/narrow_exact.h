/* The right results of 16-bit elements: those of the exact function, rounded once. */
#ifndef VACT_TESTS_NARROW_EXACT_H
#define VACT_TESTS_NARROW_EXACT_H

#include <stdint.h>

#include "reference/narrow.h"

/* f(x) of a unary operation at a number or an infinity, rounded once. The double oracle decides unless its value is
 * within 2^-40 of a middle between two elements, and MPFR then. */
uint16_t narrow_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type);

#endif
