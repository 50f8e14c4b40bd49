/* The parameters of selu. */
#ifndef VACT_MATH_COMMON_SELU_H
#define VACT_MATH_COMMON_SELU_H

#include "loop/form.h"

/* The exact gamma and gamma*alpha, each as a high and a low part. */
#define CR_SELU_GAMMA 0x1.0cfabep+0f
#define CR_SELU_GAMMA_LO (-0x1.2adddap-25f)
#define CR_SELU_SLOPE 0x1.c212ccp+0f
#define CR_SELU_SLOPE_LO 0x1.903c0cp-26f

/* ONNX's floats stand for the exact constants. */
VACT_INLINE int selu_usual(const vact_params_f32 *params)
{
    return params->v[0] == 0x1.ac5afap+0f && params->v[1] == 0x1.0cfabep+0f;
}

/* gamma*alpha = hi + lo, but at most FLT_MAX in magnitude. */
typedef struct {
    float hi, lo;
} selu_slope;

VACT_INLINE selu_slope selu_slope_of(const vact_params_f32 *params)
{
    const float alpha = params->v[0], gamma = params->v[1], hi = gamma * alpha;
    if (__builtin_fabsf(hi) <= FLT_MAX)
        return (selu_slope){hi, __builtin_fmaf(gamma, alpha, -hi)};
    return (selu_slope){__builtin_copysignf(FLT_MAX, hi), 0.0f};
}

/* x where it is not negative; for gamma = 0 not infinite either. */
VACT_INLINE vf selu_bounded(vf x, const vact_params_f32 *params)
{
    const float most = params->v[1] == 0.0f ? FLT_MAX : __builtin_inff();
    return vf_min(vf_set1(most), vf_max(vf_set1(-0.0f), x));
}

#endif
