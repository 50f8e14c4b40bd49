/* vact apply with - for standard input and output: what it does with files, slice by slice. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "program.h"
#include "support.h"

TestSuite(stream, .init = program_enter, .fini = program_leave);

enum { COUNT = 150000, COLS = 500 };

static const char shape[] = "(3, 100, 500)";

static void prepare(void)
{
    float *values = malloc(COUNT * sizeof *values);
    test_random random = {81};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (float)(3.0 * test_random_normal(&random));
    npy_save("in.npy", shape, values, COUNT);
    npy_save("slope.npy", "(100,)", values, 100);
    npy_save("old.npy", "(1,)", (const float[]){1.0f}, 1);
    free(values);
}

/* The exit status and the standard error of a shell command in which $V is the program. */
static void expect(int status, const char *text, const char *line)
{
    command_result result = command_run("exec 3>&1; V='%s'; { %s; } 2>&3 3>&-", VACT_PROGRAM, line);
    cr_expect(result.status == status, "%s: status %d: %s", line, result.status, result.text);
    cr_expect(text[0] == '\0' ? result.text[0] == '\0' : strstr(result.text, text) != NULL, "%s: %s", line,
              result.text);
    free(result.text);
}

/* Both ways give one file. */
static void expect_same(const char *arguments)
{
    static const char *const forms[] = {"- - <in.npy >out.npy", "- - <in.npy | cat >out.npy", "- out.npy <in.npy",
                                        "in.npy - >out.npy", "./in.npy - | cat >out.npy"};
    char line[256];
    snprintf(line, sizeof line, "\"$V\" apply %s in.npy expected.npy", arguments);
    expect(0, "", line);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(line, sizeof line, "\"$V\" apply %s %s && cmp out.npy expected.npy >&2 && rm out.npy", arguments,
                 forms[i]);
        expect(0, "", line);
    }
    snprintf(line, sizeof line, "cat in.npy | \"$V\" apply %s - - | cmp - expected.npy >&2", arguments);
    expect(0, "", line);
}

Test(stream, is_what_files_are)
{
    char arguments[64];
    prepare();
    expect_same("--op softmax");
    expect_same("--op log_softmax --axis -1");
    expect_same("--op log_softmax --axis 2");
    expect_same("--op prelu");
    expect_same("--op prelu --slope slope.npy");
    expect_same("--op elu --alpha 0.5");
    for (size_t i = 0; i < vacti_registry_count; i++) {
        if (vacti_registry[i].kind != VACT_KIND_UNARY)
            continue;
        snprintf(arguments, sizeof arguments, "--op %s", vacti_registry[i].name);
        expect_same(arguments);
    }
}

Test(stream, of_other_shapes)
{
    static const char *const shapes[] = {"()", "(0,)", "(3, 0, 2)", "(1,)", "(65537,)"};
    static const size_t counts[] = {1, 0, 0, 1, 65537};
    float *values = calloc(65537, sizeof *values);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        npy_save("in.npy", shapes[i], values, counts[i]);
        expect_same("--op gelu");
        expect_same("--op softmax");
    }
    npy_write("in.npy", 3, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}\n", values, 24);
    expect_same("--op gelu");
    expect(1, "standard input: its elements are in Fortran order", "\"$V\" apply --op softmax - out.npy <in.npy");
    free(values);
}

/* An operation on a stream starts before the stream ends: here it never ends while `head` reads. */
Test(stream, does_not_wait_for_the_end)
{
    prepare();
    expect(0, "",
           "({ head -c 128 in.npy | LC_ALL=C sed 's/(3, 100, 500)/(9999999999,)/'; cat /dev/zero; } | "
           "\"$V\" apply --op relu - - | head -c 1000000 >part) 2>/dev/null");
    struct stat status;
    cr_expect(stat("part", &status) == 0 && status.st_size == 1000000, "%lld bytes", (long long)status.st_size);
}

/* 256 MiB in an address space of 64 MiB. */
Test(stream, needs_little_memory)
{
    if (TEST_SANITIZED)
        cr_skip("stream: a sanitizer needs a large address space");
    npy_save("head", "(67108864,)", NULL, 0);
    expect(0, "",
           "{ cat head; head -c 268435456 /dev/zero; } | (ulimit -v 65536; \"$V\" apply --op relu - -) | "
           "wc -c >size && grep -qx 268435584 size");
}

Test(stream, that_is_no_array)
{
    prepare();
    expect(1, "vact apply: standard input: the file is empty\n", "\"$V\" apply --op relu - - </dev/null >out");
    expect(1, "standard input: not a .npy file", "echo not an array | \"$V\" apply --op relu - - >out");
    expect(1, "standard input: truncated: the file ends within its header",
           "head -c 50 in.npy | \"$V\" apply --op relu - - >out");
    expect(1, "standard input: truncated: its shape asks for 150000 elements, it has 149999",
           "head -c -1 in.npy | \"$V\" apply --op relu - - >out");
    expect(1, "standard input: truncated: its shape asks for 150000 elements, it has 0",
           "head -c 128 in.npy | \"$V\" apply --op softmax - - >out");
    expect(1, "standard input: bytes follow after the last element",
           "{ cat in.npy; echo; } | \"$V\" apply --op relu - - >out");
    expect(1, "its header of 4294967307 bytes is longer than",
           "printf '\\223NUMPY\\002\\000\\377\\377\\377\\377{}' | \"$V\" apply --op relu - - >out");
    expect(1, "standard input: cannot be read: Is a directory", "\"$V\" apply --op relu - - <. >out");
    expect(1, "vact apply: .: cannot be read: Is a directory", "\"$V\" apply --op relu . - >out");
    expect(1, "none.npy: No such file", "\"$V\" apply --op relu none.npy - >out");
    static const double two[2];
    npy_write("double.npy", 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}\n", two, sizeof two);
    expect(1, "standard input: its elements are float64", "\"$V\" apply --op relu - - <double.npy >out");
}

Test(stream, an_old_output_stays)
{
    prepare();
    expect(1, "truncated", "cp old.npy out.npy; head -c 100000 in.npy | \"$V\" apply --op relu - out.npy");
    npy_expect("out.npy", "(1,)", (const float[]){1.0f}, 1);
    cr_expect(program_files() == 4, "%zu files", program_files());
    expect(1, "standard output: No space left on device\n", "\"$V\" apply --op relu - - <in.npy >/dev/full");
    expect(1, "standard output: No space left on device\n", "\"$V\" apply --op relu - - <old.npy >/dev/full");
}

Test(stream, usage)
{
    static const char *const lines[] = {
        "\"$V\" apply --op glu - in.npy out.npy",
        "\"$V\" apply --op glu in.npy in.npy -",
        "\"$V\" apply --op glu --packed gate-first - - <in.npy",
        "\"$V\" apply --op relu --backward in.npy - - <in.npy",
        "\"$V\" apply --op relu --backward - in.npy out.npy <in.npy",
        "\"$V\" apply --op prelu --slope - in.npy out.npy <in.npy",
        "\"$V\" apply --op prelu --backward in.npy --dslope - in.npy out.npy",
    };
    prepare();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect(2, "`./-' is a file of that name", lines[i]);
    expect(1, "a stream goes along its last axis only (2 of 3)", "\"$V\" apply --op softmax --axis 1 - - <in.npy >out");
    expect(0, "", "\"$V\" apply --op relu in.npy ./- && test -f ./- && rm ./-");
}
