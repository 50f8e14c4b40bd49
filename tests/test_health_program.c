/* vact health: what it prints, as a table and as JSON, for arrays whose counts are known, and what it refuses. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "program.h"

TestSuite(health_program, .init = program_enter, .fini = program_leave);

/* Shape (2, 3, 2): along the last axis unit 0 is alive, unit 1 too; along axis 1 unit 1 is dead. */
static const float outputs[12] = {0.0f, 1.0f, -0.0f, 0.0f, -1.0f, 0.995f, NAN, 0.0f, 0.0f, 0.0f, INFINITY, 0.5f};

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    cr_assert(cJSON_IsNumber(item), "no number %s", name);
    return item->valuedouble;
}

static cJSON *run_json(const char *arguments)
{
    const program_result *result = program_run(arguments);
    program_expect(result, 0, "");
    cJSON *document = cJSON_Parse(result->out);
    cr_assert_not_null(document, "not JSON: %s", result->out);
    return document;
}

Test(health_program, json)
{
    npy_save("in.npy", "(2, 3, 2)", outputs, 12);
    cJSON *document = run_json("health --json --op tanh --axis 1 in.npy");
    cr_assert(number(document, "elements") == 12 && cJSON_GetArraySize(cJSON_GetObjectItem(document, "shape")) == 3);
    cr_assert(fabs(number(document, "zero_fraction") - 6.0 / 12.0) < 1e-12);
    cr_assert(number(document, "nan") == 1 && number(document, "infinite") == 1);
    const cJSON *units = cJSON_GetObjectItem(document, "units"),
                *saturated = cJSON_GetObjectItem(document, "saturated");
    cr_assert(number(units, "axis") == 1 && number(units, "count") == 3 && number(units, "dead") == 1);
    cr_assert(number(saturated, "low") == -1 && number(saturated, "high") == 1 &&
              number(saturated, "tolerance") == 0.01);
    cr_assert(fabs(number(saturated, "fraction") - 4.0 / 12.0) < 1e-12); /* 1, -1, 0.995, +inf */
    cr_assert(fabs(number(document, "gain") - 5.0 / 3.0) < 1e-12);
    cJSON_Delete(document);

    document = run_json("health --json --low -1 --tolerance 0 in.npy");
    units = cJSON_GetObjectItem(document, "units"), saturated = cJSON_GetObjectItem(document, "saturated");
    cr_assert(number(units, "axis") == 2 && number(units, "dead") == 0);
    cr_assert(cJSON_IsNull(cJSON_GetObjectItem(saturated, "high")));
    cr_assert(fabs(number(saturated, "fraction") - 2.0 / 12.0) < 1e-12); /* -1, and +inf at its own limit */
    cr_assert(!cJSON_HasObjectItem(document, "gain"));
    cJSON_Delete(document);

    document = run_json("health --json --op softmax --axis -3 in.npy");
    cr_assert(number(cJSON_GetObjectItem(document, "units"), "count") == 2);
    cr_assert(!cJSON_HasObjectItem(document, "saturated") && cJSON_IsNull(cJSON_GetObjectItem(document, "gain")));
    cJSON_Delete(document);
}

/* Both limits count, and so does what lies at --tolerance from one. */
Test(health_program, saturation_includes_its_limits)
{
    static const float values[8] = {-1.0f, -0.75f, -0.5f, 0.0f, 1.0f, 1.75f, 2.0f, 2.0f};
    npy_save("in.npy", "(8,)", values, 8);
    static const struct {
        const char *arguments, *line;
    } cases[] = {{"health --low -1 --high 2 --tolerance 0 in.npy", "saturated   37.50 %"},
                 {"health --low -1 --high 2 --tolerance 0.25 in.npy", "saturated   62.50 %"},
                 {"health --low -1 --tolerance 0 in.npy", "saturated   12.50 %"},
                 {"health --high 2 --tolerance 0 in.npy", "saturated   25.00 %"},
                 {"health --low -0.75 --high 1.75 --tolerance 0.25 in.npy", "saturated   75.00 %"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const program_result *result = program_run(cases[i].arguments);
        program_expect(result, 0, "");
        cr_expect(strstr(result->out, cases[i].line) != NULL, "%s: no '%s' in:\n%s", cases[i].arguments, cases[i].line,
                  result->out);
    }
}

Test(health_program, table)
{
    npy_save("in.npy", "(2, 3, 2)", outputs, 12);
    const program_result *result = program_run("health --op relu --axis 1 in.npy");
    program_expect(result, 0, "");
    static const char *const lines[] = {"shape       (2, 3, 2), 12 elements\n",
                                        "zero        50.00 %\n",
                                        "dead units  1 of 3 (33.33 %), axis 1\n",
                                        "NaN         1\n",
                                        "infinite    1\n",
                                        "gain        1.41421 for relu\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        cr_assert(strstr(result->out, lines[i]), "no line '%s' in:\n%s", lines[i], result->out);
    cr_assert(!strstr(result->out, "saturated"));
    npy_save("in.npy", "(12,)", outputs, 12);
    cr_assert(!strstr(program_run("health in.npy")->out, "dead units"));
    cr_assert(strstr(program_run("health --axis 0 in.npy")->out, "dead units  6 of 12"));
    npy_save("in.npy", "(0, 4)", outputs, 0);
    cr_assert(strstr(program_run("health in.npy")->out, "dead units  0 of 4 (0.00 %)"));
    npy_save("in.npy", "()", outputs, 1);
    cr_assert(strstr(program_run("health in.npy")->out, "zero        100.00 %"));
}

/* The elements at every distance from an aligned address. */
Test(health_program, any_alignment)
{
    char header[96];
    for (int padding = 0; padding < 4; padding++) {
        snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 2)}%*s\n", padding, "");
        npy_write("in.npy", 1, header, outputs, sizeof outputs);
        cr_assert(strstr(program_run("health in.npy")->out, "zero        50.00 %"));
    }
}

Test(health_program, refuses)
{
    static const char *const usages[] = {"health",
                                         "health in.npy other.npy",
                                         "health --op nosuch in.npy",
                                         "health --axis x in.npy",
                                         "health --low nan in.npy",
                                         "health --low 2 --high 1 in.npy",
                                         "health --tolerance -1 in.npy",
                                         "health --tolerance inf in.npy"};
    npy_save("in.npy", "(6, 2)", outputs, 12);
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++)
        program_expect(program_run(usages[i]), 2, "");
    program_expect(program_run("health none.npy"), 1, "none.npy: No such file");
    program_expect(program_run("health --axis 2 in.npy"), 1, "has 2 axes, so there is no axis 2");
    program_expect(program_run("health --axis -3 in.npy"), 1, "there is no axis -3");
}
