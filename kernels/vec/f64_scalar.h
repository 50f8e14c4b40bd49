/* The vector layer of doubles (contract.h) with one lane, in plain C: it runs on every CPU and is the reference for
 * bits. */
#ifndef VACT_VEC_F64_SCALAR_H
#define VACT_VEC_F64_SCALAR_H

#include <stdbool.h>

#include "contract.h"

typedef double vf;
typedef bool vm;
typedef uint64_t vi;

enum { VF_LANES = 1 };

VACT_INLINE vf vf_set1(double a) { return a; }
VACT_INLINE vf vf_load(const double *p) { return *p; }
VACT_INLINE void vf_store(double *p, vf v) { *p = v; }

/* With one lane the only partial vector is the empty one. */
VACT_INLINE vf vf_load_partial(const double *p, size_t n) { return n ? *p : 0.0; }

VACT_INLINE void vf_store_partial(double *p, vf v, size_t n)
{
    if (n)
        *p = v;
}

VACT_INLINE vf vf_keep_first(vf v, size_t n, vf fill) { return n ? v : fill; }

VACT_INLINE vf vf_add(vf a, vf b) { return a + b; }
VACT_INLINE vf vf_sub(vf a, vf b) { return a - b; }
VACT_INLINE vf vf_mul(vf a, vf b) { return a * b; }
VACT_INLINE vf vf_div(vf a, vf b) { return a / b; }
VACT_INLINE vf vf_sqrt(vf a) { return __builtin_sqrt(a); }
VACT_INLINE vf vf_fma(vf a, vf b, vf c) { return __builtin_fma(a, b, c); }
VACT_INLINE vf vf_fnma(vf a, vf b, vf c) { return __builtin_fma(-a, b, c); }
VACT_INLINE vf vf_fms(vf a, vf b, vf c) { return __builtin_fma(a, b, -c); }

VACT_INLINE vf vf_neg(vf a) { return -a; }
VACT_INLINE vf vf_abs(vf a) { return __builtin_fabs(a); }
VACT_INLINE vf vf_copysign(vf magnitude, vf sign) { return __builtin_copysign(magnitude, sign); }
VACT_INLINE vf vf_flip_sign(vf a, vf sign) { return __builtin_signbit(sign) ? -a : a; }

VACT_INLINE vf vf_max(vf a, vf b) { return a > b ? a : b; }
VACT_INLINE vf vf_min(vf a, vf b) { return a < b ? a : b; }

VACT_INLINE vm vm_lt(vf a, vf b) { return a < b; }
VACT_INLINE vm vm_le(vf a, vf b) { return a <= b; }
VACT_INLINE vm vm_eq(vf a, vf b) { return a == b; }
VACT_INLINE vm vm_and(vm a, vm b) { return a && b; }
VACT_INLINE vm vm_or(vm a, vm b) { return a || b; }

VACT_INLINE vf vf_select(vm m, vf a, vf b) { return m ? a : b; }

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

VACT_INLINE vf vf_or_nan(vf a, vf b) { return b == b ? a : __builtin_nan(""); }

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

VACT_INLINE vi vi_set1(uint64_t a) { return a; }
VACT_INLINE vi vi_add(vi a, vi b) { return a + b; }
VACT_INLINE vi vi_sub(vi a, vi b) { return a - b; }
VACT_INLINE vi vi_and(vi a, vi b) { return a & b; }
VACT_INLINE vi vi_shift_left(vi a, int n) { return a << n; }
VACT_INLINE vi vi_shift_right(vi a, int n) { return a >> n; }

VACT_INLINE vf vf_gather(const double *table, vi i) { return table[i]; }

#include "f64_generic.h"

#endif
