/* .npy files that must be refused: one line with the file and the reason, exit status 1, the old output kept. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "support.h"

TestSuite(npy, .init = program_enter, .fini = program_leave);

static const float data[4] = {1.0f, 2.0f, 3.0f, 4.0f};

static void prepare(void) { npy_save("out.npy", "(4,)", data, 4); }

static void expect_refused(const char *reason)
{
    program_expect(program_run("apply --op relu in.npy out.npy"), 1, reason);
    const program_result *result = program_run("run in.npy");
    program_expect(result, 1, reason);
    cr_assert(strncmp(result->err, "vact run: in.npy: ", 18) == 0, "%s", result->err);
    npy_expect("out.npy", "(4,)", data, 4);
    cr_assert(program_files() == 2, "a file was left");
}

static void write_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen("in.npy", "wb");
    cr_assert(file != NULL);
    fwrite(bytes, 1, size, file);
    fclose(file);
}

#define CONVERT "convert them in Python: numpy.save(FILE, numpy.load(FILE).astype('float32'))\n"
#define TYPE "'descr': '<f4', "
#define ORDER "'fortran_order': False, "
#define SHAPE "'shape': (4,), "

Test(npy, headers)
{
    static const struct {
        const char *header;
        const char *reason;
    } cases[] = {
        {"{'descr': '>f4', " ORDER SHAPE "}\n", "its float32 elements are big-endian, this machine is not; " CONVERT},
        {"{'descr': '<f8', " ORDER SHAPE "}\n", "its elements are float64 ('<f8'), not float32; " CONVERT},
        {"{'descr': '<i4', " ORDER SHAPE "}\n", "int32 ('<i4'), not float32; " CONVERT},
        {"{'descr': '|b1', " ORDER SHAPE "}\n", "bool ('|b1'), not float32; " CONVERT},
        {"{'descr': '<c8', " ORDER SHAPE "}\n", "complex64 ('<c8'), not float32\n"},
        {"{'descr': '<U7', " ORDER SHAPE "}\n", "'<U7' is not float32"},
        {"{'descr': '', " ORDER SHAPE "}\n", "'' is not float32"},
        {"{'descr': [('a', '<f4')], " ORDER SHAPE "}\n", "structures"},
        {"{'descr': <f4, " ORDER SHAPE "}\n", "descr is malformed"},
        {"{" TYPE "'fortran_order': 0, " SHAPE "}\n", "neither True nor False"},
        {"{" TYPE ORDER "'shape': (-4,), }\n", "negative size"},
        {"{" TYPE ORDER "'shape': (4), }\n", "not a tuple"},
        {"{" TYPE ORDER "'shape': 4, }\n", "not a tuple"},
        {"{" TYPE ORDER "'shape': [4], }\n", "not a tuple"},
        {"{" TYPE ORDER "'shape': (,), }\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (4L,), }\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (04,), }\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (4 4), }\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (4.0,), }\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (4,\n", "shape is malformed"},
        {"{" TYPE ORDER "'shape': (99999999999999999999999999,), }\n", "size that overflows"},
        {"{" TYPE ORDER "'shape': (18446744073709551615,), }\n", "more elements than this machine can address"},
        {"{" TYPE ORDER "'shape': (4611686018427387904,), }\n", "more elements than this machine can address"},
        {"{" TYPE ORDER "'shape': (4294967296, 4294967296), }\n", "more elements than this machine can address"},
        {"{" TYPE ORDER "'shape': (0, 4294967296, 4294967296), }\n", "more elements than this machine can address"},
        {"{" TYPE ORDER "'shape': (1152921504606846976,), }\n",
         "truncated: its shape asks for 4611686018427387904 bytes"},
        {"{" TYPE ORDER "'shape': (5,), }\n", "asks for 20 bytes of elements, the file has 16"},
        {"{" TYPE ORDER "'shape': (3,), }\n", "4 bytes follow after the last element"},
        {"{" TYPE ORDER "'shape': (), }\n", "12 bytes follow after the last element"},
        {"{" TYPE ORDER SHAPE "}", "does not end with a newline"},
        {"", "does not end with a newline"},
        {"\n", "not a dictionary"},
        {"{" TYPE ORDER SHAPE "\n", "malformed"},
        {"{" TYPE ORDER SHAPE "} x\n", "malformed after its dictionary"},
        {"{" TYPE ORDER SHAPE "}{}\n", "malformed after its dictionary"},
        {"{" TYPE ORDER "}\n", "lacks the key shape"},
        {"{" TYPE SHAPE "}\n", "lacks the key fortran_order"},
        {"{" ORDER SHAPE "}\n", "lacks the key descr"},
        {"{}\n", "lacks the key descr"},
        {"{" TYPE TYPE ORDER SHAPE "}\n", "the key descr twice"},
        {"{" TYPE ORDER SHAPE "'evil': 1, }\n", "unknown key"},
        {"{" TYPE ORDER SHAPE ",}\n", "malformed"},
        {"{,}\n", "malformed"},
        {"{'descr\n", "malformed"},
        {"{'de\\x73cr': '<f4', " ORDER SHAPE "}\n", "malformed"},
        {"{'descr' '<f4', " ORDER SHAPE "}\n", "malformed"},
        {"{'descr': '<f4' 'fortran_order': False, " SHAPE "}\n", "malformed"},
        {"__import__('os')\n", "not a dictionary"},
    };
    prepare();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        npy_write("in.npy", 1, cases[i].header, data, sizeof data);
        expect_refused(cases[i].reason);
    }
}

Test(npy, more_dimensions_than_numpy_has)
{
    char sizes[65 * 3 + 1] = "";
    char header[512];
    for (size_t i = 0; i < 65; i++)
        memcpy(sizes + 3 * i, "1, ", 4);
    snprintf(header, sizeof header, "{" TYPE ORDER "'shape': (%s)}\n", sizes);
    prepare();
    npy_write("in.npy", 1, header, data, sizeof *data);
    expect_refused("more than 64 dimensions");
}

/* A valid file truncated at every length. */
Test(npy, truncation)
{
    static const char header[] = "{" TYPE ORDER SHAPE "}\n";
    unsigned char file[256];
    prepare();
    for (int major = 1; major <= 3; major++) {
        npy_write("in.npy", major, header, data, sizeof data);
        FILE *whole = fopen("in.npy", "rb");
        cr_assert(whole != NULL);
        size_t size = fread(file, 1, sizeof file, whole);
        fclose(whole);
        program_expect(program_run("apply --op relu in.npy good.npy"), 0, "");
        cr_assert(remove("good.npy") == 0);
        for (size_t cut = 0; cut < size; cut += cut < 14 ? 1 : 9) {
            write_bytes(file, cut);
            expect_refused(cut == 0 ? "the file is empty" : "truncated");
        }
    }
}

Test(npy, magic_and_version)
{
    static const char header[] = "{" TYPE ORDER SHAPE "}\n";
    static const unsigned char minor[] = "\x93NUMPY\x01\x01\x02\x00{\n";
    prepare();
    write_bytes("PK\x03\x04 an .npz file", 18);
    expect_refused("not a .npy file");
    npy_write("in.npy", 4, header, data, sizeof data);
    expect_refused("version 4.0 of the .npy format is unknown");
    npy_write("in.npy", 0, header, data, sizeof data);
    expect_refused("version 0.0");
    write_bytes(minor, sizeof minor - 1);
    expect_refused("version 1.1");
    write_bytes("\x93NUMPY\x02\x00\xff\xff\xff\xff{}\n", 15);
    expect_refused("truncated: the file ends within its header of 4294967295 bytes");
}

/* Random damage to a valid header: refused or read, never a crash. */
Test(npy, damaged_headers)
{
    enum { TRIES = 150 };
    test_random random = {2024};
    prepare();
    for (int i = 0; i < TRIES; i++) {
        char header[] = "{" TYPE ORDER SHAPE "}\n";
        for (size_t changes = 1 + test_random_below(&random, 3); changes > 0; changes--)
            header[test_random_below(&random, sizeof header - 1)] = (char)(1 + test_random_below(&random, 255));
        npy_write("in.npy", 1, header, data, sizeof data);
        const program_result *result = program_run("apply --op relu in.npy good.npy");
        cr_assert(result->status == 0 || result->status == 1, "status %d for %s", result->status, header);
        cr_assert(program_files() == (result->status == 0 ? 3 : 2));
        remove("good.npy");
    }
}
