/* Initialisation gains (vact.h has the sources). docs/approximations/gain.py made the moments' constants. */
#include <math.h>

#include "slots.h"

#define SQRT_2 1.4142135623730951

/* Gains of unary operations; 0 where the gain depends on a parameter. */
static const double gains[VACT_TABLE_SLOTS] = {
    [VACT_OP_SLOT(VACT_OP_RELU)] = SQRT_2,
    [VACT_OP_SLOT(VACT_OP_SIGMOID)] = 1.0,
    [VACT_OP_SLOT(VACT_OP_TANH)] = 5.0 / 3.0,
    [VACT_OP_SLOT(VACT_OP_SELU)] = 0.75,
    [VACT_OP_SLOT(VACT_OP_RELU6)] = 1.4142135650950737,
    [VACT_OP_SLOT(VACT_OP_RELU_SQUARED)] = 0.81649658092772603,
    [VACT_OP_SLOT(VACT_OP_CELU)] = 1.2451983007007066,
    [VACT_OP_SLOT(VACT_OP_GELU)] = 1.5335304411955352,
    [VACT_OP_SLOT(VACT_OP_GELU_TANH)] = 1.5335805216661469,
    [VACT_OP_SLOT(VACT_OP_GELU_QUICK)] = 1.5394587622988314,
    [VACT_OP_SLOT(VACT_OP_SILU)] = 1.6765324703310912,
    [VACT_OP_SLOT(VACT_OP_SWISH)] = 1.6765324703310912,
    [VACT_OP_SLOT(VACT_OP_MISH)] = 1.4868475812732081,
    [VACT_OP_SLOT(VACT_OP_LOG_SIGMOID)] = 1.0418668355353017,
    [VACT_OP_SLOT(VACT_OP_HARD_SIGMOID)] = 1.8598338677630273,
    [VACT_OP_SLOT(VACT_OP_HARD_SIGMOID6)] = 1.897840424729559,
    [VACT_OP_SLOT(VACT_OP_HARD_SWISH)] = 1.7366572127665416,
    [VACT_OP_SLOT(VACT_OP_TANH_SHRINK)] = 2.3383675301021214,
    [VACT_OP_SLOT(VACT_OP_HARDTANH)] = 1.3920361404483098,
    [VACT_OP_SLOT(VACT_OP_SOFT_SHRINK)] = 1.5443605282801334,
    [VACT_OP_SLOT(VACT_OP_HARD_SHRINK)] = 1.015796354719734,
    [VACT_OP_SLOT(VACT_OP_THRESHOLD)] = 1.414213562373095,
    [VACT_OP_SLOT(VACT_OP_THRESHOLDED_RELU)] = 1.5799030817610499,
    [VACT_OP_SLOT(VACT_OP_SOFTPLUS)] = 1.0418668355353017,
    [VACT_OP_SLOT(VACT_OP_SOFTSIGN)] = 2.3375333631085397,
    [VACT_OP_SLOT(VACT_OP_EXP)] = 0.36787944117144232,
    [VACT_OP_SLOT(VACT_OP_IDENTITY)] = 1.0,
    [VACT_OP_SLOT(VACT_OP_SOFTCAP)] = 1.0011094709346506,
    [VACT_OP_SLOT(VACT_OP_XIELU)] = 0.75907693827729204,
    [VACT_OP_SLOT(VACT_OP_SQRT_SOFTPLUS)] = 1.1138239059428764,
    [VACT_OP_SLOT(VACT_OP_ERF)] = 1.4671669504891386,
};

/* The gain from the second moment of f(z) over z < 0. Over z > 0, where f(z) = z, the moment is 1/2. */
static double from_moment(double below) { return sqrt(1.0 / (0.5 + below)); }

double vact_gain(vact_op op, float param)
{
    static const double elu_moment = 0.14494541749292386; /* of e^z - 1 */
    double slope = (double)param;
    switch ((int)op) {
    case VACT_OP_LEAKY_RELU:
    case VACT_OP_PRELU: return isfinite(param) ? from_moment(0.5 * slope * slope) : (double)NAN;
    case VACT_OP_ELU: return isfinite(param) ? from_moment(elu_moment * slope * slope) : (double)NAN;
    default: break;
    }
    if (VACT_OP_KIND(op) != VACT_KIND_UNARY || VACT_OP_SLOT(op) >= VACT_TABLE_SLOTS)
        return (double)NAN;
    double gain = gains[VACT_OP_SLOT(op)];
    return gain > 0.0 ? gain : (double)NAN;
}
