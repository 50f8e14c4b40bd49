/* What the command line of vact apply asks for. */
#ifndef VACT_TOOLS_APPLY_REQUEST_H
#define VACT_TOOLS_APPLY_REQUEST_H

#include "tools/tool.h"

typedef struct vact_apply_request {
    const char *op_name;
    const char *slope_path;
    const char *dy_path; /* null: forward */
    const char *dslope_path;
    const char *dup_path;
    bool from_output;
    const char *axis_word; /* null: the last axis */
    int axis;
    vact_tool_choice kernels;
    const char *packed_word;
    vact_gate_layout layout;
    const char *paths[3];
    int path_count;
    const vacti_op_info *op;
    vact_params_f32 params;
} vact_apply_request;

/* Reads the command line. Wrong usage ends the program; what it returns is checked, but for the files' contents. */
void vact_apply_parse(vact_apply_request *asked, int argc, char **argv);

/* Whether a path stands for standard input or output. */
bool vact_apply_is_stream(const char *path);

#endif
