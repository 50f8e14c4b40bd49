/*
 * The scaled lower tail of the standard normal, E(t) = Phi(-t)*e^(t^2/2) for t in [0, 14.6], which keeps its
 * relative accuracy where Phi(-t) itself vanishes. SLEEF has nothing like it. A polynomial of degree 10 in
 * s = (t - 3.25)/(t + 3.25), within 0.106 * 2^-24: docs/approximations/normal_tail.sollya makes the coefficients.
 */
#ifndef VACT_MATH_NORMAL_H
#define VACT_MATH_NORMAL_H

VACT_INLINE vf normal_scaled_tail(vf t)
{
    vf s = vf_div(vf_sub(t, vf_set1(3.25f)), vf_add(t, vf_set1(3.25f)));
    vf e = vf_set1(-0x1.1eebd6p-16f);
    e = vf_fma(e, s, vf_set1(0x1.b81faep-20f));
    e = vf_fma(e, s, vf_set1(0x1.7f003cp-13f));
    e = vf_fma(e, s, vf_set1(0x1.b98fc4p-17f));
    e = vf_fma(e, s, vf_set1(-0x1.7deabep-10f));
    e = vf_fma(e, s, vf_set1(0x1.230a5p-10f));
    e = vf_fma(e, s, vf_set1(0x1.9d7f26p-7f));
    e = vf_fma(e, s, vf_set1(-0x1.bfe344p-5f));
    e = vf_fma(e, s, vf_set1(0x1.00743p-3f));
    e = vf_fma(e, s, vf_set1(-0x1.925462p-3f));
    return vf_fma(e, s, vf_set1(0x1.d0b31cp-4f));
}

#endif
