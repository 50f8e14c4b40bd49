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

/* ---------------------------------------------------------------------------------------------- double */

static double double_of_bits(uint64_t bits)
{
    double value = 0.0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Of number i the mixes of 2i and 2i + 1, or of their complements. */
static uint64_t mix_64(uint32_t i, uint32_t flip)
{
    return (uint64_t)mix((2 * i) ^ flip) << 32 | mix((2 * i + 1) ^ flip);
}

static double random_double(uint64_t m)
{
    return double_of_bits((m & 0x800fffffffffffffu) | (1023u - 32u + (m >> 52 & 63u)) << 52);
}

void verify_fill_inputs_64(double *x, uint64_t i, size_t n)
{
    const uint64_t low = ((uint64_t)1 << 40) - 1;
    for (size_t k = 0; k < n; k++) {
        const uint32_t number = (uint32_t)i + (uint32_t)k;
        const uint64_t m = mix_64(number, 0);
        x[k] = number % 2 == 0 ? double_of_bits((uint64_t)number << 40 | (m & low)) : random_double(m);
    }
}

void verify_fill_random_64(double *values, uint64_t i, size_t n, uint32_t sequence)
{
    for (size_t k = 0; k < n; k++) {
        const uint32_t number = (uint32_t)i + (uint32_t)k;
        values[k] = number % 4 == 0 ? 1.0 : random_double(mix_64(number, UINT32_MAX - sequence));
    }
}

void verify_fill_logits_64(double *x, uint64_t i, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] = (double)(int32_t)mix((uint32_t)i + (uint32_t)k) * 0x1p-27;
}
