/*
 * The forms of one derivative, OP_<BACKWARD>. Its header in act/backward/ has either OP_<BACKWARD> alone, which serves
 * every x; or it defines BACKWARD_TWO_FORMS and has OP_<BACKWARD>_common, OP_<BACKWARD>_special and
 * OP_<BACKWARD>_range, which says which x are common (loop/form.h). Both forms return a quiet NaN where x is NaN. If
 * its activation says ACT_USUAL (loop/forms.inc.h), these are for usual parameters, and OP_<BACKWARD>_otherwise with
 * BACKWARD_OTHERWISE is for all others. This file defines the names that the header does not.
 */
#ifdef BACKWARD_TWO_FORMS
VACT_NOINLINE static vf WALK(any)(vf dy, vf x, const vact_params_f32 *params) { return WALK(special)(dy, x, params); }

/* What gated units call too. */
VACT_INLINE vf ACT(BACKWARD)(vf dy, vf x, const vact_params_f32 *params)
{
    if (__builtin_expect(act_has_special(x, WALK(range)(params)), 0))
        return WALK(any)(dy, x, params);
    return WALK(common)(dy, x, params);
}
#undef BACKWARD_TWO_FORMS
#else
VACT_INLINE act_range WALK(range)(const vact_params_f32 *params) { return (void)params, ACT_ALL_COMMON; }
VACT_INLINE vf WALK(common)(vf dy, vf x, const vact_params_f32 *params)
{
    return backward_of(dy, x, params, ACT(BACKWARD));
}
VACT_INLINE vf WALK(special)(vf dy, vf x, const vact_params_f32 *params) { return WALK(common)(dy, x, params); }
#endif

#ifndef BACKWARD_OTHERWISE
VACT_INLINE vf WALK(otherwise)(vf dy, vf x, const vact_params_f32 *params) { return WALK(common)(dy, x, params); }
#endif
#undef BACKWARD_OTHERWISE
