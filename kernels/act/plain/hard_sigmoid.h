/* hard_sigmoid: alpha*x + beta clamped to [0, 1]; the line is one FMA, so one rounding. */
#ifndef VACT_ACT_PLAIN_HARD_SIGMOID_H
#define VACT_ACT_PLAIN_HARD_SIGMOID_H

/* An x beyond it counts as this. For alpha = 0 the line is beta, even where x is infinite. For |alpha| >= 1 it is a
 * power of two such that alpha*x is about 2^126, where it does not overflow and the line is far beyond 0 or 1. No
 * division: a compiler might divide in any case. */
VACT_INLINE vf hard_sigmoid_bound(const vact_params_f32 *params)
{
    vf one = vf_set1(1.0f), slope = vf_abs(vf_set1(params->v[0])), shift = vf_abs(vf_set1(params->v[1]));
    vi exponent = vi_shift_left(vi_shift_right(vf_bits(slope), 23), 23);
    vf power = vf_of_bits(vi_sub(vi_set1(379u << 23), exponent));
    vm steep = vm_and(vm_le(one, slope), vm_le(shift, vf_set1(0x1p100f)));
    vf bound = vf_select(steep, power, vf_set1(__builtin_inff()));
    return vf_select(vm_eq(slope, vf_set1(0.0f)), one, bound);
}

VACT_INLINE vf hard_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]), beta = vf_set1(params->v[1]), zero = vf_set1(0.0f);
    vf bound = hard_sigmoid_bound(params);
    vf bounded = vf_min(bound, vf_max(vf_neg(bound), x));
    /* + 0 turns -0, the result of a product that underflows, into the +0 of the lower clamp. */
    vf line = vf_add(vf_fma(alpha, bounded, beta), zero);
    vf clamped = vf_min(vf_set1(1.0f), vf_max(zero, line));
    /* A line through the origin keeps the sign of a zero x. */
    vm through_origin = vm_and(vm_eq(beta, zero), vm_le(zero, alpha));
    return vf_select(vm_and(vm_eq(x, zero), through_origin), x, clamped);
}

#endif
