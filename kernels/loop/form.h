/*
 * An activation some of whose lanes are rare: for nearly all arguments in use a short form does, and one that serves
 * every lane costs more. A vector with a rare lane takes the latter, which gives the ordinary lanes the same bits. A
 * loop makes one test of four vectors (loop/walk.h), so it takes the form; who has one vector calls act_forward.
 */
#ifndef VACT_LOOP_FORM_H
#define VACT_LOOP_FORM_H

typedef vf act_forward_fn(vf x, const vact_params_f32 *params);
typedef void act_four_fn(vf x[4], const vact_params_f32 *params);

/* Up to `limit` in magnitude a lane is ordinary: infinity, all are; 0, none is. NaN is ordinary and not. */
typedef struct {
    float limit;
    act_forward_fn *ordinary, *any;
    act_four_fn *any_four; /* `any` of four vectors, in place, or null: spares a loop calls and loads of constants */
} act_form;

#define ACT_UNLIMITED __builtin_inff()

VACT_INLINE vf act_forward(act_form form, vf x, const vact_params_f32 *params)
{
    if (form.limit < ACT_UNLIMITED && __builtin_expect(form.limit == 0.0f || vm_any_beyond(x, form.limit), 0))
        return form.any(x, params);
    return form.ordinary(x, params);
}

#endif
