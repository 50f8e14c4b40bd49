/*
 * What the elements of 16 bits share. A result is rounded once, from the lanes of float. Where the float is so near to
 * the middle between two elements that its own error decides, an operation says how ties go: mostly its exact values
 * are no ties, but next to one on a side that is known. The few inputs that remain are corrected by name
 * (elem/rounding_<type>.h, from docs/approximations/narrow_cures.c).
 */
#ifndef VACT_ELEM_NARROW_H
#define VACT_ELEM_NARROW_H

#define ELEM_16 1

/* bf16 has all of them, f16 TIES_TO_EVEN and TIES_AWAY. TIES_TO_EVEN_ANY is for bf16 where a NaN may have any bits:
 * some vectors of floats make one whose bits are all set, which an addition would turn into a number. */
typedef enum { TIES_TO_EVEN, TIES_AWAY, TIES_TO_ZERO, TIES_UP, TIES_TO_EVEN_ANY } elem_ties;

/* An input, and what is added to the bits of its rounded result. */
typedef struct {
    uint16_t input;
    int16_t step;
} elem_cure;

/* How an operation's results are rounded. */
typedef struct {
    elem_ties ties;
    size_t count; /* of the cures */
    elem_cure cures[9];
} elem_rounding;

typedef struct {
    uint16_t of[9];
} elem_steps;

enum { ELEM_IS_LANE = 0 };

#endif
