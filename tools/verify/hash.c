#include "hash.h"

#include <string.h>

/* The golden ratio's fraction times 2^32 and 2^64, made odd: `python3 -c "print(hex(int((5**.5-1)/2*2**64)|1))"` gives
 * the leading digits of both. Any odd numbers with evenly spread bits would do. */
static const uint32_t step = 0x9e3779b1u;
static const uint64_t multiplier = 0x9e3779b97f4a7c15u;

uint64_t verify_terms(const float *results, size_t n, uint32_t j)
{
    uint64_t sum = 0;
    uint32_t key = j * step;
    for (size_t i = 0; i < n; i++, key += step) {
        uint32_t word = 0;
        memcpy(&word, &results[i], sizeof word);
        word = results[i] != results[i] ? 0x7fc00000u : word;
        word ^= key;
        sum += (uint64_t)word * word;
    }
    return sum;
}

uint64_t verify_terms_16(const uint16_t *results, size_t n, uint32_t j, vact_type type)
{
    const uint32_t infinity = type == VACT_BF16 ? 0x7f80 : 0x7c00, nan = type == VACT_BF16 ? 0x7fc0 : 0x7e00;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t result = results[i];
        const uint32_t word = ((result & 0x7fff) > infinity ? nan : result) ^ (j + (uint32_t)i) * step;
        sum += (uint64_t)word * word;
    }
    return sum;
}

uint64_t verify_terms_64(const double *results, size_t n, uint32_t j)
{
    uint64_t sum = 0;
    uint32_t key = 2 * j * step;
    for (size_t i = 0; i < n; i++, key += 2 * step) {
        uint64_t bits = 0;
        memcpy(&bits, &results[i], sizeof bits);
        bits = results[i] != results[i] ? 0x7ff8000000000000u : bits;
        const uint32_t lower = (uint32_t)bits ^ key, upper = (uint32_t)(bits >> 32) ^ (key + step);
        sum += (uint64_t)lower * lower + (uint64_t)upper * upper;
    }
    return sum;
}

uint64_t verify_join(uint64_t hash, uint64_t sum)
{
    hash = (hash ^ sum) * multiplier;
    return hash ^ hash >> 32;
}

uint32_t verify_word(uint64_t sum) { return (uint32_t)(verify_join(0, sum) >> 32); }
