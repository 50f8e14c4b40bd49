/*
 * Double-double arithmetic: a number is the sum of two doubles, hi = the sum rounded to double. Relative errors, in
 * units of 2^-106: addition 3 and product 6 (Joldes, Muller and Popescu 2017), quotient 12, square root 4 (by the same
 * kind of analysis). A low part may be as small as doubles go, so 1/2 + 2^-151 is held exactly.
 *
 * Everything is a sum, a product, a quotient, a square root or an FMA, which IEEE 754 defines to the bit: the results
 * depend neither on the CPU nor on the C library. Compile without contraction.
 */
#ifndef VACT_EXACT_DD_H
#define VACT_EXACT_DD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct dd {
    double hi, lo;
} dd;

static inline dd dd_of(double x) { return (dd){x, 0.0}; }

static inline dd dd_negate(dd a) { return (dd){-a.hi, -a.lo}; }

/* a + b, exactly. */
static inline dd dd_two_sum(double a, double b)
{
    double sum = a + b, seen = sum - a;
    return (dd){sum, (a - (sum - seen)) + (b - seen)};
}

/* a + b, exactly, where a is 0 or |a| >= |b|. */
static inline dd dd_fast_sum(double a, double b)
{
    double sum = a + b;
    return (dd){sum, b - (sum - a)};
}

/* a*b, exactly. */
static inline dd dd_two_product(double a, double b)
{
    double product = a * b;
    return (dd){product, fma(a, b, -product)};
}

static inline dd dd_add(dd a, dd b)
{
    dd high = dd_two_sum(a.hi, b.hi), low = dd_two_sum(a.lo, b.lo);
    dd sum = dd_fast_sum(high.hi, high.lo + low.hi);
    return dd_fast_sum(sum.hi, low.lo + sum.lo);
}

static inline dd dd_add_double(dd a, double b)
{
    dd high = dd_two_sum(a.hi, b);
    return dd_fast_sum(high.hi, high.lo + a.lo);
}

static inline dd dd_multiply(dd a, dd b)
{
    dd product = dd_two_product(a.hi, b.hi);
    return dd_fast_sum(product.hi, product.lo + fma(a.lo, b.hi, a.hi * b.lo));
}

static inline dd dd_multiply_double(dd a, double b)
{
    dd product = dd_two_product(a.hi, b);
    return dd_fast_sum(product.hi, fma(a.lo, b, product.lo));
}

/* A power of two: exact. */
static inline dd dd_scale(dd a, double power) { return (dd){a.hi * power, a.lo * power}; }

/* The remainder after the first quotient is exact but for the product with b.lo. */
static inline dd dd_divide(dd a, dd b)
{
    double quotient = a.hi / b.hi;
    double rest = fma(-quotient, b.hi, a.hi) + fma(-quotient, b.lo, a.lo);
    return dd_fast_sum(quotient, rest / b.hi);
}

static inline dd dd_divide_double(dd a, double b)
{
    double quotient = a.hi / b;
    return dd_fast_sum(quotient, (fma(-quotient, b, a.hi) + a.lo) / b);
}

/* a > 0 */
static inline dd dd_square_root(dd a)
{
    double root = sqrt(a.hi);
    return dd_fast_sum(root, (fma(-root, root, a.hi) + a.lo) / (2.0 * root));
}

/* 2^n, -1022 <= n <= 1023. */
static inline double dd_power_of_two(int n)
{
    uint64_t bits = (uint64_t)(1023 + n) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* a + b rounded to odd: of the two doubles around an inexact sum, that whose last bit is set. Rounding it again, to at
 * most 51 bits, is then the same as rounding the sum. */
static inline double dd_odd_sum(double a, double b)
{
    dd sum = dd_two_sum(a, b);
    uint64_t bits;
    memcpy(&bits, &sum.hi, sizeof bits);
    if (sum.lo != 0.0 && (bits & 1) == 0)
        bits = (sum.lo > 0.0) == (sum.hi > 0.0) ? bits + 1 : bits - 1;
    memcpy(&sum.hi, &bits, sizeof bits);
    return sum.hi;
}

/* To float, once, to nearest with ties to even; beyond the largest float and below the smallest normal one too. */
static inline float dd_round(dd a) { return (float)dd_odd_sum(a.hi, a.lo); }

enum { DD_TERMS = 8 };

/*
 * The sum of n doubles, rounded once. It is first made exact, as an expansion: doubles that do not overlap, the
 * smallest first (Shewchuk 1997). Rounding to odd from the smallest up keeps on which side of a midpoint the sum lies.
 * A sum of 0 is +0.
 */
static inline float dd_round_sum(const double *terms, int n)
{
    double expansion[DD_TERMS] = {0.0}, sum = 0.0;
    for (int i = 0; i < n; i++) {
        double carry = terms[i];
        for (int k = 0; k < i; k++) {
            dd part = dd_two_sum(carry, expansion[k]);
            expansion[k] = part.lo;
            carry = part.hi;
        }
        expansion[i] = carry;
    }
    for (int i = 0; i < n; i++)
        sum = dd_odd_sum(expansion[i], sum);
    return (float)sum;
}

#endif
