/*
 * e^x by a table of powers of 2^(1/8), up to a constant factor. softmax and exp use it; exp (math/fast/exp.h) takes the
 * factor out again. For softmax the result is relative to 2^(p/8), p the whole number nearest to 8*max/ln 2, and is
 * multiplied by 2^64*1.088.
 *
 * x = m*ln(2)/8 + r, |r| <= 0.0436, and e^x = 2^(m/8)*(1 + rise), rise = e^r - 1 with an error of 2^-29 at most. The
 * table has eight entries. The factor 1.088, which cancels in a quotient, puts each of them within 0.076*2^-24 of a
 * float (docs/approximations/exp_eighths.py). So e^x has only the error of its last rounding and 0.15*2^-24; max need
 * not be subtracted, and e^r needs only a short polynomial.
 *
 * For |x| <= 512: m*ln(2)/8 is subtracted in two parts, the first of them exactly.
 */
#ifndef VACT_MATH_FAST_EXP_EIGHTHS_H
#define VACT_MATH_FAST_EXP_EIGHTHS_H

#include "math/common/constants.h"
#include "math/common/horner.h"
#include "math/common/pair.h"

/* An upper bound of every exponential of a row. */
#define EIGHTHS_MOST 0x1p65f

/* power + power*rise */
typedef struct {
    vf power, rise;
} fast_eighths;

/* The origin for a row with this maximum, at most 256 in magnitude. */
VACT_INLINE vf fast_eighths_origin(vf max)
{
    vf shift = vf_set1(0x1.8p23f);
    vf p = vf_sub(vf_fma(max, vf_set1(8.0f * MATH_LOG2E), shift), shift);
    return vf_sub(vf_set1(0x1.8p23f + 8.0f * 64.0f + 6.0f), p);
}

typedef struct {
    vf t; /* m + origin */
    vf r;
} fast_eighths_reduced;

VACT_INLINE fast_eighths_reduced fast_eighths_reduce(vf x, vf origin)
{
    vf t = vf_fma(x, vf_set1(8.0f * MATH_LOG2E), origin);
    vf m = vf_sub(t, origin);
    vf r = vf_fnma(m, vf_set1(0.125f * MATH_LN2_HI), x);
    return (fast_eighths_reduced){t, vf_fnma(m, vf_set1(0.125f * MATH_LN2_LO), r)};
}

/* Entry j is scale*1.088*2^(j/8), with j*2^20 taken off its bits: fast_times_eighths adds that again. */
#define FAST_EIGHTHS_TABLE(scale)                                                                                      \
    {0x1.16747cp+0f * (scale), 0x1.0fa848p+0f * (scale), 0x1.0b2404p+0f * (scale), 0x1.091c8ap+0f * (scale),           \
     0x1.09cb7cp+0f * (scale), 0x1.0d6fb4p+0f * (scale), 0x1.144dbcp+0f * (scale), 0x1.1eb052p+0f * (scale)}

/* scale*1.088*2^(m/8), where that is normal, from t = 1.5*2^23 + m and entry m mod 8 of the table. */
VACT_INLINE vf fast_times_eighths(vf entry, vf t)
{
    return vf_of_bits(vi_add(vf_bits(entry), vi_shift_left(vf_bits(t), 20)));
}

VACT_INLINE fast_eighths fast_eighths_by(const float *table, fast_eighths_reduced x)
{
    vf q = horner2(x.r, 0x1.555d1p-5f, 0x1.555c94p-3f, 0.5f);
    vf power = fast_times_eighths(vf_look_up(table, vf_bits(x.t)), x.t);
    return (fast_eighths){power, vf_fma(vf_mul(x.r, q), x.r, x.r)};
}

/* For x from max - 125 to max; |r| may be up to 0.046. NaN for NaN. */
VACT_INLINE fast_eighths fast_eighths_of(fast_eighths_reduced x)
{
    _Alignas(32) static const float table[8] = FAST_EIGHTHS_TABLE(1.0f);
    return fast_eighths_by(table, x);
}

/* The same with power multiplied by 2^64, for x from max - 189 on. */
VACT_INLINE fast_eighths fast_eighths_scaled(fast_eighths_reduced x)
{
    _Alignas(32) static const float table[8] = FAST_EIGHTHS_TABLE(0x1p+64f);
    return fast_eighths_by(table, x);
}

VACT_INLINE vf fast_eighths_value(fast_eighths e) { return vf_fma(e.power, e.rise, e.power); }

#endif
