/* What the calls on double share. Internal: not installed. */
#ifndef VACT_DISPATCH_F64_H
#define VACT_DISPATCH_F64_H

#include "registry.h"
#include "table.h"

/* Whether the library has gradients of double. */
enum { VACTI_F64_GRADIENTS = VACT_WITH_F64 * VACT_WITH_GRADIENTS };

/* Whether the values lie in the operation's domain; null stands for the defaults. */
bool vacti_accepts_f64(const vacti_op_info *info, const vact_params_f64 *params);

/* Of null, zeros. */
static inline vact_params_f64 vacti_widened_params(const vact_params_f32 *params)
{
    vact_params_f64 widened = {{0.0}};
    for (size_t i = 0; params != NULL && i < sizeof params->v / sizeof params->v[0]; i++)
        widened.v[i] = (double)params->v[i];
    return widened;
}

/* The table of a kernel of doubles, null for another kind and where the CPU or the library lacks it. */
const vacti_table *vacti_table_for_f64(vact_op op, vact_kind kind, vact_isa isa, vact_math math);

#endif
