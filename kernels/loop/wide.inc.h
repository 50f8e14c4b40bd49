/*
 * The forms of an activation in double lanes, OP. Its header in act/wide/ has OP_value and OP_slope, and where the
 * registry says that a derivative can be had from the output, OP_slope_from_output. This file makes of them OP_forward,
 * OP_backward and OP_backward_from_output (with OP_KEEPS_OUTPUT), as the headers of act/plain and act/backward have
 * them.
 */
VACT_INLINE vf ACT(forward)(vf x, const act_params *params) { return vf_or_nan(wide_round(ACT(value)(x, params)), x); }

VACT_INLINE vf ACT(backward)(vf dy, vf x, const act_params *params)
{
    return loop_wide_gradient(dy, ACT(slope)(x, params));
}

#ifdef OP_KEEPS_OUTPUT
VACT_INLINE vf ACT(backward_from_output)(vf dy, vf y, const act_params *params)
{
    return loop_wide_gradient(dy, ACT(slope_from_output)(y, params));
}
#endif
