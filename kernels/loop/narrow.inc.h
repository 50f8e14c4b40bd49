/*
 * An activation over an array of 16-bit elements: makes vacti_<OP>_<type>_<build>_<set>. Included once per operation,
 * after the activation's header, with OP defined, OP_DEFAULTS the defaults of its parameters and OP_COUNT their number.
 * The mathematics is that of f32; what is its own is how results are rounded (elem/narrow.h). The main steps:
 *
 *   kernel -> OP_narrow_fours -> OP_common, OP_rounded
 *   kernel -> loop_beyond_cache -> loop_walked -> OP_narrow_fours -> ...
 */
#include "loop/forms.inc.h"

#define LOOP narrow

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/* The cures with the default parameters, for which they are; else a NaN becomes itself. */
VACT_INLINE elem_cures ACT(cures)(const vact_params_f32 *params)
{
    elem_cures cures = {{{0, 0}}};
    int same = 1;
    for (int k = 0; k < OP_COUNT; k++)
        same &= params->v[k] == ACT(defaults).v[k];
    for (size_t k = 0; k < ACT(rounding).count; k++)
        cures.of[k] = same ? ACT(rounding).cures[k] : (elem_cure){ELEM_NAN, ELEM_NAN};
    return cures;
}

/* The results of the elements x, from their lanes. */
VACT_INLINE vh ACT(rounded)(vf a, vf b, vh x, elem_ties ties, const elem_cures *cures)
{
    vh y = elem_narrow(a, b, ties);
    for (size_t k = 0; k < ACT(rounding).count; k++)
        y = vh_replace_equal(y, x, vh_set1(cures->of[k].input), vh_set1(cures->of[k].result));
    return y;
}

VACT_INLINE void WALK(store)(const loop_operands *from, size_t i, loop_four four, const elem_cures *cures,
                             loop_walk walk)
{
    for (size_t k = 0; k < 4; k += 2) {
        const size_t at = i + loop_place(k, from->apart);
        if (walk == WALK_STREAM)
            vh_stream(from->dst + at,
                      ACT(rounded)(four.x[k], four.x[k + 1], vh_load(from->x + at), ACT(rounding).ties, cures));
        else if (ACT(rounding).count > 0)
            vh_store(from->dst + at,
                     ACT(rounded)(four.x[k], four.x[k + 1], vh_load(from->x + at), ACT(rounding).ties, cures));
        else
            elem_store_two(from->dst + at, four.x[k], four.x[k + 1], ACT(rounding).ties);
    }
}

/* Of lanes that may be NaN. */
VACT_INLINE vf ACT(settled)(vf y)
{
    return ACT(rounding).any_nan ? vf_select(vm_eq(y, y), y, vf_set1(__builtin_nanf(""))) : y;
}

VACT_INLINE vf ACT(nudged_common)(vf x, const vact_params_f32 *params)
{
    return elem_nudged(ACT(common)(elem_nudged_argument(x, &ACT(rounding)), params), x, &ACT(rounding));
}

VACT_INLINE vf ACT(nudged_one)(vf x, const vact_params_f32 *params)
{
    const vf y = ACT(one)(elem_nudged_argument(x, &ACT(rounding)), params);
    return elem_nudged(ACT(settled)(y), x, &ACT(rounding));
}

VACT_INLINE loop_four WALK(special)(loop_four four, const vact_params_f32 *params)
{
    for (size_t k = 0; k < 4; k++) {
        const vf y = ACT(any)(elem_nudged_argument(four.x[k], &ACT(rounding)), params);
        four.x[k] = elem_nudged(ACT(settled)(y), four.x[k], &ACT(rounding));
    }
    return four;
}

#define LOOP_SET_UP const elem_cures cures = ACT(cures)(&given->params);
#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) ACT(nudged_common)(x, &from->params)
#define LOOP_SPECIAL(four) WALK(special)(four, &from->params)
#define LOOP_FINISH(four) four
#define LOOP_STORE(four) WALK(store)(from, i, four, &cures, walk)
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->apart)
#include "loop/fours.inc.h"

/* Two vectors of lanes at a time; the lanes beyond the end are 1, which is common to every activation. */
VACT_NOINLINE static void WALK(few)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const elem_cures cures = ACT(cures)(params);
    const elem_ties ties = ACT(usual)(params) ? ACT(rounding).ties : ACT(rounding).otherwise;
    for (size_t i = 0; i < n; i += VH_LANES) {
        const int whole = n - i >= VH_LANES;
        const vh x = whole ? vh_load(src + i) : vh_load_partial(src + i, n - i, ELEM_ONE);
        vf a, b;
        elem_widen(x, &a, &b);
        const vh y = ACT(rounded)(ACT(nudged_one)(a, params), ACT(nudged_one)(b, params), x, ties, &cures);
        if (whole)
            vh_store(dst + i, y);
        else
            vh_store_partial(dst + i, y, n - i);
    }
}

#include "loop/narrow_array.inc.h"

#undef LOOP
