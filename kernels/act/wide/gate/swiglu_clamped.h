/* swiglu_clamped: swiglu_oai with beta 0. */
#ifndef VACT_ACT_WIDE_GATE_SWIGLU_CLAMPED_H
#define VACT_ACT_WIDE_GATE_SWIGLU_CLAMPED_H

#include "act/wide/gate/swiglu_oai.h"

VACT_INLINE wide swiglu_clamped_value(vf gate, vf up, const act_params *params)
{
    return swiglu_oai_value_of(gate, up, params, 0.0, params->v[1]);
}

VACT_INLINE void swiglu_clamped_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    swiglu_oai_slopes_of(dgate, dup, gate, up, params, 0.0, params->v[1]);
}

#endif
