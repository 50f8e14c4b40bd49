/* hard_shrink: |x| <= lambda ? 0 with the sign of x : x. */
#ifndef VACT_ACT_NARROW_HARD_SHRINK_H
#define VACT_ACT_NARROW_HARD_SHRINK_H

VACT_INLINE pick_ranges hard_shrink_ranges(const vact_params_f32 *params)
{
    const unsigned most = pick_floor(params->v[0]);
    return (pick_ranges){
        {pick_between(0, most, 0), pick_between(PICK_NEGATIVE, PICK_NEGATIVE | most, PICK_NEGATIVE)}, 2, 0};
}

#endif
