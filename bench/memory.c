#include "memory.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

const char *const distribution_names[DISTRIBUTIONS] = {"uniform", "normal"};

enum { HUGE_PAGE = 1 << 21, BYTES = MEMORY_ELEMENTS * (int)sizeof(float) };

/* Huge pages where the system gives them, so that address translation is not measured. Each array is a mapping of its
 * own, one page larger than needed, for the alignment and for a gap between two arrays. */
float *memory_new(void)
{
    size_t size = (size_t)BYTES + 2 * (size_t)HUGE_PAGE;
    char *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return NULL;
    char *start = mapped + (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE);
#ifdef MADV_HUGEPAGE
    madvise(start, BYTES, MADV_HUGEPAGE);
#endif
    memset(start, 0, BYTES); /* the pages are mapped from now on */
    return (float *)(void *)start;
}

float *memory_output(void)
{
    static float *array;
    if (array == NULL)
        array = memory_new();
    return array;
}

float *memory_second_output(void)
{
    static float *array;
    if (array == NULL)
        array = memory_new();
    return array;
}

typedef struct source {
    float *array;
    size_t filled;
    uint64_t state;
} source;

/* SplitMix64 (Steele, Lea and Flood 2014): 53 random bits as a double in [0, 1). */
static double next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

static float draw(distribution kind, uint64_t *state)
{
    double u = next(state);
    if (kind == UNIFORM)
        return (float)(16.0 * u - 8.0);
    double radius = sqrt(-2.0 * log1p(-u)); /* Box and Muller 1958 */
    return (float)(radius * cos(0x1.921fb54442d18p+2 * next(state)));
}

const float *memory_input(distribution kind, size_t n)
{
    static source sources[DISTRIBUTIONS];
    source *from = &sources[kind];
    if (n > MEMORY_ELEMENTS)
        return NULL;
    if (from->array == NULL) {
        from->array = memory_new();
        if (from->array == NULL)
            return NULL;
        from->state = (uint64_t)kind;
    }
    while (from->filled < n) {
        float value = draw(kind, &from->state);
        if (fabsf(value) >= FLT_MIN)
            from->array[from->filled++] = value;
    }
    return from->array;
}

void memory_fill_near(float *array, size_t n, float near, size_t every)
{
    uint64_t state = DISTRIBUTIONS;
    for (size_t i = 0; i < n; i++) {
        bool chosen = next(&state) * (double)every < 1.0;
        array[i] = chosen ? (float)(near * (1.0 - 0.01 * next(&state))) : draw(UNIFORM, &state);
    }
}
