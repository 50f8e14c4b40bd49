/*
 * vact's activations as static inline functions on vectors, for engines that apply one inside the epilogue of their own
 * matrix product, on values that are still in registers:
 *
 *     __m512      vact_gelu_m512(__m512 x);          AVX-512 F, BW, DQ, VL and FMA are switched on
 *     __m256      vact_gelu_m256(__m256 x);          AVX2 and FMA are
 *     float32x4_t vact_gelu_f32x4(float32x4_t x);    AArch64
 *
 * Each element-by-element operation of vact.h has its function under each name that the compiler's flags allow, several
 * side by side where they allow several; prelu is leaky_relu with the channel's slope. Parameters follow x
 * (vact_leaky_relu_m512(x, 0.01f)), within the domain that vact.h states: nothing is checked. The gated units take gate
 * and up: vact_swiglu_m512(gate, up).
 *
 *   Bits       Those of VACT_MATH_FAST (of the one kernel where an operation has no variants), under any optimisation
 *              and a compiler's default contraction: no operation of the caller's melts into one in here.
 *              -ffast-math is refused, and each part of it that changes results, as far as a compiler tells of it. A
 *              header has the bits of its own version.
 *   Special lanes Some functions call one that is not inlined where any lane is extreme: beyond 8 to 16 in magnitude
 * for sigmoid, silu, gelu, mish and their kin, beyond 87 for exp. Lanes without meaning may therefore cost time, never
 * more: they neither fault nor touch other lanes. Give them 1. Names      The files define vact_* and nothing else.
 * They need no library. C++        works with GCC and Clang, which know C's compound literals, from C++17 (or gnu++11)
 * on.
 *
 * The files inline_*.h are made from the library's own kernels when it is built.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VACT_INLINE_H
#define VACT_INLINE_H

#if defined(__AVX2__) && defined(__FMA__)
#include <vact/inline_m256.h>
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__FMA__)
#include <vact/inline_m512.h>
#endif

#if defined(__aarch64__) && defined(__ARM_NEON)
#include <vact/inline_f32x4.h>
#endif

#endif
