/* The parts of functions that work element by element. */
#ifndef VACT_TOOLS_VERIFY_ELEMENTWISE_H
#define VACT_TOOLS_VERIFY_ELEMENTWISE_H

#include "functions.h"

/* Of one input: unary operations, prelu with one slope, and gradients. */
verify_part_fn verify_unary_part;

/* Gated units: the gate is the sample's input, up is random. Their gradients: those of all gates, then those of up. */
verify_part_fn verify_gate_part;

/* Of 16-bit elements: all inputs. */
verify_part_fn verify_narrow_part;

#endif
