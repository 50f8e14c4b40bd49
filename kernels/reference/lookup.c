/* From an operation's code to its function of the oracle: the registry as two switches. */
#include "functions.h"

#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRY_##kind(name, NAME)

#define ENTRY_UNARY(name, NAME)                                                                                        \
    case VACT_OP_##NAME: return vacti_reference_##name;
#define ENTRY_CHANNELS(name, NAME)                                                                                     \
    case VACT_OP_##NAME: return vacti_reference_##name;
#define ENTRY_ROWS(name, NAME)
#define ENTRY_GATE(name, NAME)

vacti_reference_fn *vacti_reference_f32(vact_op op)
{
    switch ((int)op) {
#include "../registry.def"
    default: return NULL;
    }
}

#undef ENTRY_UNARY
#undef ENTRY_CHANNELS
#undef ENTRY_ROWS
#define ENTRY_UNARY(name, NAME)
#define ENTRY_CHANNELS(name, NAME)
#define ENTRY_ROWS(name, NAME)                                                                                         \
    case VACT_OP_##NAME: return vacti_reference_##name;

vacti_reference_row_fn *vacti_reference_row_f32(vact_op op)
{
    switch ((int)op) {
#include "../registry.def"
    default: return NULL;
    }
}
