/* vact apply on valid files: every shape, operation and option, and the output file. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

TestSuite(apply, .init = program_enter, .fini = program_leave);

static const float sample[24] = {-3.5f,  -1.0f,    -0.5f,     -0.0f, 0.0f,   0x1p-149f, 0.25f,   0.5f,
                                 1.0f,   2.0f,     6.5f,      20.0f, -10.0f, -87.0f,    -104.0f, 88.0f,
                                 100.0f, INFINITY, -INFINITY, NAN,   1e-30f, -1e-30f,   3.0f,    -6.0f};

/* What the library returns for `in`. */
static void forward(vact_op op, const vact_params_f32 *params, float *out, const float *in, size_t count)
{
    cr_assert(vact_forward_f32(op, params, out, in, count) == VACT_OK);
}

Test(apply, one_dimension_every_unary_operation)
{
    float expected[24];
    char arguments[64];
    npy_save("in.npy", "(24,)", sample, 24);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        if (vacti_registry[i].kind != VACT_KIND_UNARY)
            continue;
        forward(vacti_registry[i].op, NULL, expected, sample, 24);
        snprintf(arguments, sizeof arguments, "apply --op %s in.npy out.npy", vacti_registry[i].name);
        const program_result *result = program_run(arguments);
        program_expect(result, 0, "");
        cr_assert(result->out[0] == '\0' && result->err[0] == '\0', "%s: not silent", vacti_registry[i].name);
        npy_expect("out.npy", "(24,)", expected, 24);
    }
    cr_assert(program_files() == 2);
}

Test(apply, other_shapes)
{
    static const struct {
        const char *shape;
        size_t count;
    } shapes[] = {{"(2, 3, 4)", 24}, {"()", 1}, {"(0,)", 0}, {"(3, 0, 2)", 0}, {"(1, 1, 1, 1, 1, 1, 24)", 24}};
    static const char *const operations[] = {"gelu", "softmax", "log_softmax", "prelu"};
    float expected[24];
    char arguments[64];
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        npy_save("in.npy", shapes[i].shape, sample, shapes[i].count);
        forward(VACT_OP_GELU, NULL, expected, sample, shapes[i].count);
        program_expect(program_run("apply --op gelu in.npy out.npy"), 0, "");
        npy_expect("out.npy", shapes[i].shape, expected, shapes[i].count);
        for (size_t j = 0; j < sizeof operations / sizeof operations[0]; j++) {
            snprintf(arguments, sizeof arguments, "apply --op %s in.npy out.npy", operations[j]);
            program_expect(program_run(arguments), 0, "");
        }
    }
}

Test(apply, every_header_that_numpy_may_write)
{
    static const struct {
        int major;
        const char *header;
    } headers[] = {{1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }\n"},
                   {2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }         \n"},
                   {3, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4)}\n"},
                   {1, "{\"shape\":(2,3,4,),\"descr\":\"=f4\",\"fortran_order\":False}   \n"},
                   {1, " { 'fortran_order' : False , 'shape' : ( 2 , 3 , 4 ) , 'descr' : '<f4' , } \n"}};
    float expected[24];
    forward(VACT_OP_SILU, NULL, expected, sample, 24);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        npy_write("in.npy", headers[i].major, headers[i].header, sample, sizeof sample);
        program_expect(program_run("apply --op silu in.npy out.npy"), 0, "");
        npy_expect("out.npy", "(2, 3, 4)", expected, 24);
    }
    /* an array with one axis is in both orders at once */
    npy_write("in.npy", 1, "{'descr': '<f4', 'fortran_order': True, 'shape': (24,), }\n", sample, sizeof sample);
    program_expect(program_run("apply --op silu in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(24,)", expected, 24);
}

/* The elements start at every distance from an aligned address, and are more than one slice. */
Test(apply, any_alignment_and_many_slices)
{
    enum { COUNT = 150001 };
    float *values = malloc(COUNT * sizeof *values);
    float *expected = malloc(COUNT * sizeof *expected);
    test_random random = {7};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (float)(4.0 * test_random_normal(&random));
    for (int padding = 0; padding < 4; padding++) {
        char header[128];
        snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, %d)}%*s\n", COUNT,
                 padding, "");
        npy_write("in.npy", 1, header, values, COUNT * sizeof *values);
        forward(VACT_OP_MISH, NULL, expected, values, COUNT);
        program_expect(program_run("apply --op mish in.npy out.npy"), 0, "");
        npy_expect("out.npy", "(1, 150001)", expected, COUNT);
        cr_assert(vact_softmax_f32(expected, values, 1, COUNT) == VACT_OK);
        program_expect(program_run("apply --op softmax in.npy out.npy"), 0, "");
        npy_expect("out.npy", "(1, 150001)", expected, COUNT);
    }
    free(values);
    free(expected);
}

Test(apply, softmax_runs_along_the_last_axis)
{
    static const float logits[6] = {3.2f, 1.8f, 0.5f, 0.5f, 3.2f, 1.8f};
    static const double known[6] = {0.7611, 0.1877, 0.0512, 0.0512, 0.7611, 0.1877};
    float expected[6];
    npy_save("in.npy", "(2, 1, 3)", logits, 6);
    cr_assert(vact_softmax_f32(expected, logits, 2, 3) == VACT_OK);
    for (int i = 0; i < 6; i++)
        cr_assert(fabs((double)expected[i] - known[i]) < 0.5e-4, "element %d is %g", i, (double)expected[i]);
    program_expect(program_run("apply --op softmax in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(2, 1, 3)", expected, 6);
    cr_assert(vact_log_softmax_f32(expected, logits, 2, 3) == VACT_OK);
    program_expect(program_run("apply --op log_softmax in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(2, 1, 3)", expected, 6);

    enum { ROWS = 300, COLS = 1000 }; /* several slices of whole rows, the last one short */
    float *values = malloc(sizeof(float) * ROWS * COLS);
    float *rows = malloc(sizeof(float) * ROWS * COLS);
    test_random random = {11};
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        values[i] = (float)(4.0 * test_random_normal(&random));
    npy_save("in.npy", "(3, 100, 1000)", values, (size_t)ROWS * COLS);
    cr_assert(vact_softmax_f32(rows, values, ROWS, COLS) == VACT_OK);
    program_expect(program_run("apply --op softmax in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 100, 1000)", rows, (size_t)ROWS * COLS);
    free(values);
    free(rows);
}

/* Element i of `values` with the slope of its channel. */
static void expect_prelu(const char *shape, const float *values, size_t count, const float *slopes, size_t channels,
                         size_t inner)
{
    float expected[24];
    for (size_t i = 0; i < count; i++)
        expected[i] = values[i] < 0.0f ? slopes[i / inner % channels] * values[i] : values[i];
    npy_expect("out.npy", shape, expected, count);
}

Test(apply, prelu_takes_slopes)
{
    float slopes[24]; /* no slope is 0: -inf with a slope of 0 gives the limit -0, not the product */
    static const float shared = 0.25f;
    for (int i = 0; i < 24; i++)
        slopes[i] = 0.125f * (float)(i % 2 == 0 ? i + 1 : -i);
    npy_save("in.npy", "(2, 3, 4)", sample, 24);
    program_expect(program_run("apply --op prelu in.npy out.npy"), 0, "");
    expect_prelu("(2, 3, 4)", sample, 24, &shared, 1, 1);

    npy_save("slope.npy", "(1,)", slopes, 1);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 0, "");
    expect_prelu("(2, 3, 4)", sample, 24, slopes, 1, 1);

    npy_save("slope.npy", "(3,)", slopes, 3);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 0, "");
    expect_prelu("(2, 3, 4)", sample, 24, slopes, 3, 4);

    npy_write("slope.npy", 1, "{'descr':'<f4','fortran_order':False,'shape':(4,)} \n", slopes, 4 * sizeof *slopes);
    npy_save("in.npy", "(6, 4)", sample, 24);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 0, "");
    expect_prelu("(6, 4)", sample, 24, slopes, 4, 1);

    npy_save("in.npy", "(24,)", sample, 24);
    npy_save("slope.npy", "(24,)", slopes, 24);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 0, "");
    expect_prelu("(24,)", sample, 24, slopes, 24, 1);
}

Test(apply, slopes_that_do_not_fit)
{
    static const float bad[2] = {1.0f, NAN};
    npy_save("in.npy", "(6, 4)", sample, 24);
    npy_save("slope.npy", "(3,)", sample, 3);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 1,
                   "slope.npy: has 3 slopes, but the array has 4 channels");
    npy_save("in.npy", "(12, 2)", sample, 24);
    npy_save("slope.npy", "(2,)", bad, 2);
    program_expect(program_run("apply --op prelu --slope slope.npy in.npy out.npy"), 1, "slope 1 is not finite");
    program_expect(program_run("apply --op prelu --slope none.npy in.npy out.npy"), 1, "none.npy: No such file");
    cr_assert(program_files() == 2, "a file was left");
}

Test(apply, parameters)
{
    float expected[24];
    const vact_params_f32 leaky = {{0.3f}};
    const vact_params_f32 soft = {{2.0f, INFINITY}};
    npy_save("in.npy", "(24,)", sample, 24);
    forward(VACT_OP_LEAKY_RELU, &leaky, expected, sample, 24);
    program_expect(program_run("apply --op leaky_relu --alpha 0.3 in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(24,)", expected, 24);
    forward(VACT_OP_SOFTPLUS, &soft, expected, sample, 24);
    program_expect(program_run("apply --threshold=inf --beta=2 in.npy out.npy --op softplus"), 0, "");
    npy_expect("out.npy", "(24,)", expected, 24);
}

Test(apply, instruction_sets_and_variants)
{
    float expected[24];
    npy_save("in.npy", "(24,)", sample, 24);
    forward(VACT_OP_HARD_SWISH, NULL, expected, sample, 24);
    program_expect(program_run("apply --isa scalar --math fast --op hard_swish in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(24,)", expected, 24);
#if defined(__x86_64__)
    program_expect(program_run("apply --isa neon --op relu in.npy out.npy"), 1, "--isa: neon is not supported");
#endif
    if (vact_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_CR) == NULL) {
        program_expect(program_run("apply --math cr --op relu in.npy out.npy"), 1, "--math: cr is not in this build");
        return;
    }
    program_expect(program_run("apply --math cr --op gelu in.npy out.npy"), 0, "");
    vact_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_CR)(expected, sample, 24, NULL);
    npy_expect("out.npy", "(24,)", expected, 24);
}

Test(apply, input_and_output_may_be_one_file)
{
    float expected[24];
    npy_save("in.npy", "(4, 6)", sample, 24);
    forward(VACT_OP_TANH, NULL, expected, sample, 24);
    program_expect(program_run("apply --op tanh in.npy in.npy"), 0, "");
    npy_expect("in.npy", "(4, 6)", expected, 24);
    cr_assert(program_files() == 1);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    cr_assert(stat(path, &status) == 0);
    return status.st_mode & 07777;
}

Test(apply, permissions_are_those_of_umask_or_of_the_file_replaced)
{
    npy_save("in.npy", "(24,)", sample, 24);
    umask(027);
    program_expect(program_run("apply --op relu in.npy out.npy"), 0, "");
    cr_assert(mode_of("out.npy") == 0640, "%o", (unsigned)mode_of("out.npy"));
    cr_assert(chmod("out.npy", 0604) == 0);
    program_expect(program_run("apply --op relu in.npy out.npy"), 0, "");
    cr_assert(mode_of("out.npy") == 0604, "%o", (unsigned)mode_of("out.npy"));
}

Test(apply, a_symbolic_link_stays_and_its_target_is_replaced)
{
    struct stat status;
    float expected[24];
    npy_save("in.npy", "(24,)", sample, 24);
    npy_save("target.npy", "(1,)", sample, 1);
    cr_assert(symlink("target.npy", "out.npy") == 0);
    forward(VACT_OP_RELU, NULL, expected, sample, 24);
    program_expect(program_run("apply --op relu in.npy out.npy"), 0, "");
    cr_assert(lstat("out.npy", &status) == 0 && S_ISLNK(status.st_mode));
    npy_expect("target.npy", "(24,)", expected, 24);
}

/* ------------------------------------------------------------------------------------------ gated units */

Test(apply, gates)
{
    float gate[12], up[12], packed[24], expected[12];
    for (size_t i = 0; i < 12; i++) {
        gate[i] = sample[i];
        up[i] = sample[23 - i];
        packed[i / 4 * 8 + i % 4] = gate[i]; /* rows of 4 */
        packed[i / 4 * 8 + 4 + i % 4] = up[i];
    }
    npy_save("gate.npy", "(3, 4)", gate, 12);
    npy_save("up.npy", "(3, 4)", up, 12);
    npy_save("packed.npy", "(3, 8)", packed, 24);
    cr_assert(vact_swiglu_f32(expected, gate, up, 12) == VACT_OK);
    program_expect(program_run("apply --op swiglu gate.npy up.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 4)", expected, 12);
    program_expect(program_run("apply --op swiglu --packed gate-first packed.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 4)", expected, 12);
    cr_assert(vact_gate_packed_f32(VACT_OP_GLU, NULL, VACT_GATE_SECOND, expected, 4, packed, 8, 3, 4) == VACT_OK);
    program_expect(program_run("apply --op glu --packed gate-second packed.npy packed.npy"), 0, "");
    npy_expect("packed.npy", "(3, 4)", expected, 12);
    cr_assert(vact_gate_packed_f32(VACT_OP_GEGLU, NULL, VACT_GATE_INTERLEAVED, expected, 2, gate, 4, 3, 2) == VACT_OK);
    program_expect(program_run("apply --op geglu --packed interleaved gate.npy out.npy"), 0, "");
    npy_expect("out.npy", "(3, 2)", expected, 6);
    cr_assert(vact_swiglu_oai_f32(expected, gate, up, 12, 1.5f, 0.5f, INFINITY) == VACT_OK);
    program_expect(program_run("apply --op swiglu_oai --alpha 1.5 --beta 0.5 --limit inf gate.npy up.npy out.npy"), 0,
                   "");
    npy_expect("out.npy", "(3, 4)", expected, 12);
    npy_save("odd.npy", "(4, 3)", gate, 12);
    program_expect(program_run("apply --op swiglu gate.npy odd.npy none.npy"), 1, "shape");
    program_expect(program_run("apply --op swiglu --packed gate-first odd.npy none.npy"), 1, "pairs");
    program_expect(program_run("apply --op swiglu gate.npy out.npy"), 2, "");
    program_expect(program_run("apply --op gelu --packed gate-first gate.npy none.npy"), 2, "");
    program_expect(program_run("apply --op swiglu --packed sideways gate.npy none.npy"), 2, "");
}

Test(apply, gradients_of_gates)
{
    float gate[12], up[12], dy[12], packed[24], dgate[12], dup[12];
    for (size_t i = 0; i < 12; i++) {
        gate[i] = sample[i];
        up[i] = (float)i - 5.5f;
        dy[i] = 0.25f * (float)i - 1.0f;
        packed[2 * i] = gate[i];
        packed[2 * i + 1] = up[i];
    }
    npy_save("gate.npy", "(3, 4)", gate, 12);
    npy_save("up.npy", "(3, 4)", up, 12);
    npy_save("dy.npy", "(3, 4)", dy, 12);
    npy_save("packed.npy", "(3, 8)", packed, 24);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *op = &vacti_registry[i];
        char command[160];
        if (op->kind != VACT_KIND_GATE)
            continue;
        cr_assert(vact_gate_backward_rows_f32(op->op, NULL, dgate, 12, dup, 12, dy, 12, gate, 12, up, 12, 1, 12) ==
                  VACT_OK);
        snprintf(command, sizeof command, "apply --op %s --backward dy.npy --dup dup.npy gate.npy up.npy dgate.npy",
                 op->name);
        program_expect(program_run(command), 0, "");
        npy_expect("dgate.npy", "(3, 4)", dgate, 12);
        npy_expect("dup.npy", "(3, 4)", dup, 12);
        static const char *const words[] = {"gate-first", "gate-second", "interleaved", "interleaved-second"};
        for (unsigned layout = 0; layout < sizeof words / sizeof words[0]; layout++) {
            float expected[24];
            cr_assert(vact_gate_backward_packed_f32(op->op, NULL, (vact_gate_layout)layout, expected, 8, dy, 4, packed,
                                                    8, 3, 4) == VACT_OK);
            snprintf(command, sizeof command, "apply --op %s --packed %s --backward dy.npy packed.npy out.npy",
                     op->name, words[layout]);
            program_expect(program_run(command), 0, "");
            npy_expect("out.npy", "(3, 8)", expected, 24);
        }
    }
    program_expect(program_run("apply --op glu --backward dy.npy gate.npy up.npy none.npy"), 2, "");
    program_expect(program_run("apply --op gelu --backward dy.npy --dup none.npy gate.npy none.npy"), 2, "");
    program_expect(program_run("apply --op glu --dup none.npy gate.npy up.npy none.npy"), 2, "");
    program_expect(program_run("apply --op glu --packed gate-first --backward packed.npy packed.npy none.npy"), 1,
                   "shape");
    program_expect(program_run("apply --op glu --backward packed.npy --dup dup.npy gate.npy up.npy none.npy"), 1,
                   "shape");
    cr_expect(program_files() == 7, "%zu files", program_files());
}

/* Where dup cannot be written dgate stays too: it may be the gate that both are computed from. */
Test(apply, gradients_of_gates_are_written_both_or_neither)
{
    npy_save("gate.npy", "(24,)", sample, 24);
    npy_save("dup.npy", "(1,)", sample, 1);
    program_expect(program_run("apply --op glu --backward gate.npy --dup no/none.npy gate.npy gate.npy gate.npy"), 1,
                   "no/none.npy: cannot be made in its folder");
    npy_expect("gate.npy", "(24,)", sample, 24);
    program_expect(program_run("apply --op glu --backward gate.npy --dup gate.npy gate.npy gate.npy gate.npy"), 2,
                   "--dup and OUT.npy are the same file");
    program_expect(program_run("apply --op glu --backward gate.npy --dup dup.npy gate.npy gate.npy no/none.npy"), 1,
                   "no/none.npy: cannot be made in its folder");
    npy_expect("gate.npy", "(24,)", sample, 24);
    npy_expect("dup.npy", "(1,)", sample, 1);
    cr_assert(program_files() == 2, "a file was left");
}
