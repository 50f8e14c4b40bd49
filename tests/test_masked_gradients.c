/* The gradients of the masked softmax family: what a mask leaves out gets 0 and does not count, whatever it holds. */
#include <math.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8, ROWS = 6, COLS = 37 };

typedef enum { BY_KEEP, BY_BIAS, BY_CAUSALITY, MASKS } mask_kind;

typedef struct problem {
    vact_softmax_options_f32 options;
    unsigned char keep[COLS];
    float bias[COLS], x[ROWS * COLS], dy[ROWS * COLS], y[ROWS * COLS], dx[ROWS * COLS];
    float lse[ROWS], dlse[ROWS];
    long double z[COLS];
} problem;

static bool left_out(const problem *p, mask_kind kind, size_t r, size_t c)
{
    return kind == BY_CAUSALITY ? c > r + 3 : kind == BY_KEEP ? p->keep[c] == 0 : p->bias[c] == -INFINITY;
}

static void fill(problem *p, mask_kind kind, test_random *random)
{
    p->options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    p->options.scale = 0.75f;
    for (size_t c = 0; c < COLS; c++) {
        p->keep[c] = test_random_below(random, 2) == 0;
        p->bias[c] = test_random_below(random, 2) == 0 ? -INFINITY : (float)test_random_normal(random);
    }
    p->keep[2] = 1;
    p->bias[2] = 0.5f;
    if (kind == BY_KEEP)
        p->options.keep = p->keep;
    if (kind == BY_BIAS)
        p->options.bias = p->bias;
    if (kind == BY_CAUSALITY) {
        p->options.causal_queries = ROWS;
        p->options.causal_offset = 3;
    }
    for (size_t i = 0; i < ROWS * COLS; i++) {
        bool out = left_out(p, kind, i / COLS, i % COLS);
        p->x[i] = out && i % 5 == 0 && kind != BY_BIAS ? NAN : (float)test_random_normal(random);
        p->dy[i] = out ? (i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : 7.0f) : (float)test_random_normal(random);
    }
    for (size_t r = 0; r < ROWS; r++)
        p->dlse[r] = (float)test_random_normal(random);
}

static void check(const problem *p, mask_kind kind, size_t r, size_t c, long double exact, long double size,
                  const char *what, const vacti_table *table)
{
    float got = p->dx[r * COLS + c];
    if (left_out(p, kind, r, c)) {
        cr_assert(test_raw_bits(got) == 0, "%s %s, mask %d, row %zu, column %zu, left out: %a", table->build, what,
                  (int)kind, r, c, (double)got);
        return;
    }
    cr_assert(fabsl((long double)got - exact) <= 0x1p-22L * (fabsl(exact) + size),
              "%s %s, mask %d, %zu, %zu: %a, exact %La", table->build, what, (int)kind, r, c, (double)got, exact);
}

static void check_softmax(problem *p, mask_kind kind, const vacti_table *table)
{
    const long double scale = (long double)p->options.scale;
    table->family.softmax(p->y, COLS, p->x, COLS, ROWS, COLS, &p->options);
    table->family.softmax_backward(p->dx, COLS, p->dy, COLS, p->y, COLS, ROWS, COLS, p->options.scale, &p->options);
    for (size_t r = 0; r < ROWS; r++) {
        const float *dy = p->dy + r * COLS, *y = p->y + r * COLS;
        long double dot = 0.0L;
        for (size_t c = 0; c < COLS; c++)
            dot += left_out(p, kind, r, c) ? 0.0L : (long double)dy[c] * (long double)y[c];
        for (size_t c = 0; c < COLS; c++)
            check(p, kind, r, c, scale * (long double)y[c] * ((long double)dy[c] - dot), 1e-6L, "softmax", table);
    }
}

static void check_log_softmax(problem *p, mask_kind kind, const vacti_table *table)
{
    const long double scale = (long double)p->options.scale;
    table->family.log_softmax(p->y, COLS, p->x, COLS, ROWS, COLS, &p->options);
    table->family.log_softmax_backward(p->dx, COLS, p->dy, COLS, p->y, COLS, ROWS, COLS, p->options.scale, &p->options);
    for (size_t r = 0; r < ROWS; r++) {
        const float *dy = p->dy + r * COLS, *y = p->y + r * COLS;
        long double sum = 0.0L;
        for (size_t c = 0; c < COLS; c++)
            sum += left_out(p, kind, r, c) ? 0.0L : (long double)dy[c];
        for (size_t c = 0; c < COLS; c++) {
            long double slope = expl((long double)y[c]) * sum;
            check(p, kind, r, c, scale * ((long double)dy[c] - slope), fabsl(slope), "log_softmax", table);
        }
    }
}

static void check_logsumexp(problem *p, mask_kind kind, const vacti_table *table)
{
    const long double scale = (long double)p->options.scale;
    table->family.logsumexp(p->lse, p->x, COLS, ROWS, COLS, &p->options);
    table->family.logsumexp_backward(p->dx, COLS, p->dlse, p->x, COLS, p->lse, ROWS, COLS, p->options.scale,
                                     &p->options);
    for (size_t r = 0; r < ROWS; r++) {
        family_logits(p->z, p->x + r * COLS, r, ROWS, COLS, &p->options);
        for (size_t c = 0; c < COLS; c++)
            check(p, kind, r, c, scale * (long double)p->dlse[r] * expl(p->z[c] - (long double)p->lse[r]), 0.0L,
                  "logsumexp", table);
    }
}

Test(masked_gradients, left_out_is_zero)
{
    static problem p;
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    test_random random = {82};
    for (int round = 0; round < 20; round++)
        for (mask_kind kind = 0; kind < MASKS; kind++) {
            fill(&p, kind, &random);
            for (size_t t = 0; t < count; t++) {
                check_softmax(&p, kind, tables[t]);
                check_log_softmax(&p, kind, tables[t]);
                check_logsumexp(&p, kind, tables[t]);
            }
        }
}

/* A row of -inf alone: nothing flows. 0 for dy = 0 and where a mask leaves out, else NaN. */
Test(masked_gradients, logsumexp_of_nothing)
{
    const vacti_table *tables[TABLES];
    const size_t count = family_tables(tables, TABLES);
    const float x[3] = {-INFINITY, -INFINITY, -INFINITY}, y = -INFINITY, none = 0.0f, some = 2.0f;
    const unsigned char keep[3] = {1, 0, 1};
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.keep = keep;
    for (size_t t = 0; t < count; t++) {
        float dx[3];
        tables[t]->family.logsumexp_backward(dx, 3, &none, x, 3, &y, 1, 3, 1.0f, NULL);
        cr_expect(dx[0] == 0.0f && dx[1] == 0.0f && dx[2] == 0.0f, "%s: dy = 0", tables[t]->build);
        tables[t]->family.logsumexp_backward(dx, 3, &some, x, 3, &y, 1, 3, 1.0f, NULL);
        cr_expect(isnan(dx[0]) && isnan(dx[1]) && isnan(dx[2]), "%s: dy = 2", tables[t]->build);
        tables[t]->family.logsumexp_backward(dx, 3, &some, x, 3, &y, 1, 3, 1.0f, &options);
        cr_expect(isnan(dx[0]) && dx[1] == 0.0f && isnan(dx[2]), "%s: keep", tables[t]->build);
    }
}
