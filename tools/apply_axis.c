/* softmax and log_softmax along an axis that is not the last: columns are gathered into rows, and the results put back.
 */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 /* elements: 256 KiB, within every L2 cache */ };

static vact_status rows_of(vact_op op, float *data, size_t rows, size_t cols)
{
    return op == VACT_OP_SOFTMAX ? vact_softmax_f32(data, data, rows, cols)
                                 : vact_log_softmax_f32(data, data, rows, cols);
}

/* The columns [first, first + count) of a matrix of `size` rows of `inner` elements. */
static vact_status columns(vact_op op, float *dst, const unsigned char *src, size_t size, size_t inner, size_t first,
                           size_t count, float *rows)
{
    for (size_t i = 0; i < size; i++)
        for (size_t c = 0; c < count; c++)
            memcpy(&rows[c * size + i], src + (i * inner + first + c) * sizeof(float), sizeof(float));
    vact_status status = rows_of(op, rows, count, size);
    for (size_t i = 0; i < size && status == VACT_OK; i++)
        for (size_t c = 0; c < count; c++)
            dst[i * inner + first + c] = rows[c * size + i];
    return status;
}

const char *vact_apply_axis(vact_op op, float *dst, const vact_npy *in, int axis)
{
    size_t outer = 1, size = in->shape.sizes[axis], inner = 1;
    for (int i = 0; i < in->shape.dimensions; i++)
        if (i != axis)
            *(i < axis ? &outer : &inner) *= in->shape.sizes[i];
    if (in->shape.count == 0)
        return NULL;
    size_t step = size >= CHUNK ? 1 : CHUNK / size;
    float *rows = malloc((step < inner ? step : inner) * size * sizeof *rows + 1);
    if (rows == NULL)
        return "out of memory";
    vact_status status = VACT_OK;
    for (size_t o = 0; o < outer; o++)
        for (size_t first = 0; first < inner && status == VACT_OK; first += step) {
            size_t count = inner - first < step ? inner - first : step, at = o * size * inner;
            status = columns(op, dst + at, in->bytes + at * sizeof(float), size, inner, first, count, rows);
        }
    free(rows);
    return status == VACT_OK ? NULL : vact_status_string(status);
}
