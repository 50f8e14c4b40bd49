/* Compares the vector layer of one build with scalar C. Without Criterion, whose runner does not work under qemu's user
 * mode: test_vec.c calls it on the host, emulated/vec_main.c on a foreign architecture. */
#ifndef VACT_TESTS_VEC_CHECK_H
#define VACT_TESTS_VEC_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "vec_ops.h"

/* Every table, in the order of the library's builds; ends with null. */
extern const vec_ops *const vec_builds[];

/* Each writes a line per failure and returns how many there were. */
int vec_check_operations(const vec_ops *build, FILE *report);
int vec_check_scale(const vec_ops *build, FILE *report);
int vec_check_set1(const vec_ops *build, FILE *report);
int vec_check_any(const vec_ops *build, FILE *report);
int vec_check_pairs(const vec_ops *build, FILE *report);
int vec_check_bytes(const vec_ops *build, FILE *report);
int vec_check_kept(const vec_ops *build, FILE *report);
int vec_check_keep_first(const vec_ops *build, FILE *report);
int vec_check_exchange(const vec_ops *build, FILE *report);
int vec_check_exchange_pair(const vec_ops *build, FILE *report);
int vec_check_partial_loads(const vec_ops *build, FILE *report);
int vec_check_partial_stores(const vec_ops *build, FILE *report);
int vec_check_streams(const vec_ops *build, FILE *report);

/* Whether one of these checks tries the operation. */
bool vec_check_covers(const vec_ops *build, const char *name);

#endif
