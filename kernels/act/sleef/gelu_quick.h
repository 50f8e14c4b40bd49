/* gelu_quick: x*sigmoid(1.702 x). 1.702 and its product with x are carried as hi + lo: 1.702f alone costs 18 ULP. */
#ifndef VACT_ACT_SLEEF_GELU_QUICK_H
#define VACT_ACT_SLEEF_GELU_QUICK_H

#include "math/common/pair.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf gelu_quick_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf t = logistic_argument(x, 0x1p-40f);
    vf_pair p = pair_product(t, vf_set1(0x1.b3b646p+0f));
    p.lo = vf_fma(t, vf_set1(-0x1.78d4fep-26f), p.lo);
    return logistic_product(x, p);
}

#endif
