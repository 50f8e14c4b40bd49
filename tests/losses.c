/* Problems for the tests of the losses. */
#include "losses.h"

#include <math.h>
#include <string.h>

struct criterion_test_params losses_builds(void)
{
    static int builds[8];
    cr_assert(vacti_build_count <= sizeof builds / sizeof builds[0]);
    for (size_t i = 0; i < vacti_build_count; i++)
        builds[i] = (int)i;
    return cr_make_param_array(int, builds, vacti_build_count);
}

static const vacti_table *table_of(const char *build)
{
    if (!vacti_build_runs(build))
        cr_skip("%s: this CPU lacks it", build);
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    cr_assert(table != NULL, "%s: no table", build);
    return table;
}

const vacti_table *losses_begin(int build) { return table_of(vacti_builds[build]); }

const vacti_table *losses_reference(void) { return table_of("scalar_fma"); }

static float logit_of(int kind, test_random *random)
{
    switch (kind) {
    case 0: return (float)(2.0 * test_random_normal(random));
    case 1: return (float)(200.0 * test_random_unit(random) - 100.0);
    case 2: return (float)(1e-6 * test_random_normal(random));
    case 3: return 1000.3f + (float)(20.0 * test_random_normal(random));
    /* a few large logits among small ones */
    default: return test_random_below(random, 4) ? (float)(-20.0 - 60.0 * test_random_unit(random)) : 1.5f;
    }
}

void losses_fill(losses_problem *problem, size_t rows, size_t cols, int kind, test_random *random)
{
    cr_assert(rows * cols <= LOSSES_MOST);
    problem->rows = rows;
    problem->cols = cols;
    for (size_t i = 0; i < rows * cols; i++) {
        problem->logits[i] = logit_of(kind, random);
        size_t answer = test_random_below(random, 3);
        problem->answers[i] = answer < 2 ? (float)answer : (float)test_random_unit(random);
        problem->dy[i] = (float)(2.0 * test_random_normal(random));
        problem->weights[i] = (float)(2.0 * test_random_unit(random));
    }
    for (size_t r = 0; r < rows; r++) {
        problem->targets[r] = test_random_below(random, 10) ? (int64_t)test_random_below(random, cols) : -100;
        problem->narrow[r] = (int32_t)problem->targets[r];
    }
}

vacti_cross_entropy_call losses_call(const losses_problem *problem, vact_reduction reduction, float smoothing)
{
    return (vacti_cross_entropy_call){.logits = problem->logits,
                                      .targets = problem->targets,
                                      .wide = true,
                                      .rows = problem->rows,
                                      .cols = problem->cols,
                                      .stride = problem->cols,
                                      .dx_stride = problem->cols,
                                      .ignore_index = -100,
                                      .smoothing = smoothing,
                                      .reduction = reduction};
}

vacti_bce_call losses_bce_call(const losses_problem *problem, vact_reduction reduction)
{
    return (vacti_bce_call){
        .x = problem->logits, .targets = problem->answers, .n = problem->rows * problem->cols, .reduction = reduction};
}
