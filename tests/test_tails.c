/*
 * The position of an element must not matter: every short length at every misalignment between guard pages, longer
 * lengths around the unrolled blocks, in place, and next to NaN, infinite or subnormal neighbours. Expected is always
 * the kernel's own result for that element alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum {
    POOL = 1021, /* inputs to draw from; a prime, so that each meets every lane */
    MARGIN = 64, /* floats around the destination that must stay as they are */
    LONGEST = 40000
};

/* Inputs with their results, each computed by a call of its own. */
typedef struct pool {
    const test_subject *subject;
    vact_unary_f32_fn *kernel;
    float input[POOL];
    float expected[POOL];
} pool;

static pool pool_new(const test_subject *subject)
{
    pool made = {.subject = subject, .kernel = test_unary(subject->table, subject->info)};
    test_random random = {5 + (uint64_t)subject->info->op};
    test_floats specials = {0};
    test_add_specials(&specials);
    for (size_t i = 0; i < POOL; i++) {
        switch (test_random_below(&random, 4)) {
        case 0: made.input[i] = specials.v[test_random_below(&random, specials.n)]; break;
        case 1: made.input[i] = test_from_bits((uint32_t)test_random_next(&random)); break;
        case 2: made.input[i] = (float)(3.0 * test_random_normal(&random)); break;
        default: made.input[i] = (float)(240.0 * test_random_unit(&random) - 120.0); break;
        }
        made.kernel(&made.expected[i], &made.input[i], 1, NULL);
    }
    test_free(&specials);
    return made;
}

static void fill_source(const pool *from, float *src, size_t n, size_t start)
{
    for (size_t i = 0; i < n; i++)
        src[i] = from->input[(start + i) % POOL];
}

static void check_results(const pool *from, const float *dst, size_t n, size_t start, size_t dst_shift,
                          const char *what)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = (start + i) % POOL;
        if (!test_same(dst[i], from->expected[at]))
            test_fail_bits(from->subject, NULL, from->input[at], from->expected[at], dst[i],
                           "%s, element %zu of %zu, shift %zu", what, i, n, dst_shift);
    }
}

/* A shift counts from the front guard page, or backwards from the rear one. */
static float *place(const test_guarded *memory, size_t n, size_t shift, bool rear)
{
    return rear ? memory->first + (memory->n - n - shift) : memory->first + shift;
}

static size_t before(const test_guarded *memory, const float *dst)
{
    size_t room = (size_t)(dst - memory->first);
    return room < MARGIN ? room : MARGIN;
}

static size_t after(const test_guarded *memory, const float *dst, size_t n)
{
    size_t room = memory->n - (size_t)(dst - memory->first) - n;
    return room < MARGIN ? room : MARGIN;
}

static void try_one(const pool *from, const test_guarded *src_memory, const test_guarded *dst_memory, size_t n,
                    size_t src_shift, size_t dst_shift, bool rear)
{
    float *src = place(src_memory, n, src_shift, rear);
    float *dst = place(dst_memory, n, dst_shift, rear);
    size_t front_margin = before(dst_memory, dst), rear_margin = after(dst_memory, dst, n);
    size_t start = (n * 31 + src_shift * 7 + dst_shift) % POOL;
    fill_source(from, src, n, start);
    test_fill(dst - front_margin, front_margin + n + rear_margin);
    from->kernel(dst, src, n, NULL);
    check_results(from, dst, n, start, dst_shift, rear ? "at the rear guard" : "at the front guard");
    if (!test_untouched(dst - front_margin, front_margin))
        test_fail(from->subject, "wrote before dst, length %zu, shift %zu", n, dst_shift);
    if (!test_untouched(dst + n, rear_margin))
        test_fail(from->subject, "wrote past dst, length %zu, shift %zu", n, dst_shift);
    for (size_t i = 0; i < n; i++)
        if (test_raw_bits(src[i]) != test_raw_bits(from->input[(start + i) % POOL]))
            test_fail(from->subject, "changed its source, length %zu, shift %zu", n, src_shift);
}

TEST_CASES(tails, lengths, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    pool from = pool_new(&subject);
    test_guarded src = test_guarded_new(TEST_TAIL + 2 * TEST_LANES), dst = test_guarded_new(TEST_TAIL + 2 * TEST_LANES);
    for (size_t n = 0; n <= TEST_TAIL; n++) {
        for (size_t shift = 0; shift < TEST_LANES; shift++) {
            for (int rear = 0; rear < 2; rear++) {
                try_one(&from, &src, &dst, n, shift, shift, rear != 0);
                try_one(&from, &src, &dst, n, shift, (shift + 1 + n) % TEST_LANES, rear != 0);
            }
        }
    }
    test_guarded_free(&src);
    test_guarded_free(&dst);
}

TEST_CASES(tails, longer_lengths, test_cases(VACT_KIND_UNARY))
{
    static const size_t lengths[] = {79,  95,  96,  111, 127, 128,  129,  143, 191,
                                     192, 255, 256, 257, 511, 1000, 1023, 4099};
    test_subject subject = test_begin(which);
    pool from = pool_new(&subject);
    test_guarded src = test_guarded_new(LONGEST + TEST_LANES), dst = test_guarded_new(LONGEST + TEST_LANES);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (size_t shift = 0; shift < TEST_LANES; shift += 3) {
            try_one(&from, &src, &dst, lengths[i], shift, 0, false);
            try_one(&from, &src, &dst, lengths[i], 0, shift, true);
        }
    }
    try_one(&from, &src, &dst, LONGEST, 1, 3, false);
    test_guarded_free(&src);
    test_guarded_free(&dst);
}

TEST_CASES(tails, in_place, test_cases(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    pool from = pool_new(&subject);
    test_guarded memory = test_guarded_new(LONGEST);
    for (size_t n = 0; n <= TEST_TAIL + 200; n += n < TEST_TAIL ? 1 : 37) {
        for (size_t shift = 0; shift < TEST_LANES; shift++) {
            float *data = place(&memory, n, shift, true);
            size_t start = (n * 13 + shift) % POOL;
            fill_source(&from, data, n, start);
            from.kernel(data, data, n, NULL);
            check_results(&from, data, n, start, shift, "in place");
        }
    }
    fill_source(&from, memory.first, LONGEST, 0);
    from.kernel(memory.first, memory.first, LONGEST, NULL);
    check_results(&from, memory.first, LONGEST, 0, 0, "in place");
    test_guarded_free(&memory);
}

TEST_CASES(tails, poisoned_neighbours, test_cases(VACT_KIND_UNARY))
{
    static const uint32_t poisons[] = {0x7fc00000u, 0x7f800001u, 0x7f800000u, 0xff800000u, 0x00000001u,
                                       0x807fffffu, 0x7f7fffffu, 0xff7fffffu, 0x80000000u, 0xc2d00000u /* -104 */};
    enum { BLOCK = 4 * TEST_LANES, TRIES = 12 };
    test_subject subject = test_begin(which);
    pool from = pool_new(&subject);
    float src[BLOCK], dst[BLOCK];
    size_t at = 0;
    for (size_t p = 0; p < sizeof poisons / sizeof poisons[0]; p++) {
        for (size_t lane = 0; lane < BLOCK; lane++) {
            for (size_t i = 0; i < BLOCK; i++)
                src[i] = test_from_bits(poisons[p]);
            for (size_t i = 0; i < TRIES; i++) {
                at = (at + 1) % POOL;
                src[lane] = from.input[at];
                from.kernel(dst, src, BLOCK, NULL);
                if (!test_same(dst[lane], from.expected[at]))
                    test_fail_bits(&subject, NULL, from.input[at], from.expected[at], dst[lane],
                                   "lane %zu among elements 0x%08x", lane, poisons[p]);
            }
        }
    }
}

/* The results do not depend on how an array is split. */
TEST_CASES(tails, cut_anywhere, test_cases(VACT_KIND_UNARY))
{
    enum { LENGTH = 5003, ROUNDS = TEST_SANITIZED ? 10 : 40 };
    test_subject subject = test_begin(which);
    pool from = pool_new(&subject);
    test_random random = {6 + (uint64_t)subject.info->op};
    float *src = malloc(LENGTH * sizeof *src), *dst = malloc(LENGTH * sizeof *dst);
    cr_assert(src != NULL && dst != NULL, "out of memory");
    fill_source(&from, src, LENGTH, 0);
    for (int round = 0; round < ROUNDS; round++) {
        size_t longest = (size_t)1 << (1 + test_random_below(&random, 12));
        test_fill(dst, LENGTH);
        for (size_t done = 0; done < LENGTH;) {
            size_t n = 1 + test_random_below(&random, longest);
            n = n < LENGTH - done ? n : LENGTH - done;
            from.kernel(dst + done, src + done, n, NULL);
            done += n;
        }
        check_results(&from, dst, LENGTH, 0, 0, "cut at random");
    }
    free(src);
    free(dst);
}
