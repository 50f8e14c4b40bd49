/* The arrays that benchmarks work on: made at first use, kept to the end of the program. */
#ifndef VACT_BENCH_MEMORY_H
#define VACT_BENCH_MEMORY_H

#include <stddef.h>

typedef enum distribution { UNIFORM, NORMAL, DISTRIBUTIONS } distribution;

extern const char *const distribution_names[DISTRIBUTIONS];

/* The largest array that can be asked for, in elements: 64 MiB. */
enum { MEMORY_ELEMENTS = 1 << 24 };

/* Smaller arrays use several places in turn, so far apart that pages and caches treat them alike. */
enum { MEMORY_PLACES = 16, MEMORY_PLACE_ELEMENTS = MEMORY_ELEMENTS / 32 };

/* n elements, uniform in [-8, 8) or normal(0, 1): the first n of a fixed sequence without subnormals. Null when out of
 * memory. */
const float *memory_input(distribution kind, size_t n);

/* n elements: one in `every`, at random, is `near` or up to 1/100 closer to 0; the others are uniform. */
void memory_fill_near(float *array, size_t n, float near, size_t every);

/* A new array of MEMORY_ELEMENTS zeros, all its pages mapped. Null when out of memory. */
float *memory_new(void);

/* An array for results, which overlaps no input; all its pages are mapped. Null when out of memory. */
float *memory_output(void);

/* The same for what has two results. */
float *memory_second_output(void);

#endif
