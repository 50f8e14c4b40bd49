/*
 * The quotient q = |x|/c of softcap = c*tanh(x/c), as a product with 1/c. Both are first multiplied by a power of two
 * where c is so small or large that 1/c would overflow or be subnormal.
 */
#ifndef VACT_MATH_COMMON_SOFTCAP_H
#define VACT_MATH_COMMON_SOFTCAP_H

typedef struct {
    float scale, c, inverse; /* c is scale*c */
} softcap_scaled;

VACT_INLINE softcap_scaled softcap_scaled_of(const vact_params_f32 *params)
{
    const float c = params->v[0], scale = c < 0x1p-100f ? 0x1p+100f : c > 0x1p+100f ? 0x1p-100f : 1.0f;
    return (softcap_scaled){scale, c * scale, 1.0f / (c * scale)};
}

/* scale*|x|, at most `most` times the scaled c, where tanh has reached its limit. */
VACT_INLINE vf softcap_magnitude(vf x, softcap_scaled scaled, float most)
{
    return vf_min(vf_set1(most * scaled.c), vf_mul(vf_abs(x), vf_set1(scaled.scale)));
}

#endif
