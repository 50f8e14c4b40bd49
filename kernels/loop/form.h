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
    act_four_fn *any_four; /* `any` of four vectors, in place: spares a loop calls and loads of constants */
} act_form;

#define ACT_UNLIMITED __builtin_inff()

/* All lanes alike: one function serves them. */
#define ACT_ONE_FORM(forward) ((act_form){ACT_UNLIMITED, forward, NULL, NULL})

VACT_INLINE vf act_forward(act_form form, vf x, const vact_params_f32 *params)
{
    if (form.limit < ACT_UNLIMITED && __builtin_expect(form.limit == 0.0f || vm_any_beyond(x, form.limit), 0))
        return form.any(x, params);
    return form.ordinary(x, params);
}

/* From name_ordinary and name_rare, which serves every lane, what loops and other mathematics call; the limit may be
 * made of params. */
#define ACT_FORMS(name, ordinary_limit)                                                                                \
    VACT_NOINLINE static vf name##_any(vf x, const vact_params_f32 *params) { return name##_rare(x, params); }         \
    VACT_NOINLINE static void name##_any_four(vf x[4], const vact_params_f32 *params)                                  \
    {                                                                                                                  \
        for (size_t k = 0; k < 4; k++)                                                                                 \
            x[k] = name##_rare(x[k], params);                                                                          \
    }                                                                                                                  \
    VACT_INLINE act_form name##_form(const vact_params_f32 *params)                                                    \
    {                                                                                                                  \
        return (void)params, (act_form){(ordinary_limit), name##_ordinary, name##_any, name##_any_four};               \
    }                                                                                                                  \
    VACT_INLINE vf name##_forward(vf x, const vact_params_f32 *params)                                                 \
    {                                                                                                                  \
        return act_forward(name##_form(params), x, params);                                                            \
    }

#endif
