/* What the command line of vact apply asks for. */
#ifndef VACT_TOOLS_APPLY_REQUEST_H
#define VACT_TOOLS_APPLY_REQUEST_H

#include "tools/npy.h"
#include "tools/tool.h"

/* How bytes are read and written: a value q stands for (q - zero)*scale. */
typedef struct vact_apply_quantisation {
    const char *given;         /* the first of its options on the command line; null: none */
    float in_scale, out_scale; /* 0 where not given */
    int32_t in_zero, out_zero;
} vact_apply_quantisation;

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
    vact_apply_quantisation bytes;
    const char *type_word, *output_word; /* null: as the files say, and as IN.npy */
    vact_element type, output;
    const char *packed_word;
    vact_gate_layout layout;
    const char *paths[3];
    int path_count;
    const vacti_op_info *op;
    vact_params_f32 params;
} vact_apply_request;

/* Reads the command line. Wrong usage ends the program; what it returns is checked, but for the files' contents. */
void vact_apply_parse(vact_apply_request *asked, int argc, char **argv);

/* Whether what was asked for may be of int8 or uint8. */
bool vact_apply_takes_bytes(const vact_apply_request *asked);

/* Whether a path stands for standard input or output. */
bool vact_apply_is_stream(const char *path);

#endif
