/*
 * The largest errors of the operations on double and of their gradients, against MPFR: what ./dev double runs, for
 * docs/operations/f64.md.
 *
 *   vact_f64_errors [VALUES [SLOPES [OPERATION]]]
 *
 * VALUES random inputs of each operation and variant (default 100,000), SLOPES of each gradient (default 2,000). A
 * third of the inputs are any bits, a third between 2^-60 and 2^11, the others up to 40 in magnitude. Gradients leave
 * out inputs below 2^-700 and above 2^20, and kinks. The exit status is 1 where an error exceeds its bound.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "f64_exact.h"
#include "kernels/registry.h"

typedef struct {
    double error, input;
} largest;

static uint64_t state;

/* The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double draw(long i)
{
    uint64_t bits = next();
    double x;
    if (i % 3 == 2)
        return ((double)(bits >> 11) * 0x1p-53 - 0.5) * 80.0;
    if (i % 3 == 1)
        bits = (bits & 0x800fffffffffffffu) | (963 + next() % 71) << 52;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void add(largest *to, double error, double input)
{
    if (!(error <= to->error))
        *to = (largest){error, input};
}

static largest of_values(const vacti_op_info *info, vact_math math, long count)
{
    largest worst = {0.0, 0.0};
    const vact_params_f64 params = f64_defaults(info->op);
    vact_unary_f64_fn *const kernel = vact_kernel_f64(info->op, VACT_ISA_AUTO, math);
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    state = (uint64_t)info->op;
    for (long i = 0; i < count; i++) {
        const double x = draw(i);
        double y;
        if (!isfinite(x) || x == 0.0)
            continue;
        kernel(&y, &x, 1, NULL);
        f64_exact_value(exact, info->op, x, &params);
        add(&worst, f64_error(y, exact), x);
    }
    mpfr_clear(exact);
    return worst;
}

/* The functions with a zero of their slope have it between these. Next to it errors count in units of 2^-53. */
static int near_zero(double x) { return x > -1.6 && x < -0.3; }

static largest of_slopes(const vacti_op_info *info, long count)
{
    largest worst = {0.0, 0.0};
    const vact_params_f64 params = f64_defaults(info->op);
    vact_backward_f64_fn *const kernel = vact_backward_kernel_f64(info->op, VACT_ISA_AUTO, VACT_MATH_FAST);
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    state = (uint64_t)info->op;
    for (long i = 0; i < count; i++) {
        const double x = draw(i), one = 1.0;
        double dx;
        if (!isfinite(x) || fabs(x) < 0x1p-700 || fabs(x) > 0x1p+20 || x * 64.0 == rint(x * 64.0))
            continue;
        kernel(&dx, &one, &x, 1, NULL);
        f64_exact_slope(exact, info->op, x, &params);
        const double error = f64_error(dx, exact), size = fabs(mpfr_get_d(exact, MPFR_RNDN));
        const double unit = size > 0x1p-1000 ? ldexp(1.0, ilogb(size) - 52) : 0x1p-1074;
        add(&worst, near_zero(x) ? fmin(error, error * unit / 0x1p-53) : error, x);
    }
    mpfr_clear(exact);
    return worst;
}

int main(int count, char **arguments)
{
    const long values = count > 1 ? strtol(arguments[1], NULL, 10) : 100000;
    const long slopes = count > 2 ? strtol(arguments[2], NULL, 10) : 2000;
    int failed = 0;
    if (values <= 0 || slopes < 0 || count > 4) {
        fprintf(stderr, "usage: vact_f64_errors [VALUES [SLOPES [OPERATION]]]\n");
        return 2;
    }
    printf("| operation | fast | at | sleef | gradient | at |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind != VACT_KIND_UNARY || (count > 3 && strcmp(arguments[3], info->name) != 0))
            continue;
        const int sleef = vact_kernel_f64(info->op, VACT_ISA_AUTO, VACT_MATH_SLEEF) !=
                          vact_kernel_f64(info->op, VACT_ISA_AUTO, VACT_MATH_FAST);
        const largest fast = of_values(info, VACT_MATH_FAST, values);
        const largest other = sleef ? of_values(info, VACT_MATH_SLEEF, values) : (largest){0.0, 0.0};
        const largest slope = slopes > 0 ? of_slopes(info, slopes) : (largest){0.0, 0.0};
        char text[16] = "";
        if (sleef)
            snprintf(text, sizeof text, "%.4f", other.error);
        printf("| %s | %.4f | %a | %s | %.4f | %a |\n", info->name, fast.error, fast.input, text, slope.error,
               slope.input);
        fflush(stdout);
        failed |= !(fast.error <= 1.5) || !(other.error <= 4.0) || !(slope.error <= 1.5);
    }
    return failed;
}
