/* vact apply for the gated units: two files, or one that packs gate and up along its last axis. */
#ifndef VACT_TOOLS_APPLY_GATE_H
#define VACT_TOOLS_APPLY_GATE_H

#include "tool.h"

/* The words of --packed; null where the argument is none. */
extern const char vact_gate_layout_words[];
bool vact_gate_layout_of(const char *word, vact_gate_layout *layout);

/* up null: `gate` is packed in that layout. On failure one line on standard error. */
bool vact_apply_gate(const vact_op_info *op, const char *gate, const char *up, const char *out,
                     vact_gate_layout layout);

#endif
