/* xielu: products of floats, which are exact in one or two doubles, and an exponential. They may nearly cancel; their
 * sum is exact and is rounded once, so only the relative error of the exponential counts, 2^-97 of its term. */
#include "exact.h"
#include "functions.h"

/* (e^x - 1 - x)/(x^2/2) - 1 for -1/4 < x < 0: x/3*(1 + x/4*(1 + x/5*(1 + ...))), from x/14 on in double. */
static dd beyond_square(double x)
{
    if (x > -0x1p-50)
        return dd_add_double(dd_divide_double(dd_of(x), 3.0), x * x / 12.0);
    double tail = 1.0;
    for (double n = 22.0; n > 13.0; n -= 1.0)
        tail = fma(tail, x / n, 1.0);
    dd series = dd_of(tail);
    for (double n = 13.0; n > 3.0; n -= 1.0)
        series = dd_add_double(dd_divide_double(dd_multiply_double(series, x), n), 1.0);
    return dd_divide_double(dd_multiply_double(series, x), 3.0);
}

static float near_0(double x, double alpha, double beta)
{
    const dd square = dd_two_product(0.5 * alpha * x, x), rest = dd_multiply(square, beyond_square(x));
    return dd_round_sum((double[]){square.hi, square.lo, rest.hi, rest.lo, beta * x}, 5);
}

/* alpha*(e^x - 1 - x) + beta*x. Below -300 only the sign of alpha*e^x counts: the other terms are multiples of
 * 2^-164. */
static float below_0(double x, double alpha, double beta)
{
    const dd power = x < -300.0 ? dd_of(0x1p-400) : vacti_dd_exp(dd_of(x));
    const dd term = dd_multiply_double(power, alpha);
    return dd_round_sum((double[]){term.hi, term.lo, -alpha, -alpha * x, beta * x}, 5);
}

static float above_0(double x, double alpha, double beta)
{
    const dd square = dd_two_product(alpha * x, x);
    const float result = dd_round_sum((double[]){square.hi, square.lo, beta * x}, 3);
    return result == 0.0f ? (float)(x * (beta + alpha * x)) : result; /* the sign of a zero */
}

/* 0*inf is 0 here. */
static float at_infinity(float x, float alpha_p, float alpha_n, float beta)
{
    if (x > 0.0f && alpha_p != 0.0f)
        return alpha_p * x;
    if (x < 0.0f && alpha_n != beta)
        return beta > alpha_n ? x : -x;
    if (x < 0.0f && alpha_n != 0.0f)
        return -alpha_n;
    return beta == 0.0f ? copysignf(0.0f, x) : beta * x;
}

float vacti_exact_xielu(float x, const vact_params_f32 *params)
{
    const float alpha_p = params->v[0], alpha_n = params->v[1], beta = params->v[2];
    if (isnan(x))
        return x + x;
    if (x == 0.0f)
        return beta < 0.0f ? -x : x;
    if (isinf(x))
        return at_infinity(x, alpha_p, alpha_n, beta);
    if (x > 0.0f)
        return above_0((double)x, (double)alpha_p, (double)beta);
    if (alpha_n == 0.0f)
        return beta * x;
    return (x > -0.25f ? near_0 : below_0)((double)x, (double)alpha_n, (double)beta);
}
