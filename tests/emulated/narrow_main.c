/*
 * The bits of 16-bit elements, as a plain program for emulators: on every build that this CPU runs, a digest of every
 * unary operation's results over all 65,536 inputs, and of the conversions, must be the one below. tests/test_narrow.c
 * holds the same results to the exact values. Also short arrays at odd lengths, which must not touch what is beyond.
 * Ends with the totals of every test program.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"
#include "kernels/registry.h"

static const uint64_t EXPECTED[] = {[VACT_BF16] = 0xa390b81cb6338a5du, [VACT_F16] = 0x3f3374ef9c671689u};

enum { ALL = 1 << 16, SHORT = 150 };

static uint16_t every[ALL], results[ALL], again[ALL];
static float floats[ALL];
static uint64_t digest;

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static int is_nan(uint16_t bits, vact_type type) { return (bits & 0x7fff) > (type == VACT_BF16 ? 0x7f80 : 0x7c00); }

/* FNV-1a over the bits, with one value for all NaNs. */
static void add(const uint16_t *bits, size_t n, vact_type type)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned value = is_nan(bits[i], type) ? 0x7fff : bits[i];
        digest = (digest ^ (value & 0xffu)) * 0x100000001b3u;
        digest = (digest ^ value >> 8) * 0x100000001b3u;
    }
}

static void run(const vacti_table *table, const vacti_op_info *info, vact_type type, uint16_t *dst, const uint16_t *src,
                size_t n)
{
    if (type == VACT_BF16)
        table->unary_bf16[VACT_OP_SLOT(info->op)]((vact_bf16 *)dst, (const vact_bf16 *)src, n, NULL);
    else
        table->unary_f16[VACT_OP_SLOT(info->op)]((vact_f16 *)dst, (const vact_f16 *)src, n, NULL);
}

static int same(const uint16_t *a, const uint16_t *b, size_t n, vact_type type)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(is_nan(a[i], type) && is_nan(b[i], type)))
            return 0;
    return 1;
}

/* Every length at a place of its own: the same results, and nothing before or after them. */
static int short_arrays_are_right(const vacti_table *table, const vacti_op_info *info, vact_type type)
{
    for (size_t n = 0; n <= SHORT; n++) {
        const size_t first = next() % (ALL - 2 * SHORT) + SHORT;
        memset(again, 0x5a, sizeof again);
        run(table, info, type, again + first, every + first, n);
        if (!same(again + first, results + first, n, type) || again[first - 1] != 0x5a5a || again[first + n] != 0x5a5a)
            return 0;
    }
    return 1;
}

/* Random floats, and the float of every element moved by up to three ULP of a float from half an ULP of the element. */
static void fill_floats(const vacti_table *table, vact_type type, int round)
{
    table->widen[type](floats, every, ALL);
    for (size_t i = 0; i < ALL; i++) {
        uint32_t bits;
        memcpy(&bits, &floats[i], sizeof bits);
        bits = round < 7 ? bits + (type == VACT_BF16 ? 0x8000u : 0x1000u) + (uint32_t)round - 3u : (uint32_t)next();
        memcpy(&floats[i], &bits, sizeof bits);
    }
}

int main(void)
{
    int passed = 0, failed = 0, skipped = 0;
    for (size_t i = 0; i < ALL; i++)
        every[i] = (uint16_t)i;
    for (size_t build = 0; build < vacti_build_count; build++)
        for (vact_type type = VACT_BF16; type <= VACT_F16; type++) {
            const char *name = vacti_builds[build], *of = type == VACT_BF16 ? "bf16" : "f16";
            if (!vacti_build_runs(name)) {
                skipped++;
                continue;
            }
            const vacti_table *table = vacti_table_of_build(name, VACT_MATH_AUTO);
            int wrong = 0;
            digest = 0xcbf29ce484222325u;
            state = 88172645463325252u;
            for (size_t k = 0; k < vacti_registry_count; k++) {
                if (vacti_registry[k].kind != VACT_KIND_UNARY)
                    continue;
                run(table, &vacti_registry[k], type, results, every, ALL);
                add(results, ALL, type);
                wrong += !short_arrays_are_right(table, &vacti_registry[k], type);
            }
            for (int round = 0; round < 10; round++) {
                fill_floats(table, type, round);
                table->narrow[type](results, floats, ALL);
                add(results, ALL, type);
            }
            const int right = wrong == 0 && digest == EXPECTED[type];
            if (!right)
                printf("%s %s: digest %016llx, of %d operations short arrays differ\n", name, of,
                       (unsigned long long)digest, wrong);
            passed += right;
            failed += !right;
        }
    if (skipped > 0)
        printf("skipped: builds that this CPU lacks\n    %d x 16-bit elements\n", skipped);
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed != 0;
}
