/*
 * Matrices whose strides all differ: each function gives the bits that it gives for dense ones, and writes nothing
 * between the rows. A matrix that is walked by another's stride cannot pass. And the extent of a mask, row by row.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "loop/cache.h"
#include "support.h"

enum { MOST_MATRICES = 5 };

typedef void strided_fn(float *const m[], const size_t stride[], size_t rows, size_t cols);

/* The outputs come first. A matrix has `width` times the columns; with width 0 it is an array of one element per row.
 */
typedef struct strided {
    const char *name;
    size_t outputs, inputs, width[MOST_MATRICES];
    strided_fn *call;
} strided;

#define OK(call) cr_assert((call) == VACT_OK, "%s", #call)

/* A mask of both kinds; the bytes are made from the floats of m. */
static vact_softmax_options_f32 masks(const float *bias, size_t bias_stride, float *bytes, size_t keep_stride,
                                      size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    unsigned char *keep = (unsigned char *)bytes;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            keep[r * keep_stride + c] = (7 * r + c) % 5 != 0;
    options.scale = 0.7f;
    options.bias = bias, options.bias_layout.stride = bias_stride;
    options.keep = keep, options.keep_layout.stride = keep_stride;
    return options;
}

static void softmax(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_softmax_rows_f32(m[0], s[0], m[1], s[1], rows, cols));
}

static void log_softmax(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_log_softmax_rows_f32(m[0], s[0], m[1], s[1], rows, cols));
}

static void softmax_masked(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = masks(m[2], s[2], m[3], s[3], rows, cols);
    OK(vact_softmax_masked_f32(m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void log_softmax_masked(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = masks(m[2], s[2], m[3], s[3], rows, cols);
    OK(vact_log_softmax_masked_f32(m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void logsumexp_masked(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = masks(m[2], s[2], m[3], s[3], rows, cols);
    OK(vact_logsumexp_masked_f32(m[0], m[1], s[1], rows, cols, &options));
}

static void online(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = masks(m[3], s[3], m[4], s[4], rows, cols);
    vact_softmax_online_f32 *state = malloc(rows * sizeof *state);
    cr_assert(state != NULL, "out of memory");
    OK(vact_softmax_online_start_f32(state, rows));
    OK(vact_softmax_online_update_f32(state, m[1], m[0], s[0], m[2], s[2], rows, cols, &options));
    OK(vact_softmax_online_finish_f32(NULL, m[1], state, rows, NULL));
    free(state);
}

static void softmax_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_softmax_backward_rows_f32(m[0], s[0], m[1], s[1], m[2], s[2], rows, cols, 0.7f));
}

static void log_softmax_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_log_softmax_backward_rows_f32(m[0], s[0], m[1], s[1], m[2], s[2], rows, cols, 0.7f));
}

static void logsumexp_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_logsumexp_backward_rows_f32(m[0], s[0], m[1], m[2], s[2], m[3], rows, cols, 0.7f));
}

static void softmax_backward_masked(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_softmax_options_f32 options = masks(NULL, 0, m[4], s[4], rows, cols);
    OK(vact_softmax_backward_masked_f32(m[0], s[0], NULL, m[1], s[1], m[2], s[2], m[3], s[3], rows, cols, &options));
}

static void epilogue(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 0.7f, .bias = NULL, .residual = m[2], .residual_stride = s[2]};
    OK(vact_epilogue_f32(VACT_OP_SILU, NULL, m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void epilogue_bias(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 0.7f, .bias = m[3], .residual = m[2], .residual_stride = s[2]};
    OK(vact_epilogue_f32(VACT_OP_RELU, NULL, m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void epilogue_bias_alone(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 0.7f, .bias = m[2], .residual = NULL, .residual_stride = 0};
    OK(vact_epilogue_f32(VACT_OP_GELU, NULL, m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void epilogue_multiplied(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    const vact_epilogue_options_f32 options = {.size = sizeof options,
                                               .scale = 0.7f,
                                               .residual = m[2],
                                               .residual_stride = s[2],
                                               .row_bias = m[4],
                                               .multiplier = m[3],
                                               .multiplier_stride = s[3]};
    OK(vact_epilogue_f32(VACT_OP_GELU, NULL, m[0], s[0], m[1], s[1], rows, cols, &options));
}

static void epilogue_of_integers(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 0x1p-30f, .accumulators = (const int32_t *)(const void *)m[1]};
    OK(vact_epilogue_f32(VACT_OP_SILU, NULL, m[0], s[0], NULL, s[1], rows, cols, &options));
}

static void gate(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_rows_f32(VACT_OP_SWIGLU, NULL, m[0], s[0], m[1], s[1], m[2], s[2], rows, cols));
}

static void gate_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_backward_rows_f32(VACT_OP_GEGLU, NULL, m[0], s[0], m[1], s[1], m[2], s[2], m[3], s[3], m[4], s[4],
                                   rows, cols));
}

static void gate_packed(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_packed_f32(VACT_OP_GLU, NULL, VACT_GATE_SECOND, m[0], s[0], m[1], s[1], rows, cols));
}

static void gate_interleaved(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_packed_f32(VACT_OP_SWIGLU_OAI, NULL, VACT_GATE_INTERLEAVED, m[0], s[0], m[1], s[1], rows, cols));
}

static void gate_packed_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_backward_packed_f32(VACT_OP_SWIGLU, NULL, VACT_GATE_FIRST, m[0], s[0], m[1], s[1], m[2], s[2], rows,
                                     cols));
}

static void gate_interleaved_backward(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    OK(vact_gate_backward_packed_f32(VACT_OP_SWIGLU_OAI, NULL, VACT_GATE_INTERLEAVED, m[0], s[0], m[1], s[1], m[2],
                                     s[2], rows, cols));
}

static void cross_entropy(float *const m[], const size_t s[], size_t rows, size_t cols)
{
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    int32_t *targets = malloc(rows * sizeof *targets);
    cr_assert(targets != NULL, "out of memory");
    for (size_t r = 0; r < rows; r++)
        targets[r] = (int32_t)(r % cols);
    options.reduction = VACT_REDUCTION_NONE, options.label_smoothing = 0.1f;
    options.dx_stride = s[0], options.stride = s[2];
    OK(vact_cross_entropy_forward_backward_i32_f32(m[1], m[0], NULL, m[2], targets, rows, cols, &options));
    free(targets);
}

static const strided CALLS[] = {
    {"softmax_rows", 1, 1, {1, 1}, softmax},
    {"log_softmax_rows", 1, 1, {1, 1}, log_softmax},
    {"softmax_masked", 1, 3, {1, 1, 1, 1}, softmax_masked},
    {"log_softmax_masked", 1, 3, {1, 1, 1, 1}, log_softmax_masked},
    {"logsumexp_masked", 1, 3, {0, 1, 1, 1}, logsumexp_masked},
    {"softmax_online", 2, 3, {1, 0, 1, 1, 1}, online},
    {"softmax_backward", 1, 2, {1, 1, 1}, softmax_backward},
    {"log_softmax_backward", 1, 2, {1, 1, 1}, log_softmax_backward},
    {"logsumexp_backward", 1, 3, {1, 0, 1, 0}, logsumexp_backward},
    {"softmax_backward_masked", 1, 4, {1, 1, 1, 1, 1}, softmax_backward_masked},
    {"epilogue", 1, 2, {1, 1, 1}, epilogue},
    {"epilogue, bias", 1, 3, {1, 1, 1, 1}, epilogue_bias},
    {"epilogue, bias alone", 1, 2, {1, 1, 1}, epilogue_bias_alone},
    {"epilogue, multiplied", 1, 4, {1, 1, 1, 1, 0}, epilogue_multiplied},
    {"epilogue, accumulators", 1, 1, {1, 1}, epilogue_of_integers},
    {"gate_rows", 1, 2, {1, 1, 1}, gate},
    {"gate_backward_rows", 2, 3, {1, 1, 1, 1, 1}, gate_backward},
    {"gate_packed", 1, 1, {1, 2}, gate_packed},
    {"gate_packed, interleaved", 1, 1, {1, 2}, gate_interleaved},
    {"gate_backward_packed", 1, 2, {2, 1, 2}, gate_packed_backward},
    {"gate_backward_packed, interleaved", 1, 2, {2, 1, 2}, gate_interleaved_backward},
    {"cross_entropy", 2, 1, {1, 0, 1}, cross_entropy},
};

static void check_output(const strided *which, const char *isa, const float *want, const float *got, size_t cols,
                         size_t stride, size_t rows)
{
    size_t wrong = 0, between = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < cols; c++)
            wrong += !test_same(want[r * cols + c], got[r * stride + c]);
        between += !test_untouched(got + r * stride + cols, stride - cols);
    }
    cr_expect(wrong == 0, "%s on %s, %zu rows of %zu: %zu other results with strides", which->name, isa, rows, cols,
              wrong);
    cr_expect(between == 0, "%s on %s, %zu rows of %zu: writes between the rows", which->name, isa, rows, cols);
}

/* Dense, then with gaps: other ones for each matrix. */
static void check_call(const strided *which, const char *isa, size_t rows, size_t cols)
{
    float *dense[MOST_MATRICES] = {NULL}, *spaced[MOST_MATRICES] = {NULL};
    size_t dense_stride[MOST_MATRICES] = {0}, stride[MOST_MATRICES] = {0}, count = which->outputs + which->inputs;
    test_random random = {71};
    for (size_t k = 0; k < count; k++) {
        dense_stride[k] = which->width[k] == 0 ? 1 : which->width[k] * cols;
        stride[k] = which->width[k] == 0 ? 1 : dense_stride[k] + 1 + 3 * ((2 * k + 1) % MOST_MATRICES);
        dense[k] = malloc(rows * dense_stride[k] * sizeof(float));
        spaced[k] = malloc(rows * stride[k] * sizeof(float));
        cr_assert(dense[k] != NULL && spaced[k] != NULL, "out of memory");
        test_fill(spaced[k], rows * stride[k]);
        for (size_t i = 0; k >= which->outputs && i < rows * dense_stride[k]; i++) {
            dense[k][i] = (float)(3.0 * test_random_normal(&random));
            spaced[k][i / dense_stride[k] * stride[k] + i % dense_stride[k]] = dense[k][i];
        }
    }
    which->call(dense, dense_stride, rows, cols);
    which->call(spaced, stride, rows, cols);
    for (size_t k = 0; k < which->outputs; k++)
        check_output(which, isa, dense[k], spaced[k], dense_stride[k], stride[k], rows);
    for (size_t k = 0; k < count; k++) {
        free(dense[k]);
        free(spaced[k]);
    }
}

static void check_all(size_t rows, size_t cols)
{
    for (int isa = VACT_ISA_SCALAR; isa <= VACT_ISA_NEON; isa++) {
        if (vact_select((vact_isa)isa, VACT_MATH_AUTO) != VACT_OK)
            continue;
        for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++)
            check_call(&CALLS[i], vact_info()->isa, rows, cols);
    }
}

Test(strides, all_differ)
{
    check_all(5, 37);
    check_all(3, 8);
    check_all(40, 130);
}

/* Runs abreast, and streaming stores. */
Test(strides, all_differ_beyond_the_cache)
{
    size_t cache = vacti_cache_of_core;
    vacti_cache_of_core = 1 << 17;
    check_all(130, 515);
    vacti_cache_of_core = 1 << 14;
    check_all(130, 515);
    vacti_cache_of_core = cache;
}
