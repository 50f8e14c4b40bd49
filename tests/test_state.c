/*
 * The floating-point control state (rounding, exception masks, flush to zero; not the exception flags) is the same
 * after every kernel as before it, whatever it was, and no state makes a kernel fault or hang. On x86-64 no kernel
 * leaves the upper halves of the vector registers in use.
 */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>

enum { FLUSH = 0x8040 /* FTZ and DAZ */, FLAGS = 0x3f };

static uint64_t control_state(void)
{
    uint16_t x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return (uint64_t)x87 << 32 | (_mm_getcsr() & ~(unsigned)FLAGS);
}

static void set_flush(void) { _mm_setcsr(_mm_getcsr() | FLUSH); }

static void clear_flush(void) { _mm_setcsr(_mm_getcsr() & ~(unsigned)FLUSH); }

/* XINUSE: the upper halves of ymm0 to ymm15 and of zmm0 to zmm15, for which SSE instructions would wait. */
static bool upper_halves_in_use(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(1));
    return (low & 0x44u) != 0;
}

static void use_upper_halves(void)
{
    __asm__ volatile("vcmpps $15, %%ymm0, %%ymm0, %%ymm0" : : : "xmm0"); /* all bits set */
}

static void clean_upper_halves(void) { __asm__ volatile("vzeroupper"); }

static bool tells_upper_halves(void)
{
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx") || !__get_cpuid_count(0xd, 1, &a, &b, &c, &d) || !(a & 4u))
        return false;
    use_upper_halves();
    bool used = upper_halves_in_use();
    clean_upper_halves();
    return used && !upper_halves_in_use();
}
#elif defined(__aarch64__)
static const uint64_t FLUSH = (uint64_t)1 << 24;

static uint64_t control_state(void)
{
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
}

static void set_flush(void) { __asm__ volatile("msr fpcr, %0" : : "r"(control_state() | FLUSH)); }

static void clear_flush(void) { __asm__ volatile("msr fpcr, %0" : : "r"(control_state() & ~FLUSH)); }
#else
static uint64_t control_state(void) { return (uint64_t)fegetround(); }

static void set_flush(void) {}

static void clear_flush(void) {}
#endif

enum { LENGTH = 200, ROW = 40 };

static const int ROUNDINGS[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static void fill_inputs(float *src)
{
    static const uint32_t hard[] = {0x00000001u, 0x807fffffu, 0x7f7fffffu, 0xff7fffffu, 0x7f800000u, 0xff800000u,
                                    0x7fc00000u, 0x7f800001u, 0xc2d00000u, 0x42b20000u, 0x80000000u, 0xc1600000u};
    test_random random = {7};
    for (size_t i = 0; i < LENGTH; i++)
        src[i] = i % 3 == 0 ? test_from_bits(hard[i / 3 % (sizeof hard / sizeof hard[0])])
                            : (float)(240.0 * test_random_unit(&random) - 120.0);
}

static void call(const test_subject *subject, float *dst, const float *src, size_t n)
{
    static const float slopes[] = {0.25f, -1.5f, 0.0f, 1e-40f};
    switch (subject->info->kind) {
    case VACT_KIND_UNARY: test_unary(subject->table, subject->info)(dst, src, n, NULL); break;
    case VACT_KIND_CHANNELS: test_channels(subject->table, subject->info)(dst, src, slopes, n / 20, 4, 5); break;
    case VACT_KIND_ROWS: test_rows(subject->table, subject->info)(dst, ROW, src, ROW, n / ROW, ROW); break;
    case VACT_KIND_GATE: subject->table->gate[VACT_OP_SLOT(subject->info->op)](dst, src, src, n, NULL); break;
    }
}

static void check_state(const test_subject *subject, const char *what)
{
    static const size_t lengths[] = {0, 1, 3, 7, 16, 17, 63, 64, 65, 100, LENGTH};
    float src[LENGTH], dst[LENGTH];
    fill_inputs(src);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint64_t state = control_state(), state_after;
        call(subject, dst, src, lengths[i]);
        state_after = control_state();
        if (state_after != state) {
            fesetround(FE_TONEAREST);
            clear_flush();
            test_fail(subject, "%s, length %zu: control state 0x%llx became 0x%llx", what, lengths[i],
                      (unsigned long long)state, (unsigned long long)state_after);
        }
    }
}

static void check_every_state(const test_case *which)
{
    test_subject subject = test_begin(which);
    for (size_t i = 0; i < sizeof ROUNDINGS / sizeof ROUNDINGS[0]; i++) {
        fesetround(ROUNDINGS[i]);
        check_state(&subject, "gradual underflow");
        set_flush();
        check_state(&subject, "flush to zero");
        clear_flush();
    }
    fesetround(FE_TONEAREST);
}

TEST_CASES(state, unary, test_cases(VACT_KIND_UNARY)) { check_every_state(which); }

TEST_CASES(state, channels, test_cases(VACT_KIND_CHANNELS)) { check_every_state(which); }

TEST_CASES(state, rows, test_cases(VACT_KIND_ROWS)) { check_every_state(which); }

TEST_CASES(state, gates, test_cases(VACT_KIND_GATE)) { check_every_state(which); }

#if defined(__x86_64__)
/* Of the kernels that use them, of all builds of this CPU; tests/vzeroupper.py looks at the instructions of every
 * kernel. Without vzeroupper every SSE instruction of the caller waits. */
static void check_upper_halves(const test_case *which)
{
    static const size_t lengths[] = {0, 1, 3, 7, 16, 17, 63, 64, 65, 100, LENGTH};
    float src[LENGTH], dst[LENGTH];
    test_subject subject = test_begin(which);
    if (!tells_upper_halves())
        cr_skip("this CPU does not tell whether the upper halves of its registers are in use");
    fill_inputs(src);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        clean_upper_halves();
        call(&subject, dst, src, lengths[i]);
        bool in_use = upper_halves_in_use();
        clean_upper_halves();
        if (in_use)
            test_fail(&subject, "length %zu: the upper halves of the vector registers stay in use", lengths[i]);
    }
}

TEST_CASES(state, upper_halves_unary, test_cases(VACT_KIND_UNARY)) { check_upper_halves(which); }

TEST_CASES(state, upper_halves_channels, test_cases(VACT_KIND_CHANNELS)) { check_upper_halves(which); }

TEST_CASES(state, upper_halves_rows, test_cases(VACT_KIND_ROWS)) { check_upper_halves(which); }

TEST_CASES(state, upper_halves_gates, test_cases(VACT_KIND_GATE)) { check_upper_halves(which); }
#endif
