/* The place of an operation in tables. Apart from abi.h, so that no kernel depends on the text of the registry: a
 * changed bound recompiles none. Internal: not installed. */
#ifndef VACT_KERNELS_SLOTS_H
#define VACT_KERNELS_SLOTS_H

#include "vact/vact.h"

/* The slot of an operation in the array of its kind. */
#define VACT_OP_SLOT(op) ((unsigned)(op) & 0xffu)

/* Its size is the largest slot of the registry plus 1. */
typedef union vacti_slots {
#define VACT_OP(name, NAME, ...) char name[VACT_OP_SLOT(VACT_OP_##NAME) + 1];
    /* clang-format off */
#include "registry.def"
/* clang-format on */
#undef VACT_OP
} vacti_slots;

enum {
    VACT_TABLE_SLOTS = sizeof(vacti_slots), /* of each kind */
    VACT_TABLE_MATHS = VACT_MATH_CR + 1
};

#define VACT_OP(name, NAME, kind, ...)                                                                                 \
    _Static_assert(VACT_OP_KIND(VACT_OP_##NAME) == VACT_KIND_##kind, #name " has the code of another kind");           \
    _Static_assert(VACT_OP_SLOT(VACT_OP_##NAME) < VACT_TABLE_SLOTS, #name " has no slot");
/* clang-format off */
#include "registry.def"
/* clang-format on */
#undef VACT_OP

#endif
