#include "hash.h"

#include <string.h>

enum { LANES = 4 };

/* The fraction of the golden ratio times 2^64, made odd: `python3 -c "print(hex(int((5**.5-1)/2*2**64)|1))"` gives its
 * leading digits. Any odd number with evenly spread bits would do. */
static const uint64_t multiplier = 0x9e3779b97f4a7c15u;

static uint32_t canonical_bits(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits;
}

/* Each step is a bijection of the sum, so that a single differing result always changes the hash. */
static uint64_t step(uint64_t sum, uint64_t next)
{
    sum = (sum ^ next) * multiplier;
    return sum ^ (sum >> 32);
}

/* Four interleaved chains: a single one would wait for the multiplier. */
uint64_t accuracy_hash(const float *values, size_t count)
{
    uint64_t lanes[LANES] = {1, 2, 3, 4};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            lanes[lane] = step(lanes[lane], canonical_bits(values[i + lane]));
    for (; i < count; i++)
        lanes[i % LANES] = step(lanes[i % LANES], canonical_bits(values[i]));
    uint64_t sum = count;
    for (size_t lane = 0; lane < LANES; lane++)
        sum = accuracy_hash_join(sum, lanes[lane]);
    return sum;
}

uint64_t accuracy_hash_join(uint64_t sum, uint64_t next) { return step(step(sum, next), next >> 32); }

size_t accuracy_differing(const float *a, const float *b, size_t count, size_t *first)
{
    if (memcmp(a, b, count * sizeof *a) == 0)
        return 0;
    size_t differing = 0;
    for (size_t i = count; i-- > 0;) {
        if (canonical_bits(a[i]) != canonical_bits(b[i])) {
            differing++;
            *first = i;
        }
    }
    return differing;
}
