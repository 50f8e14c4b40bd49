/*
 * The vector layer: one vector of floats and the few operations on it that the mathematics needs. Each
 * instruction set has a header with the same names (scalar.h, avx2.h, avx512.h, neon.h), and every operation
 * returns the same bits, lane by lane, in all of them. tests/test_vec.c holds each to scalar C.
 *
 *   vf        VF_LANES floats                     vm       a mask: one truth value per lane
 *
 *   vf_load(p), vf_store(p, v)                    VF_LANES floats, any alignment
 *   vf_load_partial(p, n), vf_store_partial(p, v, n)
 *                                                 the first n < VF_LANES lanes; memory beyond is neither read
 *                                                 nor written; the other lanes of a load are +0
 *   vf_set1(a)                                    a in every lane
 *   vf_keep_first(v, n, fill)                     v in the first n < VF_LANES lanes, fill in the others
 *   vf_add, vf_sub, vf_mul, vf_div                one IEEE rounding each
 *   vf_fma(a, b, c), vf_fnma(a, b, c)             a*b + c and c - a*b, one rounding
 *   vf_neg, vf_abs, vf_copysign(magnitude, sign)  on the sign bit alone, so -0 and NaN keep their rest
 *   vf_max(a, b), vf_min(a, b)                    a > b ? a : b and a < b ? a : b: b where either is NaN and b
 *                                                 of two zeros; so vf_max(constant, x) keeps a NaN in x
 *   vm_lt, vm_le, vm_eq                           a < b, a <= b, a == b; false where either is NaN
 *   vm_and, vm_or                                 of two masks
 *   vf_select(m, a, b)                            a where m holds, else b, the bits unchanged
 *
 * NaN: which NaN (sign and payload) an operation returns is not fixed; all count as one value. Subnormals are
 * ordinary numbers. The caller's rounding is to nearest, without FTZ and DAZ.
 *
 * A sum or difference of a product is written with vf_fma or vf_fnma; no vf_mul feeds a vf_add or vf_sub, so
 * that a compiler that contracts by default has nothing to contract and the bits stay.
 */
#ifndef VACT_VEC_CONTRACT_H
#define VACT_VEC_CONTRACT_H

#ifdef __FAST_MATH__
#error "vact's mathematics needs IEEE semantics: do not compile it under -ffast-math"
#endif

#include <stddef.h>
#include <string.h>

#include "vact/vact.h"

#define VACT_INLINE static inline __attribute__((always_inline))

#endif
