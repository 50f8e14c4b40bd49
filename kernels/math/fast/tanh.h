/*
 * tanh of the `fast` variant: a polynomial on each of eight intervals, its coefficients by table look-up. No division,
 * no exponential, no cancellation.
 *
 * With t = |x|, tanh(t) = base + d*P(d), and d = t - c is exact. In the two intervals next to 0, c is 0, base is t and
 * P is small. In the others c was searched such that base = tanh(c) is within 2^-33 of a float. So two roundings count:
 * of the small part and of the sum. base is the minimum of t and the table's entry, as tanh(c) is below its interval
 * and the two entries next to 0 are 1, above theirs. The intervals are halves of octaves of START + SLOPE*t; they grow
 * with the distance from the poles at +-i*pi/2. Tables: docs/approximations/fast_tanh.py.
 *
 * Largest error 0.774 ULP, at 0x1.536824p+1 (all inputs); monotone, and never above 1.
 */
#ifndef VACT_MATH_FAST_TANH_H
#define VACT_MATH_FAST_TANH_H

/* tanh rounds to 1 from 9.0109 on. */
#define FAST_TANH_MOST 0x1.206p+3f

/* The interval of t in [0, FAST_TANH_MOST]: tanh(t) = min(level, t) + (t - centre)*p. */
typedef struct {
    vf centre, level, p;
} fast_tanh_piece;

VACT_INLINE fast_tanh_piece fast_tanh_piece_of(vf t)
{
    _Alignas(32) static const float centre[8] = {0.0f,           0x1.53bc52p-1f, 0x1.62d35p+0f,  0x1.182b02p+1f,
                                                 0x1.b24d0ep+1f, 0x1.3fe6c4p+2f, 0x1.d871b4p+2f, 0.0f};
    _Alignas(32) static const float level[8] = {1.0f,           0x1.2953fp-1f, 0x1.c3bc4ap-1f, 0x1.f34d8ep-1f,
                                                0x1.fed83cp-1f, 0x1.fff41p-1f, 0x1.ffffe6p-1f, 1.0f};
    _Alignas(32) static const float p0[8] = {0x1.3e3af2p-16f, 0x1.53561p-1f,  0x1.c5be0ep-3f, 0x1.91448ap-5f,
                                             0x1.276e68p-8f,  0x1.7dfafp-13f, 0x1.9f79bp-20f, 0x1p-60f};
    _Alignas(32) static const float p1[8] = {-0x1.acf17ap-12f, -0x1.8a1e16p-2f,  -0x1.9055aap-3f,  -0x1.8750bap-5f,
                                             -0x1.26cc44p-8f,  -0x1.7e021ap-13f, -0x1.a502e8p-20f, -0x1.f0ed5p-28f};
    _Alignas(32) static const float p2[8] = {-0x1.519402p-2f, 0x1.53bc08p-9f,  0x1.93f0cep-4f,  0x1.efb53ep-6f,
                                             0x1.874592p-9f,  0x1.fd4248p-14f, 0x1.17bc44p-20f, -0x1.55552ep-2f};
    _Alignas(32) static const float p3[8] = {-0x1.21af64p-6f,  0x1.039652p-3f,   -0x1.662ab8p-6f,  -0x1.bd4976p-7f,
                                             -0x1.8278b4p-10f, -0x1.faaccap-15f, -0x1.fb3358p-22f, -0x1.2edbp-16f};
    _Alignas(32) static const float p4[8] = {0x1.75e4cp-3f,   -0x1.ec41a8p-5f, -0x1.1d59cep-7f, 0x1.16dbdep-8f,
                                             0x1.2ffadep-11f, 0x1.95135cp-16f, 0x1.a04826p-23f, 0x1.11999ep-3f};
    _Alignas(32) static const float p5[8] = {-0x1.3d8ec2p-4f,  -0x1.a01092p-7f,  0x1.5f584ep-7f,   -0x1.40c1ecp-11f,
                                             -0x1.a199eap-13f, -0x1.2771f4p-17f, -0x1.a17292p-24f, -0x1.e1615cp-10f};
    _Alignas(32) static const float p6[8] = {0x1.eed51p-9f,   0x1.2af3cep-6f,  -0x1.22f466p-8f, -0x1.de2ce8p-13f,
                                             0x1.adf4fap-15f, 0x1.4fffcap-19f, 0x1.c4cb3cp-26f, -0x1.8d9058p-5f};
    vi i = vi_shift_right(vf_bits(vf_fma(t, vf_set1(0x1.3ee3f4p+1f), vf_set1(0x1.8cp+0f))), 22);
    fast_tanh_piece piece = {vf_look_up(centre, i), vf_look_up(level, i), vf_look_up(p6, i)};
    vf d = vf_sub(t, piece.centre);
    piece.p = vf_fma(piece.p, d, vf_look_up(p5, i));
    piece.p = vf_fma(piece.p, d, vf_look_up(p4, i));
    piece.p = vf_fma(piece.p, d, vf_look_up(p3, i));
    piece.p = vf_fma(piece.p, d, vf_look_up(p2, i));
    piece.p = vf_fma(piece.p, d, vf_look_up(p1, i));
    piece.p = vf_fma(piece.p, d, vf_look_up(p0, i));
    return piece;
}

VACT_INLINE vf fast_tanh(vf x)
{
#ifdef MATH_SHORT /* the same with fewer terms, each piece in t itself (elem/terms_<type>.h) */
    return vf_flip_sign(terms_tanh(vf_min(vf_set1(TERMS_TANH_MOST), vf_abs(x))), x);
#else
    vf t = vf_min(vf_set1(FAST_TANH_MOST), vf_abs(x)); /* NaN stays NaN */
    fast_tanh_piece piece = fast_tanh_piece_of(t);
    return vf_flip_sign(vf_fma(vf_sub(t, piece.centre), piece.p, vf_min(piece.level, t)), x);
#endif
}

#endif
