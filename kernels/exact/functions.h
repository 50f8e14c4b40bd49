/*
 * The functions that the operations of kernels/exact share. Beside each stand a bound of its relative error, which
 * follows from those of dd.h and the comments in the sources, and in parentheses the largest of 10^5 arguments, by
 * MPFR. tests/test_exact.c holds samples to the bounds.
 */
#ifndef VACT_EXACT_FUNCTIONS_H
#define VACT_EXACT_FUNCTIONS_H

#include "dd.h"

/* For |z| <= 300. An error of z counts as it is: the relative error of z times |z| comes on top. */
dd vacti_dd_exp(dd z);              /* 2^-97 (2^-104.1) */
dd vacti_dd_expm1(dd z);            /* e^z - 1: 2^-93 (2^-97.5). Of a tiny z, z + z^2/2 with both terms apart */
dd vacti_dd_sigmoid(dd z);          /* 1/(1 + e^-z): 2^-96 (2^-103.8). Of a tiny z, 1/2 + z/4 with both terms apart */
dd vacti_dd_tanh(dd z);             /* 2^-92 (2^-97.6) */
dd vacti_dd_log_exp_plus_one(dd z); /* log(1 + e^z): 2^-92 (2^-97.8) */

/* The normal distribution function, Phi. */
dd vacti_dd_normal_tail(dd x);   /* 1 - Phi(x) for 0 <= x <= 14.6: 2^-95 (2^-98.1) */
dd vacti_dd_normal_centre(dd x); /* Phi(x) - 1/2 for |x| <= 0.75: 2^-96 (2^-100.6) */

#endif
