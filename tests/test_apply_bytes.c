/* vact apply on int8 and uint8: results, headers, and what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "program.h"
#include "support.h"

TestSuite(apply_bytes, .init = program_enter, .fini = program_leave);

enum { COUNT = 300 };

static uint8_t values[COUNT];

static void save(const char *path, const char *type, const char *shape, size_t count)
{
    char header[128];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (uint8_t)(i * 37 + 5);
    snprintf(header, sizeof header, "{'descr': '|%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
    npy_write(path, 1, header, values, count);
}

/* The file has a header of 128 bytes (64 bytes would not hold it) that says this, and these elements. */
static void expect(const char *path, const char *type, const char *shape, const uint8_t *wanted, size_t count)
{
    char file[4096], header[128];
    FILE *opened = fopen(path, "rb");
    cr_assert(opened != NULL, "%s was not written", path);
    size_t size = fread(file, 1, sizeof file, opened);
    fclose(opened);
    snprintf(header, sizeof header, "{'descr': '|%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    cr_assert(size == 128 + count, "%s has %zu bytes", path, size);
    cr_assert(memcmp(file + 10, header, strlen(header)) == 0, "%.100s", file + 10);
    cr_assert(memcmp(file + 128, wanted, count) == 0, "%s: other elements", path);
}

Test(apply_bytes, element_by_element)
{
    uint8_t table[256], wanted[COUNT];
    save("in.npy", "i1", "(3, 100)", COUNT);
    cr_assert(vact_lut_build_i8(table, VACT_OP_GELU, NULL, 0.05f, 3, 0.02f, -100) == VACT_OK);
    cr_assert(vact_lut_8(wanted, values, COUNT, table) == VACT_OK);
    program_expect(program_run("apply --op gelu --in-scale 0.05 --in-zero 3 --out-scale 0.02 --out-zero -100 in.npy "
                               "out.npy"),
                   0, "");
    expect("out.npy", "i1", "(3, 100)", wanted, COUNT);
    save("in.npy", "u1", "(300,)", COUNT);
    const vact_params_f32 params = {{0.25f}};
    cr_assert(vact_lut_build_u8(table, VACT_OP_LEAKY_RELU, &params, 0.5f, 0, 0.5f, 200) == VACT_OK);
    cr_assert(vact_lut_8(wanted, values, COUNT, table) == VACT_OK);
    program_expect(
        program_run("apply --op leaky_relu --alpha 0.25 --in-scale 0.5 --out-scale 0.5 --out-zero 200 in.npy "
                    "in.npy"),
        0, "");
    expect("in.npy", "u1", "(300,)", wanted, COUNT);
}

Test(apply_bytes, softmax)
{
    uint8_t wanted[COUNT];
    save("in.npy", "i1", "(3, 100)", COUNT);
    cr_assert(vact_softmax_rows_i8((int8_t *)wanted, 100, (int8_t *)values, 100, 3, 100, 0.05f, 0.00390625f, -128) ==
              VACT_OK);
    program_expect(program_run("apply --op softmax --in-scale 0.05 --out-scale 0.00390625 --out-zero -128 in.npy "
                               "out.npy"),
                   0, "");
    expect("out.npy", "i1", "(3, 100)", wanted, COUNT);
    program_expect(program_run("apply --op softmax --axis 0 --in-scale 1 --out-scale 1 in.npy out.npy"), 1,
                   "bytes go along their last axis only");
    save("in.npy", "u1", "(0, 7)", 0);
    program_expect(program_run("apply --op softmax --in-scale 1 --out-scale 1 in.npy out.npy"), 0, "");
    expect("out.npy", "u1", "(0, 7)", wanted, 0);
}

Test(apply_bytes, refused)
{
    static const float numbers[4] = {1.0f, 2.0f, 3.0f, 4.0f};
    npy_save("float.npy", "(4,)", numbers, 4);
    save("in.npy", "i1", "(300,)", COUNT);
    static const struct {
        const char *arguments;
        int status;
        const char *text;
    } cases[] = {
        {"apply --op relu in.npy out.npy", 1, "its elements are int8, which need --in-scale and --out-scale"},
        {"apply --op relu --in-scale 1 in.npy out.npy", 1, "which need --in-scale and --out-scale"},
        {"apply --op relu --out-zero 1 float.npy out.npy", 1, "float32; --out-zero is for int8 and uint8"},
        {"apply --op relu --in-scale 1 --out-scale 1 --in-zero 128 in.npy out.npy", 1, "not within int8"},
        {"apply --op log_softmax in.npy out.npy", 1, "its elements are int8 ('|i1'), not float32"},
        {"apply --op relu --backward in.npy in.npy out.npy", 1, "its elements are int8 ('|i1'), not float32"},
        {"health in.npy", 1, "its elements are int8 ('|i1'), not float32"},
        {"apply --op relu --in-scale 1 --out-scale 1 - out.npy", 2, ""},
        {"apply --op log_softmax --in-scale 1 --out-scale 1 in.npy out.npy", 2, ""},
        {"apply --op swiglu --in-scale 1 --out-scale 1 in.npy in.npy out.npy", 2, ""},
        {"apply --op relu --in-scale 0 --out-scale 1 in.npy out.npy", 2, ""},
        {"apply --op relu --in-scale 1 --out-scale inf in.npy out.npy", 2, ""},
        {"apply --op relu --in-scale 1 --out-scale 1 --in-zero 256 in.npy out.npy", 2, ""},
        {"apply --op relu --in-scale 1 --out-scale 1 --in-zero 1.5 in.npy out.npy", 2, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        program_expect(program_run(cases[i].arguments), cases[i].status, cases[i].text);
        cr_assert(program_files() == 2, "%s: a file was left", cases[i].arguments);
    }
    save("in.npy", "u1", "(301,)", COUNT);
    program_expect(program_run("apply --op relu --in-scale 1 --out-scale 1 in.npy out.npy"), 1,
                   "truncated: its shape asks for 301 bytes of elements, the file has 300");
}
