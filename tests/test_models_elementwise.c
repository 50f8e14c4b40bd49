/*
 * Activations with the parameters that models publish, against the formula in plain double arithmetic on 10^6 random
 * inputs, forward and gradient: Gemma 2 caps attention logits at 50 and final logits at 30, Apertus learns xielu's
 * parameters from 0.8, 0.8 and 0.5 on.
 */
#include <math.h>
#include <stdlib.h>

#include "reference/reference.h"
#include "support.h"

enum { INPUTS = TEST_SANITIZED ? 50000 : 1000000 };

typedef double formula(double x, const double *v);

static double softcap(double x, const double *v) { return v[0] * tanh(x / v[0]); }

static double softcap_slope(double x, const double *v)
{
    double s = 1.0 / cosh(x / v[0]);
    return s * s;
}

static double xielu(double x, const double *v)
{
    return x > 0.0 ? v[0] * x * x + v[2] * x : v[1] * (expm1(x) - x) + v[2] * x;
}

static double xielu_slope(double x, const double *v)
{
    return x > 0.0 ? 2.0 * v[0] * x + v[2] : v[1] * expm1(x) + v[2];
}

/* What the double formula itself may lose, in units of 2^-53 of its larger term. */
static double larger_term(vact_op op, double x, const double *v, double y)
{
    return op == VACT_OP_XIELU && x < 0.0 ? fmax(fabs(v[1] * (1.0 - x)), fabs(v[2] * x)) : fabs(y);
}

static const struct {
    const char *name;
    vact_op op;
    float params[3];
    double deviation; /* of the inputs */
    formula *value, *slope;
} models[] = {
    {"Gemma 2, attention", VACT_OP_SOFTCAP, {50.0f}, 40.0, softcap, softcap_slope},
    {"Gemma 2, logits", VACT_OP_SOFTCAP, {30.0f}, 20.0, softcap, softcap_slope},
    {"Apertus, at the start", VACT_OP_XIELU, {0.8f, 0.8f, 0.5f}, 2.0, xielu, xielu_slope},
    {"Apertus, learnt", VACT_OP_XIELU, {1.3125f, 0.5703125f, 0.5f}, 2.0, xielu, xielu_slope},
    {"Apertus, learnt", VACT_OP_XIELU, {0.171875f, 2.40625f, 0.5f}, 4.0, xielu, xielu_slope},
};
enum { MODELS = sizeof models / sizeof models[0] };

ParameterizedTestParameters(models_elementwise, formulas)
{
    static int numbers[MODELS];
    for (int i = 0; i < MODELS; i++)
        numbers[i] = i;
    return cr_make_param_array(int, numbers, MODELS);
}

static void expect(double error, double lost, float x, float got, const char *name, const char *what)
{
    cr_assert(error <= 2.0 + lost, "%s, %s at %a: %a, %.4g ULP", name, what, (double)x, (double)got, error);
}

ParameterizedTest(int *number, models_elementwise, formulas)
{
    const vact_op op = models[*number].op;
    const char *name = models[*number].name;
    vact_params_f32 params = {{models[*number].params[0], models[*number].params[1], models[*number].params[2], 0.0f}};
    double v[3];
    for (int i = 0; i < 3; i++)
        v[i] = (double)params.v[i];
    float *x = malloc(4 * INPUTS * sizeof *x), *y = x + INPUTS, *dy = y + INPUTS, *dx = dy + INPUTS;
    cr_assert(x != NULL, "out of memory");
    test_random random = {(uint64_t)*number + 21};
    for (size_t i = 0; i < INPUTS; i++) {
        x[i] = (float)(models[*number].deviation * test_random_normal(&random));
        dy[i] = (float)test_random_normal(&random);
    }
    cr_assert(vact_forward_f32(op, &params, y, x, INPUTS) == VACT_OK);
    vact_status status = vact_backward_f32(op, &params, dx, dy, x, INPUTS);
    cr_assert(status == (VACT_WITH_GRADIENTS ? VACT_OK : VACT_EUNSUPPORTED));
    for (size_t i = 0; i < INPUTS; i++) {
        double at = (double)x[i], exact = models[*number].value(at, v);
        double spacing = ldexp(1.0, exact == 0.0 ? -149 : ilogb(exact) - 23);
        expect(vacti_forward_error(op, &params, at, y[i], exact), 0x1p-50 * larger_term(op, at, v, exact) / spacing,
               x[i], y[i], name, "y");
        if (status != VACT_OK)
            continue;
        double slope = models[*number].slope(at, v);
        expect(vacti_gradient_error(op, &params, at, false, slope, (double)dy[i], dx[i]), 0x1p-20, x[i], dx[i], name,
               "gradient");
    }
    free(x);
}
