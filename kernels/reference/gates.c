/* The oracle of the gated units: the oracle of the activation, times a double. */
#include <float.h>

#include "functions.h"

/* What the parameters of swiglu_oai and its like say: act(min(gate, gate_limit)), at most act_limit, times
 * clamp(up, -up_limit, up_limit) + beta. Of other units the limits are infinite and beta is 0. */
typedef struct {
    double gate_limit, act_limit, up_limit, beta;
    vact_params_f32 act; /* the parameters of the activation */
} limits;

static limits limits_of(vact_op op, const vact_params_f32 *params)
{
    const float *v = params->v;
    const double limit = op == VACT_OP_SWIGLU_OAI       ? (double)v[2]
                         : op == VACT_OP_SWIGLU_CLAMPED ? (double)v[1]
                         : op == VACT_OP_SWIGLU_STEP    ? (double)v[0]
                                                        : INFINITY;
    return (limits){op == VACT_OP_SWIGLU_STEP ? INFINITY : limit,
                    op == VACT_OP_SWIGLU_STEP ? limit : INFINITY,
                    limit,
                    op == VACT_OP_SWIGLU_OAI ? (double)v[1] : 0.0,
                    {{v[0], 0.0f, 0.0f, 0.0f}}};
}

vact_op vacti_reference_gate_activation(vact_op op)
{
    switch ((int)op) {
    case VACT_OP_GLU: return VACT_OP_SIGMOID;
    case VACT_OP_REGLU: return VACT_OP_RELU;
    case VACT_OP_GEGLU: return VACT_OP_GELU;
    case VACT_OP_GEGLU_TANH: return VACT_OP_GELU_TANH;
    case VACT_OP_SWIGLU:
    case VACT_OP_SWIGLU_STEP: return VACT_OP_SILU;
    case VACT_OP_SWIGLU_OAI:
    case VACT_OP_SWIGLU_CLAMPED: return VACT_OP_SWISH;
    case VACT_OP_GEGLU_QUICK: return VACT_OP_GELU_QUICK;
    case VACT_OP_FATREGLU: return VACT_OP_THRESHOLD;
    case VACT_OP_RELU_SQUARED_GLU: return VACT_OP_RELU_SQUARED;
    default: return op;
    }
}

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

static double bent(double x, double beta) { return beta * tanh(x / beta); }

static double activation(vact_op op, double gate, const limits *l)
{
    vact_op act = vacti_reference_gate_activation(op);
    if (act == VACT_OP_THRESHOLD)
        return gate <= (double)l->act.v[0] ? 0.0 : gate;
    double a = vacti_reference_f32(act)(gate > l->gate_limit ? l->gate_limit : gate, &l->act);
    return a > l->act_limit ? l->act_limit : a;
}

/* What multiplies the activation. A zero keeps its sign where beta is 0. */
static double factor(double up, const limits *l)
{
    double clamped = up > l->up_limit ? l->up_limit : up < -l->up_limit ? -l->up_limit : up;
    return l->beta == 0.0 ? clamped : clamped + l->beta;
}

static bool has_zeros(vact_op op)
{
    return op == VACT_OP_REGLU || op == VACT_OP_FATREGLU || op == VACT_OP_RELU_SQUARED_GLU;
}

/* act(gate)*v. An activation too small for a double is not 0 where v is infinite. */
static double product(vact_op op, double gate, double v, const limits *l)
{
    double a = activation(op, gate, l);
    if (a == 0.0 && gate != 0.0 && isfinite(gate) && !has_zeros(op))
        a = copysign(DBL_MIN, a);
    return a * v;
}

double vacti_reference_gate(vact_op op, double gate, double up, const vact_params_f32 *params)
{
    if (op == VACT_OP_SITU_GLU)
        return bent(gate, (double)params->v[0]) * sigmoid(gate) * bent(up, (double)params->v[1]);
    const limits l = limits_of(op, params);
    return product(op, gate, factor(up, &l), &l);
}

static double inverse_cosh_squared(double x)
{
    double z = exp(-2.0 * fabs(x)), sum = 1.0 + z;
    return 4.0 * z / (sum * sum);
}

static vacti_reference_gate_gradients situ_glu_backward(double dy, double gate, double up, double beta1, double beta2)
{
    double s = sigmoid(gate), first = inverse_cosh_squared(gate / beta1), second = bent(gate, beta1) * sigmoid(-gate);
    vacti_reference_gate_gradients d;
    d.gate = dy * bent(up, beta2) * s * (first + second);
    d.up = dy * bent(gate, beta1) * s * inverse_cosh_squared(up / beta2);
    d.terms = fabs(dy * bent(up, beta2) * s) * (first + fabs(second));
    return d;
}

/* The magnitudes of s + p*s*(1 - s), where p is the exponent of swish and s = sigmoid(p). */
static double swish_terms(double p)
{
    return sigmoid(p) + (fabs(p) < 745.0 ? fabs(p) * sigmoid(p) * sigmoid(-p) : 0.0);
}

vacti_reference_gate_gradients vacti_reference_gate_backward(vact_op op, double dy, double gate, double up,
                                                             const vact_params_f32 *params)
{
    if (op == VACT_OP_SITU_GLU)
        return situ_glu_backward(dy, gate, up, (double)params->v[0], (double)params->v[1]);
    const limits l = limits_of(op, params);
    const vact_op act = vacti_reference_gate_activation(op);
    double slope = vacti_reference_derivative(act, gate, &l.act);
    vacti_reference_gate_gradients d = {dy * factor(up, &l) * slope, product(op, gate, dy, &l), 0.0};
    if (act == VACT_OP_SWISH || act == VACT_OP_SILU || act == VACT_OP_GELU_QUICK)
        d.terms = fabs(dy * factor(up, &l)) * swish_terms(gate * (act == VACT_OP_SWISH  ? (double)params->v[0]
                                                                  : act == VACT_OP_SILU ? 1.0
                                                                                        : 1.702));
    if ((slope == 0.0 && has_zeros(op)) || gate > l.gate_limit ||
        (l.act_limit < INFINITY && vacti_reference_silu(gate, NULL) > l.act_limit))
        d.gate = 0.0;
    if (fabs(up) > l.up_limit)
        d.up = 0.0;
    return d;
}

double vacti_reference_gate_error(const vacti_reference_gate_gradients *exact, float computed)
{
    if (isfinite(exact->gate) && isfinite(computed) && fabs(exact->gate) < 0.5 * exact->terms) {
        double unit = exact->terms * 0x1p-24, least = 0x1p-149; /* a subnormal result is rounded */
        return fabs((double)computed - exact->gate) / (unit > least ? unit : least);
    }
    /* The sign of a zero is not part of the promise. */
    if (computed == 0.0f && fabs(exact->gate) < 0x1p-149)
        return fabs(exact->gate) * 0x1p149;
    return vacti_ulp_error(computed, exact->gate);
}
