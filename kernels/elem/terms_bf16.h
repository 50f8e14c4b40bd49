/*
 * The polynomials of bfloat16: 8 digits need fewer terms than a float's. docs/approximations/narrow_terms.py fits them
 * to what each input's result may be, so that it rounds right; narrow_terms_search.c adjusts the last bits.
 */
#ifndef VACT_ELEM_TERMS_BF16_H
#define VACT_ELEM_TERMS_BF16_H

#include "math/common/horner.h"
#include "math/common/pieces.h"

#define MATH_SHORT 1 /* to the headers of mathematics: take these */
enum { MATH_DIGITS = 8 };

/* (e^-f - 1)/f for |f| <= ln(2)/2 */
VACT_INLINE vf terms_logistic_slope(vf f)
{
    return horner3(f, 0x1.66e132p-5f, -0x1.57ff2cp-3f, 0x1.ffdaf6p-2f, -0x1.fff912p-1f);
}

/* e^f for |f| <= ln(2)/2 */
VACT_INLINE vf terms_exp(vf f)
{
    return horner4(f, 0x1.5413b8p-5f, 0x1.57cfcap-3f, 0x1.ffff9cp-2f, 0x1.fffa66p-1f, 0x1.000006p+0f);
}

/* (e^f - 1)/f, the same f */
VACT_INLINE vf terms_exp_slope(vf f) { return horner3(f, 0x1.78e58p-5f, 0x1.583852p-3f, 0x1.ffe7dep-2f, 0x1p+0f); }

/* as selu's own */
VACT_INLINE vf terms_selu_curve(vf f)
{
    return horner3(f, 0x1.2ddfbep-4f, 0x1.2dd7a4p-2f, 0x1.c215bcp-1f, -0x1.ef6e8cp-3f);
}

/* -log2(e)*2*sqrt(2/pi)*(1 + 0.044715*f) */
VACT_INLINE vf terms_gelu_tanh_factor(vf f) { return horner1(f, -0x1.a5a7b2p-4f, -0x1.26aeecp+1f); }

/* (2^f - 1)/f for |f| <= 1/2 */
VACT_INLINE vf terms_gelu_tanh_slope(vf f)
{
    return horner3(f, 0x1.38d76ap-7f, 0x1.caeebcp-5f, 0x1.ec0d7p-3f, 0x1.62dd72p-1f);
}

/* the same */
VACT_INLINE vf terms_gelu_quick_slope(vf f)
{
    return horner3(f, 0x1.38d76ap-7f, 0x1.caeebcp-5f, 0x1.ec0d7p-3f, 0x1.62dd72p-1f);
}

/* tanh(t) for 0 <= t <= TERMS_TANH_MOST, which rounds to 1 */
_Alignas(32) static const float terms_tanh_table[4][8] = {
    {0x1.61809cp-11f, 0x1.c2f17p-8f, -0x1.93cf44p-8f, -0x1.88186ep-5f, -0x1.9ab7dp-5f, 0x1.3f3628p-3f, 0x1.2f770ap-1f,
     0x0p+0f},
    {0x1.f8720ep-1f, 0x1.db3ce2p-1f, 0x1.0f5acp+0f, 0x1.41f0e8p+0f, 0x1.4a374cp+0f, 0x1.e0f9a8p-1f, 0x1.69a15ep-2f,
     0x1.00004p+0f},
    {0x1.96d82cp-4f, 0x1.ecb3f8p-3f, -0x1.8af3cep-3f, -0x1.03384p-1f, -0x1.20bb8ap-1f, -0x1.79a982p-2f, -0x1.aba31ep-4f,
     -0x1.012106p-22f},
    {-0x1.14cfd6p-1f, -0x1.293448p-1f, -0x1.ba52f6p-4f, 0x1.dcd80ap-5f, 0x1.5ee46cp-4f, 0x1.9e5226p-5f, 0x1.56c664p-7f,
     0x1.577c66p-11f},
};

VACT_INLINE vf terms_tanh(vf t)
{
    return pieces_value(terms_tanh_table, 3, vf_fma(t, vf_set1(0x1.9dfb3p+2f), vf_set1(0x1.9p+0f)), t);
}

#define TERMS_TANH_MOST 0x1.bcp+1f

/* erf(t) for 0 <= t <= TERMS_ERF_MOST, likewise */
_Alignas(32) static const float terms_erf_table[4][8] = {
    {-0x1.238218p-19f, -0x1.d8b93p-14f, -0x1.7627a6p-10f, -0x1.dd41aep-8f, -0x1.153826p-5f, 0x1.f7be4ep-4f,
     0x1.7a0fd4p-3f, 0x0p+0f},
    {0x1.20ecacp+0f, 0x1.2136fcp+0f, 0x1.2530eep+0f, 0x1.337746p+0f, 0x1.55a1ep+0f, 0x1.08b0fap+0f, 0x1.199cdep+0f,
     0x1.20df54p+0f},
    {-0x1.51bb74p-8f, -0x1.e50e5p-9f, -0x1.1dc4f4p-4f, -0x1.d297b2p-3f, -0x1.c77278p-2f, -0x1.3d5fa8p-2f,
     -0x1.00f36p-1f, -0x1.8295aep-6f},
    {-0x1.628f94p-2f, -0x1.7eac1p-2f, -0x1.1231e4p-2f, -0x1.044366p-3f, -0x1.ba49a6p-7f, -0x1.0e6c98p-8f,
     0x1.3c5f94p-4f, 0x1.5fbe2ap-2f},
};

VACT_INLINE vf terms_erf(vf t)
{
    return pieces_value(terms_erf_table, 3, vf_fma(t, vf_set1(0x1.40740ap+3f), vf_set1(0x1.fp+0f)), t);
}

#define TERMS_ERF_MOST 0x1.1ap+1f

/* (t - tanh(t))/t^3 for 0 <= t <= 9 */
_Alignas(32) static const float terms_tanh_shrink_table[4][8] = {
    {0x1.5ea80ap-2f, 0x1.9bc97cp-2f, 0x1.c27788p-2f, 0x1.57f2ecp-2f, 0x1.cc581p-3f, 0x1.dfcca4p-4f, 0x1.55555p-2f,
     0x1.542f3p-2f},
    {-0x1.f5a7fap-6f, -0x1.7a9ebap-3f, -0x1.03322ap-2f, -0x1.3cfbap-3f, -0x1.410c8ap-4f, -0x1.c9281cp-6f,
     0x1.78ac4p-12f, 0x1.55a4dp-7f},
    {-0x1.d9ea54p-4f, 0x1.2fa34p-6f, 0x1.e6524cp-5f, 0x1.cbd5a6p-6f, 0x1.5727e4p-7f, 0x1.4abc0ep-9f, -0x1.1ed3cep-3f,
     -0x1.5fa88p-3f},
    {0x1.5a718p-5f, 0x1.7b2b9cp-9f, -0x1.54f7b2p-8f, -0x1.e749e2p-10f, -0x1.06ee86p-11f, -0x1.55ec44p-14f,
     0x1.1c8cbcp-5f, 0x1.18dc3ep-4f},
};

VACT_INLINE vf terms_tanh_shrink(vf t)
{
    return pieces_value(terms_tanh_shrink_table, 3, vf_fma(t, vf_set1(0x1.aaaa8ep+0f), vf_set1(0x1p+0f)), t);
}

/* t - 1 and a little more for t > 9, as it may be a tie and the exact value is above. */
VACT_INLINE vf terms_tanh_shrink_of_large(vf t) { return vf_fms(t, vf_set1(0x1.000004p+0f), vf_set1(1.0f)); }

/* t*Phi(-t)*e^(t^2/2) for 0 <= t <= 10.5 */
_Alignas(32) static const float terms_gelu_table[4][8] = {
    {0x1.a767b8p-7f, 0x1.9f0d8ep-5f, 0x1.3d2538p-3f, 0x1.1ef884p-2f, 0x1.3b3ef6p-2f, 0x1.482e2p-2f, 0x0p+0f,
     0x1.5f35bep-11f},
    {0x1.b3c77ep-2f, 0x1.4544c6p-2f, 0x1.3a81eap-3f, 0x1.5dc122p-5f, 0x1.df959ap-6f, 0x1.3defd2p-6f, 0x1p-1f,
     0x1.f65b16p-2f},
    {-0x1.d5cb1ep-3f, -0x1.02b6d2p-3f, -0x1.3c0da4p-5f, -0x1.639214p-8f, -0x1.d152a6p-9f, -0x1.bba34ep-10f,
     -0x1.980226p-2f, -0x1.65a7d2p-2f},
    {0x1.ad79cap-5f, 0x1.3f3f46p-6f, 0x1.d2edd6p-9f, 0x1.b8494p-13f, 0x1.40cd8p-13f, 0x1.a15b76p-15f, 0x1.dab154p-3f,
     0x1.08c2b8p-3f},
};

VACT_INLINE vf terms_gelu(vf t)
{
    return pieces_value(terms_gelu_table, 3, vf_fma(t, vf_set1(0x1.679e4cp+0f), vf_set1(0x1.4p+0f)), t);
}

/* 2^f, |f| <= 1/2 */
VACT_INLINE vf terms_gelu_power(vf f)
{
    return horner4(f, 0x1.3a02dp-7f, 0x1.c9fc4cp-5f, 0x1.ec0378p-3f, 0x1.62df88p-1f, 0x1p+0f);
}

/* mish(x)/x by x - c: the first row has c. */
enum { TERMS_MISH = 5 }; /* the degree */
_Alignas(32) static const float terms_mish_table[7][8] = {
    {-0x1.bcp+2f, -0x1.328p+2f, -0x1.548p+1f, -0x1.108p+0f, 0x0p+0f, 0x1.108p+0f, 0x1.548p+1f, 0x1.778p+2f},
    {0x1.fca8fp-11f, 0x1.0f85a8p-7f, 0x1.1499bp-4f, 0x1.26cbdp-2f, 0x1.333332p-1f, 0x1.c0da24p-1f, 0x1.fba2c6p-1f,
     0x1.002ddap+0f},
    {0x1.fc9deep-11f, 0x1.0e3d1ap-7f, 0x1.0ab57cp-4f, 0x1.e05328p-3f, 0x1.47ae52p-2f, 0x1.610822p-3f, 0x1.e6eb1p-7f,
     -0x1.94d4fp-12f},
    {0x1.fc047cp-12f, 0x1.0b6e1ap-8f, 0x1.eaedcp-6f, 0x1.2ccbdp-4f, -0x1.0f306p-6f, -0x1.819a58p-4f, -0x1.ecb3d6p-7f,
     -0x1.657254p-12f},
    {0x1.4d499p-13f, 0x1.6255f2p-10f, 0x1.0d81d2p-7f, 0x1.4591a4p-7f, -0x1.8abf1ap-5f, 0x1.862442p-10f, 0x1.464e62p-7f,
     0x1.53594ap-13f},
    {0x1.58ddc8p-15f, 0x1.69c0c4p-12f, 0x1.737b5cp-10f, -0x1.bc6cfp-6f, 0x1.51f6aep-9f, 0x1.d52cc6p-6f,
     -0x1.74037ap-11f, 0x1.4765f6p-15f},
    {0x1.4b7ae8p-17f, 0x1.aa1996p-15f, 0x1.466806p-13f, -0x1.a8ba9ap-5f, 0x1.3d9736p-6f, 0x1.b026eap-6f,
     0x1.2e01e6p-11f, -0x1.08571ap-16f},
};

#endif
