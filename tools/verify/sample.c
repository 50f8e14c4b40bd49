#include "sample.h"

#include <string.h>

static float float_of_bits(uint32_t bits)
{
    float value = 0.0f;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The finaliser of MurmurHash3 (Appleby 2011). */
static uint32_t mix(uint32_t i)
{
    i = (i ^ i >> 16) * 0x85ebca6bu;
    i = (i ^ i >> 13) * 0xc2b2ae35u;
    return i ^ i >> 16;
}

/* The sign and the significand are bits of the number's mix, and so are six bits of the exponent. */
static float random_float(uint32_t i)
{
    const uint32_t m = mix(i);
    return float_of_bits((m & 0x807fffffu) | (127u - 32u + (m >> 23 & 63u)) << 23);
}

/* Without a shift all. The test stands apart so that this does not mix. */
void verify_fill_inputs(float *x, uint64_t i, size_t n, unsigned shift)
{
    const uint32_t first = (uint32_t)i, mask = (1u << shift) - 1u;
    for (size_t k = 0; shift == 0 && k < n; k++)
        x[k] = float_of_bits(first + (uint32_t)k);
    for (size_t k = 0; shift != 0 && k < n; k++)
        x[k] = float_of_bits((first + (uint32_t)k) << shift | (mix(first + (uint32_t)k) & mask));
}

void verify_fill_random(float *values, uint64_t i, size_t n, bool other)
{
    const uint32_t flip = other ? UINT32_MAX : 0;
    for (size_t k = 0; k < n; k++)
        values[k] = random_float(((uint32_t)i + (uint32_t)k) ^ flip);
}

void verify_fill_dy(float *dy, uint64_t i, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const uint32_t number = (uint32_t)i + (uint32_t)k;
        dy[k] = number % 2 == 0 ? 1.0f : random_float(number);
    }
}
