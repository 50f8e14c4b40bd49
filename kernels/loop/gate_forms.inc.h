/*
 * The forms of one gated unit, OP. Its header in act/gate/ has either OP_forward alone; or it defines ACT_TWO_FORMS and
 * has, each a function of gate, up and the parameters,
 *
 *   OP_common    for gates that are common to all forms
 *   OP_usual     for every gate but far and tiny ones (math/common/gate.h); the same bits for common gates
 *   OP_far       for far gates
 *   OP_tiny      for tiny gates
 *
 * and OP_limits, which says which gates are far, and up to where the activation's lanes are common. If it also defines
 * ACT_BY_PARAMETERS, OP_far serves every gate but tiny ones; all special ones where the limit of far gates is above 0;
 * and there are OP_long, a common form for parameters for which OP_limits has no common lanes, and OP_long_range, where
 * its lanes are. Or the header defines ACT_OWN_FORMS and has all names that are made here: OP_range, OP_common, OP_any,
 * which serves every lane and is not inlined, and OP_forward.
 */
#ifdef ACT_TWO_FORMS
VACT_INLINE act_range ACT(range)(const vact_params_f32 *params) { return gate_range_of(ACT(limits)(params)); }

/* In far and tiny lanes the other forms compute with a gate of 1. */
VACT_INLINE vf ACT(special)(vf gate, vf up, const vact_params_f32 *params)
{
    const float limit = ACT(limits)(params).far;
    if (limit > 0.0f)
        return ACT(far)(gate, up, params);
    vm far = vm_lt(gate, vf_set1(limit)), tiny = vm_lt(vf_abs(gate), vf_set1(GATE_TINY));
    vm either = vm_or(far, tiny);
    vf y = vm_all(either) ? up : ACT(usual)(vf_select(either, vf_set1(1.0f), gate), up, params);
    if (vm_any(far))
        y = vf_select(far, ACT(far)(gate, up, params), y);
    if (vm_any(tiny))
        y = vf_select(tiny, ACT(tiny)(gate, up, params), y);
    return y;
}

VACT_NOINLINE static vf ACT(any)(vf gate, vf up, const vact_params_f32 *params)
{
    return ACT(special)(gate, up, params);
}

VACT_INLINE vf ACT(forward)(vf gate, vf up, const vact_params_f32 *params)
{
    if (__builtin_expect(act_has_special(gate, ACT(range)(params)), 0))
        return ACT(any)(gate, up, params);
    return ACT(common)(gate, up, params);
}
#elif !defined ACT_OWN_FORMS
VACT_INLINE act_range ACT(range)(const vact_params_f32 *params) { return (void)params, ACT_ALL_COMMON; }
VACT_INLINE vf ACT(common)(vf gate, vf up, const vact_params_f32 *params) { return ACT(forward)(gate, up, params); }
#endif
