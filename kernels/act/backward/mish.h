/*
 * The derivative of mish. On [-8, 8] it is a polynomial on each of eight intervals, those of act/fast/mish.h.
 *
 * With z = e^-|x|, below it is z*(m - z*(x + 1/2)) for m = 1 + x, but for z^3, and above 1 + z^2*(4x - 2), but for z^3.
 * Tables: docs/approximations/fast_gradient.py.
 */
#ifndef VACT_ACT_BACKWARD_MISH_H
#define VACT_ACT_BACKWARD_MISH_H

#include "loop/form.h"
#include "math/fast/gradient.h"

#define MISH_BACKWARD_COMMON 8.0f

/* |x| <= 8 */
VACT_INLINE vf_pair mish_backward_curve(vf x)
{
    _Alignas(32) static const unsigned char cells[16] = {0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7};
    _Alignas(32) static const float centre[8] = {-0x1.d709b8p+2f, -0x1.4e816ep+2f, -0x1.62fc6cp+1f, -0x1.eb826cp-1f,
                                                 -0x1.7e4426p-2f, 0x1.b4e8c8p-1f,  0x1.47ae24p+1f,  0x1.bbd04cp+2f};
    _Alignas(32) static const float terms[11][8] = {
        {-0x1.08ff94p-8f, -0x1.71bd04p-6f, -0x1.a1764ep-4f, 0x1.2d58bp-4f, 0x1.745064p-2f, 0x1.0424c4p+0f,
         0x1.09c756p+0f, 0x1.000198p+0f},
        {-0x1.be4b9cp-9f, -0x1.17f868p-6f, -0x1.1b596ap-5f, 0x1.787bd8p-2f, 0x1.3511dp-1f, 0x1.0ef94ep-2f,
         -0x1.86ae2p-5f, -0x1.77b5dp-15f},
        {-0x1.6a560ep-10f, -0x1.79d3eep-8f, 0x1.132e14p-6f, 0x1.cd5a28p-3f, 0x1.138b6p-3f, -0x1.23b644p-2f,
         0x1.4368dcp-6f, 0x1.5787aap-15f},
        {-0x1.728d68p-12f, -0x1.feb096p-11f, 0x1.0f1ec6p-6f, 0x1.c4ccb4p-7f, -0x1.0437aap-3f, 0x1.651128p-5f,
         0x1.ecdd72p-9f, -0x1.a1ac24p-16f},
        {-0x1.00e5ccp-14f, 0x1.c64fc8p-20f, 0x1.9d628cp-8f, -0x1.4d4408p-5f, -0x1.02cf3ap-4f, 0x1.1eaf48p-4f,
         -0x1.149102p-7f, 0x1.693712p-17f},
        {-0x1.c45268p-18f, 0x1.b1ea6cp-15f, 0x1.5a89a6p-10f, -0x1.2ef508p-6f, 0x1.d75daep-7f, -0x1.e86b26p-6f,
         0x1.2d67dcp-8f, -0x1.cf6a5ap-19f},
        {-0x1.80f49p-23f, 0x1.27b8c4p-16f, 0x1.e75bf4p-15f, 0x1.256ap-13f, 0x1.2079ecp-6f, -0x1.57055ep-7f,
         -0x1.36e912p-10f, 0x1.ab087cp-20f},
        {0x1.f38eb8p-24f, 0x1.01fffcp-18f, -0x1.43543p-14f, 0x1.b0dea2p-9f, 0x1.0ad208p-9f, 0x1.318df8p-7f,
         -0x1.051b88p-14f, -0x1.63909cp-22f},
        {0x1.1a3c96p-25f, 0x1.5b727ap-21f, -0x1.45264cp-15f, 0x1.487feap-10f, -0x1.18dc06p-8f, 0x1.0134f4p-11f,
         0x1.889b72p-13f, -0x1.b144dap-23f},
        {0x1.68b9e8p-28f, 0x1.46832ap-24f, -0x1.56c784p-17f, -0x1.1c5d1ep-14f, -0x1.3f52cep-11f, -0x1.414d62p-9f,
         -0x1.2c2864p-14f, -0x1.f61208p-24f},
        {0x1.8db4f4p-30f, 0x1.d0180ap-30f, -0x1.d6c136p-21f, -0x1.44963ep-13f, 0x1.3a6feap-11f, 0x1.a15ec4p-11f,
         0x1.4c5c6ap-17f, -0x1.e4c856p-27f}};
    /* x + 2^-40: a subnormal factor would be slow. */
    vf scaled = vf_fma(vf_add(x, vf_set1(0x1p-40f)), vf_set1(0x1.dffffep-1f), vf_set1(0x1.80001p+23f));
    vi interval = vi_look_up(cells, vf_bits(scaled));
    return gradient_polynomial(vf_sub(x, vf_look_up(centre, interval)), interval, terms, 10);
}

VACT_INLINE vf mish_backward_common(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return gradient_times(dy, mish_backward_curve(x));
}

VACT_INLINE vf mish_backward_special(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf half = vf_set1(0.5f), one = vf_set1(1.0f), limit = vf_set1(MISH_BACKWARD_COMMON);
    vm above = vm_lt(limit, x), below = vm_lt(x, vf_neg(limit));
    gradient_far e = gradient_far_of(vf_abs(x), vf_set1(0.0f));
    vf z = vf_max(vf_set1(0x1p-40f), e.z); /* so that its square is not subnormal */
    vf high = vf_fma(vf_mul(z, dy), vf_mul(z, vf_fms(vf_set1(4.0f), e.t, vf_set1(2.0f))), dy);
    vf m = vf_sub(one, e.t);
    vf more = vf_fma(z, vf_sub(e.t, half), vf_sub(vf_sub(one, m), e.t));
    vf_pair g = {m, vf_fma(e.rise, vf_add(m, more), more)};
    gradient_power low = {gradient_times(dy, g), e.shifted};
    vf near = gradient_times(dy, mish_backward_curve(vf_min(limit, vf_max(vf_neg(limit), x))));
    return vf_select(below, gradient_value_down(low), vf_select(above, high, near));
}

#define BACKWARD_TWO_FORMS
VACT_INLINE act_range mish_backward_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){0.0f, MISH_BACKWARD_COMMON};
}

#endif
