/* The options of an epilogue beyond the first version's: row bias, scales, multiplier, clip, accumulators. Every
 * combination on every operation, to the bit, by the formula of vact.h one element at a time; the formula itself in
 * double precision; memory, aliasing, sizes of the options, arguments. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/reference/reference.h"
#include "loop/cache.h"
#include "support.h"

enum {
    BIAS = 1,
    RESIDUAL = 2,
    ROW_BIAS = 4,
    COLUMN_SCALE = 8,
    ROW_SCALE = 16,
    MULTIPLIER = 32,
    CLIP = 64,
    INTEGERS = 128
};
enum { COMBINATIONS = 256, FIRST_SIZE = 40, MOST = 4096 };

/* Matrices with strides of their own. */
typedef struct operands {
    float x[MOST], multiplier[MOST], residual[MOST], dst[MOST];
    int32_t integers[MOST];
    float bias[MOST], column_scale[MOST], row_bias[64], row_scale[64], clip[2];
    float scale;
    size_t rows, cols, dst_stride, x_stride, multiplier_stride, residual_stride;
    unsigned terms;
} operands;

static float number(test_random *random) { return (float)test_random_normal(random); }

/* Integers of every size, some beyond 2^24; now and then any bits of a float. */
static void fill(operands *o, test_random *random, unsigned terms, bool wild)
{
    static const float clips[][2] = {{-1.0f, 1.0f}, {0.0f, 6.0f}, {1.0f, -1.0f}, {-INFINITY, 0.5f}, {-0.0f, INFINITY}};
    o->terms = terms;
    o->rows = 1 + test_random_below(random, 6);
    o->cols = 1 + test_random_below(random, test_random_below(random, 8) == 0 ? MOST / 6 - 16 : 70);
    if (test_random_below(random, 64) == 0)
        o->rows = 1, o->cols = 769 + test_random_below(random, 1500);
    size_t *strides[] = {&o->dst_stride, &o->x_stride, &o->multiplier_stride, &o->residual_stride};
    const size_t shift = test_random_below(random, 4);
    for (size_t i = 0; i < 4; i++)
        *strides[i] = o->cols + 1 + (i + shift) % 4;
    o->scale = wild && test_random_below(random, 8) == 0 ? 0.0f : terms & INTEGERS ? 0x1p-20f : 0.75f;
    const size_t used = o->rows * (o->cols + 4);
    for (size_t i = 0; i < used && i < MOST; i++) {
        o->x[i] = wild && i % 7 == 6 ? test_from_bits((uint32_t)test_random_next(random)) : number(random);
        o->integers[i] = (int32_t)(uint32_t)test_random_next(random) >> (i % 3 * 6);
        o->multiplier[i] = i % 11 == 10 ? -0.0f : number(random);
        o->residual[i] = i % 5 == 4 ? -0.0f : 3.0f * number(random);
        o->bias[i] = number(random);
        o->column_scale[i] = 0.5f + (float)test_random_unit(random);
    }
    for (size_t i = 0; i < 64; i++) {
        o->row_bias[i] = number(random);
        o->row_scale[i] = 0.5f + (float)test_random_unit(random);
    }
    memcpy(o->clip, clips[test_random_below(random, sizeof clips / sizeof clips[0])], sizeof o->clip);
    test_fill(o->dst, MOST);
}

static vact_epilogue_options_f32 options_of(const operands *o)
{
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.scale = o->scale;
    options.bias = o->terms & BIAS ? o->bias : NULL;
    options.residual = o->terms & RESIDUAL ? o->residual : NULL;
    options.residual_stride = o->residual_stride;
    options.row_bias = o->terms & ROW_BIAS ? o->row_bias : NULL;
    options.column_scale = o->terms & COLUMN_SCALE ? o->column_scale : NULL;
    options.row_scale = o->terms & ROW_SCALE ? o->row_scale : NULL;
    options.multiplier = o->terms & MULTIPLIER ? o->multiplier : NULL;
    options.multiplier_stride = o->multiplier_stride;
    options.clip = o->terms & CLIP ? o->clip : NULL;
    options.accumulators = o->terms & INTEGERS ? o->integers : NULL;
    return options;
}

/* What vact.h says, one rounding after another. */
static float argument_of(const operands *o, size_t r, size_t c)
{
    float factor = o->scale, shift = o->terms & BIAS ? o->bias[c] : -0.0f;
    factor = o->terms & ROW_SCALE ? factor * o->row_scale[r] : factor;
    factor = o->terms & COLUMN_SCALE ? factor * o->column_scale[c] : factor;
    shift = o->terms & ROW_BIAS ? shift + o->row_bias[r] : shift;
    if (!(o->terms & INTEGERS))
        return fmaf(o->x[r * o->x_stride + c], factor, shift);
    const int32_t x = o->integers[r * o->x_stride + c];
    if (fabs((double)x) < 0x1p24)
        return fmaf((float)x, factor, shift);
    const int32_t low = (int32_t)((uint32_t)x & 255u);
    return fmaf((float)low, factor, fmaf((float)(x - low), factor, shift));
}

static float finished(const operands *o, float y, size_t r, size_t c)
{
    y = fmaf(y, o->terms & MULTIPLIER ? o->multiplier[r * o->multiplier_stride + c] : 1.0f,
             o->terms & RESIDUAL ? o->residual[r * o->residual_stride + c] : -0.0f);
    if (o->terms & CLIP) {
        y = y < o->clip[0] ? o->clip[0] : y;
        y = y > o->clip[1] ? o->clip[1] : y;
    }
    return y;
}

static void check(const test_subject *subject, const operands *o, const float *dst, size_t stride, const char *what)
{
    for (size_t r = 0; r < o->rows; r++)
        for (size_t c = 0; c < o->cols; c++) {
            float argument = argument_of(o, r, c), y;
            test_unary(subject->table, subject->info)(&y, &argument, 1, NULL);
            const float want = finished(o, y, r, c), got = dst[r * stride + c];
            if (!test_same(got, want))
                test_fail_bits(subject, NULL, argument, want, got, "terms %#x, %s, %zux%zu at %zu, %zu", o->terms, what,
                               o->rows, o->cols, r, c);
        }
}

static operands now, before;

TEST_CASES(epilogue, options_bits, test_cases_that(VACT_KIND_UNARY, test_has_epilogue))
{
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    test_random random = {52};
    for (unsigned terms = 0; terms < COMBINATIONS; terms += TEST_SANITIZED ? 5 : 1) {
        fill(&now, &random, terms, true);
        const vact_epilogue_options_f32 options = options_of(&now);
        const float *x = terms & INTEGERS ? NULL : now.x;
        kernel(now.dst, now.dst_stride, x, now.x_stride, now.rows, now.cols, &options, NULL);
        check(&subject, &now, now.dst, now.dst_stride, "apart");
        for (size_t i = 0; i < MOST; i++)
            if (i % now.dst_stride >= now.cols || i / now.dst_stride >= now.rows)
                if (!test_untouched(&now.dst[i], 1))
                    test_fail(&subject, "terms %#x: writes between or after the rows", terms);
        /* in place of each matrix in turn */
        before = now;
        float *const places[] = {terms & INTEGERS ? (float *)(void *)now.integers : now.x, now.multiplier,
                                 now.residual};
        const size_t strides[] = {now.x_stride, now.multiplier_stride, now.residual_stride};
        const size_t place = terms % 3;
        kernel(places[place], strides[place], x, now.x_stride, now.rows, now.cols, &options, NULL);
        check(&subject, &before, places[place], strides[place], "in place");
    }
}

/* Beyond the caches, where stores bypass them: rows that begin at a line, some that do not, short ones; in place.
 * The code is the same for all operations: each tries one of four kinds of options. */
TEST_CASES(epilogue, options_beyond_the_cache, test_cases_that(VACT_KIND_UNARY, test_has_epilogue))
{
    enum { SIZE = 1 << 17 }; /* what is shorter is not streamed */
    static float x[SIZE], second[SIZE], want[SIZE];
    _Alignas(64) static float dst[SIZE + 1];
    static const struct {
        size_t cols, stride, shift;
    } shapes[] = {{1003, 1008, 0}, {1003, 1009, 0}, {1024, 1024, 1}, {33, 48, 0}, {SIZE, SIZE, 0}};
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    const size_t cache = vacti_cache_of_core;
    test_random random = {54};
    for (size_t i = 0; i < SIZE; i++)
        x[i] = number(&random), second[i] = number(&random);
    for (size_t k = VACT_OP_SLOT(subject.info->op) % 4; k < 4 * (sizeof shapes / sizeof shapes[0]); k += 4) {
        const size_t cols = shapes[k / 4].cols, stride = shapes[k / 4].stride, rows = SIZE / stride;
        float *to = k % 4 == 3 ? second : dst + shapes[k / 4].shift; /* the last: in place of the multiplier */
        vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
        options.column_scale = k % 4 < 2 ? second : NULL;
        options.multiplier = k % 4 < 2 ? NULL : second;
        options.multiplier_stride = stride;
        options.accumulators = k % 2 ? (const int32_t *)(const void *)x : NULL;
        options.scale = k % 2 ? 0x1p-30f : 1.0f;
        memset(want, 0, sizeof want), memset(dst, 0, sizeof dst);
        for (size_t r = 0; r < rows; r++) {
            vact_epilogue_options_f32 row = options;
            row.multiplier = options.multiplier ? options.multiplier + r * stride : NULL;
            row.accumulators = options.accumulators ? options.accumulators + r * stride : NULL;
            for (size_t c = 0; c < cols; c += 512) {
                vact_epilogue_options_f32 part = row;
                part.multiplier = row.multiplier ? row.multiplier + c : NULL;
                part.accumulators = row.accumulators ? row.accumulators + c : NULL;
                part.column_scale = row.column_scale ? row.column_scale + c : NULL;
                kernel(want + r * stride + c, stride, k % 2 ? NULL : x + r * stride + c, stride, 1,
                       cols - c < 512 ? cols - c : 512, &part, NULL);
            }
        }
        vacti_cache_of_core = 1 << 14;
        kernel(to, stride, k % 2 ? NULL : x, stride, rows, cols, &options, NULL);
        vacti_cache_of_core = cache;
        for (size_t i = 0; i < rows * stride; i++) {
            const bool between = i % stride >= cols;
            if (!test_same(to[i], want[i]) && !(between && to == second))
                test_fail_bits(&subject, NULL, x[i], want[i], to[i], "rows of %zu, stride %zu, case %zu, at %zu", cols,
                               stride, k % 4, i);
        }
    }
}

/* In double precision, where an error of the argument is not magnified: slopes of at most 1.2 and no jumps. */
static bool is_gentle(const vacti_op_info *info)
{
    return info->kind == VACT_KIND_UNARY && info->op != VACT_OP_EXP && info->op != VACT_OP_RELU_SQUARED &&
           info->op != VACT_OP_HARD_SHRINK && info->op != VACT_OP_THRESHOLD && info->op != VACT_OP_THRESHOLDED_RELU &&
           info->op != VACT_OP_HARD_SWISH && info->op != VACT_OP_SELU;
}

static void check_double(const operands *o, const vacti_op_info *info, size_t r, size_t c)
{
    const vact_params_f32 params = vacti_registry_defaults(info);
    double factor = (double)o->scale, shift = o->terms & BIAS ? (double)o->bias[c] : 0.0;
    factor *= o->terms & ROW_SCALE ? (double)o->row_scale[r] : 1.0;
    factor *= o->terms & COLUMN_SCALE ? (double)o->column_scale[c] : 1.0;
    shift += o->terms & ROW_BIAS ? (double)o->row_bias[r] : 0.0;
    const size_t at = r * o->x_stride + c;
    const double x = o->terms & INTEGERS ? (double)o->integers[at] : (double)o->x[at];
    const double act = vacti_reference_f32(info->op)(x * factor + shift, &params);
    const double by = o->terms & MULTIPLIER ? (double)o->multiplier[r * o->multiplier_stride + c] : 1.0;
    const double more = o->terms & RESIDUAL ? (double)o->residual[r * o->residual_stride + c] : 0.0;
    double want = act * by + more;
    if (o->terms & CLIP)
        want = fmin(fmax(want, (double)o->clip[0]), (double)o->clip[1]);
    /* three roundings of x*factor and its parts, two of the activation, one of the sum */
    const double size = fabs(x * factor) + fabs(shift) + (o->terms & ROW_BIAS ? 4.0 : 0.0);
    const double error = 0x1p-23 * ((2.0 * size + 2.0 * fabs(act)) * fabs(by) + fabs(act * by) + fabs(more));
    const float got = o->dst[r * o->dst_stride + c];
    cr_assert(fabs((double)got - want) <= error + 0x1p-149, "%s, terms %#x, %zux%zu at %zu, %zu: %.9g, not %.9g",
              info->name, o->terms, o->rows, o->cols, r, c, (double)got, want);
}

Test(epilogue, options_in_double)
{
    test_random random = {53};
    for (int isa = VACT_ISA_SCALAR; isa <= VACT_ISA_NEON; isa++) {
        if (vact_select((vact_isa)isa, VACT_MATH_AUTO) != VACT_OK)
            continue;
        for (size_t k = 0; k < (TEST_SANITIZED ? 100 : 500); k++) {
            const vacti_op_info *info = &vacti_registry[k % vacti_registry_count];
            fill(&now, &random, (unsigned)test_random_below(&random, COMBINATIONS), false);
            if (!is_gentle(info))
                continue;
            const vact_epilogue_options_f32 options = options_of(&now);
            cr_assert(vact_epilogue_f32(info->op, NULL, now.dst, now.dst_stride, now.terms & INTEGERS ? NULL : now.x,
                                        now.x_stride, now.rows, now.cols, &options) == VACT_OK);
            for (size_t r = 0; r < now.rows; r++)
                for (size_t c = 0; c < now.cols; c++)
                    check_double(&now, info, r, c);
        }
    }
}

/* Integers that cancel against the bias: no digit is lost, which a conversion to float would do. */
Test(epilogue, large_accumulators)
{
    static const int32_t x[] = {INT32_MAX,     INT32_MIN, INT32_MAX - 100, -(1 << 24) - 1,
                                (1 << 24) + 1, 1 << 24,   123456789};
    enum { N = sizeof x / sizeof x[0] };
    float bias[N], y[N];
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.scale = 0x1p-20f;
    options.bias = bias;
    options.accumulators = x;
    for (size_t i = 0; i < N; i++)
        bias[i] = -(float)x[i] * 0x1p-20f;
    for (int isa = VACT_ISA_SCALAR; isa <= VACT_ISA_NEON; isa++) {
        if (vact_select((vact_isa)isa, VACT_MATH_AUTO) != VACT_OK)
            continue;
        const vact_params_f32 linear = {{1.0f}};
        cr_assert(vact_epilogue_f32(VACT_OP_LEAKY_RELU, &linear, y, N, NULL, N, 1, N, &options) == VACT_OK);
        for (size_t i = 0; i < N; i++)
            cr_expect((double)y[i] == (double)x[i] * 0x1p-20 + (double)bias[i], "%s: %d gives %g", vact_info()->isa,
                      x[i], (double)y[i]);
    }
}

/* Each operand ends at a page that may not be touched. */
TEST_CASES(epilogue, options_memory, test_cases_that(VACT_KIND_UNARY, test_has_epilogue))
{
    enum { PLACES = 10, COLS = 2 * TEST_LANES + 5, ROWS = 2 };
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    test_guarded memory[PLACES];
    for (size_t i = 0; i < PLACES; i++)
        memory[i] = test_guarded_new(ROWS * COLS);
    for (size_t n = 1; n <= 2 * COLS; n++) {
        float *end[PLACES];
        const size_t cols = n <= COLS ? n : n - COLS;
        const size_t lengths[PLACES] = {ROWS * cols, ROWS * cols, ROWS * cols, ROWS * cols, cols, cols, ROWS, ROWS, 2};
        for (size_t i = 0; i < PLACES; i++) {
            end[i] = memory[i].first + memory[i].n - lengths[i];
            memset(end[i], 0, lengths[i] * sizeof(float));
        }
        vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
        options.multiplier = end[2], options.multiplier_stride = cols;
        options.residual = end[3], options.residual_stride = cols;
        options.bias = end[4], options.column_scale = end[5];
        options.row_bias = end[6], options.row_scale = end[7], options.clip = end[8];
        options.accumulators = n <= COLS ? NULL : (const int32_t *)(const void *)end[1];
        kernel(end[0], cols, n <= COLS ? end[1] : NULL, cols, ROWS, cols, &options, NULL);
    }
    for (size_t i = 0; i < PLACES; i++)
        test_guarded_free(&memory[i]);
}

/* A structure that ends anywhere: what lies beyond its size is not read. */
Test(epilogue, options_of_every_size)
{
    enum { N = 5 };
    const float x[N] = {-2.0f, -1.0f, 0.0f, 1.0f, 2.0f}, more[N] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f};
    vact_epilogue_f32_fn *kernel = vact_epilogue_kernel_f32(VACT_OP_RELU, VACT_ISA_AUTO, VACT_MATH_AUTO);
    for (size_t size = FIRST_SIZE; size <= sizeof(vact_epilogue_options_f32); size += sizeof(void *)) {
        vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
        memset((char *)&options + size, 0xff, sizeof options - size);
        options.size = size;
        const bool shifted = size > offsetof(vact_epilogue_options_f32, row_bias);
        if (shifted)
            options.row_bias = more;
        float by_code[N], by_kernel[N];
        cr_assert(vact_epilogue_f32(VACT_OP_RELU, NULL, by_code, N, x, N, 1, N, &options) == VACT_OK, "%zu bytes",
                  size);
        kernel(by_kernel, N, x, N, 1, N, &options, NULL);
        for (size_t i = 0; i < N; i++) {
            const float want = fmaxf(x[i] + (shifted ? 1.0f : 0.0f), 0.0f);
            cr_expect(by_code[i] == want && by_kernel[i] == want, "%zu bytes: %g, %g", size, (double)by_code[i],
                      (double)by_kernel[i]);
        }
    }
}

static vact_status call(float *dst, const float *x, size_t rows, size_t cols, const vact_epilogue_options_f32 *options)
{
    return vact_epilogue_f32(VACT_OP_GELU, NULL, dst, cols, x, cols, rows, cols, options);
}

Test(epilogue, options_arguments)
{
    enum { N = 8 };
    float x[N] = {0}, dst[N], other[N] = {0}, bad[N] = {0.0f, NAN}, infinite[N] = {0.0f, INFINITY};
    const float clip[2] = {1.0f, NAN}, crossed[2] = {1.0f, -1.0f};
    int32_t integers[N] = {0};
    vact_epilogue_options_f32 o = VACT_EPILOGUE_OPTIONS_F32;
    test_fill(dst, N);
#define TRY(change, status, ...)                                                                                       \
    do {                                                                                                               \
        o = (vact_epilogue_options_f32)VACT_EPILOGUE_OPTIONS_F32;                                                      \
        change;                                                                                                        \
        cr_expect(call(__VA_ARGS__, &o) == (status), "%s, %s", #change, #__VA_ARGS__);                                 \
    } while (0)
    TRY(o.accumulators = integers, VACT_EINVAL, dst, x, 2, 4);
    TRY(o.accumulators = integers, VACT_EINVAL, dst, x, 0, 4); /* a parameter: before the sizes */
    TRY((void)0, VACT_EINVAL, dst, NULL, 2, 4);
    TRY((void)0, VACT_OK, NULL, NULL, 0, 4);
    TRY(o.column_scale = bad, VACT_EINVAL, dst, x, 2, 4);
    TRY(o.row_scale = infinite, VACT_EINVAL, dst, x, 2, 4);
    TRY(o.row_scale = infinite, VACT_OK, dst, x, 0, 4); /* values: after nothing to do */
    TRY(o.clip = clip, VACT_EINVAL, dst, x, 2, 4);
    TRY(o.clip = clip, VACT_OK, dst, x, 2, 0);
    TRY((o.multiplier = other, o.multiplier_stride = 3), VACT_EINVAL, dst, x, 2, 4);
    TRY((o.multiplier = other, o.multiplier_stride = SIZE_MAX / 2), VACT_EINVAL, dst, x, 2, 4);
    TRY(o.multiplier_stride = 3, VACT_OK, x, x, 2, 4);
    TRY((o.multiplier = dst + 1, o.multiplier_stride = 4), VACT_EOVERLAP, dst, x, 2, 3);
    TRY((o.multiplier = dst, o.multiplier_stride = 5), VACT_EOVERLAP, dst, x, 2, 3);
    TRY(o.row_bias = dst + 7, VACT_EOVERLAP, dst, x, 2, 4);
    TRY(o.row_scale = other, VACT_OK, x, x, 2, 4);
    TRY(o.row_scale = x + 1, VACT_EOVERLAP, x, x, 2, 4);
    TRY(o.column_scale = x, VACT_EOVERLAP, x, x, 2, 4);
    TRY(o.clip = x, VACT_EOVERLAP, x, x, 2, 4);
    TRY(o.accumulators = (const int32_t *)(const void *)(dst + 1), VACT_EOVERLAP, dst, NULL, 2, 3);
    cr_expect(test_untouched(dst, N), "written on an error");
    TRY(o.accumulators = (const int32_t *)(const void *)other, VACT_OK, other, NULL, 2, 4);
    TRY(o.clip = crossed, VACT_OK, dst, x, 2, 4);
    cr_expect(dst[0] == -1.0f, "hi wins");
    TRY(o.clip = crossed, VACT_OK, dst, bad, 2, 4);
    cr_expect(isnan(dst[1]), "NaN passes");
#undef TRY
}
