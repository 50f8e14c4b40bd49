/*
 * leaky_relu of 16-bit elements: x >= 0 ? x : alpha*x, rounded once. A float has 24 bits of the product's 32 to 35, so
 * rounding that again would settle near ties wrongly. With the default alpha, the float below 0.01, a slope one ULP
 * smaller leaves no input of 65,536 on the wrong side; others are rounded to odd first.
 */
#ifndef VACT_ACT_NARROW_LEAKY_RELU_H
#define VACT_ACT_NARROW_LEAKY_RELU_H

#include "act/plain/leaky_relu.h"
#include "math/common/to_odd.h"

/* Of bfloat16 two subnormal results are left. */
static const elem_rounding leaky_relu_rounding = {
    .ties = TIES_TO_EVEN, .count = ELEM_IS_BF16 ? 2 : 0, .cures = {{0x8096, 0x8001}, {0x812f, 0x8003}}};

VACT_INLINE int leaky_relu_usual(const vact_params_f32 *params) { return params->v[0] == 0.01f; }

VACT_INLINE vf leaky_relu_common(vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_max(x, vf_mul(vf_set1(0x1.47ae12p-7f), x));
}

#define ACT_USUAL
VACT_NOINLINE static vf leaky_relu_otherwise(vf x, const vact_params_f32 *params)
{
    const vf y = leaky_relu_forward(x, params);
    return vf_select(vm_lt(x, vf_set1(0.0f)), vf_to_odd(y, vf_fms(vf_set1(params->v[0]), x, y)), y);
}

#endif
