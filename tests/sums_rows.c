/* The sums of the softmax family and of its gradients. */
#include <math.h>

#include "registry.h"
#include "sums.h"

static const double FAMILY_BOUND = 2.0, FACTOR_BOUND = 1.0;

/* What the results of a row of logits are made of. */
typedef struct exact_row {
    long double max, sum; /* of e^(z - max) */
    long double log;      /* log(sum) */
} exact_row;

static long double logit_at(const sums_problem *p, size_t i, const vact_softmax_options_f32 *options)
{
    long double x = (long double)p->x[i];
    return options != NULL ? x * (long double)options->scale + (long double)options->bias[i] : x;
}

/* One of the largest logits is counted apart, so that the logarithm keeps its digits where it is near 0. Columns are
 * first, first + step, ... */
static exact_row exact_row_of(const sums_problem *p, size_t first, size_t step, const vact_softmax_options_f32 *options)
{
    exact_row row = {-INFINITY, 0.0L, 0.0L};
    sums_total others = {0.0L, 0.0L};
    bool seen = false;
    for (size_t i = first; i < p->n; i += step)
        row.max = fmaxl(row.max, logit_at(p, i, options));
    for (size_t i = first; i < p->n; i += step) {
        long double d = logit_at(p, i, options) - row.max;
        double near = (double)d; /* exp is good to 2^-53; only the difference needs more */
        if (d == 0.0L && !seen)
            seen = true;
        else
            sums_add(&others, (long double)exp(near) * (1.0L + (d - (long double)near)));
    }
    row.sum = 1.0L + sums_value(&others);
    row.log = log1pl(sums_value(&others));
    return row;
}

static void judge_row(sums_problem *p, const exact_row *row, bool logarithm, double bound, size_t first, size_t step,
                      const vact_softmax_options_f32 *options)
{
    size_t count = p->n / step;
    for (size_t k = 0; k < count; k = sums_sample(k, count)) {
        long double distance = row->max - logit_at(p, first + k * step, options);
        long double exact = logarithm ? -(distance + row->log) : expl(-distance) / row->sum;
        sums_judge(p, p->dx[first + k * step], exact, exact, bound, 0.0L);
    }
}

static void run_op(sums_problem *p, vact_op op, vact_math math)
{
    double bound = vacti_registry_bound(vacti_registry_by_code(op), math);
    if (vacti_table_of_build(p->tables[0]->build, math) == NULL)
        return;
    sums_fill(p->x, p, sums_logit);
    exact_row row = exact_row_of(p, 0, 1, NULL);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        const vacti_table *table = vacti_table_of_build(sums_table(p)->build, math);
        table->rows[VACT_OP_SLOT(op)](p->dx, p->n, p->x, p->n, 1, p->n);
        judge_row(p, &row, op == VACT_OP_LOG_SOFTMAX, bound, 0, 1, NULL);
    }
}

static void run_softmax_fast(sums_problem *p) { run_op(p, VACT_OP_SOFTMAX, VACT_MATH_FAST); }
static void run_softmax_sleef(sums_problem *p) { run_op(p, VACT_OP_SOFTMAX, VACT_MATH_SLEEF); }
static void run_log_softmax_fast(sums_problem *p) { run_op(p, VACT_OP_LOG_SOFTMAX, VACT_MATH_FAST); }
static void run_log_softmax_sleef(sums_problem *p) { run_op(p, VACT_OP_LOG_SOFTMAX, VACT_MATH_SLEEF); }

/* -------------------------------------------------------------------------------------------- masked forms */

static vact_softmax_options_f32 biased(sums_problem *p)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    sums_fill(p->w, p, sums_factor);
    options.scale = 0.3f;
    options.bias = p->w;
    return options;
}

static void run_masked(sums_problem *p, bool logarithm, const vact_softmax_options_f32 *options)
{
    sums_fill(p->x, p, sums_logit);
    exact_row row = exact_row_of(p, 0, 1, options);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        const vacti_softmax_family *family = &sums_table(p)->family;
        (logarithm ? family->log_softmax : family->softmax)(p->dx, p->n, p->x, p->n, 1, p->n, options);
        judge_row(p, &row, logarithm, FAMILY_BOUND, 0, 1, options);
    }
}

static void run_lse(sums_problem *p, const vact_softmax_options_f32 *options)
{
    sums_fill(p->x, p, sums_logit);
    exact_row row = exact_row_of(p, 0, 1, options);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        float got;
        sums_table(p)->family.logsumexp(&got, p->x, p->n, 1, p->n, options);
        sums_judge(p, got, row.max + row.log, fabsl(row.max) + row.log, FAMILY_BOUND, 0.0L);
    }
}

static void run_softmax_masked(sums_problem *p) { run_masked(p, false, NULL); }
static void run_log_softmax_masked(sums_problem *p) { run_masked(p, true, NULL); }
static void run_logsumexp(sums_problem *p) { run_lse(p, NULL); }

static void run_softmax_biased(sums_problem *p)
{
    vact_softmax_options_f32 options = biased(p);
    run_masked(p, false, &options);
}

static void run_log_softmax_biased(sums_problem *p)
{
    vact_softmax_options_f32 options = biased(p);
    run_masked(p, true, &options);
}

static void run_logsumexp_biased(sums_problem *p)
{
    vact_softmax_options_f32 options = biased(p);
    run_lse(p, &options);
}

/* The state is that of the whole row after blocks of an odd length. */
static void run_online(sums_problem *p)
{
    enum { BLOCK = 4099 };
    sums_fill(p->x, p, sums_logit);
    exact_row row = exact_row_of(p, 0, 1, NULL);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        vact_softmax_online_f32 state = {-INFINITY, 0.0};
        float rescale, factor, lse;
        for (size_t i = 0; i < p->n; i += BLOCK) {
            size_t cols = p->n - i < BLOCK ? p->n - i : BLOCK;
            sums_table(p)->family.online(&state, &rescale, p->dx, cols, p->x + i, cols, 1, cols, NULL);
        }
        vacti_softmax_online_finish(&factor, &lse, &state, 1, NULL);
        long double inverse = expl((long double)state.exponent * logl(2.0L) - row.max) / row.sum;
        sums_judge(p, lse, row.max + row.log, fabsl(row.max) + row.log, FAMILY_BOUND, 0x1p-24L);
        sums_judge(p, factor, inverse, inverse, FACTOR_BOUND, 0.0L);
    }
}

/* Three columns beside each other. */
static void run_axis(sums_problem *p, bool logarithm)
{
    enum { INNER = 3 };
    exact_row rows[INNER];
    size_t whole = p->n;
    p->n -= p->n % INNER;
    sums_fill(p->x, p, sums_logit);
    for (size_t c = 0; c < INNER; c++)
        rows[c] = exact_row_of(p, c, INNER, NULL);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        const vacti_softmax_family *family = &sums_table(p)->family;
        (logarithm ? family->log_softmax_axis : family->softmax_axis)(p->dx, p->x, 1, p->n / INNER, INNER);
        for (size_t c = 0; c < INNER; c++)
            judge_row(p, &rows[c], logarithm, FAMILY_BOUND, c, INNER, NULL);
    }
    p->n = whole;
}

static void run_softmax_axis(sums_problem *p) { run_axis(p, false); }
static void run_log_softmax_axis(sums_problem *p) { run_axis(p, true); }

/* ------------------------------------------------------------------------------------------------ gradients */

static const float SCALE = 0.75f;

static void run_softmax_backward(sums_problem *p)
{
    sums_total dot = {0.0L, 0.0L}, size = {0.0L, 0.0L};
    sums_fill(p->x, p, sums_logit);
    sums_fill(p->dy, p, sums_factor);
    p->tables[0]->family.softmax(p->y, p->n, p->x, p->n, 1, p->n, NULL);
    for (size_t i = 0; i < p->n; i++) {
        long double product = (long double)p->dy[i] * (long double)p->y[i];
        sums_add(&dot, product);
        sums_add(&size, fabsl(product));
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->family.softmax_backward(p->dx, p->n, p->dy, p->n, p->y, p->n, 1, p->n, SCALE, NULL);
        for (size_t i = 0; i < p->n; i = sums_sample(i, p->n)) {
            long double share = (long double)SCALE * (long double)p->y[i];
            long double exact = share * ((long double)p->dy[i] - dot.hi - dot.lo);
            sums_judge(p, p->dx[i], exact, exact, 2.0, 0x1p-40L * share * sums_value(&size));
        }
    }
}

static void run_log_softmax_backward(sums_problem *p)
{
    sums_total total = {0.0L, 0.0L};
    sums_fill(p->x, p, sums_logit);
    sums_fill(p->dy, p, sums_factor);
    p->tables[0]->family.log_softmax(p->y, p->n, p->x, p->n, 1, p->n, NULL);
    for (size_t i = 0; i < p->n; i++)
        sums_add(&total, (long double)p->dy[i]);
    long double scaled = (long double)SCALE * sums_value(&total);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->family.log_softmax_backward(p->dx, p->n, p->dy, p->n, p->y, p->n, 1, p->n, SCALE, NULL);
        for (size_t i = 0; i < p->n; i = sums_sample(i, p->n)) {
            long double share = scaled * expl((long double)p->y[i]);
            long double exact = (long double)SCALE * (long double)p->dy[i] - share;
            sums_judge(p, p->dx[i], exact, exact, 2.0, 0x1p-24L * fabsl(share) + 0x1p-189L * fabsl(scaled));
        }
    }
}

/* The same in three columns beside each other, with a scale of 1. */
static void run_axis_backward(sums_problem *p, bool logarithm)
{
    enum { INNER = 3 };
    long double dots[INNER], sizes[INNER];
    const size_t whole = p->n;
    p->n -= p->n % INNER;
    sums_fill(p->x, p, sums_logit);
    sums_fill(p->dy, p, sums_factor);
    const vacti_softmax_family *of = &p->tables[0]->family;
    (logarithm ? of->log_softmax_axis : of->softmax_axis)(p->y, p->x, 1, p->n / INNER, INNER);
    for (size_t c = 0; c < INNER; c++) {
        sums_total dot = {0.0L, 0.0L}, size = {0.0L, 0.0L};
        for (size_t i = c; i < p->n; i += INNER) {
            long double term = (long double)p->dy[i] * (logarithm ? 1.0L : (long double)p->y[i]);
            sums_add(&dot, term);
            sums_add(&size, fabsl(term));
        }
        dots[c] = sums_value(&dot), sizes[c] = sums_value(&size);
    }
    for (sums_first(p); sums_table(p); sums_next(p)) {
        const vacti_softmax_family *family = &sums_table(p)->family;
        (logarithm ? family->log_softmax_backward_axis : family->softmax_backward_axis)(p->dx, p->dy, p->y, 1,
                                                                                        p->n / INNER, INNER);
        for (size_t i = 0; i < p->n; i = sums_sample(i, p->n)) {
            const size_t c = i % INNER;
            const long double y = (long double)p->y[i], dy = (long double)p->dy[i];
            const long double share = logarithm ? dots[c] * expl(y) : y * dots[c];
            const long double exact = logarithm ? dy - share : y * dy - share;
            sums_judge(p, p->dx[i], exact, exact, 2.0,
                       logarithm ? 0x1p-24L * fabsl(share) + 0x1p-189L * fabsl(dots[c]) : 0x1p-40L * y * sizes[c]);
        }
    }
    p->n = whole;
}

static void run_softmax_backward_axis(sums_problem *p) { run_axis_backward(p, false); }
static void run_log_softmax_backward_axis(sums_problem *p) { run_axis_backward(p, true); }

static void run_logsumexp_axis(sums_problem *p)
{
    enum { INNER = 3 };
    exact_row rows[INNER];
    const size_t whole = p->n;
    p->n -= p->n % INNER;
    sums_fill(p->x, p, sums_logit);
    for (size_t c = 0; c < INNER; c++)
        rows[c] = exact_row_of(p, c, INNER, NULL);
    for (sums_first(p); sums_table(p); sums_next(p)) {
        float got[INNER];
        sums_table(p)->family.logsumexp_axis(got, p->x, 1, p->n / INNER, INNER);
        for (size_t c = 0; c < INNER; c++)
            sums_judge(p, got[c], rows[c].max + rows[c].log, fabsl(rows[c].max) + rows[c].log, FAMILY_BOUND, 0.0L);
    }
    p->n = whole;
}

static void run_logsumexp_backward(sums_problem *p)
{
    float y, dy = 1.1f;
    sums_fill(p->x, p, sums_logit);
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    options.scale = SCALE;
    p->tables[0]->family.logsumexp(&y, p->x, p->n, 1, p->n, &options);
    long double slope = (long double)SCALE * (long double)dy;
    for (sums_first(p); sums_table(p); sums_next(p)) {
        sums_table(p)->family.logsumexp_backward(p->dx, p->n, &dy, p->x, p->n, &y, 1, p->n, SCALE, NULL);
        for (size_t i = 0; i < p->n; i = sums_sample(i, p->n)) {
            long double exact = slope * expl((long double)SCALE * (long double)p->x[i] - (long double)y);
            sums_judge(p, p->dx[i], exact, exact, 2.0, 0x1p-189L * slope);
        }
    }
}

const sums_reduction sums_of_rows[] = {{"softmax, fast", run_softmax_fast},
                                       {"softmax, sleef", run_softmax_sleef},
                                       {"log_softmax, fast", run_log_softmax_fast},
                                       {"log_softmax, sleef", run_log_softmax_sleef},
                                       {"softmax_masked", run_softmax_masked},
                                       {"softmax_masked, bias", run_softmax_biased},
                                       {"log_softmax_masked", run_log_softmax_masked},
                                       {"log_softmax_masked, bias", run_log_softmax_biased},
                                       {"logsumexp", run_logsumexp},
                                       {"logsumexp, bias", run_logsumexp_biased},
                                       {"softmax_online", run_online},
                                       {"softmax_axis", run_softmax_axis},
                                       {"log_softmax_axis", run_log_softmax_axis},
                                       {"softmax_backward", run_softmax_backward},
                                       {"log_softmax_backward", run_log_softmax_backward},
                                       {"logsumexp_backward", run_logsumexp_backward},
                                       {"logsumexp_axis", run_logsumexp_axis},
                                       {"softmax_backward_axis", run_softmax_backward_axis},
                                       {"log_softmax_backward_axis", run_log_softmax_backward_axis},
                                       {NULL, NULL}};
