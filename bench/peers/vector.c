/*
 * What a user of SLEEF or of glibc's libmvec writes: a loop that calls the vector function, one vector per turn.
 * Compiled once per build, as the kernels are: with that build's flags, its vec/ header included first on the command
 * line and VACT_BUILD defined as its name.
 */
#include "vector.h"

#include <math.h>

#include <sleef.h>

#if defined(VACT_VEC_F32_AVX512_H)
VACT_INLINE vf exp_u10(vf x) { return Sleef_expf16_u10avx512f(x); }
VACT_INLINE vf tanh_u10(vf x) { return Sleef_tanhf16_u10avx512f(x); }
VACT_INLINE vf tanh_u35(vf x) { return Sleef_tanhf16_u35avx512f(x); }
#elif defined(VACT_VEC_F32_AVX2_H)
VACT_INLINE vf exp_u10(vf x) { return Sleef_expf8_u10avx2(x); }
VACT_INLINE vf tanh_u10(vf x) { return Sleef_tanhf8_u10avx2(x); }
VACT_INLINE vf tanh_u35(vf x) { return Sleef_tanhf8_u35avx2(x); }
#elif defined(VACT_VEC_F32_NEON_H)
VACT_INLINE vf exp_u10(vf x) { return Sleef_expf4_u10advsimd(x); }
VACT_INLINE vf tanh_u10(vf x) { return Sleef_tanhf4_u10advsimd(x); }
VACT_INLINE vf tanh_u35(vf x) { return Sleef_tanhf4_u35advsimd(x); }
#else
VACT_INLINE vf exp_u10(vf x) { return Sleef_expf1_u10purec(x); }
VACT_INLINE vf tanh_u10(vf x) { return Sleef_tanhf1_u10purec(x); }
VACT_INLINE vf tanh_u35(vf x) { return Sleef_tanhf1_u35purec(x); }
#endif

/* glibc declares these only to compilers (by the names of the vector ABI, for loops that call expf), so they are
 * declared here. */
#if defined(VACT_VEC_F32_AVX512_H) && defined(PEERS_LIBMVEC)
vf _ZGVeN16v_expf(vf x);
vf _ZGVeN16v_tanhf(vf x);
VACT_INLINE vf exp_mvec(vf x) { return _ZGVeN16v_expf(x); }
VACT_INLINE vf tanh_mvec(vf x) { return _ZGVeN16v_tanhf(x); }
#elif defined(VACT_VEC_F32_AVX2_H) && defined(PEERS_LIBMVEC)
vf _ZGVdN8v_expf(vf x);
vf _ZGVdN8v_tanhf(vf x);
VACT_INLINE vf exp_mvec(vf x) { return _ZGVdN8v_expf(x); }
VACT_INLINE vf tanh_mvec(vf x) { return _ZGVdN8v_tanhf(x); }
#else
#undef PEERS_LIBMVEC
#endif

typedef vf vector_fn(vf x);

VACT_INLINE void walk(vector_fn *function, float *dst, const float *src, size_t n)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, function(vf_load(src + i)));
    if (i < n)
        vf_store_partial(dst + i, function(vf_load_partial(src + i, n - i)), n - i);
}

static void sleef_exp(float *dst, const float *src, size_t n) { walk(exp_u10, dst, src, n); }

static void sleef_tanh(float *dst, const float *src, size_t n) { walk(tanh_u10, dst, src, n); }

static void sleef_tanh_u35(float *dst, const float *src, size_t n) { walk(tanh_u35, dst, src, n); }

#ifdef PEERS_LIBMVEC
static void libmvec_exp(float *dst, const float *src, size_t n) { walk(exp_mvec, dst, src, n); }

static void libmvec_tanh(float *dst, const float *src, size_t n) { walk(tanh_mvec, dst, src, n); }
#endif

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)

const peers_vector JOIN(vact_peers_vector_, VACT_BUILD) = {
    .sleef_exp = sleef_exp,
    .sleef_tanh = sleef_tanh,
    .sleef_tanh_u35 = sleef_tanh_u35,
#ifdef PEERS_LIBMVEC
    .libmvec_exp = libmvec_exp,
    .libmvec_tanh = libmvec_tanh,
#endif
};
