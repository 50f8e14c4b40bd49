/*
 * The error of kernels/rows/softcap_table.h for each c given, over every STRIDE-th float z from 2^-13*c to 10*c,
 * against tanhl, in units of 2^-24*c; and with what the rounding of z adds at most. Below that z the polynomial is its
 * first term. Run: cc -O2 -ffp-contract=off -mfma -Ikernels -Iinclude docs/approximations/fast_softcap_sweep.c -lm &&
 * ./a.out 1 30
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "vec/f32_scalar.h"

#include "rows/softcap_table.h"

static void worst_of(float c, unsigned stride)
{
    softcap_table table;
    softcap_table_of(&table, c);
    long double most = 0.0L, most_with_z = 0.0L;
    float worst = 0.0f;
    for (unsigned bits = vf_bits(0x1p-13f * c); bits <= vf_bits(10.0f * c); bits += stride) {
        const float z = vf_of_bits(bits);
        const long double tanh_z = tanhl((long double)z / (long double)c), unit = 0x1p-24L * (long double)c;
        const long double error = fabsl((long double)softcap_by_table(z, &table) - (long double)c * tanh_z) / unit;
        const long double half = 0.5L * ((long double)vf_of_bits(bits + 1) - (long double)z);
        most_with_z = fmaxl(most_with_z, error + (1.0L - tanh_z * tanh_z) * half / unit);
        worst = error > most ? z : worst;
        most = fmaxl(most, error);
    }
    printf("c = %a: %.4Lf at %a; with z rounded %.4Lf\n", (double)c, most, (double)worst, most_with_z);
}

int main(int count, char **values)
{
    for (int i = 2; i < count; i++)
        worst_of(strtof(values[i], NULL), (unsigned)strtoul(values[1], NULL, 0));
    return count > 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
