/* The buffers of a thread of `vact verify`. */
#ifndef VACT_TOOLS_VERIFY_SCRATCH_H
#define VACT_TOOLS_VERIFY_SCRATCH_H

#include "functions.h"
#include "rows.h"

/* Of double. */
typedef struct verify_wide_scratch {
    double x[VERIFY_CHUNK], up[VERIFY_CHUNK], dy[VERIFY_CHUNK], y[VERIFY_CHUNK], dup[VERIFY_CHUNK];
} verify_wide_scratch;

struct verify_scratch {
    _Alignas(64) float x[VERIFY_CHUNK], up[VERIFY_CHUNK], dy[VERIFY_CHUNK], y[VERIFY_CHUNK], dup[VERIFY_CHUNK];
    _Alignas(64) uint16_t narrow[65536 / VERIFY_PARTS];
    verify_matrix matrix;
    verify_wide_scratch wide;
};

#endif
