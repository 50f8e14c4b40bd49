/* exp: the math layer's own. */
#ifndef VACT_ACT_EXP_H
#define VACT_ACT_EXP_H

VACT_INLINE vf exp_forward(vf x, const vact_params_f32 *params)
{
    (void)params;
    return math_exp(x);
}

#endif
