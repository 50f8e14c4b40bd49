/* threshold: x <= theta ? value : x, the zeros included. */
#ifndef VACT_ACT_NARROW_THRESHOLD_H
#define VACT_ACT_NARROW_THRESHOLD_H

VACT_INLINE pick_ranges threshold_ranges(const vact_params_f32 *params)
{
    const float theta = params->v[0];
    const uint16_t value = pick_nearest(params->v[1]);
    const unsigned least = theta >= 0.0f ? 0u : pick_ceiling(theta);
    pick_ranges ranges = {{pick_between(PICK_NEGATIVE | least, PICK_NEGATIVE | ELEM_INFINITY, value)}, 2, 0};
    ranges.of[1] = theta >= 0.0f ? pick_between(0, pick_floor(theta), value) : pick_between(1, 0, value);
    return ranges;
}

#endif
