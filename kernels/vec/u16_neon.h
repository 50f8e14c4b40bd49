/* Elements of 16 bits (u16_contract.h) on AArch64 Advanced SIMD: 8 in a register. */
#ifndef VACT_VEC_U16_NEON_H
#define VACT_VEC_U16_NEON_H

#include "u16_contract.h"

typedef uint16x8_t vh;

VACT_INLINE vh vh_load(const void *p) { return vld1q_u16((const uint16_t *)p); }
VACT_INLINE void vh_store(void *p, vh v) { vst1q_u16((uint16_t *)p, v); }
VACT_INLINE void vh_stream(void *p, vh v) { vh_store(p, v); }
VACT_INLINE vh vh_set1(uint16_t a) { return vdupq_n_u16(a); }

VACT_INLINE vh vh_load_partial(const void *p, size_t n, uint16_t fill)
{
    uint16_t elements[8];
    vh_store(elements, vh_set1(fill));
    memcpy(elements, p, n * sizeof *elements);
    return vh_load(elements);
}

VACT_INLINE void vh_store_partial(void *p, vh v, size_t n)
{
    uint16_t elements[8];
    vh_store(elements, v);
    memcpy(p, elements, n * sizeof *elements);
}

VACT_INLINE vh vh_replace_equal(vh y, vh x, vh at, vh by) { return vbslq_u16(vceqq_u16(x, at), by, y); }

VACT_INLINE vh vh_clamp(vh y, vh end, vh most) { return vaddq_u16(end, vminq_u16(vsubq_u16(y, end), most)); }

VACT_INLINE vh vh_replace_in(vh y, vh x, vh start, vh width, vh by)
{
    return vbslq_u16(vcleq_u16(vsubq_u16(x, start), width), by, y);
}

VACT_INLINE void vh_widen(vh v, vf *a, vf *b)
{
    const uint32x4_t pairs = vreinterpretq_u32_u16(v);
    *a = vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16));
    *b = vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xffff0000)));
}

VACT_INLINE vh vh_of_upper(vf a, vf b) { return vtrn2q_u16(vreinterpretq_u16_f32(a), vreinterpretq_u16_f32(b)); }

VACT_INLINE vf vh_upper_of(uint16x4_t v) { return vreinterpretq_f32_u32(vshll_n_u16(v, 16)); }
VACT_INLINE uint16x4_t vh_upper_to(vf a) { return vshrn_n_u32(vreinterpretq_u32_f32(a), 16); }
VACT_INLINE vf vh_widen_first(vh v) { return vh_upper_of(vget_low_u16(v)); }
VACT_INLINE vh vh_first_of_upper(vf a) { return vcombine_u16(vh_upper_to(a), vh_upper_to(a)); }
VACT_INLINE vf vh_load_upper(const void *p) { return vh_upper_of(vld1_u16((const uint16_t *)p)); }
VACT_INLINE void vh_store_upper(void *p, vf a) { vst1_u16((uint16_t *)p, vh_upper_to(a)); }

VACT_INLINE vf vh_quotient(vf a, vf b) { return vf_div(a, b); }

VACT_INLINE void vh_widen_half(vh v, vf *a, vf *b)
{
    const float16x8_t halves = vreinterpretq_f16_u16(v);
    *a = vcvt_f32_f16(vget_low_f16(halves));
    *b = vcvt_f32_f16(vget_high_f16(halves));
}

VACT_INLINE vh vh_of_half(vf a, vf b) { return vreinterpretq_u16_f16(vcombine_f16(vcvt_f16_f32(a), vcvt_f16_f32(b))); }

VACT_INLINE void vh_load_half(const void *p, vf *a, vf *b) { vh_widen_half(vh_load(p), a, b); }
VACT_INLINE void vh_store_half(void *p, vf a, vf b) { vh_store(p, vh_of_half(a, b)); }

VACT_INLINE vf vh_load_half_first(const void *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t *)p)));
}

VACT_INLINE void vh_store_half_first(void *p, vf a) { vst1_u16((uint16_t *)p, vreinterpret_u16_f16(vcvt_f16_f32(a))); }

#endif
