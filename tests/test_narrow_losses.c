/* The losses of 16-bit logits against long doubles: every reduction, weights, smoothing, z-loss; arguments. */
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"
#include "reference/reference.h"

enum { ROWS = 5, MOST = 2100, N = ROWS * MOST, TYPES = 2 };

static const vact_type types[TYPES] = {VACT_BF16, VACT_F16};
static const size_t lengths[] = {1, 2, 10, 191, 192, 193, 512, 1000, 1025, 2100};

enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

static uint16_t logits[N], dx[N + 1], answers[N];
static float weights[N], dy[N], loss[N], positive[N];
static int64_t targets[ROWS];
static int32_t narrow_targets[ROWS];

static void fill(vact_type type, size_t cols, uint64_t seed)
{
    test_random random = {seed};
    narrow_fill_normal(logits, N, seed % 2 ? 2.0 : 12.0, type, &random);
    for (size_t i = 0; i < N; i++) {
        const size_t answer = test_random_below(&random, 3);
        answers[i] = vacti_narrow_nearest(answer < 2 ? (double)answer : test_random_unit(&random), type);
        weights[i] = (float)(0.5 + test_random_unit(&random));
        positive[i] = (float)(0.5 + test_random_unit(&random));
        dy[i] = (float)(0.5 + test_random_unit(&random));
    }
    for (size_t r = 0; r < ROWS; r++)
        narrow_targets[r] = (int32_t)(targets[r] = r == 2 ? -100 : (int64_t)test_random_below(&random, cols));
}

/* ------------------------------------------------------------------------------------------ cross-entropy */

/* What a row should be; magnitudes are of the terms of the loss and of dx. */
typedef struct {
    long double loss, magnitude, slopes[MOST], sizes[MOST];
} wanted;

static void exact_row(wanted *w, const vact_cross_entropy_options_f32 *o, size_t r, size_t cols, vact_type type)
{
    long double max = -(long double)INFINITY, rest = 0.0L, of_weights = 0.0L;
    const size_t t = (size_t)targets[r];
    size_t where = 0;
    memset(w, 0, sizeof *w);
    if (targets[r] == o->ignore_index)
        return;
    for (size_t c = 0; c < cols; c++) {
        const long double x = (long double)vacti_narrow_widen(logits[r * cols + c], type);
        if (x > max)
            max = x, where = c;
        of_weights += o->class_weights ? (long double)o->class_weights[c] : 1.0L;
    }
    for (size_t c = 0; c < cols; c++)
        rest += c == where ? 0.0L : expl((long double)vacti_narrow_widen(logits[r * cols + c], type) - max);
    const long double log = log1pl(rest), s = (long double)o->label_smoothing, z = (long double)o->z_loss;
    const long double hit = (1.0L - s) * (o->class_weights ? (long double)o->class_weights[t] : 1.0L);
    for (size_t c = 0; c < cols; c++) {
        const long double x = (long double)vacti_narrow_widen(logits[r * cols + c], type);
        const long double q = (c == t ? hit : 0.0L) +
                              s / (long double)cols * (o->class_weights ? (long double)o->class_weights[c] : 1.0L);
        const long double p = expl(x - max) / (1.0L + rest);
        const long double of_p = hit + s / (long double)cols * of_weights * (s > 0.0L) + 2.0L * z * (max + log);
        w->loss += q * ((max - x) + log);
        w->slopes[c] = c == t && c == where && s == 0.0L && z == 0.0L ? -hit * rest / (1.0L + rest) : of_p * p - q;
        w->sizes[c] = q == 0.0L || (s == 0.0L && z == 0.0L) ? 0.0L : fabsl(of_p * p) + q;
    }
    w->magnitude = w->loss + z * (fabsl(max) + log) * (fabsl(max) + log) * 4.0L;
    w->loss += z * (max + log) * (max + log);
}

/* The largest errors: of losses in ULP of float, of dx in ULP of the type where no terms cancel. */
typedef struct {
    double loss, slope;
} errors;

static double in_floats(float got, long double exact, long double magnitude)
{
    if (magnitude == 0.0L)
        return got == 0.0f ? 0.0 : (double)INFINITY;
    return fabs((double)((long double)got - exact)) / ldexp(1.0, ilogb((double)magnitude) - 23);
}

static errors check_cross(vact_type type, size_t cols, const vact_cross_entropy_options_f32 *o, bool twice)
{
    static wanted rows[ROWS];
    errors most = {0.0, 0.0};
    const bool reduced = o->reduction != VACT_REDUCTION_NONE;
    long double sum = 0.0L, magnitude = 0.0L, divisor = 0.0L;
    memset(dx, 0x5a, sizeof dx);
    cr_assert(vact_cross_entropy_forward_backward_i64(loss, dx, dy, logits, type, targets, ROWS, cols, o) == VACT_OK);
    for (size_t r = 0; r < ROWS; r++) {
        exact_row(&rows[r], o, r, cols, type);
        sum += rows[r].loss, magnitude += rows[r].magnitude;
        if (targets[r] != o->ignore_index)
            divisor += o->class_weights ? (long double)o->class_weights[targets[r]] : 1.0L;
    }
    divisor = o->reduction == VACT_REDUCTION_MEAN ? divisor : 1.0L;
    most.loss = reduced ? in_floats(*loss, sum / divisor, magnitude / divisor) : 0.0;
    for (size_t r = 0; r < ROWS; r++) {
        const double error = reduced ? 0.0 : in_floats(loss[r], rows[r].loss, rows[r].magnitude);
        most.loss = error > most.loss ? error : most.loss;
        for (size_t c = 0; c < cols; c++) {
            const long double by = (long double)dy[reduced ? 0 : r] / divisor;
            const double exact = (double)(by * rows[r].slopes[c]), size = (double)(by * rows[r].sizes[c]);
            const uint16_t got = dx[r * cols + c];
            const float value = vacti_narrow_widen(got, type);
            if (size != 0.0 && fabs(exact) < 0.125 * size) {
                cr_assert(fabs((double)value - exact) <= fabs(exact) * 0x1p-8 + size * 0x1p-21 + 0x1p-25);
                continue;
            }
            const double e =
                twice && exact != 0.0
                    ? narrow_error_of_two_roundings(exact, type)
                    : vacti_narrow_error(got, value == 0.0f ? copysign(exact, (double)value) : exact, type);
            most.slope = e > most.slope ? e : most.slope;
        }
    }
    cr_assert(dx[ROWS * cols] == 0x5a5a);
    return most;
}

static vact_cross_entropy_options_f32 cross_options(int round)
{
    vact_cross_entropy_options_f32 o = VACT_CROSS_ENTROPY_OPTIONS_F32;
    o.reduction = (vact_reduction)(round % 3);
    o.class_weights = round / 3 % 2 ? weights : NULL;
    o.label_smoothing = round / 6 % 2 ? 0.1f : 0.0f;
    o.z_loss = round / 12 % 2 ? 0.01f : 0.0f;
    return o;
}

ParameterizedTestParameters(narrow_losses, cross_entropy) { return losses_builds(); }

ParameterizedTest(int *build, narrow_losses, cross_entropy)
{
    const vacti_table *table = narrow_begin(*build);
    errors most = {0.0, 0.0};
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++)
            for (int round = 0; round < 24; round++) {
                const vact_cross_entropy_options_f32 o = cross_options(round);
                fill(types[t], lengths[k], (uint64_t)round);
                const errors e = check_cross(types[t], lengths[k], &o, false);
                cr_expect(e.loss <= 3.0 && e.slope <= 0.5 + 0x1p-10, "%s, %s, %zu columns, options %d: %f, %f",
                          table->build, narrow_name(types[t]), lengths[k], round, e.loss, e.slope);
                most.loss = e.loss > most.loss ? e.loss : most.loss;
                most.slope = e.slope > most.slope ? e.slope : most.slope;
            }
    cr_log_info("%s: largest errors %.3f ULP of a loss, %.6f of dx", table->build, most.loss, most.slope);
}

/* One more rounding on the way breaks the bound. */
Test(narrow_losses, the_bound_can_fail)
{
    const vact_cross_entropy_options_f32 o = cross_options(0);
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 257, 1);
        cr_expect(check_cross(types[t], 257, &o, true).slope > 0.5 + 0x1p-10);
    }
}

ParameterizedTestParameters(narrow_losses, cross_entropy_agrees) { return losses_builds(); }

/* Parts of a call, both kinds of targets, in place, and rows without a result. */
ParameterizedTest(int *build, narrow_losses, cross_entropy_agrees)
{
    static uint16_t other[N];
    static float alone[N];
    narrow_begin(*build);
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++)
            for (int round = 0; round < 6; round++) {
                const vact_cross_entropy_options_f32 o = cross_options(round);
                const size_t cols = lengths[k], n = ROWS * cols;
                const vact_type type = types[t];
                fill(type, cols, 77);
                logits[cols + cols / 2] = narrow_rounded(round % 2 ? NAN : INFINITY, type);
                const size_t losses = round % 3 ? 1 : ROWS;
                cr_assert(vact_cross_entropy_forward_backward_i32(loss, dx, dy, logits, type, narrow_targets, ROWS,
                                                                  cols, &o) == VACT_OK);
                cr_assert(vact_cross_entropy_i64(alone, logits, type, targets, ROWS, cols, &o) == VACT_OK);
                for (size_t r = 0; r < losses; r++)
                    cr_assert(test_same(alone[r], loss[r]) && (isnan(loss[r]) || (r != 1 && losses != 1)));
                cr_assert(vact_cross_entropy_i32(alone, logits, type, narrow_targets, ROWS, cols, &o) == VACT_OK);
                for (size_t r = 0; r < losses; r++)
                    cr_assert(test_same(alone[r], loss[r]));
                cr_assert(vact_cross_entropy_backward_i32(other, dy, logits, type, narrow_targets, ROWS, cols, &o) ==
                          VACT_OK);
                cr_assert(memcmp(other, dx, n * sizeof *dx) == 0);
                memcpy(other, logits, n * sizeof *dx);
                cr_assert(vact_cross_entropy_backward_i64(other, dy, other, type, targets, ROWS, cols, &o) == VACT_OK);
                cr_assert(memcmp(other, dx, n * sizeof *dx) == 0);
                for (size_t i = 0; i < n; i++)
                    cr_assert(isnan(vacti_narrow_widen(dx[i], type)) == (i / cols == 1));
                for (size_t c = 0; c < cols; c++)
                    cr_assert(dx[2 * cols + c] == 0, "an ignored row");
            }
}

/* ----------------------------------------------------------------------------------- binary cross-entropy */

ParameterizedTestParameters(narrow_losses, binary) { return losses_builds(); }

ParameterizedTest(int *build, narrow_losses, binary)
{
    enum { COUNT = 700 };
    const vacti_table *table = narrow_begin(*build);
    errors most = {0.0, 0.0};
    for (int round = 0; round < 24; round++) {
        const vact_type type = types[round & 1];
        vact_bce_with_logits_options_f32 o = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
        long double sum = 0.0L;
        fill(type, 10, (uint64_t)round);
        o.reduction = (vact_reduction)(round / 2 % 3);
        const bool reduced = o.reduction != VACT_REDUCTION_NONE, weighted = round >= 12;
        const long double divisor = o.reduction == VACT_REDUCTION_MEAN ? (long double)COUNT : 1.0L;
        o.pos_weight = weighted ? positive : NULL;
        o.pos_weight_count = 7;
        o.weight = weighted ? weights : NULL;
        o.weight_count = round % 4 ? COUNT : 140;
        memset(dx, 0x5a, sizeof dx);
        cr_assert(vact_bce_with_logits_forward_backward(loss, dx, dy, logits, answers, type, COUNT, &o) == VACT_OK);
        for (size_t i = 0; i < COUNT; i++) {
            const long double x = (long double)vacti_narrow_widen(logits[i], type);
            const long double t = (long double)vacti_narrow_widen(answers[i], type);
            const long double w = weighted ? (long double)weights[i % o.weight_count] : 1.0L;
            const long double p = weighted ? (long double)positive[i % 7] : 1.0L;
            const long double by = (long double)dy[reduced ? 0 : i] / divisor * w;
            const long double above = x > 0.0L ? x + log1pl(expl(-x)) : log1pl(expl(x)), below = above - x;
            const long double exact = w * ((1.0L - t) * above + p * t * (x > 0.0L ? log1pl(expl(-x)) : below));
            const long double first = by * (1.0L - t) / (1.0L + expl(-x)), second = by * p * t / (1.0L + expl(x));
            sum += exact;
            if (!reduced) {
                const double e = in_floats(loss[i], exact, exact);
                most.loss = e > most.loss ? e : most.loss;
            }
            const double slope = (double)(first - second), size = (double)(first + second);
            const double e = vacti_narrow_error(dx[i], slope, type);
            if (fabs(slope) >= 0.125 * size)
                most.slope = e > most.slope ? e : most.slope;
            else
                cr_assert(fabs((double)vacti_narrow_widen(dx[i], type) - slope) <=
                          fabs(slope) * 0x1p-8 + size * 0x1p-21 + 0x1p-25);
        }
        const double e = reduced ? in_floats(*loss, sum / divisor, sum / divisor) : 0.0;
        most.loss = e > most.loss ? e : most.loss;
        cr_assert(dx[COUNT] == 0x5a5a);
        /* the parts of the call, in place */
        static float alone[COUNT];
        cr_assert(vact_bce_with_logits(alone, logits, answers, type, COUNT, &o) == VACT_OK);
        cr_assert(memcmp(alone, loss, (reduced ? 1 : COUNT) * sizeof *loss) == 0);
        cr_assert(vact_bce_with_logits_backward(logits, dy, logits, answers, type, COUNT, &o) == VACT_OK);
        cr_assert(memcmp(logits, dx, COUNT * sizeof *dx) == 0);
    }
    cr_expect(most.loss <= 4.0 && most.slope <= 0.5 + 0x1p-10, "%s: %f, %f", table->build, most.loss, most.slope);
    cr_log_info("%s: largest errors %.3f ULP of a loss, %.6f of dx", table->build, most.loss, most.slope);
}

/* --------------------------------------------------------------------------------------------- arguments */

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_losses, arguments)
{
    const vact_type t = VACT_BF16;
    vact_cross_entropy_options_f32 o = VACT_CROSS_ENTROPY_OPTIONS_F32;
    vact_bce_with_logits_options_f32 b = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
    fill(t, 4, 1);
    memset(dx, 0x11, sizeof dx);
    *loss = 7.0f;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, (vact_type)4, targets, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(NULL, logits, t, targets, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, NULL, t, targets, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, NULL, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, SIZE_MAX / 2, NULL));
    EXPECT(VACT_EINVAL, vact_cross_entropy_backward_i32(NULL, NULL, logits, t, narrow_targets, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_cross_entropy_backward_i64(logits + 1, NULL, logits, t, targets, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_cross_entropy_i64((float *)logits, logits, t, targets, 2, 4, NULL));
    targets[1] = 4;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, NULL));
    targets[1] = 0;
    o.label_smoothing = 2.0f;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, &o));
    o.label_smoothing = 0.0f;
    o.stride = 3;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, &o));
    o.stride = 0;
    o.nll = 1;
    o.z_loss = 0.1f;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, &o));
    o.nll = 0;
    o.inner = 3;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, &o));
    o.inner = 1;
    o.log_probabilities = (float *)(void *)logits;
    EXPECT(VACT_EOVERLAP, vact_cross_entropy_i64(loss, logits, t, targets, 2, 4, &o));
    EXPECT(VACT_EINVAL, vact_bce_with_logits(loss, logits, answers, (vact_type)4, 4, NULL));
    EXPECT(VACT_EINVAL, vact_bce_with_logits(NULL, logits, answers, t, 4, NULL));
    EXPECT(VACT_EINVAL, vact_bce_with_logits(loss, logits, NULL, t, 4, NULL));
    EXPECT(VACT_EINVAL, vact_bce_with_logits_backward(NULL, NULL, logits, answers, t, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_bce_with_logits_backward(logits + 1, NULL, logits, answers, t, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_bce_with_logits((float *)answers, logits, answers, t, 4, NULL));
    b.weight = weights;
    b.weight_count = 3;
    EXPECT(VACT_EINVAL, vact_bce_with_logits(loss, logits, answers, t, 4, &b));
    cr_expect(*loss == 7.0f, "an error wrote");
    for (size_t i = 0; i <= N; i++)
        cr_assert(dx[i] == 0x1111, "an error wrote");
    EXPECT(VACT_OK, vact_cross_entropy_i64(loss, NULL, t, NULL, 0, 4, NULL));
    cr_expect(isnan(*loss));
    EXPECT(VACT_OK, vact_bce_with_logits(loss, NULL, NULL, t, 0, NULL));
    cr_expect(isnan(*loss));
}
