/*
 * The options of the public calls: structures that begin with their size and grow at the end, so that programs and
 * libraries of different releases understand each other. Internal: not installed.
 *
 * Whoever adds a member gives it the default all bits 0, and leaves no padding, neither before it nor after it: what
 * stands in padding is nobody's, and might be taken for a member one day.
 */
#ifndef VACT_DISPATCH_OPTIONS_H
#define VACT_DISPATCH_OPTIONS_H

#include <stddef.h>

#include "vact/vact.h"

typedef struct vacti_options_kind {
    const void *defaults; /* a whole structure, its size set */
    size_t size;          /* of the structure as this library knows it */
    size_t first;         /* as its first version was */
} vacti_options_kind;

extern const vacti_options_kind vacti_cross_entropy_options_kind, vacti_bce_with_logits_options_kind,
    vacti_epilogue_options_kind, vacti_softmax_options_kind;

enum { VACT_OPTIONS_LIMIT = 4096 }; /* no structure is larger: a size beyond it is not one */

/* Makes `known`, of kind->size bytes, of what was given (null: the defaults), whatever its size. */
vact_status vacti_options_read(const vacti_options_kind *kind, void *known, const void *given);

#endif
