/*
 * The vector layer for elements of 16 bits: vectors of VH_LANES = 2*VF_LANES of them, beside the vectors of floats of
 * the same instruction set. u16_avx512.h, u16_avx2.h, u16_neon.h and u16_scalar.h define the same names with the same
 * bits; u16_scalar.h says in plain C which. tests/test_narrow.c tries them all, through the kernels.
 *
 *   vh        VH_LANES elements of 16 bits; arithmetic is modulo 2^16
 *
 * Memory, at any alignment of two bytes
 *   vh_load(p)                        VH_LANES elements
 *   vh_store(p, v)                    the same, written
 *   vh_load_partial(p, n, fill)       the first n < VH_LANES elements, `fill` in the others; reads no memory beyond
 * them vh_store_partial(p, v, n)         the first n < VH_LANES elements; writes no memory beyond them vh_stream(p, v)
 * as vf_stream
 *
 * Integers
 *   vh_set1(a)                        a in every element
 *   vh_replace_equal(y, x, at, by)    `by` where x == at, else y
 *   vh_clamp(y, end, most)            end + the lesser of y - end and most, both unsigned
 *   vh_replace_in(y, x, start, width, by)
 *                                     `by` where x - start <= width, both unsigned, else y
 *
 * bfloat16: the upper half of a float
 *   vh_widen(v, &a, &b)               the floats of the elements at even places in a, of those at odd places in b
 *   vh_of_upper(a, b)                 the upper halves of such floats, in the order of memory
 *   vh_widen_first(v)                 the floats of the first VF_LANES elements, in the order of memory
 *   vh_first_of_upper(a)              the upper halves of floats as the first VF_LANES elements; the others mean
 * nothing vh_load_upper(p)                  the first VF_LANES elements at p as floats vh_store_upper(p, a) the upper
 * halves of floats, written
 *
 * Floats of which fewer digits count
 *   vh_quotient(a, b)                 a/b*(1 + t), |t| < 1.01*2^-28, rounded once, for b in [1, 2^100]: not the same
 * bits on every CPU. tests/narrow_quotient.inc.h tries both ends of t. A zero is exact
 *
 * half
 *   vh_load_half(p, &a, &b)           the first VF_LANES elements at p as floats in a, the next ones in b; exact
 *   vh_widen_half(v, &a, &b)          the same of a vector
 *   vh_of_half(a, b)                  rounded to the nearest half, ties to even; a NaN stays one, quiet
 *   vh_store_half(p, a, b)            the same, written
 *   vh_load_half_first(p)             the first VF_LANES elements at p as floats
 *   vh_store_half_first(p, a)         VF_LANES floats, rounded and written
 */
#ifndef VACT_VEC_U16_CONTRACT_H
#define VACT_VEC_U16_CONTRACT_H

#include <stdint.h>

#define VH_LANES ((size_t)2 * VF_LANES)

#endif
