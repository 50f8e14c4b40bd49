#include "narrow.h"

#include <math.h>

typedef struct {
    int digits, least, most; /* of the significand; the exponents of normal numbers */
    uint16_t infinity;
} format;

static format format_of(vact_type type)
{
    return type == VACT_BF16 ? (format){8, -126, 127, 0x7f80} : (format){11, -14, 15, 0x7c00};
}

float vacti_narrow_widen(uint16_t bits, vact_type type)
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

int vacti_narrow_place(int exponent, vact_type type)
{
    const format f = format_of(type);
    return (exponent > f.least ? exponent : f.least) - f.digits + 1;
}

static int place_of(double magnitude, vact_type type)
{
    int exponent = 0;
    frexp(magnitude, &exponent);
    return vacti_narrow_place(magnitude == 0.0 ? format_of(type).least : exponent - 1, type);
}

uint16_t vacti_narrow_of_multiple(double multiple, int place, bool negative, vact_type type)
{
    const format f = format_of(type);
    const uint16_t sign = negative ? 0x8000 : 0;
    if (ldexp(multiple, place) >= ldexp(1.0, f.most + 1))
        return (uint16_t)(sign | f.infinity);
    const int steps = place - (f.least - f.digits + 1); /* above the subnormal numbers */
    return (uint16_t)(sign | ((steps << (f.digits - 1)) + (int)multiple));
}

uint16_t vacti_narrow_nearest(double value, vact_type type)
{
    const double magnitude = fabs(value);
    if (isinf(magnitude))
        return (uint16_t)((signbit(value) ? 0x8000 : 0) | format_of(type).infinity);
    const int place = place_of(magnitude, type);
    return vacti_narrow_of_multiple(nearbyint(ldexp(magnitude, -place)), place, signbit(value), type);
}

bool vacti_narrow_is_near_tie(double value, double distance, vact_type type)
{
    const double magnitude = fabs(value), multiple = ldexp(magnitude, -place_of(magnitude, type));
    return fabs(multiple - floor(multiple) - 0.5) <= multiple * distance;
}

double vacti_narrow_error(uint16_t bits, double exact, vact_type type)
{
    const double computed = (double)vacti_narrow_widen(bits, type);
    if (isnan(exact))
        return isnan(computed) ? 0.0 : INFINITY;
    const uint16_t nearest = vacti_narrow_nearest(exact, type);
    if (isinf(vacti_narrow_widen(nearest, type)))
        return bits == nearest ? 0.0 : INFINITY;
    if (!isfinite(computed) || (computed == 0.0 && signbit(computed) != signbit(exact)))
        return INFINITY;
    return ldexp(fabs(computed - exact), -place_of(fabs(exact), type));
}
