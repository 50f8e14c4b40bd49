/* The benchmarks of softmax with options. */
#ifndef VACT_BENCH_OPTIONS_H
#define VACT_BENCH_OPTIONS_H

#include <stdbool.h>

/*
 * Registers softmax of a build with options, 128 rows of 1024 columns, in cache, named
 *
 *   softmax_options/f32/avx512/fast/rows:128x1024/scale
 *   .../keep         a byte mask, one element in four left out at random
 *   .../bias         an additive mask; bias_inf: -inf in one element of ten
 *   .../softcap      c = 30; softcap_scale: with a scale
 *   .../cap_after    the cap is of the sum with the bias; cap_after_inf
 *
 * With the counter x_plain: the time relative to softmax without options, in the same turn. False when out of memory.
 */
bool options_register(const char *build);

#endif
