/*
 * The gradients of the softmax family with options: their formulas in long double, from the given outputs, and central
 * differences of the plain forward functions, for dx and dsink.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "family.h"

enum { TABLES = 8, ROWS = 6, MOST = 200, HEADS = 2 };

typedef struct problem {
    vact_softmax_options_f32 options;
    size_t cols;
    float x[ROWS * MOST], dy[ROWS * MOST], bias[ROWS * MOST], sinks[HEADS], slopes[HEADS], y[ROWS * MOST], lse[ROWS];
    unsigned char keep[ROWS * MOST];
    int64_t lengths[ROWS];
    float dx[2][ROWS * MOST], dsink[2][HEADS];
    long double z[MOST], more[MOST], out[MOST];
} problem;

static problem data;

static float uniform(test_random *random, double limit)
{
    return (float)(limit * (2.0 * test_random_unit(random) - 1.0));
}

static void fill(problem *p, test_random *random)
{
    static const float scales[] = {1.0f, 0.3f, -0.7f, 0.0f}, caps[] = {0.0f, 0.0f, 3.0f, 20.0f, FLT_MAX};
    vact_softmax_options_f32 *o = &p->options;
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    p->cols = 1 + test_random_below(random, MOST);
    for (size_t i = 0; i < ROWS * p->cols; i++) {
        p->x[i] = uniform(random, 6.0);
        p->dy[i] = uniform(random, 2.0);
        p->bias[i] = test_random_below(random, 4) == 0 ? -INFINITY : uniform(random, 3.0);
        p->keep[i] = test_random_below(random, 4) != 0;
    }
    for (size_t h = 0; h < HEADS; h++)
        p->sinks[h] = uniform(random, 8.0), p->slopes[h] = uniform(random, 2.0);
    for (size_t r = 0; r < ROWS; r++)
        p->lengths[r] = (int64_t)test_random_below(random, p->cols + 2);
    o->scale = scales[test_random_below(random, 4)];
    o->softcap = caps[test_random_below(random, 5)];
    o->softcap_order = (vact_softcap_order)test_random_below(random, 2);
    o->sinks = p->sinks;
    o->heads_layout = (vact_values_layout){1 + test_random_below(random, HEADS), 1 + test_random_below(random, 3)};
    o->bias = test_random_below(random, 2) == 0 ? p->bias : NULL;
    o->bias_layout.stride = p->cols;
    o->slopes = test_random_below(random, 2) == 0 ? p->slopes : NULL;
    o->keep = test_random_below(random, 3) == 0 ? p->keep : NULL;
    o->keep_layout = (vact_mask_layout){p->cols, 2, 1, 0, 0};
    o->lengths = test_random_below(random, 3) == 0 ? p->lengths : NULL;
    o->lengths_layout.count = ROWS;
    if (test_random_below(random, 2) == 0) {
        o->causal_queries = ROWS;
        o->causal_offset = (ptrdiff_t)test_random_below(random, p->cols);
        o->window_before = test_random_below(random, 2) == 0 ? 0 : 1 + test_random_below(random, p->cols);
    }
}

/* The weighted sum of the outputs of row r, whose derivatives are the gradients; a sum over what is left in alone. */
static long double objective(problem *p, vacti_softmax_kind of, const long double *x, long double sink, size_t r)
{
    const size_t length = family_length(r, p->cols, &p->options);
    family_logits_of(p->z, x, r, ROWS, p->cols, &p->options);
    if (of == VACTI_LOGSUMEXP)
        return (long double)p->dy[r] * family_logsumexp_sink(p->z, length, sink);
    (of == VACTI_SOFTMAX ? family_softmax_sink : family_log_softmax_sink)(p->out, p->z, length, true, sink);
    long double sum = 0.0L;
    for (size_t c = 0; c < length; c++)
        if (p->z[c] > -INFINITY)
            sum += (long double)p->dy[r * p->cols + c] * p->out[c];
    return sum;
}

static long double sum_of_dy(const problem *p, size_t r)
{
    long double sum = 0.0L;
    for (size_t c = 0; c < p->cols; c++)
        sum += fabsl((long double)p->dy[r * p->cols + c]);
    return sum;
}

static void check_differences(problem *p, vacti_softmax_kind of, size_t r, long double *sink_slope)
{
    const long double h = 0x1p-20L, sink = family_sink(r, &p->options);
    const size_t length = family_length(r, p->cols, &p->options);
    const long double unit = 1e-5L * (of == VACTI_LOGSUMEXP ? 1.0L : 1.0L + sum_of_dy(p, r));
    for (size_t c = 0; c < p->cols; c++)
        p->more[c] = (long double)p->x[r * p->cols + c];
    for (size_t c = 0; c < length; c += 1 + c / 3) {
        const long double x = p->more[c];
        p->more[c] = x + h;
        const long double above = objective(p, of, p->more, sink, r);
        p->more[c] = x - h;
        const long double below = objective(p, of, p->more, sink, r), slope = (above - below) / (2.0L * h);
        p->more[c] = x;
        const long double got = (long double)p->dx[0][r * p->cols + c];
        cr_assert(fabsl(got - slope) <= unit, "kind %d, row %zu, column %zu of %zu: dx %Lg, difference %Lg", (int)of, r,
                  c, p->cols, got, slope);
    }
    const long double above = objective(p, of, p->more, sink + h, r), below = objective(p, of, p->more, sink - h, r);
    *sink_slope += isfinite(above - below) ? (above - below) / (2.0L * h) : 0.0L;
}

/* dx within 2 ULP and the bound's other term of the formula from the given output; 0 where left out. */
static void check_formula(problem *p, vacti_softmax_kind of, size_t r)
{
    const vact_softmax_options_f32 *o = &p->options;
    const size_t length = family_length(r, p->cols, o);
    const float *dy = p->dy + r * p->cols, *y = p->y + r * p->cols;
    const bool capped = o->softcap > 0.0f;
    long double dot = 0.0L, size = 0.0L;
    family_logits(p->z, p->x + r * p->cols, r, ROWS, p->cols, o);
    for (size_t c = 0; c < length; c++)
        if (p->z[c] > -INFINITY) {
            const long double term = (long double)dy[c] * (of == VACTI_SOFTMAX ? (long double)y[c] : 1.0L);
            dot += term, size += fabsl(term);
        }
    for (size_t c = 0; c < length; c++) {
        const float got = p->dx[0][r * p->cols + c];
        if (p->z[c] == -INFINITY) {
            cr_assert(test_raw_bits(got) == 0, "kind %d, row %zu, column %zu is left out: %a", (int)of, r, c,
                      (double)got);
            continue;
        }
        long double slope = (long double)o->scale, more = 0.0L, exact;
        if (capped) {
            long double at = (long double)p->x[r * p->cols + c] * (long double)o->scale;
            if (o->softcap_order == VACT_SOFTCAP_AFTER_MASK && o->bias != NULL)
                at = (long double)o->softcap * atanhl(p->z[c] / (long double)o->softcap);
            const long double q = coshl(at / (long double)o->softcap);
            slope /= q * q;
        }
        if (of == VACTI_SOFTMAX) {
            exact = slope * (long double)y[c] * ((long double)dy[c] - dot);
            more = 0x1p-40L * fabsl(slope * (long double)y[c]) * size;
        } else if (of == VACTI_LOG_SOFTMAX) {
            const long double share = slope * expl((long double)y[c]) * dot;
            exact = slope * (long double)dy[c] - share;
            more = 0x1p-24L * fabsl(share) + 0x1p-40L * fabsl(slope) * size;
        } else {
            exact = slope * (long double)p->dy[r] * expl(p->z[c] - (long double)p->lse[r]);
        }
        if (capped) /* of the logit, 2^-23 of the cap, and of the derivative */
            more += fabsl(exact) *
                    (0x1p-21L + (of == VACTI_LOGSUMEXP ? 0x1p-23L * fminl((long double)o->softcap, 1e6L) : 0.0L));
        const long double ulp = exp2l(fmaxl(floorl(log2l(fabsl(exact) + 0x1p-149L)) - 23.0L, -149.0L));
        cr_assert(fabsl((long double)got - exact) <= 2.0L * ulp + more,
                  "kind %d, row %zu, column %zu of %zu: %a, exact %La, off by %Lg ULP; scale %g, cap %g", (int)of, r, c,
                  p->cols, (double)got, exact, fabsl((long double)got - exact) / ulp, (double)o->scale,
                  (double)o->softcap);
    }
}

/* What row r adds to its sink's gradient: the formula from the given output, and the magnitudes of its terms. A soft
 * cap may err by 2^-23 of itself in every logit. */
static long double sink_terms(problem *p, vacti_softmax_kind of, size_t r, long double *size)
{
    const vact_softmax_options_f32 *o = &p->options;
    const size_t length = family_length(r, p->cols, o);
    const long double sink = family_sink(r, o), cap = o->softcap > 0.0f ? (long double)o->softcap : 0.0L;
    family_logits(p->z, p->x + r * p->cols, r, ROWS, p->cols, o);
    const long double share = expl(sink - family_logsumexp_sink(p->z, length, sink));
    long double sum = of == VACTI_LOGSUMEXP ? -(long double)p->dy[r] : 0.0L, terms = fabsl(sum);
    for (size_t c = 0; of != VACTI_LOGSUMEXP && c < length; c++)
        if (p->z[c] > -INFINITY) {
            const long double y = of == VACTI_SOFTMAX ? (long double)p->y[r * p->cols + c] : 1.0L;
            const long double term = (long double)p->dy[r * p->cols + c] * y;
            sum += term, terms += fabsl(term);
        }
    *size += share * terms * (0x1p-22L + expm1l(fminl(0x1p-22L * cap, 60.0L)));
    return -share * sum;
}

/* dsink within 2 ULP and 2^-22 of the sum of the magnitudes of its terms. */
static void check_sinks(problem *p, vacti_softmax_kind of)
{
    const vact_values_layout layout = p->options.heads_layout;
    long double exact[HEADS] = {0.0L}, more[HEADS] = {0.0L};
    for (size_t r = 0; r < ROWS; r++) {
        const size_t h = r / layout.repeat % layout.count;
        exact[h] += sink_terms(p, of, r, &more[h]);
    }
    for (size_t h = 0; h < layout.count; h++) {
        const long double ulp = exp2l(fmaxl(floorl(log2l(fabsl(exact[h]) + 0x1p-149L)) - 23.0L, -149.0L));
        const long double error = fabsl((long double)p->dsink[0][h] - exact[h]);
        cr_assert(error <= 2.0L * ulp + more[h], "kind %d: dsink %zu is %a, exact %La, off by %Lg, %Lg allowed",
                  (int)of, h, (double)p->dsink[0][h], exact[h], error, 2.0L * ulp + more[h]);
    }
}

static void run(problem *p, vacti_softmax_kind of, const vacti_table *table, bool first)
{
    const size_t cols = p->cols;
    vact_masked_f32_fn *forward = of == VACTI_SOFTMAX ? table->family.softmax : table->family.log_softmax;
    if (first && of != VACTI_LOGSUMEXP)
        forward(p->y, cols, p->x, cols, ROWS, cols, &p->options);
    if (first && of == VACTI_LOGSUMEXP)
        table->family.logsumexp(p->lse, p->x, cols, ROWS, cols, &p->options);
    float *dx = p->dx[!first], *dsink = p->dsink[!first];
    test_fill(dx, ROWS * cols);
    const float *y = of == VACTI_LOGSUMEXP ? p->lse : p->y;
    const vacti_masked_gradient call = {of, dx, dsink, p->dy, p->x, y, cols, cols, cols, cols, ROWS, cols, &p->options};
    table->family.masked_backward(&call);
}

static void check(problem *p, vacti_softmax_kind of)
{
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES), cols = p->cols, heads = p->options.heads_layout.count;
    const size_t repeat = p->options.heads_layout.repeat;
    cr_assert(builds != 0 && heads != 0 && repeat != 0);
    for (size_t b = 0; b < builds; b++) {
        run(p, of, tables[b], b == 0);
        for (size_t i = 0; b != 0 && i < ROWS * cols; i++)
            cr_assert(test_same(p->dx[0][i], p->dx[1][i]), "%s, kind %d: dx %zu", tables[b]->build, (int)of, i);
        for (size_t h = 0; b != 0 && h < heads; h++)
            cr_assert(test_same(p->dsink[0][h], p->dsink[1][h]), "%s, kind %d: dsink %zu", tables[b]->build, (int)of,
                      h);
    }
    check_sinks(p, of);
    long double slopes[HEADS] = {0.0L};
    for (size_t r = 0; r < ROWS; r++) {
        const size_t length = family_length(r, cols, &p->options);
        check_differences(p, of, r, &slopes[r / repeat % heads]);
        check_formula(p, of, r);
        cr_assert(test_untouched(p->dx[0] + r * cols + length, cols - length), "row %zu: dx beyond its length", r);
    }
    for (size_t h = 0; h < heads; h++)
        cr_assert(fabsl((long double)p->dsink[0][h] - slopes[h]) <= 1e-5L * (1.0L + sum_of_dy(p, 0)),
                  "kind %d: dsink %zu is %g, difference %Lg", (int)of, h, (double)p->dsink[0][h], slopes[h]);
}

Test(softmax_options_gradients, combinations)
{
    const vacti_table *tables[TABLES];
    if (family_tables(tables, TABLES) == 0 || tables[0]->family.masked_backward == NULL)
        return;
    test_random random = {2211};
    for (int round = 0; round < (TEST_SANITIZED ? 20 : 150); round++) {
        fill(&data, &random);
        for (vacti_softmax_kind of = VACTI_SOFTMAX; of <= VACTI_LOGSUMEXP; of++)
            check(&data, of);
    }
}

/* dx may be x, dy or y; the public calls take dsink and x, and without either give the same dx. */
Test(softmax_options_gradients, in_place)
{
    static float into[ROWS * MOST];
    test_random random = {2212};
    for (int round = 0; round < 20; round++) {
        fill(&data, &random);
        const size_t cols = data.cols, n = ROWS * cols;
        float dsink[HEADS], again[HEADS];
        const vact_softmax_options_f32 *o = &data.options;
        test_fill(data.dx[0], n);
        cr_assert(vact_softmax_masked_f32(data.y, cols, data.x, cols, ROWS, cols, o) == VACT_OK);
        const vact_status status = vact_softmax_backward_masked_f32(data.dx[0], cols, dsink, data.dy, cols, data.x,
                                                                    cols, data.y, cols, ROWS, cols, o);
        if (status == VACT_EUNSUPPORTED)
            return;
        cr_assert(status == VACT_OK);
        const float *const sources[] = {data.x, data.dy, data.y};
        for (size_t which = 0; which < 4; which++) {
            float *dx = into;
            if (which < 3)
                memcpy(into, sources[which], n * sizeof *into);
            else
                test_fill(into, n);
            const bool needs_x = o->softcap > 0.0f || which < 3;
            cr_assert(
                vact_softmax_backward_masked_f32(dx, cols, which < 3 ? again : NULL, which == 1 ? into : data.dy, cols,
                                                 which == 0 ? into
                                                 : needs_x  ? data.x
                                                            : NULL,
                                                 cols, which == 2 ? into : data.y, cols, ROWS, cols, o) == VACT_OK);
            for (size_t i = 0; i < n; i++)
                cr_assert(test_same(into[i], data.dx[0][i]) || i % cols >= family_length(i / cols, cols, o),
                          "round %d, in place of %zu: element %zu", round, which, i);
            cr_assert(which == 3 || memcmp(dsink, again, o->heads_layout.count * sizeof *dsink) == 0);
        }
    }
}
