/*
 * The inputs of `vact verify`: all, or a sample that is the same on every machine. docs/bits.md describes it for others
 * to compute.
 */
#ifndef VACT_TOOLS_VERIFY_SAMPLE_H
#define VACT_TOOLS_VERIFY_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "functions.h"

/* n inputs from the i-th on: of every 2^shift successive bit patterns one. */
void verify_fill_inputs(float *x, uint64_t i, size_t n, unsigned shift);

/* Random floats of either sign in [2^-32, 2^32), by number: the i-th input has number i, or with `other` ~i. */
void verify_fill_random(float *values, uint64_t i, size_t n, bool other);

/* The gradients that come in: 1 for even i, else the random float of number i. */
void verify_fill_dy(float *dy, uint64_t i, size_t n);

/* Doubles: of even number i the bits i*2^40 and 40 random ones, of odd number a random double of either sign in
 * [2^-32, 2^32). */
void verify_fill_inputs_64(double *x, uint64_t i, size_t n);

/* Such random doubles of a sequence of their own, of every fourth number 1. */
void verify_fill_random_64(double *values, uint64_t i, size_t n, uint32_t sequence);

/* Random multiples of 2^-27 within +-16. */
void verify_fill_logits_64(double *x, uint64_t i, size_t n);

#endif
