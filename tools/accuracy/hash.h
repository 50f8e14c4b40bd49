/* Hashing and comparing results; all NaNs count as one value. */
#ifndef VACT_TOOLS_ACCURACY_HASH_H
#define VACT_TOOLS_ACCURACY_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A hash of results, with one value for all NaNs, and of a sequence of hashes. */
uint64_t accuracy_hash(const float *values, size_t count);
uint64_t accuracy_hash_join(uint64_t sum, uint64_t next);

/* The number of elements that differ in bits, and the first of them; all NaNs are equal. */
size_t accuracy_differing(const float *a, const float *b, size_t count, size_t *first);

#endif
