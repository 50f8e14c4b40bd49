/* The softmax family and the losses on double: errors against MPFR, axes, bits of every build, special rows, checks. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "f64_exact.h"

enum { PRECISION = 300, MOST = 400 };

static const double bound = 1.5;

/* ------------------------------------------------------------------------------------------- exact rows */

/* log(sum e^(x - max)) and max */
static void exact_log(mpfr_t log, double *max, const double *x, size_t cols, size_t step)
{
    mpfr_t term;
    mpfr_init2(term, PRECISION);
    *max = -INFINITY;
    for (size_t k = 0; k < cols; k++)
        *max = fmax(*max, x[k * step]);
    size_t first = 0; /* which is left out of the sum, 1 */
    while (x[first * step] != *max)
        first++;
    mpfr_set_zero(log, 1);
    for (size_t k = 0; k < cols; k++) {
        mpfr_set_d(term, x[k * step], MPFR_RNDN);
        mpfr_sub_d(term, term, *max, MPFR_RNDN);
        mpfr_exp(term, term, MPFR_RNDN);
        if (k != first)
            mpfr_add(log, log, term, MPFR_RNDN);
    }
    mpfr_log1p(log, log, MPFR_RNDN);
    mpfr_clear(term);
}

/* -log_p of x, from what exact_log gave */
static void exact_minus_log_p(mpfr_t y, double x, mpfr_t log, double max)
{
    mpfr_set_d(y, max, MPFR_RNDN);
    mpfr_sub_d(y, y, x, MPFR_RNDN);
    mpfr_add(y, y, log, MPFR_RNDN);
}

/* Logits of several kinds: usual ones, one far ahead, wide, tiny. */
static void fill(double *x, size_t n, size_t kind, test_random *random)
{
    static const double spread[] = {3.0, 40.0, 500.0, 1e-9, 1e5};
    for (size_t i = 0; i < n; i++)
        x[i] = (test_random_unit(random) - 0.5) * spread[kind % 5] + (kind % 3 == 2 ? 1000.0 : 0.0);
    if (kind % 4 == 1 && n > 2)
        x[n / 2] += 36.0;
    if (kind % 7 == 3 && n > 4)
        x[n / 3] = -INFINITY;
}

static const size_t columns[] = {1, 2, 3, 7, 16, 63, 64, 65, 130, 300};

Test(f64_rows, softmax_and_log_softmax, .timeout = 300)
{
    static double x[MOST], y[MOST], z[MOST];
    test_random random = {1};
    mpfr_t log, exact;
    mpfr_inits2(PRECISION, log, exact, (mpfr_ptr)NULL);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
        for (size_t kind = 0; kind < (TEST_SANITIZED ? 4 : 20); kind++) {
            const size_t n = columns[c];
            double max, lse;
            fill(x, n, kind, &random);
            cr_assert(vact_softmax_f64(y, x, 1, n) == VACT_OK && vact_log_softmax_f64(z, x, 1, n) == VACT_OK &&
                      vact_logsumexp_f64(&lse, x, 1, n) == VACT_OK);
            exact_log(log, &max, x, n, 1);
            for (size_t i = 0; i < n; i++) {
                exact_minus_log_p(exact, x[i], log, max);
                mpfr_neg(exact, exact, MPFR_RNDN);
                cr_assert((isinf(x[i]) && isinf(z[i])) || f64_error(z[i], exact) <= bound, "log_softmax, %zu columns",
                          n);
                cr_assert(signbit(z[i]));
                mpfr_exp(exact, exact, MPFR_RNDN);
                cr_assert(f64_error(y[i], exact) <= bound, "softmax, %zu columns: %g", n, f64_error(y[i], exact));
            }
            mpfr_add_d(exact, log, max, MPFR_RNDN);
            const double unit = fmax(fabs(max), mpfr_get_d(log, MPFR_RNDN));
            mpfr_sub_d(exact, exact, lse, MPFR_RNDN);
            cr_assert(fabs(mpfr_get_d(exact, MPFR_RNDN)) <= bound * unit * 0x1p-52, "logsumexp, %zu columns", n);
        }
    mpfr_clears(log, exact, (mpfr_ptr)NULL);
    mpfr_free_cache();
}

/* Of the gradients, with the output as it is. The sums lose 2^-90 of their terms. */
Test(f64_rows, gradients, .timeout = 300)
{
    static double x[MOST], y[MOST], z[MOST], dy[MOST], dx[MOST];
    test_random random = {2};
    mpfr_t sum, term;
    if (!VACT_WITH_GRADIENTS)
        cr_skip("a library without gradients");
    mpfr_inits2(PRECISION, sum, term, (mpfr_ptr)NULL);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
        for (size_t log = 0; log < 2; log++) {
            const size_t n = columns[c];
            fill(x, n, c, &random), fill(dy, n, 0, &random);
            vact_softmax_f64(y, x, 1, n), vact_log_softmax_f64(z, x, 1, n);
            const double *out = log ? z : y;
            cr_assert((log ? vact_log_softmax_backward_rows_f64
                           : vact_softmax_backward_rows_f64)(dx, n, dy, n, out, n, 1, n, 0.7) == VACT_OK);
            mpfr_set_zero(sum, 1);
            for (size_t i = 0; i < n; i++) {
                mpfr_set_d(term, dy[i], MPFR_RNDN);
                if (!log)
                    mpfr_mul_d(term, term, y[i], MPFR_RNDN);
                mpfr_add(sum, sum, term, MPFR_RNDN);
            }
            for (size_t i = 0; i < n; i++) {
                mpfr_t factor;
                mpfr_init2(factor, PRECISION);
                mpfr_set_d(factor, out[i], MPFR_RNDN);
                if (log) { /* dy - e^y*sum */
                    mpfr_exp(factor, factor, MPFR_RNDN);
                    mpfr_mul(term, factor, sum, MPFR_RNDN);
                    mpfr_d_sub(term, dy[i], term, MPFR_RNDN);
                } else {
                    mpfr_d_sub(term, dy[i], sum, MPFR_RNDN);
                    mpfr_mul(term, term, factor, MPFR_RNDN);
                }
                mpfr_mul_d(term, term, 0.7, MPFR_RNDN);
                cr_assert(f64_error(dx[i], term) <= bound || fabs(dx[i]) < 0x1p-80, "log %zu, %zu columns: %a, %g", log,
                          n, dx[i], f64_error(dx[i], term));
                mpfr_clear(factor);
            }
        }
    mpfr_clears(sum, term, (mpfr_ptr)NULL);
    mpfr_free_cache();
}

Test(f64_rows, gradient_of_logsumexp)
{
    static double x[MOST], dx[MOST];
    test_random random = {3};
    mpfr_t exact;
    if (!VACT_WITH_GRADIENTS)
        cr_skip("a library without gradients");
    mpfr_init2(exact, PRECISION);
    for (size_t kind = 0; kind < 3; kind++) {
        const double dy = 1.37;
        double y;
        fill(x, 100, kind, &random);
        vact_logsumexp_f64(&y, x, 1, 100);
        cr_assert(vact_logsumexp_backward_f64(dx, &dy, x, &y, 1, 100) == VACT_OK);
        for (size_t i = 0; i < 100; i++) {
            mpfr_set_d(exact, x[i], MPFR_RNDN);
            mpfr_sub_d(exact, exact, y, MPFR_RNDN);
            mpfr_exp(exact, exact, MPFR_RNDN);
            mpfr_mul_d(exact, exact, dy, MPFR_RNDN);
            cr_assert(f64_error(dx[i], exact) <= bound);
        }
    }
    const double none = -INFINITY, zero = 0.0, one = 1.0;
    x[0] = -INFINITY;
    vact_logsumexp_backward_f64(dx, &zero, x, &none, 1, 1);
    cr_expect(dx[0] == 0.0);
    vact_logsumexp_backward_f64(dx, &one, x, &none, 1, 1);
    cr_expect(isnan(dx[0]));
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* ------------------------------------------------------------------------------------------ axes and bits */

static bool same(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

Test(f64_rows, axes_have_the_bits_of_rows)
{
    enum { OUTER = 2, AXIS = 70, INNER = 3, N = OUTER * AXIS * INNER };
    static double x[N], y[N], z[N], row[AXIS], out[AXIS], lse[OUTER * INNER];
    test_random random = {4};
    fill(x, N, 0, &random);
    cr_assert(vact_softmax_axis_f64(y, x, OUTER, AXIS, INNER) == VACT_OK);
    cr_assert(vact_log_softmax_axis_f64(z, x, OUTER, AXIS, INNER) == VACT_OK);
    cr_assert(vact_logsumexp_axis_f64(lse, x, OUTER, AXIS, INNER) == VACT_OK);
    for (size_t r = 0; r < OUTER * INNER; r++) {
        const size_t first = r / INNER * AXIS * INNER + r % INNER;
        double one;
        for (size_t k = 0; k < AXIS; k++)
            row[k] = x[first + k * INNER];
        vact_softmax_f64(out, row, 1, AXIS);
        for (size_t k = 0; k < AXIS; k++)
            cr_assert(out[k] == y[first + k * INNER]);
        vact_log_softmax_f64(out, row, 1, AXIS);
        for (size_t k = 0; k < AXIS; k++)
            cr_assert(out[k] == z[first + k * INNER]);
        vact_logsumexp_f64(&one, row, 1, AXIS);
        cr_assert(one == lse[r]);
    }
    cr_assert(vact_softmax_axis_f64(x, x, OUTER, AXIS, INNER) == VACT_OK && same(x, y, N));
}

static void losses_of(const vacti_table *table, const double *x, size_t n, double *out)
{
    double loss, dx[MOST], log[MOST];
    const double dy = 1.0 / 3.0;
    const int32_t target = (int32_t)(n / 2);
    const vacti_cross_entropy_f64_call entropy = {.loss = &loss,
                                                  .dx = dx,
                                                  .log_probabilities = log,
                                                  .dy = &dy,
                                                  .logits = x,
                                                  .targets = &target,
                                                  .rows = 1,
                                                  .cols = n,
                                                  .inner = 1,
                                                  .ignore_index = -1,
                                                  .smoothing = 0.1,
                                                  .z_loss = 0.01,
                                                  .reduction = VACT_REDUCTION_NONE};
    table->family_f64.cross_entropy(&entropy);
    const vacti_bce_f64_call call = {
        .loss = log, .x = x, .targets = x, .n = n, .reduction = VACT_REDUCTION_NONE, .dx = out + n};
    memcpy(out, dx, n * sizeof *dx);
    table->family_f64.bce_with_logits(&call);
    memcpy(out + 2 * n, log, n * sizeof *log);
    out[3 * n] = loss;
}

Test(f64_rows, builds_have_the_same_bits, .timeout = 300)
{
    static double x[MOST], a[4 * MOST], b[4 * MOST];
    const vacti_table *reference = vacti_table_of_build("scalar_fma", VACT_MATH_FAST);
    if (reference == NULL || !vacti_build_runs("scalar_fma"))
        cr_skip("no reference on this CPU");
    for (size_t k = 0; k < vacti_build_count; k++) {
        const vacti_table *table = vacti_table_of_build(vacti_builds[k], VACT_MATH_FAST);
        test_random random = {5};
        for (size_t c = 0; c < sizeof columns / sizeof columns[0] && vacti_build_runs(vacti_builds[k]); c++) {
            const size_t n = columns[c];
            fill(x, n, c, &random);
            table->family_f64.softmax(a, n, x, n, 1, 1, n), reference->family_f64.softmax(b, n, x, n, 1, 1, n);
            cr_assert(same(a, b, n), "softmax on %s", table->build);
            table->family_f64.log_softmax(a, n, x, n, 1, 1, n), reference->family_f64.log_softmax(b, n, x, n, 1, 1, n);
            cr_assert(same(a, b, n), "log_softmax on %s", table->build);
            losses_of(table, x, n, a), losses_of(reference, x, n, b);
            cr_assert(same(a, b, 3 * n + 1), "losses on %s", table->build);
        }
    }
}

/* Rows without a finite maximum, and empty ones, as of float. */
Test(f64_rows, special_rows)
{
    static const double rows[][3] = {
        {NAN, 1.0, 2.0},       {INFINITY, 1.0, 2.0},       {-INFINITY, -INFINITY, -INFINITY},
        {-INFINITY, 1.0, 2.0}, {1.0, -INFINITY, INFINITY}, {0x1.8p+1023, -0x1.8p+1023, 0.0}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double y[3], lse;
        float x_float[3], y_float[3], lse_float;
        for (size_t i = 0; i < 3; i++)
            x_float[i] =
                isfinite(rows[r][i]) && fabs(rows[r][i]) > 1e38 ? (rows[r][i] > 0 ? 3e38f : -3e38f) : (float)rows[r][i];
        for (size_t log = 0; log < 2; log++) {
            (log ? vact_log_softmax_f64 : vact_softmax_f64)(y, rows[r], 1, 3);
            (log ? vact_log_softmax_f32 : vact_softmax_f32)(y_float, x_float, 1, 3);
            for (size_t i = 0; i < 3; i++)
                cr_expect(isnan(y[i]) == isnan(y_float[i]) && (y[i] == 0.0) == (y_float[i] == 0.0f), "row %zu: %g, %g",
                          r, y[i], (double)y_float[i]);
        }
        vact_logsumexp_f64(&lse, rows[r], 1, 3), vact_logsumexp_f32(&lse_float, x_float, 1, 3);
        cr_expect(isnan(lse) == isnan(lse_float) && isinf(lse) == isinf(lse_float), "row %zu: %g", r, lse);
    }
    double lse = 1.0;
    cr_expect(vact_logsumexp_f64(&lse, NULL, 1, 0) == VACT_OK && lse == -INFINITY);
}

/* ------------------------------------------------------------------------------------------------- losses */

/* Loss and dx of a row by their definitions (vact.h); `size` is the larger term of each dx. */
static void exact_row(mpfr_t loss, double *dx, double *size, const double *x, size_t n, const double *w,
                      const double *shares, size_t target, double s, double z)
{
    mpfr_t log, l, q, total, p;
    double max;
    mpfr_inits2(PRECISION, log, l, q, total, p, (mpfr_ptr)NULL);
    exact_log(log, &max, x, n, 1);
    mpfr_set_zero(loss, 1), mpfr_set_zero(total, 1);
    for (int pass = 0; pass < 2; pass++)
        for (size_t j = 0; j < n; j++) {
            mpfr_set_d(q, 1.0, MPFR_RNDN);
            mpfr_sub_d(q, q, s, MPFR_RNDN);
            mpfr_mul_d(q, q, shares ? shares[j] : j == target ? 1.0 : 0.0, MPFR_RNDN);
            mpfr_set_d(p, s, MPFR_RNDN);
            mpfr_div_ui(p, p, n, MPFR_RNDN);
            mpfr_add(q, q, p, MPFR_RNDN);
            mpfr_mul_d(q, q, w ? w[j] : 1.0, MPFR_RNDN);
            exact_minus_log_p(l, x[j], log, max);
            if (pass == 0) {
                mpfr_add(total, total, q, MPFR_RNDN);
                mpfr_mul(l, l, q, MPFR_RNDN);
                mpfr_add(loss, loss, l, MPFR_RNDN);
                continue;
            }
            mpfr_neg(l, l, MPFR_RNDN);
            mpfr_exp(p, l, MPFR_RNDN);
            mpfr_mul(p, p, total, MPFR_RNDN);
            size[j] = fmax(fabs(mpfr_get_d(p, MPFR_RNDN)), fabs(mpfr_get_d(q, MPFR_RNDN)));
            mpfr_sub(p, p, q, MPFR_RNDN);
            if (z != 0.0) {
                mpfr_exp(l, l, MPFR_RNDN);
                mpfr_add_d(q, log, max, MPFR_RNDN);
                mpfr_mul(l, l, q, MPFR_RNDN);
                mpfr_mul_d(l, l, 2.0 * z, MPFR_RNDN);
                mpfr_add(p, p, l, MPFR_RNDN);
            }
            dx[j] = mpfr_get_d(p, MPFR_RNDN);
        }
    mpfr_add_d(q, log, max, MPFR_RNDN);
    mpfr_sqr(q, q, MPFR_RNDN);
    mpfr_mul_d(q, q, z, MPFR_RNDN);
    mpfr_add(loss, loss, q, MPFR_RNDN);
    mpfr_clears(log, l, q, total, p, (mpfr_ptr)NULL);
}

static void check_entropy(size_t n, size_t kind, test_random *random, mpfr_t exact)
{
    static double x[MOST], w[MOST], shares[MOST], dx[MOST], want[MOST], size[MOST], log[MOST], direct[MOST];
    const bool weighted = kind % 2 == 1, soft = kind % 3 == 2, smooth = kind % 4 >= 2;
    fill(x, n, kind % 3, random);
    for (size_t i = 0; i < n; i++)
        w[i] = 0.5 + test_random_unit(random), shares[i] = test_random_unit(random);
    cr_assert(n > 0);
    const int64_t target = (int64_t)(kind % n);
    vact_cross_entropy_options_f64 options = VACT_CROSS_ENTROPY_OPTIONS_F64;
    options.reduction = VACT_REDUCTION_SUM;
    options.class_weights = weighted ? w : NULL;
    options.probabilities = soft ? shares : NULL;
    options.label_smoothing = smooth ? 0.1 : 0.0;
    options.z_loss = kind % 5 == 4 ? 1e-3 : 0.0;
    options.log_probabilities = log;
    double loss, alone;
    cr_assert(vact_cross_entropy_forward_backward_i64_f64(&loss, dx, NULL, x, &target, 1, n, &options) == VACT_OK);
    exact_row(exact, want, size, x, n, options.class_weights, options.probabilities, (size_t)target,
              options.label_smoothing, options.z_loss);
    cr_assert(f64_error(loss, exact) <= bound, "kind %zu, %zu columns: %a, %g ULP", kind, n, loss,
              f64_error(loss, exact));
    const bool one = !soft && !smooth && options.z_loss == 0.0;
    for (size_t j = 0; j < n; j++) {
        const double unit = one ? fabs(want[j]) : fmax(size[j], fabs(want[j]));
        cr_assert(fabs(dx[j] - want[j]) <= 2.0 * unit * 0x1p-52 + 0x1p-1000, "kind %zu, dx[%zu] %a, not %a", kind, j,
                  dx[j], want[j]);
    }
    vact_log_softmax_f64(direct, x, 1, n);
    cr_assert(memcmp(direct, log, n * sizeof *log) == 0 || kind % 7 == 3);
    cr_assert(vact_cross_entropy_i64_f64(&alone, x, &target, 1, n, &options) == VACT_OK && alone == loss);
}

Test(f64_rows, cross_entropy, .timeout = 300)
{
    test_random random = {6};
    mpfr_t exact;
    mpfr_init2(exact, PRECISION);
    for (size_t kind = 0; kind < 60; kind++)
        check_entropy(columns[1 + kind % 8], kind, &random, exact);
    mpfr_clear(exact);
    mpfr_free_cache();
}

/* Reductions, ignored rows, both kinds of targets, the class axis elsewhere. */
Test(f64_rows, cross_entropy_reduces)
{
    enum { ROWS = 4, COLS = 5 };
    static double x[ROWS * COLS], moved[ROWS * COLS], dx[ROWS * COLS], dx_moved[ROWS * COLS];
    const int64_t targets[ROWS] = {1, -100, 4, 0};
    const int32_t narrow[ROWS] = {1, -100, 4, 0};
    const double w[COLS] = {1.0, 2.0, 0.5, 1.0, 0.25};
    double each[ROWS], mean, sum, other;
    test_random random = {7};
    fill(x, ROWS * COLS, 0, &random);
    for (size_t r = 0; r < ROWS; r++) /* [2, COLS, 2] */
        for (size_t j = 0; j < COLS; j++)
            moved[r / 2 * COLS * 2 + j * 2 + r % 2] = x[r * COLS + j];
    vact_cross_entropy_options_f64 options = VACT_CROSS_ENTROPY_OPTIONS_F64;
    options.class_weights = w;
    options.reduction = VACT_REDUCTION_NONE;
    cr_assert(vact_cross_entropy_i64_f64(each, x, targets, ROWS, COLS, &options) == VACT_OK);
    options.reduction = VACT_REDUCTION_SUM;
    cr_assert(vact_cross_entropy_i32_f64(&sum, x, narrow, ROWS, COLS, &options) == VACT_OK);
    options.reduction = VACT_REDUCTION_MEAN;
    cr_assert(vact_cross_entropy_forward_backward_i64_f64(&mean, dx, NULL, x, targets, ROWS, COLS, &options) ==
              VACT_OK);
    cr_expect(each[1] == 0.0 && dx[COLS] == 0.0 && fabs(sum - (each[0] + each[2] + each[3])) <= 4e-16 * sum);
    cr_expect(fabs(mean - sum / 3.25) <= 4e-16 * mean);
    options.inner = 2;
    cr_assert(vact_cross_entropy_forward_backward_i64_f64(&other, dx_moved, NULL, moved, targets, ROWS, COLS,
                                                          &options) == VACT_OK);
    cr_expect(other == mean);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < COLS; j++)
            cr_expect(dx_moved[r / 2 * COLS * 2 + j * 2 + r % 2] == dx[r * COLS + j]);
}

/* y = factor*log(1 + e^x) and slope = factor*sigmoid(x) */
static void bce_side(mpfr_t y, mpfr_t slope, double x, mpfr_t factor)
{
    mpfr_set_d(slope, x, MPFR_RNDN);
    mpfr_exp(slope, slope, MPFR_RNDN);
    mpfr_log1p(y, slope, MPFR_RNDN);
    mpfr_mul(y, y, factor, MPFR_RNDN);
    mpfr_ui_div(slope, 1, slope, MPFR_RNDN);
    mpfr_add_ui(slope, slope, 1, MPFR_RNDN);
    mpfr_div(slope, factor, slope, MPFR_RNDN);
}

static void bce_exact(mpfr_t loss, mpfr_t slope, double x, double t, double p, double w)
{
    mpfr_t factor, a, b;
    mpfr_inits2(PRECISION, factor, a, b, (mpfr_ptr)NULL);
    mpfr_set_d(factor, 1.0, MPFR_RNDN);
    mpfr_sub_d(factor, factor, t, MPFR_RNDN);
    bce_side(loss, slope, x, factor);
    mpfr_set_d(factor, p, MPFR_RNDN);
    mpfr_mul_d(factor, factor, t, MPFR_RNDN);
    bce_side(a, b, -x, factor);
    mpfr_add(loss, loss, a, MPFR_RNDN);
    mpfr_sub(slope, slope, b, MPFR_RNDN);
    mpfr_mul_d(loss, loss, w, MPFR_RNDN);
    mpfr_mul_d(slope, slope, w, MPFR_RNDN);
    mpfr_clears(factor, a, b, (mpfr_ptr)NULL);
}

Test(f64_rows, bce_with_logits, .timeout = 300)
{
    enum { N = 256 };
    static double x[N], t[N], p[N], w[N], loss[N], dx[N];
    test_random random = {8};
    mpfr_t exact, slope;
    mpfr_inits2(PRECISION, exact, slope, (mpfr_ptr)NULL);
    for (size_t i = 0; i < N; i++) {
        x[i] = (test_random_unit(&random) - 0.5) * (i % 3 == 0 ? 1000.0 : 20.0);
        t[i] = i % 4 == 0 ? 0.0 : i % 4 == 1 ? 1.0 : test_random_unit(&random);
        p[i] = 0.5 + test_random_unit(&random), w[i] = 2.0 * test_random_unit(&random);
    }
    vact_bce_with_logits_options_f64 options = VACT_BCE_WITH_LOGITS_OPTIONS_F64;
    options.reduction = VACT_REDUCTION_NONE;
    options.pos_weight = p, options.pos_weight_count = N;
    options.weight = w, options.weight_count = N;
    cr_assert(vact_bce_with_logits_forward_backward_f64(loss, dx, NULL, x, t, N, &options) == VACT_OK);
    mpfr_t sum;
    mpfr_init2(sum, PRECISION);
    mpfr_set_zero(sum, 1);
    for (size_t i = 0; i < N; i++) {
        bce_exact(exact, slope, x[i], t[i], p[i], w[i]);
        cr_assert(f64_error(loss[i], exact) <= bound, "x %a, t %a: %g ULP", x[i], t[i], f64_error(loss[i], exact));
        const double want = mpfr_get_d(slope, MPFR_RNDN), unit = fmax(fabs(want), p[i] * w[i] * 0x1p-8);
        cr_assert(fabs(dx[i] - want) <= 2.0 * 0x1p-52 * (t[i] == 0.0 || t[i] == 1.0 ? fabs(want) : unit) + 0x1p-1000,
                  "x %a, t %a: dx %a, not %a", x[i], t[i], dx[i], want);
        mpfr_add(sum, sum, exact, MPFR_RNDN);
    }
    double mean;
    options.reduction = VACT_REDUCTION_MEAN;
    cr_assert(vact_bce_with_logits_f64(&mean, x, t, N, &options) == VACT_OK);
    mpfr_div_ui(sum, sum, N, MPFR_RNDN);
    cr_expect(f64_error(mean, sum) <= bound);
    mpfr_clears(exact, slope, sum, (mpfr_ptr)NULL);
    mpfr_free_cache();
}

/* ---------------------------------------------------------------------------------------------- arguments */

#define EXPECT(wanted, call) cr_expect((call) == (wanted), "%s", #call)

Test(f64_rows, arguments_are_checked)
{
    double a[32] = {0.0}, b[32] = {0.0}, loss;
    const int64_t target[4] = {0, 1, 2, 9};
    vact_cross_entropy_options_f64 options = VACT_CROSS_ENTROPY_OPTIONS_F64;
    EXPECT(VACT_OK, vact_softmax_f64(NULL, NULL, 0, 4));
    EXPECT(VACT_EINVAL, vact_softmax_f64(NULL, b, 1, 4));
    EXPECT(VACT_EINVAL, vact_softmax_rows_f64(a, 3, b, 4, 1, 4));
    EXPECT(VACT_EOVERLAP, vact_softmax_f64(a + 1, a, 1, 4));
    EXPECT(VACT_EINVAL, vact_softmax_axis_f64(a, b, SIZE_MAX / 4, 4, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_f64(a, a, 1, 4));
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64_f64(&loss, a, target, 4, 4, NULL)); /* 9 is no class */
    EXPECT(VACT_OK, vact_cross_entropy_i64_f64(&loss, a, target, 3, 4, NULL));
    options.label_smoothing = 1.5;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64_f64(&loss, a, target, 3, 4, &options));
    options = (vact_cross_entropy_options_f64)VACT_CROSS_ENTROPY_OPTIONS_F64;
    options.inner = 2;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64_f64(&loss, a, target, 3, 4, &options));
    options.size = 8;
    EXPECT(VACT_EINVAL, vact_cross_entropy_i64_f64(&loss, a, target, 3, 4, &options));
    EXPECT(VACT_OK, vact_cross_entropy_i64_f64(&loss, NULL, NULL, 0, 4, NULL));
    cr_expect(isnan(loss));
    EXPECT(VACT_EOVERLAP, vact_cross_entropy_backward_i64_f64(a + 1, NULL, a, target, 3, 4, NULL));
    EXPECT(VACT_EINVAL, vact_bce_with_logits_f64(&loss, NULL, b, 4, NULL));
    EXPECT(VACT_OK, vact_bce_with_logits_f64(&loss, NULL, NULL, 0, NULL));
    if (!VACT_WITH_GRADIENTS)
        return;
    EXPECT(VACT_EINVAL, vact_softmax_backward_rows_f64(a, 4, b, 4, b, 4, 1, 4, INFINITY));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_f64(a, a, b, b, 1, 4));
}
