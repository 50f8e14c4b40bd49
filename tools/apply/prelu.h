/* The slopes of vact apply --op prelu, and their gradient. */
#ifndef VACT_TOOLS_APPLY_PRELU_H
#define VACT_TOOLS_APPLY_PRELU_H

#include <stdbool.h>

#include "request.h"
#include "tools/npy.h"

/* prelu's slopes, and the array's sizes around the channel axis. */
typedef struct vact_slopes {
    const float *values;
    size_t channels;
    size_t inner;
    vact_shape shape; /* of the file; without axes where there is no file */
    vact_npy file;
    bool opened;
} vact_slopes;

/* Reads the file of --slope, or takes the default slope, and checks it against the array. On failure it prints a
 * message. */
bool vact_slopes_open(vact_slopes *slopes, const vact_apply_request *asked, const vact_shape *array);
void vact_slopes_close(vact_slopes *slopes);

/* Computes dx and, where it is not null, dslope, of slopes->shape. Null, or an error message. */
const char *vact_apply_prelu_backward(const vact_slopes *slopes, float *dx, float *dslope, vact_npy *dy, vact_npy *in);

#endif
