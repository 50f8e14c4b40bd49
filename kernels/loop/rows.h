/* How rows are walked, and their ranges. No operation's mathematics. */
#ifndef VACT_LOOP_ROWS_H
#define VACT_LOOP_ROWS_H

#include "loop/sum.h"

typedef void act_row_fn(elem *dst, const elem *src, size_t cols);

VACT_INLINE void loop_rows(elem *dst, size_t dst_stride, const elem *src, size_t src_stride, size_t rows, size_t cols,
                           act_row_fn *row)
{
    for (size_t r = 0; r < rows; r++)
        row(dst + r * dst_stride, src + r * src_stride, cols);
}

/* The smallest and the largest element. Where the row has a NaN they may be anything: its result is NaN anyway. */
typedef struct {
    float min, max;
} row_range;

VACT_INLINE row_range row_range_of_lanes(vf small, vf large)
{
    for (size_t half = VF_LANES / 2; half >= 1; half /= 2) {
        small = vf_min(small, vf_exchange(small, half));
        large = vf_max(large, vf_exchange(large, half));
    }
    return (row_range){sum_first_lane(small), sum_first_lane(large)};
}

VACT_INLINE row_range row_range_of(const elem *src, size_t cols)
{
    vf highest = vf_set1(__builtin_inff()), lowest = vf_set1(-__builtin_inff());
    vf min[4] = {highest, highest, highest, highest}, max[4] = {lowest, lowest, lowest, lowest};
    size_t i = 0;
    for (; cols - i >= 4 * VF_LANES; i += 4 * VF_LANES)
        for (size_t k = 0; k < 4; k++) {
            vf x = elem_load(src + i + k * VF_LANES);
            min[k] = vf_min(min[k], x);
            max[k] = vf_max(max[k], x);
        }
    for (; cols - i >= VF_LANES; i += VF_LANES) {
        min[0] = vf_min(min[0], elem_load(src + i));
        max[0] = vf_max(max[0], elem_load(src + i));
    }
    if (i < cols) {
        vf x = elem_load_partial(src + i, cols - i);
        min[1] = vf_min(min[1], vf_keep_first(x, cols - i, highest));
        max[1] = vf_max(max[1], vf_keep_first(x, cols - i, lowest));
    }
    return row_range_of_lanes(vf_min(vf_min(min[0], min[1]), vf_min(min[2], min[3])),
                              vf_max(vf_max(max[0], max[1]), vf_max(max[2], max[3])));
}

VACT_INLINE float row_max(const elem *src, size_t cols) { return row_range_of(src, cols).max; }

#endif
