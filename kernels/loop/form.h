/*
 * An activation some of whose lanes are special: a short form serves nearly all arguments in use, the common ones, and
 * one that serves every lane costs more. A vector with a special lane takes the latter, which gives the common lanes
 * the same bits.
 */
#ifndef VACT_LOOP_FORM_H
#define VACT_LOOP_FORM_H

/* From `tiny` on and up to `limit` in magnitude a lane is common: infinity, all are; negative, none is. NaN is common
 * and not. */
typedef struct {
    float tiny, limit;
} act_range;

#define ACT_UNLIMITED __builtin_inff()
#define ACT_NONE_COMMON (-1.0f) /* not 0, up to which zeros are */
#define ACT_ALL_COMMON ((act_range){0.0f, ACT_UNLIMITED})

/* Whether a test is needed: where the limit depends on parameters it is, and nothing is beyond infinity. */
VACT_INLINE int act_is_limited(act_range range)
{
    return !(__builtin_constant_p(range.limit) && range.limit == ACT_UNLIMITED);
}

VACT_INLINE int act_has_special(vf x, act_range range)
{
    if (!act_is_limited(range))
        return 0;
    return range.tiny > 0.0f ? vm_any(vm_outside(x, range.tiny, range.limit)) : vm_any_beyond(x, range.limit);
}

#endif
