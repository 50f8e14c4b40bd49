/* hard_sigmoid: alpha*x + beta clamped to [0, 1]; the line is one FMA, so one rounding. */
#ifndef VACT_ACT_HARD_SIGMOID_H
#define VACT_ACT_HARD_SIGMOID_H

VACT_INLINE vf hard_sigmoid_forward(vf x, const vact_params_f32 *params)
{
    float alpha = params->v[0];
    /* With beta = -0 in place of +0 the sum keeps the sign of a zero x, and nothing else changes. */
    float beta = params->v[1] == 0.0f ? -0.0f : params->v[1];
    /* Where alpha is 0 the line is beta, for an infinite x too. */
    float bound = alpha == 0.0f ? 1.0f : __builtin_inff();
    vf bounded = vf_min(vf_set1(bound), vf_max(vf_set1(-bound), x));
    vf line = vf_fma(vf_set1(alpha), bounded, vf_set1(beta));
    return vf_min(vf_set1(1.0f), vf_max(vf_set1(0.0f), line));
}

#endif
