/*
 * The gradients, dy*f'(x) and from the output: their bound of 2 ULP (absolute near a zero of f'), the same bits on
 * every build, every length and alignment, dx equal to dy or x, kinks, and that f' is the slope of f.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/reference.h"
#include "support.h"

enum {
    STRIDE = TEST_SANITIZED ? 262147 : 65537,
    MIXTURE = TEST_SANITIZED ? 60 : 300,
    LENGTHS = 2 * TEST_LANES + 3,
    PIECE = 4093
};

static const double BOUND = 2.0;

/* The two functions of an operation. */
typedef struct gradient {
    test_subject subject;
    bool from_output;
    vact_backward_f32_fn *kernel;
} gradient;

static size_t gradients_of(const test_subject *subject, gradient list[2])
{
    unsigned slot = VACT_OP_SLOT(subject->info->op);
    cr_assert(subject->table->backward[slot], "%s has no gradient", subject->info->name);
    cr_assert((subject->table->from_output[slot] != NULL) == subject->info->keeps_output);
    list[0] = (gradient){*subject, false, subject->table->backward[slot]};
    list[1] = (gradient){*subject, true, subject->table->from_output[slot]};
    return subject->info->keeps_output ? 2 : 1;
}

/* Values of dy: 1, simple ones, and any finite one up to 2^+-40. */
static float dy_of(size_t i, test_random *random)
{
    if (i % 3 == 0)
        return 1.0f;
    if (i % 3 == 1)
        return i % 2 ? -2.5f : 0.75f;
    double sign = test_random_next(random) & 1 ? -1.0 : 1.0;
    return (float)(sign * ldexp(1.0 + test_random_unit(random), (int)test_random_below(random, 80) - 40));
}

static float *new_dy(size_t n)
{
    test_random random = {11};
    float *dy = malloc((n ? n : 1) * sizeof *dy);
    cr_assert(dy, "out of memory");
    for (size_t i = 0; i < n; i++)
        dy[i] = dy_of(i, &random);
    return dy;
}

static void check_error_with(const gradient *g, const vact_params_f32 *params, const test_floats *inputs,
                             const float *dy)
{
    float *dx = malloc((inputs->n ? inputs->n : 1) * sizeof *dx);
    cr_assert(dx, "out of memory");
    for (size_t i = 0; i < inputs->n; i += PIECE) /* see results_of in test_bounds.c */
        g->kernel(dx + i, dy + i, inputs->v + i, inputs->n - i < PIECE ? inputs->n - i : PIECE, params);
    for (size_t i = 0; i < inputs->n; i++) {
        double x = (double)inputs->v[i];
        double error = vacti_backward_error(g->subject.info->op, params, x, g->from_output, (double)dy[i], dx[i]);
        if (!(error <= BOUND))
            test_fail_error(&g->subject, params, inputs->v[i], (double)dy[i], dx[i], error, "gradient%s; `exact` is dy",
                            g->from_output ? " from the output" : "");
    }
    free(dx);
}

static void check_error(const gradient *g, const vact_params_f32 *params, const test_floats *inputs)
{
    float *dy = new_dy(inputs->n);
    check_error_with(g, params, inputs, dy);
    free(dy);
}

TEST_CASES(backward, defaults, test_cases_of_gradients())
{
    test_subject subject = test_begin(which);
    vact_params_f32 defaults = vacti_registry_defaults(subject.info);
    test_floats inputs = {0};
    gradient list[2];
    test_add_specials(&inputs);
    test_add_kinks(&inputs, &defaults);
    test_add_hundredths(&inputs);
    test_add_every(&inputs, 3, STRIDE);
    test_add_recorded_worst(&inputs, subject.info);
    for (size_t k = gradients_of(&subject, list); k-- > 0;)
        check_error(&list[k], &defaults, &inputs);
    test_free(&inputs);
}

/* With a slope below 0 the output does not determine the side. */
static bool takes_params(const gradient *g, const vact_params_f32 *params)
{
    vact_op op = g->subject.info->op;
    return !(g->from_output && (op == VACT_OP_LEAKY_RELU || op == VACT_OP_ELU) && params->v[0] < 0.0f);
}

TEST_CASES(backward, parameters, test_cases_of_gradients())
{
    test_subject subject = test_begin(which);
    test_random random = {12 + (uint64_t)subject.info->op};
    vact_params_f32 params[TEST_PARAMS_LIMIT];
    size_t count = test_params(subject.info, params);
    gradient list[2];
    for (size_t k = gradients_of(&subject, list); k-- > 0;)
        for (size_t i = 0; i < count; i++) {
            test_floats inputs = {0};
            if (!takes_params(&list[k], &params[i]))
                continue;
            test_add_mixture(&inputs, &params[i], &random, MIXTURE);
            check_error(&list[k], &params[i], &inputs);
            test_free(&inputs);
        }
}

static bool want_plain(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)build, (void)math;
    return !info->needs_math;
}

/* Without a transcendental function no intermediate overflows or loses digits unless dx does. */
TEST_CASES(backward, any_dy, test_cases_that(VACT_KIND_UNARY, want_plain))
{
    static const float slopes[] = {FLT_MAX, -FLT_MAX, 0x1.7p+126f, 0x1.234566p-126f, -0x1.234p-135f, FLT_TRUE_MIN};
    enum { SLOPES = sizeof slopes / sizeof slopes[0] };
    test_subject subject = test_begin(which);
    vact_params_f32 defaults = vacti_registry_defaults(subject.info);
    test_random random = {15};
    test_floats drawn = {0}, inputs = {0};
    gradient list[2];
    test_add_kinks(&drawn, &defaults);
    test_add_uniform(&drawn, &random, 8.0, 500);
    for (size_t i = 0; i < drawn.n * SLOPES; i++)
        test_add(&inputs, drawn.v[i / SLOPES]);
    float *dy = malloc((inputs.n ? inputs.n : 1) * sizeof *dy);
    cr_assert(dy, "out of memory");
    for (size_t i = 0; i < inputs.n; i++)
        dy[i] = slopes[i % SLOPES];
    for (size_t k = gradients_of(&subject, list); k-- > 0;)
        check_error_with(&list[k], &defaults, &inputs, dy);
    free(dy);
    test_free(&drawn), test_free(&inputs);
}

TEST_CASES(backward, same_bits, test_cases_of_gradients())
{
    test_subject subject = test_begin(which);
    test_subject reference = subject;
    reference.table = test_reference_table(which);
    vact_params_f32 defaults = vacti_registry_defaults(subject.info);
    test_random random = {13};
    test_floats inputs = {0};
    gradient mine[2], theirs[2];
    test_add_specials(&inputs);
    test_add_random_bits(&inputs, &random, TEST_SANITIZED ? 2000 : 20000);
    test_add_uniform(&inputs, &random, 120.0, TEST_SANITIZED ? 2000 : 20000);
    test_add_uniform(&inputs, &random, 4.0, TEST_SANITIZED ? 2000 : 20000);
    float *dy = new_dy(inputs.n), *got = malloc(inputs.n * sizeof *got), *want = malloc(inputs.n * sizeof *want);
    cr_assert(got && want, "out of memory");
    gradients_of(&reference, theirs);
    for (size_t k = gradients_of(&subject, mine); k-- > 0;) {
        mine[k].kernel(got, dy, inputs.v, inputs.n, &defaults);
        theirs[k].kernel(want, dy, inputs.v, inputs.n, &defaults);
        for (size_t i = 0; i < inputs.n; i++)
            if (!test_same(got[i], want[i]))
                test_fail_bits(&subject, NULL, inputs.v[i], want[i], got[i], "gradient with dy %a", (double)dy[i]);
    }
    free(dy), free(got), free(want);
    test_free(&inputs);
}

/* -------------------------------------------------------------------------------- lengths, places, aliasing */

static void check_place(const gradient *g, const test_guarded memory[3], size_t n, size_t shift, int alias)
{
    float input[LENGTHS], slope[LENGTHS], want[LENGTHS];
    test_random random = {n * 64 + shift};
    for (size_t i = 0; i < n; i++) {
        input[i] = (float)(4.0 * test_random_normal(&random));
        slope[i] = (float)test_random_normal(&random);
        g->kernel(&want[i], &slope[i], &input[i], 1, NULL);
    }
    /* at the rear guard page, so that a step past the end faults */
    float *x = memory[0].first + (memory[0].n - n), *dy = memory[1].first + (memory[1].n - n - shift);
    float *dx = alias == 0 ? memory[2].first + (memory[2].n - n) : alias == 1 ? dy : x;
    memcpy(x, input, n * sizeof *x);
    memcpy(dy, slope, n * sizeof *dy);
    g->kernel(dx, dy, x, n, NULL);
    for (size_t i = 0; i < n; i++)
        if (!test_same(dx[i], want[i]))
            test_fail_bits(&g->subject, NULL, input[i], want[i], dx[i], "gradient, element %zu of %zu, dx %s", i, n,
                           alias == 0   ? "apart"
                           : alias == 1 ? "on dy"
                                        : "on x");
}

TEST_CASES(backward, places, test_cases_of_gradients())
{
    test_subject subject = test_begin(which);
    test_guarded memory[3];
    gradient list[2];
    for (size_t i = 0; i < 3; i++)
        memory[i] = test_guarded_new(LENGTHS + TEST_LANES);
    for (size_t k = gradients_of(&subject, list); k-- > 0;)
        for (size_t n = 0; n < LENGTHS; n++)
            for (size_t shift = 0; shift < TEST_LANES; shift += 3)
                for (int alias = 0; alias < 3; alias++)
                    check_place(&list[k], memory, n, shift, alias);
    for (size_t i = 0; i < 3; i++)
        test_guarded_free(&memory[i]);
}

/* -------------------------------------------------------------------------------------- kinks, meaning */

/* Whether f' is the constant 0 at x, not a value that crosses or touches 0 (PLAIN operations). */
static bool is_flat(vact_op op, float x, const vact_params_f32 *params)
{
    double below = (double)nextafterf(x, -INFINITY), above = (double)nextafterf(x, INFINITY);
    return vacti_reference_derivative(op, (double)x, params) == 0.0 &&
           (vacti_reference_derivative(op, below, params) == 0.0 ||
            vacti_reference_derivative(op, above, params) == 0.0);
}

/* Where f' is the constant 0, dx is 0 whatever dy is; a NaN in x gives NaN. */
TEST_CASES(backward, cases_of_zero, test_cases_of_gradients())
{
    static const float slopes[] = {1.0f, -2.0f, INFINITY, -INFINITY, NAN};
    test_subject subject = test_begin(which);
    vact_params_f32 defaults = vacti_registry_defaults(subject.info);
    test_floats inputs = {0};
    gradient list[2];
    size_t count = gradients_of(&subject, list);
    test_add_kinks(&inputs, &defaults);
    test_add_around(&inputs, 3.0); /* the kinks of hard_sigmoid6 and hard_swish, and relu6's */
    test_add_around(&inputs, 6.0);
    test_add_uniform(&inputs, &(test_random){14}, 9.0, 200);
    test_add(&inputs, NAN);
    for (size_t i = 0; i < inputs.n; i++)
        for (size_t j = 0; j < sizeof slopes / sizeof slopes[0]; j++)
            for (size_t k = 0; k < count; k++) {
                float x = inputs.v[i], dx = 1.0f;
                list[k].kernel(&dx, &slopes[j], &x, 1, &defaults);
                if (isnan(x) && !isnan(dx))
                    test_fail_bits(&subject, NULL, x, NAN, dx, "gradient at NaN");
                if (isfinite(x) && !list[k].from_output && !subject.info->needs_math && dx != 0.0f &&
                    is_flat(subject.info->op, x, &defaults))
                    test_fail_bits(&subject, NULL, x, 0.0f, dx, "gradient of a flat part, dy %g", (double)slopes[j]);
            }
    test_free(&inputs);
}

/* With slope 0 and value 2 the line is flat for every x. */
Test(backward, hard_sigmoid_of_slope_0)
{
    const float x[3] = {-INFINITY, 1.0f, INFINITY}, dy[3] = {INFINITY, INFINITY, NAN};
    float dx[3] = {1.0f, 1.0f, 1.0f};
    cr_assert(vact_hard_sigmoid_backward_f32(dx, dy, x, 3, 0.0f, 2.0f) == VACT_OK);
    for (size_t i = 0; i < 3; i++)
        cr_expect(dx[i] == 0.0f, "dx of x = %g is %g", (double)x[i], (double)dx[i]);
}

/* The oracle's derivative against the slope of the oracle's function, by central differences between the kinks. */
static void check_slopes(const vacti_op_info *info, const vact_params_f32 *params)
{
    const double step = 0x1p-17;
    vacti_reference_fn *f = vacti_reference_f32(info->op);
    for (double x = -7.97; x < 8.0; x += 0.0625) {
        double above = f(x + step, params), below = f(x - step, params), y = f(x, params);
        double slope = (above - below) / (2.0 * step), bend = (above - 2.0 * y + below) / (step * step);
        double derivative = vacti_reference_derivative(info->op, x, params);
        if (fabs(bend) > 1e4) /* a kink between the three */
            continue;
        cr_expect(fabs(slope - derivative) <= 1e-7 * (1.0 + fabs(derivative)) * (info->op == VACT_OP_EXP ? 10.0 : 1.0),
                  "%s(%g, %g) at %g: slope %.12g, derivative %.12g", info->name, (double)params->v[0],
                  (double)params->v[1], x, slope, derivative);
        /* softplus' threshold is held against y there, which is above it before x is. */
        bool undecided = info->op == VACT_OP_SOFTPLUS && derivative < 1.0 && params->v[0] * (float)y > params->v[1];
        if (info->keeps_output && !undecided)
            cr_expect(fabs(vacti_reference_derivative_from_output(info->op, y, params) - derivative) <=
                          1e-9 * (1.0 + fabs(derivative)),
                      "%s at %g from its output", info->name, x);
    }
}

Test(backward, derivative_is_the_slope)
{
    const vact_params_f32 others[] = {{{0.25f, 1.5f}}, {{2.0f, 3.0f}}};
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        vact_params_f32 defaults = vacti_registry_defaults(info);
        if (info->kind == VACT_KIND_UNARY)
            check_slopes(info, &defaults);
        if (info->kind == VACT_KIND_CHANNELS || (info->kind == VACT_KIND_UNARY && info->param_count > 0))
            for (size_t k = 0; k < 2; k++)
                check_slopes(info, &others[k]);
    }
}

/* Ten points from -3 to 3: relu stops half of the gradient, the others none. */
Test(backward, ten_points)
{
    static const struct {
        vact_op op;
        int zeros;
    } expected[] = {{VACT_OP_RELU, 5}, {VACT_OP_LEAKY_RELU, 0}, {VACT_OP_ELU, 0}, {VACT_OP_GELU, 0}};
    float x[10], dy[10], dx[10];
    for (int i = 0; i < 10; i++) {
        x[i] = (float)(-3.0 + 6.0 * i / 9.0);
        dy[i] = 1.0f;
    }
    for (size_t k = 0; k < 4; k++) {
        int zeros = 0;
        cr_assert(vact_backward_f32(expected[k].op, NULL, dx, dy, x, 10) == VACT_OK);
        for (int i = 0; i < 10; i++)
            zeros += dx[i] == 0.0f;
        cr_expect(zeros == expected[k].zeros, "%#x: %d of 10 gradients are 0", (unsigned)expected[k].op, zeros);
    }
}

/* ------------------------------------------------------------------------------------------- arguments */

Test(backward, arguments)
{
    float dx[8], dy[8] = {0}, x[8] = {0};
    vact_params_f32 nan = {{NAN}};
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        vact_status ok = info->kind == VACT_KIND_UNARY ? VACT_OK : VACT_EINVAL;
        vact_status kept = ok == VACT_OK && info->keeps_output ? VACT_OK : VACT_EINVAL;
        cr_expect(vact_backward_f32(info->op, NULL, dx, dy, x, 8) == ok, "%s", info->name);
        cr_expect(vact_backward_from_output_f32(info->op, NULL, dx, dy, x, 8) == kept, "%s from output", info->name);
        if (ok != VACT_OK)
            continue;
        test_fill(dx, 8);
        cr_expect(vact_backward_f32(info->op, NULL, dx, dy, NULL, 8) == VACT_EINVAL);
        cr_expect(vact_backward_f32(info->op, NULL, dx, NULL, x, 8) == VACT_EINVAL);
        cr_expect(vact_backward_f32(info->op, NULL, NULL, dy, x, 8) == VACT_EINVAL);
        cr_expect(vact_backward_f32(info->op, NULL, NULL, NULL, NULL, 0) == VACT_OK);
        cr_expect(vact_backward_f32(info->op, NULL, dx, dy, x, SIZE_MAX / 2) == VACT_EINVAL);
        cr_expect(vact_backward_f32(info->op, NULL, dx, dx + 1, x, 4) == VACT_EOVERLAP);
        cr_expect(vact_backward_f32(info->op, NULL, dx, dy, dx + 1, 4) == VACT_EOVERLAP);
        if (info->param_count > 0)
            cr_expect(vact_backward_f32(info->op, &nan, dx, dy, x, 8) == VACT_EINVAL, "%s takes NaN", info->name);
        cr_expect(test_untouched(dx, 8), "%s wrote on an error", info->name);
    }
    cr_expect(vact_leaky_relu_backward_f32(dx, dy, x, 8, -0.5f) == VACT_OK);
    cr_expect(vact_leaky_relu_backward_from_output_f32(dx, dy, x, 8, -0.5f) == VACT_EINVAL);
    cr_expect(vact_elu_backward_from_output_f32(dx, dy, x, 8, -0.5f) == VACT_EINVAL);
    cr_expect(vact_backward_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL);
    cr_expect(vact_backward_from_output_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO) == NULL);
    cr_expect(vact_backward_from_output_kernel_f32(VACT_OP_TANH, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL);
    cr_expect(vact_backward_kernel_f32(VACT_OP_SOFTMAX, VACT_ISA_AUTO, VACT_MATH_AUTO) == NULL);
}
