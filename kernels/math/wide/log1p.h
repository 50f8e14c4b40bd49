/*
 * log(1 + z), z >= 0. 1 + z = 2^e*m with m in [45/64, 90/64), c*m = 1 + r with c from a table and |r| <= 1/64; then it
 * is e*ln 2 - log c + log(1 + r), and log(1 + r) = r - r^2/2 + r^3*p(r) with r and the square as pairs and p Taylor's
 * series to r^12. For z < 2^-8 r is z itself.
 *
 * Largest relative error seen (tests/test_wide.c): 2^-64.8 at 0x1.b0b28d4188fcp-7.
 */
#ifndef VACT_MATH_WIDE_LOG1P_H
#define VACT_MATH_WIDE_LOG1P_H

#include "math/wide/log_table.h"
#include "math/wide/number.h"

#define WIDE_LOG_LEAST 0.703125 /* 45/64 */

/* log(1 + r), |r| <= 1/64 */
VACT_INLINE vf_pair wide_log1p_near(vf_pair r)
{
    vf p = vf_set1(-1.0 / 12.0);
    p = vf_fma(p, r.hi, vf_set1(1.0 / 11.0));
    p = vf_fma(p, r.hi, vf_set1(-1.0 / 10.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 9.0));
    p = vf_fma(p, r.hi, vf_set1(-1.0 / 8.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 7.0));
    p = vf_fma(p, r.hi, vf_set1(-1.0 / 6.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 5.0));
    p = vf_fma(p, r.hi, vf_set1(-1.0 / 4.0));
    p = vf_fma(p, r.hi, vf_set1(1.0 / 3.0));
    const vf_pair square = pair_product(r.hi, vf_mul(r.hi, vf_set1(-0.5)));
    const vf cube = vf_mul(vf_mul(square.hi, vf_set1(-2.0)), r.hi);
    /* r.lo*(1 - r.hi) is what r and the square have of r.lo */
    const vf low = vf_fma(cube, p, vf_add(square.lo, vf_fnma(r.lo, r.hi, r.lo)));
    const vf_pair sum = pair_fast_sum(r.hi, square.hi);
    return pair_fast_sum(sum.hi, vf_add(sum.lo, low));
}

VACT_INLINE vf_pair wide_log1p(vf_pair z)
{
    const vf one = vf_set1(1.0);
    const vm small = vm_lt(z.hi, vf_set1(0x1p-8));
    const vf_pair u = pair_select(small, pair_of(one), pair_add_lane(z, one));
    const vi bits = vf_bits(u.hi);
    const vi e = vi_shift_right(vi_sub(bits, vf_bits(vf_set1(WIDE_LOG_LEAST))), 52);
    const vi shift = vi_shift_left(e, 52);
    const vf m = vf_of_bits(vi_sub(bits, shift)), power = vf_of_bits(vi_sub(vf_bits(one), shift));
    /* of a NaN or infinity any row of the table */
    const vi entry = vi_and(vi_round(vf_fma(m, vf_set1(64.0), vf_set1(-45.5))), vi_set1(63));
    const vi at = vi_add(entry, vi_shift_left(entry, 1));
    const vf c = vf_gather(wide_log_steps[0], at);
    const vf_pair product = pair_product(c, m);
    vf_pair r = pair_sum(vf_sub(product.hi, one), vf_fma(c, vf_mul(u.lo, power), product.lo));
    r = pair_select(small, z, r);
    const vf exponent = vf_of_int(e);
    vf_pair sum = {vf_gather(wide_log_steps[0] + 1, at), vf_gather(wide_log_steps[0] + 2, at)};
    /* e*ln 2 is 0 or at least twice log c; their sum is 0 or at least 2.6 times what is added last */
    sum = pair_add_smaller(
        pair_fast_sum(vf_mul(exponent, vf_set1(WIDE_LN2_HIGH)), vf_mul(exponent, vf_set1(WIDE_LN2_LOW))), sum);
    const vf_pair near = wide_log1p_near(r);
    return pair_select(small, near, pair_add_smaller(sum, near));
}

#endif
