/* The two ways to copy an array; the program vact has them too. */
#include "yardstick.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void yardstick_memcpy(float *dst, const float *src, size_t n)
{
    /* a pointer that the compiler cannot see through: no copy is left out or done by inlined code */
    static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    copy(dst, src, n * sizeof *dst);
}

#ifdef __SSE2__
static void stream(float *dst, const float *src, size_t n)
{
    enum { LINE = 16 }; /* floats of a cache line */
    size_t i = 0;
    for (; n - i >= LINE; i += LINE) {
        __m128 a = _mm_loadu_ps(src + i);
        __m128 b = _mm_loadu_ps(src + i + 4);
        __m128 c = _mm_loadu_ps(src + i + 8);
        __m128 d = _mm_loadu_ps(src + i + 12);
        _mm_stream_ps(dst + i, a);
        _mm_stream_ps(dst + i + 4, b);
        _mm_stream_ps(dst + i + 8, c);
        _mm_stream_ps(dst + i + 12, d);
    }
    _mm_sfence();
    for (; i < n; i++)
        dst[i] = src[i];
}
yardstick_fn *const yardstick_stream = stream;
#else
yardstick_fn *const yardstick_stream = NULL;
#endif
