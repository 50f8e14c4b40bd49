/*
 * Elementwise operations of float32, correctly rounded, one element a call: what the variant `cr` calls for the lanes
 * whose vector evaluation cannot decide how the result rounds. Values, limits, signs of zeros and NaN are those of
 * vact.h, for every x and all parameters of the operation's domain.
 *
 * The function is evaluated in double-double, with the errors that functions.h states, and rounded once. At default
 * parameters the values nearest to midpoints between floats, but not on them, are 2^-77 away (sigmoid, silu, swish at
 * -2^-24), of most operations 2^-50 to 2^-57. Nearer are values that are midpoints in leading order, as those of silu
 * at subnormals: there the term that decides is kept apart.
 */
#ifndef VACT_EXACT_EXACT_H
#define VACT_EXACT_EXACT_H

#include "vact/vact.h"

typedef float vacti_exact_fn(float x, const vact_params_f32 *params); /* params not null */

vacti_exact_fn vacti_exact_exp, vacti_exact_elu, vacti_exact_celu, vacti_exact_selu;
vacti_exact_fn vacti_exact_sigmoid, vacti_exact_silu, vacti_exact_swish, vacti_exact_gelu_quick, vacti_exact_gelu_tanh;
vacti_exact_fn vacti_exact_mish, vacti_exact_tanh, vacti_exact_softcap, vacti_exact_tanh_shrink;
vacti_exact_fn vacti_exact_softplus, vacti_exact_log_sigmoid, vacti_exact_sqrt_softplus;
vacti_exact_fn vacti_exact_gelu, vacti_exact_erf, vacti_exact_xielu, vacti_exact_softsign, vacti_exact_hard_swish;

#endif
