/* softmax and log_softmax along any axis, and their gradients: columns are gathered into rows and scattered back. */
#include "apply.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 /* elements: 256 KiB, within every L2 cache */ };

/* `count` neighbouring columns, from index `at` of the array, of a matrix of `size` rows of `inner` elements. */
typedef struct columns {
    size_t at, size, inner, count;
} columns;

static void gather(float *rows, const vact_npy *from, const columns *c)
{
    for (size_t i = 0; i < c->size; i++)
        for (size_t k = 0; k < c->count; k++)
            memcpy(&rows[k * c->size + i], from->bytes + (c->at + i * c->inner + k) * sizeof(float), sizeof(float));
}

static void scatter(float *to, const float *rows, const columns *c)
{
    for (size_t i = 0; i < c->size; i++)
        for (size_t k = 0; k < c->count; k++)
            to[c->at + i * c->inner + k] = rows[k * c->size + i];
}

static vact_status forward(vact_op op, float *data, size_t rows, size_t cols)
{
    return op == VACT_OP_SOFTMAX ? vact_softmax_f32(data, data, rows, cols)
                                 : vact_log_softmax_f32(data, data, rows, cols);
}

/* data holds the outputs, then the gradients. */
static vact_status backward(vact_op op, float *data, const float *dy, size_t rows, size_t cols)
{
    return op == VACT_OP_SOFTMAX ? vact_softmax_backward_f32(data, dy, data, rows, cols)
                                 : vact_log_softmax_backward_f32(data, dy, data, rows, cols);
}

/* Forward where dy is null. */
static vact_status walk(vact_op op, bool from_output, float *dst, const vact_npy *dy, const vact_npy *in,
                        const columns *all, size_t outer, size_t step, float *rows, float *dy_rows)
{
    vact_status status = VACT_OK;
    for (size_t o = 0; o < outer; o++)
        for (size_t first = 0; first < all->inner && status == VACT_OK; first += step) {
            columns c = *all;
            c.at = o * c.size * c.inner + first;
            c.count = c.inner - first < step ? c.inner - first : step;
            gather(rows, in, &c);
            if (!from_output)
                status = forward(op, rows, c.count, c.size);
            if (dy != NULL && status == VACT_OK) {
                gather(dy_rows, dy, &c);
                status = backward(op, rows, dy_rows, c.count, c.size);
            }
            if (status == VACT_OK)
                scatter(dst, rows, &c);
        }
    return status;
}

const char *vact_apply_axis(vact_op op, bool from_output, float *dst, const vact_npy *dy, const vact_npy *in, int axis)
{
    columns all = {.size = in->shape.dimensions == 0 ? 1 : in->shape.sizes[axis], .inner = 1};
    size_t outer = 1;
    for (int i = 0; i < in->shape.dimensions; i++)
        if (i != axis)
            *(i < axis ? &outer : &all.inner) *= in->shape.sizes[i];
    if (in->shape.count == 0)
        return NULL;
    size_t step = all.size >= CHUNK ? 1 : CHUNK / all.size;
    size_t held = (step < all.inner ? step : all.inner) * all.size;
    float *rows = malloc(2 * held * sizeof *rows);
    if (rows == NULL)
        return "out of memory";
    vact_status status = walk(op, from_output, dst, dy, in, &all, outer, step, rows, rows + held);
    free(rows);
    return status == VACT_OK ? NULL : vact_status_string(status);
}
