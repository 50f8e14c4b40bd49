/* What the calls on 16-bit elements share. Internal: not installed. */
#ifndef VACT_DISPATCH_NARROW_H
#define VACT_DISPATCH_NARROW_H

#include <stdbool.h>
#include <stdint.h>

#include "checks.h"
#include "table.h"

/* Floats of a block, 4 KiB: what has no kernel of its own on 16-bit elements goes by these through that of f32. */
enum { VACTI_BLOCK = 1024 };

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Bytes of an element; 0 for an invalid code. */
size_t vacti_type_size(vact_type type);

static inline bool vacti_type_is_built(vact_type type)
{
    return type == VACT_F32 || (type == VACT_BF16 && VACT_WITH_BF16) || (type == VACT_F16 && VACT_WITH_F16);
}

/* Elements i to i + n as floats: where they are, or in `block`. */
static inline const float *vacti_widened(const vacti_table *table, float *block, const void *src, vact_type type,
                                         size_t i, size_t n)
{
    if (type == VACT_F32)
        return (const float *)src + i;
    table->widen[type](block, (const uint16_t *)src + i, n);
    return block;
}

/* Rounds n floats to elements from i on, unless they are floats, which `from` is then. */
static inline void vacti_narrowed(const vacti_table *table, void *dst, vact_type type, const float *from, size_t i,
                                  size_t n)
{
    if (type != VACT_F32)
        table->narrow[type]((uint16_t *)dst + i, from, n);
}

/* Whether a destination of the source's shape may be where it is: in place where both have one type, else apart. */
static inline bool vacti_may_write(check_range dst, vact_type dst_type, check_range src, vact_type src_type)
{
    return dst_type == src_type ? check_in_place_or_apart(dst, src) : !check_share(dst, src);
}

#endif
