/*
 * The bits of every function, as hashes: docs/bits-v<VACT_NUMERICS_VERSION>.txt. A line is
 *
 *   operation function variant type HASH64 PART0 ... PART63
 *
 * Part p of an elementwise function is its results for the inputs whose bit patterns are multiples of the stride and
 * have p as their upper six bits, of 16-bit elements of all inputs; of a function over rows it is matrices of random
 * numbers. A part's hash is the upper
 * half of one of 64 bits, and HASH64 joins those of all parts. All NaNs count as one. Last come comments with hashes of
 * the constants of each header of the mathematics (bits_constants.c). Shared by the test (test_bits_file.c) and the
 * program that writes the file (bits/bits_main.c, ./dev bits).
 */
#ifndef VACT_TESTS_BITS_H
#define VACT_TESTS_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dispatch/table.h"
#include "registry.h"
#include "tools/accuracy/sweep.h"

enum { BITS_PARTS = 64, BITS_STRIDE = 1021, BITS_MOST = 512, BITS_CONSTANTS = 1 << 14 };

typedef struct bits_function bits_function;
typedef uint64_t bits_part_fn(const bits_function *function, const vacti_table *table, unsigned part);

struct bits_function {
    const char *operation, *function;
    const vacti_op_info *info; /* null outside the registry */
    bits_part_fn *part;
    vact_math math;
    accuracy_function swept;
    vact_type type; /* of 16 bits the one set, correctly rounded, that serves every variant */
};

typedef struct bits_line {
    uint64_t whole;
    uint32_t parts[BITS_PARTS];
} bits_line;

/* Every function of this build of the library, in the order of the file. */
size_t bits_functions(bits_function list[BITS_MOST]);

/* "gelu forward fast f32" */
void bits_name(char *name, size_t size, const bits_function *function);

/* The table of a build for the function. Null where the function's bits need not be those of the file: SLEEF's without
 * FMA, and its erf in another version than 3.5.1. */
const vacti_table *bits_table(const bits_function *function, const char *build);

/* All parts. */
bits_line bits_of(const bits_function *function, const vacti_table *table);

/* The file, as it should be, made by one build. */
void bits_write(FILE *to, const char *build);

/* The line of the function in the text of a file; false if there is none. */
bool bits_find(bits_line *line, const char *text, const bits_function *function);

/* The lines of the constants, "# constants FILE COUNT HASH64" each. False where the sources cannot be read. */
bool bits_constants(char *lines, size_t size);

/* Adds the functions over rows, from `count` on; returns the new count. Part by part, see above. */
size_t bits_add_rows(bits_function *list, size_t count);

#endif
