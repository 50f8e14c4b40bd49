/*
 * An engine that uses vact/inline.h, compiled by tests/test_inline.c with an engine's flags and SUFFIX as m128, m256,
 * m512 or f32x4. Prints for every function a digest of its results, and of f(x*INLINE_FACTOR) + u, which a compiler
 * might contract. Links nothing of vact.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#ifdef IN_C_BY_PRAGMA /* under -ffast-math */
#pragma GCC optimize("no-fast-math")
#endif
#include <vact/inline.h>

#include "inputs.h"

#define JOIN_EXPANDED(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_EXPANDED(a, b, c)
#define WIDTH_m128 4
#define WIDTH_m256 8
#define WIDTH_m512 16
#define WIDTH_f32x4 4
#define WIDTH JOIN(WIDTH_, SUFFIX, )
#define VECTOR_m128 __m128
#define VECTOR_m256 __m256
#define VECTOR_m512 __m512
#define VECTOR_f32x4 float32x4_t

typedef JOIN(VECTOR_, SUFFIX, ) vector;

static float x[INLINE_INPUTS], u[INLINE_INPUTS], y[INLINE_INPUTS];

static vector load(const float *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

static vector factor(void)
{
    float all[WIDTH];
    for (int i = 0; i < WIDTH; i++)
        all[i] = INLINE_FACTOR;
    return load(all);
}

/* The vector operators of GCC and Clang, which the compiler may contract. */
#define CALL(name) JOIN(vact_##name, _, SUFFIX)
#define P0()
#define P1(name, value, domain) , value
#define P2(name1, value1, domain1, name2, value2, domain2) , value1, value2
#define P2_BY_CODE(name1, value1, domain1, name2, value2, domain2)
#define P3(name1, value1, domain1, name2, value2, domain2, name3, value3, domain3) , value1, value2, value3
#define FUNCTIONS_UNARY(name, ...)                                                                                     \
    static vector plain_##name(vector v, vector w) { return (void)w, CALL(name)(v __VA_ARGS__); }                      \
    static vector dressed_##name(vector v, vector w) { return CALL(name)(v * factor() __VA_ARGS__) + w; }
#define FUNCTIONS_GATE(name, ...)                                                                                      \
    static vector plain_##name(vector v, vector w) { return CALL(name)(v, w __VA_ARGS__); }                            \
    static vector dressed_##name(vector v, vector w) { return CALL(name)(v * factor(), w __VA_ARGS__) + w; }
#define FUNCTIONS_CHANNELS(name, ...)
#define FUNCTIONS_ROWS(name, ...)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    FUNCTIONS_##kind(name, parameters)
#include "kernels/registry.def"
#undef VACT_OP

typedef struct {
    const char *name;
    vector (*plain)(vector v, vector w);
    vector (*dressed)(vector v, vector w);
} entry;

#define ENTRY_UNARY(name) {#name, plain_##name, dressed_##name},
#define ENTRY_GATE(name) {#name, plain_##name, dressed_##name},
#define ENTRY_CHANNELS(name)
#define ENTRY_ROWS(name)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula) ENTRY_##kind(name)

static const entry entries[] = {
#include "kernels/registry.def"
};

static uint64_t digest_of(vector (*function)(vector v, vector w))
{
    for (size_t i = 0; i < INLINE_INPUTS; i += WIDTH) {
        vector result = function(load(x + i), load(u + i));
        memcpy(y + i, &result, sizeof result);
    }
    return inline_digest(y, INLINE_INPUTS);
}

int main(void)
{
#ifdef IN_C_BY_PRAGMA /* it is linked in the same step: that flushes subnormal numbers */
    _mm_setcsr(0x1f80);
#endif
    for (uint32_t i = 0; i < INLINE_INPUTS; i++) {
        x[i] = inline_input(i);
        u[i] = inline_input(2u * i + 1u);
    }
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        printf("%s %016" PRIx64 " %016" PRIx64 "\n", entries[i].name, digest_of(entries[i].plain),
               digest_of(entries[i].dressed));
    return 0;
}
