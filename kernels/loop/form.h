/*
 * An activation some of whose lanes are rare: for nearly all arguments in use a short form does, and one that serves
 * every lane costs more. A vector with a rare lane takes the latter, which gives the ordinary lanes the same bits. A
 * loop makes one test of four vectors (loop/walk.h), so it takes the form; who has one vector calls act_forward.
 */
#ifndef VACT_LOOP_FORM_H
#define VACT_LOOP_FORM_H

typedef vf act_forward_fn(vf x, const vact_params_f32 *params);

/* From `tiny` on and up to `limit` in magnitude a lane is ordinary: infinity, all are; negative, none is. NaN is
 * ordinary and not. */
typedef struct {
    float tiny, limit;
    act_forward_fn *ordinary, *rare; /* inlined; `rare` serves every lane */
    act_forward_fn *any;             /* `rare` as a function of its own */
} act_form;

#define ACT_UNLIMITED __builtin_inff()
#define ACT_NONE_ORDINARY (-1.0f) /* not 0, up to which zeros are */

/* All lanes alike: one function serves them. */
#define ACT_ONE_FORM(forward) ((act_form){0.0f, ACT_UNLIMITED, forward, forward, forward})

/* Whether a test is needed: where the limit depends on parameters it is, and nothing is beyond infinity. */
VACT_INLINE int act_is_limited(float limit) { return !(__builtin_constant_p(limit) && limit == ACT_UNLIMITED); }

VACT_INLINE int act_has_rare(vf x, float tiny, float limit)
{
    if (!act_is_limited(limit))
        return 0;
    return tiny > 0.0f ? vm_any(vm_outside(x, tiny, limit)) : vm_any_beyond(x, limit);
}

VACT_INLINE vf act_forward(act_form form, vf x, const vact_params_f32 *params)
{
    if (__builtin_expect(act_has_rare(x, form.tiny, form.limit), 0))
        return form.any(x, params);
    return form.ordinary(x, params);
}

#endif
