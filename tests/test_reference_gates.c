/*
 * The oracle of the gated units and of their gradients against textbook formulas in MPFR, at random gates and ups and
 * for parameters of every size: at most 2^-24 ULP of a float, of the larger term where two nearly cancel.
 */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

#include "kernels/reference/mpfr/exact.h"
#include "kernels/reference/reference.h"
#include "support.h"

enum { PAIRS = TEST_SANITIZED ? 200 : 3000 };

/* y = 1/(1 + e^-x) */
static void logistic(mpfr_t y, mpfr_t x)
{
    mpfr_neg(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

/* y = beta*tanh(x/beta) */
static void bent(mpfr_t y, double x, double beta)
{
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_div_d(y, y, beta, MPFR_RNDN);
    mpfr_tanh(y, y, MPFR_RNDN);
    mpfr_mul_d(y, y, beta, MPFR_RNDN);
}

static double limit_of(vact_op op, const float *v)
{
    return op == VACT_OP_SWIGLU_OAI       ? (double)v[2]
           : op == VACT_OP_SWIGLU_CLAMPED ? (double)v[1]
           : op == VACT_OP_SWIGLU_STEP    ? (double)v[0]
                                          : INFINITY;
}

static void factor(mpfr_t y, vact_op op, double up, const float *v)
{
    double limit = limit_of(op, v);
    if (op == VACT_OP_SITU_GLU) {
        bent(y, up, (double)v[1]);
        return;
    }
    mpfr_set_d(y, fmin(limit, fmax(-limit, up)), MPFR_RNDN);
    if (op == VACT_OP_SWIGLU_OAI)
        mpfr_add_d(y, y, (double)v[1], MPFR_RNDN);
}

/* The activation of the unit. */
static void activation(mpfr_t y, vact_op op, double gate, const float *v)
{
    double limit = limit_of(op, v), g = op == VACT_OP_SWIGLU_STEP ? gate : fmin(gate, limit);
    mpfr_t x;
    if (op == VACT_OP_FATREGLU || op == VACT_OP_REGLU || op == VACT_OP_RELU_SQUARED_GLU) {
        double theta = op == VACT_OP_FATREGLU ? (double)v[0] : 0.0;
        mpfr_set_d(y, gate > theta ? gate : 0.0, MPFR_RNDN);
        if (op == VACT_OP_RELU_SQUARED_GLU)
            mpfr_sqr(y, y, MPFR_RNDN);
        return;
    }
    mpfr_init2(x, EXACT_BITS);
    mpfr_set_d(x, 1.0, MPFR_RNDN);
    if (op == VACT_OP_GEGLU_QUICK)
        mpfr_set_str(x, "1.702", 10, MPFR_RNDN);
    else if (op == VACT_OP_SWIGLU_OAI || op == VACT_OP_SWIGLU_CLAMPED)
        mpfr_set_d(x, (double)v[0], MPFR_RNDN);
    mpfr_mul_d(x, x, g, MPFR_RNDN);
    logistic(y, x);
    if (op == VACT_OP_SITU_GLU) {
        bent(x, g, (double)v[0]);
        mpfr_mul(y, y, x, MPFR_RNDN);
    } else if (op != VACT_OP_GLU) {
        mpfr_mul_d(y, y, g, MPFR_RNDN);
    }
    if (op == VACT_OP_SWIGLU_STEP && mpfr_cmp_d(y, limit) > 0)
        mpfr_set_d(y, limit, MPFR_RNDN);
    mpfr_clear(x);
}

/* The units whose activation exact.h has, or that need no other. */
static bool is_here(vact_op op) { return op != VACT_OP_GEGLU && op != VACT_OP_GEGLU_TANH && op >= VACT_OP_GLU; }

static float random_parameter(test_random *random, const vacti_param_info *info)
{
    double value = exp2(40.0 * test_random_unit(random) - 20.0);
    if (info->domain == VACT_DOMAIN_FINITE || info->domain == VACT_DOMAIN_NOT_NAN)
        return (float)(test_random_next(random) % 2 ? value : -value);
    return (float)value;
}

static void check(const vacti_op_info *info, const vact_params_f32 *params, double gate, double up, mpfr_t y, mpfr_t w)
{
    activation(y, info->op, gate, params->v);
    factor(w, info->op, up, params->v);
    mpfr_mul(y, y, w, MPFR_RNDN);
    double value = vacti_reference_gate(info->op, gate, up, params), error = exact_error(value, y);
    if (fabs(value) < (double)FLT_MAX)
        cr_assert(error < 0x1p-24, "%s(%a, %a; %a, %a, %a) is %a: %g ULP from the exact value", info->name, gate, up,
                  (double)params->v[0], (double)params->v[1], (double)params->v[2], value, error);
}

/* The slopes of situ_glu by differences of MPFR's values; those of the others are those of an operation. */
static void check_slopes(const vacti_op_info *info, const vact_params_f32 *params, double gate, double up, mpfr_t y,
                         mpfr_t w)
{
    const vacti_reference_gate_gradients d = vacti_reference_gate_backward(info->op, 1.0, gate, up, params);
    const double step = 0x1p-20;
    if (info->op != VACT_OP_SITU_GLU || fabs(gate) > 20.0 || fabs(up) > 20.0)
        return;
    double slopes[2];
    for (int by = 0; by < 2; by++) { /* the symmetric difference, and that of half the step: fourth order */
        double parts[2];
        for (int half = 0; half < 2; half++) {
            double h = half ? 0.5 * step : step;
            mpfr_t a;
            mpfr_init2(a, EXACT_BITS);
            activation(a, info->op, by ? gate : gate + h, params->v);
            factor(w, info->op, by ? up + h : up, params->v);
            mpfr_mul(a, a, w, MPFR_RNDN);
            activation(y, info->op, by ? gate : gate - h, params->v);
            factor(w, info->op, by ? up - h : up, params->v);
            mpfr_mul(y, y, w, MPFR_RNDN);
            mpfr_sub(a, a, y, MPFR_RNDN);
            parts[half] = mpfr_get_d(a, MPFR_RNDN) / (2.0 * h);
            mpfr_clear(a);
        }
        slopes[by] = (4.0 * parts[1] - parts[0]) / 3.0;
    }
    double scale = fmax(1e-3, d.terms) + fabs(d.up);
    cr_assert(fabs(slopes[0] - d.gate) < 1e-9 * scale && fabs(slopes[1] - d.up) < 1e-9 * scale,
              "%s: the slopes at %a, %a are %a, %a, not %a, %a", info->name, gate, up, slopes[0], slopes[1], d.gate,
              d.up);
}

Test(reference_gates, mpfr)
{
    mpfr_t y, w;
    mpfr_init2(y, EXACT_BITS), mpfr_init2(w, EXACT_BITS);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        test_random random = {(uint64_t)info->op};
        if (info->kind != VACT_KIND_GATE || !is_here(info->op))
            continue;
        for (int k = 0; k < PAIRS; k++) {
            vact_params_f32 params = vacti_registry_defaults(info);
            for (int p = 0; k % 3 == 2 && p < info->param_count; p++)
                params.v[p] = random_parameter(&random, &info->params[p]);
            double size = k % 2 ? 4.0 : 40.0;
            float gate = (float)(size * test_random_normal(&random)), up = (float)(size * test_random_normal(&random));
            if (k % 5 == 4)
                up = (float)ldexp((double)up, (int)test_random_below(&random, 200) - 100);
            if (gate == 0.0f || up == 0.0f)
                continue;
            check(info, &params, (double)gate, (double)up, y, w);
            if (k % 3 != 2)
                check_slopes(info, &params, (double)gate, (double)up, y, w);
        }
    }
    mpfr_clear(y), mpfr_clear(w);
}
