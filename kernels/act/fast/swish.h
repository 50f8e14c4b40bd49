/*
 * swish: x*sigmoid(beta*x), beta*log2(e) as a hi/lo pair.
 *
 * If beta is so small or large that the pair or beta*x would lose digits, a power of two is moved from beta to x (2^-64
 * or 2^80). For such a small beta the result is x/2 where |x| < 2^31, for such a large one x where x > 2^40.
 *
 * With beta = 1 it is silu. For other beta the argument is rounded twice, and a few results in 2^32 are off by up
 * to 1.81 ULP.
 */
#ifndef VACT_ACT_FAST_SWISH_H
#define VACT_ACT_FAST_SWISH_H

#include "act/fast/silu.h"
#include "loop/form.h"
#include "math/common/constants.h"
#include "math/fast/logistic.h"

typedef struct {
    vf hi, lo;
} swish_factor;

/* -beta*log2(e), 2^-85 <= |beta| <= 2^60. */
VACT_INLINE swish_factor swish_factor_of(float beta)
{
    swish_factor m;
    m.hi = vf_mul(vf_set1(beta), vf_set1(-MATH_LOG2E));
    m.lo = vf_fms(vf_set1(beta), vf_set1(-MATH_LOG2E), m.hi);
    m.lo = vf_fma(vf_set1(beta), vf_set1(-MATH_LOG2E_LO), m.lo);
    return m;
}

VACT_INLINE fast_power swish_power(vf x, float beta, float beta_lo)
{
    swish_factor m = swish_factor_of(beta);
    return fast_power_of_product(x, m.hi, vf_fma(vf_set1(beta_lo), vf_set1(-MATH_LOG2E), m.lo));
}

/* x*sigmoid((beta + beta_lo)*x) in common lanes, for gated units; |beta| as above. */
VACT_INLINE vf swish_near(vf x, float beta, float beta_lo)
{
    return vf_div(x, fast_common_sum(swish_power(x, beta, beta_lo)));
}

/* The same, with its bits in common lanes, for any x that `bounded` bounds so that p is in [-80, 64]. */
VACT_INLINE vf swish_wide(vf x, vf bounded, float beta, float beta_lo)
{
    fast_power power = swish_power(bounded, beta, beta_lo);
    return vf_div(x, fast_wide_sum(vf_set1(1.0f), vf_power_of_two(power.shifted), power));
}

/* y*2^-n */
typedef struct {
    vf y, n;
} swish_split;

/* The same for p in [-250, 64], with n = 0 where e^-p is below 2^(most - 1/2). `most` is so large that beside 2^most
 * the 1 does not count. */
VACT_INLINE swish_split swish_split_of(vf x, vf bounded, float beta, float beta_lo, float most)
{
    fast_power power = swish_power(bounded, beta, beta_lo);
    vf shifted = vf_min(vf_set1(VF_POWER_SHIFT + most), power.shifted);
    vf sum = fast_wide_sum(vf_set1(1.0f), vf_power_of_two(shifted), power);
    return (swish_split){vf_div(x, sum), vf_sub(power.shifted, shifted)};
}

/* `one` and s for fast_wide_sum; 2^-64 times as large where p < -16, since the result may be subnormal. */
typedef struct {
    vf one, s;
} swish_scaled;

VACT_INLINE swish_scaled swish_scale_where(vm low, fast_power power)
{
    vf shifted = vf_add_where(low, power.shifted, vf_set1(-64.0f));
    return (swish_scaled){vf_select(low, vf_set1(0x1p-64f), vf_set1(1.0f)), vf_power_of_two(shifted)};
}

/*
 * up*x*sigmoid(beta*x), beta in [2^-85, 2^60], `up` a power of two, for every x. |x| <= limit is common; above 4*limit
 * the result is up*x, below `lowest` -0. If the limit is large, x is so large that the product is not yet 0 where
 * p < -104: there e^-p gets another factor 2^-100. With up > 1, x is so large that a low result needs no factor 2^64.
 */
VACT_INLINE vf swish_positive(vf x, float up, float beta)
{
    const float limit = FAST_LOGISTIC_COMMON / beta;
    swish_factor m = swish_factor_of(beta);
    vm low = vm_lt(x, vf_set1(-limit));
    float lowest = (limit > 0x1p+10f ? -12.5f : -7.5f) * limit;
    vf bounded = vf_min(vf_set1(4.0f * limit), vf_max(vf_set1(lowest), x));
    fast_power power = fast_power_of_product(bounded, m.hi, m.lo);
    vf factor = vf_set1(up);
    if (limit > 0x1p+10f) {
        vm far = vm_lt(x, vf_set1(-6.5f * limit));
        power.shifted = vf_add_where(far, power.shifted, vf_set1(-100.0f));
        factor = vf_mul(factor, vf_select(far, vf_set1(0x1p-100f), vf_set1(1.0f)));
    }
    if (up > 1.0f)
        factor = vf_mul(factor, vf_select(low, vf_set1(0x1p-64f), vf_set1(1.0f)));
    swish_scaled scaled = swish_scale_where(low, power);
    vf result = vf_mul(vf_div(bounded, fast_wide_sum(scaled.one, scaled.s, power)), factor);
    if (up <= 1.0f)
        result = vf_select(low, fast_minus_unscaled(vf_neg(result)), result);
    return vf_select(vm_lt(vf_set1(4.0f * limit), x), vf_mul(x, vf_set1(up)), result);
}

VACT_NOINLINE static vf swish_extreme(vf x, float given)
{
    float beta = __builtin_fabsf(given);
    vf sign = vf_set1(given);
    if (beta == 0.0f)
        return fast_half(x);
    x = vf_flip_sign(x, sign);
    if (beta < 0x1p-70f) {
        vf result = swish_positive(vf_mul(x, vf_set1(0x1p-64f)), 0x1p+64f, beta * 0x1p+64f);
        return vf_flip_sign(vf_select(vm_lt(vf_abs(x), vf_set1(0x1p+31f)), fast_half(x), result), sign);
    }
    if (beta > 0x1p+60f) {
        vf bounded = vf_min(vf_set1(0x1p+40f), vf_max(vf_set1(-0x1p+40f), x));
        vf result = swish_positive(vf_mul(bounded, vf_set1(0x1p+80f)), 0x1p-80f, beta * 0x1p-80f);
        return vf_flip_sign(vf_select(vm_lt(vf_set1(0x1p+40f), x), x, result), sign);
    }
    return vf_flip_sign(swish_positive(x, 1.0f, beta), sign);
}

/* Whether beta is outside the range of fast_swish_any, or NaN. */
VACT_INLINE int swish_is_extreme(float beta)
{
    float size = __builtin_fabsf(beta);
    return !((size >= 0x1p-6f) & (size <= 0x1p+16f));
}

VACT_INLINE vf swish_special(vf x, const vact_params_f32 *params)
{
    const float beta = params->v[0];
    if (beta == 1.0f)
        return silu_special(x, params);
    if (swish_is_extreme(beta))
        return swish_extreme(x, beta);
    const float size = __builtin_fabsf(beta) + 0x1p-110f; /* as in swish_limit */
    const vf sign = vf_set1(beta);
    swish_factor m = swish_factor_of(size);
    return vf_flip_sign(fast_swish_any(vf_flip_sign(x, sign), size, m.hi, m.lo), sign);
}

VACT_INLINE vf swish_common(vf x, const vact_params_f32 *params)
{
    if (params->v[0] == 1.0f) /* a loop of its own, since beta does not change */
        return silu_common(x, params);
    swish_factor m = swish_factor_of(params->v[0]);
    return fast_swish(x, m.hi, m.lo);
}

VACT_INLINE float swish_limit(const vact_params_f32 *params)
{
    float size = __builtin_fabsf(params->v[0]);
    int extreme = (size < 0x1p-70f) | (size > 0x1p+60f);
    /* The sum is not 0, since a compiler may divide in any case; elsewhere it is the size itself. */
    return extreme ? ACT_NONE_COMMON : FAST_LOGISTIC_COMMON / (size + 0x1p-110f);
}

#define ACT_TWO_FORMS
VACT_INLINE act_range swish_range(const vact_params_f32 *params) { return (act_range){0.0f, swish_limit(params)}; }

#endif
