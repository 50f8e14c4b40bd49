/*
 * The vector layer: vectors of floats and of integers, with the operations that an instruction set has or that any
 * mathematics might want. f32_avx512.h, f32_avx2.h, f32_neon.h and f32_scalar.h define the same names, and every
 * operation returns the same bits in all of them, lane by lane; f32_scalar.h says in plain C which bits. f32_generic.h
 * has the operations made of others: a header with something faster defines the operation itself, and a macro of its
 * name. tests/test_vec.c checks each line below against scalar C on every build, and the headers against these lines.
 *
 *   vf        VF_LANES floats
 *   vi        VF_LANES integers of 32 bits; arithmetic is modulo 2^32
 *   vm        a mask: one truth value per lane
 *
 * Memory, at any alignment
 *   vf_load(p)                        VF_LANES floats
 *   vf_store(p, v)                    the same, written
 *   vf_load_partial(p, n)             the first n < VF_LANES floats, +0 in the other lanes; reads no memory beyond them
 *   vf_store_partial(p, v, n)         the first n < VF_LANES lanes; writes no memory beyond them
 *   vf_load_pairs(p, &a, &b)          2*VF_LANES floats: those at even places in a, those at odd places in b
 *   vf_store_pairs(p, a, b)           the same, written
 *   vf_load_pairs_mixed(p, &a, &b)    as vf_load_pairs, but the lanes of a and b are in some order, the same in both
 *   vf_unmixed(v)                     the lanes of such a v in the order of memory
 *   vf_stream(p, v)                   a store that bypasses the caches where VF_STREAMS is 1, else vf_store; p aligned
 *                                     to the vector
 *   vf_stream_end()                   after the last vf_stream, before another thread may read
 *
 * Lanes
 *   vf_set1(a)                        a in every lane
 *   vf_keep_first(v, n, fill)         v in the first n < VF_LANES lanes, fill in the others
 *   vf_exchange(v, d)                 lane i xor d of v in lane i; d a constant power of two below VF_LANES
 *   vf_exchange_pair(&a, &b, d)       the same between two: where i has the bit d, lane i of a and lane i xor d of b
 *                                     change places
 *
 * Floats: one IEEE rounding each
 *   vf_add(a, b)                      a + b
 *   vf_sub(a, b)                      a - b
 *   vf_mul(a, b)                      a*b
 *   vf_div(a, b)                      a/b
 *   vf_sqrt(a)                        the square root of a; NaN for a < 0
 *   vf_fma(a, b, c)                   a*b + c
 *   vf_fnma(a, b, c)                  c - a*b
 *   vf_fms(a, b, c)                   a*b - c
 *   vf_add_where(m, a, b)             a + b where m holds, else a, but -0 may turn into 0
 *   vf_max(a, b)                      a > b ? a : b: b where either is NaN, so vf_max(constant, x) keeps a NaN in x
 *   vf_min(a, b)                      a < b ? a : b
 *
 * Floats: signs and choices. -0, NaN and the bits of a NaN are kept.
 *   vf_neg(a)                         the other sign
 *   vf_abs(a)                         no sign
 *   vf_copysign(magnitude, sign)      the magnitude with the sign of `sign`
 *   vf_flip_sign(a, sign)             a with its sign changed where that of `sign` is set
 *   vf_select(m, a, b)                a where m holds, else b
 *   vf_where(m, a)                    a where m holds, else +0
 *   vf_apart(a)                       a, of which the compiler knows nothing: it keeps a product with 1
 *
 * Floats: NaN
 *   vf_quiet(a)                       a, a signalling NaN made quiet
 *   vf_or_nan(a, b)                   a, but a quiet NaN where b is NaN
 *
 * Powers of two
 *   vf_power_of_two(t)                2^n for t = VF_POWER_SHIFT + n, n whole in [-126, 127], and 0 for n = -127; for
 *                                     other t in [2^23, 2^24) a meaningless number, the same on every build
 *   vf_times_power(v, t)              v*2^n for such t, where that is normal or 0
 *   vf_scale(v, n)                    v*2^n, one rounding also where the result is subnormal; n whole, |n| <= 252,
 *                                     v*2^floor(n/2) normal; NaN where v is NaN
 *   vf_exponent(a)                    floor(log2(a)) of a normal a > 0; meaningless otherwise
 *
 * Masks
 *   vm_lt(a, b)                       a < b, false where either is NaN
 *   vm_le(a, b)                       a <= b, likewise
 *   vm_eq(a, b)                       a == b, likewise
 *   vm_outside(x, low, high)          |x| < low or |x| > high, or x is NaN; constants, 0 <= low <= high
 *   vm_and(m, n)                      both hold
 *   vm_or(m, n)                       either holds
 *   vm_bytes(p)                       byte k of VF_LANES bytes is not 0
 *
 * Lanes that bytes keep: vk is a mask, too, but of the form with which vf_kept is fastest. AVX2 has the lanes left out
 *   vk_bytes(p)                       byte k of VF_LANES bytes is not 0: lane k is kept
 *   vk_bytes_of_four(p, k)            the same for 4*VF_LANES bytes, in k[0] to k[3]
 *   vf_kept(k, a)                     a where a lane is kept, else +0
 *
 * Conditions of C: an int
 *   vm_any(m)                         m holds in some lane
 *   vm_all(m)                         m holds in every lane
 *   vm_any_beyond(x, high)            |x| > high in some lane; either where x is NaN; high may be negative, not -0
 *   vm_any_of_four_beyond(a, b, c, d, high)
 *                                     the same for four vectors
 *   vm_any_of_four_below(a, b, c, d, low)
 *                                     |x| < low in some lane of four vectors; either where x is NaN
 *
 * Integers
 *   vf_bits(a)                        the bits of a float
 *   vf_of_bits(i)                     the float of these bits
 *   vi_round(a)                       the whole number nearest to a, the even one of two; meaningless, and not the same
 *                                     on every build, where |a| > 2^31 - 128 or a is NaN
 *   vf_of_int(i)                      the float nearest to i, i signed
 *   vi_set1(a)                        a in every lane
 *   vi_add(a, b)                      a + b
 *   vi_sub(a, b)                      a - b
 *   vi_add_where(m, a, b)             a + b where m holds, else a
 *   vi_sub_where(m, a, b, otherwise)  a - b where m holds, else `otherwise`
 *   vi_max(a, b)                      the larger, both unsigned
 *   vi_shift_left(a, n)               a*2^n, n a constant in [0, 31]
 *   vi_shift_right(a, n)              floor(a/2^n), a unsigned
 *
 * Table look-up: each lane its own entry. Only the low bits of an index count.
 *   vf_look_up(table, i)              in eight floats, aligned to 32 bytes: the low three bits of i count
 *   vf_look_up_either(m, tables, i)   in the second of two such tables where m holds, else in the first; the first
 *                                     entries of both are equal; aligned to 64 bytes
 *   vf_look_up_16(table, i)           in sixteen floats, aligned to 64 bytes: the low four bits of i count
 *   vi_look_up(cells, i)              in sixteen bytes, aligned to 16: the low four bits of i count, the next four are
 *                                     0; the entry is in the low eight bits, the bits above are meaningless
 *
 * NaN: the sign and payload of a NaN that arithmetic returns are not fixed; all NaNs count as one value. Subnormals are
 * handled like other numbers. The rounding mode is to nearest, without FTZ and DAZ.
 *
 * A product plus or minus a number is written with vf_fma, vf_fnma or vf_fms. In code that vact/inline.h includes, no
 * vf_mul feeds a vf_add or vf_sub: so a compiler that contracts by default has nothing to contract, and the bits stay.
 * The library itself is compiled without contraction.
 */
#ifndef VACT_VEC_CONTRACT_H
#define VACT_VEC_CONTRACT_H

/* -ffast-math, or a part of it that changes results. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||                         \
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "vact's mathematics needs IEEE semantics: do not compile it under -ffast-math or a part of it"
#endif

/* -mfpmath=387 (32-bit x86 has it unasked, without -msse2 -mfpmath=sse) computes in more than float. 16 is
 * -mavx512fp16, which computes float in float. */
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "vact's mathematics needs float arithmetic in float: do not compile it under -mfpmath=387"
#endif

#include <float.h>
#include <stddef.h>
#include <string.h>

#include "vact/vact.h"

/* Adding it to a number of at most 2^21 in magnitude rounds that to a whole number, which is then in the low bits of
 * the sum, with the bias of a float's exponent: the argument of vf_power_of_two. */
#define VF_POWER_SHIFT 0x1.8000fep+23f

/* -fsingle-precision-constant, which no macro tells. In C99 GCC shows the condition and not the text. */
#ifdef __cplusplus
static_assert(sizeof 1.0 == sizeof(double), "vact needs double constants: no -fsingle-precision-constant");
#else
__extension__ _Static_assert(sizeof 1.0 == sizeof(double),
                             "vact needs double constants: no -fsingle-precision-constant");
#endif

#define VACT_INLINE static inline __attribute__((always_inline))
#define VACT_NOINLINE __attribute__((noinline))
/* Once in each build: GCC would make a copy for each constant argument. Few call it often enough to earn the size. */
#ifdef __clang__
#define VACT_ONCE __attribute__((noinline))
#else
#define VACT_ONCE __attribute__((noinline, noclone))
#endif
/* Seldom called, so small. */
#define VACT_SELDOM __attribute__((noinline, cold))

#endif
