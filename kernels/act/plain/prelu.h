/* prelu: leaky_relu with a slope per channel. */
#ifndef VACT_ACT_PLAIN_PRELU_H
#define VACT_ACT_PLAIN_PRELU_H

#include "act/plain/leaky_relu.h"

VACT_INLINE vf prelu_forward(vf x, vf slope) { return leaky_relu_with_slope(x, slope); }

#endif
