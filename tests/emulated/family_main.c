/*
 * The bits of the softmax family and of prelu's gradient, as a plain program for emulators: a digest of every
 * function's results over random rows, which must be the one below for every build and on every architecture. A new
 * digest is a change of bits (VACT_NUMERICS_VERSION). Ends with the totals of every test program.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"

static const uint64_t EXPECTED = 0xa26261045e63c433u;

enum { COLS = 1100, ROWS = 3, N = ROWS * COLS };

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Integer multiples of limit*2^-23, of magnitude up to limit, a power of two. */
static void fill(float *dst, size_t n, float limit)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (float)((int32_t)(next() >> 40) - (1 << 23)) * 0x1p-23f * limit;
}

/* FNV-1a over the bits, with one value for all NaNs. */
static uint64_t digest;

static void add(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = 0x7fc00000u;
        if (!isnan(values[i]))
            memcpy(&bits, &values[i], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            digest = (digest ^ (bits >> shift & 0xffu)) * 0x100000001b3u;
    }
}

static void add_online(const vacti_softmax_family *family, const float *x, size_t rows, size_t cols,
                       const vact_softmax_options_f32 *options)
{
    static float p[N];
    float rescale[ROWS], ends[2 * ROWS];
    vact_softmax_online_f32 states[ROWS];
    vact_softmax_online_start_f32(states, rows);
    for (size_t first = 0; first < cols; first += 100) {
        size_t n = cols - first < 100 ? cols - first : 100;
        family->online(states, rescale, p, n, x + first, cols, rows, n, options);
        add(p, rows * n);
        add(rescale, rows);
    }
    vact_softmax_online_finish_f32(ends, ends + ROWS, states, rows, NULL);
    add(ends, rows);
    add(ends + ROWS, rows);
}

/* Sinks and slopes with a window, a soft cap before and after the mask, lengths with a negative scale; the gradients;
 * exponentials for maxima of the caller's. What is beyond a length stays 0. */
static void add_options(const vacti_softmax_family *family, size_t round, size_t cols, const float *x, const float *dy,
                        const float *bias)
{
    static float y[N], dx[N];
    float dsink[2], lse[ROWS];
    double sums[ROWS];
    const float slopes[2] = {0.5f, 1.5f};
    const int64_t lengths[ROWS] = {(int64_t)cols, (int64_t)cols / 2, 1};
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = round % 4 == 3 ? -0.5f : 0.3f;
    options.bias = round % 4 != 1 ? bias : NULL, options.bias_layout.stride = cols;
    options.sinks = bias + 1, options.heads_layout = (vact_values_layout){2, 1};
    options.softcap = round % 4 == 1 || round % 4 == 2 ? 20.0f : 0.0f;
    options.softcap_order = round % 4 == 2 ? VACT_SOFTCAP_AFTER_MASK : VACT_SOFTCAP_BEFORE_MASK;
    if (round % 4 == 0)
        options.slopes = slopes, options.causal_queries = 2, options.window_before = 9, options.window_after = 3;
    if (round % 4 == 3)
        options.lengths = lengths, options.lengths_layout = (vact_values_layout){ROWS, 1};
    for (int of = VACTI_SOFTMAX; of <= VACTI_LOGSUMEXP; of++) {
        memset(y, 0, sizeof y), memset(dx, 0, sizeof dx);
        if (of == VACTI_LOGSUMEXP)
            family->logsumexp(y, x, cols, ROWS, cols, &options);
        else
            (of == VACTI_SOFTMAX ? family->softmax : family->log_softmax)(y, cols, x, cols, ROWS, cols, &options);
        add(y, ROWS * cols);
        family->masked_backward(&(vacti_masked_gradient){(vacti_softmax_kind)of, dx, dsink, dy, x, y, cols, cols, cols,
                                                         cols, ROWS, cols, &options});
        add(dx, ROWS * cols);
        add(dsink, 2);
    }
    family->softmax_exp(sums, y, cols, x, cols, bias, ROWS, cols, 0.3f);
    add(y, ROWS * cols);
    for (size_t r = 0; r < ROWS; r++)
        lse[r] = (float)sums[r];
    add(lse, ROWS);
}

/* Gradients along an axis, of columns beside each other. */
static void add_axis(const vacti_softmax_family *family, size_t cols, const float *x, const float *dy)
{
    static float y[N], dx[N];
    family->softmax_axis(y, x, 1, cols, ROWS);
    family->softmax_backward_axis(dx, dy, y, 1, cols, ROWS);
    add(dx, ROWS * cols);
    family->log_softmax_axis(y, x, 1, cols, ROWS);
    family->log_softmax_backward_axis(dx, dy, y, 1, cols, ROWS);
    add(dx, ROWS * cols);
    family->logsumexp_axis(y, x, 1, cols, ROWS);
    add(y, ROWS);
    family->logsumexp_backward_axis(dx, dy, x, y, 1, cols, ROWS);
    add(dx, ROWS * cols);
}

static void add_round(const vacti_softmax_family *family, size_t round)
{
    static float x[N], y[N], z[N], dy[N], bias[N], dx[N];
    static unsigned char keep[N];
    static const size_t columns[] = {1, 7, 63, 64, 65, 200, 1100};
    static const float limits[] = {128.0f, 8.0f, 1.0f, 0x1p100f};
    size_t cols = columns[round % 7];
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    fill(x, N, limits[round % 4]);
    fill(dy, N, 1.0f);
    fill(bias, N, 4.0f);
    for (size_t i = 0; i < N; i++) {
        keep[i] = (unsigned char)(next() % 4);
        if (next() % 64 == 0)
            x[i] = round % 3 == 0 ? -INFINITY : next() % 64 == 0 ? NAN : 0.0f;
    }
    options.scale = round % 2 == 0 ? 1.0f : 0.3f;
    options.bias = round % 3 == 1 ? bias : NULL;
    options.keep = round % 5 == 1 ? keep : NULL;
    options.bias_layout.stride = options.keep_layout.stride = cols;
    options.causal_queries = round % 4 == 3 ? 2 : 0;
    options.causal_offset = (ptrdiff_t)cols / 2;
    family->softmax(y, cols, x, cols, ROWS, cols, &options);
    add(y, ROWS * cols);
    family->softmax_backward(dx, cols, dy, cols, y, cols, ROWS, cols, options.scale, NULL);
    add(dx, ROWS * cols);
    family->log_softmax(y, cols, x, cols, ROWS, cols, &options);
    add(y, ROWS * cols);
    family->log_softmax_backward(dx, cols, dy, cols, y, cols, ROWS, cols, options.scale, NULL);
    add(dx, ROWS * cols);
    family->logsumexp(z, x, cols, ROWS, cols, &options);
    add(z, ROWS);
    family->logsumexp_backward(dx, cols, dy, x, cols, z, ROWS, cols, options.scale, NULL);
    add(dx, ROWS * cols);
    family->softmax_axis(y, x, 1, cols, ROWS);
    add(y, ROWS * cols);
    family->log_softmax_axis(y, x, ROWS, cols / 5, 5);
    add(y, ROWS * (cols / 5) * 5);
    add_online(family, x, ROWS, cols, NULL);
    add_options(family, round, cols, x, dy, bias);
    add_axis(family, cols, x, dy);
    family->prelu_backward(dx, z, dy, x, bias, ROWS, 1, cols);
    add(dx, ROWS * cols);
    add(z, 1);
    family->prelu_backward(dx, z, dy, x, bias, cols, ROWS, 1);
    add(dx, ROWS * cols);
    add(z, ROWS);
}

int main(void)
{
    int passed = 0, failed = 0, skipped = 0;
    for (size_t b = 0; b < vacti_build_count; b++) {
        if (!vacti_build_runs(vacti_builds[b])) {
            printf("%s: this CPU lacks it\n", vacti_builds[b]);
            skipped++;
            continue;
        }
        state = 0x9e3779b97f4a7c15u;
        digest = 0xcbf29ce484222325u;
        for (size_t round = 0; round < 56; round++)
            add_round(&vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST)->family, round);
        bool same = digest == EXPECTED;
        printf("%s: %s: digest %016llx, expected %016llx\n", same ? "passed" : "failed", vacti_builds[b],
               (unsigned long long)digest, (unsigned long long)EXPECTED);
        passed += same;
        failed += !same;
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed != 0;
}
