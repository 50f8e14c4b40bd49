/*
 * The oracle of the derivatives, in double on the C library's exp, expm1, erfc and tanh. It is accurate to about 2^-45
 * relative, and near a zero of the derivative to 2^-50 absolute. dy*f'(x) is then one product in double.
 */
#include "functions.h"

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

/* The derivative of x*sigmoid(p), p having the derivative slope: s + x*slope*s*(1 - s). s is factored out, so that the
 * result keeps its digits where it vanishes. */
static double of_gate(double x, double p, double slope)
{
    double s = sigmoid(p);
    if (p < -745.0)
        return -0.0;
    if (p > 745.0)
        return 1.0;
    return s * (1.0 + x * slope * sigmoid(-p));
}

static double of_gelu(double x)
{
    const double half_of_root = 0x1.6a09e667f3bcdp-1; /* 1/sqrt(2) */
    const double density_at_0 = 0x1.9884533d43651p-2; /* 1/sqrt(2*pi) */
    if (x < -40.0)
        return -0.0;
    if (x > 40.0)
        return 1.0;
    return 0.5 * erfc(-x * half_of_root) + x * density_at_0 * exp(-0.5 * x * x);
}

static double of_gelu_tanh(double x)
{
    const double c = 0x1.9884533d43651p+0; /* 2*sqrt(2/pi) */
    if (fabs(x) > 40.0)
        return x < 0.0 ? -0.0 : 1.0;
    return of_gate(x, c * (x + 0.044715 * x * x * x), c * (1.0 + 3.0 * 0.044715 * x * x));
}

/* With n = e^x*(e^x + 2): tanh(log(1 + e^x)) = n/(n + 2), and 1 - its square = 4(n + 1)/(n + 2)^2. */
static double of_mish(double x)
{
    if (x > 40.0)
        return 1.0;
    if (x < -745.0)
        return -0.0;
    double power = exp(x), n = power * (power + 2.0), m = n + 2.0;
    return n / m + x * sigmoid(x) * 4.0 * (n + 1.0) / (m * m);
}

/* 4z/(1 + z)^2, z = e^-2|x|. */
static double of_tanh(double x)
{
    double z = exp(-2.0 * fabs(x)), sum = 1.0 + z;
    return 4.0 * z / (sum * sum);
}

static bool is_default_hard_swish(const vact_params_f32 *params)
{
    return params->v[0] == 1.0f / 6.0f && params->v[1] == 0.5f;
}

static double of_sqrt_softplus(double x)
{
    if (x > 40.0)
        return 0.5 / sqrt(x);
    if (x < -80.0)
        return 0.5 * exp(0.5 * x);
    return 0.5 * sigmoid(x) / sqrt(x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x)));
}

double vacti_reference_derivative(vact_op op, double x, const vact_params_f32 *params)
{
    const double first = (double)params->v[0], second = (double)params->v[1];
    /* of selu: s and s*a */
    const bool exact = params->v[0] == 1.67326319217681884765625f && params->v[1] == 1.05070102214813232421875f;
    const double scale = exact ? 0x1.0cfabd6a91132p+0 : second;
    const double scale_alpha = exact ? 0x1.c212cc640f031p+0 : first * second;
    if (isnan(x))
        return x;
    switch ((int)op) {
    case VACT_OP_RELU: return x > 0.0 ? 1.0 : 0.0;
    case VACT_OP_RELU6: return x > 0.0 && x < 6.0 ? 1.0 : 0.0;
    case VACT_OP_RELU_SQUARED: return x > 0.0 ? 2.0 * x : 0.0;
    case VACT_OP_LEAKY_RELU: return x > 0.0 ? 1.0 : first;
    case VACT_OP_ELU: return x > 0.0 ? 1.0 : first * exp(x);
    case VACT_OP_CELU: return x > 0.0 ? 1.0 : exp(x / first);
    case VACT_OP_SELU: return x > 0.0 ? scale : scale_alpha * exp(x);
    case VACT_OP_GELU: return of_gelu(x);
    case VACT_OP_GELU_TANH: return of_gelu_tanh(x);
    case VACT_OP_GELU_QUICK: return of_gate(x, 1.702 * x, 1.702);
    case VACT_OP_SILU: return of_gate(x, x, 1.0);
    case VACT_OP_SWISH: return first == 0.0 ? 0.5 : of_gate(x, first * x, first);
    case VACT_OP_MISH: return of_mish(x);
    case VACT_OP_SIGMOID: return sigmoid(-fabs(x)) * sigmoid(fabs(x));
    case VACT_OP_LOG_SIGMOID: return sigmoid(-x);
    case VACT_OP_HARD_SIGMOID: {
        float line = fmaf(params->v[0], (float)x, params->v[1]); /* which side of a kink: rounded as the result is */
        return line > 0.0f && line < 1.0f ? first : 0.0;
    }
    case VACT_OP_HARD_SIGMOID6: return x > -3.0 && x < 3.0 ? 1.0 / 6.0 : 0.0;
    case VACT_OP_HARD_SWISH:
        if (is_default_hard_swish(params))
            return x <= -3.0 ? 0.0 : x < 3.0 ? (2.0 * x + 3.0) / 6.0 : 1.0;
        if (first == 0.0)
            return second <= 0.0 ? 0.0 : second < 1.0 ? second : 1.0;
        if (fmaf(params->v[0], (float)x, params->v[1]) >= 1.0f) /* as the line is rounded */
            return 1.0;
        return first * x + second <= 0.0 ? 0.0 : 2.0 * first * x + second;
    case VACT_OP_TANH: return of_tanh(x);
    case VACT_OP_TANH_SHRINK: return tanh(x) * tanh(x);
    case VACT_OP_HARDTANH: return x > first && x < second ? 1.0 : 0.0;
    case VACT_OP_SOFT_SHRINK:
    case VACT_OP_HARD_SHRINK: return fabs(x) > first ? 1.0 : 0.0;
    case VACT_OP_THRESHOLD:
    case VACT_OP_THRESHOLDED_RELU: return x > first ? 1.0 : 0.0;
    case VACT_OP_SOFTPLUS: return first * x > second ? 1.0 : sigmoid(first * x);
    case VACT_OP_SOFTSIGN: return 1.0 / ((1.0 + fabs(x)) * (1.0 + fabs(x)));
    case VACT_OP_EXP: return exp(x);
    case VACT_OP_IDENTITY: return 1.0;
    case VACT_OP_SOFTCAP: return of_tanh(x / first);
    case VACT_OP_XIELU:
        if (x > 0.0)
            return first == 0.0 ? (double)params->v[2] : 2.0 * first * x + (double)params->v[2];
        return second * expm1(x) + (double)params->v[2];
    case VACT_OP_SQRT_SOFTPLUS: return of_sqrt_softplus(x);
    case VACT_OP_ERF: return 0x1.20dd750429b6dp+0 * exp(-x * x); /* 2/sqrt(pi) */
    case VACT_OP_PRELU: return x > 0.0 ? 1.0 : first;
    default: return NAN;
    }
}

double vacti_reference_derivative_from_output(vact_op op, double y, const vact_params_f32 *params)
{
    const double first = (double)params->v[0], second = (double)params->v[1];
    if (isnan(y))
        return y;
    switch ((int)op) {
    case VACT_OP_RELU: return y > 0.0 ? 1.0 : 0.0;
    case VACT_OP_LEAKY_RELU: return y > 0.0 ? 1.0 : first;
    case VACT_OP_ELU: return y > 0.0 ? 1.0 : y + first;
    case VACT_OP_SIGMOID: return fma(-y, y, y);
    case VACT_OP_TANH: return fma(-y, y, 1.0);
    case VACT_OP_SOFTPLUS: return first * y > second ? 1.0 : -expm1(-(first * y));
    case VACT_OP_EXP: return y;
    default: return NAN;
    }
}

/* Intervals around those zeros of derivatives that are not whole pieces of the definition. */
typedef struct {
    vact_op op;
    double low, high;
} neighbourhood;

static const neighbourhood neighbourhoods[] = {
    {VACT_OP_GELU, -1.25, -0.25},       {VACT_OP_GELU_TANH, -1.25, -0.25}, {VACT_OP_SILU, -1.75, -0.75},
    {VACT_OP_GELU_QUICK, -1.25, -0.25}, {VACT_OP_MISH, -1.75, -0.75},      {VACT_OP_HARD_SWISH, -2.0, -1.0},
};

bool vacti_reference_near_zero_of_derivative(vact_op op, double x, const vact_params_f32 *params)
{
    if (op == VACT_OP_SWISH) {
        double p = (double)params->v[0] * x; /* the zero lies at p = -1.278 */
        return p > -1.75 && p < -0.75;
    }
    if (op == VACT_OP_XIELU)
        return x < 0.0 && fabs(vacti_reference_derivative(op, x, params)) < 0.5 * fabs((double)params->v[2]);
    if (op == VACT_OP_HARD_SWISH && !is_default_hard_swish(params))
        return false;
    for (size_t i = 0; i < sizeof neighbourhoods / sizeof neighbourhoods[0]; i++)
        if (neighbourhoods[i].op == op)
            return x > neighbourhoods[i].low && x < neighbourhoods[i].high;
    return false;
}

/* Whether y is a possible result of the operation. For any other number the gradient has no promise. */
static bool is_output(vact_op op, double y, const vact_params_f32 *params)
{
    switch ((int)op) {
    case VACT_OP_SIGMOID: return y >= 0.0 && y <= 1.0;
    case VACT_OP_TANH: return fabs(y) <= 1.0;
    case VACT_OP_ELU: return y >= -(double)params->v[0];
    case VACT_OP_LEAKY_RELU: return true;
    default: return y >= 0.0;
    }
}

double vacti_backward_error(vact_op op, const vact_params_f32 *params, double x, bool from_output, double dy,
                            float computed)
{
    double slope =
        from_output ? vacti_reference_derivative_from_output(op, x, params) : vacti_reference_derivative(op, x, params);
    return vacti_gradient_error(op, params, x, from_output, slope, dy, computed);
}

double vacti_gradient_error(vact_op op, const vact_params_f32 *params, double x, bool from_output, double slope,
                            double dy, float computed)
{
    if (from_output && !isnan(x) && !is_output(op, x, params))
        return 0.0;
    double exact = slope == 0.0 && isfinite(dy) == 0 ? 0.0 : dy * slope;
    if (!from_output && vacti_reference_near_zero_of_derivative(op, x, params) && isfinite(dy) && !isnan(computed)) {
        double allowed = fabs(dy) * (op == VACT_OP_XIELU ? fabs((double)params->v[2]) : 1.0) * 0x1p-25;
        double least = 0x1p-149; /* one rounding of a subnormal result is no error */
        return fabs((double)computed - exact) / (allowed > least ? allowed : least);
    }
    /* The sign of a zero is not part of the promise. */
    if (computed == 0.0f && fabs(exact) < 0x1p-149)
        return fabs(exact) * 0x1p149;
    return vacti_ulp_error(computed, exact);
}
