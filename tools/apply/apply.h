/* What vact apply walks arrays with, apart from the operations that take whole slices. */
#ifndef VACT_TOOLS_APPLY_H
#define VACT_TOOLS_APPLY_H

#include <stdbool.h>

#include "prelu.h"
#include "request.h"
#include "tools/npy.h"
#include "vact/vact.h"

/* How many elements a slice of the forward function has, but for the last: whole rows, or whole [channels, inner]
 * blocks, near 256 KiB. More than 0. */
size_t vact_apply_step(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape);

/* One slice of `count` elements. */
vact_status vact_apply_slice(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape,
                             float *dst, const float *src, size_t count);

/* int8 or uint8 from `in` to dst, of the same type and shape, along the last axis. Like the others it returns null, or
 * an error message. */
const char *vact_apply_bytes(const vact_apply_request *asked, const vact_npy *in, void *dst);

/* Both return null, or an error message. */

/* softmax or log_softmax along any axis; where dy is not null, its gradient, from the inputs or the outputs in `in`. */
const char *vact_apply_axis(vact_op op, bool from_output, float *dst, const vact_npy *dy, const vact_npy *in, int axis);

/* The gradient of an element-by-element operation: dst = dy*f'(in), or from the outputs in `in`. */
const char *vact_apply_backward(vact_op op, const vact_params_f32 *params, bool from_output, float *dst,
                                const vact_npy *dy, const vact_npy *in);

#endif
