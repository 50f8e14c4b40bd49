/* vact apply for the gated units and their gradients: two files, or one that packs gate and up along its last axis. */
#ifndef VACT_TOOLS_APPLY_GATE_H
#define VACT_TOOLS_APPLY_GATE_H

#include "tools/tool.h"

/* The words of --packed; null where the argument is none. */
extern const char vact_gate_layout_words[];
bool vact_gate_layout_of(const char *word, vact_gate_layout *layout);

/* Paths. Where up is null, `gate` is packed in that layout. Where dy is null, out takes the result; else the gradient,
 * in the layout of the packed array, or that of the gate, and dup that of up. */
typedef struct vact_gate_files {
    const char *gate, *up, *dy, *out, *dup;
    vact_gate_layout layout;
} vact_gate_files;

/* On failure one line on standard error. */
bool vact_apply_gate(const vacti_op_info *op, const vact_gate_files *files);

#endif
