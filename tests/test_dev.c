/* ./dev: help builds and installs nothing, installing is announced and can be forbidden. The commands run in a copy of
 * ./dev with programs in place of CMake and apt that only write down that they were called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "command.h"

static char folder[] = "/tmp/vact-dev-XXXXXX";

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    command_result made =
        command_run("cd %s && mkdir bin && cp -R '%s/dev' '%s/dev.d' . && "
                    "for name in cmake apt-get dpkg sudo pip debootstrap ninja chroot unshare; do "
                    "printf '#!/bin/sh\necho \"$(basename \"$0\") $*\" >>%s/called\nexit 1\n' >bin/$name && "
                    "chmod +x bin/$name; done",
                    folder, VACT_SOURCE_DIR, VACT_SOURCE_DIR, folder);
    cr_assert(made.status == 0, "%s", made.text);
    free(made.text);
}

static void leave(void) { free(command_run("rm -r %s", folder).text); }

TestSuite(dev, .init = enter, .fini = leave);

static command_result run_dev(const char *environment, const char *arguments)
{
    return command_run("cd / && PATH=%s/bin:$PATH %s %s/dev %s 2>&1", folder, environment, folder, arguments);
}

static void expect_nothing_called(const char *arguments)
{
    command_result called = command_run("cat %s/called 2>/dev/null; ls %s | grep -vxE 'bin|dev|dev.d'", folder, folder);
    cr_expect(called.text[0] == '\0', "./dev %s: %s", arguments, called.text);
    free(called.text);
    free(command_run("rm -f %s/called", folder).text);
}

Test(dev, help_builds_nothing)
{
    command_result commands =
        command_run("'%s/dev' help | sed -n 's/^  \\([a-z]*\\).*/\\1/p' | sort -u", VACT_SOURCE_DIR);
    size_t count = 0;
    char *rest = NULL, arguments[64];
    for (char *name = strtok_r(commands.text, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest), count++)
        for (int i = 0; i < 3; i++) {
            static const char *const forms[] = {"%s --help", "%s -h", "%s something --help"};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(arguments, sizeof arguments, forms[i], name);
#pragma GCC diagnostic pop
            if (i == 2 && strcmp(name, "trixie") == 0)
                continue; /* that is the help of a command there */
            command_result help = run_dev("", arguments);
            cr_expect(help.status == 0 && strstr(help.text, name), "./dev %s: status %d: %s", arguments, help.status,
                      help.text);
            free(help.text);
            expect_nothing_called(arguments);
        }
    cr_expect(count >= 12, "%zu commands", count);
    free(commands.text);
    static const char *const more[] = {
        "bench --peers --help", "bench --against --help", "bench --compare x.json -h", "--help", "-h", ""};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        command_result help = run_dev("", more[i]);
        cr_expect(help.status == 0 && strstr(help.text, "bench"), "./dev %s: %s", more[i], help.text);
        free(help.text);
        expect_nothing_called(more[i]);
    }
}

/* Of a package that is missing because it does not exist. */
static void add_missing_package(void)
{
    command_result edited = command_run("sed -i \"s|^need_run='|need_run='no-such-package:arm64=/no/such/file |\" "
                                        "%s/dev.d/packages.sh",
                                        folder);
    cr_assert(edited.status == 0);
    free(edited.text);
}

Test(dev, installing_can_be_forbidden)
{
    static const char *const arguments[] = {"run",       "accuracy", "accuracy --op relu", "bench",  "docs", "test",
                                            "compilers", "onnx",     "pytorch --cases",    "python", "torch"};
    add_missing_package();
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        command_result refused = run_dev("VACT_DEV_INSTALL=no", arguments[i]);
        cr_expect(refused.status == 1 && strstr(refused.text, "VACT_DEV_INSTALL=no forbids") &&
                      strstr(refused.text, "no-such-package:arm64"),
                  "./dev %s: status %d: %s", arguments[i], refused.status, refused.text);
        free(refused.text);
        expect_nothing_called(arguments[i]);
    }
    command_result wrong = run_dev("VACT_DEV_INSTALL=maybe", "run");
    cr_expect(wrong.status == 1 && strstr(wrong.text, "yes or no"), "%s", wrong.text);
    free(wrong.text);
    expect_nothing_called("run");
}

/* What is said comes before what is done. */
Test(dev, installing_is_announced)
{
    if (getuid() != 0)
        cr_skip("./dev installs as root");
    add_missing_package();
    free(command_run("printf '#!/bin/sh\n[ \"$1\" != --add-architecture ] || echo called >&2\nexit 1\n' >%s/bin/dpkg",
                     folder)
             .text);
    command_result tried = run_dev("", "run");
    const char *add = strstr(tried.text, "dpkg --add-architecture arm64"), *called = strstr(tried.text, "called");
    const char *install = strstr(tried.text, "apt-get install --no-install-recommends no-such-package:arm64");
    cr_expect(tried.status != 0 && add && install && called && add < called && install < called, "%s", tried.text);
    free(tried.text);
}

static void shell(const char *line)
{
    command_result result = command_run("cd %s && { %s\n} 2>&1", folder, line);
    cr_assert(result.status == 0, "%s: status %d: %s", line, result.status, result.text);
    free(result.text);
}

/* The results of an operation take the place of the old ones, of an earlier release with the same bits. */
Test(dev, accuracy_of_an_operation_is_merged)
{
    if (!command_exists("python3"))
        cr_skip("python3: not installed");
    shell("mkdir build docs tools && cp '" VACT_SOURCE_DIR "/tools/accuracy_without.py' tools");
    shell("printf '#!/bin/sh\nexit 0\n' >bin/cmake");
    shell("{ echo '#!/bin/sh'; echo 'case \" $* \" in *\" --merge \"*) ;; *) set -- \"$@\" --stride=1048573 ;; esac'; "
          "echo \"exec '" VACT_PROGRAM "' \\\"\\$@\\\"\"; } >build/vact && chmod +x build/vact");
    shell("build/vact accuracy --quiet --math all --op relu,tanh,softmax --json f.json && "
          "build/vact accuracy --quiet --backward --op relu,tanh --json b.json && "
          "build/vact accuracy --merge f.json b.json --json expected.json");
    shell(
        "sed 's/\"max_error\":.*/\"max_error\": \"0.0001\",/; s/\"version\":.*/\"version\": \"0.0.1\",/' expected.json "
        ">docs/accuracy.json && "
        "printf '%s\n' before '<!-- generated: begin -->' old '<!-- generated: end -->' >docs/accuracy.md");
    shell("PATH=$PWD/bin:$PATH ./dev accuracy --op relu --op=softmax");
    shell(
        "test $(grep -c '\"max_error\": \"0.0001\"' docs/accuracy.json) -eq 0 -o "
        "$(grep -c '\"max_error\":\t\"0.0001\"' docs/accuracy.json) -eq $(grep -c '\"op\":\t\"tanh\"' expected.json)");
    shell("PATH=$PWD/bin:$PATH ./dev accuracy --op tanh && cmp docs/accuracy.json expected.json");
    shell("grep -q '| relu ' docs/accuracy.md && grep -q '^before' docs/accuracy.md && ! grep -q '^old' "
          "docs/accuracy.md");
}
