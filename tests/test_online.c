/* The online softmax where its factors are subnormal. */
#include <math.h>

#include "family.h"

/* A block whose sum has the exponent n <= 0, then one with the exponent 0: rescale is 2^n, exactly, as long as a float
 * holds it. */
Test(online, rescale_is_a_power_of_two)
{
    const double log2_e = 1.4426950408889634;
    const vacti_table *tables[8];
    size_t count = family_tables(tables, 8);
    for (size_t t = 0; t < count; t++)
        for (int n = 0; n >= -160; n--) {
            const float first[2] = {(float)((n - 0.5) / log2_e), -INFINITY}, second[2] = {-0.3f, -1.0f};
            vact_softmax_online_f32 state;
            float p[2], rescale, lse;
            cr_assert(vact_softmax_online_start_f32(&state, 1) == VACT_OK);
            tables[t]->family.online(&state, &rescale, p, 2, first, 2, 1, 2, NULL);
            cr_assert(state.exponent == n, "%s: exponent %g for %d", tables[t]->build, state.exponent, n);
            tables[t]->family.online(&state, &rescale, p, 2, second, 2, 1, 2, NULL);
            cr_assert(rescale == ldexpf(1.0f, n), "%s: %a for 2^%d", tables[t]->build, (double)rescale, n);
            cr_assert(vact_softmax_online_finish_f32(NULL, &lse, &state, 1, NULL) == VACT_OK);
            double exact = log(exp((double)first[0]) + exp((double)second[0]) + exp((double)second[1]));
            cr_assert(fabs((double)lse - exact) < 1e-6, "%s: lse %g for %g", tables[t]->build, (double)lse, exact);
        }
}
