/* What the public calls over rows share: floats as ranges, and the options of the softmax family. Internal: not
 * installed. */
#ifndef VACT_DISPATCH_ROWS_H
#define VACT_DISPATCH_ROWS_H

#include "checks.h"
#include "vact/vact.h"

static inline bool matrix(check_range *made, const float *first, size_t rows, size_t cols, size_t stride)
{
    return check_matrix(made, first, rows, cols, stride, sizeof *first);
}

static inline bool array(check_range *made, const void *first, size_t n)
{
    return check_array(made, first, n, sizeof(float));
}

/* A tensor of such elements, and what has one float for each of its columns. */
static inline bool tensor(check_range *made, check_range *per_column, const void *first, size_t element,
                          const float *of_columns, size_t outer, size_t axis, size_t inner)
{
    size_t n, columns;
    return check_product(&n, outer, axis, inner) && check_product(&columns, outer, 1, inner) &&
           check_array(made, first, n, element) && array(per_column, of_columns, columns);
}

/* What the options point to. */
enum { MASK_BIAS, MASK_KEEP, MASK_CAUSAL, MASK_LENGTHS, MASK_SLOPES, MASK_SINKS, MASK_ARRAYS };

typedef struct vacti_masks {
    check_range of[MASK_ARRAYS];
} vacti_masks;

/* Whether the options' own values are in their domain. */
bool vacti_masks_accepted(const vact_softmax_options_f32 *options);

/* Reads the options into `known`, points *options to it, and checks its values. Null options stay null. */
vact_status vacti_masks_read(vact_softmax_options_f32 *known, const vact_softmax_options_f32 **options);

/* The arrays that the options point to, for a matrix of this shape. False if one cannot be. */
bool vacti_masks_of(vacti_masks *made, const vact_softmax_options_f32 *options, size_t rows, size_t cols);

/* Whether the values of the arrays are in their domain. */
bool vacti_masks_are_valid(const vacti_masks *m);

bool vacti_masks_overlap(check_range dst, const vacti_masks *m);

#endif
