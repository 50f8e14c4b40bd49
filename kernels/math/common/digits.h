/*
 * How many digits of the results count: those of a float, or of an element of 16 bits. For these some functions have
 * shorter polynomials (elem/terms_<type>.h), and quotients need not be rounded once.
 */
#ifndef VACT_MATH_COMMON_DIGITS_H
#define VACT_MATH_COMMON_DIGITS_H

#ifndef MATH_SHORT /* elem/terms_<type>.h defines it */
enum { MATH_DIGITS = 24 };

VACT_INLINE vf math_quotient(vf a, vf b) { return vf_div(a, b); }
#else
VACT_INLINE vf math_quotient(vf a, vf b) { return vh_quotient(a, b); }
#endif

#endif
