/*
 * The functions of kernels/math/wide, on one lane, against MPFR: relative errors, over arguments of every size and
 * around the places where their methods change; and arguments outside of the domains. The same source runs on every
 * build (tests/test_f64.c compares the bits). Controls: without the low part of a result, or of an argument, the bounds
 * do not hold.
 */
#include "kernels/vec/f64_scalar.h"

#include <criterion/criterion.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>

#include "kernels/math/wide/functions.h"
#include "support.h"

enum { ARGUMENTS = 3000, PRECISION = 400 };

typedef wide function_fn(double x, double x_lo);
typedef void exact_of_fn(mpfr_t y);

static vf_pair pair_from(double x, double x_lo) { return (vf_pair){x, x_lo}; }
static wide of_exp(double x, double lo) { return wide_exp(pair_from(x, lo)); }
static wide of_expm1(double x, double lo) { return wide_of_pair(wide_expm1(pair_from(x, lo))); }
static wide of_log1p(double x, double lo) { return wide_of_pair(wide_log1p(pair_from(x, lo))); }
static wide of_sigmoid(double x, double lo) { return wide_sigmoid(pair_from(x, lo)); }
static wide of_tanh(double x, double lo) { return wide_of_pair(wide_tanh(pair_from(x, lo))); }
static wide of_tail(double x, double lo) { return wide_normal_tail(pair_from(x, lo)); }
static wide of_erf(double x, double lo) { return (void)lo, wide_erf(x); }

static void exact_exp(mpfr_t y) { mpfr_exp(y, y, MPFR_RNDN); }
static void exact_expm1(mpfr_t y) { mpfr_expm1(y, y, MPFR_RNDN); }
static void exact_log1p(mpfr_t y) { mpfr_log1p(y, y, MPFR_RNDN); }
static void exact_tanh(mpfr_t y) { mpfr_tanh(y, y, MPFR_RNDN); }
static void exact_erf(mpfr_t y) { mpfr_erf(y, y, MPFR_RNDN); }

static void exact_sigmoid(mpfr_t y)
{
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

/* erfc(t/sqrt(2))/2 */
static void exact_tail(mpfr_t y)
{
    mpfr_t root;
    mpfr_init2(root, PRECISION);
    mpfr_sqrt_ui(root, 2, MPFR_RNDN);
    mpfr_div(y, y, root, MPFR_RNDN);
    mpfr_erfc(y, y, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
    mpfr_clear(root);
}

typedef struct {
    const char *name;
    function_fn *function;
    exact_of_fn *exact;
    double least, most; /* magnitudes of the arguments */
    bool negative, low; /* arguments below 0; with a low part */
    double bound;
    double worst,
        worst_low; /* the worst argument of some 10^5 random ones: where the figures in the headers come from */
} subject;

static const subject subjects[] = {
    {"exp", of_exp, exact_exp, 0x1p-1000, 2000.0, true, true, 0x1.8p-75, -0x1.c87b6a8180a97p+10, 0x1.1000acdb06db7p-44},
    {"expm1", of_expm1, exact_expm1, 0x1p-900, 700.0, true, true, 0x1.cp-68, 0x1.61e3006151543p-8,
     -0x1.14f2a873bfefdp-61},
    {"log1p", of_log1p, exact_log1p, 0x1p-900, 0x1p+60, false, true, 0x1.4p-65, 0x1.b0b28d4188fcp-7,
     -0x1.0f61202263428p-60},
    {"sigmoid", of_sigmoid, exact_sigmoid, 0x1p-1000, 2000.0, true, true, 0x1.8p-75, -0x1.c87b6a8180a97p+10,
     0x1.1000acdb06db7p-44},
    {"tanh", of_tanh, exact_tanh, 0x1p-900, 300.0, true, true, 0x1.cp-68, 0x1.60ca72b83a2p-9, 0x1.c953cf28a95f8p-63},
    {"normal tail", of_tail, exact_tail, 0x1p-900, 38.99, false, true, 0x1.2p-64, 0x1.17ba6be89aaf8p+5,
     0x1.ee56de77510dep-49},
    {"erf", of_erf, exact_erf, 0x1p-1060, 30.0, true, false, 0x1.2p-66, -0x1.6aac5f120dea1p-1, 0.0},
};

/* What a control leaves out. */
typedef enum { NOTHING, LOW_OF_RESULT, LOW_OF_ARGUMENT } omission;

/* The relative error */
static double error_of(const subject *s, double x, double lo, omission without)
{
    mpfr_t exact, value;
    mpfr_inits2(PRECISION, exact, value, (mpfr_ptr)NULL);
    mpfr_set_d(exact, x, MPFR_RNDN);
    mpfr_add_d(exact, exact, lo, MPFR_RNDN);
    s->exact(exact);
    const wide y = s->function(x, without == LOW_OF_ARGUMENT ? 0.0 : lo);
    mpfr_set_d(value, y.hi, MPFR_RNDN);
    mpfr_add_d(value, value, without == LOW_OF_RESULT ? 0.0 : y.lo, MPFR_RNDN);
    mpfr_mul_2si(value, value, (long)y.n, MPFR_RNDN);
    mpfr_sub(value, value, exact, MPFR_RNDN);
    mpfr_div(value, value, exact, MPFR_RNDN);
    const double error = fabs(mpfr_get_d(value, MPFR_RNDN));
    mpfr_clears(exact, value, (mpfr_ptr)NULL);
    return error;
}

/* Half of the arguments have a random exponent, half a uniform magnitude; every eighth is near a multiple of 1/64. */
static double draw(const subject *s, test_random *random, int i)
{
    const double unit = (double)(test_random_next(random) >> 11) * 0x1p-53;
    double x = i % 2 == 0 ? exp(log(s->least) + unit * (log(s->most) - log(s->least))) : unit * s->most;
    if (i % 8 == 7)
        x = fmin(rint(x * 64.0) / 64.0 * (1.0 + (double)(i % 5 - 2) * 0x1p-52), s->most);
    x = fmax(x, s->least);
    return s->negative && test_random_next(random) % 2 == 0 ? -x : x;
}

static double worst_of(const subject *s, omission without, int arguments, double *at)
{
    test_random random = {7};
    double worst = error_of(s, s->worst, s->worst_low, without);
    *at = s->worst;
    for (int i = 0; i < (TEST_SANITIZED ? arguments / 10 : arguments); i++) {
        const double x = draw(s, &random, i);
        const double lo =
            s->low && i % 4 > 1 ? x * ((double)(test_random_next(&random) >> 11) * 0x1p-53 - 0.5) * 0x1p-53 : 0.0;
        const double error = error_of(s, x, lo, without);
        if (!(error <= worst)) {
            worst = error;
            *at = x;
        }
    }
    mpfr_free_cache();
    return worst;
}

enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };

ParameterizedTestParameters(wide, within_bounds)
{
    static int numbers[SUBJECTS];
    for (int i = 0; i < SUBJECTS; i++)
        numbers[i] = i;
    return cr_make_param_array(int, numbers, SUBJECTS);
}

ParameterizedTest(int *number, wide, within_bounds, .timeout = 300)
{
    const subject *s = &subjects[*number];
    double at = 0.0;
    const double worst = worst_of(s, NOTHING, ARGUMENTS, &at);
    cr_expect(worst <= s->bound, "%s: 2^%.2f at %a", s->name, log2(worst), at);
    cr_expect(worst > s->bound / 2.0, "%s: the bound is too large, 2^%.2f", s->name, log2(worst));
}

/* The controls. */
Test(wide, low_parts_count, .timeout = 300)
{
    double at = 0.0;
    for (const subject *s = subjects; s < subjects + SUBJECTS; s++) {
        cr_expect(worst_of(s, LOW_OF_RESULT, 300, &at) > s->bound, "%s: the low part of the result", s->name);
        if (s->low)
            cr_expect(worst_of(s, LOW_OF_ARGUMENT, 300, &at) > s->bound, "%s: that of the argument", s->name);
    }
}

/* No lane reads outside of a table, whatever its bits are, and a NaN stays one. */
Test(wide, outside_of_domains)
{
    test_random random = {11};
    for (int i = 0; i < 20000; i++) {
        const uint64_t nan = i % 2 == 0 ? 0x7ff0000000000001u : 0;
        const double x = vf_of_bits(test_random_next(&random) | nan);
        for (const subject *s = subjects; s < subjects + SUBJECTS; s++) {
            const double y = wide_round(s->function(x, 0.0));
            cr_assert(!isnan(x) || isnan(y), "%s(NaN) is %a", s->name, y);
        }
    }
    cr_expect(wide_round(of_tail(-1.0, 0.0)) == 0.5 && wide_round(of_tail(-INFINITY, 0.0)) == 0.5);
    cr_expect(signbit(wide_round(of_tanh(-0.0, 0.0))) && signbit(wide_round(of_erf(-0.0, 0.0))));
}
