/*
 * vact's activations as static inline functions on vectors, for engines that apply one in the epilogue of their own
 * matrix product, while the values are still in registers:
 *
 *     __m512      vact_gelu_m512(__m512 x);          needs AVX-512 F, BW, DQ, VL and FMA
 *     __m256      vact_gelu_m256(__m256 x);          needs AVX2 and FMA
 *     __m128      vact_gelu_m128(__m128 x);          the same; computes in the low half of 256 bits
 *     float32x4_t vact_gelu_f32x4(float32x4_t x);    needs AArch64
 *
 * Each element-by-element operation of vact.h has a function under every name that the compiler's flags allow. For
 * prelu take leaky_relu with the channel's slope. Parameters follow x (vact_leaky_relu_m512(x, 0.01f)) and must lie in
 * the domain that vact.h states: nothing is checked. The gated units take gate and up: vact_swiglu_m512(gate, up).
 *
 *   Bits       Those of VACT_MATH_FAST (of the one kernel where an operation has no variants), under any optimisation
 *              and the compiler's default contraction: the caller's operations are never fused with those in here.
 *              -ffast-math is an error, and so is each part of it that changes results and that the compiler reports,
 *              -mfpmath=387 and -fsingle-precision-constant. docs/operations/inline.md says what an engine does that is
 *              built with it. Parts that Clang does not report are switched off for the functions in here.
 *              A header has the bits of its own version.
 *   Special    lanes: some functions call one that is not inlined where any lane is beyond 8 to 16 in magnitude (for
 *              sigmoid, silu, gelu, mish and the like) or beyond 87 (for exp). Unused lanes neither fault nor change
 *              other lanes, but an extreme value in one may cost time: set them to 1.
 *   Names      All begin with vact_ or VACT_. No library is needed.
 *   C++        needs GCC or Clang, for C's compound literals, from C++17 (or gnu++11) on.
 *
 * The files inline_*.h are made from the library's own kernels when it is built.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VACT_INLINE_H
#define VACT_INLINE_H

#if defined(__cplusplus) && (__cplusplus < 201103L || (__cplusplus < 201703L && defined(__STRICT_ANSI__)))
#error "vact/inline.h needs C++17 for its hexadecimal constants, or gnu++11 or later"
#else

#ifdef __cplusplus
#define VACT_NULL nullptr /* engines that compile with -Wzero-as-null-pointer-constant */
#else
#define VACT_NULL NULL
#endif

#if defined(__AVX2__) && defined(__FMA__)
#include <vact/inline_m256.h>
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__FMA__)
#include <vact/inline_m512.h>
#endif

#if defined(__aarch64__) && defined(__ARM_NEON)
#include <vact/inline_f32x4.h>
#endif

#endif /* C++17 */

#endif
