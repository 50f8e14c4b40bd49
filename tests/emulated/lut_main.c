/*
 * 8-bit tables, as a plain program for emulators: on every build that this CPU runs the kernel that applies a table
 * must do what a plain loop does, at short lengths and odd addresses. Prints a line "<build> <hash>" for the entries of
 * the tables of every operation and for softmax; the test that runs it compares those of other CPUs with the host's.
 */
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"
#include "kernels/registry.h"

enum { MOST = 700, MARGIN = 80 };

static uint8_t src[MOST + MARGIN], dst[MOST + MARGIN], table[256];
static uint32_t state;
static uint64_t hash;

/* The linear congruential generator of Numerical Recipes. */
static uint8_t any_byte(void)
{
    state = state * 1664525u + 1013904223u;
    return (uint8_t)(state >> 24);
}

static void add(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
}

static void add_tables(void)
{
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++)
        for (int scale = 0; scale < 8 && info->kind == VACT_KIND_UNARY; scale++) {
            const float in = 0.01f * (float)(1 << scale), out = 0.02f / (float)(1 + scale);
            vact_lut_build_i8(table, info->op, NULL, in, scale - 4, out, 10 * scale - 40);
            add(table, sizeof table);
            vact_lut_build_u8(table, info->op, NULL, in, 100 + scale, out, 30 * scale);
            add(table, sizeof table);
        }
}

static void add_softmax(void)
{
    for (size_t cols = 1; cols <= MOST; cols += 1 + cols / 8) {
        for (size_t i = 0; i < cols; i++)
            src[i] = any_byte();
        vact_softmax_rows_u8(dst, cols, src, cols, 1, cols, 0.03f, 0.00390625f, 0);
        add(dst, cols);
    }
}

/* The number of lengths and places where the kernel in use does not do what a plain loop does. */
static int wrong_places(void)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof table; i++)
        table[i] = any_byte();
    for (size_t n = 0; n <= MOST; n++)
        for (size_t place = 0; place < 70; place += 23) {
            for (size_t i = 0; i < n; i++)
                src[i + place / 3] = any_byte();
            vact_lut_8(dst + place, src + place / 3, n, table);
            size_t i = 0;
            while (i < n && dst[place + i] == table[src[i + place / 3]])
                i++;
            wrong += i < n;
        }
    return wrong;
}

int main(void)
{
    int wrong = 0;
    for (size_t b = 0; b < vacti_build_count; b++) {
        if (!vacti_build_runs(vacti_builds[b]))
            continue;
        hash = 0xcbf29ce484222325u, state = 1;
        vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO);
        atomic_store(&vacti_table_chosen, vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST));
        add_tables();
        add_softmax();
        wrong += wrong_places();
        printf("%s %016llx\n", vacti_builds[b], (unsigned long long)hash);
    }
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
