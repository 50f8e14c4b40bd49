/* fatreglu: (gate > theta ? gate : 0)*up. */
#ifndef VACT_ACT_GATE_FATREGLU_H
#define VACT_ACT_GATE_FATREGLU_H

#include "math/common/gate.h"

VACT_INLINE vf fatreglu_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return gate_times(vf_select(vm_le(gate, vf_set1(params->v[0])), vf_set1(0.0f), gate), up);
}

#endif
