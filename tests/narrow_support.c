#include "narrow_support.h"

#include <math.h>
#include <stdatomic.h>

#include "losses.h"

const vacti_table *narrow_begin(int build)
{
    const vacti_table *table = losses_begin(build);
    vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO); /* its first use looks at the caches */
    atomic_store(&vacti_table_chosen, table);
    return table;
}

uint16_t narrow_rounded(float value, vact_type type)
{
    return isnan(value) ? (uint16_t)(type == VACT_BF16 ? 0x7fc0 : 0x7e00) : vacti_narrow_nearest((double)value, type);
}

void narrow_fill_normal(uint16_t *to, size_t n, double deviation, vact_type type, test_random *random)
{
    for (size_t i = 0; i < n; i++)
        to[i] = vacti_narrow_nearest(deviation * test_random_normal(random), type);
}

void narrow_fill(uint16_t *to, size_t n, vact_type type, test_random *random)
{
    static const float specials[] = {0.0f, -0.0f, INFINITY, -INFINITY, 7.0f, -7.0f, 0x1p-130f, -0x1.8p-20f};
    enum { SPECIALS = sizeof specials / sizeof specials[0] };
    narrow_fill_normal(to, n, 4.0, type, random);
    for (size_t i = 0; i < n; i++)
        switch (test_random_below(random, 40)) {
        case 0: to[i] = vacti_narrow_nearest((double)specials[test_random_below(random, SPECIALS)], type); break;
        case 1: to[i] = i % 8 == 0 ? narrow_rounded(NAN, type) : to[i]; break;
        case 2: to[i] = (uint16_t)test_random_next(random); break;
        case 3: to[i] = vacti_narrow_nearest(60.0 * test_random_normal(random), type); break;
        default: break;
        }
}

bool narrow_same(uint16_t a, uint16_t b, vact_type type)
{
    return a == b || (isnan(vacti_narrow_widen(a, type)) && isnan(vacti_narrow_widen(b, type)));
}

double narrow_error_of_two_roundings(double exact, vact_type type)
{
    int exponent;
    frexp(exact, &exponent);
    const int place = exponent - (type == VACT_BF16 ? 8 : 11) - 5;
    return vacti_narrow_error(vacti_narrow_nearest(ldexp(nearbyint(ldexp(exact, -place)), place), type), exact, type);
}

const char *narrow_name(vact_type type) { return type == VACT_BF16 ? "bf16" : type == VACT_F16 ? "f16" : "f32"; }
