/* A polynomial on each of eight intervals, its coefficients by table look-up. */
#ifndef VACT_MATH_COMMON_PIECES_H
#define VACT_MATH_COMMON_PIECES_H

/* In d, on interval i (the low three bits count); row k of the table has the coefficients of d^k. */
VACT_INLINE vf pieces_of(const float (*table)[8], int degree, vi i, vf d)
{
    vf y = vf_look_up(table[degree], i);
    for (int k = degree - 1; k >= 0; k--)
        y = vf_fma(y, d, vf_look_up(table[k], i));
    return y;
}

/* In t, where the intervals are halves of octaves of `place`. */
VACT_INLINE vf pieces_value(const float (*table)[8], int degree, vf place, vf t)
{
    return pieces_of(table, degree, vi_shift_right(vf_bits(place), 22), t);
}

#endif
