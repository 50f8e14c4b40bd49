/*
 * From a value or a slope, as hi/lo pairs with an exponent of their own (math/wide/number.h), to the result: one
 * rounding.
 */
#ifndef VACT_LOOP_WIDE_H
#define VACT_LOOP_WIDE_H

#include "math/wide/number.h"

/* dy*slope. Where the slope is the constant 0 the result is +0, whatever dy is. */
VACT_INLINE vf loop_wide_gradient(vf dy, wide slope)
{
    vf dx = wide_round(wide_multiply(wide_split(dy), slope));
    return vf_select(wide_is_nothing(slope), vf_set1(0.0), dx);
}

#endif
