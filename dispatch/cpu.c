/*
 * The probes. __builtin_cpu_supports reads CPUID and, for AVX and AVX-512, XGETBV, which says whether the operating
 * system saves the registers. No instruction is tried and no signal is caught.
 */
#include "cpu.h"

#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

/* Every CPU that the library was compiled for runs it. */
#if !defined(__aarch64__)
bool vacti_cpu_runs_scalar(void) { return true; }
#endif

#if defined(__x86_64__)

#include <cpuid.h>

/* Older compilers' __builtin_cpu_supports does not know it. Its registers are those of AVX. */
static bool has_f16c(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

typedef struct {
    const char *name;
    bool found;
} feature;

enum { FEATURE_COUNT = 9 };

static void probe(feature features[FEATURE_COUNT])
{
    __builtin_cpu_init();
    const feature found[FEATURE_COUNT] = {
        {"avx", __builtin_cpu_supports("avx")},
        {"fma", __builtin_cpu_supports("fma")},
        {"avx2", __builtin_cpu_supports("avx2")},
        {"f16c", has_f16c()},
        {"avx512f", __builtin_cpu_supports("avx512f")},
        {"avx512bw", __builtin_cpu_supports("avx512bw")},
        {"avx512dq", __builtin_cpu_supports("avx512dq")},
        {"avx512vl", __builtin_cpu_supports("avx512vl")},
        {"avx512vbmi", __builtin_cpu_supports("avx512vbmi")},
    };
    memcpy(features, found, sizeof found);
}

/* Whether the CPU has the first `count` features. */
static bool has_first(size_t count)
{
    feature features[FEATURE_COUNT];
    probe(features);
    for (size_t i = 0; i < count; i++)
        if (!features[i].found)
            return false;
    return true;
}

bool vacti_cpu_runs_scalar_fma(void) { return has_first(2); }

bool vacti_cpu_runs_avx2(void) { return has_first(4); } /* F16C is for half; no CPU with AVX2 is known without it */

bool vacti_cpu_runs_avx512(void) { return has_first(FEATURE_COUNT - 1); } /* VBMI is for some kernels */

bool vacti_cpu_has_vbmi(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vbmi");
}

void vacti_cpu_features(char *text, size_t size)
{
    feature features[FEATURE_COUNT];
    probe(features);
    text[0] = '\0';
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (!features[i].found || strlen(text) + strlen(features[i].name) + 2 > size)
            continue;
        if (text[0] != '\0')
            strcat(text, " ");
        strcat(text, features[i].name);
    }
}

#elif defined(__aarch64__)

bool vacti_cpu_has_vbmi(void) { return false; }

/* Every AArch64 has FMA. */
bool vacti_cpu_runs_scalar_fma(void) { return true; }

bool vacti_cpu_runs_neon(void)
{
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMD) != 0;
#else
    return true; /* every other system on AArch64 requires Advanced SIMD */
#endif
}

void vacti_cpu_features(char *text, size_t size) { strncpy(text, vacti_cpu_runs_neon() ? "asimd" : "", size); }

#else

bool vacti_cpu_has_vbmi(void) { return false; }

void vacti_cpu_features(char *text, size_t size)
{
    if (size)
        text[0] = '\0';
}

#endif
