/* The vector layer of each build against scalar C (vec_check.c has the method); no operation may be missing from the
 * checks or from a header. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "dispatch/table.h"
#include "vec_check.h"

static void check_build(int index, int (*check)(const vec_ops *build, FILE *report))
{
    const vec_ops *build = vec_builds[index];
    if (!vacti_build_runs(build->build))
        cr_skip("%s: this CPU lacks it", build->build);
    char *text = NULL;
    size_t size = 0;
    FILE *report = open_memstream(&text, &size);
    cr_assert_not_null(report);
    int failures = check(build, report);
    fclose(report);
    cr_expect(failures == 0, "%d failures\n%s", failures, text);
    free(text);
}

static int build_indices[16];

static struct criterion_test_params each_build(void)
{
    size_t count = 0;
    while (vec_builds[count]) {
        build_indices[count] = (int)count;
        count++;
    }
    return cr_make_param_array(int, build_indices, count);
}

ParameterizedTestParameters(vec, operations) { return each_build(); }
ParameterizedTest(int *index, vec, operations) { check_build(*index, vec_check_operations); }

ParameterizedTestParameters(vec, scale) { return each_build(); }
ParameterizedTest(int *index, vec, scale) { check_build(*index, vec_check_scale); }

ParameterizedTestParameters(vec, streams) { return each_build(); }
ParameterizedTest(int *index, vec, streams) { check_build(*index, vec_check_streams); }

ParameterizedTestParameters(vec, set1) { return each_build(); }
ParameterizedTest(int *index, vec, set1) { check_build(*index, vec_check_set1); }

ParameterizedTestParameters(vec, pairs) { return each_build(); }
ParameterizedTest(int *index, vec, pairs) { check_build(*index, vec_check_pairs); }

ParameterizedTestParameters(vec, any) { return each_build(); }
ParameterizedTest(int *index, vec, any) { check_build(*index, vec_check_any); }

ParameterizedTestParameters(vec, bytes) { return each_build(); }
ParameterizedTest(int *index, vec, bytes) { check_build(*index, vec_check_bytes); }

ParameterizedTestParameters(vec, kept) { return each_build(); }
ParameterizedTest(int *index, vec, kept) { check_build(*index, vec_check_kept); }

ParameterizedTestParameters(vec, keep_first) { return each_build(); }
ParameterizedTest(int *index, vec, keep_first) { check_build(*index, vec_check_keep_first); }

ParameterizedTestParameters(vec, exchange) { return each_build(); }
ParameterizedTest(int *index, vec, exchange) { check_build(*index, vec_check_exchange); }

ParameterizedTestParameters(vec, exchange_pair) { return each_build(); }
ParameterizedTest(int *index, vec, exchange_pair) { check_build(*index, vec_check_exchange_pair); }

ParameterizedTestParameters(vec, partial_loads) { return each_build(); }
ParameterizedTest(int *index, vec, partial_loads) { check_build(*index, vec_check_partial_loads); }

ParameterizedTestParameters(vec, partial_stores) { return each_build(); }
ParameterizedTest(int *index, vec, partial_stores) { check_build(*index, vec_check_partial_stores); }

enum { NAME_SIZE = 64 };

/* The next operation of a header, by a pattern like "VACT_INLINE <type> <name>(" that reads name and parenthesis. */
static bool next_name(FILE *file, const char *pattern, char name[NAME_SIZE])
{
    char line[512], parenthesis[2];
    while (fgets(line, sizeof line, file))
        if (sscanf(line, pattern, name, parenthesis) == 2)
            return true;
    return false;
}

static FILE *open_header(const char *path)
{
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    return file;
}

#define HEADERS VACT_SOURCE_DIR "/kernels/vec/"
static const char in_contract[] = " *   %63[a-z0-9_]%1[(]";
static const char in_header[] = "VACT_INLINE %*s %63[a-z0-9_]%1[(]";

static bool has(const char *path, const char *pattern, const char *wanted)
{
    FILE *file = open_header(path);
    char name[NAME_SIZE];
    bool found = false;
    while (!found && next_name(file, pattern, name))
        found = strcmp(name, wanted) == 0;
    fclose(file);
    return found;
}

/* contract.h lists the layer: every operation in it must be tested, and every header must have it. */
Test(vec, complete)
{
    glob_t headers;
    cr_assert(glob(HEADERS "f32_*.h", 0, NULL, &headers) == 0);
    FILE *file = open_header(HEADERS "contract.h");
    size_t count = 0;
    char name[NAME_SIZE];
    while (next_name(file, in_contract, name)) {
        count++;
        cr_expect(vec_check_covers(vec_builds[0], name), "%s is not tested", name);
        if (has(HEADERS "f32_generic.h", in_header, name))
            continue;
        for (size_t i = 0; i < headers.gl_pathc; i++)
            if (!strstr(headers.gl_pathv[i], "f32_generic.h"))
                cr_expect(has(headers.gl_pathv[i], in_header, name), "%s lacks %s", headers.gl_pathv[i], name);
    }
    cr_expect(count >= 50, "found only %zu operations in contract.h", count);
    fclose(file);
    globfree(&headers);
}

/* With one lane in plain C every function is an operation; so is what is made of operations. */
Test(vec, documented)
{
    static const char *const headers[] = {HEADERS "f32_scalar.h", HEADERS "f32_generic.h"};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        FILE *file = open_header(headers[i]);
        char name[NAME_SIZE];
        while (next_name(file, in_header, name))
            cr_expect(has(HEADERS "contract.h", in_contract, name), "contract.h does not say what %s does", name);
        fclose(file);
    }
}
