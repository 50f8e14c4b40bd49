/* exp: e^x. */
#ifndef VACT_ACT_WIDE_EXP_H
#define VACT_ACT_WIDE_EXP_H

#include "math/wide/functions.h"

VACT_INLINE wide exp_value(vf x, const act_params *params) { return (void)params, wide_exp(pair_of(x)); }
VACT_INLINE wide exp_slope(vf x, const act_params *params) { return exp_value(x, params); }
VACT_INLINE wide exp_slope_from_output(vf y, const act_params *params) { return (void)params, wide_split(y); }

#endif
