/*
 * The softmax family on 16-bit elements against long doubles, with options and without, in rows of every kind of
 * length; types, strides and what must stay untouched; gradients; arguments.
 */
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"

enum { MOST = 2100, ROWS = 4, TYPES = 2, GAP = 3 };

static const vact_type types[TYPES] = {VACT_BF16, VACT_F16};
static const double BOUND = 0.5 + 0x1p-10;
static const size_t lengths[] = {1, 2, 7, 33, 64, 128, 129, 255, 256, 257, 383, 384, 385, 769, 1024, 1025, 2100};

enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

typedef enum { SOFTMAX, LOG_SOFTMAX } which;

static uint16_t src[ROWS * MOST], dst[ROWS * (MOST + GAP)];
static float biases[ROWS * MOST];
static unsigned char keeps[ROWS * MOST];

/* kind: near one another, far apart, one large, all over the place, all equal. */
static void fill(size_t n, int kind, vact_type type, test_random *random)
{
    for (size_t i = 0; i < n; i++) {
        const double z = test_random_normal(random);
        src[i] = vacti_narrow_nearest(kind == 0   ? 2.0 * z
                                      : kind == 1 ? 30.0 * z
                                      : kind == 2 ? (i % 97 == 5 ? 25.0 : z)
                                      : kind == 3 ? 900.0 + 40.0 * z
                                                  : 0.75,
                                      type);
    }
}

/* ------------------------------------------------------------------------------------------- the oracle */

/* Logit (r, c), the layouts being one row of a mask per row, and heads of two rows. */
static long double logit_of(const vact_softmax_options_f32 *o, float x, size_t r, size_t c, size_t cols)
{
    if (o == NULL)
        return (long double)x;
    const long position = (long)(r % (o->causal_queries ? o->causal_queries : 1)) + (long)o->causal_offset;
    const float bias = o->bias ? o->bias[r * cols + c] : 0.0f, slope = o->slopes ? o->slopes[r / 2 % 2] : 1.0f;
    if ((o->keep && !o->keep[r * cols + c]) || bias == -INFINITY ||
        (o->causal_queries && (long)c > position + (long)o->window_after) ||
        (o->window_before && (long)c <= position - (long)o->window_before))
        return -(long double)INFINITY;
    const long double z = (long double)o->scale * (long double)x, added = (long double)slope * (long double)bias;
    if (o->softcap > 0.0f)
        return (long double)o->softcap * tanhl(z / (long double)o->softcap) + added;
    return z + added;
}

/* The exact results of a row of `valid` columns. */
static void exact_row(long double *y, which of, const vact_softmax_options_f32 *o, const float *x, size_t r,
                      size_t cols, size_t valid)
{
    long double max = -(long double)INFINITY, rest = 0.0L;
    const long double sink = o && o->sinks ? (long double)o->sinks[r / 2 % 2] : -(long double)INFINITY;
    size_t where = valid;
    const bool masked = o && (o->bias || o->keep || o->causal_queries || o->lengths || o->sinks);
    for (size_t c = 0; c < valid; c++) {
        y[c] = logit_of(o, x[c], r, c, cols);
        if (y[c] > max)
            max = y[c], where = c;
    }
    if (sink > max)
        max = sink, where = valid;
    for (size_t c = 0; c < valid; c++)
        rest += c == where ? 0.0L : expl(y[c] - max);
    rest += where == valid || isinf(sink) ? 0.0L : expl(sink - max);
    for (size_t c = 0; c < valid; c++) {
        if (isinf(max))
            y[c] = masked ? (of == SOFTMAX ? 0.0L : -(long double)INFINITY) : (long double)NAN;
        else
            y[c] = of == SOFTMAX ? expl(y[c] - max) / (1.0L + rest) : -((max - y[c]) + log1pl(rest));
    }
}

/* ------------------------------------------------------------------------------------------------ errors */

static size_t valid_of(const vact_softmax_options_f32 *o, size_t r, size_t cols)
{
    return o && o->lengths && (size_t)o->lengths[r] < cols ? (size_t)o->lengths[r] : cols;
}

/* The largest error of a call; `slack` in units of the result's own size is what a soft cap adds. */
static double largest(which of, const vact_softmax_options_f32 *o, vact_type type, size_t cols, double slack,
                      bool twice)
{
    static long double y[MOST];
    static float x[MOST];
    double most = 0.0;
    memset(dst, 0x5a, sizeof dst);
    const vact_status status =
        (of == SOFTMAX ? vact_softmax : vact_log_softmax)(dst, type, cols + GAP, src, type, cols, ROWS, cols, o);
    cr_assert(status == VACT_OK, "%zu columns: %s", cols, vact_status_string(status));
    for (size_t r = 0; r < ROWS; r++) {
        const size_t valid = valid_of(o, r, cols);
        for (size_t c = 0; c < cols; c++)
            x[c] = vacti_narrow_widen(src[r * cols + c], type);
        exact_row(y, of, o, x, r, cols, valid);
        for (size_t c = 0; c < cols + GAP; c++) {
            const uint16_t got = dst[r * (cols + GAP) + c];
            if (c >= valid) {
                cr_assert(got == 0x5a5a, "row %zu of %zu: column %zu was written", r, cols, c);
                continue;
            }
            const double exact = of == LOG_SOFTMAX && y[c] == 0.0L ? -0.0 : (double)y[c];
            double error = twice && exact != 0.0 && isfinite(exact) ? narrow_error_of_two_roundings(exact, type)
                                                                    : vacti_narrow_error(got, exact, type);
            error -= fmin(error, slack);
            most = error > most ? error : most;
        }
    }
    return most;
}

/* The options of a round: none, a scale, then everything that a mask has. */
static const vact_softmax_options_f32 *options_of(vact_softmax_options_f32 *o, int round, size_t cols,
                                                  test_random *random)
{
    static float slopes[2], sinks[2];
    static int64_t valid[ROWS];
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    if (round == 0)
        return NULL;
    o->scale = round == 1 ? 0.3f : round == 2 ? -0.7f : 1.0f;
    for (size_t i = 0; i < ROWS * cols; i++) {
        biases[i] = test_random_below(random, 9) ? (float)test_random_normal(random) : -INFINITY;
        keeps[i] = test_random_below(random, 5) != 0;
    }
    for (size_t r = 0; r < ROWS; r++)
        valid[r] = (int64_t)(r == 1 ? 0 : test_random_below(random, cols + 2));
    for (int h = 0; h < 2; h++) {
        slopes[h] = h ? -0.5f : 1.7f;
        sinks[h] = h ? 3.0f : -2.0f;
    }
    if (round & 2) {
        o->bias = biases;
        o->bias_layout.stride = cols;
        o->slopes = slopes;
        o->heads_layout = (vact_values_layout){2, 2};
    }
    if (round & 4) {
        o->keep = keeps;
        o->keep_layout.stride = cols;
        o->sinks = sinks;
        o->heads_layout = (vact_values_layout){2, 2};
    }
    if (round & 8) {
        o->causal_queries = 3;
        o->causal_offset = (ptrdiff_t)(cols / 2);
        o->window_before = cols / 3;
        o->window_after = 2;
        o->lengths = valid;
        o->lengths_layout = (vact_values_layout){ROWS, 1};
    }
    return o;
}

/* A case is 2*build + which. */
static struct criterion_test_params each_function(void)
{
    static int cases[32];
    size_t count = 0;
    for (size_t b = 0; b < vacti_build_count; b++)
        for (int of = 0; of < 2; of++)
            cases[count++] = 2 * (int)b + of;
    return cr_make_param_array(int, cases, count);
}

ParameterizedTestParameters(narrow_rows, bound) { return each_function(); }

ParameterizedTest(int *param, narrow_rows, bound)
{
    const vacti_table *table = narrow_begin(*param / 2);
    const which of = *param % 2 ? LOG_SOFTMAX : SOFTMAX;
    test_random random = {17};
    double most = 0.0;
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++)
            for (int round = 0; round < 10; round += 1 + (int)(k % 2)) {
                vact_softmax_options_f32 o;
                const int kind = round ? (int)test_random_below(&random, 5) : (int)(k % 5);
                fill(ROWS * lengths[k], kind, types[t], &random);
                const vact_softmax_options_f32 *options = options_of(&o, round, lengths[k], &random);
                const double error = largest(of, options, types[t], lengths[k], 0.0, false);
                cr_expect(error <= BOUND, "%s, %s, %d, %zu columns, options %d, kind %d: %.6f ULP", table->build,
                          narrow_name(types[t]), of, lengths[k], round, kind, error);
                most = error > most ? error : most;
            }
    for (int kind = 0; kind < 5; kind += 2) /* without options, every length */
        for (size_t t = 0; t < TYPES; t++)
            for (size_t k = 0; k < LENGTHS; k++) {
                fill(ROWS * lengths[k], kind, types[t], &random);
                const double error = largest(of, NULL, types[t], lengths[k], 0.0, false);
                cr_expect(error <= BOUND, "%s, %s, %d, %zu columns, kind %d: %.6f ULP", table->build,
                          narrow_name(types[t]), of, lengths[k], kind, error);
                most = error > most ? error : most;
            }
    cr_log_info("%s, %s: largest error %.6f ULP", table->build, of == SOFTMAX ? "softmax" : "log_softmax", most);
}

/* One more rounding on the way breaks the bound. */
Test(narrow_rows, the_bound_can_fail)
{
    test_random random = {5};
    for (size_t t = 0; t < TYPES; t++) {
        fill(ROWS * 257, 0, types[t], &random);
        cr_expect(largest(SOFTMAX, NULL, types[t], 257, 0.0, true) > BOUND);
        cr_expect(largest(LOG_SOFTMAX, NULL, types[t], 257, 0.0, true) > BOUND);
    }
}

/* A soft cap adds up to 2^-23 of itself to a logit: that is 2^-10*c ULP of half. */
ParameterizedTestParameters(narrow_rows, soft_cap) { return losses_builds(); }

ParameterizedTest(int *build, narrow_rows, soft_cap)
{
    narrow_begin(*build);
    test_random random = {6};
    vact_softmax_options_f32 o = VACT_SOFTMAX_OPTIONS_F32;
    o.softcap = 30.0f;
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++) {
            fill(ROWS * lengths[k], 1, types[t], &random);
            double error = largest(SOFTMAX, &o, types[t], lengths[k], 0.0, false);
            cr_expect(error <= BOUND + 30.0 * 0x1p-11, "%zu columns: %.6f ULP", lengths[k], error);
            fill(ROWS * lengths[k], 0, types[t], &random);
            error = lengths[k] > 2 ? largest(LOG_SOFTMAX, &o, types[t], lengths[k], 0.0, false) : 0.0;
            cr_expect(error <= BOUND + 30.0 * 0x1p-11, "log, %zu columns: %.6f ULP", lengths[k], error);
        }
}

/* ---------------------------------------------------------------------------------------- special values */

ParameterizedTestParameters(narrow_rows, special_values) { return losses_builds(); }

/* A NaN or +inf makes its row NaN, at any length; -inf alone does too, without a mask. */
ParameterizedTest(int *build, narrow_rows, special_values)
{
    static const float specials[] = {NAN, INFINITY, -INFINITY};
    narrow_begin(*build);
    test_random random = {4};
    vact_softmax_options_f32 o = VACT_SOFTMAX_OPTIONS_F32;
    o.scale = 0.5f;
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++)
            for (int s = 0; s < 12; s++) {
                const size_t cols = lengths[k];
                const float special = specials[s % 3];
                fill(ROWS * cols, 0, types[t], &random);
                for (size_t c = 0; c < cols; c++)
                    if (special == -INFINITY || c == cols / 2)
                        src[cols + c] = narrow_rounded(special, types[t]);
                cr_assert((s < 6 ? vact_softmax : vact_log_softmax)(dst, types[t], cols, src, types[t], cols, ROWS,
                                                                    cols, s % 2 ? &o : NULL) == VACT_OK);
                for (size_t i = 0; i < ROWS * cols; i++)
                    cr_assert(!isnan(vacti_narrow_widen(dst[i], types[t])) == (i / cols != 1), "%zu columns, %d, %zu",
                              cols, s, i);
            }
}

/* ------------------------------------------------------------------------------------- types and places */

ParameterizedTestParameters(narrow_rows, types_and_places) { return losses_builds(); }

ParameterizedTest(int *build, narrow_rows, types_and_places)
{
    static float x[ROWS * MOST], want[ROWS * MOST], got[ROWS * MOST];
    static uint16_t out[ROWS * MOST];
    narrow_begin(*build);
    test_random random = {7};
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS * 2; k++) {
            const size_t cols = lengths[k / 2], n = ROWS * cols;
            const vact_type type = types[t];
            const bool log = k % 2 != 0;
            fill(n, 0, type, &random);
            for (size_t i = 0; i < n; i++)
                x[i] = vacti_narrow_widen(src[i], type);
            cr_assert((log ? vact_log_softmax_f32 : vact_softmax_f32)(want, x, ROWS, cols) == VACT_OK);
            /* to floats: the function on floats */
            cr_assert((log ? vact_log_softmax : vact_softmax)(got, VACT_F32, cols, src, type, cols, ROWS, cols, NULL) ==
                      VACT_OK);
            cr_assert(memcmp(got, want, n * sizeof *got) == 0, "%zu columns", cols);
            cr_assert((log ? vact_log_softmax : vact_softmax)(dst, type, cols, src, type, cols, ROWS, cols, NULL) ==
                      VACT_OK);
            /* from floats that are elements: the same as from elements */
            cr_assert((log ? vact_log_softmax : vact_softmax)(out, type, cols, x, VACT_F32, cols, ROWS, cols, NULL) ==
                      VACT_OK);
            cr_assert(memcmp(out, dst, n * sizeof *out) == 0, "%zu columns", cols);
            /* in place, and by name */
            memcpy(out, src, n * sizeof *out);
            cr_assert((log ? vact_log_softmax : vact_softmax)(out, type, cols, out, type, cols, ROWS, cols, NULL) ==
                      VACT_OK);
            cr_assert(memcmp(out, dst, n * sizeof *out) == 0, "%zu columns", cols);
            memset(out, 0, sizeof out);
            vact_status status;
            if (type == VACT_BF16)
                status =
                    (log ? vact_log_softmax_bf16 : vact_softmax_bf16)((vact_bf16 *)out, (vact_bf16 *)src, ROWS, cols);
            else
                status = (log ? vact_log_softmax_rows_f16 : vact_softmax_rows_f16)((vact_f16 *)out, cols,
                                                                                   (vact_f16 *)src, cols, ROWS, cols);
            cr_assert(status == VACT_OK && memcmp(out, dst, n * sizeof *out) == 0, "%zu columns", cols);
        }
}

ParameterizedTestParameters(narrow_rows, logsumexp) { return losses_builds(); }

ParameterizedTest(int *build, narrow_rows, logsumexp)
{
    static float x[ROWS * MOST], want[ROWS], got[ROWS];
    narrow_begin(*build);
    test_random random = {8};
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++)
            for (int round = 0; round < 10; round++) {
                vact_softmax_options_f32 o;
                const size_t cols = lengths[k];
                fill(ROWS * cols, round % 5, types[t], &random);
                const vact_softmax_options_f32 *options = options_of(&o, round, cols, &random);
                for (size_t i = 0; i < ROWS * cols; i++)
                    x[i] = vacti_narrow_widen(src[i], types[t]);
                cr_assert(vact_logsumexp_masked_f32(want, x, cols, ROWS, cols, options) == VACT_OK);
                cr_assert(vact_logsumexp(got, src, types[t], cols, ROWS, cols, options) == VACT_OK);
                for (size_t r = 0; r < ROWS; r++)
                    cr_assert(got[r] == want[r] || fabsf(got[r] - want[r]) <= 0x1p-21f * (2.0f + fabsf(want[r])),
                              "%zu columns, options %d: %a, not %a", cols, round, (double)got[r], (double)want[r]);
            }
}

/* --------------------------------------------------------------------------------------------- gradients */

ParameterizedTestParameters(narrow_rows, gradients) { return each_function(); }

ParameterizedTest(int *param, narrow_rows, gradients)
{
    static uint16_t y[ROWS * MOST], dy[ROWS * MOST], out[ROWS * MOST];
    const vacti_table *table = narrow_begin(*param / 2);
    const bool log = *param % 2 != 0;
    const float scale = 0.75f;
    test_random random = {9};
    double most = 0.0;
    for (size_t t = 0; t < TYPES; t++)
        for (size_t k = 0; k < LENGTHS; k++) {
            const size_t cols = lengths[k], n = ROWS * cols;
            const vact_type type = types[t];
            fill(n, 0, type, &random);
            cr_assert((log ? vact_log_softmax : vact_softmax)(y, type, cols, src, type, cols, ROWS, cols, NULL) ==
                      VACT_OK);
            narrow_fill_normal(dy, n, 1.0, type, &random);
            cr_assert((log ? vact_log_softmax_backward : vact_softmax_backward)(dst, cols, dy, cols, y, cols, type,
                                                                                ROWS, cols, scale) == VACT_OK);
            for (size_t r = 0; r < ROWS; r++) {
                long double sum = 0.0L;
                for (size_t i = r * cols; i < (r + 1) * cols; i++)
                    sum += (long double)vacti_narrow_widen(dy[i], type) *
                           (log ? 1.0L : (long double)vacti_narrow_widen(y[i], type));
                for (size_t i = r * cols; i < (r + 1) * cols; i++) {
                    const long double at = (long double)vacti_narrow_widen(y[i], type),
                                      d = (long double)vacti_narrow_widen(dy[i], type);
                    const long double first = (long double)scale * (log ? d : at * d),
                                      second = (long double)scale * (log ? expl(at) : at) * sum;
                    const double exact = (double)(first - second);
                    const double terms = (double)(fabsl(first) + fabsl(second));
                    const bool cancels = fabs(exact) < 0.125 * terms;
                    const float value = vacti_narrow_widen(dst[i], type);
                    const double error =
                        vacti_narrow_error(dst[i], value == 0.0f ? copysign(exact, (double)value) : exact, type);
                    cr_assert(!cancels ||
                                  fabs((double)value - exact) <= fabs(exact) * 0x1p-8 + 0x1p-21 * terms + 0x1p-25,
                              "%zu columns", cols);
                    most = !cancels && error > most ? error : most;
                }
            }
            memcpy(out, k % 2 ? dy : y, n * sizeof *out);
            cr_assert((log ? vact_log_softmax_backward : vact_softmax_backward)(out, cols, k % 2 ? out : dy, cols,
                                                                                k % 2 ? y : out, cols, type, ROWS, cols,
                                                                                scale) == VACT_OK);
            cr_assert(memcmp(out, dst, n * sizeof *out) == 0, "in place, %zu columns", cols);
        }
    cr_expect(most <= 0.51, "%s: %.6f ULP", table->build, most);
    cr_log_info("%s, %s: largest error %.6f ULP", table->build, log ? "log_softmax" : "softmax", most);
}

/* --------------------------------------------------------------------------------------------- arguments */

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_rows, arguments)
{
    static uint16_t a[2048], b[2048], c[2048];
    float f[4], slope = NAN;
    const vact_type t = VACT_BF16;
    vact_softmax_options_f32 o = VACT_SOFTMAX_OPTIONS_F32;
    memset(a, 0x11, sizeof a);
    EXPECT(VACT_EINVAL, vact_softmax(a, (vact_type)4, 4, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_softmax(a, t, 4, b, (vact_type)4, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_softmax(a, t, 3, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_softmax(a, t, 4, b, t, 3, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_softmax(a, t, SIZE_MAX / 2, b, t, SIZE_MAX / 2, 2, SIZE_MAX / 2, NULL));
    EXPECT(VACT_OK, vact_softmax(NULL, t, 4, NULL, t, 4, 0, 4, NULL));
    EXPECT(VACT_OK, vact_log_softmax(NULL, t, 0, NULL, t, 0, 2, 0, NULL));
    EXPECT(VACT_EINVAL, vact_softmax(NULL, t, 4, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_log_softmax(a, t, 4, NULL, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_softmax(a + 1, t, 4, a, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_softmax(a, VACT_F16, 4, a, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_softmax(a, VACT_F32, 4, a, t, 4, 2, 4, NULL));
    o.scale = INFINITY;
    EXPECT(VACT_EINVAL, vact_softmax(a, t, 4, b, t, 4, 2, 4, &o));
    EXPECT(VACT_EINVAL, vact_logsumexp(f, b, t, 4, 2, 4, &o));
    o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    o.slopes = &slope;
    EXPECT(VACT_EINVAL, vact_softmax(a, t, 4, b, t, 4, 2, 4, &o));
    o.slopes = NULL;
    o.keep = (const unsigned char *)a;
    EXPECT(VACT_EOVERLAP, vact_softmax(a, t, 4, b, t, 4, 2, 4, &o));
    o.keep = NULL;
    o.softcap = 30.0f;
    EXPECT(VACT_EINVAL, vact_logsumexp(NULL, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_logsumexp(f, NULL, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_logsumexp((float *)a, a, t, 4, 2, 4, NULL));
    EXPECT(VACT_OK, vact_logsumexp(NULL, NULL, t, 4, 0, 4, NULL));
    EXPECT(VACT_OK, vact_logsumexp(f, NULL, t, 0, 2, 0, NULL));
    cr_expect(f[0] == -INFINITY && f[1] == -INFINITY);
    EXPECT(VACT_EINVAL, vact_softmax_backward(a, 4, b, 4, c, 4, (vact_type)5, 2, 4, 1.0f));
    EXPECT(VACT_EINVAL, vact_softmax_backward(a, 4, b, 4, c, 4, t, 2, 4, NAN));
    EXPECT(VACT_EINVAL, vact_log_softmax_backward(a, 4, b, 3, c, 4, t, 2, 4, 1.0f));
    EXPECT(VACT_EINVAL, vact_log_softmax_backward(a, 4, b, 4, NULL, 4, t, 2, 4, 1.0f));
    EXPECT(VACT_EOVERLAP, vact_log_softmax_backward(a + 1, 4, a, 4, c, 4, t, 2, 4, 1.0f));
    EXPECT(VACT_EOVERLAP, vact_softmax_backward(a + 1, 4, b, 4, a, 4, t, 2, 4, 1.0f));
    EXPECT(VACT_OK, vact_softmax_backward(NULL, 4, NULL, 4, NULL, 4, t, 0, 4, 1.0f));
    for (size_t i = 0; i < 2048; i++)
        cr_assert(a[i] == 0x1111, "an error wrote");
}

/* A row's bits are its own: beside rows whose maximum is far, or that have a NaN. */
Test(narrow_rows, rows_are_alone)
{
    enum { HEIGHT = 9, WIDTH = 100 };
    static uint16_t logits[HEIGHT * WIDTH], whole[HEIGHT * WIDTH], alone[WIDTH];
    test_random random = {13};
    for (int log = 0; log < 2; log++) {
        for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++)
            logits[i] =
                vacti_narrow_nearest(test_random_normal(&random) * 4.0 + (i / WIDTH % 3 == 1 ? 3000.0 : 0.0), VACT_F16);
        logits[5 * WIDTH + 7] = 0x7e00;
        (log ? vact_log_softmax_f16 : vact_softmax_f16)((vact_f16 *)whole, (const vact_f16 *)logits, HEIGHT, WIDTH);
        for (size_t r = 0; r < HEIGHT; r++) {
            (log ? vact_log_softmax_f16 : vact_softmax_f16)((vact_f16 *)alone, (const vact_f16 *)logits + r * WIDTH, 1,
                                                            WIDTH);
            cr_expect(r == 5 || memcmp(alone, whole + r * WIDTH, sizeof alone) == 0, "row %zu", r);
        }
    }
}
