/*
 * Textbook formulas in MPFR. Each works in y, with one or two more numbers where needed; y and x are different. Where a
 * difference loses digits for small x, it has as many bits more as it loses.
 */
#include "kernels/reference/mpfr/exact.h"

#include <math.h>
#include <stdbool.h>

static void set(mpfr_t y, double x) { mpfr_set_d(y, x, MPFR_RNDN); }
static void set_x(mpfr_t y, mpfr_srcptr x) { mpfr_set(y, x, MPFR_RNDN); }

/* A zero with the sign of x. */
static void set_zero(mpfr_t y, mpfr_srcptr x) { mpfr_set_zero(y, mpfr_signbit(x) ? -1 : 1); }

/* y = 1/(1 + e^-y) */
static void logistic(mpfr_t y)
{
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

/* y = log(1 + e^y); beyond 2000 that is y, to more bits than there are. */
static void log_of_exp_plus_one(mpfr_t y)
{
    if (mpfr_cmp_ui(y, 2000) > 0)
        return;
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
}

/* A number with the precision of y and as many bits more as x^n has zeros behind the point, or x digits before it. */
static void init_for_difference(mpfr_t t, mpfr_t y, mpfr_srcptr x, long n)
{
    const long exponent = mpfr_zero_p(x) ? 0 : (long)mpfr_get_exp(x);
    mpfr_init2(t, mpfr_get_prec(y) + 64 + (exponent < 0 ? -n * exponent : exponent));
}

static void exact_relu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    if (mpfr_sgn(x) < 0)
        set(y, 0.0);
}

static void exact_relu6(mpfr_t y, mpfr_srcptr x, const double *params)
{
    exact_relu(y, x, params);
    if (mpfr_cmp_ui(x, 6) > 0)
        set(y, 6.0);
}

static void exact_relu_squared(mpfr_t y, mpfr_srcptr x, const double *params)
{
    exact_relu(y, x, params);
    mpfr_sqr(y, y, MPFR_RNDN);
}

static void exact_leaky_relu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_sgn(x) < 0)
        mpfr_mul_d(y, y, params[0], MPFR_RNDN);
}

static void exact_hardtanh(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_cmp_d(y, params[0]) < 0)
        set(y, params[0]);
    if (mpfr_cmp_d(y, params[1]) > 0)
        set(y, params[1]);
}

static void exact_hard_sigmoid(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    mpfr_mul_d(y, y, params[0], MPFR_RNDN);
    mpfr_add_d(y, y, params[1], MPFR_RNDN);
    if (mpfr_sgn(y) <= 0)
        set(y, 0.0);
    else if (mpfr_cmp_ui(y, 1) > 0)
        set(y, 1.0);
}

static void exact_hard_sigmoid6(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    mpfr_add_ui(y, y, 3, MPFR_RNDN);
    if (mpfr_sgn(y) <= 0)
        set(y, 0.0);
    else if (mpfr_cmp_ui(y, 6) > 0)
        set(y, 6.0);
    mpfr_div_ui(y, y, 6, MPFR_RNDN);
}

/* Of float and of double the default stands for 1/6. */
static void exact_hard_swish(mpfr_t y, mpfr_srcptr x, const double *params)
{
    if ((params[0] == (double)(1.0f / 6.0f) || params[0] == 1.0 / 6.0) && params[1] == 0.5)
        exact_hard_sigmoid6(y, x, params);
    else
        exact_hard_sigmoid(y, x, params);
    mpfr_mul(y, y, x, MPFR_RNDN);
}

static void exact_soft_shrink(mpfr_t y, mpfr_srcptr x, const double *params)
{
    const double lambda = params[0];
    if (mpfr_cmp_d(x, lambda) > 0)
        mpfr_sub_d(y, x, lambda, MPFR_RNDN);
    else if (mpfr_cmp_d(x, -lambda) < 0)
        mpfr_add_d(y, x, lambda, MPFR_RNDN);
    else
        set_zero(y, x);
}

static void exact_hard_shrink(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_cmp_d(x, params[0]) <= 0 && mpfr_cmp_d(x, -params[0]) >= 0)
        set_zero(y, x);
}

static void exact_threshold(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_cmp_d(x, params[0]) <= 0)
        set(y, params[1]);
}

static void exact_thresholded_relu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_cmp_d(x, params[0]) <= 0)
        set(y, 0.0);
}

static void exact_softsign(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_abs(y, x, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_div(y, x, y, MPFR_RNDN);
}

static void exact_exp(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_exp(y, x, MPFR_RNDN);
}

static void exact_sigmoid(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    logistic(y);
}

static void exact_log_sigmoid(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_neg(y, x, MPFR_RNDN);
    log_of_exp_plus_one(y);
    mpfr_neg(y, y, MPFR_RNDN);
}

static void exact_tanh(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_tanh(y, x, MPFR_RNDN);
}

static void exact_tanh_shrink(mpfr_t y, mpfr_srcptr x, const double *params)
{
    /* The magnitude is rounded up: beyond 222 tanh has more bits than there are, and x - 1 alone may be a tie. */
    mpfr_t t;
    (void)params;
    init_for_difference(t, y, x, 2);
    mpfr_tanh(t, x, MPFR_RNDZ);
    mpfr_sub(y, x, t, MPFR_RNDA);
    mpfr_clear(t);
}

static void exact_elu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_sgn(x) > 0)
        return;
    mpfr_expm1(y, x, MPFR_RNDN);
    mpfr_mul_d(y, y, params[0], MPFR_RNDN);
}

static void exact_celu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    set_x(y, x);
    if (mpfr_sgn(x) > 0)
        return;
    mpfr_div_d(y, y, params[0], MPFR_RNDN);
    mpfr_expm1(y, y, MPFR_RNDN);
    mpfr_mul_d(y, y, params[0], MPFR_RNDN);
}

/* selu's constants to the 32 digits in which they are commonly given; the closed form of the paper (Klambauer 2017,
 * equation 14) confirms these digits. Of float and of double the defaults stand for them. */
static void exact_selu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    const bool exact = (params[0] == 1.67326319217681884765625 && params[1] == 1.05070102214813232421875) ||
                       (params[0] == 1.6732632423543772848 && params[1] == 1.0507009873554804934);
    mpfr_t constant;
    mpfr_init2(constant, mpfr_get_prec(y));
    set_x(y, x);
    if (mpfr_sgn(x) < 0) {
        mpfr_expm1(y, x, MPFR_RNDN);
        mpfr_set_str(constant, "1.6732632423543772848170429916717", 10, MPFR_RNDN);
        if (!exact)
            set(constant, params[0]);
        mpfr_mul(y, y, constant, MPFR_RNDN);
    }
    mpfr_set_str(constant, "1.0507009873554804934193349852946", 10, MPFR_RNDN);
    if (!exact)
        set(constant, params[1]);
    mpfr_mul(y, y, constant, MPFR_RNDN);
    mpfr_clear(constant);
}

/* x*erfc(-x/sqrt(2))/2 */
static void exact_gelu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_sqrt_ui(y, 2, MPFR_RNDN);
    mpfr_div(y, x, y, MPFR_RNDN);
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_erfc(y, y, MPFR_RNDN);
    mpfr_mul(y, y, x, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
}

/* (1 + tanh(u))/2 = sigmoid(2u) */
static void exact_gelu_tanh(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_t factor;
    mpfr_init2(factor, mpfr_get_prec(y));
    mpfr_set_str(factor, "0.044715", 10, MPFR_RNDN);
    mpfr_pow_ui(y, x, 3, MPFR_RNDN);
    mpfr_mul(y, y, factor, MPFR_RNDN);
    mpfr_add(y, y, x, MPFR_RNDN);
    mpfr_const_pi(factor, MPFR_RNDN);
    mpfr_ui_div(factor, 8, factor, MPFR_RNDN);
    mpfr_sqrt(factor, factor, MPFR_RNDN);
    mpfr_mul(y, y, factor, MPFR_RNDN);
    logistic(y);
    mpfr_mul(y, y, x, MPFR_RNDN);
    mpfr_clear(factor);
}

static void exact_gelu_quick(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_set_str(y, "1.702", 10, MPFR_RNDN);
    mpfr_mul(y, y, x, MPFR_RNDN);
    logistic(y);
    mpfr_mul(y, y, x, MPFR_RNDN);
}

static void exact_swish(mpfr_t y, mpfr_srcptr x, const double *params)
{
    mpfr_mul_d(y, x, params[0], MPFR_RNDN);
    logistic(y);
    mpfr_mul(y, y, x, MPFR_RNDN);
}

static void exact_silu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    logistic(y);
    mpfr_mul(y, y, x, MPFR_RNDN);
}

static void exact_mish(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    log_of_exp_plus_one(y);
    mpfr_tanh(y, y, MPFR_RNDN);
    mpfr_mul(y, y, x, MPFR_RNDN);
}

static void exact_softplus(mpfr_t y, mpfr_srcptr x, const double *params)
{
    mpfr_mul_d(y, x, params[0], MPFR_RNDN);
    if (mpfr_cmp_d(y, params[1]) > 0) {
        set_x(y, x);
        return;
    }
    log_of_exp_plus_one(y);
    mpfr_div_d(y, y, params[0], MPFR_RNDN);
}

static void exact_identity(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
}

static void exact_softcap(mpfr_t y, mpfr_srcptr x, const double *params)
{
    mpfr_div_d(y, x, params[0], MPFR_RNDN);
    mpfr_tanh(y, y, MPFR_RNDN);
    mpfr_mul_d(y, y, params[0], MPFR_RNDN);
}

static void exact_xielu(mpfr_t y, mpfr_srcptr x, const double *params)
{
    mpfr_t curve;
    init_for_difference(curve, y, x, 2);
    if (mpfr_sgn(x) > 0) {
        mpfr_sqr(curve, x, MPFR_RNDN);
        mpfr_mul_d(curve, curve, params[0], MPFR_RNDN);
    } else {
        mpfr_expm1(curve, x, MPFR_RNDN);
        if (mpfr_cmp_si(x, -100) < 0) { /* e^x may be below the last bit, but it decides a tie */
            mpfr_set_si(curve, -1, MPFR_RNDN);
            mpfr_add_d(curve, curve, 0x1p-140, MPFR_RNDN);
        }
        mpfr_sub(curve, curve, x, MPFR_RNDN);
        mpfr_mul_d(curve, curve, params[1], MPFR_RNDN);
    }
    mpfr_mul_d(y, x, params[2], MPFR_RNDN);
    mpfr_add(y, y, curve, MPFR_RNDN);
    mpfr_clear(curve);
}

static void exact_sqrt_softplus(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    set_x(y, x);
    log_of_exp_plus_one(y);
    mpfr_sqrt(y, y, MPFR_RNDN);
}

static void exact_erf(mpfr_t y, mpfr_srcptr x, const double *params)
{
    (void)params;
    mpfr_erf(y, x, MPFR_RNDN);
}

exact_fn *exact_of(vact_op op)
{
    static const struct {
        vact_op op;
        exact_fn *function;
    } table[] = {
        {VACT_OP_RELU, exact_relu},
        {VACT_OP_RELU6, exact_relu6},
        {VACT_OP_RELU_SQUARED, exact_relu_squared},
        {VACT_OP_LEAKY_RELU, exact_leaky_relu},
        {VACT_OP_PRELU, exact_leaky_relu},
        {VACT_OP_HARDTANH, exact_hardtanh},
        {VACT_OP_HARD_SIGMOID, exact_hard_sigmoid},
        {VACT_OP_HARD_SIGMOID6, exact_hard_sigmoid6},
        {VACT_OP_HARD_SWISH, exact_hard_swish},
        {VACT_OP_SOFT_SHRINK, exact_soft_shrink},
        {VACT_OP_HARD_SHRINK, exact_hard_shrink},
        {VACT_OP_THRESHOLD, exact_threshold},
        {VACT_OP_THRESHOLDED_RELU, exact_thresholded_relu},
        {VACT_OP_SOFTSIGN, exact_softsign},
        {VACT_OP_EXP, exact_exp},
        {VACT_OP_SIGMOID, exact_sigmoid},
        {VACT_OP_LOG_SIGMOID, exact_log_sigmoid},
        {VACT_OP_TANH, exact_tanh},
        {VACT_OP_TANH_SHRINK, exact_tanh_shrink},
        {VACT_OP_ELU, exact_elu},
        {VACT_OP_CELU, exact_celu},
        {VACT_OP_SELU, exact_selu},
        {VACT_OP_GELU, exact_gelu},
        {VACT_OP_GELU_TANH, exact_gelu_tanh},
        {VACT_OP_GELU_QUICK, exact_gelu_quick},
        {VACT_OP_SILU, exact_silu},
        {VACT_OP_SWISH, exact_swish},
        {VACT_OP_MISH, exact_mish},
        {VACT_OP_SOFTPLUS, exact_softplus},
        {VACT_OP_IDENTITY, exact_identity},
        {VACT_OP_SOFTCAP, exact_softcap},
        {VACT_OP_XIELU, exact_xielu},
        {VACT_OP_SQRT_SOFTPLUS, exact_sqrt_softplus},
        {VACT_OP_ERF, exact_erf},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].op == op)
            return table[i].function;
    return NULL;
}

void exact_f32(vact_op op, mpfr_t y, float x, const float *params)
{
    mpfr_t argument;
    double values[EXACT_PARAMETERS] = {0.0};
    for (size_t i = 0; params != NULL && i < EXACT_PARAMETERS; i++)
        values[i] = (double)params[i];
    mpfr_init2(argument, 24);
    mpfr_set_flt(argument, x, MPFR_RNDN);
    exact_of(op)(y, argument, values);
    mpfr_clear(argument);
}

/* shifted = x - the largest of the row, exactly; sum = the sum of all e^shifted. */
static void row_terms(mpfr_t shifted, mpfr_t sum, const float *row, size_t cols, size_t element)
{
    float largest = -INFINITY;
    for (size_t i = 0; i < cols; i++)
        largest = fmaxf(largest, row[i]);
    mpfr_set_zero(sum, 1);
    for (size_t i = 0; i < cols; i++) {
        set(shifted, (double)row[i]);
        mpfr_sub_d(shifted, shifted, (double)largest, MPFR_RNDN);
        mpfr_exp(shifted, shifted, MPFR_RNDN);
        mpfr_add(sum, sum, shifted, MPFR_RNDN);
    }
    set(shifted, (double)row[element]);
    mpfr_sub_d(shifted, shifted, (double)largest, MPFR_RNDN);
}

static void exact_softmax(mpfr_t y, const float *row, size_t cols, size_t element)
{
    mpfr_t sum;
    mpfr_init2(sum, EXACT_BITS);
    row_terms(y, sum, row, cols, element);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_div(y, y, sum, MPFR_RNDN);
    mpfr_clear(sum);
}

/* 0 is -0 here: the limit is reached from below. */
static void exact_log_softmax(mpfr_t y, const float *row, size_t cols, size_t element)
{
    mpfr_t sum;
    mpfr_init2(sum, EXACT_BITS);
    row_terms(y, sum, row, cols, element);
    mpfr_log(sum, sum, MPFR_RNDN);
    mpfr_sub(y, y, sum, MPFR_RNDN);
    if (mpfr_zero_p(y))
        mpfr_set_zero(y, -1);
    mpfr_clear(sum);
}

exact_row_fn *exact_row_f32(vact_op op)
{
    switch ((int)op) {
    case VACT_OP_SOFTMAX: return exact_softmax;
    case VACT_OP_LOG_SOFTMAX: return exact_log_softmax;
    default: return NULL;
    }
}

double exact_error(double value, mpfr_t exact)
{
    mpfr_t difference;
    mpfr_init2(difference, EXACT_BITS);
    /* mpfr_get_exp counts from [1/2, 1), one more than floor(log2). */
    mpfr_exp_t spacing = mpfr_zero_p(exact) || mpfr_get_exp(exact) - 24 < -149 ? -149 : mpfr_get_exp(exact) - 24;
    mpfr_sub_d(difference, exact, value, MPFR_RNDN);
    mpfr_mul_2si(difference, difference, -spacing, MPFR_RNDN);
    double error = fabs(mpfr_get_d(difference, MPFR_RNDU));
    mpfr_clear(difference);
    return error;
}
