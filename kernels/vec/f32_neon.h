/* The vector layer (contract.h) on AArch64 Advanced SIMD: 4 lanes. */
#ifndef VACT_VEC_F32_NEON_H
#define VACT_VEC_F32_NEON_H

#include <arm_neon.h>

#include "contract.h"

typedef float32x4_t vf;
typedef uint32x4_t vm; /* all bits of a lane set or clear */
typedef uint32x4_t vi;

enum { VF_LANES = 4, VF_STREAMS = 0 };

VACT_INLINE vf vf_set1(float a) { return vdupq_n_f32(a); }
VACT_INLINE vf vf_load(const float *p) { return vld1q_f32(p); }
VACT_INLINE void vf_store(float *p, vf v) { vst1q_f32(p, v); }
VACT_INLINE void vf_stream(float *p, vf v) { vf_store(p, v); }
VACT_INLINE void vf_stream_end(void) {}

VACT_INLINE vf vf_load_partial(const float *p, size_t n)
{
    float lanes[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    memcpy(lanes, p, n * sizeof(float));
    return vld1q_f32(lanes);
}

VACT_INLINE void vf_store_partial(float *p, vf v, size_t n)
{
    float lanes[4];
    vst1q_f32(lanes, v);
    memcpy(p, lanes, n * sizeof(float));
}

VACT_INLINE void vf_load_pairs(const float *p, vf *a, vf *b)
{
    float32x4x2_t both = vld2q_f32(p);
    *a = both.val[0];
    *b = both.val[1];
}

VACT_INLINE void vf_store_pairs(float *p, vf a, vf b)
{
    float32x4x2_t both = {{a, b}};
    vst2q_f32(p, both);
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill)
{
    static const unsigned lane[4] = {0, 1, 2, 3};
    return vbslq_f32(vcltq_u32(vld1q_u32(lane), vdupq_n_u32((unsigned)n)), v, fill);
}

VACT_INLINE vf vf_exchange(vf v, size_t d) { return d == 2 ? vextq_f32(v, v, 2) : vrev64q_f32(v); }

VACT_INLINE void vf_exchange_pair(vf *a, vf *b, size_t d)
{
    const vf x = *a, y = *b;
    if (d == 2) {
        *a = vcombine_f32(vget_low_f32(x), vget_low_f32(y));
        *b = vcombine_f32(vget_high_f32(x), vget_high_f32(y));
    } else {
        *a = vtrn1q_f32(x, y);
        *b = vtrn2q_f32(x, y);
    }
}

VACT_INLINE vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
VACT_INLINE vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
VACT_INLINE vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
VACT_INLINE vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
VACT_INLINE vf vf_sqrt(vf a) { return vsqrtq_f32(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return vfmaq_f32(vnegq_f32(c), a, b); }

VACT_INLINE vf vf_neg(vf a) { return vnegq_f32(a); }
VACT_INLINE vf vf_abs(vf a) { return vabsq_f32(a); }
VACT_INLINE vf vf_copysign(vf magnitude, vf sign) { return vbslq_f32(vdupq_n_u32(0x80000000u), sign, magnitude); }

VACT_INLINE vf vf_flip_sign(vf a, vf sign)
{
    uint32x4_t bit = vandq_u32(vreinterpretq_u32_f32(sign), vdupq_n_u32(0x80000000u));
    return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(a), bit));
}

/* Not vmaxq and vminq: they return NaN where either operand is NaN and order the zeros; the contract does neither. */
VACT_INLINE vf vf_max(vf a, vf b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return vbslq_f32(vcltq_f32(a, b), a, b); }

VACT_INLINE vm vm_lt(vf a, vf b) { return vcltq_f32(a, b); }
VACT_INLINE vm vm_le(vf a, vf b) { return vcleq_f32(a, b); }
VACT_INLINE vm vm_eq(vf a, vf b) { return vceqq_f32(a, b); }

/* The bits of magnitudes order as integers do: one comparison serves both ends. */
VACT_INLINE vm vm_outside(vf x, float low, float high)
{
    uint32x4_t least = vreinterpretq_u32_f32(vf_set1(low)), most = vreinterpretq_u32_f32(vf_set1(high));
    return vcgtq_u32(vsubq_u32(vreinterpretq_u32_f32(vf_abs(x)), least), vsubq_u32(most, least));
}

VACT_INLINE vm vm_and(vm a, vm b) { return vandq_u32(a, b); }
VACT_INLINE vm vm_or(vm a, vm b) { return vorrq_u32(a, b); }

VACT_INLINE vm vm_bytes(const unsigned char *p)
{
    const unsigned lanes[4] = {p[0], p[1], p[2], p[3]};
    return vcgtq_u32(vld1q_u32(lanes), vdupq_n_u32(0));
}

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return vbslq_f32(m, a, b); }

VACT_INLINE vf vf_add_where(vm m, vf a, vf b)
{
    return vaddq_f32(a, vreinterpretq_f32_u32(vandq_u32(m, vreinterpretq_u32_f32(b))));
}

VACT_INLINE int vm_any(vm m) { return vmaxvq_u32(m) != 0; }
VACT_INLINE int vm_all(vm m) { return vminvq_u32(m) != 0; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+w"(a));
    return a;
}

/* All bits set is a quiet NaN. */
VACT_INLINE vf vf_or_nan(vf a, vf b)
{
    return vreinterpretq_f32_u32(vornq_u32(vreinterpretq_u32_f32(a), vceqq_f32(b, b)));
}

/* The larger magnitude, compared as integers: vmaxq_f32 of a NaN and a number is NaN, and a NaN hides the number. */
VACT_INLINE uint32x4_t vi_larger_magnitude(vf a, vf b)
{
    return vmaxq_u32(vreinterpretq_u32_f32(vf_abs(a)), vreinterpretq_u32_f32(vf_abs(b)));
}

VACT_INLINE int vm_any_of_four_beyond(vf a, vf b, vf c, vf d, float high)
{
    uint32x4_t most = vmaxq_u32(vi_larger_magnitude(a, b), vi_larger_magnitude(c, d));
    return vm_any(vcgtq_s32(vreinterpretq_s32_u32(most), vreinterpretq_s32_f32(vf_set1(high))));
}

VACT_INLINE uint32x4_t vi_smaller_magnitude(vf a, vf b)
{
    return vminq_u32(vreinterpretq_u32_f32(vf_abs(a)), vreinterpretq_u32_f32(vf_abs(b)));
}

VACT_INLINE int vm_any_of_four_below(vf a, vf b, vf c, vf d, float low)
{
    uint32x4_t least = vminq_u32(vi_smaller_magnitude(a, b), vi_smaller_magnitude(c, d));
    return vm_any(vcltq_u32(least, vreinterpretq_u32_f32(vf_set1(low))));
}

VACT_INLINE vi vf_bits(vf a) { return vreinterpretq_u32_f32(a); }
VACT_INLINE vf vf_of_bits(vi i) { return vreinterpretq_f32_u32(i); }
VACT_INLINE vi vi_round(vf a) { return vreinterpretq_u32_s32(vcvtnq_s32_f32(a)); }
VACT_INLINE vf vf_of_int(vi i) { return vcvtq_f32_s32(vreinterpretq_s32_u32(i)); }

VACT_INLINE vi vi_set1(unsigned a) { return vdupq_n_u32(a); }
VACT_INLINE vi vi_add(vi a, vi b) { return vaddq_u32(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return vsubq_u32(a, b); }
VACT_INLINE vi vi_add_where(vm m, vi a, vi b) { return vaddq_u32(a, vandq_u32(m, b)); }
VACT_INLINE vi vi_max(vi a, vi b) { return vmaxq_u32(a, b); }

/* Not vshlq_n_u32, which accepts no variable. */
VACT_INLINE vi vi_shift_left(vi a, int n) { return a << n; }
VACT_INLINE vi vi_shift_right(vi a, int n) { return a >> n; }

/* By the positions of the four bytes of each entry. */
VACT_INLINE vf vf_look_up(const float *table, vi i)
{
    uint8x16x2_t bytes = {{vreinterpretq_u8_f32(vld1q_f32(table)), vreinterpretq_u8_f32(vld1q_f32(table + 4))}};
    vi places = vmlaq_n_u32(vi_set1(0x03020100u), vandq_u32(i, vi_set1(7)), 0x04040404u);
    return vreinterpretq_f32_u8(vqtbl2q_u8(bytes, vreinterpretq_u8_u32(places)));
}

VACT_INLINE vf vf_look_up_16(const float *table, vi i)
{
    uint8x16x4_t bytes = {{vreinterpretq_u8_f32(vld1q_f32(table)), vreinterpretq_u8_f32(vld1q_f32(table + 4)),
                           vreinterpretq_u8_f32(vld1q_f32(table + 8)), vreinterpretq_u8_f32(vld1q_f32(table + 12))}};
    vi places = vmlaq_n_u32(vi_set1(0x03020100u), vandq_u32(i, vi_set1(15)), 0x04040404u);
    return vreinterpretq_f32_u8(vqtbl4q_u8(bytes, vreinterpretq_u8_u32(places)));
}

VACT_INLINE vi vi_look_up(const unsigned char *cells, vi i)
{
    return vreinterpretq_u32_u8(vqtbl1q_u8(vld1q_u8(cells), vreinterpretq_u8_u32(i)));
}

#include "f32_generic.h"

#endif
