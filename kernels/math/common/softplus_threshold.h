/* Where softplus is x itself: for its variants and its derivative. */
#ifndef VACT_MATH_COMMON_SOFTPLUS_THRESHOLD_H
#define VACT_MATH_COMMON_SOFTPLUS_THRESHOLD_H

#include "math/common/pair.h"

/* beta*x > threshold, exactly. The product as a pair is exact unless it underflows, which matters only for a tiny
 * threshold: then both sides are first multiplied by a power of two. For a threshold of 0 the sign of x decides. */
VACT_INLINE vm softplus_is_above(vf x, float beta, float threshold)
{
    float factor = beta, limit = threshold;
    if (threshold == 0.0f) {
        factor = 1.0f;
    } else if (__builtin_fabsf(threshold) < 0x1p-100f && beta <= 0x1p25f) {
        factor = beta * 0x1p102f;
        limit = threshold * 0x1p102f;
    }
    vf_pair product = pair_product(vf_set1(factor), x);
    vf bound = vf_set1(limit);
    vm rounded_equal = vm_eq(product.hi, bound);
    return vm_or(vm_lt(bound, product.hi), vm_and(rounded_equal, vm_lt(vf_set1(0.0f), product.lo)));
}

#endif
