/* relu6: x clamped to [0, 6]; -0 passes through. */
#ifndef VACT_ACT_NARROW_RELU6_H
#define VACT_ACT_NARROW_RELU6_H

VACT_INLINE pick_ranges relu6_ranges(const vact_params_f32 *params)
{
    (void)params;
    return (pick_ranges){{pick_between(ELEM_SIX + 1, ELEM_INFINITY, ELEM_SIX),
                          pick_between(PICK_NEGATIVE | 1, PICK_NEGATIVE | ELEM_INFINITY, 0)},
                         2,
                         1};
}

#endif
