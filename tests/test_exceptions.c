/*
 * On finite numbers no element-wise kernel raises invalid, divide by zero or overflow that the exact operation would
 * not raise, neither in lanes beyond the array nor in those whose result is thrown away. And no kernel returns a
 * signalling NaN. The variant sleef may do both.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "exceptions.h"
#include "loop/cache.h"
#include "reference/reference.h"

enum { SHORT = 70, BLOCK = 997, LONG = 70000, MOST_OPERANDS = 3 };

/* The arguments of a call, by element. */
typedef struct operands {
    float *in[MOST_OPERANDS];
    size_t n;
    vact_params_f32 params;
    unsigned terms; /* of an epilogue: 1 with a bias, 2 with a residual */
} operands;

/* Calls the kernel, and returns the flags that it raised. */
typedef int call_fn(const test_subject *subject, const operands *with, float *dst, float *second);

/* Whether the exact operation raises nothing for element i. */
typedef bool usable_fn(const test_subject *subject, const operands *with, size_t i);

typedef struct walk {
    const char *what;
    int operand_count;
    call_fn *call;
    usable_fn *usable;
} walk;

static float pairs_in[2 * LONG], pairs_out[2 * LONG], first_out[LONG], second_out[LONG];

#define SLOT(subject) VACT_OP_SLOT((subject)->info->op)

static bool fits(double exact) { return fabs(exact) < 0x1.ffffffp127; }

/* Where vact.h lets the argument overflow on the way: what a parameter makes of x, and hard_swish's square. */
static bool argument_fits(const test_subject *subject, const vact_params_f32 *params, float x)
{
    switch ((int)subject->info->op) {
    case VACT_OP_ELU:
    case VACT_OP_SWISH:
    case VACT_OP_SOFTPLUS: return fits((double)params->v[0] * (double)x);
    case VACT_OP_CELU: return fits((double)x / (double)params->v[0]);
    case VACT_OP_HARD_SWISH: return fits((double)x * (double)x);
    default: return true;
    }
}

/* And where the product of dy and x. */
static bool gradient_fits(const test_subject *subject, const vact_params_f32 *params, float dy, float x)
{
    const double product = (double)dy * (double)x;
    switch ((int)subject->info->op) {
    case VACT_OP_SOFTPLUS: return argument_fits(subject, params, x) && fits(product * fmax(1.0, (double)params->v[0]));
    case VACT_OP_RELU_SQUARED: return fits(2.0 * product);
    case VACT_OP_HARD_SIGMOID: return fits((double)params->v[0] * (double)dy);
    case VACT_OP_HARD_SWISH: return fits(product);
    default: return argument_fits(subject, params, x);
    }
}

/* A larger dy may overflow too early where the gradient is no piece of a line (vact.h). */
static double most_dy(const test_subject *subject) { return subject->info->needs_math ? 0x1p90 : 0x1p127; }

/* --------------------------------------------------------------------------------------------- kernels */

static int call_unary(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    exceptions_clear();
    subject->table->unary[SLOT(subject)](dst, with->in[0], with->n, &with->params);
    return exceptions_raised();
}

static bool usable_unary(const test_subject *subject, const operands *with, size_t i)
{
    return argument_fits(subject, &with->params, with->in[0][i]) &&
           fits(vacti_reference_f32(subject->info->op)((double)with->in[0][i], &with->params));
}

static int call_backward(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    exceptions_clear();
    subject->table->backward[SLOT(subject)](dst, with->in[0], with->in[1], with->n, &with->params);
    return exceptions_raised();
}

static bool usable_backward(const test_subject *subject, const operands *with, size_t i)
{
    double slope = vacti_reference_derivative(subject->info->op, (double)with->in[1][i], &with->params);
    return gradient_fits(subject, &with->params, with->in[0][i], with->in[1][i]) &&
           fabs((double)with->in[0][i]) <= most_dy(subject) && fits((double)with->in[0][i] * slope);
}

static int call_from_output(const test_subject *subject, const operands *with, float *dst, float *second)
{
    subject->table->unary[SLOT(subject)](second, with->in[1], with->n, &with->params);
    exceptions_clear();
    subject->table->from_output[SLOT(subject)](dst, with->in[0], second, with->n, &with->params);
    return exceptions_raised();
}

static bool usable_from_output(const test_subject *subject, const operands *with, size_t i)
{
    float y, x = with->in[1][i];
    subject->table->unary[SLOT(subject)](&y, &x, 1, &with->params);
    double slope = vacti_reference_derivative_from_output(subject->info->op, (double)y, &with->params);
    return isfinite(y) && gradient_fits(subject, &with->params, with->in[0][i], y) &&
           fabs((double)with->in[0][i]) <= most_dy(subject) && fits((double)with->in[0][i] * slope);
}

static int call_epilogue(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.scale = 0.75f;
    options.bias = with->terms & 1 ? with->in[1] : NULL;
    options.residual = with->terms & 2 ? with->in[2] : NULL;
    options.residual_stride = with->n;
    options.multiplier = with->terms & 4 ? with->in[1] : NULL;
    options.multiplier_stride = with->n;
    exceptions_clear();
    subject->table->epilogue[SLOT(subject)](dst, with->n, with->in[0], with->n, 1, with->n, &options, &with->params);
    return exceptions_raised();
}

static bool usable_epilogue(const test_subject *subject, const operands *with, size_t i)
{
    double x = (double)fmaf(with->in[0][i], 0.75f, with->terms & 1 ? with->in[1][i] : 0.0f);
    double y = vacti_reference_f32(subject->info->op)(x, &with->params);
    return fits(x) && argument_fits(subject, &with->params, (float)x) && fits(y) &&
           fits(y * (with->terms & 4 ? (double)with->in[1][i] : 1.0) + (double)with->in[2][i]) &&
           (!(with->terms & 4) || fits(y * (double)with->in[1][i]));
}

static int call_gate(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    exceptions_clear();
    subject->table->gate[SLOT(subject)](dst, with->in[0], with->in[1], with->n, NULL);
    return exceptions_raised();
}

static void pack(const operands *with)
{
    for (size_t i = 0; i < with->n; i++) {
        memcpy(&pairs_in[2 * i], &with->in[0][i], sizeof(float));
        memcpy(&pairs_in[2 * i + 1], &with->in[1][i], sizeof(float));
    }
}

static int call_interleaved(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    pack(with);
    exceptions_clear();
    subject->table->interleaved[SLOT(subject)](dst, with->n, pairs_in, 2 * with->n, 1, with->n, NULL);
    return exceptions_raised();
}

static bool usable_gate(const test_subject *subject, const operands *with, size_t i)
{
    const vact_params_f32 params = vacti_registry_defaults(subject->info);
    return fits(vacti_reference_gate(subject->info->op, (double)with->in[0][i], (double)with->in[1][i], &params));
}

static int call_gate_backward(const test_subject *subject, const operands *with, float *dst, float *second)
{
    exceptions_clear();
    subject->table->gate_backward[SLOT(subject)](dst, second, with->in[2], with->in[0], with->in[1], with->n, NULL);
    return exceptions_raised();
}

static int call_interleaved_backward(const test_subject *subject, const operands *with, float *dst, float *second)
{
    pack(with);
    exceptions_clear();
    subject->table->interleaved_backward[SLOT(subject)](pairs_out, with->in[2], pairs_in, with->n, NULL);
    const int raised = exceptions_raised();
    for (size_t i = 0; i < with->n; i++) {
        memcpy(&dst[i], &pairs_out[2 * i], sizeof(float));
        memcpy(&second[i], &pairs_out[2 * i + 1], sizeof(float));
    }
    return raised;
}

/* dy*up, or what stands for up, is rounded first, and the gradient of the activation takes it (vact.h). */
static bool usable_gate_backward(const test_subject *subject, const operands *with, size_t i)
{
    const double gate = (double)with->in[0][i], up = (double)with->in[1][i], dy = (double)with->in[2][i];
    const bool clamped = subject->info->op == VACT_OP_SWIGLU_OAI;
    const double factor = clamped ? fmin(7.0, fmax(-7.0, up)) + 1.0 : up;
    const vact_params_f32 params = vacti_registry_defaults(subject->info);
    const vacti_reference_gate_gradients d = vacti_reference_gate_backward(subject->info->op, dy, gate, up, &params);
    const bool limits_dy = subject->info->op == VACT_OP_SITU_GLU;
    return fabs(dy * (limits_dy ? fmax(1.0, fabs(factor)) : factor)) <= most_dy(subject) && fits(d.gate) && fits(d.up);
}

static int call_channels(const test_subject *subject, const operands *with, float *dst, float *second)
{
    (void)second;
    const size_t n = with->n;
    exceptions_clear();
    subject->table->channels[SLOT(subject)](dst, with->in[0], with->in[1], 1, 1, n);
    subject->table->channels[SLOT(subject)](dst, with->in[0], with->in[1], 1, n, 1);
    return exceptions_raised();
}

/* One slope for all, then one for each element. */
static bool usable_channels(const test_subject *subject, const operands *with, size_t i)
{
    (void)subject;
    const double x = (double)with->in[0][i];
    return fits(x * (double)with->in[1][i]) && fits(x * (double)with->in[1][0]);
}

/* ------------------------------------------------------------------------------------------- exceptions */

static operands part_of(const operands *with, size_t i, size_t n)
{
    operands part = *with;
    for (int k = 0; k < MOST_OPERANDS; k++)
        part.in[k] += i;
    part.n = n;
    return part;
}

/* Names the first element that raises the flags alone. */
static void fail(const test_subject *subject, const walk *how, const operands *with, int raised)
{
    for (size_t i = 0; i < with->n; i++) {
        const operands one = part_of(with, i, 1);
        if (how->call(subject, &one, first_out, second_out) != 0)
            test_fail(subject, "%s, %zu elements, parameters %a %a: %s; alone for %a %a %a", how->what, with->n,
                      (double)with->params.v[0], (double)with->params.v[1], exceptions_names(raised),
                      (double)one.in[0][0], (double)one.in[1][0], (double)one.in[2][0]);
    }
    test_fail(subject, "%s, %zu elements, parameters %a %a: %s; no element raises it alone: %a %a %a ...", how->what,
              with->n, (double)with->params.v[0], (double)with->params.v[1], exceptions_names(raised),
              (double)with->in[0][0], (double)with->in[1][0], (double)with->in[2][0]);
}

static void fill(const test_subject *subject, const walk *how, operands *with, const exceptions_kind *kinds,
                 test_random *random)
{
    for (size_t i = 0; i < with->n; i++) {
        for (int k = 0; k < MOST_OPERANDS; k++)
            with->in[k][i] = exceptions_number(kinds[k], random);
        if (!how->usable(subject, with, i))
            for (int k = 0; k < MOST_OPERANDS; k++)
                with->in[k][i] = 0.5f;
    }
}

static void check_length(const test_subject *subject, const walk *how, const operands *with, size_t n)
{
    const operands part = part_of(with, 0, n);
    const int raised = how->call(subject, &part, first_out, second_out);
    if (raised != 0)
        fail(subject, how, &part, raised);
}

/* Every kind of each operand with every kind of another one, or one pair of eleven. The lengths follow one another. */
static void check_kinds(const test_subject *subject, const walk *how, operands *with, test_random *random, int pairs)
{
    const size_t lengths = how->operand_count == 1 && pairs == EXCEPTIONS_KINDS ? SHORT : 2;
    exceptions_kind kinds[MOST_OPERANDS] = {EXCEPTIONS_NORMAL, EXCEPTIONS_NORMAL, EXCEPTIONS_NORMAL};
    size_t n = 1;
    for (int a = 0; a < EXCEPTIONS_KINDS; a++)
        for (int b = 0; b < (how->operand_count == 1 ? 1 : pairs); b++) {
            kinds[0] = (exceptions_kind)a;
            kinds[1] = (exceptions_kind)((a + b) % EXCEPTIONS_KINDS);
            kinds[2] = (exceptions_kind)((3 * a + 5 * b) % EXCEPTIONS_KINDS);
            with->n = SHORT;
            fill(subject, how, with, kinds, random);
            check_length(subject, how, with, SHORT);
            for (size_t more = 0; more < lengths; more++, n = n % SHORT + 1)
                check_length(subject, how, with, n);
        }
}

/* The first BLOCK elements again and again. */
static void repeat_block(operands *with)
{
    for (int k = 0; k < MOST_OPERANDS; k++)
        for (size_t i = BLOCK; i < LONG; i += BLOCK)
            memcpy(with->in[k] + i, with->in[k], (LONG - i < BLOCK ? LONG - i : BLOCK) * sizeof(float));
    with->n = LONG;
}

/* With one lane there is no walk but one after the other. */
static bool walks_alike(const test_subject *subject) { return strncmp(subject->build, "scalar", 6) == 0; }

/* A long array, in cache and beyond it. */
static void check_long(const test_subject *subject, const walk *how, operands *with, test_random *random)
{
    exceptions_kind kinds[MOST_OPERANDS] = {EXCEPTIONS_MIXED, EXCEPTIONS_MIXED, EXCEPTIONS_MIXED};
    const size_t cache = vacti_cache_of_core;
    with->n = BLOCK;
    fill(subject, how, with, kinds, random);
    repeat_block(with);
    check_length(subject, how, with, 5003);
    for (int shift = 14; shift < 20; shift += 5) {
        vacti_cache_of_core = (size_t)1 << shift;
        check_length(subject, how, with, walks_alike(subject) ? SHORT : LONG);
    }
    vacti_cache_of_core = cache;
}

static bool is_ordinary(const vact_params_f32 *params)
{
    for (int k = 0; k < 2; k++)
        if (params->v[k] != 0.0f && !(fabsf(params->v[k]) >= 0x1p-20f && fabsf(params->v[k]) <= 0x1p20f))
            return false;
    return true;
}

static void check(const test_case *which, const walk *how)
{
    static float in[MOST_OPERANDS][LONG];
    const test_subject subject = test_begin(which);
    if (strcmp(subject.variant, "sleef") == 0)
        test_skip("sleef: SLEEF's functions raise what they like");
    test_random random = {191 + (uint64_t)subject.info->op};
    vact_params_f32 params[TEST_PARAMS_LIMIT];
    const size_t count = how->operand_count > 2 ? 0 : test_params(subject.info, params);
    operands with = {.in = {in[0], in[1], in[2]}, .params = vacti_registry_defaults(subject.info)};
    for (with.terms = 0; with.terms < (how->call == call_epilogue ? 8u : 1u); with.terms++) {
        check_kinds(&subject, how, &with, &random, EXCEPTIONS_KINDS);
        if (with.terms % 4 == 3 || how->call != call_epilogue)
            check_long(&subject, how, &with, &random);
    }
    for (size_t p = 1; p < count; p++) {
        with.params = params[p];
        if (is_ordinary(&with.params))
            check_kinds(&subject, how, &with, &random, 1);
    }
}

/* ------------------------------------------------------------------------------------- signalling NaNs */

/* In one operand, in every element or in every third; the others hold numbers. */
static void place_signalling(operands *with, int operand, bool everywhere, test_random *random)
{
    for (size_t i = 0; i < with->n; i++) {
        for (int k = 0; k < MOST_OPERANDS; k++)
            with->in[k][i] = exceptions_number(EXCEPTIONS_NORMAL, random);
        if (everywhere || i % 3 == 0) {
            const float nan = exceptions_signalling(i / 3);
            memcpy(&with->in[operand][i], &nan, sizeof nan);
        }
    }
}

static void check_quiet(const test_subject *subject, const walk *how, const operands *with, size_t n)
{
    const operands part = part_of(with, 0, n);
    memset(second_out, 0, n * sizeof *second_out);
    how->call(subject, &part, first_out, second_out);
    for (size_t i = 0; i < n; i++)
        if (exceptions_is_signalling(first_out[i]) || exceptions_is_signalling(second_out[i]))
            test_fail(subject, "%s, element %zu of %zu, parameters %a %a: a signalling NaN; 0x%08x 0x%08x 0x%08x",
                      how->what, i, n, (double)with->params.v[0], (double)with->params.v[1],
                      test_raw_bits(with->in[0][i]), test_raw_bits(with->in[1][i]), test_raw_bits(with->in[2][i]));
}

/* They return x itself; vact.h says so. */
static bool returns_input(const vacti_op_info *info)
{
    switch ((int)info->op) {
    case VACT_OP_RELU6:
    case VACT_OP_HARDTANH:
    case VACT_OP_HARD_SHRINK:
    case VACT_OP_THRESHOLD:
    case VACT_OP_THRESHOLDED_RELU: return true;
    default: return false;
    }
}

static void check_signalling(const test_case *which, const walk *how)
{
    static float in[MOST_OPERANDS][LONG];
    const test_subject subject = test_begin(which);
    if (strcmp(subject.variant, "sleef") == 0)
        test_skip("sleef: SLEEF's functions return what they like");
    if (returns_input(subject.info) && (how->call == call_unary || how->call == call_epilogue))
        test_skip("a signalling NaN passes through");
    test_random random = {192};
    vact_params_f32 params[TEST_PARAMS_LIMIT] = {vacti_registry_defaults(subject.info)};
    const size_t tried = test_params(subject.info, params), count = tried > 12 ? 12 : tried > 1 ? tried : 1;
    operands with = {.in = {in[0], in[1], in[2]}, .terms = 3};
    const size_t cache = vacti_cache_of_core;
    vacti_cache_of_core = 1 << 14;
    for (size_t p = 0; p < count; p++)
        for (int place = 0; place < 2 * how->operand_count; place++) {
            with.params = params[p];
            with.n = BLOCK;
            place_signalling(&with, place / 2, place % 2 == 0, &random);
            for (size_t n = 1; n <= SHORT; n += p == 0 ? 3 : 23)
                check_quiet(&subject, how, &with, n);
            if (p == 0 && place % 2 == 1 && !walks_alike(&subject)) {
                repeat_block(&with);
                check_quiet(&subject, how, &with, LONG);
            }
        }
    vacti_cache_of_core = cache;
}

/* ---------------------------------------------------------------------------------------------- the tests */

static const walk FORWARD = {"forward", 1, call_unary, usable_unary};
static const walk BACKWARD = {"backward", 2, call_backward, usable_backward};
static const walk FROM_OUTPUT = {"backward from the output", 2, call_from_output, usable_from_output};
static const walk EPILOGUE = {"epilogue", 3, call_epilogue, usable_epilogue};
static const walk CHANNELS = {"channels", 2, call_channels, usable_channels};
static const walk GATE = {"forward", 2, call_gate, usable_gate};
static const walk INTERLEAVED = {"interleaved", 2, call_interleaved, usable_gate};
static const walk GATE_BACKWARD = {"backward", 3, call_gate_backward, usable_gate_backward};
static const walk INTERLEAVED_BACKWARD = {"interleaved backward", 3, call_interleaved_backward, usable_gate_backward};

/* Where gradients are built. */
static bool has_gradient(const vacti_op_info *info, const char *build, vact_math math)
{
    const vacti_table *table = vacti_table_of_build(build, math);
    const unsigned slot = VACT_OP_SLOT(info->op);
    return (!info->needs_math || math == VACT_MATH_FAST) &&
           (info->kind == VACT_KIND_GATE ? table->gate_backward[slot] != NULL : table->backward[slot] != NULL);
}

static bool keeps_output(const vacti_op_info *info, const char *build, vact_math math)
{
    return has_gradient(info, build, math) &&
           vacti_table_of_build(build, math)->from_output[VACT_OP_SLOT(info->op)] != NULL;
}

TEST_CASES(exceptions, forward, test_cases(VACT_KIND_UNARY)) { check(which, &FORWARD); }

TEST_CASES(exceptions, backward, test_cases_that(VACT_KIND_UNARY, has_gradient)) { check(which, &BACKWARD); }

TEST_CASES(exceptions, from_output, test_cases_that(VACT_KIND_UNARY, keeps_output)) { check(which, &FROM_OUTPUT); }

TEST_CASES(exceptions, epilogue, test_cases(VACT_KIND_UNARY)) { check(which, &EPILOGUE); }

TEST_CASES(exceptions, channels, test_cases(VACT_KIND_CHANNELS)) { check(which, &CHANNELS); }

TEST_CASES(exceptions, gates, test_cases(VACT_KIND_GATE)) { check(which, &GATE); }

TEST_CASES(exceptions, interleaved, test_cases(VACT_KIND_GATE)) { check(which, &INTERLEAVED); }

TEST_CASES(exceptions, gates_backward, test_cases_that(VACT_KIND_GATE, has_gradient)) { check(which, &GATE_BACKWARD); }

TEST_CASES(exceptions, interleaved_backward, test_cases_that(VACT_KIND_GATE, has_gradient))
{
    check(which, &INTERLEAVED_BACKWARD);
}

TEST_CASES(signalling, forward, test_cases(VACT_KIND_UNARY)) { check_signalling(which, &FORWARD); }

TEST_CASES(signalling, backward, test_cases_that(VACT_KIND_UNARY, has_gradient)) { check_signalling(which, &BACKWARD); }

TEST_CASES(signalling, from_output, test_cases_that(VACT_KIND_UNARY, keeps_output))
{
    check_signalling(which, &FROM_OUTPUT);
}

TEST_CASES(signalling, epilogue, test_cases(VACT_KIND_UNARY)) { check_signalling(which, &EPILOGUE); }

TEST_CASES(signalling, channels, test_cases(VACT_KIND_CHANNELS)) { check_signalling(which, &CHANNELS); }

TEST_CASES(signalling, gates, test_cases(VACT_KIND_GATE)) { check_signalling(which, &GATE); }

TEST_CASES(signalling, interleaved, test_cases(VACT_KIND_GATE)) { check_signalling(which, &INTERLEAVED); }

TEST_CASES(signalling, gates_backward, test_cases_that(VACT_KIND_GATE, has_gradient))
{
    check_signalling(which, &GATE_BACKWARD);
}

TEST_CASES(signalling, interleaved_backward, test_cases_that(VACT_KIND_GATE, has_gradient))
{
    check_signalling(which, &INTERLEAVED_BACKWARD);
}
