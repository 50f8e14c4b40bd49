/* A float's bits, and back. */
#ifndef VACT_TESTS_VEC_BITS_H
#define VACT_TESTS_VEC_BITS_H

#include <stdint.h>
#include <string.h>

static inline float from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline uint32_t to_bits(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

#endif
