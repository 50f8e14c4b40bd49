/*
 * The kernels at short lengths and odd addresses, as a plain program for emulators: activations, epilogues, gated
 * units, their gradients, channels and rows, in every variant, on special and usual arguments, in place and not. Every
 * build must have the bits of scalar_fma; the operations where it has not are named. The hashes of scalar_fma are
 * printed, for the test that compares those of AArch64 with the host's. Ends with the totals of every test program.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"
#include "kernels/registry.h"

static const char reference[] = "scalar_fma", plainest[] = "scalar";

enum {
    LONGEST = 67, /* columns: four of the widest vectors and a tail */
    ROWS = 3,
    STRIDE = LONGEST + 5,
    MATRIX = ROWS * STRIDE,
    MARGIN = 16,
    ROOM = MATRIX + 3 * MARGIN, /* before, behind, and the most that an array is shifted */
    POOL = 4096,
    ARRAYS = 5,
    ROUNDS = 8
};

/* One call or two of a kernel; params as the kernels take them. */
typedef struct trial {
    const vacti_table *table;
    size_t slot, round, n;
    const vact_params_f32 *params;
} trial;

typedef struct group {
    const char *name;
    vact_kind kind;
    bool gradient; /* of which one implementation serves every variant */
    void (*run)(const trial *t);
} group;

/* ------------------------------------------------------------------------------------- inputs and results */

static float pool[POOL], slopes[LONGEST];
static _Alignas(64) float arrays[ARRAYS][ROOM];
static uint64_t state, hash;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Of every four rounds the first has only usual arguments, the second one special among sixteen, the third all kinds,
 * the fourth any bits and large values. */
static float draw(size_t round)
{
    static const float special[] = {NAN,        INFINITY,  -INFINITY,  0.0f,        -0.0f,        FLT_MAX,
                                    -FLT_MAX,   0x1p-149f, -0x1p-149f, 0x1.8p-127f, -0x1.8p-127f, 0x1p-126f,
                                    -0x1p-126f, 1e-20f,    -1e-20f,    12.5f,       -13.5f,       -47.0f,
                                    88.5f,      -88.5f,    -95.0f,     -103.5f,     104.0f,       -210.0f,
                                    0x1p+24f,   -0x1p+24f, 0x1p+100f,  -0x1p-100f};
    static const unsigned below_special[] = {0, 1, 4, 0}, below_any[] = {0, 1, 8, 8}, below_large[] = {0, 1, 12, 16};
    const uint64_t r = next();
    const unsigned die = (unsigned)(r >> 60), kind = (unsigned)(round % 4);
    const float usual = (float)((int32_t)(r >> 8 & 0xffffffu) - (1 << 23)) * 0x1p-20f; /* [-8, 8) */
    float bits;
    memcpy(&bits, &(uint32_t){(uint32_t)(r >> 16)}, sizeof bits);
    if (die < below_special[kind])
        return special[(r >> 48 & 0xfffu) % (sizeof special / sizeof special[0])];
    return die < below_any[kind] ? bits : die < below_large[kind] ? 16.0f * usual : usual;
}

/* Array k with so many inputs, between margins that must not change; each array and length has its own offset within a
 * cache line. */
static float *place(const trial *t, size_t k, size_t inputs)
{
    const size_t shift = MARGIN + (t->n + k * (t->round + 1)) % MARGIN;
    const size_t first = (t->n * 97 + k * 1009) % (POOL - MATRIX);
    for (size_t i = 0; i < ROOM; i++)
        arrays[k][i] = 0x1.234568p+77f;
    memcpy(&arrays[k][shift], &pool[first], inputs * sizeof(float));
    return &arrays[k][shift];
}

/* FNV-1a over the bits of an array with its margins, with one value for all NaNs. */
static void add(size_t k)
{
    for (size_t i = 0; i < ROOM; i++) {
        uint32_t bits = 0x7fc00000u;
        if (!isnan(arrays[k][i]))
            memcpy(&bits, &arrays[k][i], sizeof bits);
        hash = (hash ^ bits) * 0x100000001b3u;
    }
}

/* ----------------------------------------------------------------------------------------------- the kernels */

static void run_unary(const trial *t)
{
    vact_unary_f32_fn *kernel = t->table->unary[t->slot];
    float *x = place(t, 0, t->n);
    kernel(place(t, 1, 0), x, t->n, t->params);
    kernel(x, x, t->n, t->params);
    add(0), add(1);
}

static void run_gradient(const trial *t, vact_backward_f32_fn *kernel)
{
    float *x = place(t, 0, t->n), *dy = place(t, 1, t->n);
    kernel(place(t, 2, 0), dy, x, t->n, t->params);
    kernel(dy, dy, x, t->n, t->params);
    add(1), add(2);
    kernel(x, place(t, 1, t->n), x, t->n, t->params);
    add(0);
}

static void run_backward(const trial *t)
{
    run_gradient(t, t->table->backward[t->slot]);
    if (t->table->from_output[t->slot])
        run_gradient(t, t->table->from_output[t->slot]);
}

/* Every other option, of float and of integers. */
static void run_epilogue_options(const trial *t, vact_epilogue_f32_fn *kernel, vact_epilogue_options_f32 options,
                                 size_t stride)
{
    const float *x = place(t, 0, MATRIX), *bias = place(t, 1, MATRIX), clip[2] = {-1.5f, 2.5f};
    options.bias = options.row_bias = bias;
    options.residual = options.multiplier = place(t, 2, MATRIX);
    options.residual_stride = options.multiplier_stride = stride;
    options.column_scale = options.row_scale = t->n & 4 ? bias : NULL;
    options.clip = t->n & 8 ? clip : NULL;
    kernel(place(t, 3, 0), stride, x, stride, ROWS, t->n, &options, t->params);
    add(3);
    options.accumulators = (const int32_t *)(const void *)x;
    kernel(place(t, 3, 0), stride, NULL, stride, ROWS, t->n, &options, t->params);
    add(3);
}

/* With and without bias and residual, as one array and as separate rows. */
static void run_epilogue(const trial *t)
{
    static const float scales[] = {1.0f, -0.75f, 0x1p-130f, 0.0f};
    vact_epilogue_f32_fn *kernel = t->table->epilogue[t->slot];
    const float scale = scales[(t->n + t->round / 2) % 4];
    const size_t stride = t->n % 8 < 4 ? t->n : STRIDE;
    float *x = place(t, 0, MATRIX), *residual = t->n & 2 ? place(t, 2, MATRIX) : NULL;
    const float *bias = t->n & 1 ? place(t, 1, t->n) : NULL;
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = scale, .bias = bias, .residual = residual, .residual_stride = stride};
    kernel(place(t, 3, 0), stride, x, stride, ROWS, t->n, &options, t->params);
    kernel(x, stride, x, stride, ROWS, t->n, &options, t->params);
    add(0), add(3);
    if (residual) {
        x = place(t, 0, MATRIX);
        kernel(residual, stride, x, stride, ROWS, t->n, &options, t->params);
        add(2);
    }
    run_epilogue_options(t, kernel, options, stride);
}

static void run_gate(const trial *t)
{
    vact_gate_f32_fn *kernel = t->table->gate[t->slot];
    float *gate = place(t, 0, t->n), *up = place(t, 1, t->n);
    kernel(place(t, 2, 0), gate, up, t->n, t->params);
    kernel(gate, gate, up, t->n, t->params);
    add(0), add(2);
    kernel(up, place(t, 0, t->n), up, t->n, t->params);
    t->table->interleaved[t->slot](place(t, 3, 0), t->n, place(t, 4, 2 * t->n), 2 * t->n, 1, t->n, t->params);
    add(1), add(3);
}

static void run_gate_backward(const trial *t)
{
    vact_gate_backward_f32_fn *kernel = t->table->gate_backward[t->slot];
    vact_interleaved_backward_f32_fn *interleaved = t->table->interleaved_backward[t->slot];
    float *dy = place(t, 0, t->n), *gate = place(t, 1, t->n), *up = place(t, 2, t->n);
    kernel(place(t, 3, 0), place(t, 4, 0), dy, gate, up, t->n, t->params);
    kernel(dy, gate, dy, gate, up, t->n, t->params);
    add(0), add(1), add(3), add(4);
    float *pairs = place(t, 1, 2 * t->n);
    dy = place(t, 0, t->n);
    interleaved(place(t, 3, 0), dy, pairs, t->n, t->params);
    interleaved(pairs, dy, pairs, t->n, t->params);
    add(1), add(3);
}

/* One slope per element, and one per run of elements. */
static void run_channels(const trial *t)
{
    vact_channels_f32_fn *kernel = t->table->channels[t->slot];
    float *x = place(t, 0, MATRIX);
    kernel(place(t, 1, 0), x, slopes, ROWS, t->n, 1);
    kernel(x, x, slopes, 1, ROWS, t->n);
    add(0), add(1);
}

static void run_rows(const trial *t)
{
    vact_rows_f32_fn *kernel = t->table->rows[t->slot];
    float *x = place(t, 0, MATRIX);
    if (t->n == 0) /* which no caller hands on */
        return;
    kernel(place(t, 1, 0), STRIDE, x, STRIDE, ROWS, t->n);
    kernel(x, STRIDE, x, STRIDE, ROWS, t->n);
    add(0), add(1);
}

/* --------------------------------------------------------------------------------------------- comparing them */

static const group groups[] = {
    {"activations", VACT_KIND_UNARY, false, run_unary},
    {"epilogues", VACT_KIND_UNARY, false, run_epilogue},
    {"gates", VACT_KIND_GATE, false, run_gate},
    {"channels", VACT_KIND_CHANNELS, false, run_channels},
    {"rows", VACT_KIND_ROWS, false, run_rows},
    {"gradients", VACT_KIND_UNARY, true, run_backward},
    {"gate gradients", VACT_KIND_GATE, true, run_gate_backward},
};

static int passed, failed, compared;

/* The later rounds use other parameters than the defaults, within every domain. */
static uint64_t hash_of(const group *g, const vacti_table *table, const vacti_op_info *info)
{
    vact_params_f32 other = vacti_registry_defaults(info);
    for (int i = 0; i < info->param_count; i++)
        other.v[i] += 0.25f;
    state = 0x9e3779b97f4a7c15u, hash = 0xcbf29ce484222325u;
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < POOL; i++)
            pool[i] = draw(round);
        for (size_t n = 0; n <= LONGEST; n++)
            g->run(&(trial){table, VACT_OP_SLOT(info->op), round, n, round < ROUNDS / 2 ? NULL : &other});
    }
    return hash;
}

/* The variant sleef is tested where it has its own kernels. */
static size_t operations_of(const group *g, vact_math math, const vacti_op_info *list[VACT_TABLE_SLOTS])
{
    size_t count = 0;
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++)
        if (info->kind == g->kind && (math == VACT_MATH_FAST || (info->needs_math && !g->gradient)))
            list[count++] = info;
    return count;
}

static void compare(const group *g, vact_math math, const char *variant)
{
    const vacti_op_info *list[VACT_TABLE_SLOTS];
    uint64_t want[VACT_TABLE_SLOTS], all = 0;
    const size_t count = operations_of(g, math, list);
    for (size_t i = 0; i < count; i++) {
        want[i] = hash_of(g, vacti_table_of_build(reference, math), list[i]);
        all = (all ^ want[i]) * 0x100000001b3u;
    }
    if (count == 0)
        return;
    compared++;
    printf("%s: %s %s %016llx\n", reference, variant, g->name, (unsigned long long)all);
    for (size_t b = 0; b < vacti_build_count; b++) {
        const char *build = vacti_builds[b];
        bool exempt = math == VACT_MATH_SLEEF && strcmp(build, plainest) == 0; /* other functions of SLEEF */
        char differing[1024] = "";
        if (strcmp(build, reference) == 0 || exempt || !vacti_build_runs(build))
            continue;
        for (size_t i = 0; i < count; i++)
            if (hash_of(g, vacti_table_of_build(build, math), list[i]) != want[i]) {
                size_t length = strlen(differing);
                snprintf(differing + length, sizeof differing - length, " %s", list[i]->name);
            }
        printf("%s: %s %s %s%s%s\n", differing[0] ? "failed" : "passed", build, variant, g->name,
               differing[0] ? ": other bits:" : "", differing);
        passed += !differing[0];
        failed += differing[0] != '\0';
    }
}

int main(void)
{
    int skipped = 0;
    if (!vacti_build_runs(reference)) {
        printf("skipped: 1\n    1 x %s: this CPU lacks it\n0 passed, 0 failed, 1 skipped\n", reference);
        return 0;
    }
    for (size_t i = 0; i < LONGEST; i++)
        slopes[i] = 0.25f * (float)(i % 7) - 0.75f;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        compare(&groups[i], VACT_MATH_FAST, "fast");
        if (vacti_table_of_build(reference, VACT_MATH_SLEEF))
            compare(&groups[i], VACT_MATH_SLEEF, "sleef");
    }
    for (size_t b = 0; b < vacti_build_count; b++)
        skipped += vacti_build_runs(vacti_builds[b]) ? 0 : compared;
    printf("skipped: %d\n", skipped);
    for (size_t b = 0; b < vacti_build_count; b++)
        if (!vacti_build_runs(vacti_builds[b]))
            printf("    %d x %s: this CPU lacks it\n", compared, vacti_builds[b]);
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed || !passed;
}
