/* relu_squared: relu(x)^2, one rounding. */
#ifndef VACT_ACT_PLAIN_RELU_SQUARED_H
#define VACT_ACT_PLAIN_RELU_SQUARED_H

VACT_INLINE vf relu_squared_forward(vf x, const act_params *params)
{
    (void)params;
    vf r = vf_apart(vf_max(vf_set1(0.0f), x)); /* else GCC squares a negative x, too, and selects the square */
    return vf_mul(r, r);
}

#endif
