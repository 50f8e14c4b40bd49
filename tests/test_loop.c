/*
 * How arrays beyond the cache are walked (loop/walk.h): pages side by side, and streaming stores. First the walks alone
 * around one simple operation, at every misalignment between guard pages, then every kernel on an array that is large
 * enough for them. Expected is the result of the walk in cache, and for that the result of a call for one element.
 */
#include <math.h>
#include <stdlib.h>

#include "kernels/loop/cache.h"
#include "loop_ops.h"
#include "support.h"

#define VACT_BUILD_ENTRY(name, NAME) extern const loop_ops loop_ops_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

#define VACT_BUILD_ENTRY(name, NAME) &loop_ops_##name,
static const loop_ops *const builds[] = {
#include "vact_builds.def"
};
#undef VACT_BUILD_ENTRY

enum { BUILDS = sizeof builds / sizeof builds[0], MARGIN = 64 };

static const char *const walk_words[LOOP_WALKS] = {"in cache", "side by side", "streaming"};

/* -------------------------------------------------------------------------------------- the walks by themselves */

typedef struct walk_case {
    int build;
    int walk;
} walk_case;

/* The walks come in the order of loop_ops_walk. */
static struct criterion_test_params walk_cases(int walks)
{
    static walk_case cases[BUILDS * LOOP_WALKS];
    size_t count = 0;
    for (int build = 0; build < BUILDS; build++)
        for (int walk = 0; walk < walks; walk++)
            cases[count++] = (walk_case){build, walk};
    return cr_make_param_array(walk_case, cases, count);
}

static const loop_ops *begin(const walk_case *which)
{
    const loop_ops *ops = builds[which->build];
    if (!vacti_build_runs(ops->build))
        cr_skip("%s: this CPU lacks it", ops->build);
    return ops;
}

static float input_at(size_t i) { return (float)(i % 1021) - 500.25f; }

static float output_at(size_t i) { return fmaf(0.7f, input_at(i), 3.1f); }

static void check(const loop_ops *ops, int walk, const float *dst, size_t n, size_t src_shift, size_t dst_shift)
{
    for (size_t i = 0; i < n; i++)
        if (test_raw_bits(dst[i]) != test_raw_bits(output_at(i)))
            cr_assert_fail("%s %s: element %zu of %zu is %a, expected %a; shifts %zu and %zu", ops->build,
                           walk_words[walk], i, n, (double)dst[i], (double)output_at(i), src_shift, dst_shift);
}

static void check_margin(const loop_ops *ops, int walk, const float *margin, size_t n, size_t length, size_t dst_shift)
{
    cr_assert(test_untouched(margin, n), "%s %s: wrote outside of dst, length %zu, shift %zu", ops->build,
              walk_words[walk], length, dst_shift);
}

/* At the front or at the rear guard page, apart from the shift. */
static float *place(const test_guarded *memory, size_t n, size_t shift, bool rear)
{
    return rear ? memory->first + (memory->n - n - shift) : memory->first + shift;
}

static void try_apart(const loop_ops *ops, int walk, const test_guarded *src_memory, const test_guarded *dst_memory,
                      size_t n, size_t src_shift, size_t dst_shift, bool rear)
{
    float *src = place(src_memory, n, src_shift, rear), *dst = place(dst_memory, n, dst_shift, rear);
    for (size_t i = 0; i < n; i++)
        src[i] = input_at(i);
    test_fill(dst_memory->first, dst_memory->n);
    ops->run(dst, src, n, 0.7f, 3.1f, (loop_ops_walk)walk);
    check(ops, walk, dst, n, src_shift, dst_shift);
    size_t before = (size_t)(dst - dst_memory->first);
    check_margin(ops, walk, dst_memory->first, before, n, dst_shift);
    check_margin(ops, walk, dst + n, dst_memory->n - before - n, n, dst_shift);
}

/* A block as a row of 2^28 columns has it. After 2^17 of them the first form of the sum was 2^-30 off; 2^-45 is what
 * the pair at the end can hold. */
ParameterizedTestParameters(loop, long_sums) { return walk_cases(1); }

ParameterizedTest(walk_case *which, loop, long_sums)
{
    const loop_ops *ops = begin(which);
    const float hi = 0x1.3270cp-24f, lo = 0x1.979306p-50f;
    for (size_t blocks = 1; blocks <= (size_t)1 << 20; blocks *= 2) {
        const double exact = ((double)hi + (double)lo) * (double)blocks, sum = ops->long_sum(hi, lo, blocks);
        cr_expect(fabs(sum - exact) <= 0x1p-45 * exact, "%s: %zu blocks: %a, exact %a", ops->build, blocks, sum, exact);
    }
}

ParameterizedTestParameters(loop, walks) { return walk_cases(LOOP_WALKS); }

ParameterizedTest(walk_case *which, loop, walks)
{
    const loop_ops *ops = begin(which);
    const size_t line = ops->line, least = ops->shortest;
    const size_t lengths[] = {0,
                              1,
                              line - 1,
                              least - 1,
                              least,
                              least + line - 1,
                              least + line,
                              least + line + 1,
                              2 * least - 1,
                              2 * least + line + 5,
                              3 * least + least / 4 + 3,
                              ops->block + 3 * line + 7,
                              2 * ops->block + least / 2 + 1};
    const size_t room = 2 * ops->block + least;
    test_guarded src = test_guarded_new(room), dst = test_guarded_new(room);
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
        for (size_t shift = 0; shift < line; shift += TEST_SANITIZED ? 5 : 1)
            for (int rear = 0; rear < 2; rear++)
                try_apart(ops, which->walk, &src, &dst, lengths[k], (shift * 7 + k) % line, shift, rear != 0);
    test_guarded_free(&src);
    test_guarded_free(&dst);
}

/* Streaming is never chosen in place: see `choice`. */
ParameterizedTestParameters(loop, walks_in_place) { return walk_cases(LOOP_STREAM); }

ParameterizedTest(walk_case *which, loop, walks_in_place)
{
    const loop_ops *ops = begin(which);
    const size_t n = ops->block + ops->shortest + 3 * ops->line + 1;
    test_guarded memory = test_guarded_new(n + ops->line);
    for (size_t shift = 0; shift < ops->line; shift++) {
        float *data = place(&memory, n, shift, true);
        for (size_t i = 0; i < n; i++)
            data[i] = input_at(i);
        ops->run(data, data, n, 0.7f, 3.1f, (loop_ops_walk)which->walk);
        check(ops, which->walk, data, n, shift, shift);
    }
    test_guarded_free(&memory);
}

/* Side by side where source and destination exceed the cache, streaming from four caches on, in place never. */
Test(loop, choice)
{
    enum { CACHE = 1 << 20, N = CACHE / (2 * sizeof(float)), STREAMED = 4 * CACHE / sizeof(float) };
    float a[1], b[1];
    for (size_t k = 0; k < BUILDS; k++) {
        const loop_ops *ops = builds[k];
        loop_ops_walk abreast = ops->streams ? LOOP_ABREAST : LOOP_CACHED;
        loop_ops_walk stream = ops->streams ? LOOP_STREAM : LOOP_CACHED;
        cr_expect(ops->walk_of(a, b, 0, CACHE) == LOOP_CACHED, "%s", ops->build);
        cr_expect(ops->walk_of(a, b, N, CACHE) == LOOP_CACHED, "%s", ops->build);
        cr_expect(ops->walk_of(a, b, N + 1, CACHE) == abreast, "%s", ops->build);
        cr_expect(ops->walk_of(a, b, STREAMED - 1, CACHE) == abreast, "%s", ops->build);
        cr_expect(ops->walk_of(a, b, STREAMED, CACHE) == stream, "%s", ops->build);
        cr_expect(ops->walk_of(a, b, SIZE_MAX / sizeof(float), CACHE) == stream, "%s", ops->build);
        cr_expect(ops->walk_of(a, a, STREAMED, CACHE) == abreast, "%s", ops->build);
    }
}

Test(loop, cache_is_plausible)
{
    vacti_table_current(); /* the first use looks it up */
    cr_expect(vacti_cache_of_core >= 1 << 17 && vacti_cache_of_core <= 1 << 26, "%zu bytes", vacti_cache_of_core);
}

/* ------------------------------------------------------------------------------------------- through the kernels */

enum { PIECE = 4093 }; /* short enough to be walked in cache, and a prime */

static float *new_floats(size_t n)
{
    float *floats = malloc((n ? n : 1) * sizeof *floats);
    cr_assert_not_null(floats);
    return floats;
}

static void compare(const test_subject *subject, const float *got, const float *want, const float *src, size_t n,
                    const char *where)
{
    for (size_t i = 0; i < n; i++)
        if (!test_same(got[i], want[i]))
            test_fail_bits(subject, NULL, src[i], want[i], got[i], "%s, element %zu of %zu", where, i, n);
}

/* The element's misalignment of dst and of src, and of both in place. */
enum { DST_SHIFT = 3, SRC_SHIFT = 1 };

static float *inputs_beyond_the_cache(size_t n)
{
    test_random random = {7};
    float *src = new_floats(n + SRC_SHIFT);
    for (size_t i = 0; i < n + SRC_SHIFT; i++)
        src[i] = i % 64 == 0 ? test_from_bits((uint32_t)test_random_next(&random))
                             : (float)(16.0 * test_random_unit(&random) - 8.0);
    return src;
}

static size_t length_beyond_the_cache(void) { return 4 * vacti_cache_of_core / sizeof(float) + 12345; }

/* The builds that walk such arrays otherwise than short ones. None under a sanitizer: it would take long, and the walks
 * by themselves are sanitized above. */
static bool want_streaming(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)info, (void)math;
    for (size_t k = 0; k < BUILDS; k++)
        if (strcmp(builds[k]->build, build) == 0)
            return builds[k]->streams && !TEST_SANITIZED;
    return false;
}

static struct criterion_test_params cases_beyond_the_cache(vact_kind kind)
{
    return test_cases_that(kind, want_streaming);
}

/* Stretches of usual arguments, of usual ones with any bits in their middle, and of any bits, most of them special. */
static void fill_stretches(test_random *random, float *src, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint64_t kind = test_random_next(random) % 3, stretch = 1 + test_random_next(random) % 150;
        for (uint64_t k = 0; k < stretch && i < n; k++, i++)
            src[i] = kind == 0 || (kind == 1 && k != stretch / 2) ? (float)(16.0 * test_random_unit(random) - 8.0)
                                                                  : test_from_bits((uint32_t)test_random_next(random));
    }
}

/* An argument's result does not depend on its neighbours. */
TEST_CASES(loop, stretches_of_special_lanes, test_cases(VACT_KIND_UNARY))
{
    enum { LONGEST = 700, ROUNDS = 60 };
    static float src[LONGEST], want[LONGEST], got[LONGEST];
    test_subject subject = test_begin(which);
    vact_unary_f32_fn *kernel = test_unary(subject.table, subject.info);
    test_random random = {11};
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = 1 + (size_t)(test_random_next(&random) % LONGEST);
        fill_stretches(&random, src, n);
        for (size_t i = 0; i < n; i++)
            kernel(want + i, src + i, 1, NULL);
        kernel(got, src, n, NULL);
        compare(&subject, got, want, src, n, "apart");
        memcpy(got, src, n * sizeof *src);
        kernel(got, got, n, NULL);
        compare(&subject, got, want, src, n, "in place");
    }
}

/* The same of gates: apart, on each operand, and interleaved. */
TEST_CASES(loop, stretches_of_special_gates, test_cases(VACT_KIND_GATE))
{
    enum { LONGEST = 700, ROUNDS = 60 };
    static float gate[LONGEST], up[LONGEST], pairs[2 * LONGEST], want[LONGEST], got[LONGEST];
    test_subject subject = test_begin(which);
    const size_t slot = VACT_OP_SLOT(subject.info->op);
    vact_gate_f32_fn *kernel = subject.table->gate[slot];
    test_random random = {13};
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = 1 + (size_t)(test_random_next(&random) % LONGEST);
        fill_stretches(&random, gate, n);
        fill_stretches(&random, up, n);
        for (size_t i = 0; i < n; i++) {
            kernel(want + i, gate + i, up + i, 1, NULL);
            pairs[2 * i] = gate[i], pairs[2 * i + 1] = up[i];
        }
        kernel(got, gate, up, n, NULL);
        compare(&subject, got, want, gate, n, "apart");
        memcpy(got, gate, n * sizeof *got);
        kernel(got, got, up, n, NULL);
        compare(&subject, got, want, gate, n, "on the gate");
        memcpy(got, up, n * sizeof *got);
        kernel(got, gate, got, n, NULL);
        compare(&subject, got, want, gate, n, "on up");
        subject.table->interleaved[slot](got, n, pairs, 2 * n, 1, n, NULL);
        compare(&subject, got, want, gate, n, "interleaved");
    }
}

TEST_CASES(loop, kernels_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    vact_unary_f32_fn *kernel = test_unary(subject.table, subject.info);
    size_t n = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(n), *src = source + SRC_SHIFT;
    float *want = new_floats(n), *got = new_floats(n + DST_SHIFT);
    for (size_t i = 0; i < n; i += PIECE)
        kernel(want + i, src + i, n - i < PIECE ? n - i : PIECE, NULL);
    kernel(got + DST_SHIFT, src, n, NULL);
    compare(&subject, got + DST_SHIFT, want, src, n, "streaming");
    memcpy(got + DST_SHIFT, src, n * sizeof *src);
    kernel(got + DST_SHIFT, got + DST_SHIFT, n, NULL);
    compare(&subject, got + DST_SHIFT, want, src, n, "in place");
    free(source), free(want), free(got);
}

/* Few long channels, and many that are too short for runs side by side. */
TEST_CASES(loop, channels_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_CHANNELS))
{
    static const float slopes[300] = {0.25f, -0.5f, 0.0f, 2.0f};
    static const size_t channels[] = {1, 3, 300};
    test_subject subject = test_begin(which);
    vact_channels_f32_fn *kernel = test_channels(subject.table, subject.info);
    size_t most = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(most), *src = source + SRC_SHIFT;
    float *want = new_floats(most), *got = new_floats(most + DST_SHIFT);
    for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
        size_t inner = most / channels[k], n = inner * channels[k];
        for (size_t c = 0; c < channels[k]; c++)
            for (size_t i = 0; i < inner; i += PIECE)
                kernel(want + c * inner + i, src + c * inner + i, &slopes[c], 1, 1,
                       inner - i < PIECE ? inner - i : PIECE);
        kernel(got + DST_SHIFT, src, slopes, 1, channels[k], inner);
        compare(&subject, got + DST_SHIFT, want, src, n, "channels");
    }
    free(source), free(want), free(got);
}

/* A slope for each column: few columns, more than are repeated, in cache and beyond it. */
TEST_CASES(loop, channels_of_columns, cases_beyond_the_cache(VACT_KIND_CHANNELS))
{
    static const size_t channels[] = {2, 3, 16, 100, 257, 1003};
    test_subject subject = test_begin(which);
    vact_channels_f32_fn *kernel = test_channels(subject.table, subject.info);
    size_t most = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(most), *src = source + SRC_SHIFT, slopes[1003];
    float *want = new_floats(most), *got = new_floats(most + DST_SHIFT);
    for (size_t i = 0; i < sizeof slopes / sizeof slopes[0]; i++)
        slopes[i] = 0.01f * (float)i - 1.0f;
    for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
        const size_t cols = channels[k], lengths[] = {1, 5, 700, most / cols};
        for (size_t i = 0; i < most / cols * cols; i++)
            kernel(want + i, src + i, &slopes[i % cols], 1, 1, 1);
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            kernel(got + DST_SHIFT, src, slopes, lengths[l], cols, 1);
            compare(&subject, got + DST_SHIFT, want, src, lengths[l] * cols, "columns");
        }
        memcpy(got + DST_SHIFT, src, most * sizeof *src);
        kernel(got + DST_SHIFT, got + DST_SHIFT, slopes, most / cols, cols, 1);
        compare(&subject, got + DST_SHIFT, want, src, most / cols * cols, "columns in place");
    }
    free(source), free(want), free(got);
}

/* Rows with equal offsets in their cache lines, which are streamed, rows with others, an array without rows, rows of
 * one line, contiguous rows; a bias alone has its own loop. */
TEST_CASES(loop, epilogues_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_UNARY))
{
    static const struct {
        size_t cols, stride;
        bool bias, residual;
    } shapes[] = {{1003, 1008, true, true},    {1003, 1009, true, false}, {1008, 1008, false, true},
                  {33, 48, true, true},        {64, 64, true, false},     {1024, 1024, true, false},
                  {130001, 130003, true, true}};
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    size_t most = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(most), *x = source + SRC_SHIFT;
    float *want = new_floats(most), *got = new_floats(most + DST_SHIFT), *dst = got + DST_SHIFT;
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        size_t cols = shapes[k].cols, stride = shapes[k].stride, rows = most / stride, n = rows * stride;
        const float *bias = shapes[k].bias ? x + 5 : NULL;
        const bool residual = shapes[k].residual;
        vact_epilogue_options_f32 options = {
            .size = sizeof options, .scale = 0.7f, .bias = bias, .residual = NULL, .residual_stride = stride};
        memset(want, 0, n * sizeof *want), memset(dst, 0, n * sizeof *dst); /* between the rows nothing is written */
        for (size_t r = 0; r < rows; r++) {
            options.residual = residual ? source + r * stride : NULL;
            kernel(want + r * stride, stride, x + r * stride, stride, 1, cols, &options, NULL);
        }
        options.residual = residual ? source : NULL;
        kernel(dst, stride, x, stride, rows, cols, &options, NULL);
        compare(&subject, dst, want, x, n, "epilogue");
        memcpy(dst, residual ? source : x, n * sizeof *dst);
        options.residual = residual ? dst : NULL;
        kernel(dst, stride, residual ? x : dst, stride, rows, cols, &options, NULL);
        for (size_t r = 0; r < rows; r++)
            compare(&subject, dst + r * stride, want + r * stride, x + r * stride, cols, "epilogue in place");
    }
    free(source), free(want), free(got);
}

/* dx separate, equal to dy, equal to x. */
static void try_gradient(const test_subject *subject, vact_backward_f32_fn *kernel, size_t n)
{
    float *source = inputs_beyond_the_cache(n), *x = source + SRC_SHIFT, *dy = source;
    float *want = new_floats(n), *got = new_floats(n + DST_SHIFT), *dx = got + DST_SHIFT;
    for (size_t i = 0; i < n; i += PIECE)
        kernel(want + i, dy + i, x + i, n - i < PIECE ? n - i : PIECE, NULL);
    kernel(dx, dy, x, n, NULL);
    compare(subject, dx, want, x, n, "gradient, streaming");
    memcpy(dx, dy, n * sizeof *dx);
    kernel(dx, dx, x, n, NULL);
    compare(subject, dx, want, x, n, "gradient on its dy");
    memcpy(dx, x, n * sizeof *dx);
    kernel(dx, dy, dx, n, NULL);
    compare(subject, dx, want, x, n, "gradient on its x");
    free(source), free(want), free(got);
}

TEST_CASES(loop, gradients_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_UNARY))
{
    test_subject subject = test_begin(which);
    const size_t slot = VACT_OP_SLOT(subject.info->op), n = length_beyond_the_cache();
    try_gradient(&subject, subject.table->backward[slot], n);
    if (subject.table->from_output[slot] != NULL)
        try_gradient(&subject, subject.table->from_output[slot], n);
}

TEST_CASES(loop, gates_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_GATE))
{
    test_subject subject = test_begin(which);
    vact_gate_f32_fn *kernel = subject.table->gate[VACT_OP_SLOT(subject.info->op)];
    size_t n = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(n), *gate = source + SRC_SHIFT, *up = source;
    float *want = new_floats(n), *got = new_floats(n + DST_SHIFT), *dst = got + DST_SHIFT;
    for (size_t i = 0; i < n; i += PIECE)
        kernel(want + i, gate + i, up + i, n - i < PIECE ? n - i : PIECE, NULL);
    kernel(dst, gate, up, n, NULL);
    compare(&subject, dst, want, gate, n, "streaming");
    memcpy(dst, up, n * sizeof *dst);
    kernel(dst, gate, dst, n, NULL);
    compare(&subject, dst, want, gate, n, "on its up");
    free(source), free(want), free(got);
}

/* Packed and interleaved rows, with equal offsets in their cache lines and with others, of odd length, short ones, a
 * single one. */
TEST_CASES(loop, gate_matrices_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_GATE))
{
    static const struct {
        size_t cols, src_stride, dst_stride;
    } shapes[] = {{1003, 2016, 1008}, {1003, 2011, 1005}, {33, 66, 33}, {4096, 8192, 4096}, {0, 0, 0}};
    test_subject subject = test_begin(which);
    const size_t slot = VACT_OP_SLOT(subject.info->op), most = length_beyond_the_cache();
    vact_gate_f32_fn *kernel = subject.table->gate[slot];
    float *source = inputs_beyond_the_cache(2 * most), *src = source + SRC_SHIFT;
    float *want = new_floats(most), *got = new_floats(most + DST_SHIFT), *dst = got + DST_SHIFT;
    float *gate = new_floats(most), *up = new_floats(most);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const size_t cols = shapes[k].cols ? shapes[k].cols : most, s = cols < most ? shapes[k].src_stride : 2 * most;
        const size_t d = cols < most ? shapes[k].dst_stride : most, rows = d ? most / d : 0, n = rows * d;
        for (int interleaved = 0; interleaved < 2; interleaved++) {
            memset(want, 0, n * sizeof *want), memset(dst, 0, n * sizeof *dst); /* between rows nothing is written */
            for (size_t r = 0; r < rows; r++) {
                for (size_t c = 0; c < cols; c++) {
                    gate[c] = src[r * s + (interleaved ? 2 * c : c)];
                    up[c] = src[r * s + (interleaved ? 2 * c + 1 : cols + c)];
                }
                for (size_t c = 0; c < cols; c += PIECE)
                    kernel(want + r * d + c, gate + c, up + c, cols - c < PIECE ? cols - c : PIECE, NULL);
            }
            if (interleaved)
                subject.table->interleaved[slot](dst, d, src, s, rows, cols, NULL);
            else
                subject.table->gate_rows[slot](dst, d, src, s, src + cols, s, rows, cols, NULL);
            compare(&subject, dst, want, want, n, interleaved ? "interleaved" : "packed");
        }
    }
    free(source), free(want), free(got), free(gate), free(up);
}

/* Separate, with equal or other offsets in their cache lines, and both equal to an operand. */
TEST_CASES(loop, gate_gradients_beyond_the_cache, cases_beyond_the_cache(VACT_KIND_GATE))
{
    test_subject subject = test_begin(which);
    vact_gate_backward_f32_fn *kernel = subject.table->gate_backward[VACT_OP_SLOT(subject.info->op)];
    size_t n = length_beyond_the_cache();
    float *source = inputs_beyond_the_cache(n), *gate = source + SRC_SHIFT, *up = source, *dy = source;
    float *want_gate = new_floats(n), *want_up = new_floats(n), *got = new_floats(n + 16);
    float *other = new_floats(n + 16), *dgate = got + DST_SHIFT;
    for (size_t i = 0; i < n; i += PIECE)
        kernel(want_gate + i, want_up + i, dy + i, gate + i, up + i, n - i < PIECE ? n - i : PIECE, NULL);
    for (size_t shift = 0; shift < 16; shift++) {
        float *dup = other + shift;
        kernel(dgate, dup, dy, gate, up, n, NULL);
        compare(&subject, dgate, want_gate, gate, n, "dgate");
        compare(&subject, dup, want_up, gate, n, "dup");
    }
    memcpy(dgate, up, n * sizeof *up), memcpy(other, gate, n * sizeof *gate);
    kernel(dgate, other, dy, other, dgate, n, NULL);
    compare(&subject, dgate, want_gate, gate, n, "dgate on up");
    compare(&subject, other, want_up, gate, n, "dup on gate");
    free(source), free(want_gate), free(want_up), free(got), free(other);
}
