/* Inputs that become shorter while they are read: status 1 and a message, no SIGBUS, no result, the old output kept. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

TestSuite(shrinking, .init = program_enter, .fini = program_leave);

enum { COUNT = 8192, SIZE = 128 + 4 * COUNT, PAGE = 4096 };

static const float old[2] = {41.0f, 42.0f};

static void save(const char *path, const char *header)
{
    static float values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 1.0f;
    npy_write(path, 1, header, values, sizeof values);
}

/* Aligned elements after a header of 128 bytes, or, `shifted`, elements that the program has to copy. */
static void prepare(bool shifted)
{
    char header[160];
    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (64, 128), }%*s\n",
             118 - 63 + (shifted ? 1 : 0), "");
    save("in.npy", header);
    save("other.npy", header);
    save("dy.npy", header);
    npy_save("slope.npy", "(128,)", (const float[128]){0.0f}, 128);
    npy_save("out.npy", "(2,)", old, 2);
}

/* The N-th file that the program opens is cut to `size` bytes once its header is read. */
static void expect_refused(const char *arguments, int nth, const char *path, size_t size, const char *message)
{
    char variable[64];
    size_t files = program_files();
    snprintf(variable, sizeof variable, "VACT_TEST_CUT=%d:%zu:%s", nth, size, path);
    const program_result *result = program_run_interposed(variable, arguments);
    cr_expect(result->status == 1, "%s, %s: status %d: %s%s", arguments, variable, result->status, result->out,
              result->err);
    cr_expect(strstr(result->err, message) != NULL, "%s, %s: %s", arguments, variable, result->err);
    cr_expect(result->out[0] == '\0', "%s, %s: %s", arguments, variable, result->out);
    npy_expect("out.npy", "(2,)", old, 2);
    cr_expect(program_files() == files, "%s: a file was left", arguments);
}

static const struct {
    const char *arguments;
    int nth;
    const char *path;
} readers[] = {
    {"health in.npy", 1, "in.npy"},
    {"health --json --op relu in.npy", 1, "in.npy"},
    {"run --repetitions 1 in.npy", 1, "in.npy"},
    {"run --repetitions 1 --save out.npy in.npy", 1, "in.npy"},
    {"apply --op relu in.npy out.npy", 1, "in.npy"},
    {"apply --op softmax in.npy out.npy", 1, "in.npy"},
    {"apply --op softmax --axis 0 in.npy out.npy", 1, "in.npy"},
    {"apply --op gelu --backward dy.npy in.npy out.npy", 2, "dy.npy"},
    {"apply --op gelu --backward dy.npy in.npy out.npy", 2, "in.npy"},
    {"apply --op prelu --backward dy.npy --dslope ds.npy in.npy out.npy", 2, "dy.npy"},
    {"apply --op prelu --slope slope.npy in.npy out.npy", 2, "in.npy"},
    {"apply --op glu in.npy other.npy out.npy", 1, "in.npy"},
    {"apply --op glu in.npy other.npy out.npy", 2, "other.npy"},
    {"apply --op glu --packed gate-first in.npy out.npy", 1, "in.npy"},
    {"apply --op glu --backward dy.npy --dup dup.npy in.npy other.npy out.npy", 3, "dy.npy"},
};
enum { READERS = sizeof readers / sizeof readers[0] };

/* Whole pages are gone: the program would die of SIGBUS. */
Test(shrinking, to_its_first_page)
{
    for (int i = 0; i < 2 * READERS; i++) {
        prepare(i >= READERS);
        expect_refused(readers[i % READERS].arguments, readers[i % READERS].nth, readers[i % READERS].path, PAGE,
                       "a mapped file became shorter");
    }
}

/* The rest of the last page reads as zeros, which nothing but the size tells from the file's elements. */
Test(shrinking, within_its_last_page)
{
    char message[64];
    for (int i = 0; i < READERS; i++) {
        prepare(false);
        snprintf(message, sizeof message, ": %s: its size changed while it was read\n", readers[i].path);
        expect_refused(readers[i].arguments, readers[i].nth, readers[i].path, SIZE - 100, message);
    }
    prepare(false);
    expect_refused("apply --op prelu --slope slope.npy in.npy out.npy", 2, "slope.npy", 128 + 100,
                   "slope.npy: its size changed while it was read\n");
}
