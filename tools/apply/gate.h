/* vact apply for the gated units and their gradients: two files, or one that packs gate and up along its last axis. */
#ifndef VACT_TOOLS_APPLY_GATE_H
#define VACT_TOOLS_APPLY_GATE_H

#include "tools/tool.h"

/* The arguments of --packed; false where the argument is not one of them. */
extern const char vact_gate_layout_words[];
bool vact_gate_layout_of(const char *word, vact_gate_layout *layout);

/* Paths. Where up is null, `gate` is packed in that layout. Where dy is null, out receives the result. Else it receives
 * the gradient: packed like `gate`, or that of the gate, while dup receives that of up. */
typedef struct vact_gate_files {
    const char *gate, *up, *dy, *out, *dup;
    vact_gate_layout layout;
    vact_params_f32 params;
} vact_gate_files;

/* On failure it prints a message. */
bool vact_apply_gate(const vacti_op_info *op, const vact_gate_files *files);

#endif
