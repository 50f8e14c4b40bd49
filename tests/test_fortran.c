/* .npy files in Fortran order: results keep it, axes are the array's, and what needs C order says so. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "program.h"
#include "support.h"

TestSuite(fortran, .init = program_enter, .fini = program_leave);

enum { COUNT = 24 };

static float x[COUNT], dy[COUNT], expected[COUNT];

static void save(const char *path, const char *shape, const float *values, size_t count)
{
    char header[128];
    int length = snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': True, 'shape': %s, }", shape);
    int padding = 63 - (10 + length) % 64;
    snprintf(header + length, sizeof header - (size_t)length, "%*s\n", padding, "");
    npy_write(path, 1, header, values, count * sizeof *values);
}

/* The file is the one that save() would write. */
static void expect(const char *path, const char *shape, const float *values, size_t count)
{
    save("expected.npy", shape, values, count);
    command_result result = command_run("cmp '%s' expected.npy 2>&1", path);
    cr_expect(result.status == 0, "%s: %s", path, result.text);
    free(result.text);
    cr_assert(remove("expected.npy") == 0);
}

static void prepare(void)
{
    test_random random = {77};
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = (float)(2.0 * test_random_normal(&random));
        dy[i] = (float)test_random_normal(&random);
    }
    save("x.npy", "(2, 3, 4)", x, COUNT);
    save("dy.npy", "(2, 3, 4)", dy, COUNT);
    npy_save("c.npy", "(2, 3, 4)", dy, COUNT);
}

Test(fortran, elementwise_operations_keep_it)
{
    char line[96];
    prepare();
    for (const vacti_op_info *info = vacti_registry; info < vacti_registry + vacti_registry_count; info++) {
        if (info->kind != VACT_KIND_UNARY)
            continue;
        cr_assert(vact_forward_f32(info->op, NULL, expected, x, COUNT) == VACT_OK);
        snprintf(line, sizeof line, "apply --op %s x.npy out.npy", info->name);
        program_expect(program_run(line), 0, "");
        expect("out.npy", "(2, 3, 4)", expected, COUNT);
    }
    program_expect(program_run("apply --op gelu --backward dy.npy x.npy out.npy"), 0, "");
    cr_assert(vact_gelu_backward_f32(expected, dy, x, COUNT) == VACT_OK);
    expect("out.npy", "(2, 3, 4)", expected, COUNT);
    program_expect(program_run("apply --op swiglu x.npy dy.npy out.npy"), 0, "");
    cr_assert(vact_swiglu_f32(expected, x, dy, COUNT) == VACT_OK);
    expect("out.npy", "(2, 3, 4)", expected, COUNT);
    program_expect(program_run("apply --op prelu x.npy out.npy"), 0, "");
    cr_assert(vact_prelu_f32(expected, x, (const float[]){0.25f}, 1, 1, COUNT) == VACT_OK);
    expect("out.npy", "(2, 3, 4)", expected, COUNT);
    program_expect(program_run("apply --op relu x.npy x.npy"), 0, "");
    cr_assert(vact_relu_f32(expected, x, COUNT) == VACT_OK);
    expect("x.npy", "(2, 3, 4)", expected, COUNT);
}

Test(fortran, two_orders_do_not_go_together)
{
    prepare();
    program_expect(program_run("apply --op gelu --backward c.npy x.npy out.npy"), 1,
                   "c.npy: is in C order, but x.npy is in the other");
    program_expect(program_run("apply --op gelu --backward x.npy c.npy out.npy"), 1,
                   "x.npy: is in Fortran order, but c.npy is in the other");
    program_expect(program_run("apply --op swiglu x.npy c.npy out.npy"), 1, "c.npy: is in C order");
}

/* What works along an axis. */
Test(fortran, is_refused_where_c_order_is_needed)
{
    static const char *const lines[] = {
        "apply --op softmax x.npy out.npy",
        "apply --op softmax --axis 0 x.npy out.npy",
        "apply --op log_softmax --backward dy.npy x.npy out.npy",
        "apply --op glu --packed gate-first x.npy out.npy",
        "run x.npy",
    };
    prepare();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        program_expect(program_run(lines[i]), 1,
                       "x.npy: its elements are in Fortran order; write them in C order in Python: numpy.save(FILE, "
                       "numpy.ascontiguousarray(numpy.load(FILE)))\n");
    npy_save("slope.npy", "(3,)", x, 3);
    program_expect(program_run("apply --op prelu --slope slope.npy x.npy out.npy"), 1,
                   "slope.npy: has a slope per channel, for which the array must be in C order");
    save("slope.npy", "(2, 2)", x, 4);
    program_expect(program_run("apply --op prelu --slope slope.npy c.npy out.npy"), 1,
                   "slope.npy: its elements are in");
    cr_assert(program_files() == 4, "a file was left");
}

/* With one axis of more than one element both orders are the same. */
Test(fortran, that_is_c_order_too)
{
    prepare();
    save("x.npy", "(1, 4, 1)", x, 4);
    program_expect(program_run("apply --op softmax --axis 1 x.npy out.npy"), 0, "");
    cr_assert(vact_softmax_f32(expected, x, 1, 4) == VACT_OK);
    npy_expect("out.npy", "(1, 4, 1)", expected, 4);
    save("x.npy", "(3, 0, 2)", x, 0);
    program_expect(program_run("apply --op softmax x.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 0, 2)", expected, 0);
}

/* Shape (2, 3): rows 0 0 1 and 0 2 0, so that unit 0 of axis 1 is dead, and no unit of axis 0. */
Test(fortran, health)
{
    static const float columns[6] = {0.0f, 0.0f, 0.0f, 2.0f, 1.0f, 0.0f};
    save("in.npy", "(2, 3)", columns, 6);
    const program_result *result = program_run("health in.npy");
    program_expect(result, 0, "");
    cr_expect(strstr(result->out, "dead units  1 of 3 (33.33 %), axis 1") != NULL, "%s", result->out);
    cr_expect(strstr(result->out, "zero        66.67 %") != NULL, "%s", result->out);
    result = program_run("health --axis 0 in.npy");
    cr_expect(strstr(result->out, "dead units  0 of 2 (0.00 %), axis 0") != NULL, "%s", result->out);
    /* (2, 2, 2): what is dead along the middle axis */
    static const float cube[8] = {0.0f, 0.0f, 5.0f, 0.0f, 0.0f, 0.0f, 0.0f, 6.0f};
    save("in.npy", "(2, 2, 2)", cube, 8);
    result = program_run("health --axis 1 in.npy");
    cr_expect(strstr(result->out, "dead units  1 of 2 (50.00 %), axis 1") != NULL, "%s", result->out);
}
