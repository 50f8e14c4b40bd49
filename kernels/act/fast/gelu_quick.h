/* gelu_quick: x*sigmoid(1.702 x). */
#ifndef VACT_ACT_FAST_GELU_QUICK_H
#define VACT_ACT_FAST_GELU_QUICK_H

#include "math/fast/logistic.h"

VACT_INLINE vf gelu_quick_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf m_hi = vf_set1(-0x1.3a4cbep+1f), m_lo = vf_set1(0x1.c08ecap-26f); /* -1.702*log2(e) */
    const float limit = 9.375f;
    if (__builtin_expect(vm_any_beyond(x, limit), 0))
        return fast_swish_any(x, 1.0f, limit, m_hi, m_lo);
    return fast_swish(x, m_hi, m_lo);
}

#endif
