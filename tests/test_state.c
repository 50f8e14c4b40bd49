/*
 * The floating-point control state (rounding, exception masks, flush to zero; not the exception flags) is the same
 * after every kernel as before it, whatever it was, and no state makes a kernel fault or hang.
 */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#if defined(__x86_64__)
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
