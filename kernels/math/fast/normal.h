/*
 * The lower tail of the standard normal of the `fast` variant, Phi(-t) = 2^-64 * 2^n * (1 + rest) for t in [0, 14.41],
 * with its relative accuracy everywhere.
 *
 * Phi(-t) = e^-G, G = t^2/2 + L(t), and L is as smooth as a logarithm. No factor is left beside the exponential then,
 * no division and no product to round: only G less its multiple of ln 2 must be known to 2^-25. That is formed as
 * w = t^2 + M(t) - m*C. C, of 15 bits, is 2*ln 2 but for 1.5 %, so that m*C is exact and no second part of ln 2
 * follows; the difference enters where it costs nothing: in the coefficients of M, which is 2*L but for that, and in
 * those of e^(-w*ln(2)/C) - 1, of which the first is a float within 2^-33.
 *
 * M is level + d*P(d), d = t - c, with P of degree 4 on each of twelve intervals. The float 2^23 - 3 + 0.5625*t counts
 * them in its low bits: by halves below 2^23, where L bends more, by wholes above. One permutation tells the eight up
 * to t = 8 apart, another the four beyond, which gelu takes as rare. The centres c are floats at which M lies within
 * 2^-29 of a multiple of 2^-16, `level`, which the multiple of C leaves exactly. t^2 less that is one rounding of a
 * number that seldom exceeds 1. The power n is chosen by t^2 and the tangent at c, which is there before P and within
 * 0.06 of w.
 *
 * docs/approximations/fast_normal.py makes the tables, docs/approximations/fast_normal_search.c has moved the last bits
 * of the polynomials to make the largest error of gelu smaller.
 */
#ifndef VACT_MATH_FAST_NORMAL_H
#define VACT_MATH_FAST_NORMAL_H

#define FAST_NORMAL_NEAR 8.0f
#define FAST_NORMAL_LIMIT 0x1.cdp+3f /* t*Phi(-t) is below 2^-150 from here on */

typedef struct {
    vf shifted; /* n + VF_POWER_SHIFT, n in [-87, 63] */
    vf rest;
} fast_normal;

/* Of the interval of each t: its centre, its level, and the coefficients of P. */
enum { FAST_NORMAL_TERMS = 5 };
typedef struct {
    vf centre, level, p[FAST_NORMAL_TERMS];
} fast_normal_interval;

typedef const float fast_normal_row[8];

/* Centres, levels, then each coefficient. */
VACT_INLINE fast_normal_row *fast_normal_near(void)
{
    _Alignas(32) static fast_normal_row rows[2 + FAST_NORMAL_TERMS] = {
        {0x1.67c42cp+2f, 0x1.ba8322p+2f, 0x1.d02bc6p-3f, 0x1.d4b55ep-1f, 0x1.c0414cp+0f, 0x1.5ae4b8p+1f, 0x1.c5d9dep+1f,
         0x1.1757dep+2f},
        {-0x1.4a6d74p+6f, -0x1.49d49p+6f, -0x1.56d358p+6f, -0x1.5379f8p+6f, -0x1.50878p+6f, -0x1.4e225cp+6f,
         -0x1.4ca19cp+6f, -0x1.4b8a9cp+6f},
        {0x1.51a774p-3f, 0x1.1cd9cp-4f, 0x1.69eca4p+0f, 0x1.0aa9c8p+0f, 0x1.7ca94ep-1f, 0x1.0a98bp-1f, 0x1.8a9792p-2f,
         0x1.22dab8p-2f},
        {-0x1.51d92ep-5f, -0x1.0fe33ep-5f, -0x1.4edd2p-2f, -0x1.c48cd2p-3f, -0x1.255326p-3f, -0x1.8198a8p-4f,
         -0x1.1e117ap-4f, -0x1.c20c06p-5f},
        {0x1.5fa6a2p-9f, 0x1.a10c4ap-10f, 0x1.027baep-4f, 0x1.4d0ef8p-5f, 0x1.795afap-6f, 0x1.9446fep-7f,
         0x1.ece428p-8f, 0x1.3de96ep-8f},
        {-0x1.34bbd8p-12f, -0x1.3b60ep-13f, -0x1.2dd578p-7f, -0x1.c0696ap-8f, -0x1.ff689ap-9f, -0x1.f8c702p-10f,
         -0x1.16fbcp-10f, -0x1.445296p-11f},
        {0x1.1fc744p-15f, 0x1.b7f6b6p-17f, 0x1.706642p-12f, 0x1.a4e5bap-11f, 0x1.243d3ep-11f, 0x1.31bcp-12f,
         0x1.314f56p-13f, 0x1.3745d2p-14f}};
    return rows;
}

/* For t in (8, 14.41]; where there is 0 is no interval. */
VACT_INLINE fast_normal_row *fast_normal_far(void)
{
    _Alignas(32) static fast_normal_row rows[2 + FAST_NORMAL_TERMS] = {
        {0, 0, 0x1.1ab69ap+3f, 0x1.571a64p+3f, 0x1.892058p+3f, 0x1.bb3178p+3f, 0, 0},
        {0, 0, -0x1.49bf6p+6f, -0x1.4a6fccp+6f, -0x1.4b821cp+6f, -0x1.4cfe84p+6f, 0, 0},
        {0, 0, -0x1.66a1ecp-5f, -0x1.17ae82p-3f, -0x1.a43decp-3f, -0x1.1374cep-2f, 0, 0},
        {0, 0, -0x1.b2cfb6p-6f, -0x1.77f992p-6f, -0x1.595308p-6f, -0x1.44083p-6f, 0, 0},
        {0, 0, 0x1.b11a58p-11f, 0x1.fa097ap-12f, 0x1.581f5p-12f, 0x1.e89efp-13f, 0, 0},
        {0, 0, -0x1.0e1296p-14f, -0x1.0ad95ep-15f, -0x1.4183d4p-16f, -0x1.8b8968p-17f, 0, 0},
        {0, 0, 0x1.54bf8ep-18f, 0x1.2de79cp-19f, 0x1.4350bp-20f, 0x1.be760ep-21f, 0, 0}};
    return rows;
}

VACT_INLINE fast_normal_interval fast_normal_look_up(fast_normal_row *table, vi i)
{
    fast_normal_interval of = {vf_look_up(table[0], i), vf_look_up(table[1], i), {vf_look_up(table[2], i)}};
    for (int k = 1; k < FAST_NORMAL_TERMS; k++)
        of.p[k] = vf_look_up(table[2 + k], i);
    return of;
}

VACT_INLINE fast_normal_interval fast_normal_look_up_where(vm m, fast_normal_row *table, vi i,
                                                           fast_normal_interval otherwise)
{
    fast_normal_interval of;
    of.centre = vf_look_up_where(m, table[0], i, otherwise.centre);
    of.level = vf_look_up_where(m, table[1], i, otherwise.level);
    for (int k = 0; k < FAST_NORMAL_TERMS; k++)
        of.p[k] = vf_look_up_where(m, table[2 + k], i, otherwise.p[k]);
    return of;
}

/* A little less than 0.5625, so that 8 is the last of its interval. */
VACT_INLINE vi fast_normal_index(vf t)
{
    return vi_of_low_bits(vf_fma(t, vf_set1(0x1.1ffffep-1f), vf_set1(0x1.fffff4p+22f)));
}

VACT_INLINE fast_normal fast_normal_of(vf t, fast_normal_interval of)
{
    vf d = vf_sub(t, of.centre);
    vf p = of.p[FAST_NORMAL_TERMS - 1];
    for (int k = FAST_NORMAL_TERMS - 2; k >= 0; k--)
        p = vf_fma(p, d, of.p[k]);
    vf twice = vf_fma(of.p[0], d, vf_fma(t, t, of.level));
    fast_normal tail;
    tail.shifted = vf_fma(twice, vf_set1(-0x1.76e058p-1f), vf_set1(VF_POWER_SHIFT));
    vf n = vf_sub(tail.shifted, vf_set1(VF_POWER_SHIFT));
    vf known = vf_fms(t, t, vf_fms(n, vf_set1(-0x1.5da4p+0f), of.level));
    vf w = vf_fma(p, d, known);

    /* e^(-w*ln(2)/C) - 1 within 0.09 * 2^-24 of 1 plus it, for -w*ln(2)/C in [-0.352, 0.383]. */
    vf e = vf_fma(vf_set1(0x1.9235e6p-16f), w, vf_set1(-0x1.279794p-12f));
    e = vf_fma(e, w, vf_set1(0x1.6a4b34p-9f));
    e = vf_fma(e, w, vf_set1(-0x1.64f08p-6f));
    e = vf_fma(e, w, vf_set1(0x1.07bf28p-3f));
    e = vf_fma(e, w, vf_set1(-0x1.03d83p-1f));
    tail.rest = vf_mul(w, e);
    return tail;
}

/* t <= FAST_NORMAL_NEAR */
VACT_INLINE fast_normal fast_normal_near_tail(vf t)
{
    return fast_normal_of(t, fast_normal_look_up(fast_normal_near(), fast_normal_index(t)));
}

VACT_INLINE fast_normal fast_normal_tail(vf t)
{
    vi i = fast_normal_index(t);
    vm near = vm_le(t, vf_set1(FAST_NORMAL_NEAR)), beyond = vm_lt(vf_set1(FAST_NORMAL_NEAR), t);
    if (!vm_any(near))
        return fast_normal_of(t, fast_normal_look_up(fast_normal_far(), i));
    fast_normal_interval of = fast_normal_look_up(fast_normal_near(), i);
    if (vm_any(beyond))
        of = fast_normal_look_up_where(beyond, fast_normal_far(), i, of);
    return fast_normal_of(t, of);
}

#endif
