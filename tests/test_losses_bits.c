/*
 * The losses' bits and memory: equal on every build, forward_backward equal to its parts, 32-bit targets equal to
 * 64-bit ones, every number of columns between guard pages, strides, in place, reductions over lanes.
 */
#include <math.h>
#include <string.h>

#include "losses.h"

static losses_problem problem;

/* All that a call may give. */
typedef struct results {
    float loss[LOSSES_MOST], dx[LOSSES_MOST], sum, mean, sum_dx[LOSSES_MOST], mean_dx[LOSSES_MOST];
} results;

static results expected, got;

static void expect_same(const vacti_table *table, const char *what)
{
    const float *want = (const float *)&expected, *have = (const float *)&got;
    for (size_t i = 0; i < sizeof expected / sizeof(float); i++)
        if (!test_same(want[i], have[i]))
            cr_assert_fail("%s, %s, %zu rows of %zu: float %zu is %a, not %a", table->build, what, problem.rows,
                           problem.cols, i, (double)have[i], (double)want[i]);
}

enum { REDUCTIONS = 3 };

/* A reduction, and where its loss and gradient go. */
typedef struct reduction_run {
    vact_reduction reduction;
    float *loss, *dx;
} reduction_run;

static void prepare_runs(reduction_run runs[REDUCTIONS], results *into)
{
    memset(into, 0, sizeof *into);
    runs[0] = (reduction_run){VACT_REDUCTION_NONE, into->loss, into->dx};
    runs[1] = (reduction_run){VACT_REDUCTION_SUM, &into->sum, into->sum_dx};
    runs[2] = (reduction_run){VACT_REDUCTION_MEAN, &into->mean, into->mean_dx};
}

static void cross_entropy_all(const vacti_table *table, results *into, bool weighted, float smoothing)
{
    reduction_run runs[REDUCTIONS];
    prepare_runs(runs, into);
    for (size_t i = 0; i < REDUCTIONS; i++) {
        vacti_cross_entropy_call call = losses_call(&problem, runs[i].reduction, smoothing);
        call.loss = runs[i].loss, call.dx = runs[i].dx, call.dy = problem.dy;
        call.weights = weighted ? problem.weights : NULL;
        table->cross_entropy(&call);
    }
}

static void bce_all(const vacti_table *table, results *into, bool weighted)
{
    reduction_run runs[REDUCTIONS];
    prepare_runs(runs, into);
    for (size_t i = 0; i < REDUCTIONS; i++) {
        vacti_bce_call call = losses_bce_call(&problem, runs[i].reduction);
        call.loss = runs[i].loss, call.dx = runs[i].dx, call.dy = problem.dy;
        if (weighted) {
            call.positive = (vacti_periodic){problem.weights, problem.cols};
            call.weight = (vacti_periodic){problem.weights, problem.rows * problem.cols};
        }
        table->bce_with_logits(&call);
    }
}

static void poison_some(test_random *random)
{
    static const uint32_t bits[] = {0x7fc00000u, 0x7f800000u, 0xff800000u, 0x00000001u, 0x7f7fffffu, 0xff7fffffu};
    for (size_t i = 0; i < 1 + problem.rows * problem.cols / 50; i++)
        problem.logits[test_random_below(random, problem.rows * problem.cols)] =
            test_from_bits(bits[test_random_below(random, 6)]);
}

ParameterizedTestParameters(losses_bits, same_on_every_build) { return losses_builds(); }

ParameterizedTest(int *build, losses_bits, same_on_every_build)
{
    static const size_t shapes[][2] = {{1, 1}, {65, 2}, {130, 3}, {64, 10}, {9, 63}, {5, 64}, {7, 129}, {3, 4096}};
    const vacti_table *table = losses_begin(*build), *reference = losses_reference();
    test_random random = {41};
    for (int round = 0; round < (TEST_SANITIZED ? 40 : 160); round++) {
        const size_t *shape = shapes[round % 8];
        losses_fill(&problem, shape[0], shape[1], round / 8 % 5, &random);
        if (round % 4 == 3)
            poison_some(&random);
        cross_entropy_all(reference, &expected, round & 1, round & 2 ? 0.1f : 0.0f);
        cross_entropy_all(table, &got, round & 1, round & 2 ? 0.1f : 0.0f);
        expect_same(table, "cross-entropy");
        bce_all(reference, &expected, round & 1);
        bce_all(table, &got, round & 1);
        expect_same(table, "bce");
    }
}

/* -------------------------------------------------------------------------------------- public functions */

static vact_cross_entropy_options_f32 options_of(vact_reduction reduction, bool weighted, float smoothing)
{
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.reduction = reduction;
    options.class_weights = weighted ? problem.weights : NULL;
    options.label_smoothing = smoothing;
    return options;
}

static void expect_parts(const float *loss, const float *dx, size_t losses, const char *what)
{
    for (size_t i = 0; i < losses; i++)
        cr_assert(test_same(loss[i], expected.loss[i]), "%s: loss %zu is %a, not %a", what, i, (double)loss[i],
                  (double)expected.loss[i]);
    for (size_t i = 0; i < problem.rows * problem.cols; i++)
        cr_assert(test_same(dx[i], expected.dx[i]), "%s: dx %zu", what, i);
}

Test(losses_bits, cross_entropy_parts_are_the_whole)
{
    test_random random = {42};
    for (int round = 0; round < 120; round++) {
        losses_fill(&problem, 1 + (size_t)round % 70, 1 + test_random_below(&random, 40), round % 5, &random);
        vact_reduction reduction = (vact_reduction)(round % 3);
        vact_cross_entropy_options_f32 options = options_of(reduction, round & 1, round & 2 ? 0.25f : 0.0f);
        size_t rows = problem.rows, cols = problem.cols, losses = reduction == VACT_REDUCTION_NONE ? rows : 1;
        const float *dy = round % 5 ? problem.dy : NULL, *x = problem.logits;
        const int64_t *t = problem.targets;
        float *loss = got.loss, *dx = got.dx;
        cr_assert(vact_cross_entropy_forward_backward_i64_f32(expected.loss, expected.dx, dy, x, t, rows, cols,
                                                              &options) == VACT_OK);
        cr_assert(vact_cross_entropy_i64_f32(loss, x, t, rows, cols, &options) == VACT_OK);
        cr_assert(vact_cross_entropy_backward_i64_f32(dx, dy, x, t, rows, cols, &options) == VACT_OK);
        expect_parts(loss, dx, losses, "i64 apart");
        const int32_t *narrow = problem.narrow;
        cr_assert(vact_cross_entropy_i32_f32(loss, x, narrow, rows, cols, &options) == VACT_OK);
        cr_assert(vact_cross_entropy_backward_i32_f32(dx, dy, x, narrow, rows, cols, &options) == VACT_OK);
        expect_parts(loss, dx, losses, "i32 apart");
        memset(&got, 0, sizeof got);
        cr_assert(vact_cross_entropy_forward_backward_i32_f32(loss, dx, dy, x, narrow, rows, cols, &options) ==
                  VACT_OK);
        expect_parts(loss, dx, losses, "i32 at once");
        /* in place */
        memcpy(got.dx, x, rows * cols * sizeof *x);
        cr_assert(vact_cross_entropy_forward_backward_i64_f32(loss, dx, dy, dx, t, rows, cols, &options) == VACT_OK);
        expect_parts(loss, dx, losses, "in place");
    }
}

Test(losses_bits, cross_entropy_strides)
{
    enum { STRIDE = 50, OTHER = 61, ROWS = 66, COLS = 47 };
    static float wide[ROWS * STRIDE], gradient[ROWS * OTHER];
    test_random random = {43};
    losses_fill(&problem, ROWS, COLS, 0, &random);
    vact_cross_entropy_options_f32 options = options_of(VACT_REDUCTION_NONE, true, 0.1f);
    cr_assert(vact_cross_entropy_forward_backward_i64_f32(expected.loss, expected.dx, problem.dy, problem.logits,
                                                          problem.targets, ROWS, COLS, &options) == VACT_OK);
    test_fill(wide, ROWS * STRIDE);
    test_fill(gradient, ROWS * OTHER);
    for (size_t r = 0; r < ROWS; r++)
        memcpy(wide + r * STRIDE, problem.logits + r * COLS, COLS * sizeof(float));
    options.stride = STRIDE, options.dx_stride = OTHER;
    cr_assert(vact_cross_entropy_forward_backward_i64_f32(got.loss, gradient, problem.dy, wide, problem.targets, ROWS,
                                                          COLS, &options) == VACT_OK);
    for (size_t r = 0; r < ROWS; r++) {
        memcpy(got.dx + r * COLS, gradient + r * OTHER, COLS * sizeof(float));
        cr_assert(r + 1 == ROWS || test_untouched(gradient + r * OTHER + COLS, OTHER - COLS), "wrote between rows");
    }
    expect_parts(got.loss, got.dx, ROWS, "strided");
}

/* Rows of every number of columns that end where memory ends, and that begin there. */
ParameterizedTestParameters(losses_bits, cross_entropy_tails) { return losses_builds(); }

ParameterizedTest(int *build, losses_bits, cross_entropy_tails)
{
    enum { ROWS = 3, MOST = ROWS * (2 * 64 + 3) };
    const vacti_table *table = losses_begin(*build);
    test_guarded memory[4];
    for (int i = 0; i < 4; i++)
        memory[i] = test_guarded_new(MOST);
    test_random random = {44};
    for (size_t cols = 1; cols <= MOST / ROWS; cols++)
        for (int rear = 0; rear < 2; rear++) {
            size_t counts[4] = {ROWS * cols, ROWS * cols, cols, ROWS};
            float *at[4];
            for (int i = 0; i < 4; i++) {
                test_fill(memory[i].first, memory[i].n);
                at[i] = memory[i].first + (rear ? memory[i].n - counts[i] : 0);
            }
            losses_fill(&problem, ROWS, cols, (int)(cols % 5), &random);
            vacti_cross_entropy_call call = losses_call(&problem, VACT_REDUCTION_NONE, cols % 2 ? 0.1f : 0.0f);
            call.loss = expected.loss, call.dx = expected.dx, call.weights = problem.weights, call.dy = problem.dy;
            table->cross_entropy(&call);
            memcpy(at[0], problem.logits, ROWS * cols * sizeof(float));
            memcpy(at[2], problem.weights, cols * sizeof(float));
            call.logits = at[0], call.dx = at[1], call.weights = at[2], call.loss = at[3];
            table->cross_entropy(&call);
            expect_parts(at[3], at[1], ROWS, "between guard pages");
            float *beyond = rear ? memory[1].first : at[1] + counts[1];
            cr_assert(test_untouched(beyond, memory[1].n - counts[1]), "%s, %zu columns: wrote beyond", table->build,
                      cols);
        }
    for (int i = 0; i < 4; i++)
        test_guarded_free(&memory[i]);
}

ParameterizedTestParameters(losses_bits, bce_tails) { return losses_builds(); }

ParameterizedTest(int *build, losses_bits, bce_tails)
{
    enum { MOST = 2 * 64 + 3 };
    const vacti_table *table = losses_begin(*build);
    test_guarded memory[6];
    for (int i = 0; i < 6; i++)
        memory[i] = test_guarded_new(MOST);
    test_random random = {45};
    for (size_t n = 1; n <= MOST; n++)
        for (int rear = 0; rear < 2; rear++) {
            float *at[6];
            losses_fill(&problem, 1, n, (int)(n % 5), &random);
            const float *from[4] = {problem.logits, problem.answers, problem.dy, problem.weights};
            for (int i = 0; i < 6; i++) {
                test_fill(memory[i].first, memory[i].n);
                at[i] = memory[i].first + (rear ? memory[i].n - n : 0);
                if (i < 4)
                    memcpy(at[i], from[i], n * sizeof(float));
            }
            size_t period = n % 3 == 0 ? n / 3 : n;
            float *weights = rear ? memory[3].first + (memory[3].n - period) : at[3];
            memcpy(weights, problem.weights, period * sizeof(float));
            for (size_t i = 0; i < n; i++) { /* one by one, the weights looked up */
                vacti_bce_call one = {.loss = &expected.loss[i],
                                      .dx = &expected.dx[i],
                                      .dy = &problem.dy[i],
                                      .x = &problem.logits[i],
                                      .targets = &problem.answers[i],
                                      .n = 1};
                one.positive = one.weight = (vacti_periodic){&problem.weights[i % period], 1};
                table->bce_with_logits(&one);
            }
            vacti_bce_call call = {.loss = at[4], .dx = at[5], .dy = at[2], .x = at[0], .targets = at[1], .n = n};
            call.positive = call.weight = (vacti_periodic){weights, period};
            table->bce_with_logits(&call);
            expect_parts(at[4], at[5], n, "between guard pages");
            float *beyond = rear ? memory[5].first : at[5] + n;
            cr_assert(test_untouched(beyond, memory[5].n - n), "%s, %zu elements: wrote beyond", table->build, n);
        }
    for (int i = 0; i < 6; i++)
        test_guarded_free(&memory[i]);
}

Test(losses_bits, bce_parts_are_the_whole_and_in_place)
{
    static float copy[LOSSES_MOST];
    test_random random = {46};
    for (int round = 0; round < 90; round++) {
        losses_fill(&problem, 1 + (size_t)round, 1 + test_random_below(&random, 40), round % 5, &random);
        size_t n = problem.rows * problem.cols;
        vact_bce_with_logits_options_f32 options = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
        options.reduction = (vact_reduction)(round % 3);
        bool reduced = options.reduction != VACT_REDUCTION_NONE;
        options.pos_weight = round % 2 ? problem.weights : NULL, options.pos_weight_count = problem.cols;
        const float *dy = round % 5 ? problem.dy : NULL, *x = problem.logits, *t = problem.answers;
        float *loss = got.loss, *dx = got.dx;
        cr_assert(vact_bce_with_logits_forward_backward_f32(expected.loss, expected.dx, dy, x, t, n, &options) ==
                  VACT_OK);
        cr_assert(vact_bce_with_logits_f32(loss, x, t, n, &options) == VACT_OK);
        cr_assert(vact_bce_with_logits_backward_f32(dx, dy, x, t, n, &options) == VACT_OK);
        expect_parts(loss, dx, reduced ? 1 : n, "apart");
        memcpy(dx, x, n * sizeof *x);
        cr_assert(vact_bce_with_logits_backward_f32(dx, dy, dx, t, n, &options) == VACT_OK);
        expect_parts(loss, dx, 0, "on the logits");
        memcpy(dx, t, n * sizeof *x);
        memcpy(copy, x, n * sizeof *x);
        cr_assert(vact_bce_with_logits_forward_backward_f32(reduced ? loss : copy, dx, dy, reduced ? x : copy, dx, n,
                                                            &options) == VACT_OK);
        expect_parts(reduced ? loss : copy, dx, reduced ? 1 : n, "on the logits and the targets");
    }
}
