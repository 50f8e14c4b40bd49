/* What `vact accuracy` shows on a terminal: a table of 80 columns with a row for the builds that agree, and the
 * progress. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accuracy_plain.h"
#include "command.h"
#include "program.h"
#include "support.h"

TestSuite(accuracy_table, .init = program_enter, .fini = program_leave);

#define FEW "--quiet --stride=4294967291 " /* two inputs */

/* Lines that start like this. */
static size_t lines_with(const char *text, const char *start)
{
    size_t count = 0;
    for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n'), at = at == NULL ? NULL : at + 1)
        count += strncmp(at, start, strlen(start)) == 0;
    return count;
}

static void expect_narrow(const char *arguments, int status)
{
    const program_result *result = program_run(arguments);
    cr_expect(result->status == status, "%s: status %d: %s", arguments, result->status, result->err);
    cr_expect(strlen(result->out) > 100, "%s: %s", arguments, result->out);
    for (const char *at = result->out; *at != '\0'; at += strcspn(at, "\n") + 1)
        cr_expect(strcspn(at, "\n") < 80, "%s: %.*s", arguments, (int)strcspn(at, "\n"), at);
}

static const char *all_builds(void)
{
    static char list[128];
    list[0] = '\0';
    for (size_t i = 0; i < vacti_build_count; i++)
        if (vacti_build_runs(vacti_builds[i]))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] == '\0' ? "" : ",",
                     vacti_builds[i]);
    return list;
}

Test(accuracy_table, fits_80_columns)
{
    char line[512];
    expect_narrow("accuracy " FEW "--math=all", 0);
    snprintf(line, sizeof line, "accuracy --quiet --stride=1048573 --math=all --isa=%s", all_builds());
    if (!TEST_SANITIZED)
        expect_narrow(line, 0);
    expect_narrow("accuracy " FEW "--backward", 0);
    expect_narrow(
        "accuracy " FEW "--op=softplus --math=all --param=beta=1.23456789e-05 --param=threshold=1.23456789e+30", 0);
    expect_narrow("accuracy " FEW "--backward --op=thresholded_relu --param=alpha=-1.23456789e-30", 0);
    /* every number as wide as it can be, and a fault */
    snprintf(line, sizeof line, "accuracy --quiet --shard=1/1 --stride=1048573 --json=a.json --op=sigmoid --isa=%s",
             all_builds());
    program_expect(program_run(line), 0, "");
    cJSON *document = json_document("a.json");
    cJSON *result = NULL;
    cJSON_ArrayForEach(result, cJSON_GetObjectItem(document, "results"))
    {
        static const char *const numbers[] = {"falls", "misrounded", "failures", "differing"};
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            cJSON_ReplaceItemInObject(result, numbers[i],
                                      cJSON_CreateNumber(cJSON_GetNumberValue(cJSON_GetObjectItem(result, "inputs"))));
        cJSON_ReplaceItemInObject(result, "max_error", cJSON_CreateString("123456789.123456789"));
        cJSON_ReplaceItemInObject(result, "max_input", cJSON_CreateString("0x80ffffff"));
        cJSON_DeleteItemFromObject(result, "first_differing");
        cJSON_AddStringToObject(result, "first_differing", "0x80ffffff");
    }
    char *text = cJSON_Print(document);
    FILE *file = fopen("a.json", "w");
    cr_assert(text && file && fputs(text, file) >= 0 && fclose(file) == 0);
    free(text);
    cJSON_Delete(document);
    expect_narrow("accuracy --merge a.json", 1);
}

Test(accuracy_table, has_one_row_for_builds_that_agree)
{
    char line[256];
    snprintf(line, sizeof line, "accuracy --quiet --stride=65537 --math=fast --op=relu,gelu,softmax --isa=%s",
             all_builds());
    const program_result *result = program_run(line);
    program_expect(result, 0, "");
    cr_expect(lines_with(result->out, "relu ") == 1 && lines_with(result->out, "gelu ") == 1, "%s", result->out);
    cr_expect(lines_with(result->out, "softmax, 7 ") == 1, "%s", result->out);
    cr_expect(lines_with(result->out, "    ") == 0, "%s", result->out);
    const char *named = strstr(result->out, "\nBuild");
    cr_assert(named != NULL, "%s", result->out);
    char *list = strdup(all_builds());
    for (const char *name = strtok(list, ","); name != NULL; name = strtok(NULL, ","))
        cr_expect(strstr(named, name) != NULL, "no %s in: %s", name, result->out);
    free(list);
}

/* SLEEF's functions for a CPU without FMA have other bits. */
Test(accuracy_table, has_a_row_for_each_that_differs)
{
    if (vacti_table_of_build("scalar", VACT_MATH_SLEEF) == NULL || !vacti_build_runs("scalar_fma"))
        cr_skip("accuracy_table: needs SLEEF and a CPU with FMA");
    const program_result *result =
        program_run("accuracy --quiet --stride=65537 --math=sleef --op=sigmoid,relu --isa=scalar_fma,scalar");
    program_expect(result, 0, "");
    cr_expect(lines_with(result->out, "sigmoid ") == 2 && lines_with(result->out, "relu ") == 1, "%s", result->out);
    cr_expect(lines_with(result->out, "    on scalar_fma\n") == 1, "%s", result->out);
    cr_expect(lines_with(result->out, "    on scalar\n    other bits than on scalar_fma (exempt): ") == 1, "%s",
              result->out);
}

/* ------------------------------------------------------------------------------------------- the progress */

/* What a sweep writes to a terminal that wide until it says how long it has left. */
static void watch(unsigned short columns, char *text, size_t size)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    cr_assert(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0, "no terminal");
    int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    const struct winsize window = {.ws_row = 24, .ws_col = columns};
    cr_assert(other >= 0 && ioctl(other, TIOCSWINSZ, &window) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        dup2(other, STDERR_FILENO);
        execl(VACT_PROGRAM, "vact", "accuracy", "--op", "thresholded_relu,gelu", "--threads", "1", (char *)NULL);
        _exit(127);
    }
    size_t used = 0;
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    /* until the third picture: the first is drawn before anything is done */
    for (size_t pictures = 0; pictures < 3 && used + 1 < size && poll(&ready, 1, 20000) == 1;) {
        ssize_t got = read(terminal, text + used, size - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
        text[used] = '\0';
        pictures = 0;
        for (const char *at = text; (at = strchr(at, '%')) != NULL; at++)
            pictures++;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(other);
    close(terminal);
}

/* Each picture starts at the left edge and ends before the right one, so that it does not wrap. */
Test(accuracy_table, progress_stays_on_one_line)
{
    static const unsigned short widths[] = {10, 20, 40, 50, 60, 66, 80, 132};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        char text[4096] = "";
        size_t pictures = 0;
        watch(widths[i], text, sizeof text);
        cr_expect(strchr(text, '\n') == NULL, "%s", text);
        char *rest = NULL;
        for (const char *at = strtok_r(text, "\r", &rest); at != NULL; at = strtok_r(NULL, "\r", &rest), pictures++) {
            cr_assert(strncmp(at, "\033[K", 3) == 0, "width %d: %s", widths[i], at);
            cr_expect(strlen(at + 3) < widths[i], "width %d: %s", widths[i], at + 3);
            cr_expect(widths[i] < 60 || at[3] == '[', "width %d: no bar: %s", widths[i], at + 3);
            cr_expect(widths[i] < 40 || strstr(at, "thresholded_relu") || strstr(at, "gelu"), "%s", at);
        }
        cr_expect(pictures >= 3, "width %d: %zu pictures", widths[i], pictures);
    }
}
