/* The benchmarks of special arguments, for which an activation has another form (kernels/loop/form.h). */
#ifndef VACT_BENCH_SPECIAL_H
#define VACT_BENCH_SPECIAL_H

#include <stdbool.h>

/*
 * Registers the kernels of a build, 4096 elements near one number, each of them, or one in two or eight with uniform
 * ones between, named
 *
 *   special/gelu/f32/avx512/fast/n:4096/every:-20
 *   special/gelu/f32/avx512/fast/n:4096/one_in_eight:-20
 *   special/epilogue/gelu/f32/...                          act(x) + residual
 *   special/backward/gelu/f32/...                          gradients, of gated units too; from_output/ likewise
 *   special/swiglu/f32/..., special/softmax/f32/...        the gates are special; rows of 1024
 *
 * With the counter x_usual: the time relative to that of the uniform distribution, in the same turn. False when out of
 * memory.
 */
bool special_register(const char *build);

#endif
