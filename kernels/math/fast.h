/* The transcendental functions of the `fast` variant. Included after a header of vec/. */
#ifndef VACT_MATH_FAST_H
#define VACT_MATH_FAST_H

/* WORKING STATE: what has no fast form yet is SLEEF's. */
#include "math/sleef.h"

#include "math/fast/exp.h"
#include "math/fast/tanh.h"

#endif
