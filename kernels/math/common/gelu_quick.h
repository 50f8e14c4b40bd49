/* The exponent p = 1.702*x of gelu_quick = x*sigmoid(p). 1.702 is a hi/lo pair: as one float it would cost 18 ULP. */
#ifndef VACT_MATH_COMMON_GELU_QUICK_H
#define VACT_MATH_COMMON_GELU_QUICK_H

#include "math/common/pair.h"

VACT_INLINE vf_pair gelu_quick_exponent(vf x)
{
    vf_pair p = pair_product(x, vf_set1(0x1.b3b646p+0f));
    p.lo = vf_fma(x, vf_set1(-0x1.78d4fep-26f), p.lo);
    return p;
}

#endif
