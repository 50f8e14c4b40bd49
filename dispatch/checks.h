/* Checks of arguments that several files of public calls share. Internal: not installed. */
#ifndef VACT_DISPATCH_CHECKS_H
#define VACT_DISPATCH_CHECKS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether so many floats can exist. */
static inline bool check_fits(size_t elements) { return elements <= (size_t)PTRDIFF_MAX / sizeof(float); }

/* Whether two ranges, counted in floats, share a byte. */
static inline bool check_share(const void *a, size_t a_count, const void *b, size_t b_count)
{
    uintptr_t a_first = (uintptr_t)a, b_first = (uintptr_t)b;
    return a_count > 0 && b_count > 0 && a_first < b_first + b_count * sizeof(float) &&
           b_first < a_first + a_count * sizeof(float);
}

/* The elements from the first to the last of a strided matrix; false where they cannot exist. */
static inline bool check_span(size_t rows, size_t cols, size_t stride, size_t *span)
{
    *span = 0;
    if (stride < cols)
        return false;
    if (rows == 0 || cols == 0)
        return true;
    return !__builtin_mul_overflow(rows - 1, stride, span) && !__builtin_add_overflow(*span, cols, span) &&
           check_fits(*span);
}

/* Whether all weights are finite and none is negative. */
static inline bool check_weights(const float *weights, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(weights[i]) || weights[i] < 0.0f)
            return false;
    return true;
}

#endif
