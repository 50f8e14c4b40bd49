/*
 * The error of the losses and their gradients: against the double oracle over many shapes, spreads, weights and
 * smoothings; the oracle's gradient against central differences of its loss; and losses against MPFR.
 */
#include <math.h>
#include <mpfr.h>

#include "kernels/reference/mpfr/exact.h"
#include "losses.h"
#include "reference/losses.h"
#include "reference/reference.h"

static const double LOSS_BOUND = 1.5, SMOOTHED_BOUND = 3.0, GRADIENT_BOUND = 3.0, BCE_BOUND = 4.0;

static losses_problem problem;
static float loss[LOSSES_MOST], dx[LOSSES_MOST];
static double logits[LOSSES_MOST];

static const size_t SHAPES[][2] = {{1, 1},  {9, 1},   {150, 2},  {130, 3}, {70, 7},
                                   {3, 64}, {66, 65}, {5, 1000}, {1, 4096}};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0], KINDS = 5, ROUNDS = TEST_SANITIZED ? 1 : 4 };

/* The error in spacings at `size`, where the exact value is a difference of terms of that size. */
static double error_at(float computed, double exact, double size)
{
    double spacing = ldexp(1.0, (int)fmax(floor(log2(size)), -126.0) - 23);
    return fabs((double)computed - exact) / spacing;
}

typedef struct worst {
    double loss, slope, reduced;
} worst;

static double larger(double a, double b) { return isnan(b) || b > a ? b : a; }

/* Loss and gradient of row r; the gradient came with problem.dy[r]. Returns the exact loss. */
static double check_row(size_t r, const vacti_reference_row *row, worst *seen)
{
    double exact = vacti_reference_cross_entropy(row);
    seen->loss = larger(seen->loss, vacti_ulp_error(loss[r], exact));
    size_t step = row->cols > 100 ? row->cols / 20 : 1; /* the oracle walks the row for each slope */
    for (size_t k = 0; k <= row->cols; k += step) {
        size_t j = k == 0 ? row->target : k - 1;
        double size, slope = vacti_reference_cross_entropy_slope(row, j, &size), dy = (double)problem.dy[r];
        if (size * fabs(dy) < 0x1p-120)
            cr_assert(fabs((double)dx[r * row->cols + j] - slope * dy) <= GRADIENT_BOUND * 0x1p-143, "a tiny gradient");
        else
            seen->slope = larger(seen->slope, error_at(dx[r * row->cols + j], slope * dy, size * fabs(dy)));
    }
    return exact;
}

static worst check_problem(const vacti_table *table, const float *weights, float smoothing)
{
    worst seen = {0.0, 0.0, 0.0};
    vacti_cross_entropy_call call = losses_call(&problem, VACT_REDUCTION_NONE, smoothing);
    call.loss = loss, call.dx = dx, call.dy = problem.dy, call.weights = weights;
    table->cross_entropy(&call);
    double sum = 0.0, divisor = 0.0;
    for (size_t r = 0; r < problem.rows; r++) {
        for (size_t j = 0; j < problem.cols; j++)
            logits[j] = (double)problem.logits[r * problem.cols + j];
        if (problem.targets[r] == -100)
            continue;
        size_t target = (size_t)problem.targets[r];
        vacti_reference_row row = {logits, weights, problem.cols, target, (double)smoothing};
        sum += check_row(r, &row, &seen);
        divisor += weights ? (double)weights[target] : 1.0;
    }
    for (int mean = 0; mean < 2; mean++) {
        float reduced;
        call = losses_call(&problem, mean ? VACT_REDUCTION_MEAN : VACT_REDUCTION_SUM, smoothing);
        call.loss = &reduced, call.weights = weights;
        table->cross_entropy(&call);
        seen.reduced = larger(seen.reduced, vacti_ulp_error(reduced, mean ? sum / divisor : sum));
    }
    return seen;
}

ParameterizedTestParameters(losses_error, cross_entropy) { return losses_builds(); }

ParameterizedTest(int *build, losses_error, cross_entropy)
{
    static const float smoothings[] = {0.0f, 0.1f, 1.0f, 0.001f};
    const vacti_table *table = losses_begin(*build);
    test_random random = {31};
    for (int round = 0; round < ROUNDS * KINDS * SHAPE_COUNT; round++) {
        const size_t *shape = SHAPES[round % SHAPE_COUNT];
        losses_fill(&problem, shape[0], shape[1], round / SHAPE_COUNT % KINDS, &random);
        for (size_t s = 0; s < sizeof smoothings / sizeof smoothings[0]; s++)
            for (int weighted = 0; weighted < 2; weighted++) {
                worst seen = check_problem(table, weighted ? problem.weights : NULL, smoothings[s]);
                double bound = smoothings[s] > 0.0f ? SMOOTHED_BOUND : LOSS_BOUND;
                cr_assert(
                    fmax(seen.loss, seen.reduced) <= bound && seen.slope <= GRADIENT_BOUND,
                    "%s, %zu rows of %zu, spread %d, smoothing %g, %s: loss %.3f, gradient %.3f, reduced %.3f ULP",
                    table->build, shape[0], shape[1], round / SHAPE_COUNT % KINDS, (double)smoothings[s],
                    weighted ? "weights" : "no weights", seen.loss, seen.slope, seen.reduced);
            }
    }
}

ParameterizedTestParameters(losses_error, bce) { return losses_builds(); }

ParameterizedTest(int *build, losses_error, bce)
{
    const vacti_table *table = losses_begin(*build);
    test_random random = {32};
    for (int round = 0; round < 8 * ROUNDS * KINDS; round++) {
        losses_fill(&problem, 64, 33, round % KINDS, &random);
        vacti_bce_call call = losses_bce_call(&problem, VACT_REDUCTION_NONE);
        call.loss = loss, call.dx = dx, call.dy = problem.dy;
        bool weighted = round % 2;
        if (weighted) {
            call.positive = (vacti_periodic){problem.weights, 33};
            call.weight = (vacti_periodic){problem.weights + 33, 66};
        }
        table->bce_with_logits(&call);
        double sum = 0.0;
        for (size_t i = 0; i < call.n; i++) {
            double x = (double)problem.logits[i], t = (double)problem.answers[i], dy = (double)problem.dy[i], size;
            double p = weighted ? (double)problem.weights[i % 33] : 1.0;
            double w = weighted ? (double)problem.weights[33 + i % 66] : 1.0;
            double exact = w * vacti_reference_bce(x, t, p), slope = w * vacti_reference_bce_slope(x, t, p, &size);
            double error = vacti_ulp_error(loss[i], exact);
            double steep = size * w * fabs(dy) < 0x1p-120 ? 0.0 : error_at(dx[i], slope * dy, size * w * fabs(dy));
            cr_assert(fmax(error, steep) <= BCE_BOUND, "%s, x %a, t %a, p %a, w %a: loss %.3f, gradient %.3f ULP",
                      table->build, x, t, p, w, error, steep);
            sum += exact;
        }
        for (int mean = 0; mean < 2; mean++) {
            float reduced;
            call.loss = &reduced, call.dx = NULL;
            call.reduction = mean ? VACT_REDUCTION_MEAN : VACT_REDUCTION_SUM;
            table->bce_with_logits(&call);
            double error = vacti_ulp_error(reduced, mean ? sum / (double)call.n : sum);
            cr_assert(error <= BCE_BOUND, "%s: reduced %.3f ULP", table->build, error);
        }
    }
}

/* Whether a slope is that of a function by central differences, whose own error is some 1e-9. */
static void expect_slope(double slope, double above, double below, double step, double scale, const char *what)
{
    double difference = (above - below) / (2.0 * step);
    cr_assert(fabs(difference - slope) <= 2e-8 * fmax(1.0, scale), "%s: slope %.12g, differences %.12g", what, slope,
              difference);
}

Test(losses_error, central_differences_of_cross_entropy)
{
    const double step = 1e-4;
    test_random random = {33};
    for (int round = 0; round < 60; round++) {
        losses_fill(&problem, 1, 1 + test_random_below(&random, 40), round % 2, &random);
        for (size_t j = 0; j < problem.cols; j++)
            logits[j] = (double)problem.logits[j] * (round % 2 ? 0.1 : 1.0);
        vacti_reference_row row = {logits, round % 3 ? problem.weights : NULL, problem.cols,
                                   test_random_below(&random, problem.cols), round % 4 ? 0.1 * (round % 4) : 0.0};
        for (size_t j = 0; j < row.cols; j++) {
            double kept = logits[j], size;
            logits[j] = kept + step;
            double above = vacti_reference_cross_entropy(&row);
            logits[j] = kept - step;
            double below = vacti_reference_cross_entropy(&row);
            logits[j] = kept;
            expect_slope(vacti_reference_cross_entropy_slope(&row, j, &size), above, below, step, above,
                         "cross-entropy");
        }
    }
}

Test(losses_error, central_differences_of_bce)
{
    const double step = 1e-4;
    test_random random = {34};
    for (int round = 0; round < 3000; round++) {
        double x = 6.0 * test_random_normal(&random), t = test_random_unit(&random), size;
        double p = 3.0 * test_random_unit(&random);
        if (round % 3 < 2)
            t = round % 3;
        expect_slope(vacti_reference_bce_slope(x, t, p, &size), vacti_reference_bce(x + step, t, p),
                     vacti_reference_bce(x - step, t, p), step, fabs(x), "bce");
    }
}

/* The loss of a row is minus log_softmax at the target, here from the textbook's formula to 640 bits. */
ParameterizedTestParameters(losses_error, against_mpfr) { return losses_builds(); }

ParameterizedTest(int *build, losses_error, against_mpfr)
{
    const vacti_table *table = losses_begin(*build);
    test_random random = {35};
    mpfr_t exact;
    mpfr_init2(exact, EXACT_BITS);
    for (int round = 0; round < (TEST_SANITIZED ? 20 : 200); round++) {
        losses_fill(&problem, 3, 1 + test_random_below(&random, round % 10 ? 12 : 200), round % KINDS, &random);
        vacti_cross_entropy_call call = losses_call(&problem, VACT_REDUCTION_NONE, 0.0f);
        call.loss = loss;
        table->cross_entropy(&call);
        for (size_t r = 0; r < problem.rows; r++) {
            if (problem.targets[r] == -100)
                continue;
            exact_row_f32(VACT_OP_LOG_SOFTMAX)(exact, problem.logits + r * problem.cols, problem.cols,
                                               (size_t)problem.targets[r]);
            double error = exact_error(-(double)loss[r], exact);
            cr_assert(error <= LOSS_BOUND, "%s, %zu columns: %.9g, %.3f ULP", table->build, problem.cols,
                      (double)loss[r], error);
        }
    }
    mpfr_clear(exact);
}
