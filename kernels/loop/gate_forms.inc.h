/*
 * The forms of one gated unit, OP. Its header in act/gate/ has either OP_forward alone; or it defines ACT_TWO_FORMS and
 * has, each a function of gate and up,
 *
 *   OP_common    for gates that are common to all forms
 *   OP_usual     for every gate but far and tiny ones (math/common/gate.h); the same bits for common gates
 *   OP_far       for far gates
 *   OP_tiny      for tiny gates
 *
 * and OP_limits, which says which gates are far, and up to where the activation's lanes are common.
 */
#ifdef ACT_TWO_FORMS
VACT_INLINE act_range ACT(range)(void) { return gate_range_of(ACT(limits)()); }

/* In far and tiny lanes the other forms compute with a gate of 1. */
VACT_INLINE vf ACT(special)(vf gate, vf up)
{
    vm far = vm_lt(gate, vf_set1(ACT(limits)().far)), tiny = vm_lt(vf_abs(gate), vf_set1(GATE_TINY));
    vm either = vm_or(far, tiny);
    vf y = vm_all(either) ? up : ACT(usual)(vf_select(either, vf_set1(1.0f), gate), up);
    if (vm_any(far))
        y = vf_select(far, ACT(far)(gate, up), y);
    if (vm_any(tiny))
        y = vf_select(tiny, ACT(tiny)(gate, up), y);
    return y;
}

VACT_NOINLINE static vf ACT(any)(vf gate, vf up) { return ACT(special)(gate, up); }

VACT_INLINE vf ACT(forward)(vf gate, vf up)
{
    if (__builtin_expect(act_has_special(gate, ACT(range)()), 0))
        return ACT(any)(gate, up);
    return ACT(common)(gate, up);
}
#else
VACT_INLINE act_range ACT(range)(void) { return ACT_ALL_COMMON; }
VACT_INLINE vf ACT(common)(vf gate, vf up) { return ACT(forward)(gate, up); }
#endif
