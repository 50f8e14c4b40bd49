/* The functions that kernels on double lanes are made of: in the set `sleef` by SLEEF, else vact's own. */
#ifndef VACT_MATH_WIDE_FUNCTIONS_H
#define VACT_MATH_WIDE_FUNCTIONS_H

#ifdef VACT_SET_SLEEF
#include "math/wide/sleef.h"
#else
#include "math/wide/exp.h"
#include "math/wide/log1p.h"
#include "math/wide/tanh.h"

#include "math/wide/of_exp.h"
#endif

#endif
