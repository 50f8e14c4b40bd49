/*
 * The options of cross-entropy: class probabilities, log-probabilities as input and as output, a z-loss, weights of
 * any sign, the class axis anywhere. Against a plain reference in long double, its gradient by central differences; as
 * columns with the bits of rows; the same bits on every build; strides and guard pages.
 */
#include <math.h>
#include <string.h>

#include "family.h"
#include "losses.h"
#include "reference/reference.h"

enum { TABLES = 8, MOST = 4096, ROUNDS = TEST_SANITIZED ? 60 : 500 };

/* One problem as rows; `cols` classes each. The call's arrays are these, or others laid out as columns. */
typedef struct problem {
    vacti_cross_entropy_call call;
    float x[MOST], t[MOST], w[MOST], dy[MOST];
    int64_t targets[MOST];
} problem;

typedef struct results {
    float loss[MOST], dx[MOST], log[MOST];
} results;

/* ------------------------------------------------------------------------------------------------ reference */

typedef struct exact_row {
    long double loss, size, slack; /* the loss, the magnitudes of its terms, and what a z-loss adds to the bound */
    long double max, log, mass, masses, level;
    bool ignored;
} exact_row;

static long double weight_of(const vacti_cross_entropy_call *call, size_t j)
{
    return call->weights ? (long double)call->weights[j] : 1.0L;
}

/* q_j, the weight of -log_p[j] in the loss of row r. */
static long double share_of(const problem *p, size_t r, size_t j)
{
    const long double s = (long double)p->call.smoothing, even = s / (long double)p->call.cols;
    const long double own =
        p->call.probabilities ? (long double)p->t[r * p->call.cols + j] : (long double)(p->targets[r] == (int64_t)j);
    return weight_of(&p->call, j) * ((1.0L - s) * own + even);
}

/* |q_j|; of a negative probability the magnitudes of its two terms. */
static long double share_size(const problem *p, size_t r, size_t j)
{
    const long double q = share_of(p, r, j), s = (long double)p->call.smoothing;
    const long double t = p->call.probabilities ? (long double)p->t[r * p->call.cols + j] : 0.0L;
    return fabsl(q) + (t < 0.0L ? 2.0L * (s - 1.0L) * t * fabsl(weight_of(&p->call, j)) : 0.0L);
}

/* The row with its logits in long double. */
static exact_row exact_of(const problem *p, size_t r, const long double *x)
{
    const vacti_cross_entropy_call *call = &p->call;
    exact_row row = {.max = -INFINITY, .ignored = !call->probabilities && p->targets[r] == call->ignore_index};
    long double sum = 0.0L;
    size_t best = 0;
    if (row.ignored)
        return row;
    for (size_t j = 0; j < call->cols; j++)
        if (x[j] > row.max)
            row.max = x[best = j];
    for (size_t j = 0; j < call->cols; j++)
        sum += j == best ? 0.0L : expl(x[j] - row.max);
    row.log = log1pl(sum);
    row.level = row.max + row.log;
    if (call->nll)
        row.max = row.log = 0.0L;
    for (size_t j = 0; j < call->cols; j++) {
        long double q = share_of(p, r, j);
        row.loss += q * ((row.max - x[j]) + row.log);
        row.size += share_size(p, r, j) * (fabsl(row.max - x[j]) + row.log);
        row.mass += q;
        row.masses += share_size(p, r, j);
    }
    row.loss += (long double)call->z_loss * row.level * row.level;
    row.slack =
        0x1p-126L * row.masses + 0x1p-21L * (long double)call->z_loss * fabsl(row.level) * (fabsl(row.max) + row.log);
    return row;
}

/* d loss/d x_j. *room: the bound of its error. */
static long double slope_of(const problem *p, size_t r, size_t j, const exact_row *row, const long double *x,
                            long double dy, long double *room)
{
    const vacti_cross_entropy_call *call = &p->call;
    const long double q = share_of(p, r, j), z = (long double)call->z_loss;
    const long double e = call->nll ? 0.0L : expl(x[j] - row->level);
    const long double size = fabsl(dy) * fmaxl(fabsl(row->mass) * e, share_size(p, r, j));
    const bool mixed = row->masses > fabsl(row->mass) * 1.0001L;
    *room = 3.0L * exp2l(fmaxl(floorl(log2l(size)), -126.0L) - 23.0L) +
            (mixed ? 0x1p-22L * fabsl(dy) * row->masses * e : 0.0L) +
            0x1p-20L * fabsl(dy) * z * (fabsl(row->max) + row->log) * e + 0x1p-140L;
    return dy * ((row->mass + 2.0L * z * row->level) * e - q);
}

/* ------------------------------------------------------------------------------------------------- problems */

static void draw(problem *p, int round, test_random *random)
{
    static const float smoothings[] = {0.0f, 0.0f, 0.1f, 1.0f};
    const size_t cols = 1 + test_random_below(random, round % 8 == 0 ? 300 : 20);
    const size_t rows = 1 + test_random_below(random, MOST / cols < 150 ? MOST / cols : 150);
    const int kind = (int)test_random_below(random, 4), other = (int)test_random_below(random, 6);
    for (size_t i = 0; i < rows * cols; i++) {
        const double u = test_random_normal(random);
        p->x[i] = (float)(kind == 0 ? 2.0 * u : kind == 1 ? 60.0 * u : kind == 2 ? 1000.0 + 20.0 * u : 1e-3 * u);
        p->t[i] = (float)(round % 3 == 0 ? (double)(test_random_below(random, cols) == 0) : test_random_unit(random));
        if (round % 11 == 0)
            p->t[i] -= 0.25f;
    }
    for (size_t j = 0; j < cols; j++)
        p->w[j] = (float)(test_random_unit(random) - (round % 7 == 0 ? 0.4 : 0.0));
    for (size_t r = 0; r < rows; r++) {
        p->targets[r] = test_random_below(random, 10) ? (int64_t)test_random_below(random, cols) : -100;
        p->dy[r] = (float)(2.0 * test_random_normal(random));
    }
    p->call = (vacti_cross_entropy_call){.logits = p->x,
                                         .targets = p->targets,
                                         .wide = true,
                                         .rows = rows,
                                         .cols = cols,
                                         .stride = cols,
                                         .dx_stride = cols,
                                         .probabilities_stride = cols,
                                         .log_probabilities_stride = cols,
                                         .ignore_index = -100,
                                         .smoothing = smoothings[test_random_below(random, 4)],
                                         .reduction = (vact_reduction)(round % 3),
                                         .weights = test_random_below(random, 2) ? p->w : NULL,
                                         .dy = test_random_below(random, 2) ? p->dy : NULL,
                                         .nll = other == 0,
                                         .z_loss = other == 1 || other == 2 ? 1e-2f : 0.0f,
                                         .probabilities = test_random_below(random, 2) ? p->t : NULL};
}

static void run(const vacti_table *table, vacti_cross_entropy_call call, results *to, bool log)
{
    memset(to, 0, sizeof *to);
    call.loss = to->loss, call.dx = to->dx, call.log_probabilities = log && !call.nll ? to->log : NULL;
    table->cross_entropy(&call);
}

static void expect_same(const results *want, const results *got, const char *what, const problem *p)
{
    const float *a = (const float *)want, *b = (const float *)got;
    for (size_t i = 0; i < sizeof *want / sizeof *a; i++)
        cr_assert(test_same(a[i], b[i]), "%s, %zu rows of %zu, float %zu (%zu per array): %a, not %a", what,
                  p->call.rows, p->call.cols, i, (size_t)MOST, (double)b[i], (double)a[i]);
}

static void check(const problem *p, const results *got)
{
    static long double x[MOST];
    static exact_row row[MOST];
    const vacti_cross_entropy_call *call = &p->call;
    long double sum = 0.0L, sizes = 0.0L, slacks = 0.0L, divisor = 0.0L, parts = 0.0L;
    for (size_t r = 0; r < call->rows; r++) {
        for (size_t j = 0; j < call->cols; j++)
            x[j] = (long double)p->x[r * call->cols + j];
        row[r] = exact_of(p, r, x);
        sum += row[r].loss, sizes += row[r].size, slacks += row[r].slack;
        divisor += call->probabilities ? 1.0L : row[r].ignored ? 0.0L : weight_of(call, (size_t)p->targets[r]);
        parts += call->probabilities ? 1.0L : row[r].ignored ? 0.0L : fabsl(weight_of(call, (size_t)p->targets[r]));
    }
    if (call->reduction != VACT_REDUCTION_MEAN)
        divisor = parts = 1.0L;
    if (fabsl(divisor) < 0.01L * parts || parts == 0.0L)
        return; /* nothing to divide by */
    const bool plain = !call->nll && !call->probabilities && call->z_loss == 0.0f && call->smoothing == 0.0f;
    for (size_t r = 0; r < (call->reduction == VACT_REDUCTION_NONE ? call->rows : 1); r++) {
        const bool one = call->reduction == VACT_REDUCTION_NONE;
        const long double exact = (one ? row[r].loss : sum) / divisor;
        const long double size = fabsl((one ? row[r].size : sizes) / divisor);
        const long double room = (plain ? 1.5L : 3.0L) * exp2l(fmaxl(floorl(log2l(size)), -126.0L) - 23.0L) +
                                 fabsl((one ? row[r].slack : slacks) / divisor) +
                                 3.0L * 0x1p-24L * fabsl(exact) * (call->z_loss != 0.0f);
        cr_assert(
            fabsl((long double)got->loss[r] - exact) <= room,
            "loss %zu of %zu rows of %zu, nll %d, z %g, smoothing %g, probabilities %d, weights %d, reduction %d: "
            "%.9g, exact %.12Lg, %Lg of the bound",
            r, call->rows, call->cols, call->nll, (double)call->z_loss, (double)call->smoothing,
            call->probabilities != NULL, call->weights != NULL, (int)call->reduction, (double)got->loss[r], exact,
            fabsl((long double)got->loss[r] - exact) / room);
    }
    for (size_t r = 0; r < call->rows; r++) {
        const float dy = call->dy ? call->dy[call->reduction == VACT_REDUCTION_NONE ? r : 0] : 1.0f;
        for (size_t j = 0; j < call->cols; j++)
            x[j] = (long double)p->x[r * call->cols + j];
        for (size_t j = 0; j < call->cols; j++) {
            const size_t i = r * call->cols + j;
            long double room = 0.0L, exact = 0.0L;
            if (!row[r].ignored)
                exact = slope_of(p, r, j, &row[r], x, (long double)dy / divisor, &room);
            cr_assert(
                fabsl((long double)got->dx[i] - exact) <= room,
                "dx %zu of row %zu of %zu, nll %d, z %g, smoothing %g, probabilities %d: %.9g, exact %.12Lg, %Lg of "
                "the bound",
                j, r, call->cols, call->nll, (double)call->z_loss, (double)call->smoothing, call->probabilities != NULL,
                (double)got->dx[i], exact, fabsl((long double)got->dx[i] - exact) / room);
            if (call->nll)
                continue;
            static long double y[MOST];
            if (j == 0)
                family_log_softmax(y, x, call->cols, false);
            cr_assert(vacti_ulp_error(got->log[i], (double)y[j]) <= 2.0,
                      "log-probability %zu of row %zu of %zu: %a, %La", j, r, call->cols, (double)got->log[i], y[j]);
        }
    }
}

static problem rows;
static results first, second;

Test(losses_options, random_combinations)
{
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES);
    test_random random = {71};
    for (int round = 0; round < ROUNDS; round++) {
        draw(&rows, round, &random);
        run(tables[0], rows.call, &first, true);
        check(&rows, &first);
        for (size_t b = 1; b < builds; b++) {
            run(tables[b], rows.call, &second, true);
            expect_same(&first, &second, tables[b]->build, &rows);
        }
    }
}

/* The reference's gradient is that of its loss. */
Test(losses_options, central_differences)
{
    const long double step = 0x1p-24L;
    test_random random = {72};
    for (int round = 0; round < 100; round++) {
        long double x[12] = {0.0L}, room;
        draw(&rows, round, &random);
        const size_t cols = rows.call.cols < 12 ? rows.call.cols : 12;
        rows.call.cols = cols;
        rows.targets[0] = (int64_t)test_random_below(&random, cols);
        for (size_t j = 0; j < cols; j++)
            x[j] = 0.1L * (long double)rows.x[j];
        const exact_row row = exact_of(&rows, 0, x);
        for (size_t j = 0; j < cols; j++) {
            const long double kept = x[j], slope = slope_of(&rows, 0, j, &row, x, 1.0L, &room);
            x[j] = kept + step;
            const long double above = exact_of(&rows, 0, x).loss;
            x[j] = kept - step;
            const long double difference = (above - exact_of(&rows, 0, x).loss) / (2.0L * step);
            x[j] = kept;
            cr_assert(fabsl(difference - slope) <= 1e-8L * (1.0L + row.size), "slope %Lg, differences %Lg", slope,
                      difference);
        }
    }
}

/* ----------------------------------------------------------------------------------------------- as columns */

/* Element j of row r, in blocks of `inner` rows. */
static size_t place_of(size_t r, size_t j, size_t inner, size_t stride)
{
    return r / inner * stride + j * inner + r % inner;
}

/* With gaps between blocks and at either end of memory; dx in place where that is asked for. */
static void check_columns(const vacti_table *table, size_t inner, bool rear, bool in_place, bool log)
{
    vacti_cross_entropy_call call = rows.call;
    const size_t blocks = call.rows / inner, gap = inner % 3, stride = call.cols * inner + gap;
    const size_t n = (blocks - 1) * stride + call.cols * inner;
    test_guarded memory[4];
    float *at[4];
    for (int i = 0; i < 4; i++) {
        memory[i] = test_guarded_new(n);
        test_fill(memory[i].first, memory[i].n);
        at[i] = memory[i].first + (rear ? memory[i].n - n : 0);
    }
    for (size_t r = 0; r < call.rows; r++)
        for (size_t j = 0; j < call.cols; j++) {
            at[0][place_of(r, j, inner, stride)] = rows.x[r * call.cols + j];
            at[1][place_of(r, j, inner, stride)] = rows.t[r * call.cols + j];
        }
    memset(&second, 0, sizeof second);
    call.inner = inner, call.stride = call.dx_stride = call.probabilities_stride = stride;
    call.log_probabilities_stride = stride, call.logits = at[0];
    call.probabilities = call.probabilities ? at[1] : NULL;
    call.dx = in_place ? at[0] : at[2], call.log_probabilities = log && !call.nll ? at[3] : NULL;
    call.loss = second.loss;
    table->cross_entropy(&call);
    for (size_t r = 0; r < call.rows; r++)
        for (size_t j = 0; j < call.cols; j++) {
            second.dx[r * call.cols + j] = ((const float *)call.dx)[place_of(r, j, inner, stride)];
            if (call.log_probabilities)
                second.log[r * call.cols + j] = at[3][place_of(r, j, inner, stride)];
        }
    expect_same(&first, &second, table->build, &rows);
    for (size_t b = 0; b + 1 < blocks; b++)
        cr_assert(test_untouched((float *)call.dx + b * stride + call.cols * inner, gap) &&
                      test_untouched(at[3] + b * stride + call.cols * inner, gap),
                  "wrote between blocks");
    for (int i = 0; i < 4; i++) {
        cr_assert(rear ? test_untouched(memory[i].first, memory[i].n - n)
                       : test_untouched(memory[i].first + n, memory[i].n - n),
                  "wrote beyond");
        test_guarded_free(&memory[i]);
    }
}

Test(losses_options, columns_have_the_bits_of_rows)
{
    static const size_t inners[] = {1, 2, 3, 7, 15, 16, 17, 33, 40};
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES);
    test_random random = {73};
    for (int round = 0; round < ROUNDS / 2; round++) {
        const size_t inner = inners[round % 9];
        const bool log = round % 5 != 0;
        draw(&rows, round, &random);
        if (round % 4 == 0) { /* one column of each kind in a vector, and special logits */
            static const float odd[] = {1e30f, -1e30f, INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 300.0f};
            for (size_t i = 0; i < rows.call.rows; i++)
                rows.x[test_random_below(&random, rows.call.rows * rows.call.cols)] = odd[(i + (size_t)round) % 8];
        }
        if (rows.call.rows < inner)
            continue;
        rows.call.rows -= rows.call.rows % inner;
        for (size_t b = 0; b < builds; b++) {
            run(tables[b], rows.call, &first, log);
            check_columns(tables[b], inner, round % 2 == 0, round % 3 == 0, log);
        }
    }
}

/* More classes than a block of a sum has. */
Test(losses_options, long_columns)
{
    enum { COLS = 2500, INNER = 3, N = COLS * INNER };
    static float x[N], t[N], flat_x[N], flat_t[N], dx[2][N], w[COLS], loss[2][INNER];
    static const int64_t targets[INNER] = {7, COLS - 1, -100};
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES);
    test_random random = {74};
    for (int round = 0; round < 8; round++) {
        for (size_t r = 0; r < INNER; r++)
            for (size_t j = 0; j < COLS; j++) {
                flat_x[r * COLS + j] = x[j * INNER + r] = r == 1 ? 5.0f : (float)(3.0 * test_random_normal(&random));
                flat_t[r * COLS + j] = t[j * INNER + r] = (float)test_random_unit(&random);
                w[j] = (float)(test_random_unit(&random) * (round == 7 ? 1e37 : 1.0));
            }
        for (size_t b = 0; b < builds; b++) {
            vacti_cross_entropy_call call = {.loss = loss[0], .dx = dx[0], .logits = flat_x, .targets = targets};
            call.wide = true, call.rows = INNER, call.cols = COLS, call.stride = call.dx_stride = COLS;
            call.probabilities_stride = COLS, call.ignore_index = -100, call.smoothing = round & 1 ? 0.1f : 0.0f;
            call.probabilities = round & 2 ? flat_t : NULL, call.weights = round & 4 ? w : NULL;
            tables[b]->cross_entropy(&call);
            call.loss = loss[1], call.dx = dx[1], call.logits = x, call.probabilities = round & 2 ? t : NULL;
            call.inner = INNER, call.stride = call.dx_stride = call.probabilities_stride = N;
            tables[b]->cross_entropy(&call);
            for (size_t r = 0; r < INNER; r++) {
                cr_assert(test_same(loss[0][r], loss[1][r]), "%s, round %d, row %zu: %a, as a row %a", tables[b]->build,
                          round, r, (double)loss[1][r], (double)loss[0][r]);
                for (size_t j = 0; j < COLS; j++)
                    cr_assert(test_same(dx[0][r * COLS + j], dx[1][j * INNER + r]), "%s, round %d: dx",
                              tables[b]->build, round);
            }
        }
    }
}

/* --------------------------------------------------------------------------------------- the public functions */

static vact_status call(float *loss, float *dx, const float *x, const int64_t *targets, size_t n, size_t cols,
                        const vact_cross_entropy_options_f32 *options)
{
    return vact_cross_entropy_forward_backward_i64_f32(loss, dx, NULL, x, targets, n, cols, options);
}

/* Numbers that can be checked by hand: log 2 is the logsumexp of two zeros. */
Test(losses_options, known)
{
    static const float zeros[4] = {0}, halves[4] = {1.0f, 0.0f, 0.25f, 0.75f}, negative[2] = {-3.0f, 1.0f};
    static const int64_t targets[2] = {0, 1}, ignored[2] = {-100, 1};
    const float log2 = 0x1.62e43p-1f;
    float loss[2], dx[4], log[4];
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.probabilities = halves;
    cr_assert(call(loss, dx, zeros, NULL, 2, 2, &options) == VACT_OK && loss[0] == log2);
    cr_assert(dx[0] == -0.25f && dx[1] == 0.25f && dx[2] == 0.125f && dx[3] == -0.125f);
    options.class_weights = negative, options.reduction = VACT_REDUCTION_SUM; /* -3 log 2, and 0 */
    cr_assert(call(loss, dx, zeros, NULL, 2, 2, &options) == VACT_OK && loss[0] == -3.0f * log2, "%a", (double)loss[0]);
    cr_assert(dx[0] == 1.5f && dx[1] == -1.5f && dx[2] == 0.75f && dx[3] == -0.75f);
    options.probabilities = NULL, options.reduction = VACT_REDUCTION_MEAN; /* (-3 + 1) log 2/(-3 + 1) */
    cr_assert(call(loss, dx, zeros, targets, 2, 2, &options) == VACT_OK && loss[0] == log2);
    cr_assert(dx[0] == -0.75f && dx[1] == 0.75f && dx[2] == -0.25f && dx[3] == 0.25f);
    options = (vact_cross_entropy_options_f32)VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.z_loss = 0.5f, options.log_probabilities = log;
    cr_assert(call(loss, dx, zeros, ignored, 2, 2, &options) == VACT_OK);
    cr_assert(fabs((double)loss[0] - 0.933373731) < 1e-7, "log 2 + (log 2)^2/2 is %.9g", (double)loss[0]);
    cr_assert(test_raw_bits(dx[0]) == 0 && fabs((double)dx[2] - 0.846573590) < 1e-7);
    for (int i = 0; i < 4; i++)
        cr_assert(log[i] == -log2, "of ignored rows too");
    static const float logs[4] = {-0.5f, -2.0f, NAN, -INFINITY};
    options = (vact_cross_entropy_options_f32)VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.nll = 1, options.reduction = VACT_REDUCTION_NONE;
    cr_assert(call(loss, dx, logs, targets, 2, 2, &options) == VACT_OK && loss[0] == 0.5f && loss[1] == INFINITY);
    cr_assert(dx[0] == -1.0f && dx[3] == -1.0f && test_raw_bits(dx[1]) == 0 && test_raw_bits(dx[2]) == 0);
}

Test(losses_options, nothing)
{
    float loss[2] = {7.0f, 7.0f};
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    static const float one = 1.0f;
    options.probabilities = &one;
    for (size_t inner = 1; inner <= 2; inner++) { /* no classes: sums of nothing */
        options.inner = inner, options.reduction = VACT_REDUCTION_MEAN;
        cr_assert(call(loss, NULL, NULL, NULL, 2, 0, &options) == VACT_OK && isnan(loss[0]));
        options.reduction = VACT_REDUCTION_SUM;
        cr_assert(call(loss, NULL, NULL, NULL, 2, 0, &options) == VACT_OK && test_raw_bits(loss[0]) == 0);
        options.reduction = VACT_REDUCTION_NONE, loss[0] = loss[1] = 7.0f;
        cr_assert(call(loss, NULL, NULL, NULL, 2, 0, &options) == VACT_OK && loss[0] == 0.0f && loss[1] == 0.0f);
        options.reduction = VACT_REDUCTION_MEAN;
        cr_assert(call(loss, NULL, NULL, NULL, 0, 3, &options) == VACT_OK && isnan(loss[0]));
    }
}

/* A class of probability 0 and a logit of -inf: 0*inf, as in PyTorch. A target of -inf costs infinitely. */
Test(losses_options, impossible_classes)
{
    static const float x[3] = {1.0f, -INFINITY, 2.0f}, never[3] = {0.5f, 0.0f, 0.5f}, some[3] = {0.5f, 0.25f, 0.25f};
    float loss, dx[3];
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.probabilities = never;
    cr_assert(call(&loss, dx, x, NULL, 1, 3, &options) == VACT_OK && isnan(loss) && dx[1] == 0.0f);
    options.probabilities = some;
    cr_assert(call(&loss, dx, x, NULL, 1, 3, &options) == VACT_OK && loss == INFINITY && dx[1] == -0.25f);
}
