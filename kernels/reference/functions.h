/* What the files of the oracle share: the prototypes of its functions, from the registry, and two functions that keep a
 * double on the right side of a midpoint between floats. */
#ifndef VACT_REFERENCE_FUNCTIONS_H
#define VACT_REFERENCE_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "reference.h"

#define PROTOTYPE_UNARY(name) vacti_reference_fn vacti_reference_##name;
#define PROTOTYPE_CHANNELS(name) vacti_reference_fn vacti_reference_##name;
#define PROTOTYPE_ROWS(name) vacti_reference_row_fn vacti_reference_##name;
#define PROTOTYPE_GATE(name)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    PROTOTYPE_##kind(name)
#include "../registry.def"
#undef VACT_OP
#undef PROTOTYPE_UNARY
#undef PROTOTYPE_CHANNELS
#undef PROTOTYPE_ROWS
#undef PROTOTYPE_GATE

/*
 * 1 + h, for a small h of which only the sign may matter. Where h vanishes beside 1, x*(1 + h) would be x. If x is a
 * midpoint between two floats (x/2 of an odd subnormal, say), rounding to float would then see a tie that is not there.
 * So |h| counts as 2^-51 at least.
 */
static inline double vacti_reference_one_plus(double h) { return 1.0 + (fabs(h) < 0x1p-51 ? copysign(0x1p-51, h) : h); }

/* a + b rounded to odd. An inexact sum has its last bit set, so it is never a midpoint between two floats. */
static inline double vacti_reference_add_to_odd(double a, double b)
{
    double sum = a + b;
    double b_seen = sum - a;
    double error = (a - (sum - b_seen)) + (b - b_seen);
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (isfinite(sum) && error != 0.0 && (bits & 1u) == 0) {
        bits = (error > 0.0) == (sum > 0.0) ? bits + 1 : bits - 1;
        memcpy(&sum, &bits, sizeof sum);
    }
    return sum;
}

/* x*(slope*x + offset), with the rounding errors of the line and of the product, for values of floats. */
static inline double vacti_reference_times_line(double x, double slope, double offset)
{
    double term = slope * x, line = offset + term, seen = line - offset, product = x * line;
    double line_lo = (offset - (line - seen)) + (term - seen);
    return vacti_reference_add_to_odd(product, fma(x, line, -product) + x * line_lo);
}

#endif
