/* relu: x < 0 ? +0 : x */
#ifndef VACT_ACT_NARROW_RELU_H
#define VACT_ACT_NARROW_RELU_H

VACT_INLINE pick_ranges relu_ranges(const vact_params_f32 *params)
{
    (void)params;
    return (pick_ranges){{pick_between(PICK_NEGATIVE | 1, PICK_NEGATIVE | ELEM_INFINITY, 0)}, 1, 0};
}

#endif
