/* The transcendental functions of the `fast` variant: vact's own, in math/fast/, which the files of act/fast/ include
 * as they need them. */
#ifndef VACT_MATH_FAST_H
#define VACT_MATH_FAST_H

#include "math/fast/exp.h"

#endif
