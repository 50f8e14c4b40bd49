/* The arrays that benchmarks work on: made at first use, kept to the end of the program. */
#ifndef VACT_BENCH_MEMORY_H
#define VACT_BENCH_MEMORY_H

#include <stddef.h>

typedef enum distribution { UNIFORM, NORMAL, DISTRIBUTIONS } distribution;

extern const char *const distribution_names[DISTRIBUTIONS];

/* The largest array that can be asked for, in elements: 64 MiB. */
enum { MEMORY_ELEMENTS = 1 << 24 };

/* Smaller arrays stand in turn at each of some places, so far apart that pages and caches treat all alike. */
enum { MEMORY_PLACES = 16, MEMORY_PLACE_ELEMENTS = MEMORY_ELEMENTS / 32 };

/* n elements drawn uniformly from [-8, 8), or from the normal distribution (0, 1): the first n of always the same
 * sequence, no subnormal among them. Null when out of memory. */
const float *memory_input(distribution kind, size_t n);

/* n elements, of which one in `every`, at random, is `near` or up to a hundredth nearer to 0, the others uniform. */
void memory_fill_near(float *array, size_t n, float near, size_t every);

/* Where results go: apart from every input, all of its pages present. Null when out of memory. */
float *memory_output(void);

/* The same for what has two results. */
float *memory_second_output(void);

#endif
