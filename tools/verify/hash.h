/*
 * The hash of `vact verify`; docs/bits.md has it for others to compute. Of a part's results w[0], w[1], ..., as
 * unsigned integers and with one value for all NaNs, modulo 2^64
 *
 *     the sum of (w[j] xor (j*0x9e3779b1 mod 2^32))^2
 *
 * which is a square hash (Etzel, Patel, Ramzan 1999) whose keys are a fixed sequence. Squares below 2^64 differ where
 * their roots differ: so one other result always gives another sum. The order of the terms is free, and the compiler
 * makes vectors of them.
 */
#ifndef VACT_TOOLS_VERIFY_HASH_H
#define VACT_TOOLS_VERIFY_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"

/* The terms of n results that begin at position j of their part. */
uint64_t verify_terms(const float *results, size_t n, uint32_t j);

/* The same of 16-bit elements, which are words of their 16 bits. */
uint64_t verify_terms_16(const uint16_t *results, size_t n, uint32_t j, vact_type type);

/* Of doubles, which are two words each: the lower half, then the upper one. */
uint64_t verify_terms_64(const double *results, size_t n, uint32_t j);

/* A function's hash grows by the sum of each part, from 0 on: a bijection of it. */
uint64_t verify_join(uint64_t hash, uint64_t sum);

/* The word of 32 bits that stands for a part. */
uint32_t verify_word(uint64_t sum);

#endif
