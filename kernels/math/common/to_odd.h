/*
 * A rounded float and what it lacks of the exact value, as one float that rounds to fewer digits as the exact value
 * does: if it is not exact and its last bit is 0, the neighbour on the other side of the exact value, whose last bit is
 * 1. No such float is a tie, and a tie stays one only where it is exact (Boldo and Melquiond 2008, "rounding to odd").
 */
#ifndef VACT_MATH_COMMON_TO_ODD_H
#define VACT_MATH_COMMON_TO_ODD_H

/* Only the sign of `rest` counts. */
VACT_INLINE vf vf_to_odd(vf a, vf rest)
{
    const vf zero = vf_set1(0.0f), outward = vf_flip_sign(rest, a);
    const vi bits = vf_bits(a), one = vi_set1(1);
    const vm even = vm_eq(vf_of_int(vi_shift_right(vi_shift_left(bits, 31), 31)), zero);
    const vi grown = vi_add_where(vm_and(even, vm_lt(zero, outward)), bits, one);
    return vf_of_bits(vi_sub_where(vm_and(even, vm_lt(outward, zero)), grown, one, grown));
}

#endif
