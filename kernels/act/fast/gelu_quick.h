/* gelu_quick: x*sigmoid(1.702 x). */
#ifndef VACT_ACT_FAST_GELU_QUICK_H
#define VACT_ACT_FAST_GELU_QUICK_H

#include "math/fast/logistic.h"

VACT_INLINE vf gelu_quick_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf m_hi = vf_set1(-0x1.3a4cbep+1f), m_lo = vf_set1(0x1.c08ecap-26f); /* -1.702*log2(e) */
    const float limit = 9.375f;
    if (__builtin_expect(vm_any(vm_outside(x, FAST_LOGISTIC_TINY, limit)), 0)) {
        vm tiny = vm_lt(vf_abs(x), vf_set1(FAST_LOGISTIC_TINY));
        return fast_half_where(tiny, x, fast_swish_wide(vf_select(tiny, vf_set1(1.0f), x), limit, m_hi, m_lo));
    }
    return fast_swish(x, m_hi, m_lo);
}

#endif
