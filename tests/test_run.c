/* The program's main job, `vact run`. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

TestSuite(run, .init = program_enter, .fini = program_leave);

static double number_of(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItem(object, key));
}

/* The main job on a small tensor with everything in it; apply's results are checked elsewhere. */
Test(run, measures_every_operation)
{
    enum { ROWS = 16, COLS = 500 };
    float *values = malloc(sizeof(float) * ROWS * COLS);
    test_random random = {5};
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        values[i] = test_from_bits((uint32_t)test_random_next(&random));
    values[1] = NAN;
    values[2] = -INFINITY;
    npy_save("in.npy", "(16, 500)", values, (size_t)ROWS * COLS);
    free(values);

    const program_result *result = program_run("run --repetitions 1 in.npy");
    program_expect(result, 0, "");
    cr_assert(strstr(result->out, "float32 (16, 500)") != NULL, "%s", result->out);
    cr_assert(strstr(result->out, "operations within their bounds") != NULL, "%s", result->out);

    cJSON *document = program_json(program_run("run --repetitions 1 --isa scalar --json in.npy"));
    const cJSON *rows = cJSON_GetObjectItem(document, "results");
    cr_assert(strncmp(program_text(document, "isa"), "scalar", 6) == 0);
    cr_assert(cJSON_GetArraySize(rows) == (int)vacti_registry_count);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const cJSON *row = cJSON_GetArrayItem(rows, (int)i);
        cr_assert_str_eq(program_text(row, "operation"), vacti_registry[i].name);
        cr_assert(number_of(row, "gb_per_second") > 0.0);
        cr_assert(number_of(row, "relative_to_copy") > 0.0);
        cr_assert(number_of(row, "max_error_ulp") <= vacti_registry_bound(&vacti_registry[i], VACT_MATH_AUTO));
    }
    cJSON_Delete(document);
}

Test(run, on_one_element_and_on_none)
{
    static const float one = -0.5f;
    npy_save("one.npy", "()", &one, 1);
    program_expect(program_run("run --repetitions 1 one.npy"), 0, "");
    npy_save("none.npy", "(3, 0)", &one, 0);
    program_expect(program_run("run none.npy"), 1, "none.npy: the array is empty");
}

/* Saves the tensor that it draws. What it measures then takes long and is tested above. */
static void save_drawn(const char *path)
{
    const struct timespec moment = {0, 10000000};
    char arguments[64];
    snprintf(arguments, sizeof arguments, "run --json --save %s", path);
    pid_t child = program_start(arguments);
    for (int i = 0; i < 6000 && access(path, F_OK) != 0; i++)
        nanosleep(&moment, NULL);
    cr_assert(kill(child, SIGKILL) == 0);
    cr_assert(program_wait(child) == 128 + SIGKILL, "it ended before %s was there", path);
}

Test(run, draws_and_saves_the_same_tensor_each_time)
{
    static const char shape[] = "(16384, 1024)";
    enum { COUNT = 16384 * 1024 };
    save_drawn("a.npy");
    FILE *file = fopen("a.npy", "rb");
    float *values = malloc(sizeof(float) * COUNT);
    cr_assert(file != NULL && values != NULL && fseek(file, 128, SEEK_SET) == 0);
    cr_assert(fread(values, sizeof(float), COUNT, file) == COUNT);
    fclose(file);
    const double count = (double)COUNT;
    double sum = 0.0;
    double squares = 0.0;
    for (size_t i = 0; i < COUNT; i++) {
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
    }
    /* five standard errors: 2/sqrt(n), and sqrt(2/n)*4 of the variance */
    cr_assert(fabs(sum / count) < 5.0 * 2.0 / 4096.0, "mean %g", sum / count);
    cr_assert(fabs(squares / count - 4.0) < 5.0 * 4.0 * 1.4142 / 4096.0, "variance %g", squares / count);
    save_drawn("b.npy");
    npy_expect("b.npy", shape, values, COUNT);
    free(values);
}

/* Zeros, as many as one pass over them is timed alone. */
static void save_zeros(void)
{
    enum { COUNT = 513 * 1024 };
    float *zeros = calloc(COUNT, sizeof *zeros);
    cr_assert(zeros != NULL);
    npy_save("zeros.npy", "(513, 1024)", zeros, COUNT);
    free(zeros);
}

/* By the interposed clock every pass takes the same time, and other programs take the processor in between. */
Test(run, time_of_other_programs_does_not_count)
{
    save_zeros();
    cJSON *document =
        program_json(program_run_interposed("VACT_TEST_CLOCK=shared", "run --repetitions 5 --json zeros.npy"));
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(document, "results"))
    {
        const char *name = program_text(row, "operation");
        cr_expect(fabs(number_of(row, "relative_to_copy") - 1.0) < 1e-9, "%s: %g", name,
                  number_of(row, "relative_to_copy"));
        cr_expect(number_of(row, "noise") == 0.0, "%s: %g", name, number_of(row, "noise"));
        cr_expect(cJSON_IsFalse(cJSON_GetObjectItem(row, "noisy")), "%s", name);
    }
    cJSON_Delete(document);
}

/* By the interposed clock a pass takes 1 to 64 ms. */
Test(run, a_machine_too_noisy_to_tell)
{
    save_zeros();
    const program_result *result = program_run_interposed("VACT_TEST_CLOCK=noisy", "run --repetitions 25 zeros.npy");
    program_expect(result, 0, "");
    cr_expect(strstr(result->out, "? the machine is too noisy to tell: ") != NULL, "%s", result->out);
    size_t marks = 0;
    for (const char *at = result->out; (at = strchr(at, '?')) != NULL; at++)
        marks++;
    cr_expect(marks == vacti_registry_count + 1, "%zu marks in: %s", marks, result->out);
}
