/*
 * The special lanes of act(gate)*v. Two kinds of gates need more than act(gate) times v:
 *
 *   far    so far below 0 that act(gate) may be subnormal or 0, while the product with a large v is not
 *   tiny   so near 0 that act(gate) may be subnormal
 *
 * Both are computed as a magnitude in units of 2^-49, in which nothing that counts is subnormal: an operation with a
 * subnormal operand or result takes 150 cycles. Each product has 2^-126 added, so that a smaller one does not become
 * subnormal; that is at most 2^-20 of the smallest subnormal number.
 */
#ifndef VACT_MATH_COMMON_GATE_H
#define VACT_MATH_COMMON_GATE_H

#include "loop/form.h"
#include "math/common/pair.h"
#include "math/fast/exp_rise.h"

/* The gradients of a gated unit. */
typedef struct {
    vf gate, up;
} gate_gradients;

/* Below this a gate is far, for an activation that falls as e^gate does. */
#define GATE_FAR (-80.0f)

/* Below this |gate| a gate is tiny: act(gate) = gate/2 within 2^-99 relative, for an activation with slope 1/2 at 0. */
#define GATE_TINY 0x1p-100f

#define GATE_LEAST 0x1p-126f

/* The limit of far gates where OP_far serves every special lane. */
#define GATE_ALL_FAR FLT_MAX

/* Which gates are far, which so near 0 that they are not common, and which are common to the activation. */
typedef struct {
    float far, tiny;
    act_range activation;
} gate_limits;

/* The gates that are common to all; a limit below 0: none. */
VACT_INLINE act_range gate_range_of(gate_limits limits)
{
    const float far = __builtin_fabsf(limits.far), limit = limits.activation.limit;
    return (act_range){limit < 0.0f ? 0.0f : limits.tiny, limit < far ? limit : far};
}

/* act*v, act being one of several numbers that were selected: without vf_apart a compiler may multiply each of them.
 * GCC 14 does in scalar builds, and the product of one that is not used overflows. */
VACT_INLINE vf gate_times(vf act, vf v) { return vf_mul(vf_apart(act), v); }

/* y*2^-49 for y >= 0, rounded once even where that is subnormal: then 2^100*y in units of 2^-149, which adding 2^23
 * rounds. Of the two numbers that are added here as integers one is the least normal number. */
VACT_INLINE vf gate_scale_down(vf y)
{
    const vf least = vf_set1(0x1p-77f);
    vf normal = vf_mul(vf_max(least, y), vf_set1(0x1p-49f));
    vf whole = vf_fma(vf_min(y, least), vf_set1(0x1p+100f), vf_set1(0x1p+23f));
    return vf_of_bits(vi_add(vf_bits(normal), vi_sub(vf_bits(whole), vf_bits(vf_set1(0x1p+24f)))));
}

/* The gate, at least `least` and at most `far`: other lanes do not use the far product. */
VACT_INLINE vf gate_far_bounded(vf gate, float least, float far)
{
    return vf_min(vf_set1(far), vf_max(vf_set1(least), gate));
}

/* e^p = 2^n*(1 + rise) for p in [-212, -47]; of a lower p even the largest v makes 0. n is in [-306, -68]. */
typedef struct {
    vi both; /* n + 79 + twice the bias of an exponent, in the low bits */
    vf rise;
} gate_power;

VACT_INLINE gate_power gate_power_of(vf p, vf p_lo)
{
    fast_reduced parts = fast_reduce_by(p, vf_set1(0x1.8001fcp+23f + 79.0f));
    return (gate_power){vf_bits(parts.shifted), fast_exp_rise(vf_add(parts.r, p_lo))};
}

/* The same power for y*2^-n, n in [0, 250]; y*2^49 must not overflow. */
VACT_INLINE vi gate_power_below(vf n) { return vf_bits(vf_sub(vf_set1(0x1.8001fcp+23f + 49.0f), n)); }

/* a*(1 + change)*2^-30, a in [1/4, 2^8]; 0 for a gate of -inf, whose activation is 0. */
VACT_INLINE vf gate_far_scaled(vf gate, vf a, vf change)
{
    vf scaled = vf_mul(a, vf_set1(0x1p-30f));
    return vf_select(vm_lt(gate, vf_set1(-FLT_MAX)), vf_set1(0.0f), vf_fma(scaled, change, scaled));
}

/* y*2^(n + 30) for y >= 0, by two factors for 2^(n + 79); `both` as in gate_power. */
VACT_INLINE vf gate_far_magnitude(vf y, vi both)
{
    const vf least = vf_set1(GATE_LEAST);
    vi first = vi_shift_right(both, 1), second = vi_sub(both, first);
    y = vf_fma(y, vf_of_bits(vi_shift_left(first, 23)), least);
    y = vf_fma(y, vf_of_bits(vi_shift_left(second, 23)), least);
    return gate_scale_down(y);
}

/* The magnitude of a*(1 + change)*2^n*v; two roundings count. */
VACT_INLINE vf gate_far_product(vf gate, vf a, vf change, gate_power power, vf v)
{
    vf scaled = gate_far_scaled(gate, a, change);
    return gate_far_magnitude(vf_fma(scaled, vf_abs(v), vf_set1(GATE_LEAST)), power.both);
}

/* bounded*e^p*v, for a gate that `bounded` bounds. */
VACT_INLINE vf gate_far_times(vf gate, vf bounded, vf_pair p, vf v)
{
    gate_power power = gate_power_of(p.hi, p.lo);
    return vf_flip_sign(vf_neg(gate_far_product(gate, vf_neg(bounded), power.rise, power, v)), v);
}

/* gate/2*v for |gate| < GATE_TINY. The magnitude times 2^48 is exact: the exponent of a normal one grows, and the bits
 * of a subnormal one are a whole number. */
VACT_INLINE vf gate_tiny_product(vf gate, vf v)
{
    vf t = vf_min(vf_set1(GATE_TINY), vf_abs(gate));
    vf normal = vf_of_bits(vi_add(vf_bits(t), vi_set1(48u << 23)));
    vf subnormal = vf_mul(vf_of_int(vf_bits(t)), vf_set1(0x1p-101f));
    vf y = vf_fma(vf_select(vm_lt(t, vf_set1(FLT_MIN)), subnormal, normal), vf_abs(v), vf_set1(GATE_LEAST));
    return vf_flip_sign(vf_flip_sign(gate_scale_down(y), gate), v);
}

#endif
