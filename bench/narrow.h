/* The benchmarks of 16-bit elements. */
#ifndef VACT_BENCH_NARROW_H
#define VACT_BENCH_NARROW_H

#include <stdbool.h>

/*
 * Registers a build's unary kernels of bfloat16 and half on 16 KiB, 512 KiB and 64 MiB, named
 *
 *   silu/bf16/avx512/cr/n:8192/uniform
 *
 * With the counters n, GB/s, elements/s, x_copy, memcpy and stream as in cases.h, and x_f32: the time relative to the
 * kernel of float on as many elements, in the same turn. At 64 MiB that is as many as 64 MiB of floats have. And of
 * softmax, log_softmax and cross-entropy, the loss alone and with the gradient, rows of 64, 1024 and 32768 columns,
 *
 *   log_softmax/bf16/avx512/fast/rows:4x32768/uniform
 *
 * with n, elements/s and x_f32. False when out of memory.
 */
bool narrow_register(const char *build);

#endif
