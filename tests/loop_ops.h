/* The loop of loop/walk.h around one operation, a*x + b with one rounding. The walk is given, so that a test reaches
 * every walk without exceeding the cache. loop_ops.c makes one table per build. */
#ifndef VACT_TESTS_LOOP_OPS_H
#define VACT_TESTS_LOOP_OPS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { LOOP_CACHED, LOOP_ABREAST, LOOP_STREAM, LOOP_WALKS } loop_ops_walk;

typedef struct loop_ops {
    const char *build;
    bool streams;                 /* else every walk is LOOP_CACHED */
    size_t line, shortest, block; /* in floats; block: four of the longest runs */
    void (*run)(float *dst, const float *src, size_t n, float a, float b, loop_ops_walk walk);
    loop_ops_walk (*walk_of)(const float *dst, const float *src, size_t n, size_t cache);
    double (*long_sum)(float hi, float lo, size_t blocks); /* of so many equal blocks (loop/sum.h) */
} loop_ops;

#endif
