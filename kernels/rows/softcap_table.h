/*
 * c*tanh(z/c) with an absolute error, for the soft cap of logits: a polynomial in z on each of eight intervals. Its
 * coefficients have been multiplied by powers of c, so that neither a quotient nor a product with c is rounded.
 *
 * With t = |z| the result is level + d*P(d), d = t - centre. The interval is the exponent of START + (t*step)^2: the
 * square makes intervals short where the poles at +-i*pi/2 are near. In units of 2^-24*c the error has these parts:
 *
 *   the last rounding                                              at most tanh(z/c)
 *   the centre, rounded, where c*tanh should be the level          at most 0.45 (0 next to 0)
 *   the other roundings                                            about 0.2
 *   the polynomial                                                 0.04, from 6.5*c on 0.13
 *
 * Largest error 1.41, with the rounding of z 1.73, at c = 0x1.6a3b06p+0, the worst of 40000 c in [1, 2); for c = 30
 * 0.73 and 1.07, for c = 50 0.83 and 1.11 (all z). Tables: docs/approximations/fast_softcap.py; sweep:
 * fast_softcap_sweep.c there.
 */
#ifndef VACT_ROWS_SOFTCAP_TABLE_H
#define VACT_ROWS_SOFTCAP_TABLE_H

#include <stdbool.h>

#include "vec/contract.h"

enum { SOFTCAP_TERMS = 7 };

#define SOFTCAP_START 0x1.68p+0f
#define SOFTCAP_STEP 0x1.a500d5ae158d8p+0
#define SOFTCAP_MOST 9.7

typedef struct {
    _Alignas(32) float centre[8];
    float level[8], p[SOFTCAP_TERMS][8];
    float step, most;
    bool usual; /* c is of an everyday size: no power of it overflows. Else nothing else is set */
} softcap_table;

VACT_NOINLINE static void softcap_table_of(softcap_table *table, float c)
{
    static const double centre[8] = {0x1.72a6bd3a2ap-1, 0x1.4536a39a78p+0, 0x1.f132d22623p+0,    0x1.6bec051856p+1,
                                     0x1.0592cdfd8bp+2, 0x1.74e116342dp+2, 0x1.3666666666666p+3, 0.0};
    static const double p[SOFTCAP_TERMS + 1][8] = {
        {0x1.3d19b43683p-1, 0x1.b531ed738cp-1, 0x1.eb5eab33ccp-1, 0x1.fc89c3d11dp-1, 0x1.ffb6236ccdp-1,
         0x1.fffdb85cdap-1, 0x1.0000000000p+0, 0.0},
        {0x1.3b9baabc2fp-1, 0x1.155c814b29p-2, 0x1.436ee176f9p-4, 0x1.b99e9bdbeap-7, 0x1.275d0a7f62p-10,
         0x1.23d173ec90p-15, 0x1.a85f163847p-27, 0x1.0000064b91p+0},
        {-0x1.86ef9cdde1p-2, -0x1.d9ad0f635bp-3, -0x1.3666354fb0p-4, -0x1.b6a272e730p-7, -0x1.273af5c800p-10,
         -0x1.241b8d98ffp-15, -0x1.e701604737p-22, -0x1.531a60b0a9p-16},
        {0x1.fb6eea36bep-6, 0x1.b720b38dd9p-4, 0x1.7c299767b7p-5, 0x1.20756f15a3p-7, 0x1.89308ac412p-11,
         0x1.856e50acc9p-16, -0x1.6abc591f17p-20, -0x1.54f523487ep-2},
        {0x1.bae09f7e12p-4, -0x1.d943f638bfp-7, -0x1.3c0debf384p-6, -0x1.188efd61d6p-8, -0x1.87083eaf7ap-12,
         -0x1.7fb74d1045p-17, -0x1.b343f9fe8dp-20, -0x1.9ad88a1bcbp-9},
        {-0x1.043899e58fp-4, -0x1.1d1f176838p-6, 0x1.3a27ab5527p-8, 0x1.a851a8632fp-10, 0x1.378b904871p-13,
         0x1.332f640e2bp-18, -0x1.e6d0b235c5p-21, 0x1.2de7dad1bap-3},
        {-0x1.a0f04819c7p-8, 0x1.d7f8f9d391p-7, 0x1.3c17da3855p-12, -0x1.f871cccb03p-12, -0x1.baae9dd90ap-15,
         -0x1.dfdefcc81fp-20, -0x1.04a6e2b6ebp-22, -0x1.10ebd6eff9p-5},
        {0x1.7c57101a60p-6, -0x1.24b20feae5p-8, -0x1.ec816930d1p-11, 0x1.9ae1a67809p-14, 0x1.ed875f10f1p-17,
         0x1.10e60be33ep-21, -0x1.9d8e926a9fp-26, -0x1.355309557cp-6}};
    const double inverse = 1.0 / (double)c;
    table->usual = c >= 0x1p-14f && c <= 0x1p14f;
    if (!table->usual)
        return;
    table->step = (float)(SOFTCAP_STEP * inverse);
    table->most = (float)(SOFTCAP_MOST * (double)c);
    double q[SOFTCAP_TERMS + 1][8], moved[8];
    memcpy(q, p, sizeof q);
    for (size_t j = 0; j < 8; j++) {
        /* The level is rounded. The centre moves to where c*tanh is that float, and is rounded, too. */
        const double exact = (double)c * p[0][j];
        table->level[j] = (float)exact;
        table->centre[j] = (float)((double)c * centre[j] + ((double)table->level[j] - exact) / p[1][j]);
        moved[j] = (double)table->centre[j] * inverse - centre[j];
    }
    /* The polynomial about the new centre. */
    for (size_t first = 0; first < SOFTCAP_TERMS; first++)
        for (size_t k = SOFTCAP_TERMS; k > first; k--)
            for (size_t j = 0; j < 8; j++)
                q[k - 1][j] += moved[j] * q[k][j];
    double power = 1.0;
    for (size_t k = 0; k < SOFTCAP_TERMS; k++, power *= inverse)
        for (size_t j = 0; j < 8; j++)
            table->p[k][j] = (float)(q[k + 1][j] * power);
}

/* At most c in magnitude. NaN for NaN. */
VACT_INLINE vf softcap_by_table(vf z, const softcap_table *table)
{
    const vf t = vf_min(vf_set1(table->most), vf_abs(z)), w = vf_mul(t, vf_set1(table->step));
    const vi i = vi_shift_right(vf_bits(vf_fma(w, w, vf_set1(SOFTCAP_START))), 23);
    const vf d = vf_sub(t, vf_look_up(table->centre, i));
    vf y = vf_look_up(table->p[SOFTCAP_TERMS - 1], i);
    for (int k = SOFTCAP_TERMS - 2; k >= 0; k--)
        y = vf_fma(y, d, vf_look_up(table->p[k], i));
    return vf_flip_sign(vf_fma(y, d, vf_look_up(table->level, i)), z);
}

#endif
