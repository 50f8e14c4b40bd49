/* The benchmarks of vact's operations. */
#ifndef VACT_BENCH_CASES_H
#define VACT_BENCH_CASES_H

#include <stdbool.h>

#include "dispatch/table.h"

/* The variants' words, by vact_math. */
extern const char *const cases_math_words[VACT_TABLE_MATHS];

/*
 * Registers every operation of a build of the library in every variant, size and distribution of the input, named
 *
 *   gelu/f32/avx512/sleef/n:131072/normal              operation/type/build/variant/size/distribution
 *   prelu/f32/avx512/plain/n:131072/slopes:64/normal   with so many slopes, each for n/64 neighbours
 *   softmax/f32/avx512/sleef/rows:128x1024/normal      rows x columns
 *   call/gelu/f32/avx512/auto/n:16/normal              the public function instead of the kernel
 *   epilogue/gelu/f32/avx512/fast/n:131072/normal      act(x + bias), rows of some thousand columns
 *
 * With the counters
 *
 *   n          elements
 *   GB/s       bytes read and written; elements/s
 *   x_copy     the kernel's time relative to copy (yardstick.h) of the same array in the same turn
 *   x_expf     relative to a plain loop over SLEEF's expf on the same instruction set
 *   x_kernel   call/ only: relative to the kernel that is called; overhead_ns: the difference
 *   x_bare     epilogue/ and gated units only: relative to the bare activation
 *   memcpy     what the C library's memcpy moved, in GB/s; stream: what a copy with streaming stores moved
 *   ulp_bound  the largest error that the registry grants the operation
 *
 * A build that this CPU does not run is registered to say so. False when out of memory.
 */
bool cases_register(const char *build);

#endif
