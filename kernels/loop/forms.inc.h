/*
 * The forms of one activation, OP. Its header in act/ has either OP_forward alone, which serves every lane; or it
 * defines ACT_TWO_FORMS and has OP_common, OP_special, and OP_range, which says which lanes are common (loop/form.h).
 * This file defines the names that the header does not.
 *
 * A header may define two more. ACT_USUAL: the loops over four vectors are for usual parameters alone, for the size of
 * the library. It has OP_usual, which says whether parameters are, OP_common for them, OP_otherwise for the others, and
 * OP_forward for all. ACT_CALLED: epilogues and the last vectors of an array call one function for each vector.
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
#ifndef ACT_USUAL
VACT_INLINE vf ACT(common)(vf x, const vact_params_f32 *params) { return ACT(forward)(x, params); }
#endif
VACT_INLINE vf ACT(special)(vf x, const vact_params_f32 *params) { return ACT(common)(x, params); }
VACT_INLINE vf ACT(any)(vf x, const vact_params_f32 *params) { return ACT(common)(x, params); }
#endif

#ifndef ACT_USUAL
VACT_INLINE int ACT(usual)(const vact_params_f32 *params) { return (void)params, 1; }
VACT_INLINE vf ACT(otherwise)(vf x, const vact_params_f32 *params) { return ACT(common)(x, params); }
#endif
#undef ACT_USUAL

#ifndef ACT_CALLED
#define ACT_CALLED VACT_INLINE
#endif
ACT_CALLED vf ACT(common_called)(vf x, const vact_params_f32 *params) { return ACT(common)(x, params); }
#undef ACT_CALLED

/* A vector alone, with any lanes and parameters. */
VACT_INLINE vf ACT(one)(vf x, const vact_params_f32 *params)
{
    if (!ACT(usual)(params))
        return ACT(otherwise)(x, params);
    if (__builtin_expect(act_has_special(x, ACT(range)(params)), 0))
        return ACT(any)(x, params);
    return ACT(common_called)(x, params);
}
