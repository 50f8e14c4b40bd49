/* Gradients over files, in chunks. */
#include "apply.h"

enum { CHUNK = 1 << 12 /* elements */ };

const char *vact_apply_backward(vact_op op, const vact_params_f32 *params, bool from_output, float *dst,
                                const vact_npy *dy, const vact_npy *in)
{
    float dy_copy[CHUNK], in_copy[CHUNK];
    for (size_t done = 0; done < in->shape.count; done += CHUNK) {
        size_t count = in->shape.count - done < CHUNK ? in->shape.count - done : CHUNK;
        const float *slope = vact_npy_part(dy, done, count, dy_copy), *x = vact_npy_part(in, done, count, in_copy);
        vact_status status = from_output ? vact_backward_from_output_f32(op, params, dst + done, slope, x, count)
                                         : vact_backward_f32(op, params, dst + done, slope, x, count);
        if (status != VACT_OK)
            return vact_status_string(status);
    }
    return NULL;
}
