/* hard_shrink: |x| <= lambda ? 0 with the sign of x : x. */
#ifndef VACT_ACT_PLAIN_HARD_SHRINK_H
#define VACT_ACT_PLAIN_HARD_SHRINK_H

VACT_INLINE vf hard_shrink_forward(vf x, const act_params *params)
{
    vm inside = vm_le(vf_abs(x), vf_set1(params->v[0]));
    return vf_select(inside, vf_copysign(vf_set1(0.0f), x), x);
}

#endif
