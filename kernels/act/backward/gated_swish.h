/*
 * The gradients of gated_swish: for gate dy*(clamp(up) + beta)*swish'(g), 0 above a limit; for up dy*swish(g), 0 beyond
 * the limit. At the limits themselves the slope is that of the inside. swish' by gelu_quick's
 * table, or as in act/backward/swish.h, with alpha as a hi/lo pair. dy*(clamp(up) + beta) is rounded once, and first.
 */
#ifndef VACT_ACT_BACKWARD_GATED_SWISH_H
#define VACT_ACT_BACKWARD_GATED_SWISH_H

#include "act/backward/gelu_quick.h"
#include "act/backward/swish.h"
#include "act/gate/gated_swish.h"
#include "loop/backward.h"
#include "math/common/gate.h"

/* Up to this |alpha*g| the slope is by gelu_quick's table, whose argument is |alpha/1.702*g|: it reaches further than
 * that of math/fast/gradient_gate.h. */
#define GATED_SWISH_BACKWARD_COMMON 13.67f

/* 1/1.702 (docs/approximations/constants.py) */
#define GATED_SWISH_UNIT_HI 0x1.2cd294p-1f
#define GATED_SWISH_UNIT_LO (-0x1.31a2bep-26f)

/* swish' times raised, by the table; |alpha*g| is at most GATED_SWISH_BACKWARD_COMMON, or counts as that. */
VACT_INLINE vf gated_swish_curve(gradient_sides sides, vf g, const gated_swish_call *c)
{
    const float size = __builtin_fabsf(c->alpha), size_lo = c->alpha < 0.0f ? -c->alpha_lo : c->alpha_lo;
    const vf unit = vf_set1(GATED_SWISH_UNIT_HI), limit = vf_set1(GATED_SWISH_BACKWARD_COMMON / (size + 0x1p-100f));
    vf hi = vf_mul(vf_set1(size), unit), lo = vf_fms(vf_set1(size), unit, hi);
    lo = vf_fma(vf_set1(size), vf_set1(GATED_SWISH_UNIT_LO), vf_fma(vf_set1(size_lo), unit, lo));
    vf magnitude = vf_min(limit, vf_abs(g)), t = vf_mul(hi, magnitude);
    vf excess = vf_fnma(lo, magnitude, vf_fnma(hi, magnitude, t));
    return gradient_reflected(sides, gelu_quick_backward_curve(t, excess));
}

/* Which lanes have their slope by the table. */
VACT_INLINE vm gated_swish_backward_usual(vf g, const gated_swish_call *c)
{
    const float size = __builtin_fabsf(c->alpha);
    vf most = vf_set1(c->common > 0.0f ? GATED_SWISH_BACKWARD_COMMON / (size + 0x1p-100f) : ACT_NONE_COMMON);
    vf magnitude = vf_abs(g);
    return vm_and(vm_le(vf_set1(GATE_TINY), magnitude), vm_le(magnitude, most));
}

/* As swish_backward_exponent. The limit at infinity counts, however small alpha is. */
VACT_INLINE vf_pair gated_swish_exponent(vf g, const vact_params_f32 *params)
{
    const vf largest = vf_set1(FLT_MAX);
    vf alpha = vf_set1(__builtin_fabsf(params->v[0]));
    vf alpha_lo = vf_set1(params->v[0] < 0.0f ? -params->v[3] : params->v[3]);
    vf t = vf_max(vf_set1(0x1p-40f / swish_backward_divisor(params)), vf_min(largest, vf_abs(g)));
    vf p = vf_mul(alpha, t), lo = vf_fnma(alpha_lo, t, vf_fnma(alpha, t, p));
    if (params->v[0] != 0.0f)
        p = vf_select(vm_lt(largest, vf_abs(g)), vf_set1(600.0f), p);
    return (vf_pair){p, lo};
}

/* dy*(w.hi + w.lo) for any dy: gated_swish_times without its conditions. */
VACT_INLINE vf gated_swish_raised(vf dy, vf_pair w)
{
    const vf largest = vf_set1(FLT_MAX);
    return vf_fma(dy, w.hi, vf_max(vf_neg(largest), vf_min(vf_mul(dy, w.lo), largest)));
}

/* Both gradients before the clamps, and whether the activation is above its limit. raised: dy*(clamp(up) + beta) */
typedef struct {
    vf gate, up;
    vm clamped;
} gated_swish_slopes;

VACT_INLINE gated_swish_slopes gated_swish_slopes_near(vf dy, vf g, vf raised, const gated_swish_call *c,
                                                       const vact_params_f32 *params)
{
    vf a = gated_swish_near(g, c), limit = vf_set1(c->product);
    vf slope = gated_swish_curve(swish_backward_sides(raised, g, params), g, c);
    return (gated_swish_slopes){slope, vf_mul(vf_min(limit, a), dy), vm_lt(limit, a)};
}

VACT_NOINLINE static gated_swish_slopes gated_swish_slopes_any(vf dy, vf g, vf raised, const vact_params_f32 *params)
{
    gated_swish_call c = gated_swish_call_of(params);
    vf_pair p = gated_swish_exponent(g, params);
    gradient_sides sides = swish_backward_sides(raised, g, params);
    gated_swish_slopes d;
    if (vm_all(gated_swish_is_common(g, &c))) {
        d = gated_swish_slopes_near(dy, g, raised, &c, params);
    } else {
        gated_swish_result r;
        if (c.far < 0.0f) {
            vm tiny = vm_lt(vf_abs(g), vf_set1(GATE_TINY));
            r = gated_swish_split_product(vf_select(tiny, vf_set1(1.0f), g), gated_swish_single(dy), &c);
            if (vm_any(tiny)) {
                r.y = vf_select(tiny, gate_tiny_product(g, dy), r.y);
                r.clamped = vm_and(r.clamped, vm_le(vf_set1(GATE_TINY), g));
            }
        } else {
            c.half = 1.0f; /* dy is not halved */
            r = gated_swish_any_lane(g, gated_swish_single(dy), &c);
        }
        d = (gated_swish_slopes){gated_swish_curve(sides, g, &c), r.y, r.clamped};
    }
    if (c.common > 0.0f) {
        vm far = vm_lt(vf_set1(GATED_SWISH_BACKWARD_COMMON / (__builtin_fabsf(c.alpha) + 0x1p-100f)), vf_abs(g));
        d.gate = vf_select(far, gradient_far_gate(sides, p.hi, vf_neg(pair_low_of_exponent(p))), d.gate);
    } else {
        d.gate = swish_backward_special_of(raised, g, p, params);
    }
    return d;
}

VACT_INLINE gate_gradients gated_swish_backward(vf dy, vf gate, vf up, const vact_params_f32 *params)
{
    const gated_swish_call c = gated_swish_call_of(params);
    const vf zero = vf_set1(0.0f), limit = vf_set1(c.gate);
    vf g = vf_min(limit, gate), raised = gated_swish_raised(dy, gated_swish_factor(up, &c));
    gated_swish_slopes d;
    if (__builtin_expect(vm_all(gated_swish_backward_usual(g, &c)), 1))
        d = gated_swish_slopes_near(dy, g, raised, &c, params);
    else
        d = gated_swish_slopes_any(dy, g, raised, params);
    d.gate = vf_select(vm_or(d.clamped, vm_lt(limit, gate)), zero, d.gate);
    d.up = vf_select(vm_lt(vf_set1(c.up), vf_abs(up)), zero, d.up);
    return (gate_gradients){vf_or_nan(d.gate, gate), d.up};
}

#endif
