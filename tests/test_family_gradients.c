/* The gradients of the softmax family and prelu's: bounds against long double, central differences, the same bits on
 * every build, in place, tails between guard pages, special values. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8, MOST = 2100 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const size_t COLUMNS[] = {1, 2, 3, 7, 15, 16, 17, 33, 63, 64, 65, 100, 128, 129, 1000, 2100};

static void fill_normal(float *dst, size_t n, double spread, test_random *random)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (float)(spread * test_random_normal(random));
}

static double spacing(long double exact) { return exp2(fmax(floor(log2((double)fabsl(exact))) - 23.0, -149.0)); }

/* Within 2 ULP of the exact value and `slack` besides; returns the part of that in use. */
static double used(float got, long double exact, long double slack)
{
    double room = 2.0 * (exact == 0.0L ? 0x1p-149 : spacing(exact)) + (double)slack;
    return (double)fabsl((long double)got - exact) / room;
}

/* ------------------------------------------------------------------------------------- softmax, logarithm */

typedef struct row_case {
    float x[MOST], y[MOST], dy[MOST], dx[MOST], first[MOST];
    size_t cols;
    float scale;
} row_case;

static void draw(row_case *c, size_t round, bool logarithm, test_random *random)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    c->cols = COLUMNS[round % COUNT(COLUMNS)];
    c->scale = round % 2 == 0 ? 1.0f : 0.3f;
    options.scale = c->scale;
    fill_normal(c->x, c->cols, round % 3 == 0 ? 20.0 : 2.0, random);
    fill_normal(c->dy, c->cols, exp2(40.0 * test_random_unit(random) - 20.0), random);
    if (round % 5 == 0) /* the gradient of a loss that is one element */
        for (size_t i = 1; i < c->cols; i++)
            c->dy[i] = 0.0f;
    (logarithm ? vact_log_softmax_masked_f32 : vact_softmax_masked_f32)(c->y, c->cols, c->x, c->cols, 1, c->cols,
                                                                        &options);
}

static void softmax_row(const row_case *c, const vacti_table *table, double *most)
{
    long double dot = 0.0L, size = 0.0L;
    for (size_t i = 0; i < c->cols; i++) {
        dot += (long double)c->dy[i] * (long double)c->y[i];
        size += fabsl((long double)c->dy[i] * (long double)c->y[i]);
    }
    for (size_t i = 0; i < c->cols; i++) {
        long double factor = (long double)c->scale * (long double)c->y[i];
        double part = used(c->dx[i], factor * ((long double)c->dy[i] - dot), 0x1p-40L * fabsl(factor) * size);
        *most = fmax(*most, part);
        cr_assert(part <= 1.0, "%s softmax_backward, column %zu of %zu: %a, %g of the bound", table->build, i, c->cols,
                  (double)c->dx[i], part);
    }
}

static void log_softmax_row(const row_case *c, const vacti_table *table, double *most)
{
    long double sum = 0.0L;
    for (size_t i = 0; i < c->cols; i++)
        sum += (long double)c->dy[i];
    for (size_t i = 0; i < c->cols; i++) {
        long double share = expl((long double)c->y[i]) * sum, scale = (long double)c->scale;
        double part = used(c->dx[i], scale * ((long double)c->dy[i] - share),
                           fabsl(scale) * (0x1p-24L * fabsl(share) + 0x1p-189L * fabsl(sum)));
        *most = fmax(*most, part);
        cr_assert(part <= 1.0, "%s log_softmax_backward, column %zu of %zu: %a, %g of the bound", table->build, i,
                  c->cols, (double)c->dx[i], part);
    }
}

static void check_gradients(bool logarithm)
{
    static row_case c;
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    test_random random = {601};
    double most = 0.0;
    for (size_t round = 0; round < (TEST_SANITIZED ? 40 : 1500); round++) {
        draw(&c, round, logarithm, &random);
        for (size_t b = 0; b < builds; b++) {
            const vacti_softmax_family *family = &tables[b]->family;
            (logarithm ? family->log_softmax_backward : family->softmax_backward)(c.dx, c.cols, c.dy, c.cols, c.y,
                                                                                  c.cols, 1, c.cols, c.scale, NULL);
            if (b == 0)
                memcpy(c.first, c.dx, c.cols * sizeof *c.dx);
            for (size_t i = 0; i < c.cols; i++)
                cr_assert(test_same(c.first[i], c.dx[i]), "%s and %s differ", tables[0]->build, tables[b]->build);
            (logarithm ? log_softmax_row : softmax_row)(&c, tables[b], &most);
        }
    }
    cr_log_info("%s_backward: at most %.3f of its bound\n", logarithm ? "log_softmax" : "softmax", most);
}

Test(family_gradients, softmax) { check_gradients(false); }
Test(family_gradients, log_softmax) { check_gradients(true); }

/* The calls with options: those with a scale alone have the bits of the calls with a scale; of softmax, those with
 * masks give 0 where these leave an element out, and elsewhere what the row without that element has. */
Test(family_gradients, options)
{
    enum { ROWS = 4, COLS = 70, N = ROWS * COLS };
    static float x[N], y[N], dy[N], got[N], want[N], lse[ROWS], row_y[COLS], row_dy[COLS], row_dx[COLS];
    static unsigned char keep[N];
    test_random random = {604};
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = 0.3f;
    fill_normal(x, N, 5.0, &random);
    fill_normal(dy, N, 1.0, &random);
    cr_assert(vact_softmax_masked_f32(y, COLS, x, COLS, ROWS, COLS, &options) == VACT_OK);
    vact_softmax_backward_rows_f32(want, COLS, dy, COLS, y, COLS, ROWS, COLS, 0.3f);
    vact_softmax_backward_masked_f32(got, COLS, NULL, dy, COLS, NULL, 0, y, COLS, ROWS, COLS, &options);
    cr_expect(memcmp(got, want, sizeof want) == 0, "softmax");
    cr_assert(vact_log_softmax_masked_f32(y, COLS, x, COLS, ROWS, COLS, &options) == VACT_OK);
    vact_log_softmax_backward_rows_f32(want, COLS, dy, COLS, y, COLS, ROWS, COLS, 0.3f);
    vact_log_softmax_backward_masked_f32(got, COLS, NULL, dy, COLS, NULL, 0, y, COLS, ROWS, COLS, &options);
    cr_expect(memcmp(got, want, sizeof want) == 0, "log_softmax");
    cr_assert(vact_logsumexp_masked_f32(lse, x, COLS, ROWS, COLS, &options) == VACT_OK);
    vact_logsumexp_backward_rows_f32(want, COLS, dy, x, COLS, lse, ROWS, COLS, 0.3f);
    vact_logsumexp_backward_masked_f32(got, COLS, NULL, dy, x, COLS, lse, ROWS, COLS, &options);
    cr_expect(memcmp(got, want, sizeof want) == 0, "logsumexp");

    for (size_t i = 0; i < N; i++)
        keep[i] = test_random_below(&random, 3) != 0;
    memset(keep + COLS, 0, COLS); /* nothing left */
    options.keep = keep, options.keep_layout.stride = COLS;
    cr_assert(vact_softmax_masked_f32(y, COLS, x, COLS, ROWS, COLS, &options) == VACT_OK);
    vact_softmax_backward_masked_f32(got, COLS, NULL, dy, COLS, NULL, 0, y, COLS, ROWS, COLS, &options);
    for (size_t r = 0; r < ROWS; r++) {
        size_t left = 0;
        for (size_t i = r * COLS; i < (r + 1) * COLS; i++)
            if (keep[i])
                row_y[left] = y[i], row_dy[left++] = dy[i];
            else
                cr_expect(got[i] == 0.0f, "left out, but %a", (double)got[i]);
        vact_softmax_backward_rows_f32(row_dx, left, row_dy, left, row_y, left, 1, left, 0.3f);
        for (size_t i = r * COLS, k = 0; i < (r + 1) * COLS; i++)
            if (keep[i]) {
                double error = fabs((double)got[i] - (double)row_dx[k]);
                cr_expect(error <= 4.0 * spacing((long double)row_dx[k]), "%a, without the rest %a", (double)got[i],
                          (double)row_dx[k]);
                k++;
            }
    }
}

Test(family_gradients, logsumexp)
{
    static row_case c;
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    test_random random = {602};
    double most = 0.0;
    for (size_t round = 0; round < (TEST_SANITIZED ? 40 : 1500); round++) {
        draw(&c, round, false, &random);
        float y, dy = c.dy[0];
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        options.scale = c.scale;
        if (round % 7 == 0)
            dy = round % 14 == 0 ? FLT_MAX : FLT_MIN;
        cr_assert(vact_logsumexp_masked_f32(&y, c.x, c.cols, 1, c.cols, &options) == VACT_OK);
        for (size_t b = 0; b < builds; b++) {
            tables[b]->family.logsumexp_backward(c.dx, c.cols, &dy, c.x, c.cols, &y, 1, c.cols, c.scale, NULL);
            if (b == 0)
                memcpy(c.first, c.dx, c.cols * sizeof *c.dx);
            for (size_t i = 0; i < c.cols; i++) {
                cr_assert(test_same(c.first[i], c.dx[i]), "%s and %s differ", tables[0]->build, tables[b]->build);
                long double z = (long double)c.scale * (long double)c.x[i] - (long double)y;
                long double slope = (long double)c.scale * (long double)dy;
                double part = used(c.dx[i], slope * expl(z), 0x1p-189L * fabsl(slope));
                most = fmax(most, part);
                cr_assert(part <= 1.0, "%s logsumexp_backward, column %zu of %zu: %a, %g of the bound",
                          tables[b]->build, i, c.cols, (double)c.dx[i], part);
            }
        }
    }
    cr_log_info("logsumexp_backward: at most %.3f of 2 ULP\n", most);
}

/* The three gradients are those of the forward functions: central differences of the exact ones. */
Test(family_gradients, central_differences)
{
    enum { COLS = 9 };
    test_random random = {603};
    for (int round = 0; round < 100; round++) {
        float x[COLS], dy[COLS], y[COLS], dx[3][COLS], lse;
        fill_normal(x, COLS, 2.0, &random);
        fill_normal(dy, COLS, 1.0, &random);
        cr_assert(vact_softmax_masked_f32(y, COLS, x, COLS, 1, COLS, NULL) == VACT_OK);
        cr_assert(vact_softmax_backward_f32(dx[0], dy, y, 1, COLS) == VACT_OK);
        cr_assert(vact_log_softmax_masked_f32(y, COLS, x, COLS, 1, COLS, NULL) == VACT_OK);
        cr_assert(vact_log_softmax_backward_f32(dx[1], dy, y, 1, COLS) == VACT_OK);
        cr_assert(vact_logsumexp_f32(&lse, x, 1, COLS) == VACT_OK);
        cr_assert(vact_logsumexp_backward_f32(dx[2], dy, x, &lse, 1, COLS) == VACT_OK);
        for (size_t i = 0; i < COLS; i++) {
            const long double step = 0x1p-20L;
            long double change[3] = {0};
            for (int side = -1; side <= 1; side += 2) {
                long double z[COLS], out[COLS];
                family_logits(z, x, 0, 1, COLS, NULL);
                z[i] += step * (long double)side;
                family_softmax(out, z, COLS, false);
                for (size_t j = 0; j < COLS; j++)
                    change[0] += (long double)side * (long double)dy[j] * out[j];
                family_log_softmax(out, z, COLS, false);
                for (size_t j = 0; j < COLS; j++)
                    change[1] += (long double)side * (long double)dy[j] * out[j];
                change[2] += (long double)side * (long double)dy[0] * family_logsumexp(z, COLS);
            }
            for (size_t f = 0; f < 3; f++)
                cr_assert(fabsl(change[f] / (2.0L * step) - (long double)dx[f][i]) < 4e-6L,
                          "function %zu, column %zu: %g, central difference %Lg", f, i, (double)dx[f][i],
                          change[f] / (2.0L * step));
        }
    }
}

/* Strided, in place over dy and over y, between guard pages. */
Test(family_gradients, in_place_and_tails)
{
    enum { ROWS = 2, LONGEST = 131 };
    test_guarded a = test_guarded_new(ROWS * (LONGEST + 3)), b = test_guarded_new(ROWS * (LONGEST + 3));
    test_guarded out = test_guarded_new(ROWS * (LONGEST + 3));
    test_random random = {604};
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    for (size_t cols = 1; cols <= LONGEST; cols++)
        for (size_t t = 0; t < 2 * builds; t++) {
            const vacti_softmax_family *family = &tables[t / 2]->family;
            vact_rows_backward_f32_fn *kernel = t % 2 == 0 ? family->softmax_backward : family->log_softmax_backward;
            size_t stride = cols + cols % 4, span = (ROWS - 1) * stride + cols;
            float *dy = a.first + (a.n - span), *y = b.first + (b.n - span), *dx = out.first + (out.n - span);
            fill_normal(dy, span, 1.0, &random);
            for (size_t i = 0; i < span; i++)
                y[i] = t % 2 == 0 ? (float)test_random_unit(&random) : (float)(-5.0 * test_random_unit(&random));
            test_fill(dx, span);
            kernel(dx, stride, dy, stride, y, stride, ROWS, cols, 0.5f, NULL);
            cr_assert(test_untouched(dx + cols, stride - cols), "wrote between rows");
            float kept[2 * LONGEST + 8], expected[2 * LONGEST + 8];
            memcpy(expected, dx, span * sizeof *dx);
            memcpy(kept, dy, span * sizeof *dy);
            kernel(dy, stride, dy, stride, y, stride, ROWS, cols, 0.5f, NULL);
            kernel(y, stride, memcpy(dx, kept, span * sizeof *dx), stride, y, stride, ROWS, cols, 0.5f, NULL);
            for (size_t r = 0; r < ROWS; r++)
                for (size_t c = 0; c < cols; c++) {
                    size_t i = r * stride + c;
                    cr_assert(test_same(dy[i], expected[i]) && test_same(y[i], expected[i]),
                              "%s in place, column %zu of %zu", tables[t / 2]->build, c, cols);
                }
        }
    test_guarded_free(&a);
    test_guarded_free(&b);
    test_guarded_free(&out);
}

/* What a mask left out (y = 0) has no gradient, and a spoiled row spoils no other. */
Test(family_gradients, special_values)
{
    const float y[6] = {0.0f, 0.25f, 0.75f, 0.5f, 0.5f, 0.0f}, dy[6] = {3.0f, 1.0f, 2.0f, NAN, 1.0f, 1.0f};
    float dx[6];
    cr_assert(vact_softmax_backward_f32(dx, dy, y, 2, 3) == VACT_OK);
    cr_assert(dx[0] == 0.0f && dx[1] == -0.1875f && dx[2] == 0.1875f);
    cr_assert(isnan(dx[3]) && isnan(dx[4]) && isnan(dx[5]));
}

/* Terms that overflow on the way are computed apart: small ones beside them keep their digits, on every build. */
Test(family_gradients, small_beside_large)
{
    enum { COLS = 80 };
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    float y[COLS], dy[COLS], dx[COLS];
    for (size_t i = 0; i < COLS; i++) {
        y[i] = i < 2 ? 0.0f : -INFINITY;
        dy[i] = i < 2 ? 3e38f : 0x1.234567p-106f * (float)i;
    }
    for (size_t t = 0; t < builds; t++) {
        tables[t]->family.log_softmax_backward(dx, COLS, dy, COLS, y, COLS, 1, COLS, 1.0f, NULL);
        for (size_t i = 0; i < COLS; i++)
            cr_assert(test_same(dx[i], i < 2 ? -3e38f : dy[i]), "%s, column %zu: %a", tables[t]->build, i,
                      (double)dx[i]);
    }
}

/* ------------------------------------------------------------------------------------------------ prelu */

typedef struct tensor {
    size_t outer, channels, inner, n;
    float *x, *dy, *dx, *slope, *dslope;
} tensor;

static void check_prelu(const tensor *t, const vacti_table *table, double *most)
{
    for (size_t c = 0; c < t->channels; c++) {
        long double sum = 0.0L, size = 0.0L;
        for (size_t o = 0; o < t->outer; o++)
            for (size_t i = 0; i < t->inner; i++) {
                size_t at = (o * t->channels + c) * t->inner + i;
                long double term = (long double)t->dy[at] * (long double)t->x[at];
                bool above = t->x[at] > 0.0f;
                sum += above ? 0.0L : term;
                size += above ? 0.0L : fabsl(term);
                float expected = above ? t->dy[at] : t->slope[c] * t->dy[at];
                cr_assert(test_same(expected, t->dx[at]), "%s %zux%zux%zu dx at %zu: %a, expected %a", table->build,
                          t->outer, t->channels, t->inner, at, (double)t->dx[at], (double)expected);
            }
        double room = (sum == 0.0L ? 0x1p-149 : spacing(sum)) + (double)(0x1p-40L * size);
        double part = (double)fabsl((long double)t->dslope[c] - sum) / room;
        *most = fmax(*most, part);
        cr_assert(part <= 1.0, "%s %zux%zux%zu dslope of channel %zu: %a, exact %La", table->build, t->outer,
                  t->channels, t->inner, c, (double)t->dslope[c], sum);
    }
}

Test(family_gradients, prelu)
{
    static const size_t shapes[][3] = {{1, 1, 1},   {1, 1, 100}, {3, 5, 49},  {200, 17, 1}, {70, 33, 1}, {2, 3, 1000},
                                       {65, 2, 63}, {5, 16, 64}, {4, 1, 130}, {9, 40, 2},   {1, 7, 1},   {7, 1, 1}};
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    test_random random = {605};
    double most = 0.0;
    for (size_t s = 0; s < 4 * COUNT(shapes); s++) {
        tensor t = {.outer = shapes[s / 4][0], .channels = shapes[s / 4][1], .inner = shapes[s / 4][2]};
        t.n = t.outer * t.channels * t.inner;
        test_guarded memory[5];
        for (size_t i = 0; i < 5; i++)
            memory[i] = test_guarded_new(i < 3 ? t.n : t.channels);
        t.x = memory[0].first + (memory[0].n - t.n);
        t.dy = memory[1].first + (memory[1].n - t.n);
        t.dx = memory[2].first + (memory[2].n - t.n);
        t.slope = memory[3].first + (memory[3].n - t.channels);
        t.dslope = memory[4].first + (memory[4].n - t.channels);
        float *first = calloc(t.channels, sizeof *first), *plain = calloc(t.n, sizeof *plain);
        cr_assert(first != NULL && plain != NULL);
        for (size_t b = 0; b < builds; b++) {
            vact_prelu_backward_f32_fn *kernel = tables[b]->family.prelu_backward;
            if (b == 0) {
                fill_normal(t.x, t.n, 2.0, &random);
                fill_normal(t.dy, t.n, 1e-3, &random);
                fill_normal(t.slope, t.channels, 0.5, &random);
                t.x[t.n / 2] = -0.0f;
            }
            kernel(t.dx, t.dslope, t.dy, t.x, t.slope, t.outer, t.channels, t.inner);
            check_prelu(&t, tables[b], &most);
            if (b == 0)
                memcpy(first, t.dslope, t.channels * sizeof *first);
            cr_assert(memcmp(first, t.dslope, t.channels * sizeof *first) == 0, "%s differs in dslope",
                      tables[b]->build);
            memcpy(plain, t.dx, t.n * sizeof *plain);
            memcpy(t.dx, s % 2 == 0 ? t.x : t.dy, t.n * sizeof *t.dx); /* in place over x, over dy */
            kernel(t.dx, t.dslope, s % 2 == 0 ? t.dy : t.dx, s % 2 == 0 ? t.dx : t.x, t.slope, t.outer, t.channels,
                   t.inner);
            cr_assert(memcmp(plain, t.dx, t.n * sizeof *plain) == 0 &&
                          memcmp(first, t.dslope, t.channels * sizeof *first) == 0,
                      "%s in place", tables[b]->build);
        }
        free(first);
        free(plain);
        for (size_t i = 0; i < 5; i++)
            test_guarded_free(&memory[i]);
    }
    cr_log_info("prelu_backward: dslope at most %.3f of its bound\n", most);
}

Test(family_gradients, prelu_special_values)
{
    const vacti_table *tables[TABLES];
    size_t builds = family_tables(tables, TABLES);
    const float slope[1] = {0.25f};
    static const struct {
        float x, dy, dx, dslope;
    } cases[] = {{1.0f, INFINITY, INFINITY, 0.0f},
                 {1.0f, NAN, NAN, 0.0f},
                 {NAN, 1.0f, NAN, NAN},
                 {0.0f, 4.0f, 1.0f, 0.0f},
                 {-INFINITY, 4.0f, 1.0f, -INFINITY},
                 {-2.0f, -INFINITY, -INFINITY, INFINITY},
                 {-FLT_MAX, FLT_MAX, 0x1.fffffep+125f, -INFINITY},
                 {-2.0f, NAN, NAN, NAN}};
    for (size_t b = 0; b < builds; b++)
        for (size_t k = 0; k < COUNT(cases); k++) {
            float dx, dslope;
            tables[b]->family.prelu_backward(&dx, &dslope, &cases[k].dy, &cases[k].x, slope, 1, 1, 1);
            cr_assert(test_same(dx, cases[k].dx) && test_bits(dslope + 0.0f) == test_bits(cases[k].dslope),
                      "%s case %zu: dx %g, dslope %g", tables[b]->build, k, (double)dx, (double)dslope);
        }
}
