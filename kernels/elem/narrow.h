/*
 * What the elements of 16 bits share. A result is rounded once, from the lanes of float. Where the float is so near to
 * the middle between two elements that its own error decides, an operation says how ties go: mostly its exact values
 * are no ties, but next to one on a side that is known. The few inputs that remain are corrected by name
 * (elem/rounding_<type>.h, from docs/approximations/narrow_cures.c).
 */
#ifndef VACT_ELEM_NARROW_H
#define VACT_ELEM_NARROW_H

#define ELEM_16 1

/* One copy in a translation unit, for the size: the ends of rows. */
#define ELEM_APART __attribute__((unused)) VACT_ONCE static

/* Of bf16: those of f16 are always to even. */
typedef enum { TIES_TO_EVEN, TIES_AWAY, TIES_TO_ZERO, TIES_UP } elem_ties;

/* An input, and its result. */
typedef struct {
    uint16_t input, result;
} elem_cure;

/* How an operation's results are rounded. Before that, of half, a nudge of an ULP or two of a float may leave fewer
 * inputs to correct: the argument or the result is multiplied by a number next to 1; or y*sideways, with the sign of x,
 * is added to the result y. */
typedef struct {
    elem_ties ties, otherwise;        /* the second for parameters that are not usual (loop/forms.inc.h) */
    float argument, result, sideways; /* 0: none */
    int any_nan;                      /* the NaN of special lanes may have any bits: it is made the usual one */
    size_t count;                     /* of the cures */
    elem_cure cures[9];
} elem_rounding;

VACT_INLINE vf elem_nudged_argument(vf x, const elem_rounding *how)
{
    return how->argument == 0.0f ? x : vf_mul(x, vf_set1(how->argument));
}

VACT_INLINE vf elem_nudged(vf y, vf x, const elem_rounding *how)
{
    if (how->result != 0.0f)
        y = vf_mul(y, vf_set1(how->result));
    return how->sideways == 0.0f ? y : vf_fma(y, vf_flip_sign(vf_set1(how->sideways), x), y);
}

/* The cures that are in force. */
typedef struct {
    elem_cure of[9];
} elem_cures;

enum { ELEM_IS_LANE = 0 };

VACT_INLINE float *elem_lanes(const void *p) { return (void)p, NULL; }

#endif
