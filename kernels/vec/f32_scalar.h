/* The vector layer (contract.h) with one lane, in plain C: what every CPU runs, and the reference for bits. */
#ifndef VACT_VEC_F32_SCALAR_H
#define VACT_VEC_F32_SCALAR_H

#include <stdbool.h>

#include "contract.h"

typedef float vf;
typedef bool vm;
typedef unsigned vi;

enum { VF_LANES = 1, VF_STREAMS = 0 };

VACT_INLINE vf vf_set1(float a) { return a; }
VACT_INLINE vf vf_load(const float *p) { return *p; }
VACT_INLINE void vf_store(float *p, vf v) { *p = v; }
VACT_INLINE void vf_stream(float *p, vf v) { vf_store(p, v); }
VACT_INLINE void vf_stream_end(void) {}

/* With one lane there is no partial vector but the empty one. */
VACT_INLINE vf vf_load_partial(const float *p, size_t n) { return n ? *p : 0.0f; }

VACT_INLINE void vf_store_partial(float *p, vf v, size_t n)
{
    if (n)
        *p = v;
}

VACT_INLINE void vf_load_pairs(const float *p, vf *a, vf *b)
{
    *a = p[0];
    *b = p[1];
}

VACT_INLINE void vf_store_pairs(float *p, vf a, vf b)
{
    p[0] = a;
    p[1] = b;
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill) { return n ? v : fill; }

/* No d is below one lane. */
VACT_INLINE vf vf_exchange(vf v, size_t d)
{
    (void)d;
    return v;
}

VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return __builtin_fmaf(a, b, c); }
/* Where a is itself d*e + f, GCC 12 makes (-d)*e - f of -a, whose sign differs where that is 0: let such a number be b
 * where the sign of a zero counts; and there vf_neg is for what goes into an FMA, not for what comes out. */
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return __builtin_fmaf(-a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return __builtin_fmaf(a, b, -c); }

VACT_INLINE vf vf_neg(vf a) { return -a; }
VACT_INLINE vf vf_abs(vf a) { return __builtin_fabsf(a); }
VACT_INLINE vf vf_copysign(vf magnitude, vf sign) { return __builtin_copysignf(magnitude, sign); }

VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return __builtin_signbit(sign) ? -a : a; }

VACT_INLINE vf vf_max(vf a, vf b) { return a > b ? a : b; }
VACT_INLINE vf vf_min(vf a, vf b) { return a < b ? a : b; }

VACT_INLINE vm vm_lt(vf a, vf b) { return a < b; }
VACT_INLINE vm vm_le(vf a, vf b) { return a <= b; }
VACT_INLINE vm vm_eq(vf a, vf b) { return a == b; }
VACT_INLINE vm vm_outside(vf x, float low, float high)
{
    vf magnitude = vf_abs(x);
    return !(low <= magnitude && magnitude <= high);
}

VACT_INLINE vm vm_and(vm a, vm b) { return a && b; }
VACT_INLINE vm vm_or(vm a, vm b) { return a || b; }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return m ? a : b; }

VACT_INLINE vf vf_add_where(vm m, vf a, vf b) { return m ? a + b : a; }

VACT_INLINE int vm_any(vm m) { return m; }
VACT_INLINE int vm_all(vm m) { return m; }

VACT_INLINE int vm_any_beyond(vf x, float high) { return vf_abs(x) > high; }

VACT_INLINE int vm_any_of_four_beyond(vf a, vf b, vf c, vf d, float high)
{
    return vm_any_beyond(a, high) || vm_any_beyond(b, high) || vm_any_beyond(c, high) || vm_any_beyond(d, high);
}

VACT_INLINE int vm_any_of_four_below(vf a, vf b, vf c, vf d, float low)
{
    return vf_abs(a) < low || vf_abs(b) < low || vf_abs(c) < low || vf_abs(d) < low;
}

static inline unsigned vf_bits(vf a)
{
    unsigned bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

static inline vf vf_of_bits(unsigned bits)
{
    vf a;
    memcpy(&a, &bits, sizeof a);
    return a;
}

VACT_INLINE vf vf_power_of_two(vf t) { return vf_of_bits(vf_bits(t) << 23); }
VACT_INLINE vf vf_times_power(vf v, vf t) { return v * vf_power_of_two(t); }

VACT_INLINE vf vf_exponent(vf a) { return (float)((int)(vf_bits(a) >> 23) - 127); }
VACT_INLINE vf vf_units(vf t) { return vf_of_bits(vf_bits(t) - vf_bits(0x1p+23f)); }
VACT_INLINE vf vf_units_where(vm m, vf t, vf otherwise) { return vf_select(m, vf_units(t), otherwise); }

VACT_INLINE vf vf_near_power(vf p) { return vf_of_bits(p < 0x1p+31f && p > 0.0f ? (unsigned)p : 0); }

VACT_INLINE vf vf_minus_unscaled(vf y)
{
    unsigned units = vf_bits(vf_fma(y, 0x1p+85f, 0x1p+23f)), twice = vf_bits(y) + VF_TWICE_IN_UNITS_BITS;
    return vf_of_bits((units > twice ? units : twice) + VF_MINUS_UNITS_BITS);
}

/* From 2^23 on every number is whole. */
VACT_INLINE vf vf_risen(vm m, vf v, vf rise)
{
    if (!m)
        return vf_fma(v, rise, v);
    vf w = vf_of_bits(vf_bits(v) + VF_RISEN_BITS), more = vf_fma(w, rise, 64.0f), size = vf_abs(more);
    vf whole_w = w < 0x1p+23f ? w + 0x1p+23f - 0x1p+23f : w;
    vf whole_more = vf_copysign(size < 0x1p+23f ? size + 0x1p+23f - 0x1p+23f : size, more);
    return vf_of_bits(((unsigned)whole_w + (unsigned)(int)whole_more) >> 7);
}

/* In two factors, the first product being exact. */
VACT_INLINE vf vf_scale(vf v, vf n)
{
    unsigned both = vf_bits(n + VF_HALVES_SHIFT);
    unsigned first = both >> 1;
    vf product = v * vf_of_bits(first << 23);
    return product * vf_of_bits((both - first) << 23);
}

VACT_INLINE vi vi_of_low_bits(vf v) { return vf_bits(v) & 7; }
VACT_INLINE vi vi_look_up(const unsigned char *cells, vf v) { return cells[vf_bits(v) & 15]; }
VACT_INLINE vi vi_of_higher_bits(vf v) { return vf_bits(v) >> 22 & 7; }
VACT_INLINE vf vf_look_up(const float *table, vi i) { return table[i]; }

VACT_INLINE vf vf_look_up_either(vm m, const float tables[2][8], vi i) { return vf_look_up(tables[m ? 1 : 0], i); }

VACT_INLINE vf vf_times_eighths(vf v, vf t)
{
    unsigned bits = vf_bits(v) + (vf_bits(t) << 20);
    memcpy(&v, &bits, sizeof v);
    return v;
}

VACT_INLINE vf vf_near_inverse(vf a)
{
    unsigned bits;
    memcpy(&bits, &a, sizeof bits);
    bits = VF_INVERSE_BITS - bits;
    memcpy(&a, &bits, sizeof a);
    return a;
}

#endif
