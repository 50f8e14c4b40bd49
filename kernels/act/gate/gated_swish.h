/*
 * gated_swish: min(g*sigma(alpha*g), L')*(clamp(up, -L, L) + beta) with g = min(gate, L). No operation of its own, but
 * the kernel of swiglu_oai, swiglu_clamped, swiglu_step and geglu_quick. Its parameters are
 *
 *   v[0], v[3]   alpha, as a hi/lo pair
 *   v[1]         beta; -0 where nothing is added, so that -0 stays
 *   v[2]         the limit L; where it is negative, -v[2] is L' and the limit of up, and the gate has none
 *
 * Common lanes are those with |alpha*g| <= 16 and a g that is not tiny. There the activation is rounded, and the sum
 * with beta is a hi/lo pair, so that besides only the product rounds. So are others; but far gates, below -44/alpha,
 * have their power of 2 in two parts, the second of which multiplies the product. For parameters out of the ordinary,
 * or an alpha that is not in [2^-32, 2^32], every special lane is computed as in math/common/gate_product.h.
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
    float far;               /* below this gate a lane is far; GATE_ALL_FAR where each special one is */
    float power;             /* in far lanes the first part is 2^-power */
    int short_sum;           /* the short form of clamp(up) + beta is exact */
} gated_swish_call;

/* Whether beta is a whole number of ULPs of the limit, and so of every clamp(up): its lowest bit that is set counts. */
VACT_INLINE int gated_swish_sum_is_short(float beta, float limit)
{
    uint32_t b, of_limit;
    __builtin_memcpy(&b, &beta, sizeof b);
    __builtin_memcpy(&of_limit, &limit, sizeof of_limit);
    b &= ~(1u << 31);
    return (b == 0) | ((b >> 23) + (uint32_t)__builtin_ctz(b | 1u << 23) >= of_limit >> 23);
}

/* 1/alpha, for limits; the sum is not 0, since a compiler may divide in any case. */
VACT_INLINE float gated_swish_inverse(float alpha) { return 1.0f / (__builtin_fabsf(alpha) + 0x1p-100f); }

/* The power is 64 for an alpha near 1, and as much more as gates are larger by 1/alpha: the first part of an activation
 * in far lanes is in [2^-60, 2^-56], and neither its product with a low part is subnormal nor that with 2^128 and 2^49
 * infinite. For a moderate alpha it is at least 32: the 1 of 1 + 2^power does not count. */
VACT_INLINE gated_swish_call gated_swish_call_of(const vact_params_f32 *params)
{
    const float *v = params->v, limit = __builtin_fabsf(v[2]), size = __builtin_fabsf(v[0]);
    const int step = v[2] < 0.0f;
    const int sum_is_large = __builtin_fabsf(v[1]) > 0x1p+100f;
    const int ordinary = (size >= 0x1p-60f) & (size <= 0x1p+60f) & (limit >= GATE_TINY) &
                         (__builtin_fabsf(v[1]) <= 0x1p+60f); /* no product with w.lo is infinite */
    const int moderate = ordinary & (v[0] >= 0x1p-32f) & (v[0] <= 0x1p+32f);
    const float inverse = gated_swish_inverse(size);
    uint32_t bits;
    __builtin_memcpy(&bits, &size, sizeof bits);
    gated_swish_call c;
    c.alpha = v[0];
    c.alpha_lo = v[3];
    c.beta = v[1];
    c.half = sum_is_large ? 0.5f : 1.0f;
    c.gate = step ? ACT_UNLIMITED : limit;
    c.product = step ? limit : ACT_UNLIMITED;
    c.up = limit;
    c.common = ordinary ? GATED_SWISH_COMMON * inverse : ACT_NONE_COMMON;
    c.power = (float)(64 + 127 - (int)(bits >> 23));
    c.far = moderate ? (1.0f - c.power) * MATH_LN2 * inverse : GATE_ALL_FAR;
    c.short_sum = gated_swish_sum_is_short(v[1], limit);
    return c;
}

/* a + b as in math/common/pair.h; but where the sum is 0 the low part has its sign. Where it is infinite, lo is NaN. */
VACT_INLINE vf_pair gated_swish_sum(vf a, vf b)
{
    vf sum = vf_add(a, b), a_part = vf_sub(sum, b), b_part = vf_sub(sum, a_part);
    return (vf_pair){sum, vf_sub(vf_sub(a, a_part), vf_sub(b_part, b))};
}

/* The same (Dekker 1971), where b is not below a in magnitude or is a whole number of ULPs of a: then sum - b is one
 * too, so small that it is exact. */
VACT_INLINE vf_pair gated_swish_sum_short(vf a, vf b)
{
    vf sum = vf_add(a, b);
    return (vf_pair){sum, vf_sub(a, vf_sub(sum, b))};
}

/* As in gate_times. */
VACT_INLINE vf gated_swish_clamped(vf up, const gated_swish_call *c)
{
    vf limit = vf_set1(c->up);
    return vf_apart(vf_min(limit, vf_max(vf_neg(limit), up)));
}

/* clamp(up) + beta */
VACT_INLINE vf_pair gated_swish_factor(vf up, const gated_swish_call *c)
{
    return gated_swish_sum(gated_swish_clamped(up, c), vf_set1(c->beta));
}

VACT_INLINE vf_pair gated_swish_factor_halved(vf up, const gated_swish_call *c)
{
    vf half = vf_set1(c->half);
    return gated_swish_sum(vf_mul(half, gated_swish_clamped(up, c)), vf_set1(c->half * c->beta));
}

/* The same sum where it is short. */
VACT_INLINE vf_pair gated_swish_factor_short(vf up, const gated_swish_call *c)
{
    return gated_swish_sum_short(gated_swish_clamped(up, c), vf_set1(c->beta));
}

/* A factor of one number. */
VACT_INLINE vf_pair gated_swish_single(vf w) { return (vf_pair){w, vf_mul(w, vf_set1(0.0f))}; }

/* a*(w.hi + w.lo), a not 0 and a*w.lo not infinite. A zero w has its sign in both parts, so that their sum has it; a
 * NaN in w.lo counts as a finite number beside w.hi. */
VACT_INLINE vf gated_swish_times(vf a, vf_pair w) { return vf_fma(a, w.hi, vf_min(vf_mul(a, w.lo), vf_set1(FLT_MAX))); }

/* The same for any a. Above `most` a is exact, and less of w.lo will do. vf_apart here and below: as in gate_times. */
VACT_INLINE vf gated_swish_times_up_to(vf most, vf a, vf_pair w)
{
    return vf_fma(a, w.hi, vf_min(vf_mul(vf_apart(vf_min(most, a)), w.lo), vf_set1(FLT_MAX)));
}

/* The activation of common lanes; g is at most its limit. */
VACT_INLINE vf gated_swish_near(vf g, const gated_swish_call *c) { return swish_near(g, c->alpha, c->alpha_lo); }

/* Which lanes are common, the gate being g. */
VACT_INLINE vm gated_swish_is_common(vf g, const gated_swish_call *c)
{
    vf magnitude = vf_abs(g);
    return vm_and(vm_le(vf_set1(GATE_TINY), magnitude), vm_le(magnitude, vf_set1(c->common)));
}

/* A product of special lanes, and where its activation is above its limit. */
typedef struct {
    vf y;
    vm clamped;
} gated_swish_result;

/* The activation of any g times w, w halved as c says. Zeros, infinities and NaN take the plain product. */
VACT_INLINE gated_swish_result gated_swish_product(vf g, vf_pair w, const gated_swish_call *c)
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
VACT_NOINLINE static gated_swish_result gated_swish_any_lane(vf g, vf_pair w, const gated_swish_call *c)
{
    vm usual = gated_swish_is_common(g, c);
    gated_swish_result r = gated_swish_product(g, w, c);
    if (vm_any(usual)) {
        const vf limit = vf_set1(c->product);
        vf a = gated_swish_near(vf_select(usual, g, vf_set1(0x1p-60f)), c); /* common, and no product overflows */
        r.y = vf_select(usual, gated_swish_times(vf_apart(vf_min(limit, a)), w), r.y);
    }
    return r;
}

VACT_INLINE gate_limits gated_swish_limits(const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    return (gate_limits){c.far, GATE_TINY, {0.0f, c.short_sum ? c.common : ACT_NONE_COMMON}};
}

VACT_INLINE vf gated_swish_common(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    vf a = gated_swish_near(vf_min(vf_set1(c.gate), gate), &c);
    return gated_swish_times(vf_apart(vf_min(vf_set1(c.product), a)), gated_swish_factor_short(up, &c));
}

/* The same for any beta, since OP_common serves those with a short sum. */
VACT_INLINE act_range gated_swish_long_range(const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    return (act_range){c.common > 0.0f ? GATE_TINY : 0.0f, c.common};
}

VACT_INLINE vf gated_swish_long(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    vf a = gated_swish_near(vf_min(vf_set1(c.gate), gate), &c);
    return gated_swish_times(vf_apart(vf_min(vf_set1(c.product), a)), gated_swish_factor(up, &c));
}

VACT_INLINE vf gated_swish_usual(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    const vf most = vf_set1(64.0f * gated_swish_inverse(c.alpha));
    vf g = vf_min(vf_set1(c.gate), gate);
    vf a = swish_wide(g, vf_apart(vf_max(vf_set1(c.far), vf_min(most, g))), c.alpha, c.alpha_lo);
    return gated_swish_times_up_to(most, vf_apart(vf_min(vf_set1(c.product), a)), gated_swish_factor(up, &c));
}

/* Every lane but tiny ones, as y*2^-n times w, for a moderate alpha. In usual lanes n is 0, and they have the bits of
 * OP_usual; far ones are bounded where even the largest w makes 0. */
VACT_INLINE gated_swish_result gated_swish_split_product(vf gate, vf_pair w, const gated_swish_call *c)
{
    const float inverse = gated_swish_inverse(c->alpha);
    const vf least = vf_set1((-242.0f - c->power) * MATH_LN2 * inverse), most = vf_set1(64.0f * inverse);
    const vf zero = vf_set1(0.0f), limit = vf_set1(c->product);
    vm far = vm_lt(gate, vf_set1(c->far)), infinite = vm_lt(gate, vf_set1(-FLT_MAX));
    vf g = vf_max(least, vf_min(vf_set1(c->gate), gate));
    swish_split a =
        swish_split_of(vf_select(infinite, zero, g), vf_apart(vf_min(most, g)), c->alpha, c->alpha_lo, c->power);
    vf y = gated_swish_times_up_to(most, vf_apart(vf_min(limit, a.y)), w);
    vf magnitude = gate_far_magnitude(vf_apart(vf_select(far, vf_abs(y), zero)), gate_power_below(a.n));
    y = vf_select(far, vf_flip_sign(vf_neg(magnitude), w.hi), y);
    return (gated_swish_result){y, vm_lt(limit, a.y)};
}

/* Any lane with any parameters. */
VACT_NOINLINE static vf gated_swish_extreme(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    vf g = vf_min(vf_set1(c.gate), gate);
    if (vm_all(gated_swish_is_common(g, &c))) /* after the clamp */
        return gated_swish_long(gate, up, params);
    return gated_swish_any_lane(g, gated_swish_factor_halved(up, &c), &c).y;
}

VACT_INLINE vf gated_swish_far(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    if (c.far > 0.0f)
        return gated_swish_extreme(gate, up, params);
    return gated_swish_split_product(gate, gated_swish_factor(up, &c), &c).y;
}

/* Only the high part of the sum counts: the activation is nearly exact. */
VACT_INLINE vf gated_swish_tiny(vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    return gate_tiny_product(gate, gated_swish_factor(up, &c).hi);
}

#define ACT_TWO_FORMS
#define ACT_BY_PARAMETERS

VACT_INLINE vf gated_swish_forward(vf gate, vf up, const vact_params_f32 *params); /* of loop/gate_forms.inc.h */

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

#endif
