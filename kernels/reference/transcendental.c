/*
 * The oracle of the operations with a transcendental function, on the C library's double exp, expm1, log1p, tanh and
 * erfc, which are all within a few units of 2^-53. x and the parameters are values of floats, so a product of two of
 * them is exact.
 *
 * Where f(x) is the exponential of a large argument, rounding that argument costs many times as much, in proportion to
 * its size. Such arguments are carried as hi/lo pairs. Where f(x) = c*x*(1 + small) near 0, vacti_reference_one_plus
 * keeps "small" visible. Constants are pairs of doubles whose sum is the real number to 2^-106, from mpmath at 300
 * bits: hi = float(c), lo = float(c - hi).
 */
#include "functions.h"

double vacti_reference_exp(double x, const vact_params_f32 *params)
{
    (void)params;
    return exp(x);
}

double vacti_reference_tanh(double x, const vact_params_f32 *params)
{
    (void)params;
    return tanh(x);
}

/* tanh(x) = x/(1 + K) with the continued fraction K = x^2/(3 + x^2/(5 + ...)), so x - tanh(x) = x*K/(1 + K): nothing
 * cancels. Cut at 15 it is accurate to 2^-58 up to 1/2. Above that the plain difference loses at most four bits. */
double vacti_reference_tanh_shrink(double x, const vact_params_f32 *params)
{
    (void)params;
    double square = x * x;
    if (fabs(x) < 0x1p-13)
        return x * square / 3.0 * vacti_reference_one_plus(-0.4 * square);
    if (fabs(x) > 20.0) /* a little farther from 0 than x - 1 or x + 1, which may be a tie of a shorter type */
        return nextafter(x - copysign(1.0, x), x);
    if (fabs(x) > 0.5)
        return x - tanh(x);
    double tail = 15.0;
    for (double odd = 13.0; odd >= 3.0; odd -= 2.0)
        tail = odd + square / tail;
    double fraction = square / tail;
    return x * fraction / (1.0 + fraction);
}

double vacti_reference_sigmoid(double x, const vact_params_f32 *params)
{
    (void)params;
    if (x > 40.0)
        return 1.0;
    if (fabs(x) < 0x1p-10) /* here 1/2 + x/4 is often a midpoint between floats, and the next term -x^3/48 decides */
        return vacti_reference_add_to_odd(0.5, 0.25 * x * vacti_reference_one_plus(x * x / -12.0));
    return 1.0 / (1.0 + exp(-x));
}

double vacti_reference_log_sigmoid(double x, const vact_params_f32 *params)
{
    (void)params;
    if (x > 40.0)
        return -exp(-x);
    if (x < -40.0)
        return x;
    return x >= 0.0 ? -log1p(exp(-x)) : x - log1p(exp(x));
}

double vacti_reference_softplus(double x, const vact_params_f32 *params)
{
    double beta = (double)params->v[0];
    double product = beta * x;
    if (product > (double)params->v[1] || product > 40.0)
        return x;
    if (product < -40.0)
        return exp(product) / beta;
    return (product > 0.0 ? product + log1p(exp(-product)) : log1p(exp(product))) / beta;
}

/* e^z - 1 for any z. */
static double exp_minus_one(double z) { return fabs(z) < 0x1p-26 ? z * vacti_reference_one_plus(0.5 * z) : expm1(z); }

double vacti_reference_elu(double x, const vact_params_f32 *params)
{
    if (x >= 0.0 || x == 0.0)
        return x;
    return (double)params->v[0] * exp_minus_one(x);
}

/* The default floats, which are ONNX's, stand for the exact constants. */
double vacti_reference_selu(double x, const vact_params_f32 *params)
{
    const float alpha = params->v[0], gamma = params->v[1];
    const bool exact = alpha == 1.67326319217681884765625f && gamma == 1.05070102214813232421875f;
    const double scale = exact ? 0x1.0cfabd6a91132p+0 : (double)gamma; /* s = 1.0507009873554804934193349852946 */
    /* s*a, a = 1.6732632423543772848170429916717 */
    const double scale_alpha = exact ? 0x1.c212cc640f031p+0 : (double)gamma * (double)alpha;
    if (x >= 0.0)
        return isinf(x) && scale == 0.0 ? scale : scale * x;
    return scale_alpha * exp_minus_one(x);
}

double vacti_reference_celu(double x, const vact_params_f32 *params)
{
    double alpha = (double)params->v[0];
    if (x >= 0.0 || isnan(x))
        return x;
    double z = x / alpha;
    if (z > 709.0) /* a negative alpha; the result is far below -FLT_MAX, whatever alpha is */
        return -INFINITY;
    double power = exp_minus_one(z);
    if (z > 1.0)
        power -= fma(z, alpha, -x) / alpha * (power + 1.0); /* undoes the rounding of x/alpha */
    return alpha * power;
}

/* x*Phi(x) = x/2*erfc(-x/sqrt(2)). The argument is the sum of two products with parts of 1/sqrt(2). The first part has
 * 29 bits, so its product is exact. The rounding error of the argument enters through erfc'(t)/erfc(t), which is nearly
 * -2t where it matters. */
double vacti_reference_gelu(double x, const vact_params_f32 *params)
{
    (void)params;
    const double sqrt_half_hi = 0x1.6a09e66p-1;
    const double sqrt_half_lo = 0x1.fcef32422cbecp-31;
    const double sqrt_two_over_pi = 0x1.9884533d43651p-1;
    if (x > 9.0)
        return x;
    if (x < -40.0)
        return -0.0;
    if (fabs(x) < 0x1p-17)
        return 0.5 * x * vacti_reference_one_plus(sqrt_two_over_pi * x);
    double hi = -x * sqrt_half_hi;
    double lo = -x * sqrt_half_lo;
    double argument = hi + lo;
    double error = lo - (argument - hi);
    double tail = erfc(argument);
    if (argument > 1.0)
        tail -= tail * (2.0 * argument * error);
    return 0.5 * x * tail;
}

/*
 * x/(1 + e^-(hi + lo)), with the limits at the infinities. Near 0 it is x/2*(1 + hi/2 - hi^3/24 + ...), where x/2*(1 +
 * hi/2) is often a midpoint between floats. That is short enough for double to hold it exactly, so the next term
 * decides.
 */
static double times_sigmoid(double x, double hi, double lo)
{
    if (hi > 60.0)
        return x;
    if (hi < -750.0)
        return copysign(0.0, x);
    if (fabs(hi) < 0x1p-50)
        return 0.5 * x * vacti_reference_one_plus(0.5 * hi);
    if (fabs(hi) < 0x1p-12)
        return 0.5 * x * (1.0 + 0.5 * hi) * vacti_reference_one_plus(hi * hi * hi / -24.0);
    double power = exp(-hi);
    return x / (1.0 + (isinf(power) ? power : power - power * lo));
}

double vacti_reference_silu(double x, const vact_params_f32 *params)
{
    (void)params;
    return times_sigmoid(x, x, 0.0);
}

double vacti_reference_swish(double x, const vact_params_f32 *params)
{
    double beta = (double)params->v[0];
    return beta == 0.0 ? 0.5 * x : times_sigmoid(x, beta * x, 0.0);
}

double vacti_reference_gelu_quick(double x, const vact_params_f32 *params)
{
    (void)params;
    const double factor_hi = 0x1.b3b645a1cac08p+0; /* 1.702 */
    const double factor_lo = 0x1.89374bc6a7efap-55;
    double hi = factor_hi * x;
    return times_sigmoid(x, hi, fma(factor_hi, x, -hi) + factor_lo * x);
}

/* (1 + tanh(u))/2 = sigmoid(2u), and 2u = x*(c1 + c3*x^2). */
double vacti_reference_gelu_tanh(double x, const vact_params_f32 *params)
{
    (void)params;
    const double c1_hi = 0x1.9884533d43651p+0; /* 2*sqrt(2/pi) */
    const double c1_lo = -0x1.cbc0d30ebfd15p-54;
    const double c3_hi = 0x1.2444f2a4d8b4bp-4; /* 2*sqrt(2/pi)*0.044715 */
    const double c3_lo = -0x1.6c843a29d1c70p-61;
    double square = x * x;
    double cubic = c3_hi * square;
    double cubic_lo = fma(c3_hi, square, -cubic) + c3_lo * square;
    double sum = c1_hi + cubic;
    double cubic_seen = sum - c1_hi;
    double sum_lo = (c1_hi - (sum - cubic_seen)) + (cubic - cubic_seen) + cubic_lo + c1_lo;
    double hi = x * sum;
    return times_sigmoid(x, hi, fma(x, sum, -hi) + x * sum_lo);
}

/* tanh(log(1 + e)) = n/(n + 2) with n = e*(e + 2). */
double vacti_reference_mish(double x, const vact_params_f32 *params)
{
    (void)params;
    if (x > 22.0)
        return x;
    if (x < -750.0)
        return -0.0;
    double power = exp(x);
    double n = power * (power + 2.0);
    return x * n / (n + 2.0);
}

/* Where x/c is small, c*tanh(x/c) = x*(1 - (x/c)^2/3): a subnormal x may be halfway between floats times anything. */
double vacti_reference_softcap(double x, const vact_params_f32 *params)
{
    double c = (double)params->v[0], q = x / c;
    if (fabs(q) < 0x1p-13)
        return x * vacti_reference_one_plus(q * q / -3.0);
    return c * tanh(q);
}

/* erf(x) = 2/sqrt(pi)*x*(1 - x^2/3 + ...) */
double vacti_reference_erf(double x, const vact_params_f32 *params)
{
    (void)params;
    return erf(x);
}

/* Above 40 log(1 + e^x) is x, below -80 its root is e^(x/2), both to more bits than a double has. */
double vacti_reference_sqrt_softplus(double x, const vact_params_f32 *params)
{
    (void)params;
    if (x > 40.0)
        return sqrt(x);
    if (x < -80.0)
        return exp(0.5 * x);
    return sqrt(x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x)));
}

/* A number as the sum of two doubles. */
typedef struct {
    double hi, lo;
} twofold;

static twofold twofold_sum(twofold a, twofold b)
{
    double sum = a.hi + b.hi, seen = sum - a.hi;
    double lo = (a.hi - (sum - seen)) + (b.hi - seen) + (a.lo + b.lo);
    double hi = sum + lo;
    return (twofold){hi, lo - (hi - sum)};
}

static twofold twofold_product(twofold a, twofold b)
{
    double product = a.hi * b.hi;
    double lo = fma(a.hi, b.hi, -product) + (a.hi * b.lo + a.lo * b.hi);
    double hi = product + lo;
    return (twofold){hi, lo - (hi - product)};
}

static twofold twofold_of(double x) { return (twofold){x, 0.0}; }

/* (e^x - 1 - x)/(x^2/2) - 1 for -1 <= x <= 0: its series. */
static long double curve_beyond_square(long double x)
{
    const int terms = x > -0x1p-8L ? 9 : 22;
    long double sum = 0.0L;
    for (int k = terms; k >= 3; k--)
        sum = (1.0L + sum) * x / (long double)k;
    return sum;
}

/* long double where the terms nearly cancel. */
double vacti_reference_xielu(double x, const vact_params_f32 *params)
{
    const double p = (double)params->v[0], n = (double)params->v[1], beta = (double)params->v[2];
    if (isnan(x))
        return x;
    if (x == 0.0)
        return beta < 0.0 ? -x : x;
    if (isinf(x) && (x > 0.0 ? p : n - beta) == 0.0) /* 0*inf is 0 here */
        return x < 0.0 && n != 0.0 ? -n : beta == 0.0 ? copysign(0.0, x) : beta * x;
    if (isinf(x))
        return x > 0.0 ? p * x : (beta - n) * x;
    if (x > 0.0)
        return vacti_reference_times_line(x, p, beta);
    if (n == 0.0)
        return beta * x;
    if (x < -1.0) { /* below -50 only the sign of e^x matters */
        twofold line = twofold_product(twofold_sum(twofold_of(beta), twofold_of(-n)), twofold_of(x));
        twofold sum = twofold_sum(line, twofold_of(-n));
        if (fabs(sum.hi) < fabs(n))
            return (double)((long double)sum.hi + ((long double)sum.lo + (long double)n * expl((long double)x)));
        return vacti_reference_add_to_odd(sum.hi, sum.lo + n * fmax(exp(x), 1e-200));
    }
    const twofold square = twofold_product(twofold_of(0.5 * n), twofold_product(twofold_of(x), twofold_of(x)));
    const twofold near = twofold_sum(twofold_of(beta * x), square); /* beta*x is exact */
    const long double rest = ((long double)square.hi + (long double)square.lo) * curve_beyond_square((long double)x);
    if (fabs(near.hi + (double)rest) < 0.5 * fabs(near.hi))
        return (double)((long double)near.hi + ((long double)near.lo + rest));
    return vacti_reference_add_to_odd(near.hi, near.lo + (double)rest);
}
