/* What kernels are measured against. Nothing of it belongs to the library, so that it stays as it is when kernels and
 * the loops around them change. */
#ifndef VACT_BENCH_YARDSTICK_H
#define VACT_BENCH_YARDSTICK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copy, in "x copy" of whatever measures, is the faster of these two: a kernel's time relative to copy is the larger of
 * its ratios to either, measured in turn. docs/performance.md says the same.
 */
typedef void yardstick_fn(float *dst, const float *src, size_t n);

/* The C library's memcpy. */
yardstick_fn yardstick_memcpy;

/* A copy whose stores bypass the cache. Null where the CPU's baseline has no such store. dst: 16-byte aligned. */
extern yardstick_fn *const yardstick_stream;

/* The loop over SLEEF's expf of a build of the library (expf.c); null for a build that has none. */
yardstick_fn *yardstick_expf(const char *build);

#endif
