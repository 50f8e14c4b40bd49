/* The program vact except for apply's files: help, usage, info and list. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "support.h"

TestSuite(program, .init = program_enter, .fini = program_leave);

static const char *const commands[] = {"info", "list", "apply", "health", "run", "accuracy", "verify", "eval", "plot"};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

Test(program, help_tells_of_every_command)
{
    char arguments[64];
    char usage[64];
    const program_result *result = program_run("--help");
    program_expect(result, 0, "");
    for (int i = 0; i < COMMANDS; i++)
        cr_assert(strstr(result->out, commands[i]) != NULL, "%s is not named", commands[i]);
    program_expect(program_run(""), 2, "accuracy");
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(arguments, sizeof arguments, "%s --help", commands[i]);
        snprintf(usage, sizeof usage, "Usage: vact %s ", commands[i]);
        result = program_run(arguments);
        program_expect(result, 0, "");
        cr_assert(strstr(result->out, usage) != NULL, "no '%s' in: %s", usage, result->out);
    }
}

Test(program, version)
{
    const program_result *result = program_run("--version");
    program_expect(result, 0, "");
    cr_assert_str_eq(result->out, "vact " VACT_VERSION "\n");
}

Test(program, wrong_usage)
{
    program_expect(program_run("aply"), 2, "did you mean apply");
    program_expect(program_run("zzzzzzzz"), 2, "no command is named 'zzzzzzzz'");
    program_expect(program_run("--nonsense"), 2, "unrecognized option");
    program_expect(program_run("info --nonsense"), 2, "vact info: unrecognized option");
    program_expect(program_run("info more"), 2, "no argument is taken");
    program_expect(program_run("list gello"), 2, "did you mean gelu");
    program_expect(program_run("list hard_swich"), 2, "did you mean hard_swish");
    program_expect(program_run("run a b"), 2, "one file too many");
    program_expect(program_run("run --repetitions 0"), 2, "not a number from 1 to 101");
    program_expect(program_run("run --isa sse"), 2, "--isa 'sse' is unknown");
}

Test(program, info_is_what_the_library_says)
{
    const vact_info_t *info = vact_info();
    const program_result *result = program_run("info");
    program_expect(result, 0, "");
    cr_assert(strstr(result->out, info->version) != NULL && strstr(result->out, info->detected) != NULL);

    cJSON *document = program_json(program_run("info --json"));
    cr_assert_str_eq(program_text(document, "version"), info->version);
    cr_assert_str_eq(program_text(document, "features"), info->features);
    cr_assert_str_eq(program_text(document, "detected"), info->detected);
    cr_assert_str_eq(program_text(document, "isa"), info->detected); /* the environment is not set for the child */
    cr_assert_str_eq(program_text(document, "math"), "auto");
    cr_assert_str_eq(program_text(document, "sleef_version"), info->sleef_version);
    cr_assert_str_eq(program_text(cJSON_GetObjectItem(document, "environment"), "VACT_ISA"), "unset");
    const cJSON *builds = cJSON_GetObjectItem(document, "builds");
    cr_assert(cJSON_GetArraySize(builds) == (int)vacti_build_count);
    for (size_t i = 0; i < vacti_build_count; i++) {
        const cJSON *build = cJSON_GetArrayItem(builds, (int)i);
        cr_assert_str_eq(program_text(build, "name"), vacti_builds[i]);
        cr_assert(cJSON_IsTrue(cJSON_GetObjectItem(build, "runs")) == vacti_build_runs(vacti_builds[i]));
    }
    cJSON_Delete(document);
}

Test(program, list_is_the_registry)
{
    const program_result *result = program_run("list");
    program_expect(result, 0, "");
    for (size_t i = 0; i < vacti_registry_count; i++)
        cr_assert(strstr(result->out, vacti_registry[i].formula) != NULL, "%s is missing", vacti_registry[i].name);

    result = program_run("list softplus relu");
    program_expect(result, 0, "");
    cr_assert(strncmp(result->out, "softplus\n", 9) == 0 && strstr(result->out, "\nrelu\n") != NULL);
    cr_assert(strstr(result->out, "beta = 1 (finite and > 0), threshold = 20 (not NaN)") != NULL, "%s", result->out);
    cr_assert(strstr(result->out, "gelu") == NULL);

    cJSON *document = program_json(program_run("list --json"));
    cr_assert(cJSON_GetArraySize(document) == (int)vacti_registry_count);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *op = &vacti_registry[i];
        const cJSON *entry = cJSON_GetArrayItem(document, (int)i);
        cr_assert_str_eq(program_text(entry, "name"), op->name);
        cr_assert_str_eq(program_text(entry, "formula"), op->formula);
        cr_assert_str_eq(program_text(entry, "range"), op->range);
        cr_assert_str_eq(program_text(entry, "auto"), !op->needs_math                   ? "plain"
                                                      : op->auto_math == VACT_MATH_FAST ? "fast"
                                                                                        : "sleef");
        const cJSON *bound = cJSON_GetObjectItem(cJSON_GetObjectItem(entry, "bounds_ulp"), program_text(entry, "auto"));
        cr_assert(cJSON_GetNumberValue(bound) == vacti_registry_bound(op, VACT_MATH_AUTO), "%s: bound", op->name);
        const cJSON *parameters = cJSON_GetObjectItem(entry, "parameters");
        cr_assert(cJSON_GetArraySize(parameters) == op->param_count);
        for (int p = 0; p < op->param_count; p++) {
            const cJSON *value = cJSON_GetObjectItem(cJSON_GetArrayItem(parameters, p), "default");
            const char *word = cJSON_GetStringValue(value); /* infinity is no number of JSON's */
            cr_assert((word != NULL ? strtof(word, NULL) : (float)cJSON_GetNumberValue(value)) ==
                          op->params[p].default_value,
                      "%s: default", op->name);
        }
    }
    cJSON_Delete(document);
}

/* Which have kernels of a type; the bounds of 16-bit elements, which tests/test_narrow.c proves. */
Test(program, list_of_a_type)
{
    static const char *const words[] = {"f32", "bf16", "f16"};
    char arguments[64];
    for (int type = VACT_BF16; type <= VACT_F16; type++) {
        snprintf(arguments, sizeof arguments, "list --type %s --json", words[type]);
        cJSON *document = program_json(program_run(arguments));
        int listed = 0;
        for (size_t i = 0; i < vacti_registry_count; i++) {
            const vacti_op_info *op = &vacti_registry[i];
            if (op->kind != VACT_KIND_UNARY)
                continue;
            const cJSON *entry = cJSON_GetArrayItem(document, listed++);
            cr_assert_str_eq(program_text(entry, "name"), op->name);
            cr_assert_str_eq(program_text(entry, "type"), words[type]);
            const cJSON *bounds = cJSON_GetObjectItem(entry, "bounds_ulp");
            cr_assert(cJSON_GetNumberValue(cJSON_GetObjectItem(bounds, program_text(entry, "auto"))) == 0.5);
            const cJSON *others = cJSON_GetObjectItem(bounds, "other_parameters");
            cr_assert(op->param_count == 0 ? others == NULL
                                           : cJSON_GetNumberValue(others) == (type == VACT_BF16 ? 0.5001 : 0.502));
        }
        cr_assert(cJSON_GetArraySize(document) == listed);
        cJSON_Delete(document);
    }
    const program_result *result = program_run("list --type bf16 relu elu");
    program_expect(result, 0, "");
    cr_assert(strstr(result->out, "\n    bound       0.5 ULP of bfloat16, correctly rounded\n") != NULL, "%s",
              result->out);
    cr_assert(strstr(result->out, "correctly rounded; with other parameters 0.5001 ULP\n") != NULL);
    program_expect(program_run("list --type f16 relu softmax"), 1, "softmax: has no kernels of f16");
    program_expect(program_run("list --type i8"), 2, "'i8' is not f32, bf16, f16 or f64");

    static char whole[PROGRAM_TEXT];
    snprintf(whole, sizeof whole, "%s", program_run("list")->out);
    cr_assert_str_eq(program_run("list --type f32")->out, whole);
}
