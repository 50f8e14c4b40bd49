#include "exceptions.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { FLAGS = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW };

static float within(test_random *random, double limit)
{
    return (float)(limit * (2.0 * test_random_unit(random) - 1.0));
}

static float with_sign(test_random *random, float magnitude)
{
    return test_random_next(random) % 2 ? magnitude : -magnitude;
}

static float every(test_random *random)
{
    const float number = test_from_bits((uint32_t)(test_random_next(random) >> 32));
    return fabsf(number) <= FLT_MAX / 4 ? number : 1.0f;
}

float exceptions_number(exceptions_kind kind, test_random *random)
{
    switch (kind) {
    case EXCEPTIONS_UNIFORM: return within(random, 8.0);
    case EXCEPTIONS_NORMAL: return (float)test_random_normal(random);
    case EXCEPTIONS_HUNDRED: return within(random, 100.0);
    case EXCEPTIONS_TEN_THOUSAND: return within(random, 1e4);
    case EXCEPTIONS_LARGE: return within(random, 1e30);
    case EXCEPTIONS_LARGEST: return within(random, (double)FLT_MAX / 4);
    case EXCEPTIONS_EQUAL: return with_sign(random, FLT_MAX / 4);
    case EXCEPTIONS_ZERO: return with_sign(random, 0.0f);
    case EXCEPTIONS_SUBNORMAL: return with_sign(random, test_from_bits((uint32_t)test_random_below(random, 0x800000)));
    case EXCEPTIONS_EVERY: return every(random);
    default: return exceptions_number((exceptions_kind)test_random_below(random, EXCEPTIONS_MIXED), random);
    }
}

void exceptions_clear(void) { feclearexcept(FE_ALL_EXCEPT); }

int exceptions_raised(void) { return fetestexcept(FLAGS); }

const char *exceptions_names(int raised)
{
    static char text[64];
    text[0] = '\0';
    if (raised & FE_INVALID)
        strcat(text, " invalid");
    if (raised & FE_DIVBYZERO)
        strcat(text, " divide by zero");
    if (raised & FE_OVERFLOW)
        strcat(text, " overflow");
    return text + (text[0] == ' ');
}

float exceptions_signalling(size_t which)
{
    static const uint32_t patterns[] = {0x7f800001u, 0xffbfffffu, 0x7fa00000u, 0xff812345u};
    return test_from_bits(patterns[which % 4]);
}

bool exceptions_is_signalling(float value) { return isnan(value) && (test_raw_bits(value) & 0x400000u) == 0; }
