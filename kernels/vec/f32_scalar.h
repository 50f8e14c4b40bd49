/* The vector layer (contract.h) with one lane, in plain C: it runs on every CPU and is the reference for bits. */
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

/* With one lane the only partial vector is the empty one. */
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

/* Never called: d is below VF_LANES. */
VACT_INLINE vf vf_exchange(vf v, size_t d)
{
    (void)d;
    return v;
}

VACT_INLINE void vf_exchange_pair(vf *a, vf *b, size_t d)
{
    (void)a;
    (void)b;
    (void)d;
}

VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return __builtin_sqrtf(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return __builtin_fmaf(a, b, c); }
/* If a is itself d*e + f, GCC 12 turns -a into (-d)*e - f, which has the other sign where it is 0. So where the sign of
 * a zero matters, pass such a number as b; and apply vf_neg to what goes into an FMA, not to what comes out. */
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
VACT_INLINE vm vm_bytes(const unsigned char *p) { return *p != 0; }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return m ? a : b; }

VACT_INLINE vf vf_add_where(vm m, vf a, vf b) { return m ? a + b : a; }

VACT_INLINE int vm_any(vm m) { return m; }
VACT_INLINE int vm_all(vm m) { return m; }

VACT_INLINE vf vf_apart(vf a)
{
#if defined(__SSE__)
    __asm__("" : "+x"(a));
#elif defined(__aarch64__)
    __asm__("" : "+w"(a));
#else
    __asm__("" : "+m"(a));
#endif
    return a;
}

VACT_INLINE vf vf_or_nan(vf a, vf b) { return b == b ? a : __builtin_nanf(""); }

VACT_INLINE int vm_any_of_four_beyond(vf a, vf b, vf c, vf d, float high)
{
    return vf_abs(a) > high || vf_abs(b) > high || vf_abs(c) > high || vf_abs(d) > high;
}

VACT_INLINE int vm_any_of_four_below(vf a, vf b, vf c, vf d, float low)
{
    return vf_abs(a) < low || vf_abs(b) < low || vf_abs(c) < low || vf_abs(d) < low;
}

VACT_INLINE vi vf_bits(vf a)
{
    vi bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

VACT_INLINE vf vf_of_bits(vi i)
{
    vf a;
    memcpy(&a, &i, sizeof a);
    return a;
}

VACT_INLINE vi vi_round(vf a) { return (vi)__builtin_lrintf(a); }
VACT_INLINE vf vf_of_int(vi i) { return (float)(int)i; }

VACT_INLINE vi vi_set1(unsigned a) { return a; }
VACT_INLINE vi vi_add(vi a, vi b) { return a + b; }
VACT_INLINE vi vi_sub(vi a, vi b) { return a - b; }
VACT_INLINE vi vi_add_where(vm m, vi a, vi b) { return m ? a + b : a; }
VACT_INLINE vi vi_max(vi a, vi b) { return a > b ? a : b; }
VACT_INLINE vi vi_shift_left(vi a, int n) { return a << n; }
VACT_INLINE vi vi_shift_right(vi a, int n) { return a >> n; }

VACT_INLINE vf vf_look_up(const float *table, vi i) { return table[i & 7]; }
VACT_INLINE vf vf_look_up_16(const float *table, vi i) { return table[i & 15]; }
VACT_INLINE vi vi_look_up(const unsigned char *cells, vi i) { return cells[i & 15]; }

#include "f32_generic.h"

#endif
