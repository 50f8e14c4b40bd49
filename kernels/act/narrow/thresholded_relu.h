/* thresholded_relu: x <= alpha ? +0 : x; a zero keeps its sign. */
#ifndef VACT_ACT_NARROW_THRESHOLDED_RELU_H
#define VACT_ACT_NARROW_THRESHOLDED_RELU_H

VACT_INLINE pick_ranges thresholded_relu_ranges(const vact_params_f32 *params)
{
    const float alpha = params->v[0];
    const unsigned least = alpha >= 0.0f ? 1u : pick_ceiling(alpha);
    pick_ranges ranges = {{pick_between(PICK_NEGATIVE | least, PICK_NEGATIVE | ELEM_INFINITY, 0)}, 2, 0};
    ranges.of[1] = pick_between(1, alpha >= 0.0f ? pick_floor(alpha) : 0, 0);
    return ranges;
}

#endif
