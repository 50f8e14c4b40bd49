/* gelu_quick: x*sigmoid(1.702 x). */
#ifndef VACT_ACT_SLEEF_GELU_QUICK_H
#define VACT_ACT_SLEEF_GELU_QUICK_H

#include "math/common/gelu_quick.h"
#include "math/common/pair.h"
#include "math/sleef/logistic.h"

VACT_INLINE vf gelu_quick_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    vf t = logistic_argument(x, 0x1p-40f);
    return logistic_product(x, gelu_quick_exponent(t));
}

#endif
