/*
 * The polynomials of half: 11 digits need fewer terms than a float's. docs/approximations/narrow_terms.py fits them to
 * what each input's result may be, so that it rounds right; narrow_terms_search.c adjusts the last bits.
 */
#ifndef VACT_ELEM_TERMS_F16_H
#define VACT_ELEM_TERMS_F16_H

#include "math/common/horner.h"
#include "math/common/pieces.h"

#define MATH_SHORT 1 /* to the headers of mathematics: take these */
enum { MATH_DIGITS = 11 };

/* (e^-f - 1)/f for |f| <= ln(2)/2 */
VACT_INLINE vf terms_logistic_slope(vf f)
{
    return horner4(f, -0x1.105daap-7f, 0x1.56f1ecp-5f, -0x1.555bfap-3f, 0x1.ffffd4p-2f, -0x1p+0f);
}

/* e^f for |f| <= ln(2)/2 */
VACT_INLINE vf terms_exp(vf f)
{
    return horner5(f, 0x1.0e9f6ap-7f, 0x1.5742e4p-5f, 0x1.556082p-3f, 0x1.ffff04p-2f, 0x1.fffffep-1f, 0x1.fffffap-1f);
}

/* (e^f - 1)/f, the same f */
VACT_INLINE vf terms_exp_slope(vf f)
{
    return horner4(f, 0x1.21e2a2p-7f, 0x1.5664eep-5f, 0x1.5544cp-3f, 0x1.ffff4ep-2f, 0x1p+0f);
}

/* as selu's own */
VACT_INLINE vf terms_selu_curve(vf f)
{
    return horner4(f, 0x1.e2766p-7f, 0x1.2d89ep-4f, 0x1.2c16a2p-2f, 0x1.c2128ep-1f, -0x1.ef69a6p-3f);
}

/* -log2(e)*2*sqrt(2/pi)*(1 + 0.044715*f) */
VACT_INLINE vf terms_gelu_tanh_factor(vf f) { return horner1(f, -0x1.a5a7bap-4f, -0x1.26aec6p+1f); }

/* (2^f - 1)/f for |f| <= 1/2 */
VACT_INLINE vf terms_gelu_tanh_slope(vf f)
{
    return horner4(f, 0x1.5b894ap-10f, 0x1.3ce542p-7f, 0x1.c6c082p-5f, 0x1.ebf98p-3f, 0x1.62e41p-1f);
}

/* the same */
VACT_INLINE vf terms_gelu_quick_slope(vf f)
{
    return horner4(f, 0x1.5b8236p-10f, 0x1.3cdad4p-7f, 0x1.c6cd4cp-5f, 0x1.ebf926p-3f, 0x1.62e3f4p-1f);
}

/* tanh(t) for 0 <= t <= TERMS_TANH_MOST, which rounds to 1 */
_Alignas(32) static const float terms_tanh_table[5][8] = {
    {0x1.bdbdfep-18f, 0x1.2e1ep-11f, -0x1.ef601cp-8f, -0x1.cb6b7ap-4f, -0x1.0d47p-3f, 0x1.1a821p-2f, 0x1.706d5cp-1f,
     0x0p+0f},
    {0x1.ffdf64p-1f, 0x1.fc0398p-1f, 0x1.0c086p+0f, 0x1.78b856p+0f, 0x1.8abe3ep+0f, 0x1.a5192ap-1f, 0x1.021e24p-2f,
     0x1.0000cp+0f},
    {0x1.dd1caep-9f, 0x1.5c4f9p-5f, -0x1.91e0bap-4f, -0x1.823ddcp-1f, -0x1.affddap-1f, -0x1.7398c6p-2f, -0x1.62011p-4f,
     -0x1.d15a74p-11f},
    {-0x1.7031dcp-2f, -0x1.d058ecp-2f, -0x1.281baap-2f, 0x1.5a4c0ep-3f, 0x1.bd1f96p-3f, 0x1.2be826p-4f, 0x1.b56f24p-7f,
     -0x1.3fafdcp-2f},
    {0x1.7ed558p-4f, 0x1.78739cp-3f, 0x1.c06f5ap-4f, -0x1.9a03e2p-7f, -0x1.68b46ep-6f, -0x1.737b82p-8f,
     -0x1.99ba4cp-11f, -0x1.2b6ff8p-3f},
};

VACT_INLINE vf terms_tanh(vf t)
{
    return pieces_value(terms_tanh_table, 4, vf_fma(t, vf_set1(0x1.26f43cp+2f), vf_set1(0x1.ap+0f)), t);
}

#define TERMS_TANH_MOST 0x1.208p+2f

/* erf(t) for 0 <= t <= TERMS_ERF_MOST, likewise */
_Alignas(32) static const float terms_erf_table[5][8] = {
    {-0x1.09543p-14f, 0x1.24551ep-10f, 0x1.1f881ap-11f, -0x1.145c46p-4f, -0x1.3f8614p-2f, 0x1.957a26p-3f, 0x0p+0f,
     0x1.4626f6p-22f},
    {0x1.213218p+0f, 0x1.1d91b4p+0f, 0x1.1ecdb4p+0f, 0x1.6de668p+0f, 0x1.1a893ap+1f, 0x1.366fbp+0f, 0x1.20dda6p+0f,
     0x1.20dac8p+0f},
    {-0x1.18fdfap-7f, 0x1.e97282p-5f, 0x1.704d1ap-5f, -0x1.f2b212p-2f, -0x1.6c2138p+0f, -0x1.63379cp-1f, -0x1.a66e1p-9f,
     0x1.c7de72p-10f},
    {-0x1.710f54p-2f, -0x1.09de3ap-1f, -0x1.00312ap-1f, -0x1.69aefcp-4f, 0x1.a95ae2p-2f, 0x1.6c2b88p-3f, 0x1.03927cp-1f,
     -0x1.9dcc08p-2f},
    {0x1.272074p-5f, 0x1.7c106ap-3f, 0x1.6b9202p-3f, 0x1.cc438ap-5f, -0x1.7b4c4ap-5f, -0x1.19f6p-6f, -0x1.fda49ep+5f,
     0x1.3e5f8ap-3f},
};

VACT_INLINE vf terms_erf(vf t)
{
    return pieces_value(terms_erf_table, 4, vf_fma(t, vf_set1(0x1.5d311ap+2f), vf_set1(0x1.7p+0f)), t);
}

#define TERMS_ERF_MOST 0x1.4c4p+1f

/* (t - tanh(t))/t^3 for 0 <= t <= 9 */
_Alignas(32) static const float terms_tanh_shrink_table[6][8] = {
    {0x1.5557cap-2f, 0x1.42df7ep-2f, 0x1.4bd9b2p-2f, 0x1.b00ffap-2f, 0x1.f79862p-2f, 0x1.fef086p-2f, 0x1.c65068p-3f,
     0x1.554cfep-2f},
    {-0x1.74d1aep-13f, 0x1.072904p-3f, 0x1.cfa7bap-5f, -0x1.a8c9e2p-3f, -0x1.5cf32cp-2f, -0x1.59938ep-2f,
     -0x1.62596p-4f, 0x1.39c80ep-8f},
    {-0x1.0e7d54p-3f, -0x1.fd4096p-2f, -0x1.17d3ecp-2f, 0x1.e125fp-7f, 0x1.dba9ccp-4f, 0x1.bc3676p-4f, 0x1.f9ab8p-7f,
     -0x1.7d7e78p-2f},
    {-0x1.453534p-8f, 0x1.058786p-1f, 0x1.65d068p-3f, 0x1.03fb34p-6f, -0x1.70673p-6f, -0x1.38495ap-6f, -0x1.82c732p-10f,
     0x1.4ba282p+2f},
    {0x1.14bc7cp-4f, -0x1.2d2b3cp-2f, -0x1.92a14ap-5f, -0x1.3a98f8p-8f, 0x1.38711cp-9f, 0x1.ce3b84p-10f,
     0x1.34170ep-14f, -0x1.955bfap+5f},
    {-0x1.961e88p-6f, 0x1.346638p-4f, 0x1.646532p-8f, 0x1.bb133p-12f, -0x1.c6de2cp-14f, -0x1.1a4c02p-14f,
     -0x1.92a956p-20f, 0x1.708704p+7f},
};

VACT_INLINE vf terms_tanh_shrink(vf t)
{
    return pieces_value(terms_tanh_shrink_table, 5, vf_fma(t, vf_set1(0x1.3c71b2p+1f), vf_set1(0x1.cp+0f)), t);
}

/* t - 1 and a little more for t > 9, as it may be a tie and the exact value is above. */
VACT_INLINE vf terms_tanh_shrink_of_large(vf t) { return vf_fms(t, vf_set1(0x1.000004p+0f), vf_set1(1.0f)); }

/* t*Phi(-t)*e^(t^2/2) for 0 <= t <= 10.5 */
_Alignas(32) static const float terms_gelu_table[6][8] = {
    {0x1.462a98p-19f, -0x1.ddff64p-9f, 0x1.c6e7c4p-8f, 0x1.8789f6p-5f, 0x1.b7c1dp-4f, -0x1.8b25b6p+9f, 0x1.93f3p-1f,
     0x0p+0f},
    {0x1.ffea88p-2f, 0x1.0ca374p-1f, 0x1.d7d7cp-2f, 0x1.645526p-2f, 0x1.e38acp-3f, 0x1.647206p+9f, 0x1.808bbp-4f,
     0x1.000002p-1f},
    {-0x1.9773fp-2f, -0x1.d94322p-2f, -0x1.39608p-2f, -0x1.6cf9a4p-3f, -0x1.7d5ffep-4f, -0x1.ffdf12p+7f,
     -0x1.08b0cap-6f, -0x1.987c28p-2f},
    {0x1.f3132ap-3f, 0x1.4870a2p-2f, 0x1.0481fcp-3f, 0x1.b44c9cp-5f, 0x1.5010bap-6f, 0x1.6db738p+5f, 0x1.865ceap-10f,
     0x1.f5be62p-3f},
    {-0x1.cf4082p-4f, -0x1.3757eep-3f, -0x1.f412c8p-6f, -0x1.1ff77cp-7f, -0x1.3d214cp-9f, -0x1.03e01cp+2f,
     -0x1.2c1cd4p-14f, 0x1.221916p-4f},
    {0x1.e8201cp-6f, 0x1.167f8cp-5f, 0x1.a4280ep-9f, 0x1.44d50ap-11f, 0x1.f4b934p-14f, 0x1.25b4p-3f, 0x1.7b53f6p-20f,
     -0x1.1d591ap+1f},
};

VACT_INLINE vf terms_gelu(vf t)
{
    return pieces_value(terms_gelu_table, 5, vf_fma(t, vf_set1(0x1.0db6bap+1f), vf_set1(0x1.ep+0f)), t);
}

/* 2^f, |f| <= 1/2 */
VACT_INLINE vf terms_gelu_power(vf f)
{
    return horner5(f, 0x1.5bb0b6p-10f, 0x1.3cdea8p-7f, 0x1.c6ba84p-5f, 0x1.ebf71ep-3f, 0x1.62e3fcp-1f, 0x1.fffffep-1f);
}

/* mish(x)/x by x - c: the first row has c. */
enum { TERMS_MISH = 7 }; /* the degree */
_Alignas(32) static const float terms_mish_table[9][8] = {
    {-0x1.bbc008p+2f, -0x1.331ffep+2f, -0x1.555014p+1f, -0x1.111014p+0f, 0x1.fffebep-23f, 0x1.111012p+0f,
     0x1.554ffep+1f, 0x1.778162p+2f},
    {0x1.feaa3cp-11f, 0x1.0ce0b2p-7f, 0x1.12c898p-4f, 0x1.26557p-2f, 0x1.333334p-1f, 0x1.c0ff8ap-1f, 0x1.fbb308p-1f,
     0x1.fff2cap-1f},
    {0x1.fe6b22p-11f, 0x1.0bc2b2p-7f, 0x1.08f3dap-4f, 0x1.e10c72p-3f, 0x1.47ae8ap-2f, 0x1.5fcc86p-3f, 0x1.007808p-6f,
     -0x1.db1bdp-11f},
    {0x1.fde578p-12f, 0x1.097fd4p-8f, 0x1.eac046p-6f, 0x1.1f1f12p-4f, -0x1.05cea4p-6f, -0x1.712f0ep-4f, -0x1.ceb9e6p-7f,
     0x1.1f0b1ep-11f},
    {0x1.530572p-13f, 0x1.5c6462p-10f, 0x1.14073ep-7f, -0x1.4c8e74p-9f, -0x1.77d3b8p-5f, 0x1.514caep-7f, 0x1.fcb9d8p-8f,
     0x1.48487p-10f},
    {0x1.5241b8p-15f, 0x1.51f4e8p-12f, 0x1.6419fep-10f, -0x1.32d1bep-7f, -0x1.938ap-11f, 0x1.9e0c66p-7f,
     -0x1.54fbacp-9f, -0x1.4db824p-12f},
    {0x1.15c344p-17f, 0x1.e3245ap-15f, -0x1.397306p-15f, -0x1.5b85e8p-9f, 0x1.f92d18p-8f, -0x1.91c8bp-7f,
     0x1.a4f83ep-11f, -0x1.f1a716p-12f},
    {0x1.614c5cp-20f, 0x1.f28842p-18f, -0x1.e1e116p-14f, 0x1.bea2bap-11f, 0x1.19ee42p-9f, -0x1.097264p-9f,
     -0x1.128034p-13f, 0x1.43012ep-15f},
    {0x1.02a7fep-26f, 0x1.f86a84p-20f, -0x1.dacad2p-16f, 0x1.83b4fcp-13f, -0x1.5bd41p-11f, 0x1.ea26c6p-7f,
     -0x1.cdd16ep-13f, 0x1.deee62p-15f},
};

#endif
