/* The derivative of celu: x > 0 ? 1 : e^(x/alpha), x/alpha as a hi/lo pair by the residual of the division. */
#ifndef VACT_ACT_BACKWARD_CELU_H
#define VACT_ACT_BACKWARD_CELU_H

#include "math/fast/gradient.h"

VACT_INLINE vf celu_backward(vf dy, vf x, const vact_params_f32 *params)
{
    vf alpha = vf_set1(params->v[0]);
    vf_pair p;
    p.hi = vf_div(x, alpha);
    p.lo = vf_div(vf_fnma(p.hi, alpha, x), alpha);
    /* For alpha > 0 the exponential counts where p <= 0. */
    vf most = vf_set1(params->v[0] > 0.0f ? 0.0f : GRADIENT_MOST);
    vf below = gradient_exponential(dy, vf_set1(1.0f), p, most);
    return vf_select(vm_lt(vf_set1(0.0f), x), vf_quiet(dy), below);
}

#endif
