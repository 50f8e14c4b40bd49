/*
 * An activation over an array of 16-bit elements: makes vacti_<OP>_<type>_<build>_<set>. Included once per operation,
 * after the activation's header, with OP defined, OP_DEFAULTS the defaults of its parameters and OP_COUNT their number. The mathematics is
 * that of f32; what is its own is how results are rounded (elem/narrow.h). The main steps:
 *
 *   kernel -> OP_narrow_fours -> OP_common, OP_rounded
 *   kernel -> loop_beyond_cache -> loop_walked -> OP_narrow_fours -> ...
 */
#include "loop/forms.inc.h"

#define LOOP narrow

static const vact_params_f32 ACT(defaults) = {{OP_DEFAULTS}};

/* What the cures add: their steps with the default parameters, for which they are, else 0. */
VACT_INLINE elem_steps ACT(steps)(const vact_params_f32 *params)
{
    elem_steps steps = {{0}};
    int same = 1;
    for (int k = 0; k < OP_COUNT; k++)
        same &= params->v[k] == ACT(defaults).v[k];
    for (size_t k = 0; k < ACT(rounding).count; k++)
        steps.of[k] = same ? (uint16_t)ACT(rounding).cures[k].step : 0;
    return steps;
}

/* The results of the elements x, from their lanes. */
VACT_INLINE vh ACT(rounded)(vf a, vf b, vh x, const elem_steps *steps)
{
    vh y = elem_narrow(a, b, ACT(rounding).ties);
    for (size_t k = 0; k < ACT(rounding).count; k++)
        y = vh_add_where_equal(y, x, vh_set1(ACT(rounding).cures[k].input), vh_set1(steps->of[k]));
    return y;
}

VACT_INLINE void WALK(store)(const loop_operands *from, size_t i, loop_four four, const elem_steps *steps,
                             loop_walk walk)
{
    for (size_t k = 0; k < 4; k += 2) {
        const size_t at = i + loop_place(k, from->apart);
        const vh y = ACT(rounded)(four.x[k], four.x[k + 1], vh_load(from->x + at), steps);
        if (walk == WALK_STREAM)
            vh_stream(from->dst + at, y);
        else
            vh_store(from->dst + at, y);
    }
}

VACT_INLINE loop_four WALK(special)(loop_four four, const vact_params_f32 *params)
{
    for (size_t k = 0; k < 4; k++)
        four.x[k] = ACT(any)(four.x[k], params);
    return four;
}

#define LOOP_SET_UP const elem_steps steps = ACT(steps)(&given->params);
#define LOOP_RANGE ACT(range)(&from->params)
#define LOOP_ARGUMENTS loop_elements(from, i)
#define LOOP_COMMON(x, k) ACT(common)(x, &from->params)
#define LOOP_SPECIAL(four) WALK(special)(four, &from->params)
#define LOOP_FINISH(four) four
#define LOOP_STORE(four) WALK(store)(from, i, four, &steps, walk)
#define LOOP_PREFETCH(ahead) loop_prefetch(from->x + (ahead), from->apart)
#include "loop/fours.inc.h"

/* Two vectors of lanes at a time; the lanes beyond the end are 1, which is common to every activation. */
VACT_NOINLINE static void WALK(few)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const elem_steps steps = ACT(steps)(params);
    for (size_t i = 0; i < n; i += VH_LANES) {
        const int whole = n - i >= VH_LANES;
        const vh x = whole ? vh_load(src + i) : vh_load_partial(src + i, n - i, ELEM_ONE);
        vf a, b;
        elem_widen(x, &a, &b);
        const vh y = ACT(rounded)(ACT(one)(a, params), ACT(one)(b, params), x, &steps);
        if (whole)
            vh_store(dst + i, y);
        else
            vh_store_partial(dst + i, y, n - i);
    }
}

VACT_NOINLINE static void WALK(in_cache)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    const loop_operands from = {.dst = dst, .x = src, .params = *params};
    const size_t done = WALK(fours)(&from, n, WALK_CACHED);
    if (done < n)
        WALK(few)(dst + done, src + done, n - done, params);
}

VACT_NOINLINE static void WALK(rest)(const loop_operands *from, size_t n)
{
    const vact_params_f32 own = from->params;
    WALK(in_cache)(from->dst, from->x, n, &own);
}

KERNEL_TYPE(unary) KERNEL(OP);

void KERNEL(OP)(elem *dst, const elem *src, size_t n, const vact_params_f32 *params)
{
    params = params ? params : &ACT(defaults);
    if (!LOOP_BY_FOURS || n < 4 * VF_LANES || !ACT(usual)(params))
        WALK(few)(dst, src, n, params);
    else if (!VF_STREAMS || n <= LOOP_SHORT)
        WALK(in_cache)(dst, src, n, params);
    else
        loop_beyond_cache(dst, src, NULL, n, params, WALK(fours), WALK(rest));
}

#undef LOOP
