/* The functions that the operations of kernels/exact share. Beside each, its largest relative error: by analysis, as
 * the comments in the sources have it; tests/test_exact.c would show a larger one. */
#ifndef VACT_EXACT_FUNCTIONS_H
#define VACT_EXACT_FUNCTIONS_H

#include "dd.h"

/* For |z| <= 300, the error being absolute in z: the relative error of z times |z| comes on top. */
dd vacti_dd_exp(dd z);              /* 2^-97 */
dd vacti_dd_expm1(dd z);            /* e^z - 1: 2^-91. Of a tiny z, z + z^2/2 with both terms apart */
dd vacti_dd_sigmoid(dd z);          /* 1/(1 + e^-z): 2^-96. Of a tiny z, 1/2 + z/4 with both terms apart */
dd vacti_dd_tanh(dd z);             /* 2^-90 */
dd vacti_dd_log_exp_plus_one(dd z); /* log(1 + e^z): 2^-90 */

/* The normal distribution function, Phi. */
dd vacti_dd_normal_tail(dd x);   /* 1 - Phi(x) for 0 <= x <= 14.6: 2^-95 */
dd vacti_dd_normal_centre(dd x); /* Phi(x) - 1/2 for |x| <= 0.75: 2^-96. Of a tiny x, x/sqrt(2*pi) to as many bits */

#endif
