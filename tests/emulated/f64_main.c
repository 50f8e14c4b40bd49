/*
 * The bits of double, as a plain program for emulators: on every build that this CPU runs, a digest of the results of
 * every operation, gradient, gated unit, softmax and loss over fixed random inputs and special values must be the one
 * below. tests/test_f64*.c hold the same functions to the exact values. The variant sleef has digests of its own, with
 * SLEEF 3.5.1 and FMA. Ends with the totals of every test program.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"
#include "kernels/registry.h"

static const uint64_t EXPECTED_FAST = 0xe963ab06d6cf06c1u, EXPECTED_SLEEF = 0xe039938b731db3ceu;

enum { N = 3000, ROWS = 10, COLS = N / ROWS };

static double x[N], dy[N], up[N], y[N], z[N];
static uint64_t digest, state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* A third is any bits, a third between 2^-60 and 2^11, the rest up to 40; now and then a special value. */
static void fill(double *to)
{
    static const double specials[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, 0x1.fffffffffffffp+1023, -1e300};
    for (size_t i = 0; i < N; i++) {
        uint64_t bits = next();
        if (i % 3 == 1)
            bits = (bits & 0x800fffffffffffffu) | (963 + (bits >> 33) % 71) << 52;
        memcpy(&to[i], &bits, sizeof bits);
        if (i % 3 == 2)
            to[i] = ((double)(bits >> 11) * 0x1p-53 - 0.5) * 80.0;
        if (i % 31 == 0)
            to[i] = specials[i / 31 % 8];
    }
}

/* FNV-1a over words, with one value for all NaNs. */
static void add(const double *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &results[i], sizeof bits);
        if (results[i] != results[i])
            bits = UINT64_MAX;
        digest = (digest ^ bits) * 0x100000001b3u;
        digest ^= digest >> 29;
    }
}

static void run_unary(const vacti_table *table, const vacti_op_info *info)
{
    const unsigned slot = VACT_OP_SLOT(info->op);
    table->unary_f64[slot](y, x, N, NULL);
    add(y, N);
#if VACT_WITH_GRADIENTS
    table->backward_f64[slot](y, dy, x, N, NULL);
    add(y, N);
    if (info->keeps_output) {
        table->from_output_f64[slot](y, dy, x, N, NULL);
        add(y, N);
    }
#endif
}

static void run_gate(const vacti_table *table, const vacti_op_info *info)
{
    const unsigned slot = VACT_OP_SLOT(info->op);
    table->gate_f64[slot](y, x, up, N, NULL);
    add(y, N);
#if VACT_WITH_GRADIENTS
    table->gate_backward_f64[slot](y, z, dy, x, up, N, NULL);
    add(y, N);
    add(z, N);
#endif
}

/* Rows of the moderate numbers alone. */
static void run_rows(const vacti_table *table)
{
    const vacti_family_f64 *family = &table->family_f64;
    for (size_t i = 0; i < N; i++) {
        const size_t r = i / COLS;
        z[i] = ((double)(next() >> 11) * 0x1p-53 - 0.5) * (double)(1 + r * 20);
    }
    family->softmax(y, COLS, z, COLS, 1, ROWS, COLS);
    add(y, N);
    family->log_softmax(y, COLS, z, COLS, 1, ROWS, COLS);
    add(y, N);
    family->logsumexp(y, z, COLS, 1, ROWS, COLS);
    add(y, ROWS);
    double loss;
    int32_t targets[ROWS];
    for (size_t r = 0; r < ROWS; r++)
        targets[r] = (int32_t)((r * 7) % COLS);
    const vacti_cross_entropy_f64_call entropy = {.loss = &loss,
                                                  .dx = y,
                                                  .logits = z,
                                                  .targets = targets,
                                                  .rows = ROWS,
                                                  .cols = COLS,
                                                  .inner = 1,
                                                  .stride = COLS,
                                                  .dx_stride = COLS,
                                                  .ignore_index = -1,
                                                  .smoothing = 0.1,
                                                  .z_loss = 0.01,
                                                  .reduction = VACT_REDUCTION_MEAN};
    family->cross_entropy(&entropy);
    add(&loss, 1);
    add(y, N);
    const vacti_bce_f64_call call = {
        .loss = y, .dx = up, .x = x, .targets = z, .n = N, .reduction = VACT_REDUCTION_NONE};
    family->bce_with_logits(&call);
    add(y, N);
    add(up, N);
}

static uint64_t digest_of(const vacti_table *table)
{
    digest = 0xcbf29ce484222325u;
    state = 88172645463325252u;
    fill(x), fill(dy), fill(up);
    for (size_t k = 0; k < vacti_registry_count; k++) {
        if (vacti_registry[k].kind == VACT_KIND_UNARY)
            run_unary(table, &vacti_registry[k]);
        if (vacti_registry[k].kind == VACT_KIND_GATE)
            run_gate(table, &vacti_registry[k]);
    }
    if (table->math == VACT_MATH_FAST)
        run_rows(table);
    return digest;
}

/* Without FMA SLEEF has other functions, and so has another version of it. */
static int is_comparable(const vacti_table *table)
{
    return table->math == VACT_MATH_FAST ||
           (strcmp(vact_info()->sleef_version, "3.5.1") == 0 && strcmp(table->build, "scalar") != 0);
}

int main(void)
{
    static const vact_math variants[] = {VACT_MATH_FAST, VACT_MATH_SLEEF};
    int passed = 0, failed = 0, skipped = 0;
    for (size_t build = 0; build < vacti_build_count; build++)
        for (int v = 0; v < 2; v++) {
            const vacti_table *table = vacti_table_of_build(vacti_builds[build], variants[v]);
            if (table == NULL || !(VACT_WITH_F64 * VACT_WITH_GRADIENTS) || !vacti_build_runs(vacti_builds[build]) ||
                !is_comparable(table)) {
                skipped++;
                continue;
            }
            const uint64_t found = digest_of(table), expected = v == 0 ? EXPECTED_FAST : EXPECTED_SLEEF;
            if (found != expected)
                printf("%s, variant %d: digest 0x%016llx\n", table->build, v, (unsigned long long)found);
            passed += found == expected;
            failed += found != expected;
        }
    if (skipped > 0)
        printf("skipped: builds that this CPU or this library lacks, or that have bits of their own\n    %d x double\n",
               skipped);
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed != 0;
}
