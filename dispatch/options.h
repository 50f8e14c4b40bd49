/*
 * The options of the public calls: structures that begin with their size and grow at the end, so that programs and
 * libraries of different releases work together. Internal: not installed.
 *
 * A new member has the default all bits 0 and leaves no padding before or after it. Nobody sets the bytes of padding,
 * and a later release might read them as a member.
 */
#ifndef VACT_DISPATCH_OPTIONS_H
#define VACT_DISPATCH_OPTIONS_H

#include <stddef.h>

#include "vact/vact.h"

typedef struct vacti_options_kind {
    const void *defaults; /* a complete structure, with its size set */
    size_t size;          /* of the structure as this library knows it */
    size_t first;         /* of its first version */
} vacti_options_kind;

extern const vacti_options_kind vacti_cross_entropy_options_kind, vacti_bce_with_logits_options_kind,
    vacti_epilogue_options_kind, vacti_softmax_options_kind, vacti_gate_options_kind,
    vacti_cross_entropy_f64_options_kind, vacti_bce_with_logits_f64_options_kind;

enum { VACT_OPTIONS_LIMIT = 4096 }; /* no structure is larger: a size above this is an error */

/* Fills `known`, of kind->size bytes, from the options given, whatever their size. Null: the defaults. */
vact_status vacti_options_read(const vacti_options_kind *kind, void *known, const void *given);

#endif
