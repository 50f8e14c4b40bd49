/* README and the accuracy pages name every operation, with the accuracy that was measured. */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include "command.h"
#include "kernels/registry.h"

static const char accuracy_json[] = VACT_SOURCE_DIR "/docs/accuracy.json";
static const char accuracy_page[] = VACT_SOURCE_DIR "/docs/accuracy.md";
static const double all_inputs = 0x1p32;
static const double gradient_bound = 2.0; /* of every gradient: vact.h */

/* The builds whose results the page promises. */
static const char *const measured_builds[] = {"avx512", "avx2", "scalar_fma"};

static char *text_of(const char *path)
{
    char *text = read_text(path);
    cr_assert_not_null(text, "%s: not there", path);
    return text;
}

static const vacti_op_info *end_of_registry(void) { return vacti_registry + vacti_registry_count; }

static bool is_name_character(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool names(const char *text, const char *operation)
{
    size_t length = strlen(operation);
    for (const char *at = strstr(text, operation); at; at = strstr(at + 1, operation))
        if ((at == text || !is_name_character(at[-1])) && !is_name_character(at[length]))
            return true;
    return false;
}

static void expect_every_name(const char *path)
{
    char *text = text_of(path);
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++)
        cr_expect(names(text, info->name), "%s does not name %s", path, info->name);
    free(text);
}

Test(documents, readme_names_every_operation) { expect_every_name(VACT_SOURCE_DIR "/README.md"); }

Test(documents, accuracy_names_every_operation) { expect_every_name(accuracy_page); }

Test(documents, accuracy_page_is_generated_from_its_data)
{
    static const char begin[] = "<!-- generated: begin -->\n", end[] = "<!-- generated: end -->";
    char *page = text_of(accuracy_page);
    char *start = strstr(page, begin);
    cr_assert_not_null(start, "%s has no line %s", accuracy_page, begin);
    start += strlen(begin);
    char *stop = strstr(start, end);
    cr_assert_not_null(stop, "%s has no line %s", accuracy_page, end);
    *stop = '\0';
    command_result table = command_run("'%s' accuracy --merge '%s' --markdown - 2>&1", VACT_PROGRAM, accuracy_json);
    cr_expect(table.status == 0, "status %d: %s", table.status, table.text);
    cr_expect(strcmp(table.text, start) == 0, "docs/accuracy.md is not what docs/accuracy.json gives now");
    free(table.text);
    free(page);
}

/* ------------------------------------------------------------------------------------ docs/accuracy.json */

static cJSON *measurements(void)
{
    char *text = text_of(accuracy_json);
    cJSON *document = cJSON_Parse(text);
    free(text);
    cr_assert_not_null(document, "%s is not JSON", accuracy_json);
    return document;
}

static const char *text_member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : "";
}

static double number_member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

Test(documents, accuracy_is_of_this_version)
{
    cJSON *document = measurements();
    cr_expect(number_member(document, "numerics_version") == VACT_NUMERICS_VERSION, "measured before the bits changed");
    cr_expect(number_member(document, "stride") == 1.0, "not all inputs were tried");
    cJSON_Delete(document);
}

/* The baseline scalar build uses other functions of SLEEF, so only it may differ, in that variant. */
static bool may_differ(const char *math, const char *build)
{
    return strcmp(math, "sleef") == 0 && strcmp(build, "scalar") == 0;
}

static void check_measurement(const cJSON *measurement)
{
    const char *name = text_member(measurement, "op"), *build = text_member(measurement, "build");
    const char *math = text_member(measurement, "math");
    const vacti_op_info *info = vacti_registry_by_name(name);
    cr_expect(info, "%s is no operation", name);
    if (!info)
        return;
    char *end = NULL;
    double error = strtod(text_member(measurement, "max_error"), &end);
    cr_expect(*text_member(measurement, "max_error") && *end == '\0', "%s %s: no error", name, build);
    bool forward = strcmp(text_member(measurement, "function"), "forward") == 0;
    bool fast = strcmp(math, "fast") == 0;
    double bound = forward ? fast ? info->bound_fast : info->bound_sleef : gradient_bound;
    cr_expect(error <= bound, "%s %s: measured %g, bound %g", name, build, error, bound);
    cr_expect(number_member(measurement, "failures") == 0.0, "%s %s: failures", name, build);
    if (!may_differ(math, build))
        cr_expect(number_member(measurement, "differing") == 0.0, "%s %s: other bits", name, build);
    if (info->kind != VACT_KIND_ROWS)
        cr_expect(number_member(measurement, "inputs") == all_inputs, "%s %s: not all inputs", name, build);
}

/* The digests of the sweeps under an emulator, in the page, are of what the library computes now. */
Test(documents, neon_has_the_bits_of_every_sweep)
{
    char *page = text_of(accuracy_page), *rest = page, *line;
    cJSON *document = measurements();
    const cJSON *measurement = NULL;
    size_t rows = 0, found = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char name[32], bits[2][20];
        if (sscanf(line, "| %31[a-z_] | `%16[0-9a-f]` | `%16[0-9a-f]` |", name, bits[0], bits[1]) != 3)
            continue;
        rows++;
        cJSON_ArrayForEach(measurement, cJSON_GetObjectItemCaseSensitive(document, "results"))
        {
            bool fast = strcmp(text_member(measurement, "math"), "fast") == 0;
            if (strcmp(text_member(measurement, "op"), name) != 0 ||
                strcmp(text_member(measurement, "function"), "forward") != 0 ||
                strcmp(text_member(measurement, "build"), "scalar_fma") != 0)
                continue;
            found++;
            cr_expect(strcmp(text_member(measurement, "bits"), bits[fast ? 0 : 1]) == 0, "%s %s: %s now", name,
                      text_member(measurement, "math"), text_member(measurement, "bits"));
        }
    }
    cr_expect(rows == 2 && found == 2 * rows, "%zu rows, %zu measurements", rows, found);
    cJSON_Delete(document);
    free(page);
}

static const char *variant_name(const vacti_op_info *info, vact_math math)
{
    if (!info->needs_math)
        return "plain";
    return math == VACT_MATH_FAST ? "fast" : "sleef";
}

/* function: forward, backward or backward_from_output. */
static bool measured(const cJSON *list, const vacti_op_info *info, const char *function, vact_math math,
                     const char *build)
{
    const cJSON *measurement = NULL;
    cJSON_ArrayForEach(measurement, list)
    {
        if (strcmp(text_member(measurement, "op"), info->name) == 0 &&
            strcmp(text_member(measurement, "function"), function) == 0 &&
            strcmp(text_member(measurement, "math"), variant_name(info, math)) == 0 &&
            strcmp(text_member(measurement, "build"), build) == 0)
            return true;
    }
    return false;
}

Test(documents, accuracy_keeps_the_bounds)
{
    cJSON *document = measurements();
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(document, "results");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(document, "rows");
    const cJSON *measurement = NULL;
    cJSON_ArrayForEach(measurement, results) { check_measurement(measurement); }
    cJSON_ArrayForEach(measurement, rows) { check_measurement(measurement); }
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++)
        for (size_t i = 0; i < sizeof measured_builds / sizeof measured_builds[0]; i++) {
            const cJSON *list = info->kind == VACT_KIND_ROWS ? rows : results;
            if (info->kind == VACT_KIND_GATE) /* two inputs: no sweep */
                continue;
            cr_expect(measured(list, info, "forward", VACT_MATH_FAST, measured_builds[i]) &&
                          measured(list, info, "forward", VACT_MATH_SLEEF, measured_builds[i]),
                      "%s was not measured on %s", info->name, measured_builds[i]);
            /* Of some gradients one build was swept; the others have its bits (suites bits and bits_file). */
            bool gradient = info->kind == VACT_KIND_UNARY && i == 0, from_output = gradient && info->keeps_output;
            cr_expect(!gradient || measured(list, info, "backward", VACT_MATH_FAST, measured_builds[i]),
                      "the gradient of %s was not measured on %s", info->name, measured_builds[i]);
            cr_expect(!from_output || measured(list, info, "backward_from_output", VACT_MATH_FAST, measured_builds[i]),
                      "that of %s from the output was not measured on %s", info->name, measured_builds[i]);
        }
    cJSON_Delete(document);
}

/* ---------------------------------------------------------------------------------------------- README.md */

static double largest_error(const cJSON *list, const vacti_op_info *info)
{
    double largest = -1.0;
    const cJSON *measurement = NULL;
    cJSON_ArrayForEach(measurement, list)
    {
        if (strcmp(text_member(measurement, "op"), info->name) == 0 &&
            strcmp(text_member(measurement, "function"), "forward") == 0 &&
            strcmp(text_member(measurement, "math"), variant_name(info, info->auto_math)) == 0)
            largest = fmax(largest, strtod(text_member(measurement, "max_error"), NULL));
    }
    return largest;
}

/* The table has the largest error of all builds, of the variant that auto takes, rounded up to two decimals. */
Test(documents, readme_errors_are_those_measured)
{
    cJSON *document = measurements();
    char *readme = text_of(VACT_SOURCE_DIR "/README.md");
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        if (info->kind == VACT_KIND_GATE)
            continue;
        const char *list = info->kind == VACT_KIND_ROWS ? "rows" : "results";
        double error = largest_error(cJSON_GetObjectItemCaseSensitive(document, list), info);
        char row[128];
        snprintf(row, sizeof row, "| [%s](docs/operations/%s.md) | %.2f |", info->name, info->name,
                 ceil(error * 100.0) / 100.0);
        cr_expect(strstr(readme, row), "README.md has no row %s", row);
    }
    free(readme);
    cJSON_Delete(document);
}
