/*
 * The vector layer of double. f64_scalar.h, f64_avx2.h, f64_avx512.h and f64_neon.h define the names of contract.h, as
 * far as kernels on double need them, and include this file last, which has what is made of others: there vf is
 * doubles, vi unsigned integers of 64 bits. VF_POWER_SHIFT_F64 stands in place of VF_POWER_SHIFT. What differs:
 *
 *   vf_scale(v, n)                    v*2^n, one rounding also where the result is subnormal; n whole, beyond 2400 it
 *                                     counts as that; v is 0, infinite, NaN or 2^-200 <= |v| <= 2^200, or n is 0
 *   vi_round(a), vf_of_int(i)         |a| and |i| at most 2^51
 *   vf_round(a)                       the whole number nearest to a, |a| <= 2^51, the even one of two
 *   vi_and(a, b)                      bit by bit
 *   vf_gather(table, i)               entry i of a table of doubles of any size
 */
#ifndef VACT_VEC_F64_GENERIC_H
#define VACT_VEC_F64_GENERIC_H

/* An operation's parameters, in the type of the lanes. */
typedef vact_params_f64 act_params;

/* Adding it to a number of at most 2^50 in magnitude rounds that to a whole number, which is then in the low bits of
 * the sum, with the bias of a double's exponent: the argument of vf_power_of_two. */
#define VF_POWER_SHIFT_F64 0x1.80000000003ffp+52

/* Adding it rounds likewise; the low bits are the whole number itself. */
#define VF_WHOLE_SHIFT 0x1.8p+52

/* A compiler that does not know the addend keeps the addition, which -0 makes one of no effect on numbers. */
VACT_INLINE vf vf_quiet(vf a) { return vf_add(a, vf_apart(vf_set1(-0.0))); }

VACT_INLINE vf vf_where(vm m, vf a) { return vf_select(m, a, vf_set1(0.0)); }

VACT_INLINE vf vf_power_of_two(vf t) { return vf_of_bits(vi_shift_left(vf_bits(t), 52)); }

/* |a| <= 2^51 */
VACT_INLINE vf vf_round(vf a) { return vf_sub(vf_add(a, vf_set1(VF_WHOLE_SHIFT)), vf_set1(VF_WHOLE_SHIFT)); }
VACT_INLINE vi vi_round(vf a)
{
    return vi_sub(vf_bits(vf_add(a, vf_set1(VF_WHOLE_SHIFT))), vf_bits(vf_set1(VF_WHOLE_SHIFT)));
}

/* |i| < 2^51, i signed */
VACT_INLINE vf vf_of_int(vi i)
{
    return vf_sub(vf_of_bits(vi_add(i, vf_bits(vf_set1(VF_WHOLE_SHIFT)))), vf_set1(VF_WHOLE_SHIFT));
}

#ifndef vf_scale
/* Three factors of a third of the exponent, the largest step last but so that only the last product rounds: v is
 * normal, and after two steps towards 0 the result is still as far from the subnormals as one step is large. */
VACT_INLINE vf vf_scale(vf v, vf n)
{
    const vf bound = vf_set1(2400.0), shift = vf_set1(VF_POWER_SHIFT_F64);
    n = vf_min(bound, vf_max(vf_neg(bound), n));
    const vf third = vf_round(vf_mul(n, vf_set1(0.25))), rest = vf_fnma(vf_set1(3.0), third, n);
    const vf power = vf_power_of_two(vf_add(third, shift));
    return vf_mul(vf_mul(vf_mul(vf_mul(v, vf_power_of_two(vf_add(rest, shift))), power), power), power);
}
#endif

#ifndef vf_exponent
VACT_INLINE vf vf_exponent(vf a) { return vf_sub(vf_of_int(vi_shift_right(vf_bits(vf_abs(a)), 52)), vf_set1(1023.0)); }
#endif

#endif
