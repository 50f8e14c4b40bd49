/* The polynomials of the soft cap of logits (rows/softcap_table.h): their error, for many c. All z for some c:
 * docs/approximations/fast_softcap_sweep.c. */
#include <math.h>

#include "vec/f32_scalar.h"

#include "rows/softcap_table.h"

#include <criterion/criterion.h>

#include "support.h"

/* In units of 2^-24*c, and at most 2 with what the rounding of z adds: 0.5 ULP of it. */
Test(softcap_table, error)
{
    test_random random = {22};
    for (int round = 0; round < 300; round++) {
        const float c = (float)exp2(test_random_unit(&random) * 27.9 - 13.9);
        softcap_table table;
        softcap_table_of(&table, c);
        cr_assert(table.usual);
        const long double unit = 0x1p-24L * (long double)c;
        for (int k = 0; k < 2000; k++) {
            const float z = (float)(test_random_unit(&random) * (k % 4 == 0 ? 12.0 : 2.0)) * c;
            const float y = softcap_by_table(z, &table);
            const long double tanh_z = tanhl((long double)z / (long double)c);
            const long double error = fabsl((long double)y - (long double)c * tanh_z) / unit;
            const long double rounding = (1.0L - tanh_z * tanh_z) * 0x1p-24L * (long double)z / unit;
            cr_assert(error <= 1.45L && error + rounding <= 1.8L && y <= c, "c = %a, z = %a: %a, error %.3Lf and %.3Lf",
                      (double)c, (double)z, (double)y, error, rounding);
            cr_assert_eq(softcap_by_table(-z, &table), -y);
        }
    }
}

Test(softcap_table, special)
{
    softcap_table table;
    softcap_table_of(&table, 30.0f);
    cr_assert(table.usual);
    cr_assert(signbit(softcap_by_table(-0.0f, &table)) && softcap_by_table(-0.0f, &table) == 0.0f);
    cr_assert_eq(softcap_by_table(INFINITY, &table), 30.0f);
    cr_assert_eq(softcap_by_table(-INFINITY, &table), -30.0f);
    cr_assert_eq(softcap_by_table(FLT_MAX, &table), 30.0f);
    cr_assert(isnan(softcap_by_table(NAN, &table)) && isnan(softcap_by_table(-NAN, &table)));
    for (int power = -149; power < 128; power++) {
        softcap_table_of(&table, ldexpf(1.0f, power));
        cr_assert_eq(table.usual, power >= -14 && power <= 14);
    }
}
