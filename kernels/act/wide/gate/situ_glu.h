/* situ_glu: s(gate, beta1)*sigmoid(gate)*s(up, beta2), s(x, beta) = beta*tanh(x/beta). An infinite gate or up gives the
 * limit. */
#ifndef VACT_ACT_WIDE_GATE_SITU_GLU_H
#define VACT_ACT_WIDE_GATE_SITU_GLU_H

#include "act/wide/softcap.h"

typedef struct {
    wide gate, up, sigmoid; /* s(gate, beta1), s(up, beta2), sigmoid(gate) */
    act_params of_gate, of_up;
} situ_glu_parts;

VACT_INLINE situ_glu_parts situ_glu_of(vf gate, vf up, const act_params *params)
{
    situ_glu_parts of = {.of_gate = {{params->v[0]}}, .of_up = {{params->v[1]}}};
    of.gate = softcap_value(gate, &of.of_gate);
    of.up = softcap_value(up, &of.of_up);
    of.sigmoid = wide_sigmoid(pair_of(gate));
    return of;
}

VACT_INLINE wide situ_glu_value(vf gate, vf up, const act_params *params)
{
    const situ_glu_parts of = situ_glu_of(gate, up, params);
    return wide_multiply(wide_multiply(of.gate, of.sigmoid), of.up);
}

/* dgate is s(up)*sigmoid(gate)*(s'(gate) + s(gate)*sigmoid(-gate)) */
VACT_INLINE void situ_glu_slopes(wide *dgate, wide *dup, vf gate, vf up, const act_params *params)
{
    const situ_glu_parts of = situ_glu_of(gate, up, params);
    const wide rest = wide_multiply(of.gate, wide_sigmoid(pair_of(vf_neg(gate))));
    const wide slope = wide_add(softcap_slope(gate, &of.of_gate), rest);
    *dgate = wide_multiply(wide_multiply(of.up, of.sigmoid), slope);
    *dup = wide_multiply(wide_multiply(of.gate, of.sigmoid), softcap_slope(up, &of.of_up));
}

#endif
