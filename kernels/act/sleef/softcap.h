/* softcap: c*tanh(x/c); below 2^-14*c it is x. */
#ifndef VACT_ACT_SLEEF_SOFTCAP_H
#define VACT_ACT_SLEEF_SOFTCAP_H

#include "math/common/softcap.h"
#include "math/sleef/functions.h"

VACT_INLINE vf softcap_forward(vf x, const vact_params_f32 *params)
{
    vf c = vf_set1(params->v[0]), t = vf_abs(x);
    softcap_scaled scaled = softcap_scaled_of(params);
    vf q = vf_div(softcap_magnitude(x, scaled, 9.25f), vf_set1(scaled.c));
    vf y = vf_min(c, vf_mul(c, math_tanh(q)));
    return vf_flip_sign(vf_select(vm_lt(t, vf_mul(c, vf_set1(0x1p-14f))), t, y), x);
}

#define ACT_CALLED VACT_NOINLINE static

#endif
