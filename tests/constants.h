/*
 * The constants of the mathematics, as hashes: docs/constants-v<VACT_NUMERICS_VERSION>.txt, which ./dev bits writes. A
 * change of a constant's last bit shows there at once, where only the whole run of `vact verify` would find it, or for
 * functions that it samples perhaps none.
 */
#ifndef VACT_TESTS_CONSTANTS_H
#define VACT_TESTS_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>

enum { CONSTANTS_TEXT = 1 << 14 };

/* The lines "FILE COUNT HASH64" of all headers that have constants. False where the sources cannot be read. */
bool constants_lines(char *lines, size_t size);

#endif
