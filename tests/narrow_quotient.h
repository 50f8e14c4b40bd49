/* The scalar kernels of 16-bit elements with a quotient that is off (narrow_quotient.inc.h). */
#ifndef VACT_TESTS_NARROW_QUOTIENT_H
#define VACT_TESTS_NARROW_QUOTIENT_H

#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"

/* Writes the results of one of the operations that divide, for n inputs; 0 if it is none. Every quotient is a/b*(1 +
 * t), rounded once. */
int narrow_quotient_bf16(vact_op op, double t, uint16_t *dst, const uint16_t *src, size_t n);
int narrow_quotient_f16(vact_op op, double t, uint16_t *dst, const uint16_t *src, size_t n);

#endif
