/* vact apply with --backward and with --axis. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

TestSuite(apply_more, .init = program_enter, .fini = program_leave);

enum { COUNT = 24 };

static float x[COUNT], dy[COUNT], expected[COUNT];

static void fill(void)
{
    test_random random = {71};
    for (int i = 0; i < COUNT; i++) {
        x[i] = (float)(2.0 * test_random_normal(&random));
        dy[i] = (float)test_random_normal(&random);
    }
}

Test(apply_more, every_gradient)
{
    char arguments[96];
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 3, 4)", dy, COUNT);
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++) {
        if (info->kind != VACT_KIND_UNARY)
            continue;
        cr_assert(vact_backward_f32(info->op, NULL, expected, dy, x, COUNT) == VACT_OK);
        snprintf(arguments, sizeof arguments, "apply --op %s --backward dy.npy x.npy out.npy", info->name);
        program_expect(program_run(arguments), 0, "");
        npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
        snprintf(arguments, sizeof arguments, "apply --op %s --from-output --backward dy.npy x.npy out.npy",
                 info->name);
        program_expect(program_run(arguments), info->keeps_output ? 0 : 2, "");
        if (!info->keeps_output)
            continue;
        cr_assert(vact_backward_from_output_f32(info->op, NULL, expected, dy, x, COUNT) == VACT_OK);
        npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
    }
    const vact_params_f32 alpha = {{0.5f}};
    cr_assert(vact_backward_f32(VACT_OP_ELU, &alpha, expected, dy, x, COUNT) == VACT_OK);
    program_expect(program_run("apply --op elu --alpha 0.5 --backward dy.npy x.npy out.npy"), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
}

Test(apply_more, gradient_of_many_chunks_at_any_alignment)
{
    enum { MANY = 10001 };
    char header[2][128];
    static float in[MANY], slope[MANY], out[MANY];
    test_random random = {72};
    for (size_t i = 0; i < MANY; i++) {
        in[i] = (float)(3.0 * test_random_normal(&random));
        slope[i] = (float)test_random_normal(&random);
    }
    cr_assert(vact_tanh_backward_f32(out, slope, in, MANY) == VACT_OK);
    for (int padding = 0; padding < 16; padding++) {
        for (int i = 0; i < 2; i++)
            snprintf(header[i], sizeof header[i], "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,)}%*s\n", MANY,
                     i ? padding / 4 : padding % 4, "");
        npy_write("x.npy", 1, header[0], in, sizeof in);
        npy_write("dy.npy", 1, header[1], slope, sizeof slope);
        program_expect(program_run("apply --op tanh --backward dy.npy x.npy out.npy"), 0, "");
        npy_expect("out.npy", "(10001,)", out, MANY);
    }
}

Test(apply_more, gradients_that_do_not_fit)
{
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 4, 3)", dy, COUNT);
    program_expect(program_run("apply --op gelu --backward dy.npy x.npy out.npy"), 1, "has the shape (2, 4, 3), but");
    npy_save("dy.npy", "(24,)", dy, COUNT);
    program_expect(program_run("apply --op gelu --backward dy.npy x.npy out.npy"), 1, "has the shape (24,), but");
    program_expect(program_run("apply --op gelu --backward none.npy x.npy out.npy"), 1, "none.npy: No such file");
    program_expect(program_run("apply --op softmax --backward dy.npy x.npy out.npy"), 1, "has the shape (24,), but");
    program_expect(program_run("apply --op glu --backward dy.npy x.npy x.npy out.npy"), 2, "");
    program_expect(program_run("apply --op prelu --from-output --backward dy.npy dy.npy out.npy"), 2, "");
    program_expect(program_run("apply --op prelu --dslope slope.npy x.npy out.npy"), 2, "");
    program_expect(program_run("apply --op leaky_relu --dslope slope.npy --backward dy.npy dy.npy out.npy"), 2, "");
    program_expect(program_run("apply --op tanh --from-output x.npy out.npy"), 2, "");
    program_expect(program_run("apply --op leaky_relu --alpha -1 --from-output --backward dy.npy dy.npy out.npy"), 1,
                   "invalid argument");
    cr_assert(program_files() == 2, "a file was left");
}

/* softmax along axis `axis` of (2, 3, 4), gathered here. */
static void expect_axis(vact_op op, int axis, const char *arguments)
{
    static const size_t sizes[3] = {2, 3, 4}, strides[3] = {12, 4, 1};
    size_t size = sizes[axis], stride = strides[axis];
    for (size_t i = 0; i < COUNT; i++) {
        float row[4], result[4];
        if (i / stride % size != 0)
            continue;
        for (size_t k = 0; k < size; k++)
            row[k] = x[i + k * stride];
        cr_assert((op == VACT_OP_SOFTMAX ? vact_softmax_f32 : vact_log_softmax_f32)(result, row, 1, size) == VACT_OK);
        for (size_t k = 0; k < size; k++)
            expected[i + k * stride] = result[k];
    }
    program_expect(program_run(arguments), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
}

Test(apply_more, axes)
{
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    expect_axis(VACT_OP_SOFTMAX, 0, "apply --op softmax --axis 0 x.npy out.npy");
    expect_axis(VACT_OP_SOFTMAX, 1, "apply --op softmax --axis 1 x.npy out.npy");
    expect_axis(VACT_OP_SOFTMAX, 2, "apply --op softmax --axis 2 x.npy out.npy");
    expect_axis(VACT_OP_LOG_SOFTMAX, 0, "apply --op log_softmax --axis -3 x.npy out.npy");
    expect_axis(VACT_OP_LOG_SOFTMAX, 1, "apply --op log_softmax --axis=-2 x.npy out.npy");
    expect_axis(VACT_OP_LOG_SOFTMAX, 2, "apply --op log_softmax --axis=-1 x.npy out.npy");
    program_expect(program_run("apply --op softmax --axis 3 x.npy out.npy"), 1, "has 3 axes, so there is no axis 3");
    program_expect(program_run("apply --op softmax --axis=-4 x.npy out.npy"), 1, "there is no axis -4");
    program_expect(program_run("apply --op gelu --axis 0 x.npy out.npy"), 2, "");
    program_expect(program_run("apply --op softmax --axis one x.npy out.npy"), 2, "");
    npy_save("x.npy", "(3, 0, 2)", x, 0);
    program_expect(program_run("apply --op softmax --axis 0 x.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 0, 2)", expected, 0);
}

/* The gradients along axis `axis` of (2, 3, 4), from the inputs and from the outputs. */
static void expect_axis_gradient(vact_op op, int axis, const char *name)
{
    static const size_t sizes[3] = {2, 3, 4}, strides[3] = {12, 4, 1};
    size_t size = sizes[axis], stride = strides[axis];
    float y[COUNT];
    char arguments[96];
    bool soft = op == VACT_OP_SOFTMAX;
    for (size_t i = 0; i < COUNT; i++) {
        float row[4], slope[4], dx[4];
        if (i / stride % size != 0)
            continue;
        for (size_t k = 0; k < size; k++)
            row[k] = x[i + k * stride], slope[k] = dy[i + k * stride];
        cr_assert((soft ? vact_softmax_f32 : vact_log_softmax_f32)(row, row, 1, size) == VACT_OK);
        cr_assert((soft ? vact_softmax_backward_f32 : vact_log_softmax_backward_f32)(dx, slope, row, 1, size) ==
                  VACT_OK);
        for (size_t k = 0; k < size; k++)
            y[i + k * stride] = row[k], expected[i + k * stride] = dx[k];
    }
    npy_save("y.npy", "(2, 3, 4)", y, COUNT);
    snprintf(arguments, sizeof arguments, "apply --op %s --axis %d --backward dy.npy x.npy out.npy", name, axis);
    program_expect(program_run(arguments), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
    snprintf(arguments, sizeof arguments, "apply --op %s --axis %d --from-output --backward dy.npy y.npy out.npy", name,
             axis);
    program_expect(program_run(arguments), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
}

Test(apply_more, gradients_along_axes)
{
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 3, 4)", dy, COUNT);
    for (int axis = 0; axis < 3; axis++) {
        expect_axis_gradient(VACT_OP_SOFTMAX, axis, "softmax");
        expect_axis_gradient(VACT_OP_LOG_SOFTMAX, axis, "log_softmax");
    }
    program_expect(program_run("apply --op log_softmax --backward dy.npy x.npy out.npy"), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT); /* the last axis by default */
    npy_save("one.npy", "()", x, 1);
    program_expect(program_run("apply --op softmax --backward one.npy one.npy out.npy"), 0, "");
    npy_expect("out.npy", "()", (const float[]){0.0f}, 1);
}

Test(apply_more, gradients_of_prelu)
{
    const float slopes[3] = {0.5f, -1.0f, 0.1f};
    float dslope[3];
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 3, 4)", dy, COUNT);
    npy_save("slope.npy", "(3,)", slopes, 3);
    cr_assert(vact_prelu_backward_f32(expected, dslope, dy, x, slopes, 2, 3, 4) == VACT_OK);
    program_expect(program_run("apply --op prelu --slope slope.npy --backward dy.npy --dslope ds.npy x.npy out.npy"), 0,
                   "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
    npy_expect("ds.npy", "(3,)", dslope, 3);
    /* one slope, the default */
    cr_assert(vact_prelu_backward_f32(expected, dslope, dy, x, (const float[]){0.25f}, COUNT, 1, 1) == VACT_OK);
    program_expect(program_run("apply --op prelu --backward dy.npy --dslope ds.npy x.npy out.npy"), 0, "");
    npy_expect("out.npy", "(2, 3, 4)", expected, COUNT);
    npy_expect("ds.npy", "()", dslope, 1);
    npy_save("slope.npy", "(2,)", slopes, 2);
    program_expect(program_run("apply --op prelu --slope slope.npy --backward dy.npy x.npy out.npy"), 1, "2 slopes");
    cr_assert(program_files() == 5, "a file was left");
}

/* Where the gradient of the slopes cannot be written x.npy stays: it could not be computed again without it. */
Test(apply_more, gradients_of_prelu_are_written_both_or_neither)
{
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 3, 4)", dy, COUNT);
    program_expect(program_run("apply --op prelu --backward dy.npy --dslope none/ds.npy x.npy x.npy"), 1,
                   "none/ds.npy: cannot be made in its folder");
    program_expect(program_run("apply --op prelu --backward dy.npy --dslope dy.npy x.npy none/x.npy"), 1,
                   "none/x.npy: cannot be made in its folder");
    npy_expect("x.npy", "(2, 3, 4)", x, COUNT);
    npy_expect("dy.npy", "(2, 3, 4)", dy, COUNT);
    cr_assert(program_files() == 2, "a file was left");
}

/* However the path of the file is written, and whether it exists or not. */
Test(apply_more, two_results_in_one_file)
{
    static const char *const paths[][2] = {{"x.npy", "x.npy"},        {"./x.npy", "x.npy"},
                                           {"link.npy", "x.npy"},     {"new.npy", "new.npy"},
                                           {"new.npy", ".//new.npy"}, {"folder/new.npy", "here/new.npy"}};
    char arguments[96];
    fill();
    npy_save("x.npy", "(2, 3, 4)", x, COUNT);
    npy_save("dy.npy", "(2, 3, 4)", dy, COUNT);
    cr_assert(symlink("x.npy", "link.npy") == 0 && mkdir("folder", 0700) == 0 && symlink("folder", "here") == 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(arguments, sizeof arguments, "apply --op prelu --backward dy.npy --dslope %s x.npy %s", paths[i][0],
                 paths[i][1]);
        program_expect(program_run(arguments), 2, "--dslope and OUT.npy are the same file");
    }
    npy_expect("x.npy", "(2, 3, 4)", x, COUNT);
    cr_assert(program_files() == 5, "a file was left");
    program_expect(program_run("apply --op prelu --backward dy.npy --dslope folder/new.npy x.npy new.npy"), 0, "");
    cr_assert(remove("folder/new.npy") == 0);
}

/* Ten points from -3 to 3: relu stops half of the gradient, the others none. */
Test(apply_more, ten_points)
{
    static const struct {
        const char *op, *share;
    } zeros[] = {{"relu", "50.00"}, {"leaky_relu", "0.00"}, {"elu", "0.00"}, {"gelu", "0.00"}};
    char arguments[96], line[32];
    for (int i = 0; i < 10; i++) {
        x[i] = (float)(-3.0 + 6.0 * i / 9.0);
        dy[i] = 1.0f;
    }
    npy_save("x.npy", "(10,)", x, 10);
    npy_save("dy.npy", "(10,)", dy, 10);
    for (size_t k = 0; k < sizeof zeros / sizeof zeros[0]; k++) {
        snprintf(arguments, sizeof arguments, "apply --op %s --backward dy.npy x.npy dx.npy", zeros[k].op);
        program_expect(program_run(arguments), 0, "");
        const program_result *health = program_run("health dx.npy");
        program_expect(health, 0, "");
        snprintf(line, sizeof line, "zero        %s %%\n", zeros[k].share);
        cr_assert(strstr(health->out, line) != NULL, "%s: %s", zeros[k].op, health->out);
    }
}

/* Several blocks of columns, and an axis longer than a block. */
Test(apply_more, long_axes)
{
    static const struct {
        const char *shape;
        size_t size, inner;
    } shapes[] = {{"(300, 500)", 300, 500}, {"(70000, 3)", 70000, 3}};
    for (size_t s = 0; s < 2; s++) {
        size_t size = shapes[s].size, inner = shapes[s].inner;
        float *in = malloc(size * inner * sizeof *in), *out = malloc(size * inner * sizeof *out);
        float *row = malloc(size * sizeof *row);
        cr_assert(in && out && row);
        test_random random = {73};
        for (size_t i = 0; i < size * inner; i++)
            in[i] = (float)test_random_normal(&random);
        for (size_t c = 0; c < inner; c++) {
            for (size_t k = 0; k < size; k++)
                row[k] = in[k * inner + c];
            cr_assert(vact_softmax_f32(row, row, 1, size) == VACT_OK);
            for (size_t k = 0; k < size; k++)
                out[k * inner + c] = row[k];
        }
        npy_save("x.npy", shapes[s].shape, in, size * inner);
        program_expect(program_run("apply --op softmax --axis 0 x.npy out.npy"), 0, "");
        npy_expect("out.npy", shapes[s].shape, out, size * inner);
        free(in), free(out), free(row);
    }
}
