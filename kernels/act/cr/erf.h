/* erf, by polynomials on pieces of 0 to 3.94; beyond, the nearest float is 1. */
#ifndef VACT_ACT_CR_ERF_H
#define VACT_ACT_CR_ERF_H

#include "loop/form.h"
#include "math/cr/erf_table.h"

VACT_INLINE cr_rounded erf_rounded(vf x, const vact_params_f32 *params)
{
    (void)params;
    const vf within = vf_min(vf_set1(3.9375f), vf_abs(x));
    cr_rounded y = cr_round_capped(cr_by_pieces(&cr_erf_pieces, 3.8f, within), 0x1p-34f, 0x1p-37f);
    y.value = vf_copysign(y.value, x);
    return y;
}

VACT_INLINE act_range erf_range(const vact_params_f32 *params)
{
    (void)params;
    return (act_range){CR_TINY, FLT_MAX};
}

#endif
