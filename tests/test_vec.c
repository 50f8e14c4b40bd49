/* The vector layer of each build against scalar C (vec_check.c has the method), and that no operation is missing
 * from the checks or from a header. */
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
    if (!vact_build_runs(build->build))
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

ParameterizedTestParameters(vec, keep_first) { return each_build(); }
ParameterizedTest(int *index, vec, keep_first) { check_build(*index, vec_check_keep_first); }

ParameterizedTestParameters(vec, exchange) { return each_build(); }
ParameterizedTest(int *index, vec, exchange) { check_build(*index, vec_check_exchange); }

ParameterizedTestParameters(vec, partial_loads) { return each_build(); }
ParameterizedTest(int *index, vec, partial_loads) { check_build(*index, vec_check_partial_loads); }

ParameterizedTestParameters(vec, partial_stores) { return each_build(); }
ParameterizedTest(int *index, vec, partial_stores) { check_build(*index, vec_check_partial_stores); }

/* Whether the header defines the operation: "VACT_INLINE <type> <name>(". */
static bool defines(const char *path, const char *name)
{
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    char line[512], found[64];
    bool result = false;
    while (!result && fgets(line, sizeof line, file))
        result = sscanf(line, "VACT_INLINE %*s %63[a-z0-9_](", found) == 1 && strcmp(found, name) == 0;
    fclose(file);
    return result;
}

/* scalar.h lists the layer: nothing in it may be untested, and no other header may lack any of it. */
Test(vec, complete)
{
    static const char scalar[] = VACT_SOURCE_DIR "/kernels/vec/f32_scalar.h";
    glob_t headers;
    cr_assert(glob(VACT_SOURCE_DIR "/kernels/vec/*.h", 0, NULL, &headers) == 0);
    FILE *file = fopen(scalar, "r");
    cr_assert_not_null(file, "%s", scalar);
    size_t count = 0;
    char line[512], name[64];
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "VACT_INLINE %*s %63[a-z0-9_](", name) != 1)
            continue;
        count++;
        cr_expect(vec_check_covers(vec_builds[0], name), "%s is not tested", name);
        for (size_t i = 0; i < headers.gl_pathc; i++)
            if (!strstr(headers.gl_pathv[i], "contract.h"))
                cr_expect(defines(headers.gl_pathv[i], name), "%s lacks %s", headers.gl_pathv[i], name);
    }
    cr_expect(count >= 20, "found only %zu operations in %s", count, scalar);
    fclose(file);
    globfree(&headers);
}
