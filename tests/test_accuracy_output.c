/* The files of `vact accuracy` when they cannot be written: status 1, old files stay, no others remain. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "program.h"
#include "support.h"

TestSuite(accuracy_output, .init = program_enter, .fini = program_leave);

#define QUICK "accuracy --quiet --stride=4294967295 --op=relu "

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void expect_text(const char *path, const char *expected)
{
    char *text = read_text(path);
    cr_assert(text && strcmp(text, expected) == 0, "%s: %s", path, text ? text : "gone");
    free(text);
}

Test(accuracy_output, without_a_place)
{
    write_text("old.json", "old");
    program_expect(program_run(QUICK "--json=none/new.json"), 1,
                   "none/new.json: cannot be made in its folder: No such file or directory");
    program_expect(program_run(QUICK "--json=old.json --markdown=none/new.md"), 1, "No such file or directory");
    program_expect(program_run(QUICK "--digest=none/digests"), 1,
                   "none/digests: cannot be made in its folder: No such file or directory");
    program_expect(program_run(QUICK "--json=."), 1, ".: Is a directory");
    expect_text("old.json", "old");
    cr_assert(program_files() == 1, "%zu files", program_files());
}

Test(accuracy_output, on_a_full_device)
{
    program_expect(program_run(QUICK "--json=/dev/full"), 1, "/dev/full: No space left on device");
    program_expect(program_run(QUICK "--markdown=/dev/full"), 1, "/dev/full: No space left on device");
    program_expect(program_run(QUICK "--digest=/dev/full"), 1, "/dev/full: No space left on device");
    const char *const outputs[] = {"", "--json=-", "--markdown=-", "--digest=-"};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        command_result result = command_run("'%s' " QUICK "%s 2>&1 >/dev/full", VACT_PROGRAM, outputs[i]);
        cr_expect(result.status == 1 && strstr(result.text, "No space left on device"), "%s: status %d: %s", outputs[i],
                  result.status, result.text);
        free(result.text);
    }
}

/* A limit on the size of files stands for the full disk. */
Test(accuracy_output, beyond_a_limit)
{
    write_text("old", "old");
    program_expect(program_run_limited(QUICK "--digest=old", 4096), 1, "old: File too large");
    program_expect(program_run_limited("accuracy --quiet --stride=4294967295 --isa=scalar --op=relu,relu6,hardtanh,"
                                       "hard_shrink,threshold,softsign,hard_swish,leaky_relu --json=old",
                                       2048),
                   1, "old: File too large");
    expect_text("old", "old");
    cr_assert(program_files() == 1, "%zu files", program_files());
}

/* No memory for the JSON text, simulated by a library loaded before cJSON. */
Test(accuracy_output, without_memory)
{
    if (TEST_SANITIZED)
        cr_skip("accuracy_output: a sanitizer wants to be the first library");
    write_text("none.c", "char *cJSON_Print(const void *item); char *cJSON_Print(const void *item) { return 0; }\n");
    command_result compiled = command_run("'%s' -shared -fPIC -o none.so none.c 2>&1", VACT_C_COMPILER);
    cr_assert(compiled.status == 0, "%s", compiled.text);
    free(compiled.text);
    write_text("old.json", "old");
    cr_assert(setenv("LD_PRELOAD", "./none.so", 1) == 0);
    program_expect(program_run(QUICK "--json=old.json --markdown=new.md"), 1, "JSON: out of memory");
    cr_assert(unsetenv("LD_PRELOAD") == 0);
    expect_text("old.json", "old");
    cr_assert(program_files() == 3, "%zu files", program_files());
}
