/*
 * The forms of one activation, OP. Its header in act/ has either OP_forward alone, which serves every lane; or it
 * defines ACT_TWO_FORMS and has OP_common, OP_special, and OP_range, which says which lanes are common (loop/form.h).
 * This file defines the names that the header does not.
 */
#ifdef ACT_TWO_FORMS
VACT_NOINLINE static vf ACT(any)(vf x, const vact_params_f32 *params) { return ACT(special)(x, params); }

VACT_INLINE vf ACT(forward)(vf x, const vact_params_f32 *params)
{
    if (__builtin_expect(act_has_special(x, ACT(range)(params)), 0))
        return ACT(any)(x, params);
    return ACT(common)(x, params);
}
#undef ACT_TWO_FORMS
#else
VACT_INLINE act_range ACT(range)(const vact_params_f32 *params) { return (void)params, ACT_ALL_COMMON; }
VACT_INLINE vf ACT(common)(vf x, const vact_params_f32 *params) { return ACT(forward)(x, params); }
VACT_INLINE vf ACT(special)(vf x, const vact_params_f32 *params) { return ACT(forward)(x, params); }
#endif
