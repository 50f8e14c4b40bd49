/* vact apply on bfloat16 and float16: results, headers, from one type to another, and what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "support.h"

TestSuite(apply_narrow, .init = program_enter, .fini = program_leave);

enum { ALL = 1 << 16, FEW = 600 };

static uint16_t every[ALL], wanted[ALL];
static float floats[ALL], others[ALL];

static void fill_every(void)
{
    for (size_t i = 0; i < ALL; i++)
        every[i] = (uint16_t)i;
}

/* Numbers as floats, and as elements of the type. */
static void fill(vact_type type, uint16_t *elements, float *values, size_t n, uint64_t seed)
{
    test_random random = {seed};
    for (size_t i = 0; i < n; i++)
        values[i] = (float)test_random_normal(&random);
    cr_assert(vact_forward(VACT_OP_IDENTITY, NULL, elements, type, values, VACT_F32, n) == VACT_OK);
    cr_assert(vact_forward(VACT_OP_IDENTITY, NULL, values, VACT_F32, elements, type, n) == VACT_OK);
}

static void round_to(vact_type type, const float *values, size_t n)
{
    cr_assert(vact_forward(VACT_OP_IDENTITY, NULL, wanted, type, values, VACT_F32, n) == VACT_OK);
}

static const char *descr_of(vact_type type) { return type == VACT_F32 ? "<f4" : type == VACT_BF16 ? "<V2" : "<f2"; }

static const char *word_of(vact_type type) { return type == VACT_F32 ? "f32" : type == VACT_BF16 ? "bf16" : "f16"; }

static void save(const char *path, const char *descr, const char *shape, const void *elements, size_t size)
{
    char header[256];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    size_t length = strlen(header); /* padded, so that the elements are aligned */
    while ((10 + length + 1) % 64 != 0)
        header[length++] = ' ';
    header[length++] = '\n';
    header[length] = '\0';
    npy_write(path, 1, header, elements, size);
}

/* Whether the file has a header of 128 bytes that says this, and these elements. */
static bool is_file(const char *path, const char *descr, const char *shape, const void *elements, size_t size)
{
    static char file[128 + 4 * ALL + 1];
    char header[128];
    FILE *opened = fopen(path, "rb");
    cr_assert(opened != NULL, "%s was not written", path);
    const size_t found = fread(file, 1, sizeof file, opened);
    fclose(opened);
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    return found == 128 + size && memcmp(file + 10, header, strlen(header)) == 0 &&
           memcmp(file + 128, elements, size) == 0;
}

static void run(const char *arguments) { program_expect(program_run(arguments), 0, ""); }

#define expect(path, descr, shape, elements, size)                                                                     \
    cr_expect(is_file(path, descr, shape, elements, size), "%s, %s", path, descr)

/* -------------------------------------------------------------------------------------- element by element */

/* The results are those of the 16-bit kernels. */
Test(apply_narrow, every_input)
{
    static const vact_params_f32 params = {{0.25f}};
    fill_every();
    for (int t = VACT_BF16; t <= VACT_F16; t++) {
        const vact_type type = (vact_type)t;
        save("in.npy", descr_of(type), "(256, 256)", every, sizeof every);
        cr_assert(vact_forward(VACT_OP_SILU, NULL, wanted, type, every, type, ALL) == VACT_OK);
        run("apply --op silu in.npy out.npy");
        expect("out.npy", descr_of(type), "(256, 256)", wanted, sizeof wanted);
        cr_assert(vact_forward(VACT_OP_LEAKY_RELU, &params, wanted, type, every, type, ALL) == VACT_OK);
        run("apply --op leaky_relu --alpha 0.25 in.npy in.npy");
        expect("in.npy", descr_of(type), "(256, 256)", wanted, sizeof wanted);
        cr_assert(program_files() == 2, "a file was left");
    }
}

/* Rounding float's results, as the operations without 16-bit kernels do, is not that. */
Test(apply_narrow, rounding_floats_differs)
{
    fill_every();
    save("in.npy", "<V2", "(65536,)", every, sizeof every);
    cr_assert(vact_f32_from_bf16(floats, (const vact_bf16 *)every, ALL) == VACT_OK);
    cr_assert(vact_forward_f32(VACT_OP_SILU, NULL, floats, floats, ALL) == VACT_OK);
    round_to(VACT_BF16, floats, ALL);
    run("apply --op silu in.npy out.npy");
    cr_expect(!is_file("out.npy", "<V2", "(65536,)", wanted, sizeof wanted));
    /* but through a file of float32 it is */
    run("apply --op silu --output-type f32 in.npy floats.npy");
    expect("floats.npy", "<f4", "(65536,)", floats, sizeof floats);
    run("apply --op identity --output-type bf16 floats.npy out.npy");
    expect("out.npy", "<V2", "(65536,)", wanted, sizeof wanted);
    wanted[0x3f81] ^= 1;
    cr_expect(!is_file("out.npy", "<V2", "(65536,)", wanted, sizeof wanted));
}

/* What the elements of 2 bytes are: as the file says it, or --type. */
Test(apply_narrow, types)
{
    static const struct {
        const char *descr, *options;
        vact_type type;
    } cases[] = {{"<V2", "", VACT_BF16},
                 {"|V2", "", VACT_BF16},
                 {"V2", "", VACT_BF16},
                 {"bfloat16", "", VACT_BF16},
                 {"<f2", "", VACT_F16},
                 {"=f2", "", VACT_F16},
                 {"<f2", "--type f16 ", VACT_F16},
                 {"<V2", "--type bf16 ", VACT_BF16},
                 {"|V2", "--type f16 ", VACT_F16},
                 {"<u2", "--type bf16 ", VACT_BF16},
                 {"<i2", "--type bf16 ", VACT_BF16},
                 {"<u2", "--type f16 ", VACT_F16},
                 {"<i2", "--type f16 ", VACT_F16}};
    char arguments[128];
    fill_every();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const vact_type type = cases[i].type;
        cr_assert(vact_forward(VACT_OP_TANH, NULL, wanted, type, every, type, FEW) == VACT_OK);
        save("in.npy", cases[i].descr, "(600,)", every, FEW * sizeof *every);
        snprintf(arguments, sizeof arguments, "apply --op tanh %sin.npy out.npy", cases[i].options);
        run(arguments);
        expect("out.npy", descr_of(type), "(600,)", wanted, FEW * sizeof *wanted);
    }
}

static void save_of(const char *path, vact_type type, const char *shape, const uint16_t *elements, const float *values,
                    size_t n)
{
    if (type == VACT_F32)
        save(path, descr_of(type), shape, values, n * sizeof *values);
    else
        save(path, descr_of(type), shape, elements, n * sizeof *elements);
}

/* From each type to each, and through - to -. */
Test(apply_narrow, between_types)
{
    static uint16_t elements[FEW];
    static float results[FEW];
    char arguments[128];
    for (int from = VACT_F32; from <= VACT_F16; from++)
        for (int to = VACT_F32; to <= VACT_F16; to++) {
            const size_t size = FEW * (to == VACT_F32 ? sizeof(float) : sizeof(uint16_t));
            void *const expected = to == VACT_F32 ? (void *)results : wanted;
            fill(from == VACT_F32 ? VACT_BF16 : (vact_type)from, elements, floats, FEW, 5);
            save_of("in.npy", (vact_type)from, "(2, 300)", elements, floats, FEW);
            cr_assert(vact_forward(VACT_OP_GELU, NULL, expected, (vact_type)to,
                                   from == VACT_F32 ? (void *)floats : elements, (vact_type)from, FEW) == VACT_OK);
            snprintf(arguments, sizeof arguments, "apply --op gelu --output-type %s in.npy out.npy",
                     word_of((vact_type)to));
            run(arguments);
            expect("out.npy", descr_of((vact_type)to), "(2, 300)", expected, size);
        }
}

Test(apply_narrow, empty_scalar_and_fortran)
{
    const uint16_t one = 0x3c00;
    save("in.npy", "<f2", "(0, 7)", NULL, 0);
    run("apply --op gelu in.npy out.npy");
    expect("out.npy", "<f2", "(0, 7)", &one, 0);
    run("apply --op softmax --output-type bf16 in.npy out.npy");
    expect("out.npy", "<V2", "(0, 7)", &one, 0);
    save("in.npy", "<f2", "()", &one, 2);
    run("apply --op softmax in.npy out.npy");
    expect("out.npy", "<f2", "()", &one, 2);
    fill_every();
    npy_write("in.npy", 1, "{'descr': '<f2', 'fortran_order': True, 'shape': (20, 30), }\n", every, FEW * 2);
    run("apply --op identity --output-type bf16 in.npy out.npy");
    const program_result *refused = program_run("apply --op softmax in.npy out.npy");
    program_expect(refused, 1, "Fortran order");
    FILE *file = fopen("out.npy", "rb");
    char header[129] = "";
    cr_assert(file != NULL && fread(header, 1, 128, file) == 128);
    fclose(file);
    cr_expect(strstr(header + 10, "'descr': '<V2', 'fortran_order': True, 'shape': (20, 30)") != NULL);
}

/* Elements at an odd place in the file. */
Test(apply_narrow, misaligned)
{
    char header[128];
    fill_every();
    for (int pad = 0; pad < 4; pad++) {
        snprintf(header, sizeof header, "{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }%*s\n", pad, "");
        npy_write("in.npy", 1, header, every, sizeof every);
        cr_assert(vact_forward(VACT_OP_SELU, NULL, wanted, VACT_F16, every, VACT_F16, ALL) == VACT_OK);
        run("apply --op selu in.npy out.npy");
        expect("out.npy", "<f2", "(65536,)", wanted, sizeof wanted);
        cr_assert(vact_forward(VACT_OP_SELU, NULL, floats, VACT_F32, every, VACT_F16, ALL) == VACT_OK);
        run("apply --op selu --output-type f32 in.npy out.npy");
        expect("out.npy", "<f4", "(65536,)", floats, sizeof floats);
    }
}

/* ------------------------------------------------------------------- computed in float and rounded once */

static void check_rows(vact_type type)
{
    static uint16_t elements[FEW];
    char arguments[128];
    fill(type, elements, floats, FEW, 7);
    save("in.npy", descr_of(type), "(20, 30)", elements, sizeof elements);
    cr_assert(vact_softmax_f32(others, floats, 20, 30) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op softmax in.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    run("apply --op softmax --output-type f32 in.npy out.npy");
    expect("out.npy", "<f4", "(20, 30)", others, FEW * sizeof *others);
    cr_assert(vact_log_softmax_axis_f32(others, floats, 1, 20, 30) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op log_softmax --axis 0 in.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    save("in.npy", "<f4", "(20, 30)", floats, FEW * sizeof *floats);
    snprintf(arguments, sizeof arguments, "apply --op log_softmax --axis 0 --output-type %s in.npy out.npy",
             word_of(type));
    run(arguments);
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
}

Test(apply_narrow, rows)
{
    check_rows(VACT_BF16);
    check_rows(VACT_F16);
}

static void check_gradients(vact_type type)
{
    static uint16_t elements[FEW], dy_elements[FEW];
    static float dy[FEW], slopes[30], dslope[30];
    fill(type, elements, floats, FEW, 9);
    fill(type, dy_elements, dy, FEW, 11);
    save("in.npy", descr_of(type), "(20, 30)", elements, sizeof elements);
    save("dy.npy", descr_of(type), "(20, 30)", dy_elements, sizeof elements);
    save("dy32.npy", "<f4", "(20, 30)", dy, sizeof dy);
    cr_assert(vact_backward_f32(VACT_OP_GELU, NULL, others, dy, floats, FEW) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op gelu --backward dy.npy in.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    run("apply --op gelu --backward dy32.npy in.npy out.npy"); /* the types may differ */
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    run("apply --op gelu --output-type f32 --backward dy.npy in.npy out.npy");
    expect("out.npy", "<f4", "(20, 30)", others, sizeof dy);

    fill(type, wanted, slopes, 30, 13);
    save("slope.npy", descr_of(type), "(30,)", wanted, 30 * sizeof *wanted);
    cr_assert(vact_prelu_f32(others, floats, slopes, 20, 30, 1) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op prelu --slope slope.npy in.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    cr_assert(vact_prelu_backward_f32(others, dslope, dy, floats, slopes, 20, 30, 1) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op prelu --slope slope.npy --backward dy.npy --dslope ds.npy in.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof elements);
    expect("ds.npy", "<f4", "(30,)", dslope, sizeof dslope);
}

Test(apply_narrow, gradients)
{
    check_gradients(VACT_BF16);
    check_gradients(VACT_F16);
}

static void check_gates(vact_type type)
{
    enum { HALF = FEW / 2 };
    static uint16_t gate[FEW], up[FEW], dy_elements[FEW];
    static float ups[FEW], dy[FEW], dup[FEW];
    fill(type, gate, floats, FEW, 15);
    fill(type, up, ups, FEW, 17);
    fill(type, dy_elements, dy, FEW, 19);
    save("gate.npy", descr_of(type), "(20, 30)", gate, sizeof gate);
    save("up.npy", descr_of(type), "(20, 30)", up, sizeof up);
    save("dy.npy", descr_of(type), "(20, 30)", dy_elements, sizeof up);
    cr_assert(vact_gate_rows_f32(VACT_OP_SWIGLU, NULL, others, FEW, floats, FEW, ups, FEW, 1, FEW) == VACT_OK);
    round_to(type, others, FEW);
    run("apply --op swiglu gate.npy up.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof gate);
    cr_assert(vact_gate_packed_f32(VACT_OP_SWIGLU, NULL, VACT_GATE_FIRST, others, 15, floats, 30, 20, 15) == VACT_OK);
    run("apply --op swiglu --packed gate-first --output-type f32 gate.npy out.npy");
    expect("out.npy", "<f4", "(20, 15)", others, HALF * sizeof *others);
    round_to(type, others, HALF);
    run("apply --op swiglu --packed gate-first gate.npy out.npy");
    expect("out.npy", descr_of(type), "(20, 15)", wanted, HALF * sizeof *wanted);
    cr_assert(vact_gate_backward_rows_f32(VACT_OP_SWIGLU, NULL, others, FEW, dup, FEW, dy, FEW, floats, FEW, ups, FEW,
                                          1, FEW) == VACT_OK);
    run("apply --op swiglu --backward dy.npy --dup dup.npy gate.npy up.npy out.npy");
    round_to(type, others, FEW);
    expect("out.npy", descr_of(type), "(20, 30)", wanted, sizeof gate);
    round_to(type, dup, FEW);
    expect("dup.npy", descr_of(type), "(20, 30)", wanted, sizeof gate);
}

Test(apply_narrow, gates)
{
    check_gates(VACT_BF16);
    check_gates(VACT_F16);
}

/* ---------------------------------------------------------------------------------------------- streams */

/* What a shell pipes gives the file that apply without pipes gives. */
static void expect_streamed(const char *options, const char *shape)
{
    char arguments[512];
    save("in.npy", "<V2", shape, every, sizeof every);
    snprintf(arguments, sizeof arguments, "apply %s in.npy out.npy", options);
    run(arguments);
    snprintf(arguments, sizeof arguments, "'%s' apply %s - - <in.npy >streamed.npy && cmp out.npy streamed.npy",
             VACT_PROGRAM, options);
    cr_expect(system(arguments) == 0, "%s", arguments);
    snprintf(arguments, sizeof arguments, "'%s' apply %s - streamed.npy <in.npy && cmp out.npy streamed.npy",
             VACT_PROGRAM, options);
    cr_expect(system(arguments) == 0, "%s", arguments);
}

Test(apply_narrow, streams)
{
    fill_every();
    expect_streamed("--op gelu", "(65536,)");
    expect_streamed("--op gelu --type f16", "(65536,)");
    expect_streamed("--op gelu --output-type f32", "(65536,)");
    expect_streamed("--op gelu --output-type f16", "(65536,)");
    expect_streamed("--op softmax", "(1024, 64)");
    expect_streamed("--op softmax --output-type f32", "(2, 32768)");
    expect_streamed("--op prelu --output-type f16", "(2, 32768)");
}

/* ---------------------------------------------------------------------------------------------- refused */

Test(apply_narrow, refused)
{
    fill_every();
    static const float numbers[4] = {1.0f, 2.0f, 3.0f, 4.0f};
    save("bf16.npy", "<V2", "(600,)", every, FEW * 2);
    save("f16.npy", "<f2", "(600,)", every, FEW * 2);
    save("u16.npy", "<u2", "(600,)", every, FEW * 2);
    save("big.npy", ">f2", "(600,)", every, FEW * 2);
    save("raw.npy", ">V2", "(600,)", every, FEW * 2);
    save("i8.npy", "|i1", "(600,)", every, FEW);
    save("short.npy", "<V2", "(601,)", every, FEW * 2);
    npy_save("f32.npy", "(4,)", numbers, 4);
    static const struct {
        const char *arguments;
        int status;
        const char *text;
    } cases[] = {
        {"apply --op relu --type bf16 f16.npy out.npy", 1,
         "float16; --type bf16 is for 16-bit elements without a type"},
        {"apply --op relu --type f16 f32.npy out.npy", 1, "float32; --type f16 is for 16-bit elements without a type"},
        {"apply --op relu u16.npy out.npy", 1, "its elements are uint16; --type bf16 or --type f16 says which"},
        {"apply --op relu big.npy out.npy", 1, "its float16 elements are big-endian"},
        {"apply --op relu raw.npy out.npy", 1, "its bfloat16 elements are big-endian"},
        {"apply --op relu short.npy out.npy", 1,
         "truncated: its shape asks for 1202 bytes of elements, the file has 1200"},
        {"apply --op relu --in-scale 1 bf16.npy out.npy", 1, "its elements are bfloat16; --in-scale is for int8"},
        {"apply --op relu --output-type f16 i8.npy out.npy", 1,
         "its elements are int8, and --output-type is for float32"},
        {"apply --op log_softmax --output-type f16 i8.npy out.npy", 1, "its elements are int8, and --output-type is"},
        {"apply --op swiglu bf16.npy u16.npy out.npy", 1, "its elements are uint16; --type bf16"},
        {"apply --op swiglu bf16.npy short.npy out.npy", 1, "truncated"},
        {"apply --op swiglu bf16.npy f32.npy out.npy", 1, "has the shape (4,), but bf16.npy has (600,)"},
        {"apply --op relu --backward f32.npy bf16.npy out.npy", 1, "has the shape (4,), but bf16.npy has (600,)"},
        {"apply --op prelu --slope i8.npy bf16.npy out.npy", 1, "its elements are int8 ('|i1'), not float32"},
        {"health bf16.npy", 1,
         "its elements are bfloat16 ('<V2'), not float32; convert them: vact apply --op identity"},
        {"health f16.npy", 1, "its elements are float16 ('<f2'), not float32; convert them in Python"},
        {"run u16.npy", 1, "its elements are uint16 ('<u2'), not float32; convert them in Python"},
        {"apply --op relu --type f32 f32.npy out.npy", 2, ""},
        {"apply --op relu --type half bf16.npy out.npy", 2, ""},
        {"apply --op relu --output-type f64 bf16.npy out.npy", 2, ""},
        {"apply --op relu --output-type f16 --in-scale 1 --out-scale 1 i8.npy out.npy", 2, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        program_expect(program_run(cases[i].arguments), cases[i].status, cases[i].text);
        cr_assert(program_files() == 8, "%s: a file was left", cases[i].arguments);
    }
    /* what was there stays */
    save("out.npy", "<V2", "(600,)", every, FEW * 2);
    program_expect(program_run_limited("apply --op gelu --output-type f32 bf16.npy out.npy", 1400), 1,
                   "cannot be written");
    program_expect(program_run("apply --op gelu short.npy out.npy"), 1, "truncated");
    expect("out.npy", "<V2", "(600,)", every, FEW * 2);
}
