/* The benchmarks of 8-bit tables. */
#ifndef VACT_BENCH_LUT_H
#define VACT_BENCH_LUT_H

#include <stdbool.h>

/*
 * Registers the kernels of a build that apply a table of 256 bytes to 16 KiB, 512 KiB and 64 MiB, and softmax of bytes
 * in rows of 1024, named
 *
 *   lut_8/u8/avx512/vbmi/n:16384/uniform               plain: without VBMI
 *   softmax_8/u8/avx512/vbmi/rows:16x1024/uniform
 *
 * With the counters n, GB/s, elements/s, x_copy, memcpy and stream as in cases.h, and x_scalar: the time relative to a
 * plain loop over a table in the same turn. False when out of memory.
 */
bool lut_register(const char *build);

#endif
