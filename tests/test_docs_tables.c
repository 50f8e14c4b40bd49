/* The tables of README.md, docs/choosing.md and docs/performance.md agree with the operations' pages and the library.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include "command.h"
#include "kernels/registry.h"

#define DOCS VACT_SOURCE_DIR "/docs"

static char *text_of(const char *path)
{
    char *text = read_text(path);
    cr_assert_not_null(text, "%s: not there", path);
    return text;
}

static char *page_of(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, DOCS "/operations/%s.md", name);
    return text_of(path);
}

/* ------------------------------------------------------------------------------------------ where f' is 0 */

/* The cell of docs/choosing.md that says for which x the derivative of an operation is 0. */
static void zeros_cell(char cell[128], const char *guide, const char *name)
{
    char row[64];
    snprintf(row, sizeof row, "\n| [%s](operations/%s.md) | ", name, name);
    const char *at = strstr(guide, row);
    cr_assert_not_null(at, "docs/choosing.md has no row of %s", name);
    cr_assert(sscanf(at + strlen(row), "%127[^|]", cell) == 1);
    cell[strlen(cell) - 1] = '\0'; /* the space before the bar */
}

Test(docs_tables, zeros_of_the_derivatives_are_those_of_the_pages)
{
    char *guide = text_of(DOCS "/choosing.md"), cell[128], wanted[160];
    for (size_t i = 0; i < vacti_registry_count; i++) {
        if (vacti_registry[i].kind != VACT_KIND_UNARY)
            continue;
        zeros_cell(cell, guide, vacti_registry[i].name);
        char *page = page_of(vacti_registry[i].name);
        if (strcmp(cell, "nowhere") == 0)
            snprintf(wanted, sizeof wanted, "f′(x) is 0 nowhere.\n");
        else
            snprintf(wanted, sizeof wanted, "f′(x) = 0 for %s.\n", cell);
        cr_expect(strstr(page, wanted), "%s.md does not say: %s", vacti_registry[i].name, wanted);
        free(page);
    }
    free(guide);
}

/* Intervals, of which some are points. */
typedef struct zeros {
    int count;
    double low[4], high[4];
} zeros;

/* "x ≤ −3, x = −1.5" and the like. */
static zeros read_zeros(const char *cell)
{
    char plain[128], *to = plain, *rest = plain, *part;
    for (const char *from = cell; *from; from++) { /* the signs in UTF-8: E2 88 92, E2 89 A4, E2 89 A5 */
        if (strncmp(from, "−", 3) == 0 || strncmp(from, "≤", 3) == 0 || strncmp(from, "≥", 3) == 0) {
            *to++ = from[1] == '\x88' ? '-' : from[2] == '\xa4' ? '<' : '>';
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    zeros all = {0, {0.0}, {0.0}};
    while (strcmp(cell, "nowhere") != 0 && (part = strsep(&rest, ",")) != NULL) {
        double a = 0.0, b = 0.0;
        cr_assert(all.count < 4, "%s", cell);
        if (sscanf(part, " x = %lf", &a) == 1)
            b = a;
        else if (sscanf(part, " x < %lf", &b) == 1)
            a = -INFINITY;
        else if (sscanf(part, " x > %lf", &a) == 1)
            b = INFINITY;
        else
            cr_assert(sscanf(part, " %lf < x < %lf", &a, &b) == 2, "%s", part);
        all.low[all.count] = a;
        all.high[all.count++] = b;
    }
    return all;
}

/* Whether [a, b] meets one of them. Limits are rounded away from 0 to four digits, points to four decimals. */
static bool meets(const zeros *all, double a, double b)
{
    for (int i = 0; i < all->count; i++) {
        bool point = all->low[i] == all->high[i];
        double slack_low = point ? 1e-4 : fabs(all->low[i]) * 1e-3,
               slack_high = point ? 1e-4 : fabs(all->high[i]) * 1e-3;
        if (!(b < all->low[i] - slack_low || a > all->high[i] + slack_high))
            return true;
    }
    return false;
}

static bool inside(const zeros *all, double x)
{
    for (int i = 0; i < all->count; i++)
        if (all->low[i] < all->high[i] && x >= all->low[i] && x <= all->high[i])
            return true;
    return false;
}

enum { NEAR = 32, STEPS = 1024, POINTS = NEAR * STEPS + 1, FAR = 2 * 1000 };

/* What the cell says is so: on a fine grid, and far out. */
static void check_zeros(const vacti_op_info *info, const zeros *stated)
{
    static float x[POINTS + FAR], ones[POINTS + FAR], slope[POINTS + FAR];
    for (int i = 0; i < POINTS; i++)
        x[i] = (float)i / (float)STEPS - 0.5f * (float)NEAR;
    for (int i = 0; i < FAR / 2; i++) {
        x[POINTS + i] = (float)(16.0 * exp2((double)i * 0.123));
        x[POINTS + FAR / 2 + i] = -x[POINTS + i];
    }
    for (int i = 0; i < POINTS + FAR; i++)
        ones[i] = 1.0f;
    cr_assert(vact_backward_f32(info->op, NULL, slope, ones, x, POINTS + FAR) == VACT_OK);
    int wrong = 0;
    for (int i = 0; i < POINTS + FAR && wrong < 3; i++) {
        double at = (double)x[i], before = i > 0 && i < POINTS ? (double)x[i - 1] : at;
        bool crosses = i > 0 && i < POINTS && slope[i] * slope[i - 1] < 0.0f;
        if (slope[i] == 0.0f ? !meets(stated, at, at) : inside(stated, at) || (crosses && !meets(stated, before, at))) {
            cr_expect(false, "%s: f' is %g at %g", info->name, (double)slope[i], at);
            wrong++;
        }
    }
    for (int i = 0; i < stated->count; i++) {
        const float around[3] = {(float)stated->low[i] - 1e-3f, (float)stated->low[i], (float)stated->low[i] + 1e-3f};
        if (stated->low[i] != stated->high[i])
            continue;
        cr_assert(vact_backward_f32(info->op, NULL, slope, ones, around, 3) == VACT_OK);
        cr_expect(slope[1] == 0.0f || slope[0] * slope[2] < 0.0f, "%s: f' is not 0 at %g", info->name, stated->low[i]);
    }
}

Test(docs_tables, zeros_of_the_derivatives_are_the_librarys)
{
    char *guide = text_of(DOCS "/choosing.md"), cell[128];
    if (!vact_backward_kernel_f32(VACT_OP_RELU, VACT_ISA_AUTO, VACT_MATH_AUTO))
        cr_skip("this build has no gradients");
    for (size_t i = 0; i < vacti_registry_count; i++) {
        if (vacti_registry[i].kind != VACT_KIND_UNARY)
            continue;
        zeros_cell(cell, guide, vacti_registry[i].name);
        zeros stated = read_zeros(cell);
        check_zeros(&vacti_registry[i], &stated);
    }
    free(guide);
}

/* -------------------------------------------------------------------------------------------------- speed */

Test(docs_tables, readme_table_is_generated)
{
    char *readme = text_of(VACT_SOURCE_DIR "/README.md");
    command_result table = command_run("PYTHONDONTWRITEBYTECODE=1 python3 '" VACT_SOURCE_DIR
                                       "/tools/operations.py' '" VACT_PROGRAM "' --readme 2>&1");
    cr_expect(table.status == 0 && strstr(readme, table.text), "README.md has another table: ./dev docs\n%s",
              table.text);
    free(table.text);
    free(readme);
}

/* The rows of every table have the order of the registry. */
Test(docs_tables, performance_has_the_order_of_the_registry)
{
    char *page = text_of(DOCS "/performance.md"), *rest = page, *line;
    size_t last = 0, rows = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char name[32];
        if (strncmp(line, "|---", 4) == 0)
            last = 0;
        const vacti_op_info *info = sscanf(line, "| %31[a-z0-9_] |", name) == 1 ? vacti_registry_by_name(name) : NULL;
        if (!info)
            continue;
        size_t place = (size_t)(info - vacti_registry) + 1;
        cr_expect(place > last, "%s is not in order", name);
        last = place;
        rows++;
    }
    cr_expect(rows > 100, "%zu rows", rows);
    free(page);
}

/* Of elementwise operations in auto's variant: the ratios of a build and size in docs/operations/speed.json. */
typedef struct extent {
    double least, most, most_plain;
} extent;

static extent extent_of(const char *build, const char *size, const char *ratio, bool with_xielu)
{
    char *text = text_of(DOCS "/operations/speed.json");
    cJSON *document = cJSON_Parse(text);
    const cJSON *row = NULL;
    extent found = {INFINITY, 0.0, 0.0};
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(document, "speeds"))
    {
        const char *math = cJSON_GetStringValue(cJSON_GetObjectItem(row, "math"));
        const vacti_op_info *info = vacti_registry_by_name(cJSON_GetStringValue(cJSON_GetObjectItem(row, "op")));
        double value = cJSON_GetNumberValue(cJSON_GetObjectItem(row, ratio));
        if (!info || info->kind != VACT_KIND_UNARY || (info->op == VACT_OP_XIELU && !with_xielu) ||
            strcmp(math, "sleef") == 0 || strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(row, "build")), build) != 0 ||
            strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(row, "size")), size) != 0)
            continue;
        found.least = fmin(found.least, value);
        found.most = fmax(found.most, value);
        if (strcmp(math, "plain") == 0)
            found.most_plain = fmax(found.most_plain, value);
    }
    cJSON_Delete(document);
    free(text);
    return found;
}

/* A line's end counts as a space. */
static void expect_words(char *text, const char *path, const char *words)
{
    for (char *at = strchr(text, '\n'); at; at = strchr(at, '\n'))
        *at = ' ';
    cr_expect(strstr(text, words), "%s does not say: %s", path, words);
}

Test(docs_tables, summaries_are_of_the_last_measurement)
{
    extent wide = extent_of("avx512", "64 MiB", "x_copy", true), narrow = extent_of("avx2", "64 MiB", "x_copy", true);
    extent cached = extent_of("avx512", "16 KiB", "x_expf", true),
           cached_narrow = extent_of("avx2", "16 KiB", "x_expf", true);
    char words[128], *page = text_of(DOCS "/performance.md"), *readme = text_of(VACT_SOURCE_DIR "/README.md");
    snprintf(words, sizeof words, "takes %.2f to %.2f of the time of copying an array of 64 MiB, on AVX2 %.2f to %.2f;",
             wide.least, wide.most, narrow.least, narrow.most);
    expect_words(page, "docs/performance.md", words);
    snprintf(words, sizeof words, "such as relu, at most %.2f and %.2f.", wide.most_plain, narrow.most_plain);
    expect_words(page, "docs/performance.md", words);
    snprintf(words, sizeof words, "takes %.2f to %.2f of the time of a loop over SLEEF's",
             fmin(cached.least, cached_narrow.least), fmax(cached.most, cached_narrow.most));
    expect_words(page, "docs/performance.md", words);
    /* What the README says of any machine has a quarter to spare on ours. */
    expect_words(readme, "README.md",
                 "all others at most 2 times as long on AVX-512 and 3 times on AVX2 (xielu 3 and 5 times).");
    cr_expect(1.25 * wide.most <= 3.0 && 1.25 * narrow.most <= 5.0, "%g, %g", wide.most, narrow.most);
    const double others = extent_of("avx512", "64 MiB", "x_copy", false).most,
                 narrow_others = extent_of("avx2", "64 MiB", "x_copy", false).most;
    cr_expect(1.25 * others <= 2.0 && 1.25 * narrow_others <= 3.0, "%g, %g", others, narrow_others);
    cr_expect(wide.most_plain < 1.0 && narrow.most_plain < 1.0, "%g, %g", wide.most_plain, narrow.most_plain);
    free(page);
    free(readme);
}

/* Copy is defined in one place, and who shows a time relative to it refers to that place or says the same. */
Test(docs_tables, copy_is_one_thing)
{
    static const char *const referring[] = {"README.md", "docs/choosing.md", "docs/operations/gelu.md",
                                            "docs/operations/softmax.md"};
    char *page = text_of(DOCS "/performance.md"), path[256];
    expect_words(page, "docs/performance.md",
                 "## Copy  *Copy* is the faster of memcpy and a copy with streaming stores");
    for (size_t i = 0; i < sizeof referring / sizeof referring[0]; i++) {
        snprintf(path, sizeof path, VACT_SOURCE_DIR "/%s", referring[i]);
        char *text = text_of(path);
        cr_expect(strstr(text, "performance.md#copy"), "%s does not say what copy is", referring[i]);
        free(text);
    }
    command_result help = command_run("'%s' help run", VACT_PROGRAM);
    expect_words(help.text, "vact help run", "memcpy or by streaming stores");
    free(help.text);
    free(page);
}
