/* Elements of 16 bits (u16_contract.h) in plain C, two at a time. */
#ifndef VACT_VEC_U16_SCALAR_H
#define VACT_VEC_U16_SCALAR_H

#include "u16_contract.h"

typedef struct {
    uint16_t of[2];
} vh;

VACT_INLINE vh vh_load(const void *p)
{
    vh v;
    memcpy(&v, p, sizeof v);
    return v;
}

VACT_INLINE void vh_store(void *p, vh v) { memcpy(p, &v, sizeof v); }
VACT_INLINE void vh_stream(void *p, vh v) { vh_store(p, v); }
VACT_INLINE vh vh_set1(uint16_t a) { return (vh){{a, a}}; }

VACT_INLINE vh vh_load_partial(const void *p, size_t n, uint16_t fill)
{
    vh v = vh_set1(fill);
    memcpy(&v, p, n * sizeof v.of[0]);
    return v;
}

VACT_INLINE void vh_store_partial(void *p, vh v, size_t n) { memcpy(p, &v, n * sizeof v.of[0]); }

VACT_INLINE vh vh_replace_equal(vh y, vh x, vh at, vh by)
{
    for (size_t k = 0; k < 2; k++)
        if (x.of[k] == at.of[k])
            y.of[k] = by.of[k];
    return y;
}

VACT_INLINE vh vh_clamp(vh y, vh end, vh most)
{
    for (size_t k = 0; k < 2; k++) {
        const uint16_t rest = (uint16_t)(y.of[k] - end.of[k]);
        y.of[k] = (uint16_t)(end.of[k] + (rest < most.of[k] ? rest : most.of[k]));
    }
    return y;
}

VACT_INLINE vh vh_replace_in(vh y, vh x, vh start, vh width, vh by)
{
    for (size_t k = 0; k < 2; k++)
        if ((uint16_t)(x.of[k] - start.of[k]) <= width.of[k])
            y.of[k] = by.of[k];
    return y;
}

VACT_INLINE void vh_widen(vh v, vf *a, vf *b)
{
    *a = vf_of_bits((vi)v.of[0] << 16);
    *b = vf_of_bits((vi)v.of[1] << 16);
}

VACT_INLINE vh vh_of_upper(vf a, vf b) { return (vh){{(uint16_t)(vf_bits(a) >> 16), (uint16_t)(vf_bits(b) >> 16)}}; }

VACT_INLINE vf vh_widen_first(vh v) { return vf_of_bits((vi)v.of[0] << 16); }
VACT_INLINE vh vh_first_of_upper(vf a) { return (vh){{(uint16_t)(vf_bits(a) >> 16), 0}}; }
VACT_INLINE vf vh_load_upper(const void *p) { return vf_of_bits((vi) * (const uint16_t *)p << 16); }
VACT_INLINE void vh_store_upper(void *p, vf a) { *(uint16_t *)p = (uint16_t)(vf_bits(a) >> 16); }

#ifndef vh_quotient /* a test has its own */
VACT_INLINE vf vh_quotient(vf a, vf b) { return vf_div(a, b); }
#endif

/* A half's exponent and fraction, in the place of a float's, are its value times 2^-112; the product is exact, and the
 * number of a subnormal half becomes a normal float. */
VACT_NOINLINE __attribute__((unused)) static vf vh_float_of_half(uint16_t half)
{
    const vi sign = (vi)(half & 0x8000u) << 16, magnitude = (vi)(half & 0x7fffu) << 13;
    if (magnitude >= 0x0f800000u) /* infinity or NaN, which becomes quiet */
        return vf_of_bits(sign | 0x7f800000u | (magnitude & 0x007fe000u) |
                          (magnitude > 0x0f800000u ? 0x00400000u : 0u));
    return vf_of_bits(sign | vf_bits(vf_of_bits(magnitude) * 0x1p112f));
}

VACT_NOINLINE __attribute__((unused)) static uint16_t vh_half_of_float(vf a)
{
    const vi bits = vf_bits(a), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x01ffu));
    if (magnitude >= 0x477ff000u) /* at least the middle between the largest half and 2^16 */
        return (uint16_t)(sign | 0x7c00u);
    if (magnitude < 0x38800000u) /* below the least normal half: an addition rounds to whole multiples of 2^-24 */
        return (uint16_t)(sign | (vf_bits(vf_of_bits(magnitude) + 0.5f) - 0x3f000000u));
    return (uint16_t)(sign | ((magnitude - 0x38000000u + 0x0fffu + (magnitude >> 13 & 1u)) >> 13));
}

VACT_INLINE void vh_widen_half(vh v, vf *a, vf *b)
{
    *a = vh_float_of_half(v.of[0]);
    *b = vh_float_of_half(v.of[1]);
}

VACT_INLINE vh vh_of_half(vf a, vf b) { return (vh){{vh_half_of_float(a), vh_half_of_float(b)}}; }

VACT_INLINE void vh_load_half(const void *p, vf *a, vf *b) { vh_widen_half(vh_load(p), a, b); }
VACT_INLINE void vh_store_half(void *p, vf a, vf b) { vh_store(p, vh_of_half(a, b)); }
VACT_INLINE vf vh_load_half_first(const void *p) { return vh_float_of_half(*(const uint16_t *)p); }
VACT_INLINE void vh_store_half_first(void *p, vf a) { *(uint16_t *)p = vh_half_of_float(a); }

#endif
