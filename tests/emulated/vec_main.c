/* The checks of the vector layer as a plain program for emulators. Ends with the totals of every test program. */
#include <stdlib.h>

#include "dispatch/table.h"
#include "vec_check.h"

typedef struct check {
    const char *name;
    int (*run)(const vec_ops *build, FILE *report);
} check;

static const check checks[] = {
    {"operations", vec_check_operations},
    {"scale", vec_check_scale},
    {"streams", vec_check_streams},
    {"set1", vec_check_set1},
    {"any", vec_check_any},
    {"pairs", vec_check_pairs},
    {"bytes", vec_check_bytes},
    {"kept", vec_check_kept},
    {"keep_first", vec_check_keep_first},
    {"exchange", vec_check_exchange},
    {"exchange_pair", vec_check_exchange_pair},
    {"partial_loads", vec_check_partial_loads},
    {"partial_stores", vec_check_partial_stores},
};

enum { CHECK_COUNT = sizeof checks / sizeof checks[0] };

int main(void)
{
    int passed = 0, failed = 0, skipped = 0;
    for (const vec_ops *const *build = vec_builds; *build; build++) {
        if (!vacti_build_runs((*build)->build)) {
            printf("%s: this CPU lacks it\n", (*build)->build);
            skipped += CHECK_COUNT;
            continue;
        }
        for (int i = 0; i < CHECK_COUNT; i++) {
            bool holds = checks[i].run(*build, stdout) == 0;
            printf("%s: %s/%s\n", holds ? "passed" : "failed", (*build)->build, checks[i].name);
            passed += holds;
            failed += !holds;
        }
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed || !passed ? EXIT_FAILURE : EXIT_SUCCESS;
}
