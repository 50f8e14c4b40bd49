/*
 * 8-bit tables: every entry of every operation against the definition in plain C, the kernels that apply tables at
 * every length between guard pages and beyond the caches, softmax against long doubles, and what is refused.
 */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "dispatch/cpu.h"
#include "kernels/loop/cache.h"
#include "losses.h"

enum { ENTRIES = 256 };

/* ------------------------------------------------------------------------------------------- the entries */

/* Of int8; of uint8 the zero points are 128 more. */
typedef struct scales {
    float in_scale;
    int in_zero;
    float out_scale;
    int out_zero;
} scales;

/* HALVES makes ties. After the moderate ones come those that make arguments, results or quotients beyond the range of
 * floats, or subnormal. */
static const scales tried[] = {
    {0.0625f, 0, 0.03125f, -20},    {0.1f, 10, 0.05f, -128},      {0.5f, 0, 1.0f, 0},
    {0.03f, -3, 0.00390625f, -128}, {1.0f, -128, 1.0f, 127},      {3e38f, 0, 1e-3f, 0},
    {1e-42f, 5, 1e-44f, 3},         {0.02f, 0, FLT_MAX, 1},       {0.5f, 127, FLT_TRUE_MIN, -7},
    {1e30f, 0, 1e30f, 0},           {FLT_MAX, -100, FLT_MAX, 100}};

enum { TRIED = sizeof tried / sizeof tried[0], HALVES = 2, MODERATE = 4 };

typedef float rounding(float x);

static float half_up(float x) { return floorf(x + 0.5f); }

/* ONNX's definitions, one element at a time, with the kernel that is the reference for bits. */
static int defined(const vacti_table *reference, const vacti_op_info *info, const vact_params_f32 *params, scales by,
                   int x, int least, rounding *rounded)
{
    const float argument = (float)(x - by.in_zero) * by.in_scale;
    float result;
    reference->unary[VACT_OP_SLOT(info->op)](&result, &argument, 1, params);
    if (isnan(result))
        return least;
    const double steps = (double)rounded(result / by.out_scale) + by.out_zero;
    const double most = least + ENTRIES - 1;
    return (int)fmin(fmax(steps, least), most);
}

static vact_status build_table(uint8_t *table, vact_op op, const vact_params_f32 *params, scales by, bool is_signed)
{
    return (is_signed ? vact_lut_build_i8 : vact_lut_build_u8)(table, op, params, by.in_scale, by.in_zero, by.out_scale,
                                                               by.out_zero);
}

static scales of_type(scales by, bool is_signed)
{
    by.in_zero += is_signed ? 0 : 128;
    by.out_zero += is_signed ? 0 : 128;
    return by;
}

/* The entries that are not what the definition says. */
static int wrong_entries(const uint8_t *table, const vacti_table *reference, const vacti_op_info *info,
                         const vact_params_f32 *params, scales by, bool is_signed, rounding *rounded)
{
    int wrong = 0;
    const int least = is_signed ? -128 : 0;
    for (int x = least; x < least + ENTRIES; x++)
        wrong += table[(uint8_t)x] != (uint8_t)defined(reference, info, params, by, x, least, rounded);
    return wrong;
}

/* Also one that vact_select does not choose on this CPU. */
static void use_table(const vacti_table *table)
{
    vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO); /* its first use looks at the caches */
    atomic_store(&vacti_table_chosen, table);
}

static const vact_params_f32 unusual = {{-0.75f, 2.5f, 0.25f, 0.0f}};

static void check_operation(const vacti_op_info *info, const vacti_table *table, const vacti_table *reference)
{
    for (int t = 0; t < TRIED * 4; t++) {
        uint8_t entries[ENTRIES];
        const bool is_signed = t & 1;
        const vact_params_f32 *params = t & 2 ? &unusual : NULL;
        const scales by = of_type(tried[t / 4], is_signed);
        if (params != NULL && !vacti_registry_accepts(info, params))
            continue;
        vact_status status = build_table(entries, info->op, params, by, is_signed);
        cr_assert(status == VACT_OK, "%s: %s", info->name, vact_status_string(status));
        int wrong = wrong_entries(entries, reference, info, params, by, is_signed, rintf);
        cr_expect(wrong == 0, "%s, %s, %s, scales %d: %d entries", info->name, table->build, is_signed ? "i8" : "u8",
                  t / 4, wrong);
    }
}

ParameterizedTestParameters(lut, entries) { return losses_builds(); }

ParameterizedTest(int *build, lut, entries)
{
    losses_begin(*build);
    const char *name = vacti_builds[*build];
    for (int math = VACT_MATH_AUTO; math <= VACT_MATH_FAST; math++) {
        const vacti_table *table = vacti_table_of_build(name, (vact_math)math);
        const vacti_table *reference = vacti_table_of_build("scalar_fma", (vact_math)math);
        /* without FMA sleef has other bits */
        if (table == NULL || (math == VACT_MATH_SLEEF && strcmp(name, "scalar") == 0))
            continue;
        use_table(table);
        for (size_t i = 0; i < vacti_registry_count; i++)
            if (vacti_registry[i].kind == VACT_KIND_UNARY)
                check_operation(&vacti_registry[i], table, reference);
    }
}

/* The check finds ties that were rounded up, and a single entry that is wrong. */
Test(lut, the_check_can_fail)
{
    const vacti_table *reference = losses_reference();
    const vacti_op_info *identity = vacti_registry_by_code(VACT_OP_IDENTITY);
    uint8_t table[ENTRIES];
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        const scales halves = of_type(tried[HALVES], is_signed);
        cr_assert(build_table(table, VACT_OP_IDENTITY, NULL, halves, is_signed) == VACT_OK);
        cr_expect(wrong_entries(table, reference, identity, NULL, halves, is_signed, rintf) == 0);
        cr_expect(wrong_entries(table, reference, identity, NULL, halves, is_signed, half_up) == 64);
        table[77]++;
        cr_expect(wrong_entries(table, reference, identity, NULL, halves, is_signed, rintf) == 1);
    }
}

/* By hand. */
Test(lut, values)
{
    uint8_t table[ENTRIES];
    cr_assert(vact_lut_build_i8(table, VACT_OP_RELU, NULL, 0.5f, 0, 0.25f, -128) == VACT_OK);
    cr_expect((int8_t)table[(uint8_t)-1] == -128 && (int8_t)table[0] == -128 && (int8_t)table[1] == -126 &&
              (int8_t)table[127] == 126);
    cr_assert(vact_lut_build_u8(table, VACT_OP_SIGMOID, NULL, 1.0f, 128, 0.00390625f, 0) == VACT_OK);
    cr_expect(table[0] == 0 && table[128] == 128 && table[129] == 187 && table[255] == 255);
    /* ties to even: 0.5, 1.5, 2.5 and their negatives */
    cr_assert(vact_lut_build_i8(table, VACT_OP_IDENTITY, NULL, 0.5f, 0, 1.0f, 0) == VACT_OK);
    cr_expect((int8_t)table[1] == 0 && (int8_t)table[3] == 2 && (int8_t)table[5] == 2 &&
              (int8_t)table[(uint8_t)-1] == 0 && (int8_t)table[(uint8_t)-3] == -2 && (int8_t)table[(uint8_t)-5] == -2);
    /* arguments beyond the range of floats: the limits, which saturate */
    cr_assert(vact_lut_build_i8(table, VACT_OP_IDENTITY, NULL, FLT_MAX, 0, 1.0f, 0) == VACT_OK);
    cr_expect((int8_t)table[2] == 127 && (int8_t)table[(uint8_t)-2] == -128 && table[0] == 0);
    /* an infinite result of a finite argument saturates too */
    const vact_params_f32 infinite = {{INFINITY, INFINITY, 0.0f, 0.0f}};
    cr_assert(vact_lut_build_u8(table, VACT_OP_THRESHOLD, &infinite, 1.0f, 0, 1.0f, 9) == VACT_OK);
    cr_expect(table[0] == 255 && table[200] == 255);
}

Test(lut, no_spurious_exceptions)
{
    enum { UNWANTED = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW };
    static const uint8_t logits[300] = {255, 3, 200};
    uint8_t table[ENTRIES], results[300];
    const vacti_op_info *identity = vacti_registry_by_code(VACT_OP_IDENTITY);
    for (int t = 0; t < TRIED; t++)
        for (size_t i = 0; i < vacti_registry_count; i++) {
            const vacti_op_info *info = &vacti_registry[i];
            if (info->kind != VACT_KIND_UNARY || (t >= MODERATE && info != identity))
                continue;
            feclearexcept(FE_ALL_EXCEPT);
            cr_assert(build_table(table, info->op, NULL, tried[t], true) == VACT_OK);
            cr_expect(fetestexcept(UNWANTED) == 0, "%s, scales %d", info->name, t);
        }
    for (int t = 0; t < TRIED; t++)
        for (size_t cols = 3; cols <= 300; cols += 297) {
            feclearexcept(FE_ALL_EXCEPT);
            cr_assert(vact_softmax_rows_u8(results, cols, logits, cols, 1, cols, tried[t].in_scale, tried[t].out_scale,
                                           0) == VACT_OK);
            cr_expect(fetestexcept(UNWANTED) == 0, "softmax, scales %d", t);
        }
}

/* ------------------------------------------------------------------------------------------- the kernels */

/* A case is 2*build, plus 1 for the kernel that needs VBMI. */
static struct criterion_test_params each_kernel(void)
{
    static int cases[32];
    size_t count = 0;
    for (size_t b = 0; b < vacti_build_count; b++)
        for (int vbmi = 0; vbmi < 2; vbmi++)
            if (!vbmi || vacti_table_of_build(vacti_builds[b], VACT_MATH_AUTO)->lut_8_vbmi.apply)
                cases[count++] = 2 * (int)b + vbmi;
    return cr_make_param_array(int, cases, count);
}

static vact_lut_8_fn *kernel_or_skip(int which)
{
    const vacti_table *table = losses_begin(which / 2);
    if (which % 2 == 0)
        return table->lut_8;
    if (!vacti_cpu_has_vbmi())
        test_skip("VBMI: not on this CPU");
    return table->lut_8_vbmi.apply;
}

static uint8_t some_table[ENTRIES];

/* A permutation with no structure that a kernel could share; then any bytes. */
static void fill_table(test_random *random)
{
    for (int i = 0; i < ENTRIES; i++)
        some_table[i] = (uint8_t)test_random_below(random, ENTRIES);
}

static void fill_bytes(uint8_t *to, size_t n, test_random *random)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)test_random_below(random, ENTRIES);
}

/* What the kernel writes to dst, which may be src, against a plain loop; and that it writes nothing beside. */
static bool is_right(vact_lut_8_fn *kernel, uint8_t *dst, const uint8_t *src, size_t n)
{
    static uint8_t wanted[1 << 21];
    for (size_t i = 0; i < n; i++)
        wanted[i] = some_table[src[i]];
    kernel(dst, src, n, some_table);
    return memcmp(dst, wanted, n) == 0;
}

ParameterizedTestParameters(lut, lengths) { return each_kernel(); }

/* The arrays begin after a guard page or end before one, and have room of any bytes on the other side. */
ParameterizedTest(int *which, lut, lengths)
{
    enum { MOST = 1100, STEP = 7 };
    vact_lut_8_fn *kernel = kernel_or_skip(*which);
    test_guarded from = test_guarded_new(MOST), to = test_guarded_new(MOST);
    const size_t room = from.n * sizeof(float);
    test_random random = {31};
    fill_table(&random);
    fill_bytes((uint8_t *)from.first, room, &random);
    for (size_t n = 0; n <= MOST; n += n < 600 ? 1 : STEP)
        for (int rear = 0; rear < 4; rear++)
            for (size_t apart = 0; apart < 3; apart++) {
                const uint8_t *src = (uint8_t *)from.first + (rear & 1 ? room - n : 0);
                uint8_t *dst = (uint8_t *)to.first + (rear & 2 ? room - n - 13 * apart : 13 * apart);
                memset(to.first, 0xa5, room);
                bool right = is_right(kernel, dst, src, n);
                for (uint8_t *p = (uint8_t *)to.first; p < (uint8_t *)to.first + room; p++)
                    right = right && (*p == 0xa5 || (p >= dst && p < dst + n));
                cr_assert(right, "%zu bytes, %d, %zu", n, rear, apart);
            }
    for (size_t n = 0; n <= MOST; n++)
        for (size_t start = 0; start < 65; start += 8) {
            uint8_t *both = (uint8_t *)from.first + room - n - start;
            cr_assert(is_right(kernel, both, both, n), "%zu bytes in place, %zu from the end", n, start);
        }
    test_guarded_free(&from);
    test_guarded_free(&to);
}

ParameterizedTestParameters(lut, beyond_cache) { return each_kernel(); }

/* A cache of 128 KiB: these lengths are walked in runs, and streamed from 512 KiB on. */
ParameterizedTest(int *which, lut, beyond_cache)
{
    enum { MOST = 1 << 21 };
    static const size_t lengths[] = {262144, 262149, 300001, 540000, 700003, 1048576, 2000001};
    static uint8_t src[MOST + 64], dst[MOST + 128];
    vact_lut_8_fn *kernel = kernel_or_skip(*which);
    test_random random = {32};
    vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO);
    __atomic_store_n(&vacti_cache_of_core, (size_t)128 << 10, __ATOMIC_RELAXED);
    fill_table(&random);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (size_t shift = 0; shift < 64; shift += 21) {
            fill_bytes(src, sizeof src, &random);
            memset(dst, 0xa5, sizeof dst);
            const size_t n = lengths[i];
            cr_assert(is_right(kernel, dst + shift, src + shift / 2, n), "%zu bytes, %zu", n, shift);
            cr_assert(dst[shift + n] == 0xa5 && (shift == 0 || dst[shift - 1] == 0xa5), "%zu bytes: wrote", n);
            cr_assert(is_right(kernel, src + shift, src + shift, n), "%zu bytes in place, %zu", n, shift);
        }
}

/* The public function, with what each instruction set chooses. */
Test(lut, chosen)
{
    static const vact_isa isas[] = {VACT_ISA_SCALAR, VACT_ISA_AVX2, VACT_ISA_AVX512, VACT_ISA_NEON, VACT_ISA_AUTO};
    static uint8_t src[70000], dst[70000];
    test_random random = {33};
    fill_table(&random);
    fill_bytes(src, sizeof src, &random);
    for (size_t i = 0; i < sizeof isas / sizeof isas[0]; i++) {
        if (vact_select(isas[i], VACT_MATH_AUTO) != VACT_OK)
            continue;
        memset(dst, 0, sizeof dst);
        cr_assert(vact_lut_8(dst, src, sizeof src, some_table) == VACT_OK);
        for (size_t k = 0; k < sizeof src; k++)
            cr_assert(dst[k] == some_table[src[k]], "%s: byte %zu", vact_info()->isa, k);
    }
}

/* ----------------------------------------------------------------------------------------------- softmax */

typedef struct softmax_case {
    size_t rows, cols;
    float in_scale, out_scale;
    int zero; /* as of uint8 */
    bool is_signed;
} softmax_case;

static vact_status call_softmax(const softmax_case *of, uint8_t *dst, size_t dst_stride, const uint8_t *src,
                                size_t src_stride)
{
    return of->is_signed ? vact_softmax_rows_i8((int8_t *)dst, dst_stride, (const int8_t *)src, src_stride, of->rows,
                                                of->cols, of->in_scale, of->out_scale, of->zero - 128)
                         : vact_softmax_rows_u8(dst, dst_stride, src, src_stride, of->rows, of->cols, of->in_scale,
                                                of->out_scale, of->zero);
}

/* The value of a byte, or the byte of a value. */
static uint8_t unflipped(const softmax_case *of, uint8_t byte) { return of->is_signed ? byte ^ 0x80 : byte; }

/* The results of a row that no correctly rounded quotient explains; vact.h says how wrong it may be. */
static size_t wrong_in_row(const softmax_case *of, const uint8_t *dst, const uint8_t *src)
{
    size_t wrong = 0;
    int largest = 0;
    const long double slack = 0x1p-40L * (long double)(of->cols + 1) / (long double)of->out_scale;
    long double sum = 0.0L, least = -of->zero, most = 255 - of->zero;
    for (size_t i = 0; i < of->cols; i++)
        largest = unflipped(of, src[i]) > largest ? unflipped(of, src[i]) : largest;
    for (size_t i = 0; i < of->cols; i++)
        sum += expl(-(long double)of->in_scale * (largest - unflipped(of, src[i])));
    for (size_t i = 0; i < of->cols; i++) {
        const long double share = expl(-(long double)of->in_scale * (largest - unflipped(of, src[i]))) / sum;
        const long double steps = share / (long double)of->out_scale;
        const int got = unflipped(of, dst[i]) - of->zero;
        const long double low = fminl(fmaxl(rintl(steps - slack), least), most);
        const long double high = fminl(fmaxl(rintl(steps + slack), least), most);
        wrong += got < low || got > high;
    }
    return wrong;
}

static const float in_scales[] = {0.1f, 0.01f, 0.001f, 1.0f, 12.0f, 3e38f, FLT_TRUE_MIN, 0.0498f};
static const float out_scales[] = {0.00390625f, 1.0f / 255.0f, 0.0078125f, 1e-3f, 1.0f, 1e-9f, FLT_TRUE_MIN};
static const size_t columns[] = {1, 2, 7, 64, 127, 128, 129, 200, 512, 1000, 5003, 300007};

/* All bytes, a few values, one value, one outlier. */
static void fill_row(uint8_t *row, size_t cols, size_t kind, test_random *random)
{
    const size_t base = test_random_below(random, ENTRIES);
    for (size_t i = 0; i < cols; i++)
        row[i] = (uint8_t)(kind == 0   ? test_random_below(random, ENTRIES)
                           : kind == 1 ? base / 2 + test_random_below(random, 12)
                                       : base);
    if (kind == 3)
        row[test_random_below(random, cols)] = 255;
}

enum { ROWS = 4, MOST_COLUMNS = 300007 };
static uint8_t logits[ROWS * MOST_COLUMNS], shares[ROWS * MOST_COLUMNS];

ParameterizedTestParameters(lut, softmax) { return losses_builds(); }

ParameterizedTest(int *build, lut, softmax)
{
    test_random random = {34};
    use_table(losses_begin(*build));
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
        for (size_t s = 0; s < 8 * 7; s++) {
            const size_t cols = columns[c];
            if (cols > 10000 && s % 9 != 0)
                continue;
            const softmax_case of = {.rows = ROWS,
                                     .cols = cols,
                                     .in_scale = in_scales[s % 8],
                                     .out_scale = out_scales[s / 8],
                                     .zero = s % 3 == 0 ? 0 : (int)test_random_below(&random, ENTRIES),
                                     .is_signed = s % 2 != 0};
            for (size_t r = 0; r < ROWS; r++)
                fill_row(logits + r * cols, cols, r, &random);
            cr_assert(call_softmax(&of, shares, cols, logits, cols) == VACT_OK);
            for (size_t r = 0; r < ROWS; r++) {
                size_t wrong = wrong_in_row(&of, shares + r * cols, logits + r * cols);
                cr_expect(wrong == 0, "%s, row %zu of %zu columns, scales %zu: %zu results", vacti_builds[*build], r,
                          cols, s, wrong);
            }
        }
}

static long double worst_weight; /* in units of the weights */
static float weights_scale;

/* In place of a kernel that sums: it is given the weights, byte by byte. */
static uint64_t look_at_weights(const uint8_t *src, size_t n, uint8_t top, const uint8_t *planes)
{
    (void)src, (void)n, (void)top;
    for (int k = 0; k < ENTRIES; k++) {
        uint64_t weight = 0;
        for (int p = 0; p < VACTI_LUT_PLANES; p++)
            weight |= (uint64_t)planes[ENTRIES * p + k] << 8 * p;
        const long double exact = (long double)0xffffffffff * expl(-(long double)weights_scale * k);
        worst_weight = fmaxl(worst_weight, fabsl((long double)weight - exact));
    }
    return 1;
}

/* A half by rounding, an eighth by what is before: that is less than vact.h's 2^-40 of the largest. */
Test(lut, softmax_weights)
{
    enum { SCALES = 20000, COLS = 200 };
    test_random random = {37};
    const vacti_softmax_8_kernels kernels = {.apply = losses_reference()->lut_8, .sum = look_at_weights};
    for (int i = 0; i < SCALES; i++) {
        weights_scale = i == 0 ? 3e38f : i == 1 ? FLT_TRUE_MIN : (float)exp(16.0 * test_random_unit(&random) - 12.0);
        const vacti_softmax_8_call call = {.dst = shares,
                                           .src = logits,
                                           .dst_stride = COLS,
                                           .src_stride = COLS,
                                           .rows = 1,
                                           .cols = COLS,
                                           .in_scale = weights_scale,
                                           .out_scale = 0.00390625f};
        worst_weight = -1.0L;
        vacti_softmax_8(&call, &kernels);
        cr_assert(worst_weight >= 0.0L && worst_weight <= 0.625L, "scale %a: %Lg", (double)weights_scale, worst_weight);
    }
}

ParameterizedTestParameters(lut, softmax_of_long_rows) { return losses_builds(); }

/* Two elements share the row, wherever they are: none is left out or counted twice. */
ParameterizedTest(int *build, lut, softmax_of_long_rows)
{
    enum { COLS = 200001, BLOCK = 65472, PLACES = 40 };
    const softmax_case of = {.rows = 1, .cols = COLS, .in_scale = 12.0f, .out_scale = 0.00390625f};
    test_random random = {38};
    use_table(losses_begin(*build));
    for (size_t i = 0; i < PLACES; i++) {
        const size_t near = (1 + i % 3) * BLOCK + i / 3 - 4;
        const size_t place = i < PLACES / 2    ? near
                             : i == PLACES - 1 ? COLS - 1
                                               : 1 + test_random_below(&random, COLS - 1);
        memset(logits, 3, COLS);
        logits[0] = logits[place] = 200;
        cr_assert(call_softmax(&of, shares, COLS, logits, COLS) == VACT_OK);
        cr_expect(shares[0] == 128 && shares[place] == 128 &&
                      shares[1 + place % 7] == (place == 1 + place % 7 ? 128 : 0),
                  "%s: place %zu: %d", vacti_builds[*build], place, shares[0]);
    }
}

/* The check above finds results that quotients which are off by a 500th do not explain, and a single wrong one. */
Test(lut, the_check_of_softmax_can_fail)
{
    test_random random = {35};
    const softmax_case of = {.rows = 1, .cols = 5003, .in_scale = 0.02f, .out_scale = 1e-5f, .zero = 0};
    softmax_case other = of;
    other.out_scale = 1.002e-5f;
    fill_row(logits, of.cols, 0, &random);
    cr_assert(call_softmax(&of, shares, of.cols, logits, of.cols) == VACT_OK);
    cr_expect(wrong_in_row(&of, shares, logits) == 0);
    cr_expect(wrong_in_row(&other, shares, logits) > 0);
    shares[1234] ^= 1;
    cr_expect(wrong_in_row(&of, shares, logits) == 1);
}

/* Strides, in place, and that nothing beside the rows is written. */
Test(lut, softmax_strides)
{
    enum { STRIDE = 211 };
    test_random random = {36};
    for (size_t cols = 1; cols <= 200; cols++) {
        const softmax_case of = {
            .rows = ROWS, .cols = cols, .in_scale = 0.05f, .out_scale = 0.00390625f, .is_signed = cols % 2};
        static uint8_t dense[ROWS * 200], wide[ROWS * STRIDE];
        fill_bytes(logits, ROWS * STRIDE, &random);
        memset(wide, 0xa5, sizeof wide);
        cr_assert(call_softmax(&of, wide, STRIDE, logits, STRIDE) == VACT_OK);
        for (size_t r = 0; r < ROWS; r++) {
            cr_expect(wrong_in_row(&of, wide + r * STRIDE, logits + r * STRIDE) == 0, "%zu columns", cols);
            memcpy(dense + r * cols, wide + r * STRIDE, cols);
            for (size_t i = cols; i < STRIDE; i++)
                cr_expect(wide[r * STRIDE + i] == 0xa5, "%zu columns: wrote", cols);
            memcpy(wide + r * STRIDE, logits + r * STRIDE, cols);
        }
        cr_assert(call_softmax(&of, wide, STRIDE, wide, STRIDE) == VACT_OK);
        for (size_t r = 0; r < ROWS; r++)
            cr_expect(memcmp(wide + r * STRIDE, dense + r * cols, cols) == 0, "%zu columns in place", cols);
    }
}

/* By hand: as ONNX Runtime has it, with its usual scale; int8 does not wrap around. */
Test(lut, softmax_values)
{
    const int8_t one[4] = {5, -128, -128, -128}, two[2] = {7, 7};
    int8_t y[4];
    cr_assert(vact_softmax_rows_i8(y, 4, one, 4, 1, 4, 1.0f, 0.00390625f, -128) == VACT_OK);
    cr_expect(y[0] == 127 && y[1] == -128 && y[2] == -128 && y[3] == -128);
    cr_assert(vact_softmax_rows_i8(y, 2, two, 2, 1, 2, 1.0f, 0.00390625f, -128) == VACT_OK);
    cr_expect(y[0] == 0 && y[1] == 0);
    const uint8_t x[3] = {0, 10, 20}; /* 0, 1, 2: 0.0900, 0.2447, 0.6652 */
    uint8_t z[3];
    cr_assert(vact_softmax_rows_u8(z, 3, x, 3, 1, 3, 0.1f, 0.00390625f, 0) == VACT_OK);
    cr_expect(z[0] == 23 && z[1] == 63 && z[2] == 170);
}

/* --------------------------------------------------------------------------------------------- arguments */

static void refused(vact_status got, vact_status want, const uint8_t *area, const char *what)
{
    cr_expect(got == want, "%s: %s", what, vact_status_string(got));
    for (int i = 0; i < 1024; i++)
        cr_assert(area[i] == (uint8_t)(i * 7), "%s: wrote", what);
}

Test(lut, arguments)
{
    static uint8_t a[1024];
    static const float bad_scales[] = {0.0f, -1.0f, NAN, INFINITY, -INFINITY, -0.0f};
    static const int bad_zeros[][2] = {{-129, -1}, {128, 256}, {INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX}};
    const vact_op op = VACT_OP_ELU;
    const vact_params_f32 infinite = {{INFINITY}};
    const size_t huge = (size_t)PTRDIFF_MAX + 1;
    for (int i = 0; i < 1024; i++)
        a[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof bad_scales / sizeof bad_scales[0]; i++) {
        const float bad = bad_scales[i];
        refused(vact_lut_build_i8(a, op, NULL, bad, 0, 1.0f, 0), VACT_EINVAL, a, "in_scale");
        refused(vact_lut_build_u8(a, op, NULL, 1.0f, 0, bad, 0), VACT_EINVAL, a, "out_scale");
        refused(vact_softmax_rows_u8(a, 8, a + 512, 8, 1, 8, bad, 1.0f, 0), VACT_EINVAL, a, "softmax's in_scale");
        refused(vact_softmax_rows_i8((int8_t *)a, 8, (int8_t *)a + 512, 8, 1, 8, 1.0f, bad, 0), VACT_EINVAL, a,
                "softmax's out_scale");
    }
    for (size_t i = 0; i < sizeof bad_zeros / sizeof bad_zeros[0]; i++) {
        const int i8 = bad_zeros[i][0], u8 = bad_zeros[i][1];
        refused(vact_lut_build_i8(a, op, NULL, 1.0f, i8, 1.0f, 0), VACT_EINVAL, a, "in_zero");
        refused(vact_lut_build_i8(a, op, NULL, 1.0f, 0, 1.0f, i8), VACT_EINVAL, a, "out_zero");
        refused(vact_lut_build_u8(a, op, NULL, 1.0f, u8, 1.0f, 0), VACT_EINVAL, a, "in_zero");
        refused(vact_lut_build_u8(a, op, NULL, 1.0f, 0, 1.0f, u8), VACT_EINVAL, a, "out_zero");
        refused(vact_softmax_rows_u8(a, 8, a + 512, 8, 1, 8, 1.0f, 1.0f, u8), VACT_EINVAL, a, "softmax's zero");
        refused(vact_softmax_rows_i8((int8_t *)a, 8, (int8_t *)a + 512, 8, 1, 8, 1.0f, 1.0f, i8), VACT_EINVAL, a,
                "softmax's zero");
    }
    refused(vact_lut_build_i8(a, VACT_OP_SOFTMAX, NULL, 1.0f, 0, 1.0f, 0), VACT_EINVAL, a, "rows");
    refused(vact_lut_build_i8(a, VACT_OP_GLU, NULL, 1.0f, 0, 1.0f, 0), VACT_EINVAL, a, "a gate");
    refused(vact_lut_build_i8(a, (vact_op)0x1ff, NULL, 1.0f, 0, 1.0f, 0), VACT_EINVAL, a, "no operation");
    refused(vact_lut_build_i8(a, op, &infinite, 1.0f, 0, 1.0f, 0), VACT_EINVAL, a, "alpha");
    refused(vact_lut_build_i8(NULL, op, NULL, 1.0f, 0, 1.0f, 0), VACT_EINVAL, a, "no table");
    refused(vact_lut_8(a, a + 512, huge, a + 700), VACT_EINVAL, a, "a size");
    refused(vact_lut_8(NULL, a, 8, a + 512), VACT_EINVAL, a, "no destination");
    refused(vact_lut_8(a, NULL, 8, a + 512), VACT_EINVAL, a, "no source");
    refused(vact_lut_8(a, a + 8, 8, NULL), VACT_EINVAL, a, "no table");
    refused(vact_lut_8(NULL, NULL, 0, NULL), VACT_OK, a, "nothing to do");
    refused(vact_lut_8(a, a + 1, 100, a + 512), VACT_EOVERLAP, a, "a byte apart");
    refused(vact_lut_8(a + 99, a, 100, a + 512), VACT_EOVERLAP, a, "a shared byte");
    refused(vact_lut_8(a, a + 512, 100, a + 99), VACT_EOVERLAP, a, "the table's first byte");
    refused(vact_lut_8(a + 255, a + 512, 100, a), VACT_EOVERLAP, a, "the table's last byte");
    refused(vact_softmax_rows_u8(a, 7, a + 512, 8, 2, 8, 1.0f, 1.0f, 0), VACT_EINVAL, a, "a stride");
    refused(vact_softmax_rows_u8(a, 8, a + 512, 7, 2, 8, 1.0f, 1.0f, 0), VACT_EINVAL, a, "a stride");
    refused(vact_softmax_rows_u8(a, huge, a + 512, huge, 2, 8, 1.0f, 1.0f, 0), VACT_EINVAL, a, "a size");
    refused(vact_softmax_rows_u8(NULL, 8, a, 8, 2, 8, 1.0f, 1.0f, 0), VACT_EINVAL, a, "no destination");
    refused(vact_softmax_rows_u8(a, 8, NULL, 8, 2, 8, 1.0f, 1.0f, 0), VACT_EINVAL, a, "no source");
    refused(vact_softmax_rows_u8(NULL, 0, NULL, 0, 7, 0, 1.0f, 1.0f, 0), VACT_OK, a, "no columns");
    refused(vact_softmax_rows_u8(NULL, 8, NULL, 8, 0, 8, 1.0f, 1.0f, 0), VACT_OK, a, "no rows");
    refused(vact_softmax_rows_u8(a + 1, 8, a, 8, 2, 8, 1.0f, 1.0f, 0), VACT_EOVERLAP, a, "a byte apart");
    refused(vact_softmax_rows_u8(a, 9, a, 8, 2, 8, 1.0f, 1.0f, 0), VACT_EOVERLAP, a, "other strides");
    /* a table may be the source: every byte of it is looked up in itself */
    uint8_t squared[ENTRIES];
    cr_assert(vact_lut_8(squared, a, ENTRIES, a) == VACT_OK && squared[3] == a[a[3]]);
}
