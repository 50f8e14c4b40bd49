/* The oracle where the definition decides: zeros and their signs, infinities, NaN, kinks and degenerate parameters, all
 * as vact.h promises them. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

#include "kernels/reference/reference.h"
#include "kernels/registry.h"

typedef struct point {
    vact_op op;
    float params[3];
    double x;
    double expected;
} point;

static double oracle(vact_op op, const float *params, double x)
{
    vact_params_f32 p = {{params[0], params[1], params[2], 0.0f}};
    return vacti_reference_f32(op)(x, &p);
}

static void expect(const point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const point *p = &points[i];
        double got = oracle(p->op, p->params, p->x);
        cr_expect(got == p->expected && !signbit(got) == !signbit(p->expected), "%s(%g; %g, %g) is %g, not %g",
                  vacti_registry_by_code(p->op)->name, p->x, (double)p->params[0], (double)p->params[1], got,
                  p->expected);
    }
}

#define EXPECT(points) expect(points, sizeof(points) / sizeof((points)[0]))

Test(reference_points, nan_gives_nan)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind == VACT_KIND_ROWS || info->kind == VACT_KIND_GATE)
            continue;
        vact_params_f32 defaults = vacti_registry_defaults(info);
        static const float ZEROS[3] = {0.0f, 0.0f, 0.0f};
        cr_expect(isnan(oracle(info->op, defaults.v, (double)NAN)), "%s", info->name);
        cr_expect(isnan(oracle(info->op, defaults.v, (double)-NAN)), "%s", info->name);
        cr_expect(info->op == VACT_OP_CELU || info->op == VACT_OP_SOFTPLUS ||
                      isnan(oracle(info->op, ZEROS, (double)NAN)),
                  "%s with parameters 0", info->name);
    }
}

/* f(-0) = -0 wherever f(0) = 0, at the defaults; +0 stays +0. */
Test(reference_points, zero_keeps_its_sign)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind == VACT_KIND_ROWS || info->kind == VACT_KIND_GATE)
            continue;
        vact_params_f32 defaults = vacti_registry_defaults(info);
        double at_plus = oracle(info->op, defaults.v, 0.0);
        double at_minus = oracle(info->op, defaults.v, -0.0);
        bool keeps = info->op != VACT_OP_RELU_SQUARED && info->op != VACT_OP_THRESHOLD;
        cr_expect(!signbit(at_plus) || at_plus != 0.0, "%s(+0) is -0", info->name);
        cr_expect(at_minus == at_plus, "%s(-0) is %g", info->name, at_minus);
        if (at_plus == 0.0)
            cr_expect(!signbit(at_minus) == !keeps, "%s(-0) is %g", info->name, at_minus);
    }
}

Test(reference_points, of_the_rectifiers)
{
    static const point POINTS[] = {
        {VACT_OP_RELU, {0}, -1.0, 0.0},
        {VACT_OP_RELU, {0}, -INFINITY, 0.0},
        {VACT_OP_RELU, {0}, INFINITY, INFINITY},
        {VACT_OP_RELU6, {0}, -0x1p-149, 0.0},
        {VACT_OP_RELU6, {0}, 0x1.800002p2, 6.0},
        {VACT_OP_RELU6, {0}, INFINITY, 6.0},
        {VACT_OP_RELU_SQUARED, {0}, -3.0, 0.0},
        {VACT_OP_RELU_SQUARED, {0}, -0.0, 0.0},
        {VACT_OP_RELU_SQUARED, {0}, 0x1p-149, 0x1p-298},
        {VACT_OP_RELU_SQUARED, {0}, INFINITY, INFINITY},
        {VACT_OP_LEAKY_RELU, {0.01f}, -INFINITY, -INFINITY},
        {VACT_OP_LEAKY_RELU, {0.0f}, -5.0, -0.0},
        {VACT_OP_LEAKY_RELU, {0.0f}, -INFINITY, -0.0},
        {VACT_OP_LEAKY_RELU, {-0.0f}, -INFINITY, 0.0},
        {VACT_OP_LEAKY_RELU, {-2.0f}, -INFINITY, INFINITY},
        {VACT_OP_LEAKY_RELU, {-2.0f}, -0.0, -0.0},
        {VACT_OP_LEAKY_RELU, {0.0f}, INFINITY, INFINITY},
        {VACT_OP_PRELU, {0.0f}, -5.0, -0.0},
        {VACT_OP_PRELU, {0.0f}, -INFINITY, -0.0},
        {VACT_OP_PRELU, {0.25f}, -8.0, -2.0},
        {VACT_OP_THRESHOLDED_RELU, {1.0f}, 1.0, 0.0},
        {VACT_OP_THRESHOLDED_RELU, {1.0f}, 0x1.000002p0, 0x1.000002p0},
        {VACT_OP_THRESHOLDED_RELU, {1.0f}, -INFINITY, 0.0},
        {VACT_OP_THRESHOLDED_RELU, {1.0f}, -0.0, -0.0},
        {VACT_OP_THRESHOLDED_RELU, {0.0f}, -0.0, -0.0},
        {VACT_OP_THRESHOLDED_RELU, {-1.0f}, -0.0, -0.0},
        {VACT_OP_THRESHOLDED_RELU, {-1.0f}, -0.5, -0.5},
        {VACT_OP_THRESHOLDED_RELU, {-1.0f}, -1.0, 0.0},
    };
    EXPECT(POINTS);
}

Test(reference_points, of_the_clamps_and_thresholds)
{
    static const point POINTS[] = {
        {VACT_OP_HARDTANH, {-1.0f, 1.0f}, -INFINITY, -1.0},
        {VACT_OP_HARDTANH, {-1.0f, 1.0f}, INFINITY, 1.0},
        {VACT_OP_HARDTANH, {-INFINITY, INFINITY}, -INFINITY, -INFINITY},
        {VACT_OP_HARDTANH, {0.0f, 1.0f}, -0.0, -0.0},
        {VACT_OP_HARDTANH, {0.0f, 1.0f}, -0x1p-149, 0.0},
        {VACT_OP_HARDTANH, {2.0f, 2.0f}, 0.0, 2.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, 0.5f}, -INFINITY, 0.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, 0.5f}, INFINITY, 1.0},
        {VACT_OP_HARD_SIGMOID, {0.0f, 0.25f}, INFINITY, 0.25},
        {VACT_OP_HARD_SIGMOID, {0.0f, 0.25f}, -INFINITY, 0.25},
        {VACT_OP_HARD_SIGMOID, {0.0f, 3.0f}, -INFINITY, 1.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, 0.0f}, -0.0, -0.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, 0.0f}, 0.0, 0.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, 0.0f}, -1.0, 0.0},
        {VACT_OP_HARD_SIGMOID, {0.0f, 0.0f}, -0.0, -0.0},
        {VACT_OP_HARD_SIGMOID, {0.0f, 0.0f}, -1.0, 0.0},
        {VACT_OP_HARD_SIGMOID, {0.0f, 0.0f}, -INFINITY, 0.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, -0.0f}, -0.0, -0.0},
        {VACT_OP_HARD_SIGMOID, {0.2f, -0.0f}, 0.0, 0.0},
        {VACT_OP_HARD_SIGMOID6, {0}, -3.0, 0.0},
        {VACT_OP_HARD_SIGMOID6, {0}, -INFINITY, 0.0},
        {VACT_OP_HARD_SIGMOID6, {0}, 3.0, 1.0},
        {VACT_OP_HARD_SIGMOID6, {0}, INFINITY, 1.0},
        {VACT_OP_HARD_SWISH, {1.0f / 6.0f, 0.5f}, -3.0, -0.0},
        {VACT_OP_HARD_SWISH, {1.0f / 6.0f, 0.5f}, -4.0, -0.0},
        {VACT_OP_HARD_SWISH, {1.0f / 6.0f, 0.5f}, -INFINITY, -0.0},
        {VACT_OP_HARD_SWISH, {1.0f / 6.0f, 0.5f}, (double)FLT_MAX, (double)FLT_MAX},
        {VACT_OP_HARD_SWISH, {1.0f / 6.0f, 0.5f}, INFINITY, INFINITY},
        {VACT_OP_SOFT_SHRINK, {0.5f}, 0.5, 0.0},
        {VACT_OP_SOFT_SHRINK, {0.5f}, -0.5, -0.0},
        {VACT_OP_SOFT_SHRINK, {0.5f}, -INFINITY, -INFINITY},
        {VACT_OP_SOFT_SHRINK, {0.0f}, -0x1p-149, -0x1p-149},
        {VACT_OP_SOFT_SHRINK, {INFINITY}, -INFINITY, -0.0},
        {VACT_OP_HARD_SHRINK, {0.5f}, -0.5, -0.0},
        {VACT_OP_HARD_SHRINK, {0.5f}, 0x1.000002p-1, 0x1.000002p-1},
        {VACT_OP_HARD_SHRINK, {0.5f}, -INFINITY, -INFINITY},
        {VACT_OP_HARD_SHRINK, {INFINITY}, -INFINITY, -0.0},
        {VACT_OP_THRESHOLD, {1.0f, -7.0f}, 1.0, -7.0},
        {VACT_OP_THRESHOLD, {1.0f, -7.0f}, 0x1.000002p0, 0x1.000002p0},
        {VACT_OP_THRESHOLD, {0.0f, 0.0f}, -0.0, 0.0},
        {VACT_OP_THRESHOLD, {0.0f, -0.0f}, -5.0, -0.0},
        {VACT_OP_THRESHOLD, {INFINITY, INFINITY}, INFINITY, INFINITY},
        {VACT_OP_SOFTSIGN, {0}, INFINITY, 1.0},
        {VACT_OP_SOFTSIGN, {0}, -INFINITY, -1.0},
    };
    EXPECT(POINTS);
}

Test(reference_points, of_the_sigmoids)
{
    static const point POINTS[] = {
        {VACT_OP_EXP, {0}, -INFINITY, 0.0},
        {VACT_OP_EXP, {0}, INFINITY, INFINITY},
        {VACT_OP_EXP, {0}, -0.0, 1.0},
        {VACT_OP_SIGMOID, {0}, -INFINITY, 0.0},
        {VACT_OP_SIGMOID, {0}, -(double)FLT_MAX, 0.0},
        {VACT_OP_SIGMOID, {0}, INFINITY, 1.0},
        {VACT_OP_SIGMOID, {0}, -0.0, 0.5},
        {VACT_OP_LOG_SIGMOID, {0}, INFINITY, -0.0},
        {VACT_OP_LOG_SIGMOID, {0}, (double)FLT_MAX, -0.0},
        {VACT_OP_LOG_SIGMOID, {0}, -INFINITY, -INFINITY},
        {VACT_OP_LOG_SIGMOID, {0}, -(double)FLT_MAX, -(double)FLT_MAX},
        {VACT_OP_TANH, {0}, -INFINITY, -1.0},
        {VACT_OP_TANH, {0}, INFINITY, 1.0},
        {VACT_OP_TANH_SHRINK, {0}, -INFINITY, -INFINITY},
        {VACT_OP_TANH_SHRINK, {0}, INFINITY, INFINITY},
    };
    EXPECT(POINTS);
}

Test(reference_points, of_the_exponential_units)
{
    static const point POINTS[] = {
        {VACT_OP_ELU, {1.5f}, -INFINITY, -1.5},
        {VACT_OP_ELU, {1.5f}, INFINITY, INFINITY},
        {VACT_OP_ELU, {-1.5f}, -INFINITY, 1.5},
        {VACT_OP_ELU, {-1.5f}, -0.0, -0.0},
        {VACT_OP_ELU, {0.0f}, -1.0, -0.0},
        {VACT_OP_ELU, {0.0f}, -INFINITY, -0.0},
        {VACT_OP_CELU, {1.5f}, -INFINITY, -1.5},
        {VACT_OP_CELU, {-1.5f}, -INFINITY, -INFINITY},
        {VACT_OP_CELU, {-1.5f}, -(double)FLT_MAX, -INFINITY},
        {VACT_OP_CELU, {-1.5f}, -0.0, -0.0},
        {VACT_OP_CELU, {0x1p-20f}, -(double)FLT_MAX, -0x1p-20},
        {VACT_OP_SELU, {1.67326319217681884765625f, 1.05070102214813232421875f}, INFINITY, INFINITY},
    };
    EXPECT(POINTS);
}

Test(reference_points, of_the_self_gated_units)
{
    static const point POINTS[] = {
        {VACT_OP_GELU, {0}, -INFINITY, -0.0},
        {VACT_OP_GELU, {0}, -(double)FLT_MAX, -0.0},
        {VACT_OP_GELU, {0}, -100.0, -0.0},
        {VACT_OP_GELU, {0}, INFINITY, INFINITY},
        {VACT_OP_GELU_TANH, {0}, -INFINITY, -0.0},
        {VACT_OP_GELU_TANH, {0}, -(double)FLT_MAX, -0.0},
        {VACT_OP_GELU_TANH, {0}, (double)FLT_MAX, (double)FLT_MAX},
        {VACT_OP_GELU_TANH, {0}, INFINITY, INFINITY},
        {VACT_OP_GELU_QUICK, {0}, -INFINITY, -0.0},
        {VACT_OP_GELU_QUICK, {0}, -(double)FLT_MAX, -0.0},
        {VACT_OP_GELU_QUICK, {0}, INFINITY, INFINITY},
        {VACT_OP_SILU, {0}, -INFINITY, -0.0},
        {VACT_OP_SILU, {0}, -(double)FLT_MAX, -0.0},
        {VACT_OP_SILU, {0}, INFINITY, INFINITY},
        {VACT_OP_SWISH, {2.0f}, -INFINITY, -0.0},
        {VACT_OP_SWISH, {2.0f}, INFINITY, INFINITY},
        {VACT_OP_SWISH, {-2.0f}, -INFINITY, -INFINITY},
        {VACT_OP_SWISH, {-2.0f}, INFINITY, 0.0},
        {VACT_OP_SWISH, {-2.0f}, -0.0, -0.0},
        {VACT_OP_SWISH, {0.0f}, -INFINITY, -INFINITY},
        {VACT_OP_SWISH, {0.0f}, INFINITY, INFINITY},
        {VACT_OP_SWISH, {0.0f}, 3.0, 1.5},
        {VACT_OP_SWISH, {-0.0f}, -3.0, -1.5},
        {VACT_OP_MISH, {0}, -INFINITY, -0.0},
        {VACT_OP_MISH, {0}, -(double)FLT_MAX, -0.0},
        {VACT_OP_MISH, {0}, INFINITY, INFINITY},
        {VACT_OP_SOFTPLUS, {1.0f, 20.0f}, -INFINITY, 0.0},
        {VACT_OP_SOFTPLUS, {1.0f, 20.0f}, INFINITY, INFINITY},
        {VACT_OP_SOFTPLUS, {1.0f, INFINITY}, INFINITY, INFINITY},
        {VACT_OP_SOFTPLUS, {1.0f, -INFINITY}, -INFINITY, 0.0},
        {VACT_OP_SOFTPLUS, {1.0f, -INFINITY}, -5.0, -5.0},
        {VACT_OP_SOFTPLUS, {1.0f, 20.0f}, 0x1.400002p4, 0x1.400002p4},
        {VACT_OP_SOFTPLUS, {1.0f, 0.0f}, 0x1p-149, 0x1p-149},
    };
    EXPECT(POINTS);
}

/* beta*x = 1 + 2^-46 exceeds the threshold 1 although the float product is 1. */
Test(reference_points, softplus_compares_the_exact_product)
{
    const float params[3] = {0x1.000002p0f, 1.0f, 0.0f};
    double below = 0x1.fffffcp-1;
    double product = (double)params[0] * below;
    cr_assert(product < 1.0 && (float)product == 1.0f);
    cr_expect(oracle(VACT_OP_SOFTPLUS, params, below) > 1.3);
    const float above[3] = {0x1.fffffep-1f, 0x1.fffffcp-1f, 0.0f};
    double x = 0x1.fffffep-1;
    cr_assert((double)above[0] * x > (double)above[1] && (float)((double)above[0] * x) == above[1]);
    cr_expect(oracle(VACT_OP_SOFTPLUS, above, x) == x);
}

/* ----------------------------------------------------------------------------------------------- rows */

/* Rounded to float: log_softmax marks an inexact difference in a double's last bit. */
static void expect_row(vact_op op, const float *row, const float *expected, size_t cols)
{
    double got[4];
    vacti_reference_row_f32(op)(got, row, cols);
    for (size_t i = 0; i < cols; i++) {
        float value = (float)got[i];
        cr_expect((isnan(value) && isnan(expected[i])) ||
                      (value == expected[i] && !signbit(value) == !signbit(expected[i])),
                  "%s, element %zu is %g, not %g", vacti_registry_by_code(op)->name, i, got[i], (double)expected[i]);
    }
}

Test(reference_points, of_rows)
{
    const float nans[4] = {NAN, NAN, NAN, NAN};
    const float poisoned[][3] = {
        {1.0f, NAN, 2.0f},
        {1.0f, INFINITY, 2.0f},
        {-INFINITY, -INFINITY, -INFINITY},
        {NAN, INFINITY, -INFINITY},
    };
    for (size_t i = 0; i < sizeof poisoned / sizeof poisoned[0]; i++) {
        expect_row(VACT_OP_SOFTMAX, poisoned[i], nans, 3);
        expect_row(VACT_OP_LOG_SOFTMAX, poisoned[i], nans, 3);
    }
    const float masked[3] = {-INFINITY, 5.0f, -FLT_MAX};
    expect_row(VACT_OP_SOFTMAX, masked, (const float[]){0.0f, 1.0f, 0.0f}, 3);
    expect_row(VACT_OP_LOG_SOFTMAX, masked, (const float[]){-INFINITY, -0.0f, -FLT_MAX}, 3);
    const float widest[2] = {FLT_MAX, -FLT_MAX};
    expect_row(VACT_OP_SOFTMAX, widest, (const float[]){1.0f, 0.0f}, 2);
    expect_row(VACT_OP_LOG_SOFTMAX, widest, (const float[]){-0.0f, -INFINITY}, 2);
    const float alone[1] = {-3.0f};
    expect_row(VACT_OP_SOFTMAX, alone, (const float[]){1.0f}, 1);
    expect_row(VACT_OP_LOG_SOFTMAX, alone, (const float[]){-0.0f}, 1);
}
