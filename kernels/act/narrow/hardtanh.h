/* hardtanh: min(max(x, lo), hi): where lo > hi, hi wins. The zeros pass through where lo <= 0 <= hi. */
#ifndef VACT_ACT_NARROW_HARDTANH_H
#define VACT_ACT_NARROW_HARDTANH_H

VACT_INLINE pick_ranges hardtanh_ranges(const vact_params_f32 *params)
{
    const float lo = params->v[0], hi = params->v[1];
    const uint16_t below = pick_nearest(lo), above = pick_nearest(hi);
    const unsigned least = PICK_NEGATIVE | ELEM_INFINITY;
    if (lo > hi)
        return (pick_ranges){{pick_between(0, ELEM_INFINITY, above), pick_between(PICK_NEGATIVE, least, above)}, 2, 0};
    if (lo > 0.0f)
        return (pick_ranges){{pick_between(0, pick_ceiling(lo) - 1, below), pick_between(PICK_NEGATIVE, least, below),
                              pick_between(pick_floor(hi) + 1, ELEM_INFINITY, above)},
                             3,
                             0};
    if (hi < 0.0f)
        return (pick_ranges){{pick_between(0, ELEM_INFINITY, above),
                              pick_between(PICK_NEGATIVE, PICK_NEGATIVE | (pick_ceiling(hi) - 1), above),
                              pick_between((PICK_NEGATIVE | pick_floor(lo)) + 1, least, below)},
                             3,
                             0};
    const pick_range low = pick_between((PICK_NEGATIVE | pick_floor(lo)) + 1, least, below);
    const pick_range high = pick_between(pick_floor(hi) + 1, ELEM_INFINITY, above);
    return (pick_ranges){{low, high}, 2, pick_is_clamp(low) && pick_is_clamp(high) ? 2 : 0};
}

#endif
