/*
 * As test_exceptions.c for the kernels over rows: the softmax family with and without masks, its gradients, the losses,
 * prelu's gradient and the counts. A call whose exact results leave the range of floats is not looked at.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exceptions.h"
#include "losses.h"

enum { ROWS = 2, SHORT = 70, LONGEST = 1100, ALL = ROWS * LONGEST };

/* What the calls read and write. */
typedef struct matrices {
    const vacti_table *table;
    size_t cols;
    float x[ALL], dy[ALL], bias[ALL], masked_bias[ALL], answers[ALL], weights[ALL], slopes[ALL], y[ALL], dx[ALL];
    float per_row[ALL + ROWS], per_row_dy[ALL];
    unsigned char keep[ALL];
    int32_t targets[ROWS];
    vact_softmax_options_f32 options;
    const vact_softmax_options_f32 *given; /* the options or null */
    unsigned round;
} matrices;

static matrices data;

/* Calls a kernel between exceptions_clear and exceptions_raised, and returns the latter. */
typedef int call_fn(matrices *m);

static int softmax(matrices *m)
{
    exceptions_clear();
    m->table->family.softmax(m->y, m->cols, m->x, m->cols, ROWS, m->cols, m->given);
    return exceptions_raised();
}

static int log_softmax(matrices *m)
{
    exceptions_clear();
    m->table->family.log_softmax(m->y, m->cols, m->x, m->cols, ROWS, m->cols, m->given);
    return exceptions_raised();
}

static int logsumexp(matrices *m)
{
    exceptions_clear();
    m->table->family.logsumexp(m->per_row, m->x, m->cols, ROWS, m->cols, m->given);
    return exceptions_raised();
}

static int rows(matrices *m)
{
    exceptions_clear();
    m->table->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](m->y, m->cols, m->x, m->cols, ROWS, m->cols);
    m->table->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](m->dx, m->cols, m->x, m->cols, ROWS, m->cols);
    return exceptions_raised();
}

static int softmax_axis(matrices *m)
{
    exceptions_clear();
    m->table->family.softmax_axis(m->y, m->x, 1, ROWS, m->cols);
    m->table->family.softmax_axis(m->y, m->x, 1, m->cols, ROWS);
    return exceptions_raised();
}

static int log_softmax_axis(matrices *m)
{
    exceptions_clear();
    m->table->family.log_softmax_axis(m->y, m->x, 1, ROWS, m->cols);
    m->table->family.log_softmax_axis(m->y, m->x, 1, m->cols, ROWS);
    return exceptions_raised();
}

static int online(matrices *m)
{
    vact_softmax_online_f32 states[ROWS] = {{-INFINITY, 0.0}, {-INFINITY, 0.0}};
    const size_t half = m->cols / 2;
    exceptions_clear();
    m->table->family.online(states, m->per_row, m->y, m->cols, m->x, m->cols, ROWS, half, m->given);
    m->table->family.online(states, m->per_row, m->y + half, m->cols, m->x + half, m->cols, ROWS, m->cols - half,
                            m->given);
    vacti_softmax_online_finish(m->per_row, m->per_row + ROWS, states, ROWS, NULL);
    return exceptions_raised();
}

static int softmax_backward(matrices *m)
{
    softmax(m);
    exceptions_clear();
    m->table->family.softmax_backward(m->dx, m->cols, m->dy, m->cols, m->y, m->cols, ROWS, m->cols, 0.7f, m->given);
    return exceptions_raised();
}

static int log_softmax_backward(matrices *m)
{
    log_softmax(m);
    exceptions_clear();
    m->table->family.log_softmax_backward(m->dx, m->cols, m->dy, m->cols, m->y, m->cols, ROWS, m->cols, 0.7f, m->given);
    return exceptions_raised();
}

static int logsumexp_backward(matrices *m)
{
    logsumexp(m);
    for (size_t r = 0; r < ROWS; r++)
        m->per_row_dy[r] = m->per_row[r] == -INFINITY ? 0.0f : m->dy[r];
    exceptions_clear();
    m->table->family.logsumexp_backward(m->dx, m->cols, m->per_row_dy, m->x, m->cols, m->per_row, ROWS, m->cols,
                                        m->options.scale, m->given);
    return exceptions_raised();
}

static int prelu_backward(matrices *m)
{
    exceptions_clear();
    m->table->family.prelu_backward(m->dx, m->per_row, m->dy, m->x, m->slopes, 1, ROWS, m->cols);
    m->table->family.prelu_backward(m->dx, m->per_row + ROWS, m->dy, m->x, m->slopes, ROWS, m->cols, 1);
    return exceptions_raised();
}

static int cross_entropy(matrices *m)
{
    const vact_reduction reduction = (vact_reduction)(m->round % 3);
    const vacti_cross_entropy_call call = {.loss = m->per_row,
                                           .dx = m->dx,
                                           .dy = m->round % 4 == 1 ? m->per_row_dy : NULL,
                                           .logits = m->x,
                                           .targets = m->targets,
                                           .weights = m->round % 5 < 3 ? m->weights : NULL,
                                           .rows = ROWS,
                                           .cols = m->cols,
                                           .stride = m->cols,
                                           .dx_stride = m->cols,
                                           .ignore_index = -100,
                                           .smoothing = m->round % 2 ? 0.125f : 0.0f,
                                           .reduction = reduction};
    exceptions_clear();
    m->table->cross_entropy(&call);
    return exceptions_raised();
}

/* The options of later releases, one after the other: z-loss and log-probabilities, probabilities, log-probabilities
 * as input; as rows and as columns. */
static int cross_entropy_options(matrices *m)
{
    vacti_cross_entropy_call call = {.loss = m->per_row,
                                     .dx = m->dx,
                                     .logits = m->x,
                                     .targets = m->targets,
                                     .weights = m->round % 5 < 3 ? m->weights : NULL,
                                     .rows = ROWS,
                                     .cols = m->cols,
                                     .ignore_index = -100,
                                     .smoothing = m->round % 2 ? 0.125f : 0.0f,
                                     .nll = m->round % 3 == 2,
                                     .z_loss = m->round % 3 == 0 ? 0.5f : 0.0f,
                                     .inner = m->round % 4 < 2 ? 1 : ROWS,
                                     .probabilities = m->round % 7 < 3 ? m->answers : NULL,
                                     .log_probabilities = m->round % 3 == 2 ? NULL : m->y,
                                     .reduction = VACT_REDUCTION_NONE};
    call.stride = call.dx_stride = call.probabilities_stride = call.log_probabilities_stride = m->cols * call.inner;
    exceptions_clear();
    m->table->cross_entropy(&call);
    return exceptions_raised();
}

static int logsumexp_axis(matrices *m)
{
    exceptions_clear();
    m->table->family.logsumexp_axis(m->per_row, m->x, 1, m->cols, ROWS);
    return exceptions_raised();
}

/* Their outputs as columns. */
static int backward_axis(matrices *m)
{
    m->table->family.softmax_axis(m->y, m->x, 1, m->cols, ROWS);
    exceptions_clear();
    m->table->family.softmax_backward_axis(m->dx, m->dy, m->y, 1, m->cols, ROWS);
    return exceptions_raised();
}

static int log_backward_axis(matrices *m)
{
    m->table->family.log_softmax_axis(m->y, m->x, 1, m->cols, ROWS);
    exceptions_clear();
    m->table->family.log_softmax_backward_axis(m->dx, m->dy, m->y, 1, m->cols, ROWS);
    return exceptions_raised();
}

static int logsumexp_backward_axis(matrices *m)
{
    m->table->family.logsumexp_axis(m->per_row, m->x, 1, m->cols, ROWS);
    exceptions_clear();
    m->table->family.logsumexp_backward_axis(m->dx, m->dy, m->x, m->per_row, 1, m->cols, ROWS);
    return exceptions_raised();
}

static int bce_with_logits(matrices *m)
{
    const size_t n = ROWS * m->cols;
    const vacti_bce_call call = {.loss = m->y,
                                 .dx = m->dx,
                                 .dy = m->round % 4 == 1 ? m->per_row_dy : NULL,
                                 .x = m->x,
                                 .targets = m->answers,
                                 .positive = {m->round % 2 ? m->weights : NULL, m->cols},
                                 .weight = {m->round % 5 < 3 ? m->weights : NULL, n},
                                 .n = n,
                                 .reduction = (vact_reduction)(m->round % 3)};
    exceptions_clear();
    m->table->bce_with_logits(&call);
    return exceptions_raised();
}

static int counts(matrices *m)
{
    const size_t n = ROWS * m->cols;
    unsigned char dead[ALL];
    exceptions_clear();
    m->table->zeros(m->x, n);
    m->table->outside(m->x, n, -1.0f, 1.0f);
    m->table->dead_units(dead, m->x, ROWS, m->cols);
    m->table->dead_units(NULL, m->x, m->cols, ROWS);
    return exceptions_raised();
}

static const struct {
    const char *name;
    call_fn *call;
    bool masked, gradient;
} CALLS[] = {{"softmax", softmax, true, false},
             {"log_softmax", log_softmax, true, false},
             {"logsumexp", logsumexp, true, false},
             {"rows", rows, false, false},
             {"softmax_axis", softmax_axis, false, false},
             {"log_softmax_axis", log_softmax_axis, false, false},
             {"softmax_online", online, true, false},
             {"softmax_backward", softmax_backward, true, true},
             {"log_softmax_backward", log_softmax_backward, true, true},
             {"logsumexp_backward", logsumexp_backward, true, true},
             {"prelu_backward", prelu_backward, false, true},
             {"cross_entropy", cross_entropy, false, false},
             {"cross_entropy, options", cross_entropy_options, false, false},
             {"logsumexp_axis", logsumexp_axis, false, false},
             {"softmax_backward_axis", backward_axis, false, true},
             {"log_softmax_backward_axis", log_backward_axis, false, true},
             {"logsumexp_backward_axis", logsumexp_backward_axis, false, true},
             {"bce_with_logits", bce_with_logits, false, false},
             {"zeros, outside, dead_units", counts, false, false}};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0] };

/* ------------------------------------------------------------------------------------------------- inputs */

enum { BY_SCALE = 1, BY_BIAS = 2, BY_INFINITE_BIAS = 4, BY_KEEP = 8, BY_CAUSALITY = 16, MASKS = 32 };

static void fill(matrices *m, size_t cols, exceptions_kind logits, exceptions_kind gradients, test_random *random)
{
    m->cols = cols;
    for (size_t i = 0; i < ROWS * cols; i++) {
        m->x[i] = exceptions_number(logits, random);
        m->dy[i] = exceptions_number(gradients, random);
        m->dy[i] = fabsf(m->dy[i]) <= 0x1p90f ? m->dy[i] : ldexpf(m->dy[i], -37);
        m->bias[i] = exceptions_number(logits, random);
        m->slopes[i] = exceptions_number(EXCEPTIONS_NORMAL, random);
        m->weights[i] = (float)test_random_unit(random);
        m->answers[i] = i % 3 == 2 ? (float)test_random_unit(random) : (float)(i % 3);
        m->per_row_dy[i] = exceptions_number(EXCEPTIONS_NORMAL, random);
        m->keep[i] = test_random_below(random, 3) != 0;
    }
    for (size_t r = 0; r < ROWS; r++)
        m->targets[r] = test_random_below(random, 8) ? (int32_t)test_random_below(random, cols) : -100;
}

static void set_masks(matrices *m, unsigned masks, test_random *random)
{
    m->options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    m->options.bias_layout.stride = m->options.keep_layout.stride = m->cols;
    m->given = masks ? &m->options : NULL;
    if (masks & BY_SCALE)
        m->options.scale = 0.75f;
    if (masks & (BY_BIAS | BY_INFINITE_BIAS))
        m->options.bias = masks & BY_INFINITE_BIAS ? m->masked_bias : m->bias;
    for (size_t i = 0; masks & BY_INFINITE_BIAS && i < ROWS * m->cols; i++)
        m->masked_bias[i] = test_random_below(random, 3) == 0 ? -INFINITY : masks & BY_BIAS ? m->bias[i] : 0.0f;
    if (masks & BY_KEEP)
        m->options.keep = m->keep;
    if (masks & BY_CAUSALITY) {
        m->options.causal_queries = ROWS;
        m->options.causal_offset = (ptrdiff_t)(m->cols / 2) - 1;
    }
}

/* ------------------------------------------------------------------------------------------------ checks */

/* Whether a result is +inf or NaN; or -inf, but a logarithm may be that. */
static bool has_limits(const matrices *m, size_t which)
{
    const float *const results[] = {m->y, m->per_row, m->per_row + ROWS, m->dx};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < ROWS * m->cols; i++)
            if (!(results[k][i] < INFINITY) || (results[k][i] == -INFINITY && (k == 3 || !CALLS[which].masked)))
                return true;
    return false;
}

typedef struct tally {
    size_t tried, checked;
    bool failed;
} tally;

static void check(matrices *m, size_t which, tally *of, const char *inputs)
{
    memset(m->y, 0, sizeof m->y);
    memset(m->dx, 0, sizeof m->dx);
    memset(m->per_row, 0, sizeof m->per_row);
    const int raised = CALLS[which].call(m);
    of->tried++;
    if (has_limits(m, which))
        return;
    of->checked++;
    of->failed = raised != 0;
    cr_expect(raised == 0, "%s %s: %s; %zu columns, %s", CALLS[which].name, m->table->build, exceptions_names(raised),
              m->cols, inputs);
}

/* Every call, with a few of all combinations of masks, for one shape and distribution. */
static void check_calls(matrices *m, tally *of, size_t step, exceptions_kind logits, test_random *random)
{
    const bool gradients = m->table->family.softmax_backward != NULL;
    for (unsigned masks = 0; masks < MASKS; masks++) {
        char inputs[64];
        if (masks != 0 && (masks + step) % 4 != 0)
            continue;
        set_masks(m, masks, random);
        snprintf(inputs, sizeof inputs, "masks %u, logits of kind %d, round %u", masks, (int)logits, m->round);
        for (size_t which = 0; which < CALL_COUNT; which++)
            if (!of[which].failed && (CALLS[which].masked || masks == 0) && (gradients || !CALLS[which].gradient))
                check(m, which, &of[which], inputs);
    }
}

ParameterizedTestParameters(exceptions, over_rows) { return losses_builds(); }

ParameterizedTest(int *build, exceptions, over_rows)
{
    static const size_t lengths[] = {128, 300, LONGEST};
    test_random random = {193};
    tally of[CALL_COUNT] = {{0}};
    data.table = losses_begin(*build);
    for (size_t step = 0; step < SHORT + 3; step++)
        for (int logits = (int)step % 3; logits < EXCEPTIONS_KINDS; logits += 3, data.round++) {
            fill(&data, step < SHORT ? step + 1 : lengths[step - SHORT], (exceptions_kind)logits,
                 (exceptions_kind)(step * 5 % EXCEPTIONS_KINDS), &random);
            check_calls(&data, of, step, (exceptions_kind)logits, &random);
        }
    for (size_t which = 0; which < CALL_COUNT; which++)
        cr_expect(of[which].failed || 2 * of[which].checked >= of[which].tried,
                  "%s: of %zu calls only %zu have results that are numbers", CALLS[which].name, of[which].tried,
                  of[which].checked);
}

/* ------------------------------------------------------------------------------------- signalling NaNs */

static void check_quiet(const matrices *m, size_t which, size_t place)
{
    const float *const results[] = {m->y, m->dx, m->per_row};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < ROWS * m->cols; i++)
            cr_assert(!exceptions_is_signalling(results[k][i]), "%s %s: a signalling NaN; %zu columns, operand %zu",
                      CALLS[which].name, m->table->build, m->cols, place);
}

static void check_signalling(matrices *m, size_t which, unsigned masks, size_t place, test_random *random)
{
    float *const operands[] = {m->x, m->dy, m->bias, m->slopes, m->weights, m->answers, m->per_row_dy};
    fill(m, m->cols, EXCEPTIONS_NORMAL, EXCEPTIONS_NORMAL, random);
    set_masks(m, masks, random);
    for (size_t i = m->cols / 2; i < ROWS * m->cols; i += 3) {
        const float nan = exceptions_signalling(i);
        memcpy(&operands[place % 7][i], &nan, sizeof nan);
    }
    memset(m->y, 0, sizeof m->y);
    memset(m->dx, 0, sizeof m->dx);
    memset(m->per_row, 0, sizeof m->per_row);
    CALLS[which].call(m);
    check_quiet(m, which, place % 7);
}

ParameterizedTestParameters(signalling, over_rows) { return losses_builds(); }

ParameterizedTest(int *build, signalling, over_rows)
{
    static const size_t lengths[] = {1, 2, 7, 16, 37, 70, 130};
    static const unsigned masks[] = {0, BY_SCALE, BY_BIAS, BY_KEEP, BY_SCALE | BY_INFINITE_BIAS | BY_CAUSALITY};
    test_random random = {194};
    data.table = losses_begin(*build);
    for (size_t which = 0; which < CALL_COUNT; which++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0] * 7; i++, data.round++)
            for (size_t k = 0; k < (CALLS[which].masked ? 5u : 1u); k++) {
                data.cols = lengths[i / 7];
                if (data.table->family.softmax_backward != NULL || !CALLS[which].gradient)
                    check_signalling(&data, which, masks[k], i, &random);
            }
}
