/*
 * gated_swish: min(g*sigma(alpha*g), L')*(clamp(up, -L, L) + beta) with g = min(gate, L). No operation of its own, but
 * the kernel of swiglu_oai, swiglu_clamped, swiglu_step and geglu_quick. Its parameters are
 *
 *   v[0], v[3]   alpha, as a hi/lo pair
 *   v[1]         beta; -0 where nothing is added, so that -0 stays
 *   v[2]         the limit L; where it is negative, -v[2] is L' and the limit of up, and the gate has none
 *
 * Common lanes are those with |alpha*g| <= 16 and a g that is not tiny. There the activation is rounded, and the sum
 * with beta is a hi/lo pair, so that besides only the product rounds. Special lanes: math/common/gate_product.h.
 */
#ifndef VACT_ACT_GATE_GATED_SWISH_H
#define VACT_ACT_GATE_GATED_SWISH_H

#include "act/gate/swiglu.h"
#include "loop/form.h"
#include "math/common/gate.h"
#include "math/common/gate_product.h"
#include "math/common/pair.h"

#define GATED_SWISH_COMMON 16.0f

/* What a call computes once. Where beta is so large that the sum with up might overflow, both are halved. */
typedef struct {
    float alpha, alpha_lo, beta, half;
    float gate, product, up; /* the limits of these, infinity where there is none */
    float common;            /* up to this |g| a lane is common; ACT_NONE_COMMON for parameters out of the ordinary */
} gated_swish_call;

VACT_INLINE gated_swish_call gated_swish_call_of(const vact_params_f32 *params)
{
    const float *v = params->v, limit = __builtin_fabsf(v[2]), size = __builtin_fabsf(v[0]);
    const int step = v[2] < 0.0f;
    const int sum_is_large = __builtin_fabsf(v[1]) > 0x1p+100f;
    const int ordinary = (size >= 0x1p-60f) & (size <= 0x1p+60f) & (limit >= GATE_TINY) & !sum_is_large;
    gated_swish_call c;
    c.alpha = v[0];
    c.alpha_lo = v[3];
    c.beta = v[1];
    c.half = sum_is_large ? 0.5f : 1.0f;
    c.gate = step ? ACT_UNLIMITED : limit;
    c.product = step ? limit : ACT_UNLIMITED;
    c.up = limit;
    /* The sum is not 0, since a compiler may divide in any case. */
    c.common = ordinary ? GATED_SWISH_COMMON / (size + 0x1p-100f) : ACT_NONE_COMMON;
    return c;
}

/* a + b as in math/common/pair.h; but where the sum is 0 the low part has its sign. Where it is infinite, lo is NaN. */
VACT_INLINE vf_pair gated_swish_sum(vf a, vf b)
{
    vf sum = vf_add(a, b), a_part = vf_sub(sum, b), b_part = vf_sub(sum, a_part);
    return (vf_pair){sum, vf_sub(vf_sub(a, a_part), vf_sub(b_part, b))};
}

/* clamp(up) + beta */
VACT_INLINE vf_pair gated_swish_factor(vf up, const gated_swish_call *c)
{
    vf limit = vf_set1(c->up);
    return gated_swish_sum(vf_apart(vf_min(limit, vf_max(vf_neg(limit), up))), vf_set1(c->beta)); /* as in gate_times */
}

VACT_INLINE vf_pair gated_swish_factor_halved(vf up, const gated_swish_call *c)
{
    vf limit = vf_set1(c->up), half = vf_set1(c->half);
    return gated_swish_sum(vf_mul(half, vf_apart(vf_min(limit, vf_max(vf_neg(limit), up)))),
                           vf_set1(c->half * c->beta));
}

/* A factor of one number. */
VACT_INLINE vf_pair gated_swish_single(vf w) { return (vf_pair){w, vf_mul(w, vf_set1(0.0f))}; }

/* a*(w.hi + w.lo), a not 0. A zero w has its sign in both parts, so that their sum has it; a NaN in w.lo counts as a
 * finite number beside w.hi. */
VACT_INLINE vf gated_swish_times(vf a, vf_pair w) { return vf_fma(a, w.hi, vf_min(vf_mul(a, w.lo), vf_set1(FLT_MAX))); }

/* The activation of common lanes; g is at most its limit. */
VACT_INLINE vf gated_swish_near(vf g, const gated_swish_call *c) { return swish_near(g, c->alpha, c->alpha_lo); }

/* Which lanes are common, the gate being g. */
VACT_INLINE vm gated_swish_usual(vf g, const gated_swish_call *c)
{
    vf magnitude = vf_abs(g);
    return vm_and(vm_le(vf_set1(GATE_TINY), magnitude), vm_le(magnitude, vf_set1(c->common)));
}

/* A product of special lanes, and where its activation is above its limit. */
typedef struct {
    vf y;
    vm clamped;
} gated_swish_result;

/* The activation of g times w, w halved as c says. Zeros, infinities and NaN take the plain product. */
VACT_INLINE gated_swish_result gated_swish_far(vf g, vf_pair w, const gated_swish_call *c)
{
    const vf zero = vf_set1(0.0f), one = vf_set1(1.0f), largest = vf_set1(FLT_MAX), limit = vf_set1(c->product);
    const float size = __builtin_fabsf(c->alpha), size_lo = c->alpha < 0.0f ? -c->alpha_lo : c->alpha_lo;
    const float divisor = size > 0x1p-100f ? size : 0x1p-100f, most = size > 0x1p-100f ? 600.0f / divisor : FLT_MAX;
    vf x = vf_flip_sign(g, vf_set1(c->alpha)), magnitude = vf_abs(g), factor = vf_abs(w.hi);

    /* Of a tiny p sigma is 1/2; the rounding error of a smaller one would be subnormal. */
    vf bounded = vf_max(vf_set1(0x1p-60f / divisor), vf_min(vf_set1(most), magnitude)),
       p = vf_mul(vf_set1(size), bounded);
    vf p_lo = vf_fma(vf_set1(size_lo), bounded, vf_fms(vf_set1(size), bounded, p));
    vf_pair t = {vf_min(vf_set1(300.0f), p), pair_low_of_exponent((vf_pair){p, p_lo})};
    vm above = vm_le(zero, x);
    gate_sigma s = gate_sigma_of(above, gate_logistic_of(t));

    vm numbers = vm_and(vm_and(vm_lt(zero, magnitude), vm_le(magnitude, largest)),
                        vm_and(vm_lt(zero, factor), vm_le(factor, largest)));
    vf_pair a = {vf_select(numbers, magnitude, one), zero};
    vf_pair b = {vf_select(numbers, factor, one), vf_select(numbers, vf_flip_sign(w.lo, w.hi), zero)};
    vm clamped = vm_and(above, vm_lt(limit, vf_mul(vf_min(largest, magnitude), s.reciprocal)));
    a.hi = vf_select(clamped, limit, a.hi);
    s.reciprocal = vf_select(clamped, one, s.reciprocal);
    s.change = vf_select(clamped, zero, s.change);
    vf y = vf_flip_sign(vf_flip_sign(gate_product(a, s, b, vf_set1(c->half < 1.0f ? 1.0f : 0.0f)), g), w.hi);

    vf act = c->alpha == 0.0f ? g : vf_select(vm_lt(x, vf_neg(largest)), vf_flip_sign(zero, g), g);
    act = vf_min(limit, vf_select(numbers, one, act));
    return (gated_swish_result){vf_select(numbers, y, vf_mul(act, vf_apart(vf_select(numbers, one, w.hi)))), clamped};
}

/* The same in any lane, with the bits of common lanes in those. */
VACT_INLINE gated_swish_result gated_swish_any_lane(vf g, vf_pair w, const gated_swish_call *c)
{
    vm usual = gated_swish_usual(g, c);
    gated_swish_result r = gated_swish_far(g, w, c);
    if (vm_any(usual)) {
        const vf limit = vf_set1(c->product);
        vf a = gated_swish_near(vf_select(usual, g, vf_set1(0x1p-60f)), c); /* common, and no product overflows */
        r.y = vf_select(usual, gated_swish_times(vf_apart(vf_min(limit, a)), w), r.y);
    }
    return r;
}

VACT_INLINE act_range gated_swish_range(const vact_params_f32 *params)
{
    return (act_range){GATE_TINY, gated_swish_call_of(params).common};
}

VACT_INLINE vf gated_swish_common(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    vf a = gated_swish_near(vf_min(vf_set1(c.gate), gate), &c);
    return gated_swish_times(vf_apart(vf_min(vf_set1(c.product), a)), gated_swish_factor(up, &c));
}

VACT_INLINE vf gated_swish_special(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    vf g = vf_min(vf_set1(c.gate), gate);
    if (vm_all(gated_swish_usual(g, &c))) /* after the clamp */
        return gated_swish_common(gate, up, params);
    return gated_swish_any_lane(g, gated_swish_factor_halved(up, &c), &c).y;
}

VACT_NOINLINE static vf gated_swish_any(vf gate, vf up, const vact_params_f32 *params)
{
    return gated_swish_special(gate, up, params);
}

VACT_INLINE vf gated_swish_forward(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    if (__builtin_expect(!vm_all(gated_swish_usual(gate, &c)), 0))
        return gated_swish_any(gate, up, params);
    return gated_swish_common(gate, up, params);
}

/* Whether it is swiglu with these parameters: that has a shorter kernel. Infinity by its bits: Clang 14 under
 * -fno-honor-infinities takes no float for it. */
VACT_INLINE int gated_swish_is_swiglu(const vact_params_f32 *params)
{
    const float *v = params->v;
    uint32_t limit;
    __builtin_memcpy(&limit, &v[2], sizeof limit);
    return (v[0] == 1.0f) & (v[1] == 0.0f) & (limit << 1 == 0xffu << 24) & (v[3] == 0.0f);
}

/* One vector of an operation that is this kernel. */
VACT_INLINE vf gated_swish_of(vf gate, vf up, vact_params_f32 params)
{
    return gated_swish_is_swiglu(&params) ? swiglu_forward(gate, up, &params) : gated_swish_forward(gate, up, &params);
}

#define ACT_OWN_FORMS

#endif
