/* What the losses refuse, and that a refusal writes nothing. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "vact/vact.h"

enum { ROWS = 3, COLS = 4, COUNT = ROWS * COLS };

static const size_t limit = PTRDIFF_MAX / sizeof(float);

static float area[256], before[256];
static const int64_t targets[ROWS] = {0, -100, 3};
static const int32_t narrow[ROWS] = {0, -100, 3};

static float *const loss = area, *const dx = area + 32, *const x = area + 64, *const dy = area + 96,
                    *const weights = area + 128;

static void fill(void)
{
    for (int i = 0; i < 256; i++)
        area[i] = (float)(i % 13) * 0.25f;
    memcpy(before, area, sizeof area);
}

static void expect(vact_status got, vact_status want, const char *what)
{
    cr_expect(got == want, "%s: %s", what, vact_status_string(got));
    cr_expect(memcmp(area, before, sizeof area) == 0, "%s: wrote", what);
    fill();
}

static vact_status run(vact_cross_entropy_options_f32 options)
{
    return vact_cross_entropy_forward_backward_i64_f32(loss, dx, dy, x, targets, ROWS, COLS, &options);
}

Test(losses_arguments, options)
{
    static const float bad_weights[] = {NAN, INFINITY, -INFINITY};
    static const float bad_smoothings[] = {NAN, -0.001f, 1.001f, INFINITY};
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32, other;
    fill();
    other = options, other.size = 0;
    expect(run(other), VACT_EINVAL, "no size");
    other = options, other.size = offsetof(vact_cross_entropy_options_f32, inner) - 1;
    expect(run(other), VACT_EINVAL, "a size below the first");
    other = options, other.reduction = (vact_reduction)3;
    expect(run(other), VACT_EINVAL, "no reduction");
    other = options, other.reduction = (vact_reduction)-1;
    expect(run(other), VACT_EINVAL, "no reduction");
    other = options, other.stride = COLS - 1;
    expect(run(other), VACT_EINVAL, "a short stride");
    other = options, other.dx_stride = COLS - 1;
    expect(run(other), VACT_EINVAL, "a short stride of dx");
    other = options, other.stride = limit;
    expect(run(other), VACT_EINVAL, "an impossible stride");
    for (int i = 0; i < 4; i++) {
        other = options, other.label_smoothing = bad_smoothings[i];
        expect(run(other), VACT_EINVAL, "smoothing");
        other = options, other.class_weights = weights;
        weights[COLS - 1] = before[128 + COLS - 1] = bad_weights[i % 3];
        expect(run(other), VACT_EINVAL, "a weight");
    }
    fill();
    for (int i = 0; i < 4; i++) {
        static const float bad_z[] = {NAN, -0.001f, INFINITY, -INFINITY};
        other = options, other.z_loss = bad_z[i];
        expect(run(other), VACT_EINVAL, "a z-loss");
    }
    other = options, other.nll = 1, other.z_loss = 0.5f;
    expect(run(other), VACT_EINVAL, "a z-loss of log-probabilities");
    other.z_loss = 0.0f, other.log_probabilities = area + 160;
    expect(run(other), VACT_EINVAL, "log-probabilities of log-probabilities");
}

/* Rows in blocks, matrices besides the logits: their sizes and overlaps. */
Test(losses_arguments, matrices)
{
    float *const free_area = area + 160;
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32, other;
    fill();
    other = options, other.inner = 2;
    expect(run(other), VACT_EINVAL, "rows that are no multiple");
    other.inner = ROWS, other.stride = COUNT - 1;
    expect(run(other), VACT_EINVAL, "a short stride of blocks");
    other = options, other.inner = ROWS, other.dx_stride = COUNT - 1;
    expect(run(other), VACT_EINVAL, "a short stride of blocks of dx");
    other = options, other.inner = limit;
    expect(vact_cross_entropy_i64_f32(loss, x, targets, limit, limit, &other), VACT_EINVAL, "a size beyond size_t");
    other = options, other.probabilities = free_area, other.probabilities_stride = COLS - 1;
    expect(run(other), VACT_EINVAL, "a short stride of probabilities");
    other = options, other.log_probabilities = free_area, other.log_probabilities_stride = COLS - 1;
    expect(run(other), VACT_EINVAL, "a short stride of log-probabilities");
    other = options, other.reduction = VACT_REDUCTION_NONE;
    const struct {
        const float *probabilities;
        float *log_probabilities;
        const char *what;
    } cases[] = {{loss, NULL, "probabilities on the loss"},
                 {dx + COUNT - 1, NULL, "probabilities on dx"},
                 {free_area, free_area + 1, "log-probabilities on probabilities"},
                 {NULL, x, "log-probabilities on logits"},
                 {NULL, dx, "log-probabilities on dx"},
                 {NULL, dy + ROWS - 1, "log-probabilities on dy"},
                 {NULL, loss + ROWS - 1, "log-probabilities on the loss"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        other.probabilities = cases[i].probabilities, other.log_probabilities = cases[i].log_probabilities;
        expect(run(other), VACT_EOVERLAP, cases[i].what);
    }
    other.probabilities = free_area, other.log_probabilities = NULL;
    cr_expect(vact_cross_entropy_i32_f32(loss, x, NULL, ROWS, COLS, &other) == VACT_OK,
              "probabilities need no targets");
}

Test(losses_arguments, targets)
{
    static const int64_t bad[] = {-1, COLS, -101, INT64_MIN, INT64_MAX, (int64_t)1 << 32};
    fill();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (int row = 0; row < ROWS; row++) {
            int64_t wide[ROWS] = {0, 1, 2};
            int32_t small[ROWS] = {0, 1, 2};
            wide[row] = bad[i], small[row] = (int32_t)(i < 3 ? bad[i] : i == 3 ? INT32_MIN : INT32_MAX);
            vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
            for (int reduction = 0; reduction < 3; reduction++) {
                options.reduction = (vact_reduction)reduction;
                expect(vact_cross_entropy_i64_f32(loss, x, wide, ROWS, COLS, &options), VACT_EINVAL, "i64");
                expect(vact_cross_entropy_backward_i64_f32(dx, dy, x, wide, ROWS, COLS, &options), VACT_EINVAL, "i64");
                expect(vact_cross_entropy_forward_backward_i64_f32(loss, dx, dy, x, wide, ROWS, COLS, &options),
                       VACT_EINVAL, "i64");
                expect(vact_cross_entropy_i32_f32(loss, x, small, ROWS, COLS, &options), VACT_EINVAL, "i32");
                expect(vact_cross_entropy_backward_i32_f32(dx, dy, x, small, ROWS, COLS, &options), VACT_EINVAL, "i32");
                expect(vact_cross_entropy_forward_backward_i32_f32(loss, dx, dy, x, small, ROWS, COLS, &options),
                       VACT_EINVAL, "i32");
            }
            options.ignore_index = bad[i];
            cr_expect(vact_cross_entropy_i64_f32(loss, x, wide, ROWS, COLS, &options) == VACT_OK, "ignored");
            fill();
        }
    const int64_t above = 0;
    expect(vact_cross_entropy_i64_f32(loss, NULL, &above, 1, 0, NULL), VACT_EINVAL, "a target among no classes");
}

Test(losses_arguments, sizes_and_null)
{
    static const size_t impossible[][2] = {{limit + 1, 1}, {1, limit + 1}, {limit / 2 + 1, 2}, {SIZE_MAX, SIZE_MAX}};
    fill();
    for (int i = 0; i < 4; i++) {
        size_t rows = impossible[i][0], cols = impossible[i][1];
        expect(vact_cross_entropy_i64_f32(loss, x, targets, rows, cols, NULL), VACT_EINVAL, "an impossible size");
        expect(vact_cross_entropy_backward_i32_f32(dx, dy, x, narrow, rows, cols, NULL), VACT_EINVAL, "size");
    }
    /* No row has columns, but the weights of all classes would be read. */
    vact_cross_entropy_options_f32 weighted = VACT_CROSS_ENTROPY_OPTIONS_F32;
    weighted.class_weights = weights;
    expect(vact_cross_entropy_i32_f32(loss, x, narrow, 0, SIZE_MAX, &weighted), VACT_EINVAL, "impossible weights");
    expect(vact_cross_entropy_i64_f32(NULL, x, targets, ROWS, COLS, NULL), VACT_EINVAL, "null loss");
    expect(vact_cross_entropy_i64_f32(NULL, x, targets, 0, COLS, NULL), VACT_EINVAL, "null mean of nothing");
    expect(vact_cross_entropy_i64_f32(loss, NULL, targets, ROWS, COLS, NULL), VACT_EINVAL, "null logits");
    expect(vact_cross_entropy_i64_f32(loss, x, NULL, ROWS, COLS, NULL), VACT_EINVAL, "null targets");
    expect(vact_cross_entropy_backward_i64_f32(NULL, dy, x, targets, ROWS, COLS, NULL), VACT_EINVAL, "null dx");
    expect(vact_cross_entropy_forward_backward_i64_f32(loss, NULL, dy, x, targets, ROWS, COLS, NULL), VACT_EINVAL,
           "null dx");
    expect(vact_cross_entropy_backward_i32_f32(NULL, NULL, NULL, NULL, 0, COLS, NULL), VACT_OK, "no rows");
    expect(vact_bce_with_logits_f32(loss, x, dy, limit + 1, NULL), VACT_EINVAL, "an impossible size");
    expect(vact_bce_with_logits_f32(NULL, x, dy, COUNT, NULL), VACT_EINVAL, "null loss");
    expect(vact_bce_with_logits_f32(loss, NULL, dy, COUNT, NULL), VACT_EINVAL, "null x");
    expect(vact_bce_with_logits_f32(loss, x, NULL, COUNT, NULL), VACT_EINVAL, "null targets");
    expect(vact_bce_with_logits_backward_f32(NULL, dy, x, dy, COUNT, NULL), VACT_EINVAL, "null dx");
    expect(vact_bce_with_logits_backward_f32(NULL, NULL, NULL, NULL, 0, NULL), VACT_OK, "nothing");
}

Test(losses_arguments, overlap)
{
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.reduction = VACT_REDUCTION_NONE;
    options.class_weights = weights;
    static int64_t shared[ROWS];
    fill();
    const struct {
        float *loss, *dx;
        const char *what;
    } cases[] = {{x, dx, "loss on logits"},       {x + COUNT - 1, dx, "loss on the last logit"},
                 {dy, dx, "loss on dy"},          {weights + COLS - 1, dx, "loss on weights"},
                 {dx, dx, "loss on dx"},          {dx + COUNT - 1, dx, "loss on dx"},
                 {loss, x + 1, "dx partly on x"}, {loss, x - COUNT + 1, "dx partly on x"},
                 {loss, dy, "dx on dy"},          {loss, weights, "dx on weights"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(vact_cross_entropy_forward_backward_i64_f32(cases[i].loss, cases[i].dx, dy, x, targets, ROWS, COLS,
                                                           &options),
               VACT_EOVERLAP, cases[i].what);
    expect(vact_cross_entropy_i64_f32((float *)(void *)shared, x, shared, ROWS, COLS, &options), VACT_EOVERLAP,
           "loss on targets");
    options.stride = COLS + 1;
    expect(vact_cross_entropy_backward_i64_f32(x, dy, x, targets, ROWS, COLS, &options), VACT_EOVERLAP,
           "in place at other strides");
    vact_bce_with_logits_options_f32 bce = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
    bce.reduction = VACT_REDUCTION_NONE, bce.weight = weights, bce.weight_count = COLS;
    expect(vact_bce_with_logits_f32(x + 1, x, dy, COUNT, &bce), VACT_EOVERLAP, "bce: loss partly on x");
    expect(vact_bce_with_logits_f32(weights, x, dy, COUNT, &bce), VACT_EOVERLAP, "bce: loss on weights");
    expect(vact_bce_with_logits_backward_f32(dx, dx + 1, x, dy, COUNT, &bce), VACT_EOVERLAP, "bce: dx partly on dy");
    expect(vact_bce_with_logits_forward_backward_f32(dx, dx, NULL, x, dy, COUNT, &bce), VACT_EOVERLAP,
           "bce: loss is dx");
    bce.reduction = VACT_REDUCTION_MEAN;
    expect(vact_bce_with_logits_f32(x, x, dy, COUNT, &bce), VACT_EOVERLAP, "bce: the mean on x");
    expect(vact_bce_with_logits_backward_f32(dx, dx + 2, x, dy, COUNT, &bce), VACT_EOVERLAP, "bce: dx on one dy");
}

Test(losses_arguments, bce_options)
{
    vact_bce_with_logits_options_f32 options = VACT_BCE_WITH_LOGITS_OPTIONS_F32, other;
    fill();
    other = options, other.size--;
    expect(vact_bce_with_logits_f32(loss, x, dy, COUNT, &other), VACT_EINVAL, "a size below the first");
    other = options, other.reduction = (vact_reduction)7;
    expect(vact_bce_with_logits_f32(loss, x, dy, COUNT, &other), VACT_EINVAL, "no reduction");
    other = options, other.pos_weight = weights;
    expect(vact_bce_with_logits_f32(loss, x, dy, COUNT, &other), VACT_EINVAL, "weights of no count");
    other.pos_weight_count = 5;
    expect(vact_bce_with_logits_f32(loss, x, dy, COUNT, &other), VACT_EINVAL, "a count that does not divide n");
    other = options, other.weight = weights, other.weight_count = 2 * COUNT;
    expect(vact_bce_with_logits_f32(loss, x, dy, COUNT, &other), VACT_EINVAL, "more weights than elements");
}
