/* act(x*scale + bias) + residual: the bits of the steps one by one, on every build; absent terms, strides, lengths,
 * aliasing, arguments. */
#include <math.h>
#include <string.h>

#include "support.h"

enum { ROWS = 3, COLS = 2 * TEST_LANES + 5, STRIDE = COLS + 3, ALL = ROWS * STRIDE };

typedef struct matrices {
    float x[ALL], residual[ALL], bias[COLS], dst[ALL], want[ALL];
} matrices;

/* Values of every size; some of the sums x*scale + bias cancel. */
static void fill(matrices *m, test_random *random)
{
    for (size_t i = 0; i < ALL; i++) {
        m->x[i] = i % 7 == 6 ? test_from_bits((uint32_t)test_random_next(random)) : (float)test_random_normal(random);
        m->residual[i] = i % 5 == 4 ? -0.0f : (float)(3.0 * test_random_normal(random));
    }
    for (size_t c = 0; c < COLS; c++)
        m->bias[c] = c % 4 == 3 ? -m->x[c] : (float)test_random_normal(random);
    test_fill(m->dst, ALL);
    test_fill(m->want, ALL);
}

/* One element after another, by the operation's own kernel. */
static void one_by_one(const test_subject *subject, matrices *m, size_t cols, float scale, bool bias, bool residual)
{
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < cols; c++) {
            size_t i = r * STRIDE + c;
            float argument = bias ? fmaf(m->x[i], scale, m->bias[c]) : m->x[i] * scale;
            test_unary(subject->table, subject->info)(&m->want[i], &argument, 1, NULL);
            if (residual)
                m->want[i] += m->residual[i];
        }
}

static void check(const test_subject *subject, matrices *m, float *dst, size_t cols, const char *what)
{
    for (size_t i = 0; i < ALL; i++) {
        bool inside = i % STRIDE < cols;
        if (inside && !test_same(dst[i], m->want[i]))
            test_fail_bits(subject, NULL, m->x[i], m->want[i], dst[i], "epilogue %s, %zu columns", what, cols);
        if (!inside && dst == m->dst && !test_untouched(&dst[i], 1))
            test_fail(subject, "writes beyond %zu columns", cols);
    }
}

TEST_CASES(epilogue, bits, test_cases_that(VACT_KIND_UNARY, test_has_epilogue))
{
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    static const float scales[] = {1.0f, -0.7f, 0x1p-130f, 0.0f};
    test_random random = {51};
    matrices m;
    for (size_t cols = 1; cols <= COLS; cols += TEST_SANITIZED ? 6 : 1)
        for (unsigned terms = 0; terms < 4; terms++) {
            float scale = scales[(cols + terms) % 4];
            fill(&m, &random);
            const float *bias = terms & 1 ? m.bias : NULL, *residual = terms & 2 ? m.residual : NULL;
            one_by_one(&subject, &m, cols, scale, bias, residual);
            const vact_epilogue_options_f32 options = {
                .size = sizeof options, .scale = scale, .bias = bias, .residual = residual, .residual_stride = STRIDE};
            kernel(m.dst, STRIDE, m.x, STRIDE, ROWS, cols, &options, NULL);
            check(&subject, &m, m.dst, cols, "apart");
            matrices copy = m;
            kernel(m.x, STRIDE, m.x, STRIDE, ROWS, cols, &options, NULL);
            check(&subject, &m, m.x, cols, "on x");
            if (residual) {
                const vact_epilogue_options_f32 onto = {.size = sizeof onto,
                                                        .scale = scale,
                                                        .bias = bias ? copy.bias : NULL,
                                                        .residual = copy.residual,
                                                        .residual_stride = STRIDE};
                kernel(copy.residual, STRIDE, copy.x, STRIDE, ROWS, cols, &onto, NULL);
                check(&subject, &copy, copy.residual, cols, "on the residual");
            }
        }
}

/* Rows that end at a page that may not be touched. */
TEST_CASES(epilogue, memory, test_cases_that(VACT_KIND_UNARY, test_has_epilogue))
{
    test_subject subject = test_begin(which);
    vact_epilogue_f32_fn *kernel = subject.table->epilogue[VACT_OP_SLOT(subject.info->op)];
    test_guarded memory[4];
    for (size_t i = 0; i < 4; i++)
        memory[i] = test_guarded_new(COLS);
    for (size_t n = 1; n <= COLS; n++) {
        float *end[4];
        for (size_t i = 0; i < 4; i++) {
            end[i] = memory[i].first + memory[i].n - n;
            memset(end[i], 0, n * sizeof(float));
        }
        const vact_epilogue_options_f32 options = {
            .size = sizeof options, .scale = 1.0f, .bias = end[2], .residual = end[3], .residual_stride = n};
        kernel(end[0], n, end[1], n, 1, n, &options, NULL);
    }
    for (size_t i = 0; i < 4; i++)
        test_guarded_free(&memory[i]);
}

Test(epilogue, parameters)
{
    const float x[] = {-2.0f, 2.0f}, bias[] = {1.0f, 1.0f};
    const vact_params_f32 params = {{0.5f}};
    float y[2];
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 2.0f, .bias = bias, .residual = x, .residual_stride = 2};
    cr_assert(vact_epilogue_f32(VACT_OP_LEAKY_RELU, &params, y, 2, x, 2, 1, 2, &options) == VACT_OK);
    cr_expect(y[0] == -3.5f && y[1] == 7.0f, "%g, %g", (double)y[0], (double)y[1]);
}

static vact_status call(vact_op op, float *dst, size_t ds, const float *x, size_t xs, size_t rows, size_t cols,
                        const float *bias, const float *residual, size_t rs)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 1.0f, .bias = bias, .residual = residual, .residual_stride = rs};
    return vact_epilogue_f32(op, NULL, dst, ds, x, xs, rows, cols, &options);
}

Test(epilogue, arguments)
{
    enum { N = 64 };
    float x[N] = {0}, r[N] = {0}, bias[8] = {0}, dst[N];
    const vact_params_f32 nan = {{NAN}};
    const vact_op op = VACT_OP_GELU;
    const size_t huge = SIZE_MAX / 2;
    test_fill(dst, N);
    cr_expect(call(VACT_OP_PRELU, dst, 4, x, 4, 2, 4, bias, r, 4) == VACT_EINVAL, "another kind");
    cr_expect(call((vact_op)0, dst, 4, x, 4, 2, 4, bias, r, 4) == VACT_EINVAL, "no code");
    cr_expect(vact_epilogue_f32(VACT_OP_ELU, &nan, dst, 4, x, 4, 2, 4, NULL) == VACT_EINVAL, "parameter");
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.scale = INFINITY;
    cr_expect(vact_epilogue_f32(op, NULL, dst, 4, x, 4, 2, 4, &options) == VACT_EINVAL, "scale");
    options.scale = NAN;
    cr_expect(vact_epilogue_f32(op, NULL, dst, 4, x, 4, 2, 4, &options) == VACT_EINVAL, "scale");
    cr_expect(call(op, dst, 3, x, 4, 2, 4, bias, r, 4) == VACT_EINVAL);
    cr_expect(call(op, dst, 4, x, 3, 2, 4, bias, r, 4) == VACT_EINVAL);
    cr_expect(call(op, dst, 4, x, 4, 2, 4, bias, r, 3) == VACT_EINVAL);
    cr_expect(call(op, dst, huge, x, huge, 3, 4, bias, r, 4) == VACT_EINVAL);
    cr_expect(call(op, NULL, 4, NULL, 4, 0, 4, NULL, NULL, 0) == VACT_OK);
    cr_expect(call(op, NULL, 4, x, 4, 2, 4, bias, r, 4) == VACT_EINVAL);
    cr_expect(call(op, dst, 4, NULL, 4, 2, 4, bias, r, 4) == VACT_EINVAL);
    cr_expect(call(op, dst, 4, dst + 1, 4, 2, 4, bias, r, 4) == VACT_EOVERLAP);
    cr_expect(call(op, dst, 4, dst, 5, 2, 4, bias, r, 4) == VACT_EOVERLAP);
    cr_expect(call(op, dst, 4, x, 4, 2, 4, dst + 7, r, 4) == VACT_EOVERLAP);
    cr_expect(call(op, dst, 4, x, 4, 2, 4, bias, dst + 7, 4) == VACT_EOVERLAP);
    cr_expect(test_untouched(dst, N), "written on an error");
    cr_expect(call(op, dst, 4, x, 4, 2, 4, NULL, NULL, 0) == VACT_OK, "the stride of no residual");
    cr_expect(call(op, dst, huge, x, huge, 0, huge, bias, NULL, 0) == VACT_EINVAL,
              "an impossible bias, though no rows");
    cr_expect(call(op, dst, huge, x, huge, 0, huge, NULL, NULL, 0) == VACT_OK, "no rows");
    cr_expect(vact_epilogue_kernel_f32(op, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL);
    cr_expect(vact_epilogue_kernel_f32(op, VACT_ISA_AUTO, VACT_MATH_CR) == NULL);
    cr_expect(vact_epilogue_kernel_f32(VACT_OP_SWIGLU, VACT_ISA_AUTO, VACT_MATH_AUTO) == NULL);
}
