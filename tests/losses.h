/* What the tests of the losses share: a case per build, random problems. */
#ifndef VACT_TESTS_LOSSES_H
#define VACT_TESTS_LOSSES_H

#include "support.h"

/* A case is the index of a build, in a plain int. */
struct criterion_test_params losses_builds(void);

/* The build's table; skips the test, by name, where this CPU lacks it. */
const vacti_table *losses_begin(int build);

/* The table of the build whose bits are the reference; skips where this CPU lacks it. */
const vacti_table *losses_reference(void);

enum { LOSSES_MOST = 3 * 4096 };

/* Rows of logits with targets and weights, or, for bce, logits with targets in [0, 1] (and often 0 or 1). */
typedef struct losses_problem {
    size_t rows, cols;
    float logits[LOSSES_MOST], answers[LOSSES_MOST], dy[LOSSES_MOST], weights[LOSSES_MOST];
    int64_t targets[LOSSES_MOST];
    int32_t narrow[LOSSES_MOST]; /* the targets again */
} losses_problem;

/* kind is the distribution of the logits, 0 to 4. About every tenth row has the target -100. */
void losses_fill(losses_problem *problem, size_t rows, size_t cols, int kind, test_random *random);

/* Cross-entropy over a dense problem: no loss, no dx, no weights and no dy yet. */
vacti_cross_entropy_call losses_call(const losses_problem *problem, vact_reduction reduction, float smoothing);

/* Binary cross-entropy over the rows*cols elements of a problem. */
vacti_bce_call losses_bce_call(const losses_problem *problem, vact_reduction reduction);

#endif
