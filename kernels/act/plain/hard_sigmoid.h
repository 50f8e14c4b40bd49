/* hard_sigmoid: alpha*x + beta clamped to [0, 1]; the line is one FMA, so one rounding. */
#ifndef VACT_ACT_PLAIN_HARD_SIGMOID_H
#define VACT_ACT_PLAIN_HARD_SIGMOID_H

VACT_INLINE vf hard_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]), beta = vf_set1(params->v[1]), zero = vf_set1(0.0f);
    /* For alpha = 0 the line is beta, even where x is infinite. */
    vf bound = vf_select(vm_eq(alpha, zero), vf_set1(1.0f), vf_set1(__builtin_inff()));
    vf bounded = vf_min(bound, vf_max(vf_neg(bound), x));
    /* + 0 turns -0, the result of a product that underflows, into the +0 of the lower clamp. */
    vf line = vf_add(vf_fma(alpha, bounded, beta), zero);
    vf clamped = vf_min(vf_set1(1.0f), vf_max(zero, line));
    /* A line through the origin keeps the sign of a zero x. */
    vm through_origin = vm_and(vm_eq(beta, zero), vm_le(zero, alpha));
    return vf_select(vm_and(vm_eq(x, zero), through_origin), x, clamped);
}

#endif
