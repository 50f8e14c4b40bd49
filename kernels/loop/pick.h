/*
 * Operations of 16-bit elements that return the input or a constant: on the bits, without lanes of floats. Which inputs
 * a constant replaces is said by ranges of bits, of which sign and magnitude make at most three. NaNs are outside of
 * all and pass through.
 */
#ifndef VACT_LOOP_PICK_H
#define VACT_LOOP_PICK_H

/* The bits start to start + width, modulo 2^16, become `by`. */
typedef struct {
    uint16_t start, width, by;
} pick_range;

/* Of the first `clamps` each becomes the bits before its start: three operations instead of five. */
typedef struct {
    pick_range of[3];
    int count, clamps;
} pick_ranges;

enum { PICK_NEGATIVE = 0x8000 };

/* From first to last, both included; none where first > last: then a NaN becomes itself. */
VACT_INLINE pick_range pick_between(unsigned first, unsigned last, uint16_t by)
{
    if (first > last)
        return (pick_range){0x7fff, 0, 0x7fff};
    return (pick_range){(uint16_t)first, (uint16_t)(last - first), by};
}

/* The element nearest to a float. */
VACT_INLINE uint16_t pick_nearest(float a)
{
    uint16_t elements[2 * VF_LANES];
    vh_store(elements, elem_narrow_any(vf_set1(a), vf_set1(a), TIES_TO_EVEN));
    return elements[0];
}

VACT_INLINE float pick_value(uint16_t bits)
{
    float lanes[VF_LANES];
    vf a, b;
    elem_widen(vh_set1(bits), &a, &b);
    vf_store(lanes, a);
    return lanes[0];
}

/* The bits of the largest element that is at most |a|, and of the smallest that is at least |a|. */
VACT_INLINE unsigned pick_floor(float a)
{
    const uint16_t nearest = pick_nearest(__builtin_fabsf(a));
    return nearest - (pick_value(nearest) > __builtin_fabsf(a) ? 1u : 0u);
}

VACT_INLINE unsigned pick_ceiling(float a)
{
    const uint16_t nearest = pick_nearest(__builtin_fabsf(a));
    return nearest + (pick_value(nearest) < __builtin_fabsf(a) ? 1u : 0u);
}

/* Not where a bound is no element, nor from below 0 to +0. */
VACT_INLINE int pick_is_clamp(pick_range range) { return (uint16_t)(range.start - 1) == range.by; }

/* Rotated so that the range is the last one, all of it is above what it becomes. */
VACT_INLINE vh pick_clamped(vh y, pick_range range)
{
    return vh_clamp(y, vh_set1((uint16_t)(range.start + range.width + 1)), vh_set1((uint16_t)(-range.width - 2)));
}

VACT_INLINE vh pick_apply(vh x, const pick_ranges *ranges)
{
    vh y = x;
    for (int k = 0; k < ranges->clamps; k++)
        y = pick_clamped(y, ranges->of[k]);
    for (int k = ranges->clamps; k < ranges->count; k++)
        y = vh_replace_in(y, x, vh_set1(ranges->of[k].start), vh_set1(ranges->of[k].width), vh_set1(ranges->of[k].by));
    return y;
}

#endif
