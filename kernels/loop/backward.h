/* What all derivatives share. */
#ifndef VACT_LOOP_BACKWARD_H
#define VACT_LOOP_BACKWARD_H

typedef vf act_backward_fn(vf dy, vf x, const act_params *params);

/* A NaN in x gives NaN, and a quiet one, also where comparisons would send it to one side of a kink. */
VACT_INLINE vf backward_of(vf dy, vf x, const act_params *params, act_backward_fn *backward)
{
    return vf_or_nan(backward(dy, x, params), x);
}

#endif
