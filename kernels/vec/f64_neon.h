/* The vector layer of doubles (contract.h) on AArch64 Advanced SIMD: 2 lanes, masks as lanes of ones and zeros. */
#ifndef VACT_VEC_F64_NEON_H
#define VACT_VEC_F64_NEON_H

#include <arm_neon.h>

#include "contract.h"

typedef float64x2_t vf;
typedef uint64x2_t vm;
typedef uint64x2_t vi;

enum { VF_LANES = 2 };

VACT_INLINE vf vf_set1(double a) { return vdupq_n_f64(a); }
VACT_INLINE vf vf_load(const double *p) { return vld1q_f64(p); }
VACT_INLINE void vf_store(double *p, vf v) { vst1q_f64(p, v); }

/* A part of two lanes is one or none. */
VACT_INLINE vf vf_load_partial(const double *p, size_t n)
{
    return n ? vsetq_lane_f64(*p, vdupq_n_f64(0.0), 0) : vdupq_n_f64(0.0);
}

VACT_INLINE void vf_store_partial(double *p, vf v, size_t n)
{
    if (n)
        *p = vgetq_lane_f64(v, 0);
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill)
{
    return n ? vcombine_f64(vget_low_f64(v), vget_high_f64(fill)) : fill;
}

VACT_INLINE vf vf_add(vf a, vf b) { return vaddq_f64(a, b); }
VACT_INLINE vf vf_sub(vf a, vf b) { return vsubq_f64(a, b); }
VACT_INLINE vf vf_mul(vf a, vf b) { return vmulq_f64(a, b); }
VACT_INLINE vf vf_div(vf a, vf b) { return vdivq_f64(a, b); }
VACT_INLINE vf vf_sqrt(vf a) { return vsqrtq_f64(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f64(c, a, b); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return vfmsq_f64(c, a, b); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return vfmaq_f64(vnegq_f64(c), a, b); }

VACT_INLINE vf vf_neg(vf a) { return vnegq_f64(a); }
VACT_INLINE vf vf_abs(vf a) { return vabsq_f64(a); }

VACT_INLINE vf vf_copysign(vf magnitude, vf sign) { return vbslq_f64(vdupq_n_u64((uint64_t)1 << 63), sign, magnitude); }

VACT_INLINE vf vf_flip_sign(vf a, vf sign)
{
    const uint64x2_t bit = vandq_u64(vreinterpretq_u64_f64(sign), vdupq_n_u64((uint64_t)1 << 63));
    return vreinterpretq_f64_u64(veorq_u64(vreinterpretq_u64_f64(a), bit));
}

VACT_INLINE vm vm_lt(vf a, vf b) { return vcltq_f64(a, b); }
VACT_INLINE vm vm_le(vf a, vf b) { return vcleq_f64(a, b); }
VACT_INLINE vm vm_eq(vf a, vf b) { return vceqq_f64(a, b); }
VACT_INLINE vm vm_and(vm a, vm b) { return vandq_u64(a, b); }
VACT_INLINE vm vm_or(vm a, vm b) { return vorrq_u64(a, b); }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return vbslq_f64(m, a, b); }

/* Not vmaxq_f64, which keeps a NaN in either operand. */
VACT_INLINE vf vf_max(vf a, vf b) { return vf_select(vcgtq_f64(a, b), a, b); }
VACT_INLINE vf vf_min(vf a, vf b) { return vf_select(vcltq_f64(a, b), a, b); }

VACT_INLINE int vm_any(vm m) { return (vgetq_lane_u64(m, 0) | vgetq_lane_u64(m, 1)) != 0; }
VACT_INLINE int vm_all(vm m) { return (vgetq_lane_u64(m, 0) & vgetq_lane_u64(m, 1)) != 0; }

VACT_INLINE vf vf_apart(vf a)
{
    __asm__("" : "+w"(a));
    return a;
}

VACT_INLINE vf vf_or_nan(vf a, vf b) { return vf_select(vm_eq(b, b), a, vf_set1(__builtin_nan(""))); }

VACT_INLINE vi vf_bits(vf a) { return vreinterpretq_u64_f64(a); }
VACT_INLINE vf vf_of_bits(vi i) { return vreinterpretq_f64_u64(i); }

VACT_INLINE vi vi_set1(uint64_t a) { return vdupq_n_u64(a); }
VACT_INLINE vi vi_add(vi a, vi b) { return vaddq_u64(a, b); }
VACT_INLINE vi vi_sub(vi a, vi b) { return vsubq_u64(a, b); }
VACT_INLINE vi vi_and(vi a, vi b) { return vandq_u64(a, b); }
VACT_INLINE vi vi_shift_left(vi a, int n) { return vshlq_u64(a, vdupq_n_s64(n)); }
VACT_INLINE vi vi_shift_right(vi a, int n) { return vshlq_u64(a, vdupq_n_s64(-n)); }

VACT_INLINE vf vf_gather(const double *table, vi i)
{
    return vsetq_lane_f64(table[vgetq_lane_u64(i, 1)], vdupq_n_f64(table[vgetq_lane_u64(i, 0)]), 1);
}

#include "f64_generic.h"

#endif
