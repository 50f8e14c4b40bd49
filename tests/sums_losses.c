/* The sums of the losses and of prelu's gradient. */
#include <math.h>
#include <stdlib.h>

#include "sums.h"

static const double LOSS_BOUND = 1.5, SMOOTHED_BOUND = 3.0, GRADIENT_BOUND = 3.0, BCE_BOUND = 4.0;

/* log(1 + e^d), good to 2^-50. */
static double softplus(double d) { return d > 0.0 ? d + log1p(exp(-d)) : log1p(exp(d)); }

/* ------------------------------------------------------------------------------- cross-entropy: one long row */

typedef struct exact_loss {
    size_t target;
    long double max, sum, log; /* of the logits: max, sum of e^(x - max), its logarithm */
    long double without;       /* sum without the target */
    long double loss;
} exact_loss;

static exact_loss exact_loss_of(const sums_problem *p, const float *weights, float smoothing)
{
    exact_loss row = {.target = p->n / 2 + 1, .max = -INFINITY};
    sums_total without = {0.0L, 0.0L}, spread = {0.0L, 0.0L}, total = {0.0L, 0.0L};
    for (size_t i = 0; i < p->n; i++)
        row.max = fmaxl(row.max, (long double)p->x[i]);
    for (size_t i = 0; i < p->n; i++) {
        long double d = row.max - (long double)p->x[i], w = weights ? (long double)weights[i] : 1.0L;
        sums_add(&spread, w * d);
        sums_add(&total, w);
        if (i != row.target)
            sums_add(&without, (long double)exp(-(double)d));
    }
    long double distance = row.max - (long double)p->x[row.target], s = (long double)smoothing;
    row.without = sums_value(&without);
    row.sum = row.without + expl(-distance);
    row.log = logl(row.sum);
    row.loss = (1.0L - s) * (weights ? (long double)weights[row.target] : 1.0L) * (distance + row.log) +
               s / (long double)p->n * (sums_value(&spread) + row.log * sums_value(&total));
    return row;
}

static void run_row(sums_problem *p, bool weighted, float smoothing)
{
    sums_fill(p->x, p, sums_logit);
    for (size_t i = 0; i < p->n; i++)
        p->w[i] = 0.3f + (float)(i % 3);
    exact_loss exact = exact_loss_of(p, weighted ? p->w : NULL, smoothing);
    int32_t target = (int32_t)exact.target;
    float loss;
    vacti_cross_entropy_call call = {.loss = &loss, .logits = p->x, .targets = &target, .rows = 1, .cols = p->n};
    call.stride = call.dx_stride = p->n;
    call.ignore_index = -100, call.smoothing = smoothing, call.reduction = VACT_REDUCTION_NONE;
    call.weights = weighted ? p->w : NULL;
    call.dx = smoothing == 0.0f && !weighted ? p->dx : NULL;
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->cross_entropy(&call);
        sums_judge(p, loss, exact.loss, exact.loss, smoothing > 0.0f ? SMOOTHED_BOUND : LOSS_BOUND, 0.0L);
        for (size_t i = 0; call.dx && i < p->n; i = sums_sample(i, p->n)) {
            long double e = i == exact.target ? -exact.without : expl((long double)p->x[i] - exact.max);
            sums_judge(p, p->dx[i], e / exact.sum, e / exact.sum, GRADIENT_BOUND, 0.0L);
        }
    }
}

static void run_long_row(sums_problem *p) { run_row(p, false, 0.0f); }
static void run_smoothed(sums_problem *p) { run_row(p, false, 0.1f); }
static void run_weighted(sums_problem *p) { run_row(p, true, 0.1f); }

/* ------------------------------------------------------ cross-entropy: probabilities and a z-loss, one long axis */

static float probability(sums_data data, size_t i, size_t n)
{
    (void)n;
    return data == SUMS_RANDOM || data == SUMS_ALTERNATING ? (float)sums_unit(i) : 0.1f;
}

/* `inner` rows: one, or some as columns beside each other. */
static void run_soft(sums_problem *p, size_t inner)
{
    enum { MOST_ROWS = 3 };
    static const float z = 0.01f;
    exact_loss rows[MOST_ROWS];
    const size_t cols = p->n / inner;
    sums_fill(p->x, p, sums_logit);
    sums_fill(p->y, p, probability);
    for (size_t c = 0; c < inner; c++) {
        exact_loss *row = &rows[c];
        sums_total others = {0.0L, 0.0L}, spread = {0.0L, 0.0L}, mass = {0.0L, 0.0L};
        bool seen = false; /* one of the largest, which counts 1 */
        *row = (exact_loss){.max = -INFINITY};
        for (size_t i = c; i < cols * inner; i += inner)
            row->max = fmaxl(row->max, (long double)p->x[i]);
        for (size_t i = c; i < cols * inner; i += inner) {
            long double d = row->max - (long double)p->x[i];
            sums_add(&spread, (long double)p->y[i] * d);
            sums_add(&mass, (long double)p->y[i]);
            if (d == 0.0L && !seen)
                seen = true;
            else
                sums_add(&others, (long double)exp(-(double)d));
        }
        row->sum = 1.0L + sums_value(&others);
        row->log = log1pl(sums_value(&others));
        row->without = sums_value(&mass);
        long double level = row->max + row->log;
        row->loss = sums_value(&spread) + row->without * row->log + (long double)z * level * level;
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        float loss[MOST_ROWS];
        vacti_cross_entropy_call call = {.loss = loss, .dx = p->dx, .logits = p->x, .rows = inner, .cols = cols};
        call.stride = call.dx_stride = call.probabilities_stride = cols * inner;
        call.inner = inner, call.probabilities = p->y, call.z_loss = z;
        sums_table(p)->cross_entropy(&call);
        for (size_t c = 0; c < inner; c++) {
            long double level = fabsl(rows[c].max) + rows[c].log;
            sums_judge(p, loss[c], rows[c].loss, rows[c].loss, SMOOTHED_BOUND,
                       0x1p-21L * (long double)z * level * level);
        }
        for (size_t i = 0; i < cols * inner; i = sums_sample(i, cols * inner)) {
            const exact_loss *row = &rows[i % inner];
            long double share = expl((long double)p->x[i] - row->max) / row->sum, t = (long double)p->y[i];
            long double exact = share * (row->without + 2.0L * (long double)z * (row->max + row->log)) - t;
            sums_judge(p, p->dx[i], exact, fmaxl(share * row->without, t), GRADIENT_BOUND,
                       0x1p-20L * (long double)z * (fabsl(row->max) + row->log) * share);
        }
    }
}

static void run_soft_row(sums_problem *p) { run_soft(p, 1); }
static void run_soft_columns(sums_problem *p) { run_soft(p, 3); }

/* --------------------------------------------------------------------------- cross-entropy: many rows of two */

static void run_rows(sums_problem *p, vact_reduction reduction, const float *weights)
{
    size_t rows = p->n / 2;
    int32_t *targets = malloc(rows * sizeof *targets);
    sums_total total = {0.0L, 0.0L}, divisor = {0.0L, 0.0L};
    if (targets == NULL)
        return;
    sums_fill(p->x, p, sums_logit);
    for (size_t r = 0; r < rows; r++) {
        targets[r] = sums_unit(r) < 0.5;
        long double w = weights ? (long double)weights[targets[r]] : 1.0L;
        double target = (double)p->x[2 * r + (size_t)targets[r]], other = (double)p->x[2 * r + (targets[r] == 0)];
        sums_add(&total, w * (long double)softplus(other - target));
        sums_add(&divisor, w);
    }
    long double exact =
        reduction == VACT_REDUCTION_MEAN ? sums_value(&total) / sums_value(&divisor) : sums_value(&total);
    float loss;
    vacti_cross_entropy_call call = {.loss = &loss, .logits = p->x, .targets = targets, .rows = rows, .cols = 2};
    call.stride = call.dx_stride = 2, call.ignore_index = -100, call.reduction = reduction, call.weights = weights;
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->cross_entropy(&call);
        sums_judge(p, loss, exact, exact, LOSS_BOUND, 0.0L);
    }
    free(targets);
}

static const float CLASS_WEIGHTS[2] = {1.1f, 0.3f};

static void run_rows_sum(sums_problem *p) { run_rows(p, VACT_REDUCTION_SUM, NULL); }
static void run_rows_mean(sums_problem *p) { run_rows(p, VACT_REDUCTION_MEAN, NULL); }
static void run_rows_sum_weighted(sums_problem *p) { run_rows(p, VACT_REDUCTION_SUM, CLASS_WEIGHTS); }
static void run_rows_mean_weighted(sums_problem *p) { run_rows(p, VACT_REDUCTION_MEAN, CLASS_WEIGHTS); }

/* ----------------------------------------------------------------------------------- binary cross-entropy */

static float bce_logit(sums_data data, size_t i, size_t n)
{
    return data == SUMS_CONSTANT ? 0.0f : sums_logit(data, i, n);
}

static float bce_target(sums_data data, size_t i, size_t n)
{
    (void)n;
    float random = i % 4 < 2 ? (float)(i % 2) : (float)sums_unit(~i);
    return data == SUMS_RANDOM ? random : data == SUMS_GROWING ? 0.25f : 0.0f;
}

static void run_bce(sums_problem *p, vact_reduction reduction, bool weighted)
{
    static const float positives[3] = {1.5f, 0.3f, 3.0f}, weight = 0.7f;
    sums_total total = {0.0L, 0.0L};
    sums_fill(p->x, p, bce_logit);
    sums_fill(p->y, p, bce_target);
    for (size_t i = 0; i < p->n; i++) {
        double x = (double)p->x[i], t = (double)p->y[i], yes = weighted ? t * (double)positives[i % 3] : t;
        sums_add(&total, (long double)((1.0 - t) * softplus(x)) + (long double)(yes * softplus(-x)));
    }
    long double exact = sums_value(&total) * (weighted ? (long double)weight : 1.0L);
    exact /= reduction == VACT_REDUCTION_MEAN ? (long double)p->n : 1.0L;
    float loss;
    vacti_bce_call call = {.loss = &loss, .x = p->x, .targets = p->y, .n = p->n, .reduction = reduction};
    if (weighted) {
        call.positive = (vacti_periodic){positives, 3};
        call.weight = (vacti_periodic){&weight, 1};
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->bce_with_logits(&call);
        sums_judge(p, loss, exact, exact, BCE_BOUND, 0.0L);
    }
}

static void run_bce_sum(sums_problem *p) { run_bce(p, VACT_REDUCTION_SUM, false); }
static void run_bce_mean(sums_problem *p) { run_bce(p, VACT_REDUCTION_MEAN, false); }
static void run_bce_sum_weighted(sums_problem *p) { run_bce(p, VACT_REDUCTION_SUM, true); }
static void run_bce_mean_weighted(sums_problem *p) { run_bce(p, VACT_REDUCTION_MEAN, true); }

/* ------------------------------------------------------------------------------------------ prelu's slopes */

enum { MOST_CHANNELS = 3 };

static void run_prelu(sums_problem *p, size_t outer, size_t channels, size_t inner)
{
    static const float slopes[MOST_CHANNELS] = {0.25f, 0.25f, 0.25f};
    float dslope[MOST_CHANNELS];
    sums_total exact[MOST_CHANNELS] = {{0.0L, 0.0L}}, size[MOST_CHANNELS] = {{0.0L, 0.0L}};
    sums_fill(p->x, p, sums_negative);
    sums_fill(p->dy, p, sums_factor);
    for (size_t i = 0; i < outer * channels * inner; i++) {
        long double product = (long double)p->dy[i] * (long double)p->x[i];
        if (p->x[i] <= 0.0f) {
            sums_add(&exact[i / inner % channels], product);
            sums_add(&size[i / inner % channels], fabsl(product));
        }
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->family.prelu_backward(p->dx, dslope, p->dy, p->x, slopes, outer, channels, inner);
        for (size_t c = 0; c < channels; c++) {
            long double sum = sums_value(&exact[c]);
            sums_judge(p, dslope[c], sum, sum, 1.0, 0x1p-40L * sums_value(&size[c]));
        }
    }
}

static void run_prelu_one(sums_problem *p) { run_prelu(p, 1, 1, p->n); }
static void run_prelu_beside(sums_problem *p) { run_prelu(p, p->n / 3, 3, 1); }
static void run_prelu_runs(sums_problem *p) { run_prelu(p, p->n / 100 / 2, 2, 100); }

/* dalpha[0] over positive x, or dalpha[1] over negative x. */
static void run_xielu(sums_problem *p, sums_value_fn *values, int which)
{
    float dalpha[2];
    sums_total exact = {0.0L, 0.0L}, size = {0.0L, 0.0L};
    sums_fill(p->x, p, values);
    sums_fill(p->dy, p, sums_factor);
    for (size_t i = 0; i < p->n; i++) {
        long double x = (long double)p->x[i];
        long double curve = x > 0.0L ? x * x : x > -0x1p-12L ? x * x * (0.5L + x / 6.0L) : expm1l(x) - x;
        if ((x <= 0.0L) == (which == 1)) {
            sums_add(&exact, (long double)p->dy[i] * curve);
            sums_add(&size, fabsl((long double)p->dy[i] * curve));
        }
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->family.xielu_alpha_backward(dalpha, p->dy, p->x, p->n);
        long double sum = sums_value(&exact);
        sums_judge(p, dalpha[which], sum, sum, 1.0, 0x1p-28L * sums_value(&size));
    }
}

static void run_xielu_alpha_p(sums_problem *p) { run_xielu(p, sums_factor, 0); }
static void run_xielu_alpha_n(sums_problem *p) { run_xielu(p, sums_negative, 1); }

const sums_reduction sums_of_losses[] = {{"prelu dslope", run_prelu_one},
                                         {"xielu alpha_p", run_xielu_alpha_p},
                                         {"xielu alpha_n", run_xielu_alpha_n},
                                         {"prelu dslope, inner 1", run_prelu_beside},
                                         {"prelu dslope, inner 100", run_prelu_runs},
                                         {"cross_entropy, long row", run_long_row},
                                         {"cross_entropy, smoothing", run_smoothed},
                                         {"cross_entropy, weights", run_weighted},
                                         {"cross_entropy, probabilities", run_soft_row},
                                         {"ce, probabilities, axis", run_soft_columns},
                                         {"cross_entropy rows, sum", run_rows_sum},
                                         {"cross_entropy rows, mean", run_rows_mean},
                                         {"ce rows, sum, weights", run_rows_sum_weighted},
                                         {"ce rows, mean, weights", run_rows_mean_weighted},
                                         {"bce, sum", run_bce_sum},
                                         {"bce, mean", run_bce_mean},
                                         {"bce, sum, weights", run_bce_sum_weighted},
                                         {"bce, mean, weights", run_bce_mean_weighted},
                                         {NULL, NULL}};
