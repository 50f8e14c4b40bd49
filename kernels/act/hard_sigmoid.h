/* hard_sigmoid: alpha*x + beta clamped to [0, 1]; the line is one FMA, so one rounding. */
#ifndef VACT_ACT_HARD_SIGMOID_H
#define VACT_ACT_HARD_SIGMOID_H

VACT_INLINE vf hard_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    float alpha = params->v[0], beta = params->v[1];
    vf zero = vf_set1(0.0f);
    /* Where alpha is 0 the line is beta, for an infinite x too. */
    float bound = alpha == 0.0f ? 1.0f : __builtin_inff();
    vf bounded = vf_min(vf_set1(bound), vf_max(vf_set1(-bound), x));
    /* + 0 makes a -0, as of a product that underflows, the +0 of the lower clamp. */
    vf line = vf_add(vf_fma(vf_set1(alpha), bounded, vf_set1(beta)), zero);
    vf clamped = vf_min(vf_set1(1.0f), vf_max(zero, line));
    /* A line through the origin keeps the sign of a zero x. */
    float origin = beta == 0.0f && alpha >= 0.0f ? 0.0f : 1.0f;
    return vf_select(vm_and(vm_eq(x, zero), vm_eq(vf_set1(origin), zero)), x, clamped);
}

#endif
