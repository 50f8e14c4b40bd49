/* What the program prints and says: help in every form, full devices, the environment, names with control characters.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "program.h"
#include "vact/vact.h"

TestSuite(terminal, .init = program_enter, .fini = program_leave);

static const char *const commands[] = {"",    "info",     "list",   "apply", "health",
                                       "run", "accuracy", "verify", "eval",  "plot"};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* The exit status and the text of a shell command in which $V is the program. */
static void expect(int status, const char *text, const char *line)
{
    command_result result = command_run("V='%s'; %s", VACT_PROGRAM, line);
    cr_expect(result.status == status, "%s: status %d: %s", line, result.status, result.text);
    cr_expect(strstr(result.text, text) != NULL, "%s: no '%s' in: %s", line, text, result.text);
    free(result.text);
}

Test(terminal, help_and_version_in_every_form)
{
    char line[96];
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(line, sizeof line, "%s --help", commands[i]);
        char *expected = strdup(program_run(line)->out);
        snprintf(line, sizeof line, "%s -h", commands[i]);
        const program_result *result = program_run(line);
        cr_expect(result->status == 0 && strcmp(result->out, expected) == 0, "%s: %s%s", line, result->out,
                  result->err);
        snprintf(line, sizeof line, "help %s", commands[i]);
        result = program_run(line);
        cr_expect(result->status == 0 && strcmp(result->out, expected) == 0, "%s: %s%s", line, result->out,
                  result->err);
        free(expected);
    }
    cr_expect_str_eq(program_run("version")->out, "vact " VACT_VERSION "\n");
    program_expect(program_run("help nosuch"), 2, "no command is named 'nosuch'");
    program_expect(program_run("Help"), 2, "did you mean help");
    program_expect(program_run("version now"), 2, "Too many arguments");
    program_expect(program_run("accuracy --quiet --stride=4294967295 --op=relu --json -h"), 0,
                   ""); /* the argument of an option is no option */
    cr_expect(remove("-h") == 0);
}

/* A list's lines that were wrapped begin below the words that they continue, and no line is wider than a terminal. */
Test(terminal, help_is_indented)
{
    char line[64];
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(line, sizeof line, "%s --help", commands[i]);
        char *rest = NULL, *text = strdup(program_run(line)->out);
        bool listed = false;
        for (char *at = text; at != NULL; at = rest) {
            rest = strchr(at, '\n');
            if (rest != NULL)
                *rest++ = '\0';
            cr_expect(strlen(at) < 80, "%s: %s", line, at);
            /* before an unindented line there is an empty one or another such line */
            cr_expect(!listed || at[0] == ' ' || at[0] == '\0', "%s: '%s' is not indented", line, at);
            listed = i == 0 && strncmp(at, "  ", 2) == 0;
        }
        free(text);
    }
}

Test(terminal, a_full_device)
{
    char line[96];
    static const char *const more[] = {"version",
                                       "help",
                                       "--version",
                                       "--usage",
                                       "-h",
                                       "list",
                                       "list --json",
                                       "info",
                                       "info --json",
                                       "health in.npy",
                                       "health --json in.npy",
                                       "eval 1+1",
                                       "run --repetitions 1 in.npy",
                                       "help apply"};
    npy_save("in.npy", "(2,)", (const float[]){1.0f, 2.0f}, 2);
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(line, sizeof line, "\"$V\" %s --help 2>&1 >/dev/full", commands[i]);
        expect(1, "standard output: No space left on device\n", line);
    }
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        snprintf(line, sizeof line, "\"$V\" %s 2>&1 >/dev/full", more[i]);
        expect(1, "standard output: ", line); /* the reason is lost where an earlier write failed */
    }
    expect(1, "standard output: Bad file descriptor", "\"$V\" list 2>&1 >&-");
    expect(0, "", "\"$V\" apply --op relu in.npy out.npy 2>&1 >&-"); /* it has nothing to print */
}

Test(terminal, what_the_environment_asks_in_vain)
{
    expect(0, "vact: VACT_ISA: 'sse9' is unknown", "VACT_ISA=sse9 \"$V\" info 2>&1 >/dev/null");
    expect(0, "vact: VACT_MATH: 'exact' is unknown", "VACT_MATH=exact \"$V\" list relu 2>&1 >/dev/null");
    command_result quiet = command_run("VACT_ISA=scalar VACT_MATH= '%s' info 2>&1 >/dev/null", VACT_PROGRAM);
    cr_expect_str_empty(quiet.text);
    free(quiet.text);
#if defined(__x86_64__)
    expect(0, "vact: VACT_ISA: 'neon' is not", "VACT_ISA=neon \"$V\" info 2>&1 >/dev/null");
#endif
}

/* No byte of the standard error or output but newline and printable characters. */
static void expect_clean(const char *text, const char *line)
{
    command_result result = command_run("V='%s'; %s 2>&1", VACT_PROGRAM, line);
    for (const char *at = result.text; *at != '\0'; at++)
        cr_expect(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f), "%s: byte 0x%02x in %s", line,
                  (unsigned)(unsigned char)*at, result.text);
    cr_expect(strstr(result.text, text) != NULL, "%s: no '%s' in: %s", line, text, result.text);
    free(result.text);
}

Test(terminal, control_characters_in_names)
{
#define NAME "\"$(printf 'a\\033]0;t\\007\\nb\\177')\""
#define SHOWN "a\\x1b]0;t\\x07\\x0ab\\x7f"
    npy_save("in.npy", "(2,)", (const float[]){1.0f, 2.0f}, 2);
    expect_clean("vact apply: " SHOWN ": No such file", "\"$V\" apply --op relu " NAME " out.npy");
    expect_clean(SHOWN "/out.npy: cannot be made", "\"$V\" apply --op relu in.npy " NAME "/out.npy");
    expect_clean("'" SHOWN "' is one file too many", "\"$V\" apply --op relu in.npy out.npy " NAME);
    expect_clean("no operation is named '" SHOWN "'", "\"$V\" apply --op " NAME " in.npy out.npy");
    expect_clean("--alpha: '" SHOWN "' is not a number", "\"$V\" apply --op elu --alpha " NAME " in.npy out.npy");
    expect_clean("vact health: " SHOWN ": No such file", "\"$V\" health " NAME);
    expect_clean("vact accuracy: " SHOWN ": No such file", "\"$V\" accuracy --merge " NAME);
    expect_clean("vact eval: " SHOWN ": cannot be read", "\"$V\" eval --check " NAME);
    expect_clean("no command is named '" SHOWN "'", "\"$V\" " NAME);
    expect_clean("VACT_ISA: '" SHOWN "' is unknown", "VACT_ISA=" NAME " \"$V\" info");
    expect_clean("MiB, " SHOWN "\n", "cp in.npy " NAME " && \"$V\" run --repetitions 1 " NAME " && rm " NAME);
    /* getopt's own message */
    expect_clean("unrecognized option '--\\x1b[31m'", "\"$V\" apply \"--$(printf '\\033[31m')\"");
    /* letters beyond ASCII, where the locale has them; bytes that are none, anywhere */
    expect_clean("vact health: \xc3\xbc: No such", "LC_ALL=C.UTF-8 \"$V\" health \xc3\xbc");
    expect_clean("vact health: \\xc2\\x9b\\xff: No such", "LC_ALL=C.UTF-8 \"$V\" health \xc2\x9b\xff");
}
