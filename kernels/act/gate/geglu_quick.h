/* geglu_quick: gelu_quick(gate)*up. 1.702 is a hi/lo pair, as in math/common/gelu_quick.h. */
#ifndef VACT_ACT_GATE_GEGLU_QUICK_H
#define VACT_ACT_GATE_GEGLU_QUICK_H

#include "act/gate/gated_swish.h"

#define GEGLU_QUICK_HI 0x1.b3b646p+0f
#define GEGLU_QUICK_LO (-0x1.78d4fep-26f)

VACT_INLINE vact_params_f32 geglu_quick_params(const vact_params_f32 *params)
{
    (void)params;
    return (vact_params_f32){{GEGLU_QUICK_HI, -0.0f, ACT_UNLIMITED, GEGLU_QUICK_LO}};
}

VACT_INLINE vf geglu_quick_forward(vf gate, vf up, const vact_params_f32 *params)
{
    return gated_swish_of(gate, up, geglu_quick_params(params));
}

#endif
