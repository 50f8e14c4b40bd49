/* The derivative of softplus: sigmoid(beta*x), 1 above the threshold; of the output, 1 - e^(-beta*y). */
#ifndef VACT_ACT_BACKWARD_SOFTPLUS_H
#define VACT_ACT_BACKWARD_SOFTPLUS_H

VACT_INLINE vf softplus_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf p = vf_mul(vf_set1(params->v[0]), x);
    vf slope = vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), math_exp(vf_neg(p))));
    return vf_select(vm_lt(vf_set1(params->v[1]), p), dy, vf_mul(dy, slope));
}

VACT_INLINE vf softplus_backward_from_output(vf dy, vf y, const vact_params_f32 *params)
{
    vf p = vf_mul(vf_set1(params->v[0]), y);
    return vf_select(vm_lt(vf_set1(params->v[1]), p), dy, vf_mul(dy, vf_neg(math_expm1(vf_neg(p)))));
}

#endif
