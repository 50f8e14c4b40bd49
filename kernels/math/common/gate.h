/*
 * act(gate)*b of a gate so far below 0 that act(gate) = a*(1 + d)*e^p may be subnormal or vanish while the product, b
 * being large, does not: 2^n of e^p stays apart until all else is multiplied. For p in [-212, -80], a in [1/4, 2^8]:
 * beyond, not even the largest b keeps the product from rounding to 0. |d| is small, so that
 * what rounds is a*(1 + (...)) and the product with b.
 *
 * A gate so near 0 that act(gate) is subnormal is the other such case.
 */
#ifndef VACT_MATH_COMMON_GATE_H
#define VACT_MATH_COMMON_GATE_H

#include "math/common/pair.h"
#include "math/fast/exp_rise.h"

/* What a gated unit gives back. */
typedef struct {
    vf gate, up;
} gate_gradients;

/* Below it a product takes this form; act(gate) of the four activations is still normal there. */
#define GATE_FAR (-80.0f)

VACT_INLINE vf gate_far_product(vf a, vf d, vf_pair p, vf b)
{
    vf shift = vf_set1(VF_POWER_SHIFT);
    fast_reduced parts = fast_reduce(p.hi);
    vf rise = fast_exp_rise(vf_add(parts.r, p.lo));
    vf change = vf_fma(d, rise, vf_add(d, rise)), hi = vf_fma(a, change, a);
    vf_pair factor = {hi, vf_fma(a, change, vf_sub(a, hi))};
    /* n <= -115: the first 2^-100 of it cost factor*b no digit, unless the result is 0 anyway. */
    vf first = vf_set1(0x1p-100f);
    vf rest = vf_add(parts.n, vf_set1(100.0f));
    vf second = vf_max(vf_set1(-126.0f), rest);
    vf product = pair_times((vf_pair){vf_mul(factor.hi, first), vf_mul(factor.lo, first)}, b);
    product = vf_mul(product, vf_power_of_two(vf_add(second, shift)));
    return vf_mul(product, vf_power_of_two(vf_add(vf_sub(rest, second), shift)));
}

/* Whether some lane is far below 0 or so near 0 that act(gate) is subnormal: the rest needs nothing of the below. */
VACT_INLINE int gate_any_special(vf gate, float tiny, float far) { return vm_any(vm_outside(gate, tiny, -far)); }

/* -inf is not far: its activation is 0. */
VACT_INLINE vf gate_choose_far(vf gate, float limit, vf far_product, vf product)
{
    vm far = vm_and(vm_lt(gate, vf_set1(limit)), vm_lt(vf_set1(-__builtin_inff()), gate));
    return vf_select(far, far_product, product);
}

/* Below it act(gate) = gate/2 within 2^-99, for an activation whose slope in 0 is 1/2. */
#define GATE_TINY 0x1p-100f

/* v/2 is exact, or the product 0. */
VACT_INLINE vf gate_choose_tiny(vf gate, vf v, vf product)
{
    vm tiny = vm_lt(vf_abs(gate), vf_set1(GATE_TINY));
    return vf_select(tiny, vf_mul(gate, vf_mul(v, vf_set1(0.5f))), product);
}

#endif
