/* What the calls of the softmax family refuse, in the order that vact.h states, and that nothing is written then. */
#include <math.h>
#include <stdint.h>

#include "support.h"

enum { ROWS = 3, COLS = 8, N = ROWS * COLS };

static float a[N + 64], b[N + 64], before_c[2 * COLS + N + 64], *const c = before_c + 2 * COLS, slopes[8];
static vact_softmax_online_f32 state[ROWS];

#define EXPECT(status, call)                                                                                           \
    do {                                                                                                               \
        test_fill(c, N + 64);                                                                                          \
        vact_status got_ = (call);                                                                                     \
        cr_expect(got_ == (status), "%s: %s", #call, vact_status_string(got_));                                        \
        cr_expect((status) == VACT_OK || test_untouched(c, N + 64), "%s wrote", #call);                                \
    } while (0)

typedef vact_status masked_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                              size_t cols, const vact_softmax_options_f32 *options);

/* logsumexp, with the arguments of the others. */
static vact_status logsumexp(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                             size_t cols, const vact_softmax_options_f32 *options)
{
    (void)dst_stride;
    return vact_logsumexp_masked_f32(dst, src, src_stride, rows, cols, options);
}

static vact_status online(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows, size_t cols,
                          const vact_softmax_options_f32 *options)
{
    static float rescale[ROWS];
    return vact_softmax_online_update_f32(state, rescale, dst, dst_stride, src, src_stride, rows, cols, options);
}

static masked_fn *const FUNCTIONS[] = {vact_softmax_masked_f32, vact_log_softmax_masked_f32, logsumexp, online};

Test(family_arguments, options)
{
    cr_assert(vact_softmax_online_start_f32(state, ROWS) == VACT_OK);
    for (size_t f = 0; f < 4; f++) {
        masked_fn *run = FUNCTIONS[f];
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.size = offsetof(vact_softmax_options_f32, causal_offset); /* less than the first version */
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.size = sizeof options;
        const float finite[] = {0.0f, -1.0f, 1.0f}, others[] = {NAN, INFINITY, -INFINITY};
        for (size_t s = 0; s < 3; s++) {
            options.scale = others[s];
            EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
            EXPECT(VACT_EINVAL, run(NULL, COLS, NULL, COLS, 0, COLS, &options)); /* parameters come before n = 0 */
            options.scale = finite[s];
            EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        }
        const float caps[] = {-1.0f, NAN, -INFINITY};
        for (size_t s = 0; s < 3; s++) {
            options.softcap = caps[s];
            EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        }
        options.softcap = INFINITY;
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.softcap = 0.0f;
        options.softcap_order = (vact_softcap_order)2;
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.softcap_order = VACT_SOFTCAP_BEFORE_MASK;
        options.window_before = 1; /* a window without queries */
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.window_before = 0;
        options.slopes = others;
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.slopes = NULL;
        options.sinks = f == 3 ? a : c; /* an array of the options inside the destination */
        EXPECT(f == 3 ? VACT_OK : VACT_EOVERLAP, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.sinks = NULL;
        options.bias = b;
        options.bias_layout.stride = COLS - 1;
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout.stride = SIZE_MAX / 2;
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout = (vact_mask_layout){0};
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout = (vact_mask_layout){.stride = COLS, .block = 2};
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout = (vact_mask_layout){.stride = COLS, .block_rows = 2};
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout = (vact_mask_layout){.stride = COLS, .rows = 1, .block = 1, .block_rows = SIZE_MAX / 2 + 1};
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS, ROWS, COLS, &options)); /* row 2*(SIZE_MAX/2 + 1) */
        options.bias_layout.block_rows = SIZE_MAX / 2;
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        /* Of blocks of two rows, with one and with two rows of the mask each: 2 and 3 of them lie before c. */
        options.bias = c - 2 * COLS;
        options.bias_layout = (vact_mask_layout){.stride = COLS, .block = 2, .block_rows = 1};
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout.block_rows = 2;
        EXPECT(VACT_EOVERLAP, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias = c - COLS; /* a block of all rows has the one row of the mask before c */
        options.bias_layout = (vact_mask_layout){.stride = COLS, .block = ROWS, .block_rows = 1};
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias_layout = (vact_mask_layout){0};
        options.bias = c + 1; /* a mask inside the destination */
        EXPECT(VACT_EOVERLAP, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.bias = NULL;
        options.keep = (const unsigned char *)(c + 2);
        EXPECT(VACT_EOVERLAP, run(c, COLS, a, COLS, ROWS, COLS, &options));
        options.keep = (const unsigned char *)b;
        options.keep_layout = (vact_mask_layout){.stride = COLS, .rows = 2, .repeat = 1};
        EXPECT(VACT_OK, run(c, COLS, a, COLS, ROWS, COLS, &options));
    }
}

Test(family_arguments, rows)
{
    cr_assert(vact_softmax_online_start_f32(state, ROWS) == VACT_OK);
    for (size_t f = 0; f < 4; f++) {
        masked_fn *run = FUNCTIONS[f];
        bool whole = f != 2; /* a destination of rows times columns */
        EXPECT(VACT_EINVAL, run(c, COLS, a, COLS - 1, ROWS, COLS, NULL));
        EXPECT(VACT_EINVAL, run(c, COLS, a, SIZE_MAX / 4, ROWS, COLS, NULL));
        EXPECT(VACT_EINVAL, run(NULL, COLS, a, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_EINVAL, run(c, COLS, NULL, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_EOVERLAP, run(c, COLS, c + 1, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_OK, run(NULL, COLS, NULL, COLS, 0, COLS, NULL));
        EXPECT(whole ? VACT_EINVAL : VACT_OK, run(c, COLS - 1, a, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_EOVERLAP, run(c, COLS + 1, c, COLS, ROWS, COLS, NULL));
        EXPECT(whole ? VACT_OK : VACT_EOVERLAP, run(c, COLS, c, COLS, ROWS, COLS, NULL));
        EXPECT(whole ? VACT_OK : VACT_EOVERLAP, run(c, COLS + 1, c, COLS, 1, COLS, NULL));
    }
    EXPECT(VACT_OK, vact_softmax_masked_f32(NULL, 0, NULL, 0, ROWS, 0, NULL));
    EXPECT(VACT_OK, vact_logsumexp_f32(c, NULL, ROWS, 0));
    cr_expect(c[0] == -INFINITY && c[ROWS - 1] == -INFINITY && test_untouched(c + ROWS, N));
}

Test(family_arguments, axis)
{
    vact_status (*const run[])(float *, const float *, size_t, size_t, size_t) = {vact_softmax_axis_f32,
                                                                                  vact_log_softmax_axis_f32};
    for (size_t f = 0; f < 2; f++) {
        EXPECT(VACT_EINVAL, run[f](c, a, SIZE_MAX / 2, 4, 4));
        EXPECT(VACT_EINVAL, run[f](c, a, 2, SIZE_MAX / 2, 4));
        EXPECT(VACT_OK, run[f](NULL, NULL, 0, 4, SIZE_MAX));
        EXPECT(VACT_EINVAL, run[f](NULL, a, 2, 3, 4));
        EXPECT(VACT_EINVAL, run[f](c, NULL, 2, 3, 4));
        EXPECT(VACT_EOVERLAP, run[f](c, c + 3, 2, 3, 4));
        EXPECT(VACT_OK, run[f](c, c, 2, 3, 4));
        EXPECT(VACT_OK, run[f](c, c + 24, 2, 3, 4));
    }
}

Test(family_arguments, online)
{
    float rescale[ROWS];
    vact_softmax_online_f32 *none = NULL;
    EXPECT(VACT_EINVAL, vact_softmax_online_start_f32(none, 1));
    EXPECT(VACT_OK, vact_softmax_online_start_f32(none, 0));
    EXPECT(VACT_EINVAL, vact_softmax_online_start_f32(state, SIZE_MAX / 8));
    EXPECT(VACT_OK, vact_softmax_online_start_f32(state, ROWS));
    EXPECT(VACT_EINVAL, vact_softmax_online_update_f32(none, rescale, c, COLS, a, COLS, ROWS, COLS, NULL));
    EXPECT(VACT_EINVAL, vact_softmax_online_update_f32(state, NULL, c, COLS, a, COLS, ROWS, COLS, NULL));
    EXPECT(VACT_EOVERLAP, vact_softmax_online_update_f32(state, c + 2, c, COLS, a, COLS, ROWS, COLS, NULL));
    EXPECT(VACT_EOVERLAP,
           vact_softmax_online_update_f32(state, (float *)(void *)state, c, COLS, a, COLS, ROWS, COLS, NULL));
    EXPECT(VACT_OK, vact_softmax_online_update_f32(state, rescale, NULL, 0, NULL, 0, ROWS, 0, NULL));
    EXPECT(VACT_EINVAL, vact_softmax_online_finish_f32(c, c + ROWS, none, ROWS, NULL));
    EXPECT(VACT_EOVERLAP, vact_softmax_online_finish_f32(c, c + 1, state, ROWS, NULL));
    EXPECT(VACT_OK, vact_softmax_online_finish_f32(c, c + ROWS, state, ROWS, NULL));
    cr_expect(c[0] == 0.0f && c[ROWS] == -INFINITY);
    EXPECT(VACT_OK, vact_softmax_online_finish_f32(NULL, c, state, ROWS, NULL));
    EXPECT(VACT_OK, vact_softmax_online_finish_f32(c, NULL, state, ROWS, NULL));
}

Test(family_arguments, gradients)
{
    vact_status (*const run[])(float *, size_t, const float *, size_t, const float *, size_t, size_t, size_t,
                               float) = {vact_softmax_backward_rows_f32, vact_log_softmax_backward_rows_f32};
    for (size_t f = 0; f < 2; f++) {
        EXPECT(VACT_EINVAL, run[f](c, COLS, a, COLS, b, COLS, ROWS, COLS, NAN));
        EXPECT(VACT_EINVAL, run[f](c, COLS, a, COLS, b, COLS - 1, ROWS, COLS, 1.0f));
        EXPECT(VACT_EINVAL, run[f](c, COLS, NULL, COLS, b, COLS, ROWS, COLS, 1.0f));
        EXPECT(VACT_EOVERLAP, run[f](c, COLS, c + 1, COLS, b, COLS, ROWS, COLS, 1.0f));
        EXPECT(VACT_EOVERLAP, run[f](c, COLS, a, COLS, c, COLS + 1, ROWS, COLS, 1.0f));
        EXPECT(VACT_OK, run[f](NULL, COLS, NULL, COLS, NULL, COLS, 0, COLS, 1.0f));
    }
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_rows_f32(c, COLS, a, b, COLS, slopes, ROWS, COLS, INFINITY));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_f32(c, a, b, NULL, ROWS, COLS));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_f32(c, c, b, slopes, ROWS, COLS));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_f32(c, a, b, c, ROWS, COLS));
    EXPECT(VACT_OK, vact_logsumexp_backward_f32(c, a, b, slopes, ROWS, COLS));
}

typedef vact_status masked_backward_fn(float *, size_t, float *, const float *, size_t, const float *, size_t,
                                       const float *, size_t, size_t, size_t, const vact_softmax_options_f32 *);

/* logsumexp's, with the arguments of the others; its dy and y are one a row. */
static vact_status logsumexp_backward(float *dx, size_t dx_stride, float *dsink, const float *dy, size_t dy_stride,
                                      const float *x, size_t x_stride, const float *y, size_t y_stride, size_t rows,
                                      size_t cols, const vact_softmax_options_f32 *options)
{
    (void)dy_stride, (void)x, (void)x_stride;
    return vact_logsumexp_backward_masked_f32(dx, dx_stride, dsink, dy, y, y_stride, slopes, rows, cols, options);
}

Test(family_arguments, masked_gradients)
{
    masked_backward_fn *const run[] = {vact_softmax_backward_masked_f32, vact_log_softmax_backward_masked_f32,
                                       logsumexp_backward};
    static float dsink[ROWS];
    for (size_t f = 0; f < 3; f++) {
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        EXPECT(VACT_OK, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_OK, run[f](c, COLS, NULL, a, COLS, a, COLS, b, COLS, ROWS, COLS, &options));
        EXPECT(VACT_EINVAL, run[f](c, COLS, dsink, a, COLS, a, COLS, b, COLS, ROWS, COLS, &options)); /* no sinks */
        EXPECT(VACT_EINVAL, run[f](NULL, 0, dsink, NULL, 0, NULL, 0, NULL, 0, 0, 0, NULL));
        options.sinks = slopes;
        EXPECT(VACT_OK, run[f](c, COLS, dsink, a, COLS, a, COLS, b, COLS, ROWS, COLS, &options));
        EXPECT(VACT_EOVERLAP, run[f](c, COLS, c, a, COLS, a, COLS, b, COLS, ROWS, COLS, &options));
        EXPECT(f == 2 ? VACT_OK : VACT_EINVAL,
               run[f](c, COLS, dsink, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options)); /* which takes x */
        options.sinks = NULL;
        options.causal_queries = 2;
        EXPECT(VACT_OK, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        options.causal_queries = 0;
        options.bias = a;
        EXPECT(VACT_OK, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        options.bias = NULL;
        options.keep = (const unsigned char *)a;
        EXPECT(VACT_OK, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        options.keep = (const unsigned char *)c;
        EXPECT(VACT_EOVERLAP, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        options.keep = NULL;
        options.scale = NAN;
        EXPECT(VACT_EINVAL, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        options.scale = 1.0f;
        options.size = 8;
        EXPECT(VACT_EINVAL, run[f](c, COLS, NULL, a, COLS, NULL, 0, b, COLS, ROWS, COLS, &options));
        if (f == 2)
            continue;
        EXPECT(VACT_EINVAL, run[f](c, COLS, NULL, a, COLS, b, COLS - 1, b, COLS, ROWS, COLS, NULL));
        EXPECT(VACT_EOVERLAP, run[f](c, COLS, NULL, a, COLS, c + 1, COLS, b, COLS, ROWS, COLS, NULL));
    }
}

Test(family_arguments, prelu)
{
    float dslope[8] = {7.0f, 7.0f};
    slopes[1] = NAN;
    EXPECT(VACT_EINVAL, vact_prelu_backward_f32(c, dslope, a, b, slopes, 2, 2, 3));
    slopes[1] = 0.5f;
    EXPECT(VACT_EINVAL, vact_prelu_backward_f32(c, NULL, a, b, slopes, 2, 2, 3));
    EXPECT(VACT_EINVAL, vact_prelu_backward_f32(c, dslope, a, b, slopes, SIZE_MAX / 2, 2, 3));
    EXPECT(VACT_EOVERLAP, vact_prelu_backward_f32(c, c + 3, a, b, slopes, 2, 2, 3));
    EXPECT(VACT_EOVERLAP, vact_prelu_backward_f32(c, slopes, a, b, slopes, 2, 2, 3));
    EXPECT(VACT_EOVERLAP, vact_prelu_backward_f32(c, dslope, c + 1, b, slopes, 2, 2, 3));
    cr_expect(dslope[0] == 7.0f && dslope[1] == 7.0f);
    EXPECT(VACT_OK, vact_prelu_backward_f32(NULL, dslope, NULL, NULL, slopes, 0, 2, 3));
    cr_expect(dslope[0] == 0.0f && dslope[1] == 0.0f);
    EXPECT(VACT_OK, vact_prelu_backward_f32(c, dslope, a, b, slopes, 2, 2, 3));
}
