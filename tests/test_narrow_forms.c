/*
 * The forms of the softmax family and of the losses on 16-bit elements beside those of plain rows: along an axis, the
 * gradients with options, cross-entropy with all options, packed gates, long rows. Each is the function on float,
 * which has tests against long doubles, rounded once: bit for bit. Axes against long doubles, too. Arguments.
 */
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"
#include "registry.h"

enum { MOST = 6000, TYPES = 2, LONG = 131072 };

static const vact_type types[TYPES] = {VACT_BF16, VACT_F16};

static uint16_t x16[MOST], dy16[MOST], y16[MOST], got[MOST + 1], second[MOST + 1];
static float x[MOST], dy[MOST], y[MOST], want[MOST], other[MOST], biases[MOST];
static unsigned char keeps[MOST];

static void widen(float *to, const uint16_t *from, size_t n, vact_type type)
{
    for (size_t i = 0; i < n; i++)
        to[i] = vacti_narrow_widen(from[i], type);
}

/* kind: near one another, far apart, around a large number, with a NaN and infinities. */
static void fill(uint16_t *to, size_t n, int kind, vact_type type, test_random *random)
{
    narrow_fill_normal(to, n, kind == 0 ? 2.0 : kind == 1 ? 40.0 : 3.0, type, random);
    for (size_t i = 0; i < n && kind == 2; i++)
        to[i] = vacti_narrow_nearest((double)vacti_narrow_widen(to[i], type) * 8.0 + 700.0, type);
    if (kind == 3) {
        to[test_random_below(random, n)] = narrow_rounded(NAN, type);
        to[test_random_below(random, n)] = narrow_rounded(INFINITY, type);
        to[test_random_below(random, n)] = narrow_rounded(-INFINITY, type);
    }
}

/* How many elements are not the floats rounded once. */
static size_t differing(const uint16_t *elements, const float *floats, size_t n, vact_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !narrow_same(elements[i], narrow_rounded(floats[i], type), type);
    return count;
}

static size_t differing_floats(const float *a, const float *b, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !test_same(a[i], b[i]);
    return count;
}

/* ------------------------------------------------------------------------------------------------------ axes */

static const size_t shapes[][3] = {{2, 5, 7}, {1, 70, 3}, {3, 1, 4}, {2, 33, 16}, {1, 1100, 2}, {2, 3, 1}, {1, 9, 40}};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

ParameterizedTestParameters(narrow_forms, axes) { return losses_builds(); }

ParameterizedTest(int *build, narrow_forms, axes)
{
    const vacti_table *table = narrow_begin(*build);
    test_random random = {3};
    for (size_t t = 0; t < TYPES; t++)
        for (size_t s = 0; s < SHAPES; s++)
            for (int kind = 0; kind < 4; kind++) {
                const vact_type type = types[t];
                const size_t outer = shapes[s][0], axis = shapes[s][1], inner = shapes[s][2];
                const size_t n = outer * axis * inner, columns = outer * inner;
                fill(x16, n, kind, type, &random);
                fill(dy16, n, 0, type, &random);
                widen(x, x16, n, type);
                widen(dy, dy16, n, type);
                for (int log = 0; log < 2; log++) {
                    got[n] = 0x5a5a;
                    cr_assert((log ? vact_log_softmax_axis_f32 : vact_softmax_axis_f32)(want, x, outer, axis, inner) ==
                              VACT_OK);
                    cr_assert((log ? vact_log_softmax_axis : vact_softmax_axis)(got, x16, type, outer, axis, inner) ==
                              VACT_OK);
                    cr_assert(differing(got, want, n, type) == 0, "%s, %s, %d, shape %zu, kind %d", table->build,
                              narrow_name(type), log, s, kind);
                    memcpy(second, x16, n * sizeof *second);
                    cr_assert((log ? vact_log_softmax_axis : vact_softmax_axis)(second, second, type, outer, axis,
                                                                                inner) == VACT_OK);
                    cr_assert(differing(second, want, n, type) == 0, "in place, shape %zu, kind %d", s, kind);
                    widen(y, got, n, type);
                    cr_assert((log ? vact_log_softmax_backward_axis_f32
                                   : vact_softmax_backward_axis_f32)(want, dy, y, outer, axis, inner) == VACT_OK);
                    cr_assert((log ? vact_log_softmax_backward_axis : vact_softmax_backward_axis)(
                                  second, dy16, got, type, outer, axis, inner) == VACT_OK);
                    cr_assert(differing(second, want, n, type) == 0, "gradient, %d, shape %zu, kind %d", log, s, kind);
                    cr_assert(got[n] == 0x5a5a);
                }
                cr_assert(vact_logsumexp_axis_f32(want, x, outer, axis, inner) == VACT_OK);
                cr_assert(vact_logsumexp_axis(other, x16, type, outer, axis, inner) == VACT_OK);
                cr_assert(differing_floats(want, other, columns) == 0, "shape %zu, kind %d", s, kind);
                memcpy(y, want, columns * sizeof *y);
                cr_assert(vact_logsumexp_backward_axis_f32(want, dy, x, y, outer, axis, inner) == VACT_OK);
                cr_assert(vact_logsumexp_backward_axis(got, dy, x16, y, type, outer, axis, inner) == VACT_OK);
                cr_assert(differing(got, want, n, type) == 0, "shape %zu, kind %d", s, kind);
            }
}

/* Against long doubles; and one more rounding on the way breaks the bound. */
Test(narrow_forms, axes_are_right)
{
    const size_t axis = 37, inner = 9, n = axis * inner;
    test_random random = {4};
    for (size_t t = 0; t < TYPES; t++)
        for (int log = 0; log < 2; log++) {
            const vact_type type = types[t];
            double most = 0.0, control = 0.0;
            fill(x16, n, 0, type, &random);
            cr_assert((log ? vact_log_softmax_axis : vact_softmax_axis)(got, x16, type, 1, axis, inner) == VACT_OK);
            for (size_t i = 0; i < inner; i++) {
                long double sum = 0.0L;
                for (size_t a = 0; a < axis; a++)
                    sum += expl((long double)vacti_narrow_widen(x16[a * inner + i], type));
                for (size_t a = 0; a < axis; a++) {
                    const long double z = (long double)vacti_narrow_widen(x16[a * inner + i], type);
                    const double exact = (double)(log ? z - logl(sum) : expl(z) / sum);
                    most = fmax(most, vacti_narrow_error(got[a * inner + i], exact, type));
                    control = fmax(control, narrow_error_of_two_roundings(exact, type));
                }
            }
            cr_expect(most <= 0.5 + 0x1p-10 && control > 0.5 + 0x1p-10, "%s, %d: %.6f, control %.6f", narrow_name(type),
                      log, most, control);
        }
}

/* ------------------------------------------------------------------------------------------ rows with options */

enum { ROWS = 6 };

static const vact_softmax_options_f32 *options_of(vact_softmax_options_f32 *o, int round, size_t cols,
                                                  test_random *random)
{
    static float slopes[2], sinks[2];
    static int64_t valid[ROWS];
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    o->scale = round % 3 ? 0.5f : 1.0f;
    for (size_t i = 0; i < ROWS * cols; i++) {
        biases[i] = test_random_below(random, 9) ? (float)test_random_normal(random) : -INFINITY;
        keeps[i] = test_random_below(random, 5) != 0;
    }
    for (size_t r = 0; r < ROWS; r++)
        valid[r] = (int64_t)test_random_below(random, cols + 2);
    for (int h = 0; h < 2; h++) {
        slopes[h] = h ? -0.5f : 1.7f;
        sinks[h] = h ? 3.0f : -2.0f;
    }
    o->heads_layout = (vact_values_layout){2, 2};
    if (round & 1) {
        o->bias = biases;
        o->bias_layout.stride = cols;
        o->slopes = slopes;
    }
    if (round & 2) {
        o->keep = keeps;
        o->keep_layout.stride = cols;
    }
    if (round & 4)
        o->sinks = sinks;
    if (round & 8) {
        o->causal_queries = 3;
        o->causal_offset = (ptrdiff_t)(cols / 2);
        o->lengths = valid;
        o->lengths_layout = (vact_values_layout){ROWS, 1};
    }
    if (round & 16)
        o->softcap = 20.0f;
    return o;
}

typedef enum { SOFTMAX, LOG_SOFTMAX, LOGSUMEXP } which;

/* The outputs y are those of float: for logsumexp they stay floats. */
static void check_gradient(which of, const vact_softmax_options_f32 *o, vact_type type, size_t cols, int round)
{
    float dsinks[2] = {1.0f, 2.0f}, wanted[2] = {1.0f, 2.0f};
    float *const dsink = o->sinks ? dsinks : NULL, *const wants = o->sinks ? wanted : NULL;
    const size_t n = ROWS * cols;
    memset(got, 0x5a, sizeof got);
    for (size_t i = 0; i < n; i++)
        want[i] = vacti_narrow_widen(0x5a5a, type);
    if (of == LOGSUMEXP) {
        cr_assert(vact_logsumexp_masked_f32(y, x, cols, ROWS, cols, o) == VACT_OK);
        cr_assert(vact_logsumexp_backward_masked_f32(want, cols, wants, dy, x, cols, y, ROWS, cols, o) == VACT_OK);
        cr_assert(vact_logsumexp_backward_masked(got, cols, dsink, dy, x16, cols, y, type, ROWS, cols, o) == VACT_OK);
    } else {
        memset(y16, 0, sizeof y16);
        cr_assert((of == SOFTMAX ? vact_softmax : vact_log_softmax)(y16, type, cols, x16, type, cols, ROWS, cols, o) ==
                  VACT_OK);
        widen(y, y16, n, type);
        cr_assert((of == SOFTMAX ? vact_softmax_backward_masked_f32 : vact_log_softmax_backward_masked_f32)(
                      want, cols, wants, dy, cols, x, cols, y, cols, ROWS, cols, o) == VACT_OK);
        cr_assert((of == SOFTMAX ? vact_softmax_backward_masked : vact_log_softmax_backward_masked)(
                      got, cols, dsink, dy16, cols, x16, cols, y16, cols, type, ROWS, cols, o) == VACT_OK);
    }
    cr_expect(differing(got, want, n, type) == 0, "%s, %d, %zu columns, options %d: %zu", narrow_name(type), of, cols,
              round, differing(got, want, n, type));
    cr_expect(test_same(dsinks[0], wanted[0]) && test_same(dsinks[1], wanted[1]), "%d, %zu columns, options %d", of,
              cols, round);
}

ParameterizedTestParameters(narrow_forms, gradients_with_options) { return losses_builds(); }

ParameterizedTest(int *build, narrow_forms, gradients_with_options)
{
    static const size_t lengths[] = {1, 7, 64, 100, 900};
    narrow_begin(*build);
    test_random random = {5};
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
            for (int round = 0; round < 32; round++) {
                vact_softmax_options_f32 o;
                const size_t cols = lengths[k];
                fill(x16, ROWS * cols, round % 3, types[t], &random);
                fill(dy16, ROWS * cols, 0, types[t], &random);
                widen(x, x16, ROWS * cols, types[t]);
                widen(dy, dy16, ROWS * cols, types[t]);
                options_of(&o, round, cols, &random);
                for (int of = 0; of < 3; of++)
                    check_gradient((which)of, &o, types[t], cols, round);
            }
}

/* -------------------------------------------------------------------------------------------- cross-entropy */

typedef struct {
    int64_t targets[128];
    float weights[MOST];
} classes;

/* Of a call: the options on float and on elements. */
static void check_cross(vact_cross_entropy_options_f32 o, vact_type type, size_t rows, size_t cols, int round)
{
    static classes given;
    static uint16_t log_probabilities[MOST + 1], probabilities[MOST];
    static float wide_log[MOST], wide_probabilities[MOST];
    static float losses[128], wanted[128];
    test_random random = {(uint64_t)round + 1};
    const size_t n = rows * cols, count = o.reduction == VACT_REDUCTION_NONE ? rows : 1;
    for (size_t r = 0; r < rows; r++)
        given.targets[r] = r % 5 == 3 ? -100 : (int64_t)test_random_below(&random, cols);
    for (size_t c = 0; c < cols; c++)
        given.weights[c] = (float)(0.5 + test_random_unit(&random));
    for (size_t i = 0; i < n; i++) {
        const double u = test_random_unit(&random);
        probabilities[i] = vacti_narrow_nearest(u / (double)cols, type);
        if (o.nll)
            x16[i] = vacti_narrow_nearest(-8.0 * u, type);
    }
    widen(wide_probabilities, probabilities, n, type);
    widen(x, x16, n, type);
    o.class_weights = round / 2 % 2 ? given.weights : NULL;
    const bool shares = o.probabilities != NULL, logs = o.log_probabilities != NULL;
    o.probabilities = shares ? wide_probabilities : NULL;
    o.log_probabilities = logs ? wide_log : NULL;
    cr_assert(vact_cross_entropy_forward_backward_i64_f32(wanted, want, dy, x, given.targets, rows, cols, &o) ==
              VACT_OK);
    o.probabilities = shares ? (const float *)(const void *)probabilities : NULL;
    o.log_probabilities = logs ? (float *)(void *)log_probabilities : NULL;
    log_probabilities[n] = got[n] = 0x5a5a;
    memcpy(got, x16, n * sizeof *got); /* in place */
    cr_assert(vact_cross_entropy_forward_backward_i64(losses, got, dy, got, type, given.targets, rows, cols, &o) ==
              VACT_OK);
    cr_expect(differing_floats(losses, wanted, count) == 0, "losses, round %d, %zu of %zu", round, rows, cols);
    cr_expect(differing(got, want, n, type) == 0, "%s, dx, round %d, %zu of %zu: %zu", narrow_name(type), round, rows,
              cols, differing(got, want, n, type));
    cr_expect(!logs || differing(log_probabilities, wide_log, n, type) == 0, "log-probabilities, round %d", round);
    cr_expect(got[n] == 0x5a5a && log_probabilities[n] == 0x5a5a);
    cr_assert(vact_cross_entropy_i64(losses, x16, type, given.targets, rows, cols, &o) == VACT_OK);
    cr_expect(differing_floats(losses, wanted, count) == 0, "losses alone, round %d", round);
}

ParameterizedTestParameters(narrow_forms, cross_entropy) { return losses_builds(); }

ParameterizedTest(int *build, narrow_forms, cross_entropy)
{
    static const size_t sizes[][2] = {{20, 7}, {8, 65}, {40, 33}, {2, 2100}};
    narrow_begin(*build);
    test_random random = {6};
    float some[1];
    for (size_t t = 0; t < TYPES; t++)
        for (size_t s = 0; s < 4; s++)
            for (int round = 0; round < 64; round++) {
                vact_cross_entropy_options_f32 o = VACT_CROSS_ENTROPY_OPTIONS_F32;
                const size_t rows = sizes[s][0];
                o.reduction = (vact_reduction)(round % 3);
                o.inner = round & 4 ? rows / 2 : 1;
                o.label_smoothing = round & 8 ? 0.1f : 0.0f;
                o.probabilities = round & 16 ? some : NULL;
                o.nll = round >= 48;
                o.z_loss = !o.nll && round % 5 == 0 ? 0.01f : 0.0f;
                o.log_probabilities = !o.nll && round & 1 ? some : NULL;
                fill(x16, rows * sizes[s][1], round % 3, types[t], &random);
                for (size_t r = 0; r < rows; r++)
                    dy[r] = (float)(0.5 + test_random_unit(&random));
                check_cross(o, types[t], rows, sizes[s][1], round);
            }
}

/* -------------------------------------------------------------------------------------------- packed gates */

ParameterizedTestParameters(narrow_forms, packed_gates) { return losses_builds(); }

ParameterizedTest(int *build, narrow_forms, packed_gates)
{
    enum { HEIGHT = 3, WIDTH = 301, STRIDE = 2 * WIDTH + 5 };
    narrow_begin(*build);
    test_random random = {7};
    for (size_t k = 0; k < vacti_registry_count; k++)
        for (int layout = 0; vacti_registry[k].kind == VACT_KIND_GATE && layout < 4; layout++)
            for (size_t t = 0; t < TYPES; t++) {
                const vact_op op = vacti_registry[k].op;
                fill(x16, HEIGHT * STRIDE, 0, types[t], &random);
                fill(dy16, HEIGHT * WIDTH, 0, types[t], &random);
                widen(x, x16, HEIGHT * STRIDE, types[t]);
                widen(dy, dy16, HEIGHT * WIDTH, types[t]);
                memcpy(want, x, sizeof want);
                memcpy(got, x16, sizeof x16);
                cr_assert(vact_gate_backward_packed_f32(op, NULL, (vact_gate_layout)layout, want, STRIDE, dy, WIDTH, x,
                                                        STRIDE, HEIGHT, WIDTH) == VACT_OK);
                cr_assert(vact_gate_backward_packed(op, NULL, (vact_gate_layout)layout, got, STRIDE, dy16, WIDTH, got,
                                                    STRIDE, types[t], HEIGHT, WIDTH) == VACT_OK);
                cr_expect(differing(got, want, (size_t)HEIGHT * STRIDE, types[t]) == 0, "%s, layout %d, %s: %zu",
                          vacti_registry[k].name, layout, narrow_name(types[t]),
                          differing(got, want, (size_t)HEIGHT * STRIDE, types[t]));
            }
}

/* -------------------------------------------------------------------------------------------------- long rows */

ParameterizedTestParameters(narrow_forms, long_rows) { return losses_builds(); }

ParameterizedTest(int *build, narrow_forms, long_rows)
{
    static uint16_t logits[LONG], results[LONG];
    static float wide[LONG], floats[LONG];
    narrow_begin(*build);
    test_random random = {8};
    const int64_t target = 77;
    for (size_t t = 0; t < TYPES; t++)
        for (int kind = 0; kind < 3; kind++) {
            const vact_type type = types[t];
            float one, alone;
            fill(logits, LONG, kind, type, &random);
            widen(wide, logits, LONG, type);
            cr_assert(vact_softmax_f32(floats, wide, 1, LONG) == VACT_OK);
            cr_assert(vact_softmax(results, type, LONG, logits, type, LONG, 1, LONG, NULL) == VACT_OK);
            cr_expect(differing(results, floats, LONG, type) == 0, "softmax, kind %d", kind);
            results[3]++;
            cr_expect(differing(results, floats, LONG, type) == 1, "the comparison sees one bit");
            cr_assert(vact_log_softmax_f32(floats, wide, 1, LONG) == VACT_OK);
            cr_assert(vact_log_softmax(results, type, LONG, logits, type, LONG, 1, LONG, NULL) == VACT_OK);
            cr_expect(differing(results, floats, LONG, type) == 0, "log_softmax, kind %d", kind);
            cr_assert(vact_logsumexp_f32(&one, wide, 1, LONG) == VACT_OK);
            cr_assert(vact_logsumexp(&alone, logits, type, LONG, 1, LONG, NULL) == VACT_OK);
            cr_expect(one == alone, "logsumexp, kind %d", kind);
            cr_assert(vact_cross_entropy_forward_backward_i64_f32(&one, floats, NULL, wide, &target, 1, LONG, NULL) ==
                      VACT_OK);
            cr_assert(vact_cross_entropy_forward_backward_i64(&alone, results, NULL, logits, type, &target, 1, LONG,
                                                              NULL) == VACT_OK);
            cr_expect(one == alone && differing(results, floats, LONG, type) == 0, "cross-entropy, kind %d", kind);
        }
}

/* -------------------------------------------------------------------------------------------------- arguments */

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_forms, arguments)
{
    const vact_type t = VACT_F16, none = (vact_type)4;
    const vact_softmax_options_f32 o = VACT_SOFTMAX_OPTIONS_F32;
    const size_t large = SIZE_MAX / 2;
    memset(got, 0x11, sizeof got);
    EXPECT(VACT_EINVAL, vact_softmax_axis(got, x16, none, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_softmax_axis(got, x16, t, large, 3, 4));
    EXPECT(VACT_EINVAL, vact_log_softmax_axis(NULL, x16, t, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_log_softmax_axis(got, got + 1, t, 2, 3, 4));
    EXPECT(VACT_OK, vact_softmax_axis(NULL, NULL, t, 2, 0, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_axis(want, x16, none, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_axis(NULL, x16, t, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_axis((float *)got, got, t, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_softmax_backward_axis(got, dy16, y16, none, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_softmax_backward_axis(got, NULL, y16, t, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_log_softmax_backward_axis(got, got + 1, y16, t, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis(got, NULL, x16, y, t, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_axis(got, (const float *)got, x16, y, t, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward(got, 4, dy, x16, 4, y, none, 2, 4, 1.0f));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward(got, 4, dy, x16, 4, y, t, 2, 4, INFINITY));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward(got, 3, dy, x16, 4, y, t, 2, 4, 1.0f));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward(got, 4, dy, got + 1, 4, y, t, 2, 4, 1.0f));
    EXPECT(VACT_EINVAL, vact_softmax_backward_masked(got, 4, want, dy16, 4, NULL, 0, y16, 4, t, 2, 4, &o));
    EXPECT(VACT_EINVAL, vact_softmax_backward_masked(got, 4, NULL, dy16, 4, NULL, 0, y16, 4, none, 2, 4, &o));
    EXPECT(VACT_EOVERLAP, vact_log_softmax_backward_masked(got, 4, NULL, got + 1, 4, NULL, 0, y16, 4, t, 2, 4, &o));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_masked(got, 4, NULL, NULL, x16, 4, y, t, 2, 4, &o));
    EXPECT(VACT_EINVAL,
           vact_gate_backward_packed(VACT_OP_GLU, NULL, VACT_GATE_FIRST, got, 8, dy16, 4, x16, 8, none, 2, 4));
    EXPECT(VACT_EINVAL,
           vact_gate_backward_packed(VACT_OP_GELU, NULL, VACT_GATE_FIRST, got, 8, dy16, 4, x16, 8, t, 2, 4));
    EXPECT(VACT_EINVAL,
           vact_gate_backward_packed(VACT_OP_GLU, NULL, VACT_GATE_FIRST, got, 7, dy16, 4, x16, 8, t, 2, 4));
    EXPECT(VACT_EINVAL,
           vact_gate_backward_packed(VACT_OP_GLU, NULL, VACT_GATE_FIRST, got, 8, NULL, 4, x16, 8, t, 2, 4));
    EXPECT(VACT_EOVERLAP,
           vact_gate_backward_packed(VACT_OP_GLU, NULL, VACT_GATE_FIRST, got, 8, got, 4, x16, 8, t, 2, 4));
    for (size_t i = 0; i <= MOST; i++)
        cr_assert(got[i] == 0x1111, "an error wrote");
}
