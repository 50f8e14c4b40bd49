/* vact apply for the gated units and their gradients: two files, or one that packs gate and up along its last axis. */
#ifndef VACT_TOOLS_APPLY_GATE_H
#define VACT_TOOLS_APPLY_GATE_H

#include "request.h"

/* The arguments of --packed; false where the argument is not one of them. */
extern const char vact_gate_layout_words[];
bool vact_gate_layout_of(const char *word, vact_gate_layout *layout);

/* The unit with the files that were asked for. On failure it prints a message. */
bool vact_apply_gate(const vact_apply_request *asked);

#endif
