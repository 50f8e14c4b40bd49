#include "rows.h"

#include <math.h>
#include <string.h>

#include "hash.h"
#include "scratch.h"
#include "tools/pool.h"

/* Results are joined in the order in which the functions below return them. */
static void add(verify_matrix *p, const float *values, size_t n)
{
    p->sum += verify_terms(values, n, p->position);
    p->position += (uint32_t)n;
}

static void add_matrix(verify_matrix *p, const float *values) { add(p, values, p->rows * p->cols); }

typedef void rows_fn(const vacti_table *table, verify_matrix *p);

static void softmax(const vacti_table *table, verify_matrix *p)
{
    table->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](p->y, p->cols, p->x, p->cols, p->rows, p->cols);
    add_matrix(p, p->y);
}

static void log_softmax(const vacti_table *table, verify_matrix *p)
{
    table->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](p->y, p->cols, p->x, p->cols, p->rows, p->cols);
    add_matrix(p, p->y);
}

static void softmax_masked(const vacti_table *table, verify_matrix *p)
{
    table->family.softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, &p->options);
    add_matrix(p, p->y);
}

static void log_softmax_masked(const vacti_table *table, verify_matrix *p)
{
    table->family.log_softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, &p->options);
    add_matrix(p, p->y);
}

static void logsumexp_masked(const vacti_table *table, verify_matrix *p)
{
    table->family.logsumexp(p->per_row, p->x, p->cols, p->rows, p->cols, &p->options);
    add(p, p->per_row, p->rows);
}

/* The columns of the matrix, then those of its halves. */
static void softmax_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.softmax_axis(p->y, p->x, 1, p->rows, p->cols);
    add_matrix(p, p->y);
    table->family.softmax_axis(p->y, p->x, 2, p->rows / 2, p->cols);
    add(p, p->y, p->rows / 2 * 2 * p->cols);
}

static void log_softmax_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.log_softmax_axis(p->y, p->x, 1, p->rows, p->cols);
    add_matrix(p, p->y);
    table->family.log_softmax_axis(p->y, p->x, 2, p->rows / 2, p->cols);
    add(p, p->y, p->rows / 2 * 2 * p->cols);
}

static void logsumexp_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.logsumexp_axis(p->per_row, p->x, 1, p->rows, p->cols);
    add(p, p->per_row, p->cols);
}

static void softmax_backward_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.softmax_axis(p->y, p->x, 1, p->rows, p->cols);
    table->family.softmax_backward_axis(p->dx, p->dy, p->y, 1, p->rows, p->cols);
    add_matrix(p, p->dx);
}

static void log_softmax_backward_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.log_softmax_axis(p->y, p->x, 1, p->rows, p->cols);
    table->family.log_softmax_backward_axis(p->dx, p->dy, p->y, 1, p->rows, p->cols);
    add_matrix(p, p->dx);
}

static void logsumexp_backward_axis(const vacti_table *table, verify_matrix *p)
{
    table->family.logsumexp_axis(p->per_row, p->x, 1, p->rows, p->cols);
    table->family.logsumexp_backward_axis(p->dx, p->dy, p->x, p->per_row, 1, p->rows, p->cols);
    add_matrix(p, p->dx);
}

static void softmax_online(const vacti_table *table, verify_matrix *p)
{
    for (size_t r = 0; r < p->rows; r++)
        p->states[r] = (vact_softmax_online_f32){-INFINITY, 0.0};
    for (size_t first = 0; first < p->cols; first += 100) {
        const size_t cols = p->cols - first < 100 ? p->cols - first : 100;
        table->family.online(p->states, p->per_row, p->y, cols, p->x + first, p->cols, p->rows, cols, NULL);
        add(p, p->y, p->rows * cols);
        add(p, p->per_row, p->rows);
    }
    vacti_softmax_online_finish(p->per_row, p->per_row + p->rows, p->states, p->rows, NULL);
    add(p, p->per_row, 2 * p->rows);
}

static void softmax_backward(const vacti_table *table, verify_matrix *p)
{
    table->family.softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.softmax_backward(p->dx, p->cols, p->dy, p->cols, p->y, p->cols, p->rows, p->cols, 0.7f, NULL);
    add_matrix(p, p->dx);
}

static void log_softmax_backward(const vacti_table *table, verify_matrix *p)
{
    table->family.log_softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.log_softmax_backward(p->dx, p->cols, p->dy, p->cols, p->y, p->cols, p->rows, p->cols, 0.7f, NULL);
    add_matrix(p, p->dx);
}

static void logsumexp_backward(const vacti_table *table, verify_matrix *p)
{
    table->family.logsumexp(p->per_row, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.logsumexp_backward(p->dx, p->cols, p->dy, p->x, p->cols, p->per_row, p->rows, p->cols, 1.0f, NULL);
    add_matrix(p, p->dx);
}

static void softmax_options(const vacti_table *table, verify_matrix *p)
{
    float sinks[4];
    int64_t lengths[4];
    for (int round = 0; round < 4; round++) {
        verify_matrix_options(p, round, sinks, lengths);
        memset(p->y, 0, sizeof p->y); /* beyond the lengths */
        softmax_masked(table, p);
        memset(p->y, 0, sizeof p->y);
        log_softmax_masked(table, p);
        logsumexp_masked(table, p);
    }
}

static void softmax_options_backward(const vacti_table *table, verify_matrix *p)
{
    float sinks[4], dsink[4];
    int64_t lengths[4];
    for (int round = 0; round < 4; round++)
        for (int of = VACTI_SOFTMAX; of <= VACTI_LOGSUMEXP; of++) {
            verify_matrix_options(p, round, sinks, lengths);
            memset(p->dx, 0, sizeof p->dx);
            if (of == VACTI_LOGSUMEXP)
                table->family.logsumexp(p->y, p->x, p->cols, p->rows, p->cols, &p->options);
            else
                (of == VACTI_SOFTMAX ? table->family.softmax : table->family.log_softmax)(
                    p->y, p->cols, p->x, p->cols, p->rows, p->cols, &p->options);
            table->family.masked_backward(&(vacti_masked_gradient){(vacti_softmax_kind)of, p->dx, dsink, p->dy, p->x,
                                                                   p->y, p->cols, p->cols, p->cols, p->cols, p->rows,
                                                                   p->cols, &p->options});
            add_matrix(p, p->dx);
            add(p, dsink, 4);
        }
}

/* The maxima are those of the columns of `bias`: some below, some above the largest logit. */
static void softmax_exp(const vacti_table *table, verify_matrix *p)
{
    table->family.softmax_exp(p->sums, p->y, p->cols, p->x, p->cols, p->bias, p->rows, p->cols, 0.7f);
    add_matrix(p, p->y);
    for (size_t r = 0; r < p->rows; r++)
        add(p, &(float){(float)p->sums[r]}, 1);
}

/* A row is a channel, then a column is. */
static void prelu_backward(const vacti_table *table, verify_matrix *p)
{
    table->family.prelu_backward(p->dx, p->per_row, p->dy, p->x, p->bias, 1, p->rows, p->cols);
    add_matrix(p, p->dx);
    add(p, p->per_row, p->rows);
    table->family.prelu_backward(p->dx, p->per_row, p->dy, p->x, p->bias, p->rows, p->cols, 1);
    add_matrix(p, p->dx);
    add(p, p->per_row, p->cols);
}

static void xielu_alpha(const vacti_table *table, verify_matrix *p)
{
    table->family.xielu_alpha_backward(p->per_row, p->dy, p->x, p->rows * p->cols);
    add(p, p->per_row, 2);
}

static void cross_entropy(const vacti_table *table, verify_matrix *p)
{
    vacti_cross_entropy_call call = {.loss = p->per_row, .dx = p->dx, .logits = p->x, .targets = p->targets};
    call.rows = p->rows, call.cols = p->cols, call.stride = call.dx_stride = p->cols, call.ignore_index = -100;
    for (size_t i = 0; i < p->cols; i++)
        p->y[i] = fabsf(p->bias[i]);
    for (int round = 0; round < 4; round++) {
        call.reduction = (vact_reduction)(round % 3);
        call.smoothing = round % 2 == 0 ? 0.0f : 0.125f;
        call.weights = round < 2 ? NULL : p->y;
        table->cross_entropy(&call);
        add(p, p->per_row, call.reduction == VACT_REDUCTION_NONE ? p->rows : 1);
        add_matrix(p, p->dx);
    }
}

/* Probabilities, a z-loss, log-probabilities as output and as input: as rows, then as columns. */
static void cross_entropy_options(const vacti_table *table, verify_matrix *p)
{
    vacti_cross_entropy_call call = {.loss = p->per_row, .dx = p->dx, .logits = p->x, .targets = p->targets};
    call.rows = p->rows, call.cols = p->cols, call.ignore_index = -100;
    for (int round = 0; round < 8; round++) {
        call.inner = round < 4 ? 1 : p->rows;
        call.stride = call.dx_stride = p->cols * call.inner;
        call.probabilities_stride = call.log_probabilities_stride = call.stride;
        call.smoothing = round % 2 == 0 ? 0.0f : 0.125f;
        call.probabilities = round % 4 == 1 || round % 4 == 3 ? p->answers : NULL;
        call.nll = round % 4 > 1;
        call.z_loss = call.nll ? 0.0f : 0.01f;
        call.log_probabilities = call.nll ? NULL : p->y;
        table->cross_entropy(&call);
        add(p, p->per_row, p->rows);
        add_matrix(p, p->dx);
        if (!call.nll)
            add_matrix(p, p->y);
    }
}

static void bce_with_logits(const vacti_table *table, verify_matrix *p)
{
    const size_t n = p->rows * p->cols;
    vacti_bce_call call = {.loss = p->y, .dx = p->dx, .x = p->x, .targets = p->answers, .n = n};
    for (size_t i = 0; i < p->cols; i++)
        p->per_row[i] = fabsf(p->bias[i]);
    for (int round = 0; round < 4; round++) {
        call.reduction = (vact_reduction)(round % 3);
        call.positive = (vacti_periodic){round < 2 ? NULL : p->per_row, p->cols};
        table->bce_with_logits(&call);
        add(p, p->y, call.reduction == VACT_REDUCTION_NONE ? n : 1);
        add(p, p->dx, n);
    }
}

static const struct {
    const char *operation, *function;
    rows_fn *run;
    bool cr; /* `cr` has kernels of its own */
} ROWS[] = {{"softmax", "forward", softmax, true},
            {"log_softmax", "forward", log_softmax, true},
            {"softmax_masked", "forward", softmax_masked, true},
            {"log_softmax_masked", "forward", log_softmax_masked, true},
            {"logsumexp_masked", "forward", logsumexp_masked, true},
            {"softmax_options", "forward", softmax_options, true},
            {"softmax_exp", "forward", softmax_exp, false},
            {"softmax_axis", "forward", softmax_axis, true},
            {"log_softmax_axis", "forward", log_softmax_axis, true},
            {"logsumexp_axis", "forward", logsumexp_axis, true},
            {"softmax_online", "forward", softmax_online, false},
            {"softmax", "backward", softmax_backward, false},
            {"log_softmax", "backward", log_softmax_backward, false},
            {"logsumexp", "backward", logsumexp_backward, false},
            {"softmax_options", "backward", softmax_options_backward, false},
            {"softmax_axis", "backward", softmax_backward_axis, false},
            {"log_softmax_axis", "backward", log_softmax_backward_axis, false},
            {"logsumexp_axis", "backward", logsumexp_backward_axis, false},
            {"prelu", "backward", prelu_backward, false},
            {"xielu_alpha", "backward", xielu_alpha, false},
            {"cross_entropy", "forward_backward", cross_entropy, true},
            {"cross_entropy_options", "forward_backward", cross_entropy_options, true},
            {"bce_with_logits", "forward_backward", bce_with_logits, true}};

const size_t verify_row_count = sizeof ROWS / sizeof ROWS[0];

const char *verify_row_operation(size_t row) { return ROWS[row].operation; }

const char *verify_row_function(size_t row) { return ROWS[row].function; }

bool verify_row_exists(size_t row)
{
    const bool gradients = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST)->family.softmax_backward != NULL;
    return gradients || strcmp(ROWS[row].function, "backward") != 0;
}

bool verify_row_is_of_cr(size_t row) { return ROWS[row].cr; }

bool verify_row_has_variants(size_t row) { return ROWS[row].run == softmax || ROWS[row].run == log_softmax; }

unsigned verify_matrices(const verify_function *f) { return (unsigned)(f->elements / VERIFY_PARTS / VERIFY_ELEMENTS); }

uint64_t verify_row_part(const verify_function *f, const vacti_table *table, unsigned part, verify_scratch *s)
{
    verify_matrix *p = &s->matrix;
    p->sum = 0, p->position = 0;
    for (unsigned k = 0; k < verify_matrices(f) && !vact_pool_stop; k++) {
        verify_matrix_fill(p, part * verify_matrices(f) + k);
        ROWS[f->row].run(table, p);
    }
    return p->sum;
}
