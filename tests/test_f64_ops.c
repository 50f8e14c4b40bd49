/*
 * Operations on double with parameters of every size, against MPFR: the errors of their values, the limits at the
 * infinities, and inputs that were once wrong. tests/test_f64.c has the default parameters.
 *
 * The largest errors of the variant fast on scalar lanes, over 150,000 inputs of each operation for each of default
 * parameters, those between 2^-20 and 2^21, and those of any size: random bits, the ends of the range, zeros and kinks
 * of each function by its parameters. Of gradients |dy| is in [2^-900, 2^900]; near a zero of the slope errors count in
 * units of 2^-53 of its terms. What is above 0.508 is subnormal, and rounded twice. Each line: the error of the value,
 * at which x and parameters (none: the defaults) | that of the gradient.
 *
 *   leaky_relu     0.500 at -0x1.9p+6; 0x1.dd8171f364d5p+190 | 0.647 at -0x1.1733b0cfb39e3p+9; 0x1.c0b1563c3213p-178
 *   elu            0.741 at -0x1.91e8bdbd74f3ap+4; 0x1p-1022 | 0.734 at -0x1.7fffffffffffcp+1; 0x1.736c2edad5b61p-1019
 *   celu           0.737 at -0x1.8000000000002p-1021; 0x1p-1022 | 0.736 at -0x1.fd2d18f29c889p-1; 0x1.7003010d2052dp-10
 *   selu           0.722 at -0x1.de7d72fe72997p+3; 0x1p-600, -0x1.f652275ade158p-423 |
 *                  0.725 at -0x1.8ffffffffffffp+6; -0x1.657e6f2be81dep-19, 0x1.f49dee8fc23a2p+16
 *   gelu           0.738 at -0x1.2cfe12869de48p+5 | 0.550 at -0x1.4000000000001p+5
 *   gelu_tanh      0.717 at -0x1.52ea4fa087729p+4 | 0.500 at 0x1.2de4732f61c9bp+2
 *   gelu_quick     0.533 at -0x1.a3f59b6e29e4bp+8 | 0.536 at -0x1.23e3e27a340a1p+8
 *   silu           0.649 at -0x1.65a6140a1d9b2p+9 | 0.541 at -0x1.65e36bc8186fbp+9
 *   swish          0.715 at 0x1.62d5fded555fap-990; -0x1.053f2715a3582p+994 | 0.500 at -0x1.d35cad54a039ap+4
 *   mish           0.726 at -0x1.65cf916467dc8p+9 | 0.520 at -0x1.6597db3cdf482p+9
 *   sigmoid        0.547 at -0x1.6271280f5d388p+9 | 0.656 at 0x1.32e601d6f282bp+8
 *   log_sigmoid    0.749 at 0x1.62561656eed3cp+9 | 0.749 at 0x1.62561656eed3cp+9
 *   hard_sigmoid   0.722 at 0x1.474973c84120bp+0; -0x0.0000000000001p-1022, 0x1p-1022 |
 *                  0.584 at 0x1.308dbae65337ep+5; 0x1.ea2d826d42ac6p-480, -0x0.0000000000001p-1022
 *   hard_sigmoid6  0.500 at -0x1.44a806edbf442p-3 | 0.333 at -0x1.e414688bc417cp-6
 *   hard_swish     0.711 at 0x1.dae6e810298b5p-1006; 0x1.0edf018190e4cp+2, 0x1.f2a6d28ec83c6p-18 |
 *                  0.718 at -0x0.0000000c1ac9ep-1022; 0x1.5261ee497816dp+28, 0x1p-1022
 *   tanh           0.500 at 0x1.a6512085e5634p+1 | 0.580 at -0x1.233a04a7610d3p+9
 *   tanh_shrink    0.500 at 0x1.441cd16e1a90dp+53 | 0.550 at 0x1.9b33f5705b148p-512
 *   softplus       0.732 at -0x1.7f11b37edc1fbp-4; 0x1.d3ccf83d14372p+12, inf |
 *                  0.730 at -0x1.1da9f8691c5b6p+25; 0x1.3d6ae29aae68ap-16, inf
 *   softsign       0.500 at 0x1.0000000000001p+0 | 0.572 at 0x1.d092ff2eb4766p+864
 *   exp            0.688 at -0x1.626f63baa7737p+9 | 0.632 at -0x1.ccc8597dde772p+6
 *   softcap        0.736 at 0x1.e10763780211cp-1020; 0x1p-1022 | 0.706 at 0x1.4ce05132b9c4ap+13
 *   xielu          0.506 at -0x1.e4219b0606035p-1012; 0x1.355a856ff41aap-7, -0x1.07d29413b7f39p-9,
 * 0x1.66c0302cd73bdp-13 | 0.726 at -0x1.03be000373b9ap+5; 0x1.ce1b4c3e18176p-58, 0x1p-1022, -0x0.0000000000001p-1022
 *   sqrt_softplus  0.500 at -0x1.aaf81b27e0d52p-29 | 0.534 at -0x1.6232bdd7abcd4p+9
 *   erf            0.614 at -0x0.a2e0101b6303cp-1022 | 0.648 at 0x1.e456bd42b2744p+4
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "f64_exact.h"
#include "kernels/reference/mpfr/exact.h"
#include "kernels/registry.h"

enum { SAMPLES = TEST_SANITIZED ? 400 : 6000 };

/* Half an ULP, and half of that where a subnormal result is rounded twice; of the variant sleef what f64.h says. */
static const double bound_fast = 0.76, bound_sleef = 4.0;

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double any_finite(test_random *random)
{
    double x = NAN;
    while (!isfinite(x))
        x = from_bits(test_random_next(random));
    return x;
}

static double of_size(test_random *random, int least, int most)
{
    const double x =
        ldexp(1.0 + test_random_unit(random), least + (int)(test_random_next(random) % (unsigned)(most - least)));
    return test_random_next(random) % 2 == 0 ? x : -x;
}

/* x, or one of its neighbours */
static double next_to(test_random *random, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const double y = from_bits(bits + test_random_next(random) % 9 - 4);
    return isfinite(y) ? y : 1.0;
}

static bool is_allowed(vacti_domain domain, double p)
{
    switch (domain) {
    case VACT_DOMAIN_FINITE: return isfinite(p);
    case VACT_DOMAIN_NONZERO: return isfinite(p) && p != 0.0;
    case VACT_DOMAIN_POSITIVE: return isfinite(p) && p > 0.0;
    case VACT_DOMAIN_ABOVE_ZERO: return p > 0.0;
    case VACT_DOMAIN_NONNEGATIVE: return p >= 0.0;
    case VACT_DOMAIN_NOT_NAN: return !isnan(p);
    }
    return false;
}

static double parameter(test_random *random, vacti_domain domain)
{
    static const double ends[] = {
        0.0, 0x1p-1074, 0x1.8p-1040, 0x1p-1022, 0x1p-600, 1.0, 0.5, 0x1p+600, 0x1.fffffffffffffp+1023, INFINITY};
    double p = NAN;
    while (!is_allowed(domain, p)) {
        const uint64_t choice = test_random_next(random) % 4;
        p = choice == 0   ? any_finite(random)
            : choice == 1 ? ends[test_random_below(random, sizeof ends / sizeof ends[0])]
                          : of_size(random, choice == 2 ? -20 : -200, choice == 2 ? 21 : 200);
        if (choice == 1 && test_random_next(random) % 2 == 0)
            p = -p;
    }
    return p;
}

/* Any bits, moderate numbers, and numbers at which a form may change with parameters a and b. */
static double input(test_random *random, double a, double b)
{
    static const double places[] = {1.0, 3.0, 0.0625, 0.75179, 1.27846, 1.1924, 20.0, 40.0, 100.0, 709.78, 745.13};
    const double place = places[test_random_below(random, sizeof places / sizeof places[0])];
    const double u =
        test_random_next(random) % 2 == 0 ? (test_random_unit(random) - 0.5) * 1600.0 : of_size(random, -60, 11);
    double x = u;
    switch (test_random_next(random) % 10) {
    case 0: return any_finite(random);
    case 1: x = next_to(random, place); break;
    case 2: x = next_to(random, -place); break;
    case 3: x = u * a; break;
    case 4: x = u / a; break;
    case 5: x = next_to(random, -b / a); break;
    case 6: x = next_to(random, (1.0 - b) / a); break;
    case 7: x = next_to(random, b / a); break;
    case 8: x = next_to(random, test_random_next(random) % 2 == 0 ? a : -a); break;
    default: break;
    }
    return isfinite(x) && x != 0.0 ? x : u;
}

static vact_params_f64 draw_parameters(test_random *random, const vacti_op_info *info)
{
    vact_params_f64 params = {{0.0}};
    for (int k = 0; k < info->param_count; k++)
        params.v[k] = parameter(random, info->params[k].domain);
    return params;
}

static bool takes_parameters(const vacti_op_info *info)
{
    return info->kind == VACT_KIND_UNARY && info->param_count > 0;
}

/* As f64_error, but below xielu's zero, in units of the larger size that vact.h names. */
static double error_of(vact_op op, double x, const double *v, double y, mpfr_t exact)
{
    const double error = f64_error(y, exact);
    if (op != VACT_OP_XIELU || x > 0.0 || error <= bound_fast)
        return error;
    const double size = fabs(mpfr_get_d(exact, MPFR_RNDN)), least = 0x1p-6 * fabs(v[2]) * fmin(-x, 32.0);
    if (size >= least || least < 0x1p-1000)
        return error;
    return size < 0x1p-1000 ? 0.0 : error * ldexp(1.0, ilogb(size) - ilogb(least));
}

static void expect_values(const vacti_op_info *info, vact_math math, double bound)
{
    vact_unary_f64_fn *const kernel = vact_kernel_f64(info->op, VACT_ISA_AUTO, math);
    test_random random = {(uint64_t)info->op};
    mpfr_t exact;
    mpfr_init2(exact, F64_EXACT_BITS);
    for (int k = 0; k < SAMPLES; k++) {
        const vact_params_f64 params = draw_parameters(&random, info);
        const double *v = params.v, x = input(&random, v[0], v[1]);
        double y;
        kernel(&y, &x, 1, &params);
        f64_exact_value(exact, info->op, x, &params);
        const double error = error_of(info->op, x, v, y, exact);
        cr_assert(error <= bound, "%s(%a; %a, %a, %a) is %a: %g ULP", info->name, x, v[0], v[1], v[2], y, error);
    }
    mpfr_clear(exact);
    mpfr_free_cache();
}

Test(f64_ops, parameters_of_every_size, .timeout = 300)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (!takes_parameters(info))
            continue;
        expect_values(info, VACT_MATH_FAST, bound_fast);
        if (VACT_WITH_SLEEF && info->needs_math && !info->own_math)
            expect_values(info, VACT_MATH_SLEEF, bound_sleef);
    }
}

/* The function of a number whose exponent is beyond those of all parameters. */
static void expect_limit(const vacti_op_info *info, const vact_params_f64 *params, int sign)
{
    const double *v = params->v, x = sign * (double)INFINITY;
    double y;
    mpfr_t far, exact;
    mpfr_init2(far, 2);
    mpfr_init2(exact, F64_EXACT_BITS);
    mpfr_set_si_2exp(far, sign, 20000, MPFR_RNDN);
    exact_of(info->op)(exact, far, v);
    cr_assert(vact_forward_f64(info->op, params, &y, &x, 1) == VACT_OK);
    const double error = f64_error(y, exact);
    cr_assert(error <= bound_fast && !signbit(y) == !mpfr_signbit(exact), "%s(%g; %a, %a, %a) is %g, the limit %g",
              info->name, x, v[0], v[1], v[2], y, mpfr_get_d(exact, MPFR_RNDN));
    mpfr_clears(far, exact, (mpfr_ptr)NULL);
}

Test(f64_ops, limits_for_parameters_of_every_size)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        test_random random = {(uint64_t)info->op + 500};
        for (int k = 0; k < (TEST_SANITIZED ? 100 : 1000) && takes_parameters(info); k++) {
            const vact_params_f64 params = draw_parameters(&random, info);
            bool infinite = false; /* such a parameter is no smaller than the input */
            for (int j = 0; j < info->param_count; j++)
                infinite |= isinf(params.v[j]) != 0;
            for (int sign = -1; sign <= 1 && !infinite; sign += 2)
                expect_limit(info, &params, sign);
        }
    }
    mpfr_free_cache();
}

/* Slopes whose limit, or whose sum with a parameter, was once lost. */
Test(f64_ops, slopes_for_tiny_and_huge_parameters)
{
    static const struct {
        vact_op op;
        double v[3], x, dy, wanted;
    } cases[] = {
        {VACT_OP_SWISH, {0x1p-1074}, INFINITY, 1.0, 1.0},
        {VACT_OP_SWISH, {-0x1p-1074}, -INFINITY, 1.0, 1.0},
        {VACT_OP_SWISH, {0x1p-1074}, -INFINITY, 1.0, 0.0},
        {VACT_OP_SWISH, {0.0}, INFINITY, 1.0, 0.5},
        {VACT_OP_SOFTPLUS, {0x1p-1074, INFINITY}, INFINITY, 1.0, 1.0},
        {VACT_OP_SOFTPLUS, {0x1p-1074, INFINITY}, -INFINITY, 1.0, 0.0},
        {VACT_OP_SOFTPLUS, {0x1p-1074, 0.0}, 0x1p-12, 1.0, 1.0},
        {VACT_OP_HARD_SIGMOID, {0x1p-1074, 0.5}, INFINITY, 1.0, 0.0},
        {VACT_OP_HARD_SWISH, {0x1p-1074, -5.0}, INFINITY, 1.0, 1.0},
        {VACT_OP_HARD_SWISH, {0.0, 0x1p-1074}, -0x1.3p+179, 0x1.8000000000001p+600, 0x1.8000000000001p-474},
        {VACT_OP_XIELU, {0x1p-1000, 1.0, -0x1p+400}, INFINITY, 1.0, INFINITY},
        {VACT_OP_XIELU, {0.0, 1.0, 0x1p-1074}, 3.0, 0x1.8000000000001p+600, 0x1.8000000000001p-474},
    };
    if (!VACT_WITH_GRADIENTS)
        cr_skip("a library without gradients");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *v = cases[i].v;
        const vact_params_f64 params = {{v[0], v[1], v[2]}};
        double dx;
        cr_assert(vact_backward_f64(cases[i].op, &params, &dx, &cases[i].dy, &cases[i].x, 1) == VACT_OK);
        cr_expect(dx == cases[i].wanted, "case %zu: %a", i, dx);
    }
}

/* y + alpha is a number, but not every step of an exact sum is. */
Test(f64_ops, a_sum_with_the_largest_alpha_does_not_overflow)
{
    const double y = -0x1.29a3864d5e0afp+1022, dy = 1.0, alpha = 0x1.fffffffffffffp+1023;
    double dx;
    if (!VACT_WITH_GRADIENTS)
        cr_skip("a library without gradients");
    cr_assert(vact_elu_backward_from_output_f64(&dx, &dy, &y, 1, alpha) == VACT_OK);
    cr_expect(dx == y + alpha, "%a", dx);
}

/* up + beta may overflow although the product with the gate does not. */
Test(f64_ops, a_sum_with_beta_does_not_overflow)
{
    const double most = 0x1.fffffffffffffp+1023, gate = -20.0;
    double of_one, of_half, up = most;
    cr_assert(vact_swiglu_oai_f64(&of_one, &gate, &up, 1, 1.0, most, INFINITY) == VACT_OK);
    up = most / 2.0;
    cr_assert(vact_swiglu_oai_f64(&of_half, &gate, &up, 1, 1.0, most / 2.0, INFINITY) == VACT_OK);
    cr_expect(isfinite(of_one) && of_one == 2.0 * of_half, "%a, %a", of_one, of_half);
    up = INFINITY;
    cr_assert(vact_swiglu_oai_f64(&of_one, &gate, &up, 1, 1.0, 1.0, INFINITY) == VACT_OK);
    cr_expect(of_one == (double)-INFINITY);
}
