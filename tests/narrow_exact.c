#include "narrow_exact.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "exact.h"
#include "reference/reference.h"

typedef struct {
    int digits, least, most; /* of the significand; the exponents of normal numbers */
    uint16_t infinity;
} format;

static format format_of(vact_type type)
{
    return type == VACT_BF16 ? (format){8, -126, 127, 0x7f80} : (format){11, -14, 15, 0x7c00};
}

float narrow_widen(uint16_t bits, vact_type type)
{
    const format f = format_of(type);
    const int magnitude = bits & 0x7fff, exponent = magnitude >> (f.digits - 1);
    const int fraction = magnitude & ((1 << (f.digits - 1)) - 1);
    float value;
    if (magnitude >= f.infinity)
        value = magnitude == f.infinity ? INFINITY : NAN;
    else if (exponent == 0)
        value = ldexpf((float)fraction, f.least - f.digits + 1);
    else
        value = ldexpf((float)(fraction + (1 << (f.digits - 1))), f.least - f.digits + exponent);
    return bits & 0x8000 ? -value : value;
}

/* The exponent of the last place at |value|. */
static int place_of(double value, format f)
{
    int exponent = 0;
    if (value != 0.0)
        frexp(value, &exponent);
    return (value != 0.0 && exponent - 1 > f.least ? exponent - 1 : f.least) - f.digits + 1;
}

static uint16_t of_multiple(double multiple, int place, bool negative, format f)
{
    const uint16_t sign = negative ? 0x8000 : 0;
    if (ldexp(multiple, place) >= ldexp(1.0, f.most + 1))
        return (uint16_t)(sign | f.infinity);
    const int steps = place - (f.least - f.digits + 1); /* above the subnormal numbers */
    return (uint16_t)(sign | ((steps << (f.digits - 1)) + (int)multiple));
}

uint16_t narrow_nearest(double value, vact_type type)
{
    const format f = format_of(type);
    const double magnitude = fabs(value);
    if (isinf(magnitude))
        return (uint16_t)((signbit(value) ? 0x8000 : 0) | f.infinity);
    const int place = place_of(magnitude, f);
    return of_multiple(nearbyint(ldexp(magnitude, -place)), place, signbit(value), f);
}

/* A value next to a middle, which may be a tie. */
static uint16_t nearest_of_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type)
{
    const format f = format_of(type);
    mpfr_t y;
    mpfr_init2(y, EXACT_BITS);
    exact_f32(op)(y, x, params->v);
    const bool negative = mpfr_signbit(y) != 0;
    long exponent = mpfr_zero_p(y) ? f.least : (long)mpfr_get_exp(y) - 1;
    exponent = exponent > f.least ? exponent : f.least;
    const int place = (int)exponent - f.digits + 1;
    mpfr_abs(y, y, MPFR_RNDN);
    mpfr_mul_2si(y, y, -place, MPFR_RNDN);
    mpfr_rint_roundeven(y, y, MPFR_RNDN);
    const uint16_t result = of_multiple(mpfr_get_d(y, MPFR_RNDN), place, negative, f);
    mpfr_clear(y);
    return result;
}

uint16_t narrow_exact(vact_op op, float x, const vact_params_f32 *params, vact_type type)
{
    const double value = vacti_reference_f32(op)((double)x, params), magnitude = fabs(value);
    if (isinf(value) || !isfinite(x) || x == 0.0f)
        return narrow_nearest(value, type);
    const double multiple = ldexp(magnitude, -place_of(magnitude, format_of(type)));
    if (fabs(multiple - floor(multiple) - 0.5) <= multiple * 0x1p-40)
        return nearest_of_exact(op, x, params, type);
    return narrow_nearest(value, type);
}

double narrow_error(uint16_t bits, double exact, vact_type type)
{
    const format f = format_of(type);
    const double computed = (double)narrow_widen(bits, type);
    if (isnan(exact) || isinf(narrow_widen(narrow_nearest(exact, type), type)))
        return isnan(exact) ? (isnan(computed) ? 0.0 : INFINITY)
                            : (bits == narrow_nearest(exact, type) ? 0.0 : INFINITY);
    if (!isfinite(computed) || (computed == 0.0 && signbit(computed) != signbit(exact)))
        return INFINITY;
    return ldexp(fabs(computed - exact), -place_of(fabs(exact), f));
}
