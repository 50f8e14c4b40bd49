/* Inputs of the inline functions and a digest of their results, for the program that includes vact/inline.h and for the
 * test that has the library's results. */
#ifndef VACT_TESTS_INLINE_INPUTS_H
#define VACT_TESTS_INLINE_INPUTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { INLINE_INPUTS = 1 << 17 };

/* The factor of the argument; the product is inexact. */
#define INLINE_FACTOR 0x1.19999ap+0f

/* Any bit pattern in turn with a number in [-16, 16). */
static inline float inline_input(uint32_t i)
{
    uint32_t hash = (i + 1u) * 0x9e3779b9u;
    float value;
    hash = (hash ^ (hash >> 15)) * 0x85ebca6bu;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
    hash ^= hash >> 16;
    if (i % 2 == 1)
        return (float)((int32_t)(hash >> 8) - (1 << 23)) * 0x1p-19f;
    memcpy(&value, &hash, sizeof value);
    return value;
}

/* FNV-1a over the bits, with one value for all NaNs. */
static inline uint64_t inline_digest(const float *values, size_t n)
{
    uint64_t digest = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if ((bits & 0x7fffffffu) > 0x7f800000u)
            bits = 0x7fc00000u;
        digest = (digest ^ bits) * 0x100000001b3u;
    }
    return digest;
}

#endif
