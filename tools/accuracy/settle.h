/* Values next to a midpoint between floats, where the double oracle may lie on the wrong side. */
#ifndef VACT_TOOLS_ACCURACY_SETTLE_H
#define VACT_TOOLS_ACCURACY_SETTLE_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

/* Whether this program has MPFR. */
bool accuracy_settles(void);

/* Replaces those of the oracle's values that lie within 2^-20 spacings of a midpoint by the exact ones, rounded to odd:
 * their conversion to float is the correctly rounded result. The target is an operation; nothing without MPFR. */
void accuracy_settle(const accuracy_target *target, double *exact, const float *inputs, size_t count);

#endif
