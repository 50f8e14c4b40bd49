/*
 * The vector layer: one vector of floats and the few operations on it that the mathematics needs. Each
 * instruction set has a header with the same names (scalar.h, avx2.h, avx512.h, neon.h), and every operation
 * returns the same bits, lane by lane, in all of them. tests/test_vec.c holds each to scalar C.
 *
 *   vf        VF_LANES floats                     vm       a mask: one truth value per lane
 *   vi        the index of one of eight table entries per lane
 *
 *   vf_load(p), vf_store(p, v)                    VF_LANES floats, any alignment
 *   vf_stream(p, v), vf_stream_end()              a store that passes by the caches where VF_STREAMS is 1 (elsewhere
 *                                                 vf_store), p aligned to the vector; after the last of them and
 *                                                 before another thread may look, vf_stream_end()
 *   vf_load_partial(p, n), vf_store_partial(p, v, n)
 *                                                 the first n < VF_LANES lanes; memory beyond is neither read
 *                                                 nor written; the other lanes of a load are +0
 *   vf_load_pairs(p, &a, &b), vf_store_pairs(p, a, b)
 *                                                 2*VF_LANES floats, those at even places in a, those at odd in b
 *   vf_set1(a)                                    a in every lane
 *   vf_keep_first(v, n, fill)                     v in the first n < VF_LANES lanes, fill in the others
 *   vf_exchange(v, d)                             lane i of v in lane i xor d; d a constant power of two below VF_LANES
 *   vf_add, vf_sub, vf_mul, vf_div                one IEEE rounding each
 *   vf_fma(a, b, c), vf_fnma(a, b, c), vf_fms(a, b, c)
 *                                                 a*b + c, c - a*b and a*b - c, one rounding
 *   vf_neg, vf_abs, vf_copysign(magnitude, sign)  on the sign bit alone, so -0 and NaN keep their rest
 *   vf_flip_sign(a, sign)                         a with its sign changed where that of `sign` is set
 *   vf_max(a, b), vf_min(a, b)                    a > b ? a : b and a < b ? a : b: b where either is NaN and b
 *                                                 of two zeros; so vf_max(constant, x) keeps a NaN in x
 *   vm_lt, vm_le, vm_eq                           a < b, a <= b, a == b; false where either is NaN
 *   vm_outside(x, low, high)                      |x| < low or |x| > high, or x is NaN; 0 <= low <= high, constants
 *   vm_and, vm_or                                 of two masks
 *   vf_select(m, a, b)                            a where m holds, else b, the bits unchanged
 *   vf_add_where(m, a, b)                         a + b where m holds, else a, but -0 may turn into 0
 *   vm_any(m), vm_all(m)                          whether it holds in any lane, or in all, as a C condition
 *   vm_any_beyond(x, high), vm_any_of_four_beyond(a, b, c, d, high)
 *                                                 whether in any lane |x| > high, as a C condition; for NaN either;
 *                                                 high may be negative, not -0
 *   vm_any_of_four_below(a, b, c, d, low)         the same of |x| < low
 *   vf_power_of_two(t)                            2^n for t = VF_POWER_SHIFT + n, n whole in [-126, 127], and 0 for
 *                                                 n = -127; for other t of [2^23, 2^24) some number without
 *                                                 meaning, the same in all
 *   vf_times_power(v, t)                          v*2^n for such t, where that is normal or 0
 *   vf_exponent(a)                                floor(log2(a)) for normal a > 0; for other a without meaning
 *   vf_units(t)                                   k*2^-149 for t = 2^23 + k, k whole in [0, 2^23], and for t = 2*k, k
 *                                                 from there to 2^126; the negative of that for -t; by integers: at the
 *                                                 speed of normal numbers where the result is subnormal; for other t
 *                                                 some number without meaning, the same in all
 *   vf_units_where(m, t, otherwise)               the same where m holds, else otherwise
 *   vf_minus_unscaled(y)                          -(y*2^-64), rounded once also where that is subnormal, y above 0
 *                                                 and at most 2^64: the larger of 2^23 + y*2^85 and y*2^86, less
 *                                                 2^23, by integers; for other y some number without meaning
 *   vf_risen(m, v, rise)                          v + v*rise by vf_fma; where m holds, v's bits being those of some
 *                                                 w in [32, 1.2*2^30] less VF_RISEN_BITS, modulo 2^32, and |rise| at
 *                                                 most 1/16, k*2^-149: k the whole part of (A + B)/128, A and B being
 *                                                 w and w*rise + 64 rounded to whole numbers, the even of two
 *   vf_scale(v, n)                                v*2^n, one rounding also where the result is subnormal; n whole,
 *                                                 |n| <= 252, v*2^floor(n/2) normal; NaN where v is NaN
 *   vi_of_low_bits(v)                             the low three bits of v: m mod 8 for v = 1.5*2^23 + m, |m| < 2^21
 *   vi_look_up(cells, v)                          of sixteen bytes below 8, aligned to 16, the one that the low four
 *                                                 bits of v choose; the next four bits of v are 0
 *   vi_of_higher_bits(v)                          bits 22 to 24: the half of its octave, and the last two bits of the
 *                                                 exponent's field
 *   vf_times_eighths(v, t)                        the float of v's bits and 2^20 times those of t, modulo 2^32:
 *                                                 w_j*2^floor(m/8), where that is normal, for t = 1.5*2^23 + m and v
 *                                                 whose bits are those of w_j less j*2^20, j = m mod 8
 *   vf_look_up(table, i)                          the entry of each lane, of eight floats aligned to 32 bytes
 *   vf_look_up_either(m, tables, i)               the same of the second of two such tables where m holds, else of the
 *                                                 first; their first entries are equal; aligned to 64 bytes
 *   vf_near_inverse(a)                            the float whose bits are VF_INVERSE_BITS less those of a: for a in
 *                                                 [2^-120, 2^120] 1/a within 5.2 %, for other a without meaning
 *   vf_near_power(p)                              the float whose bits are p in [2^23, 2^31), 2^v within 3.1 % for
 *                                                 p = VF_NEAR_POWER_OF(v); for other p some float without meaning
 *
 * NaN: which NaN (sign and payload) an operation returns is not fixed; all count as one value. Subnormals are
 * ordinary numbers. The caller's rounding is to nearest, without FTZ and DAZ.
 *
 * A sum or difference of a product is written with vf_fma or vf_fnma. In what vact/inline.h takes in, no vf_mul feeds a
 * vf_add or vf_sub, so that a compiler that contracts by default has nothing to contract and the bits stay; the library
 * itself is compiled without contraction.
 */
#ifndef VACT_VEC_CONTRACT_H
#define VACT_VEC_CONTRACT_H

/* -ffast-math, and the parts of it that change results; each compiler defines what it has. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||                         \
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "vact's mathematics needs IEEE semantics: do not compile it under -ffast-math or a part of it"
#endif

#include <stddef.h>
#include <string.h>

#include "vact/vact.h"

/* Added to a number of at most 2^21, it leaves the number's nearest whole in the low bits, with the bias of a float's
 * exponent: what vf_power_of_two takes. */
#define VF_POWER_SHIFT 0x1.8000fep+23f

/* The same with twice the bias, so that half of the low bits is that of half the number: for vf_scale. */
#define VF_HALVES_SHIFT 0x1.8001fcp+23f

/* With it a*vf_near_inverse(a) lies between 0.9500122 and 1.0512677, the span that one step of Newton's method with a
 * constant near 2.0013 for 2 narrows most, to 1 +- 2^-9.6: found by trying, docs/approximations/near_inverse.py, which
 * starts the search of the constant that math/fast/logistic.h has (sigmoid_search.c). */
#define VF_INVERSE_BITS 0x7ef33400

/* 2^23*(v + 127), the bits of 2^v for a whole v, of up to 1.0615 times it between, less half of that. */
#define VF_NEAR_POWER_OF(v) (0x1p+23f * ((v) + 126.957f))

/* What 2^86 adds to the bits of a number; and what takes 2^23 from them and sets the sign. */
#define VF_TWICE_IN_UNITS_BITS (86 << 23)
#define VF_MINUS_UNITS_BITS 0x35000000

/* What 2^(149 + 7) adds to the bits of a number: the units of vf_risen are 2^-149/128. */
#define VF_RISEN_BITS (156 << 23)

#define VACT_INLINE static inline __attribute__((always_inline))
#define VACT_NOINLINE __attribute__((noinline))

#endif
