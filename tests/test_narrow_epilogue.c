/* The epilogue between types: the float of vact_epilogue_f32 on the widened matrices, rounded once; places, arguments.
 */
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"

enum { ROWS = 3, MOST = 600, N = ROWS * MOST, GAP = 5 };

static const vact_type every[] = {VACT_F32, VACT_BF16, VACT_F16};
static const size_t lengths[] = {1, 7, 255, 256, 257, 513, 600};

enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

/* A matrix as elements and as the floats that they are. */
typedef struct {
    float wide[N];
    union {
        float f32[N];
        uint16_t narrow[N];
    } as;
} matrix;

static matrix x, up, residual;
static float vectors[4][MOST], want[N];
static int32_t integers[N];
static union {
    float f32[N + ROWS * GAP];
    uint16_t narrow[2 * (N + ROWS * GAP)];
} out;

static void fill_matrix(matrix *m, vact_type type, test_random *random)
{
    for (size_t i = 0; i < N; i++) {
        const double value = 3.0 * test_random_normal(random);
        if (type == VACT_F32) {
            m->wide[i] = m->as.f32[i] = (float)value;
        } else {
            m->as.narrow[i] = vacti_narrow_nearest(value, type);
            m->wide[i] = vacti_narrow_widen(m->as.narrow[i], type);
        }
    }
}

static vact_epilogue_options_f32 options_of(int round, size_t cols)
{
    static const float clip[2] = {-2.0f, 5.0f};
    vact_epilogue_options_f32 o = VACT_EPILOGUE_OPTIONS_F32;
    if (round >= 1) {
        o.scale = 0.7f;
        o.bias = vectors[0];
        o.residual = residual.wide;
        o.residual_stride = cols;
    }
    if (round >= 2) {
        o.row_bias = vectors[1];
        o.column_scale = vectors[2];
        o.row_scale = vectors[3];
        o.multiplier = up.wide;
        o.multiplier_stride = cols;
        o.clip = clip;
    }
    if (round == 3)
        o.accumulators = integers;
    return o;
}

/* The elements that are not the float, rounded `add` steps off. */
static size_t wrong(vact_type to, size_t cols, int add)
{
    size_t count = 0;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < cols; c++) {
            const float value = want[r * cols + c];
            const size_t at = r * (cols + GAP) + c;
            count += to == VACT_F32 ? !test_same(out.f32[at], value)
                                    : !narrow_same(out.narrow[at], (uint16_t)(narrow_rounded(value, to) + add), to);
        }
    return count;
}

static bool gaps_are_untouched(vact_type to, size_t cols)
{
    bool right = true;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t at = r * (cols + GAP) + cols; at < (r + 1) * (cols + GAP); at++)
            right = right && (to == VACT_F32 ? test_bits(out.f32[at]) == 0x5a5a5a5a : out.narrow[at] == 0x5a5a);
    return right;
}

static void run(vact_op op, int round, vact_type to, vact_type from, size_t cols)
{
    vact_epilogue_options_f32 o = options_of(round, cols);
    const bool has_x = o.accumulators == NULL;
    memset(&out, 0x5a, sizeof out);
    cr_assert(vact_epilogue_f32(op, NULL, want, cols, has_x ? x.wide : NULL, cols, ROWS, cols, &o) == VACT_OK);
    o.residual = o.residual ? (const float *)(const void *)&residual.as : NULL;
    o.multiplier = o.multiplier ? (const float *)(const void *)&up.as : NULL;
    cr_assert(vact_epilogue(op, NULL, &out, to, cols + GAP, has_x ? (void *)&x.as : NULL, from, cols, ROWS, cols, &o) ==
              VACT_OK);
}

ParameterizedTestParameters(narrow_epilogue, rounds_the_float_once) { return losses_builds(); }

ParameterizedTest(int *build, narrow_epilogue, rounds_the_float_once)
{
    static const vact_op ops[] = {VACT_OP_GELU, VACT_OP_RELU, VACT_OP_IDENTITY, VACT_OP_SILU};
    const vacti_table *table = narrow_begin(*build);
    test_random random = {3};
    for (size_t v = 0; v < 4; v++)
        for (size_t i = 0; i < MOST; i++)
            vectors[v][i] = (float)test_random_normal(&random);
    for (size_t i = 0; i < N; i++)
        integers[i] = (int32_t)test_random_below(&random, 2001) - 1000;
    for (size_t pair = 0; pair < 9; pair++) {
        const vact_type to = every[pair / 3], from = every[pair % 3];
        fill_matrix(&x, from, &random);
        fill_matrix(&up, from, &random);
        fill_matrix(&residual, to, &random);
        for (size_t k = 0; k < LENGTHS; k++)
            for (int round = 0; round < 4; round++) {
                run(ops[(k + (size_t)round) % 4], round, to, from, lengths[k]);
                const size_t count = wrong(to, lengths[k], 0);
                cr_expect(count == 0 && gaps_are_untouched(to, lengths[k]), "%s, %s to %s, %zu columns, %d: %zu",
                          table->build, narrow_name(from), narrow_name(to), lengths[k], round, count);
            }
    }
}

Test(narrow_epilogue, the_check_can_fail)
{
    test_random random = {3};
    fill_matrix(&x, VACT_F32, &random);
    run(VACT_OP_GELU, 0, VACT_BF16, VACT_F32, 600);
    cr_expect(wrong(VACT_BF16, 600, 0) == 0 && wrong(VACT_BF16, 600, 1) > N / 2);
}

Test(narrow_epilogue, in_place)
{
    test_random random = {4};
    vact_epilogue_options_f32 o = VACT_EPILOGUE_OPTIONS_F32;
    static uint16_t both[N];
    fill_matrix(&x, VACT_F16, &random);
    fill_matrix(&residual, VACT_F16, &random);
    o.residual = residual.wide;
    o.residual_stride = MOST;
    cr_assert(vact_epilogue_f32(VACT_OP_SILU, NULL, want, MOST, x.wide, MOST, ROWS, MOST, &o) == VACT_OK);
    for (int place = 0; place < 2; place++) {
        memcpy(both, place ? residual.as.narrow : x.as.narrow, sizeof both);
        o.residual = (const float *)(const void *)(place ? both : residual.as.narrow);
        cr_assert(vact_epilogue(VACT_OP_SILU, NULL, both, VACT_F16, MOST, place ? x.as.narrow : both, VACT_F16, MOST,
                                ROWS, MOST, &o) == VACT_OK);
        for (size_t i = 0; i < N; i++)
            cr_assert(narrow_same(both[i], narrow_rounded(want[i], VACT_F16), VACT_F16));
    }
}

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_epilogue, arguments)
{
    static uint16_t a[64], b[64];
    static float nan_scale[4] = {1.0f, NAN, 1.0f, 1.0f};
    const vact_type t = VACT_BF16;
    vact_epilogue_options_f32 o = VACT_EPILOGUE_OPTIONS_F32;
    memset(a, 0x11, sizeof a);
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_GLU, NULL, a, t, 4, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, (vact_type)4, 4, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, (vact_type)4, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 3, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, t, 3, 2, 4, NULL));
    EXPECT(VACT_OK, vact_epilogue(VACT_OP_RELU, NULL, NULL, t, 4, NULL, t, 4, 0, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, NULL, t, 4, b, t, 4, 2, 4, NULL));
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, NULL, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_epilogue(VACT_OP_RELU, NULL, a + 1, t, 4, a, t, 4, 2, 4, NULL));
    EXPECT(VACT_EOVERLAP, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, a, VACT_F32, 4, 2, 4, NULL));
    o.scale = INFINITY;
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, t, 4, 2, 4, &o));
    o.scale = 1.0f;
    o.column_scale = nan_scale;
    EXPECT(VACT_EINVAL, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, t, 4, 2, 4, &o));
    o.column_scale = NULL;
    o.bias = (const float *)(const void *)a;
    EXPECT(VACT_EOVERLAP, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, t, 4, 2, 4, &o));
    o.bias = NULL;
    o.residual = (const float *)(const void *)(a + 1);
    o.residual_stride = 4;
    EXPECT(VACT_EOVERLAP, vact_epilogue(VACT_OP_RELU, NULL, a, t, 4, b, t, 4, 2, 4, &o));
    for (size_t i = 0; i < 64; i++)
        cr_assert(a[i] == 0x1111, "an error wrote");
}
