/* The oracle of the gated units: the oracle of the activation, times a double. */
#include <float.h>

#include "functions.h"

static double activation(vact_op op, double gate)
{
    switch ((int)op) {
    case VACT_OP_GLU: return vacti_reference_sigmoid(gate, NULL);
    case VACT_OP_REGLU: return vacti_reference_relu(gate, NULL);
    case VACT_OP_GEGLU: return vacti_reference_gelu(gate, NULL);
    case VACT_OP_GEGLU_TANH: return vacti_reference_gelu_tanh(gate, NULL);
    case VACT_OP_SWIGLU: return vacti_reference_silu(gate, NULL);
    case VACT_OP_SWIGLU_OAI: return vacti_reference_gelu_quick(gate > 7.0 ? 7.0 : gate, NULL);
    default: return NAN;
    }
}

vact_op vacti_reference_gate_activation(vact_op op)
{
    switch ((int)op) {
    case VACT_OP_GLU: return VACT_OP_SIGMOID;
    case VACT_OP_REGLU: return VACT_OP_RELU;
    case VACT_OP_GEGLU: return VACT_OP_GELU;
    case VACT_OP_GEGLU_TANH: return VACT_OP_GELU_TANH;
    case VACT_OP_SWIGLU: return VACT_OP_SILU;
    default: return VACT_OP_GELU_QUICK;
    }
}

/* What multiplies the activation; the sum is exact. */
static double factor(vact_op op, double up)
{
    if (op != VACT_OP_SWIGLU_OAI)
        return up;
    return (up > 7.0 ? 7.0 : up < -7.0 ? -7.0 : up) + 1.0;
}

/* act(gate)*v. An activation too small for a double is not 0 where v is infinite. */
static double product(vact_op op, double gate, double v)
{
    double a = activation(op, gate);
    if (a == 0.0 && gate != 0.0 && isfinite(gate) && op != VACT_OP_REGLU)
        a = copysign(DBL_MIN, a);
    return a * v;
}

double vacti_reference_gate(vact_op op, double gate, double up) { return product(op, gate, factor(op, up)); }

vacti_reference_gate_gradients vacti_reference_gate_backward(vact_op op, double dy, double gate, double up)
{
    static const vact_params_f32 none = {{0.0f}};
    vact_op act = vacti_reference_gate_activation(op);
    double slope = vacti_reference_derivative(act, gate, &none);
    vacti_reference_gate_gradients d = {dy * factor(op, up) * slope, product(op, gate, dy),
                                        vacti_reference_near_zero_of_derivative(act, gate, &none)};
    if (slope == 0.0 && op == VACT_OP_REGLU)
        d.gate = 0.0;
    if (op == VACT_OP_SWIGLU_OAI && gate > 7.0)
        d.gate = 0.0;
    if (op == VACT_OP_SWIGLU_OAI && fabs(up) > 7.0)
        d.up = 0.0;
    return d;
}
