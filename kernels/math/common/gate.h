/*
 * act(gate)*b where act(gate) may be subnormal or 0 but the product, b being large, is not.
 *
 * Far below 0, act(gate) = a*(1 + d)*e^p with p in [-212, -80] and a in [1/4, 2^8]; below -212 even the largest b gives
 * a product that rounds to 0. The factor 2^n of e^p is multiplied last. |d| is small, so that two roundings count: that
 * of a*(1 + ...) and that of the product with b.
 *
 * The other case is a gate so near 0 that act(gate) is subnormal.
 */
#ifndef VACT_MATH_COMMON_GATE_H
#define VACT_MATH_COMMON_GATE_H

#include "math/common/pair.h"
#include "math/fast/exp_rise.h"

/* The gradients of a gated unit. */
typedef struct {
    vf gate, up;
} gate_gradients;

/* Below this p the product takes the form above; from here up act(gate) is normal. */
#define GATE_FAR (-80.0f)

/* The gate, at least `least` and at most `far`: other lanes do not need the far product, and it might overflow there.
 */
VACT_INLINE vf gate_far_bounded(vf gate, float least, float far)
{
    return vf_min(vf_set1(far), vf_max(vf_set1(least), gate));
}

VACT_INLINE vf gate_far_product(vf a, vf d, vf_pair p, vf b)
{
    vf shift = vf_set1(VF_POWER_SHIFT);
    fast_reduced parts = fast_reduce(p.hi);
    vf rise = fast_exp_rise(vf_add(parts.r, p.lo));
    vf change = vf_fma(d, rise, vf_add(d, rise)), hi = vf_fma(a, change, a);
    vf_pair factor = {hi, vf_fma(a, change, vf_sub(a, hi))};
    /* n <= -115. A first factor of 2^-100 costs factor*b no digit, unless the result is 0 anyway. */
    vf first = vf_set1(0x1p-100f);
    vf rest = vf_add(parts.n, vf_set1(100.0f));
    vf second = vf_max(vf_set1(-126.0f), rest);
    vf product = pair_times((vf_pair){vf_mul(factor.hi, first), vf_mul(factor.lo, first)}, b);
    product = vf_mul(product, vf_power_of_two(vf_add(second, shift)));
    return vf_mul(product, vf_power_of_two(vf_add(vf_sub(rest, second), shift)));
}

/* Whether some lane needs one of the two functions below: it is far below 0, or so near 0 that act(gate) is subnormal.
 */
VACT_INLINE int gate_any_special(vf gate, float tiny, float far) { return vm_any(vm_outside(gate, tiny, -far)); }

/* -inf does not take far_product: its activation is 0. */
VACT_INLINE vf gate_choose_far(vf gate, float limit, vf far_product, vf product)
{
    vm far = vm_and(vm_lt(gate, vf_set1(limit)), vm_lt(vf_set1(-__builtin_inff()), gate));
    return vf_select(far, far_product, product);
}

/* Below this |gate|, act(gate) = gate/2 within 2^-99 relative, for an activation with slope 1/2 at 0. */
#define GATE_TINY 0x1p-100f

/* Either v/2 is exact or the product is 0. The bounds keep the other lanes from overflowing. */
VACT_INLINE vf gate_choose_tiny(vf gate, vf v, vf product)
{
    vf most = vf_set1(GATE_TINY);
    vm tiny = vm_lt(vf_abs(gate), most);
    vf bounded = vf_min(most, vf_max(vf_neg(most), gate));
    return vf_select(tiny, vf_mul(bounded, vf_mul(v, vf_set1(0.5f))), product);
}

#endif
