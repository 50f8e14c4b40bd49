/*
 * Special and common lanes. An activation may have two forms: a short one for common arguments, which are nearly all
 * that occur, and a slower one for every argument. A vector with a special lane takes the slower form, which gives its
 * common lanes the same bits.
 */
#ifndef VACT_LOOP_FORM_H
#define VACT_LOOP_FORM_H

/* A lane is common where tiny <= |x| <= limit. If limit is infinity all lanes are common (tiny being 0), if it is
 * negative none is. NaN may count as either. */
typedef struct {
    float tiny, limit;
} act_range;

#define ACT_UNLIMITED __builtin_inff()
#define ACT_NONE_COMMON (-1.0f) /* not 0: zeros would be common */
#define ACT_ALL_COMMON ((act_range){0.0f, ACT_UNLIMITED})

/* Whether a test is needed: not where the limit is known to be infinity when this is compiled. Without optimisation
 * nothing is known then, and the limit is compared: the test counts a NaN as special, and what has one form alone has
 * none for special lanes. */
VACT_INLINE int act_is_limited(act_range range)
{
#ifdef __OPTIMIZE__
    return !(__builtin_constant_p(range.limit) && range.limit == ACT_UNLIMITED);
#else
    return range.limit != ACT_UNLIMITED;
#endif
}

VACT_INLINE int act_has_special(vf x, act_range range)
{
    if (!act_is_limited(range))
        return 0;
    return range.tiny > 0.0f ? vm_any(vm_outside(x, range.tiny, range.limit)) : vm_any_beyond(x, range.limit);
}

#endif
