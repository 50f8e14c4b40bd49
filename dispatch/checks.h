/*
 * How the public calls check their arguments. Every range of memory is in bytes, and every question is asked in one
 * way. The order is that of vact.h: parameters, sizes, nothing to do, null pointers, values of arrays, overlap.
 * Internal: not installed.
 */
#ifndef VACT_DISPATCH_CHECKS_H
#define VACT_DISPATCH_CHECKS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The memory of an argument, from its first byte to its last; 0 bytes where there is nothing. */
typedef struct check_range {
    const void *first;
    size_t bytes;
} check_range;

/* The number of elements of a dense tensor. False if it does not fit in a size_t. */
static inline bool check_product(size_t *n, size_t outer, size_t middle, size_t inner)
{
    *n = 0;
    return outer == 0 || middle == 0 || inner == 0 ||
           (!__builtin_mul_overflow(outer, middle, n) && !__builtin_mul_overflow(*n, inner, n));
}

/* `rows` rows of `cols` elements, with `stride` elements from one to the next. False if they cannot exist. */
static inline bool check_spaced_rows(check_range *made, const void *first, size_t rows, size_t cols, size_t stride,
                                     size_t element)
{
    *made = (check_range){first, 0};
    return rows == 0 || cols == 0 ||
           (!__builtin_mul_overflow(rows - 1, stride, &made->bytes) &&
            !__builtin_add_overflow(made->bytes, cols, &made->bytes) &&
            !__builtin_mul_overflow(made->bytes, element, &made->bytes) && made->bytes <= (size_t)PTRDIFF_MAX);
}

/* The same for rows that do not overlap each other. */
static inline bool check_matrix(check_range *made, const void *first, size_t rows, size_t cols, size_t stride,
                                size_t element)
{
    return stride >= cols && check_spaced_rows(made, first, rows, cols, stride, element);
}

static inline bool check_array(check_range *made, const void *first, size_t n, size_t element)
{
    return check_spaced_rows(made, first, 1, n, n, element);
}

/* Whether two ranges share a byte. A null range shares none, whatever its size. */
static inline bool check_share(check_range a, check_range b)
{
    uintptr_t a_first = (uintptr_t)a.first, b_first = (uintptr_t)b.first;
    return a.first != NULL && b.first != NULL && a.bytes != 0 && b.bytes != 0 && a_first < b_first + b.bytes &&
           b_first < a_first + a.bytes;
}

/* Whether a destination is exactly where a source is, or does not overlap it. Both must have equal numbers of rows and
 * columns and equal elements. Then the same extent means the same stride (which a single row does not need). */
static inline bool check_in_place_or_apart(check_range dst, check_range src)
{
    return (dst.first == src.first && dst.bytes == src.bytes) || !check_share(dst, src);
}

static inline bool check_all_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

#endif
