/* From an operation's code to its function of the oracle: the registry as two tables, indexed by kind and by the low
 * byte of the code. */
#include "functions.h"

enum { KINDS = VACT_KIND_GATE + 1, SLOTS = 256 };

#define ENTRY(name, NAME) [VACT_OP_KIND(VACT_OP_##NAME)][VACT_OP_##NAME & 0xff] = vacti_reference_##name,

#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRY_##kind(name, NAME)

#define ENTRY_UNARY ENTRY
#define ENTRY_CHANNELS ENTRY
#define ENTRY_ROWS(name, NAME)
#define ENTRY_GATE(name, NAME)
static vacti_reference_fn *const elements[KINDS][SLOTS] = {
#include "../registry.def"
};

#undef ENTRY_UNARY
#undef ENTRY_CHANNELS
#undef ENTRY_ROWS
#define ENTRY_UNARY(name, NAME)
#define ENTRY_CHANNELS(name, NAME)
#define ENTRY_ROWS ENTRY
static vacti_reference_row_fn *const rows[KINDS][SLOTS] = {
#include "../registry.def"
};

static unsigned slot_of(vact_op op) { return (unsigned)op & 0xff; }

vacti_reference_fn *vacti_reference_f32(vact_op op)
{
    return (unsigned)op >> 8 < KINDS ? elements[(unsigned)op >> 8][slot_of(op)] : NULL;
}

vacti_reference_row_fn *vacti_reference_row_f32(vact_op op)
{
    return (unsigned)op >> 8 < KINDS ? rows[(unsigned)op >> 8][slot_of(op)] : NULL;
}
