/* The hashes of the functions over rows: the softmax family, its gradients, prelu's slopes and the losses. */
#include "bits.h"

#include <math.h>
#include <string.h>

#include "tools/accuracy/hash.h"

enum { ELEMENTS = 4096, MOST_ROWS = ELEMENTS };

/* A part: a matrix of random numbers, and what the functions take besides. */
typedef struct rows_part {
    size_t rows, cols;
    float x[ELEMENTS], y[ELEMENTS], dy[ELEMENTS], bias[ELEMENTS], dx[ELEMENTS], answers[ELEMENTS];
    float per_row[2 * MOST_ROWS];
    unsigned char keep[ELEMENTS];
    int32_t targets[MOST_ROWS];
    vact_softmax_online_f32 states[MOST_ROWS];
    vact_softmax_options_f32 options;
    uint64_t hash;
} rows_part;

static rows_part data;

/* SplitMix64 (Steele, Lea, Flood 2014); whole numbers and powers of two alone, the same everywhere. */
static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static float uniform(float limit) { return (float)((int32_t)(next() >> 40) - (1 << 23)) * (limit * 0x1p-23f); }

/* Of every eight parts one has a single column and one a single row; the spread of the logits changes with the part. */
static void fill(unsigned part)
{
    static const size_t columns[] = {1, 2, 7, 63, 64, 130, 1000, ELEMENTS};
    static const float limits[] = {8.0f, 1.0f, 128.0f, 0x1p-20f, 32.0f};
    rows_part *p = &data;
    state = part;
    p->cols = columns[part % 8];
    p->rows = ELEMENTS / p->cols;
    for (size_t i = 0; i < ELEMENTS; i++) {
        p->x[i] = uniform(limits[part % 5]) + (part % 3 == 2 ? 1000.0f : 0.0f);
        p->dy[i] = uniform(2.0f);
        p->bias[i] = uniform(4.0f);
        p->keep[i] = next() % 8 != 0;
        p->answers[i] = i % 3 == 2 ? fabsf(uniform(1.0f)) : (float)(i % 3);
    }
    for (size_t r = 0; r < p->rows; r++)
        p->targets[r] = next() % 10 == 0 ? -100 : (int32_t)(next() % p->cols);
    p->options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    p->options.scale = 0.7f;
    p->options.bias = p->bias, p->options.bias_layout.stride = p->cols;
    p->options.keep = p->keep, p->options.keep_layout.stride = p->cols;
    p->hash = 0;
}

static void add(const float *values, size_t n) { data.hash = accuracy_hash_join(data.hash, accuracy_hash(values, n)); }

static void add_matrix(const float *values) { add(values, data.rows * data.cols); }

typedef void rows_fn(const vacti_table *table);

static void softmax(const vacti_table *table)
{
    table->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](data.y, data.cols, data.x, data.cols, data.rows, data.cols);
    add_matrix(data.y);
}

static void log_softmax(const vacti_table *table)
{
    table->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](data.y, data.cols, data.x, data.cols, data.rows, data.cols);
    add_matrix(data.y);
}

static void softmax_masked(const vacti_table *table)
{
    table->family.softmax(data.y, data.cols, data.x, data.cols, data.rows, data.cols, &data.options);
    add_matrix(data.y);
}

static void log_softmax_masked(const vacti_table *table)
{
    table->family.log_softmax(data.y, data.cols, data.x, data.cols, data.rows, data.cols, &data.options);
    add_matrix(data.y);
}

static void logsumexp_masked(const vacti_table *table)
{
    table->family.logsumexp(data.per_row, data.x, data.cols, data.rows, data.cols, &data.options);
    add(data.per_row, data.rows);
}

/* The columns of the matrix, then those of its halves. */
static void softmax_axis(const vacti_table *table)
{
    table->family.softmax_axis(data.y, data.x, 1, data.rows, data.cols);
    add_matrix(data.y);
    table->family.softmax_axis(data.y, data.x, 2, data.rows / 2, data.cols);
    add(data.y, data.rows / 2 * 2 * data.cols);
}

static void log_softmax_axis(const vacti_table *table)
{
    table->family.log_softmax_axis(data.y, data.x, 1, data.rows, data.cols);
    add_matrix(data.y);
    table->family.log_softmax_axis(data.y, data.x, 2, data.rows / 2, data.cols);
    add(data.y, data.rows / 2 * 2 * data.cols);
}

static void logsumexp_axis(const vacti_table *table)
{
    table->family.logsumexp_axis(data.per_row, data.x, 1, data.rows, data.cols);
    add(data.per_row, data.cols);
}

static void softmax_backward_axis(const vacti_table *table)
{
    table->family.softmax_axis(data.y, data.x, 1, data.rows, data.cols);
    table->family.softmax_backward_axis(data.dx, data.dy, data.y, 1, data.rows, data.cols);
    add_matrix(data.dx);
}

static void log_softmax_backward_axis(const vacti_table *table)
{
    table->family.log_softmax_axis(data.y, data.x, 1, data.rows, data.cols);
    table->family.log_softmax_backward_axis(data.dx, data.dy, data.y, 1, data.rows, data.cols);
    add_matrix(data.dx);
}

static void logsumexp_backward_axis(const vacti_table *table)
{
    table->family.logsumexp_axis(data.per_row, data.x, 1, data.rows, data.cols);
    table->family.logsumexp_backward_axis(data.dx, data.dy, data.x, data.per_row, 1, data.rows, data.cols);
    add_matrix(data.dx);
}

static void softmax_online(const vacti_table *table)
{
    rows_part *p = &data;
    for (size_t r = 0; r < p->rows; r++)
        p->states[r] = (vact_softmax_online_f32){-INFINITY, 0.0};
    for (size_t first = 0; first < p->cols; first += 100) {
        const size_t cols = p->cols - first < 100 ? p->cols - first : 100;
        table->family.online(p->states, p->per_row, p->y, cols, p->x + first, p->cols, p->rows, cols, NULL);
        add(p->y, p->rows * cols);
        add(p->per_row, p->rows);
    }
    vacti_softmax_online_finish(p->per_row, p->per_row + p->rows, p->states, p->rows, NULL);
    add(p->per_row, 2 * p->rows);
}

static void softmax_backward(const vacti_table *table)
{
    rows_part *p = &data;
    table->family.softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.softmax_backward(p->dx, p->cols, p->dy, p->cols, p->y, p->cols, p->rows, p->cols, 0.7f, NULL);
    add_matrix(p->dx);
}

static void log_softmax_backward(const vacti_table *table)
{
    rows_part *p = &data;
    table->family.log_softmax(p->y, p->cols, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.log_softmax_backward(p->dx, p->cols, p->dy, p->cols, p->y, p->cols, p->rows, p->cols, 0.7f, NULL);
    add_matrix(p->dx);
}

static void logsumexp_backward(const vacti_table *table)
{
    rows_part *p = &data;
    table->family.logsumexp(p->per_row, p->x, p->cols, p->rows, p->cols, NULL);
    table->family.logsumexp_backward(p->dx, p->cols, p->dy, p->x, p->cols, p->per_row, p->rows, p->cols, 1.0f, NULL);
    add_matrix(p->dx);
}

/* Sinks and slopes with a window, a soft cap before and after the mask, lengths with a negative scale. */
static void options_of_round(int round, float sinks[4], int64_t lengths[4])
{
    vact_softmax_options_f32 *o = &data.options;
    for (int k = 0; k < 4; k++) {
        sinks[k] = data.bias[k];
        lengths[k] = (int64_t)data.cols * (4 - k) / 4;
    }
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    o->sinks = sinks, o->heads_layout = (vact_values_layout){4, 1};
    o->scale = round == 3 ? -0.5f : 0.7f;
    o->softcap = round == 1 || round == 2 ? 20.0f : 0.0f;
    o->softcap_order = round == 2 ? VACT_SOFTCAP_AFTER_MASK : VACT_SOFTCAP_BEFORE_MASK;
    if (round != 1)
        o->bias = data.bias, o->bias_layout.stride = data.cols;
    if (round == 0)
        o->slopes = data.answers, o->causal_queries = 1 + data.rows / 2, o->window_before = 40, o->window_after = 3;
    if (round == 3)
        o->lengths = lengths, o->lengths_layout = (vact_values_layout){4, 1};
}

static void softmax_options(const vacti_table *table)
{
    rows_part *p = &data;
    float sinks[4];
    int64_t lengths[4];
    for (int round = 0; round < 4; round++) {
        options_of_round(round, sinks, lengths);
        memset(p->y, 0, sizeof p->y); /* beyond the lengths */
        softmax_masked(table);
        memset(p->y, 0, sizeof p->y);
        log_softmax_masked(table);
        logsumexp_masked(table);
    }
}

static void softmax_options_backward(const vacti_table *table)
{
    rows_part *p = &data;
    float sinks[4], dsink[4];
    int64_t lengths[4];
    for (int round = 0; round < 4; round++)
        for (int of = VACTI_SOFTMAX; of <= VACTI_LOGSUMEXP; of++) {
            options_of_round(round, sinks, lengths);
            memset(p->dx, 0, sizeof p->dx);
            if (of == VACTI_LOGSUMEXP)
                table->family.logsumexp(p->y, p->x, p->cols, p->rows, p->cols, &p->options);
            else
                (of == VACTI_SOFTMAX ? table->family.softmax : table->family.log_softmax)(
                    p->y, p->cols, p->x, p->cols, p->rows, p->cols, &p->options);
            table->family.masked_backward(&(vacti_masked_gradient){(vacti_softmax_kind)of, p->dx, dsink, p->dy, p->x,
                                                                   p->y, p->cols, p->cols, p->cols, p->cols, p->rows,
                                                                   p->cols, &p->options});
            add_matrix(p->dx);
            add(dsink, 4);
        }
}

/* The maxima are those of the columns of `bias`: some below, some above the largest logit. */
static void softmax_exp(const vacti_table *table)
{
    rows_part *p = &data;
    static double sums[MOST_ROWS];
    table->family.softmax_exp(sums, p->y, p->cols, p->x, p->cols, p->bias, p->rows, p->cols, 0.7f);
    add_matrix(p->y);
    for (size_t r = 0; r < p->rows; r++)
        add(&(float){(float)sums[r]}, 1);
}

/* A row is a channel, then a column is. */
static void prelu_backward(const vacti_table *table)
{
    rows_part *p = &data;
    table->family.prelu_backward(p->dx, p->per_row, p->dy, p->x, p->bias, 1, p->rows, p->cols);
    add_matrix(p->dx);
    add(p->per_row, p->rows);
    table->family.prelu_backward(p->dx, p->per_row, p->dy, p->x, p->bias, p->rows, p->cols, 1);
    add_matrix(p->dx);
    add(p->per_row, p->cols);
}

static void xielu_alpha(const vacti_table *table)
{
    rows_part *p = &data;
    table->family.xielu_alpha_backward(p->per_row, p->dy, p->x, p->rows * p->cols);
    add(p->per_row, 2);
}

static void cross_entropy(const vacti_table *table)
{
    rows_part *p = &data;
    vacti_cross_entropy_call call = {.loss = p->per_row, .dx = p->dx, .logits = p->x, .targets = p->targets};
    call.rows = p->rows, call.cols = p->cols, call.stride = call.dx_stride = p->cols, call.ignore_index = -100;
    for (size_t i = 0; i < p->cols; i++)
        p->y[i] = fabsf(p->bias[i]);
    for (int round = 0; round < 4; round++) {
        call.reduction = (vact_reduction)(round % 3);
        call.smoothing = round % 2 == 0 ? 0.0f : 0.125f;
        call.weights = round < 2 ? NULL : p->y;
        table->cross_entropy(&call);
        add(p->per_row, call.reduction == VACT_REDUCTION_NONE ? p->rows : 1);
        add_matrix(p->dx);
    }
}

/* Probabilities, a z-loss, log-probabilities as output and as input: as rows, then as columns. */
static void cross_entropy_options(const vacti_table *table)
{
    rows_part *p = &data;
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
        add(p->per_row, p->rows);
        add_matrix(p->dx);
        if (!call.nll)
            add_matrix(p->y);
    }
}

static void bce_with_logits(const vacti_table *table)
{
    rows_part *p = &data;
    const size_t n = p->rows * p->cols;
    vacti_bce_call call = {.loss = p->y, .dx = p->dx, .x = p->x, .targets = p->answers, .n = n};
    for (size_t i = 0; i < p->cols; i++)
        p->per_row[i] = fabsf(p->bias[i]);
    for (int round = 0; round < 4; round++) {
        call.reduction = (vact_reduction)(round % 3);
        call.positive = (vacti_periodic){round < 2 ? NULL : p->per_row, p->cols};
        table->bce_with_logits(&call);
        add(p->y, call.reduction == VACT_REDUCTION_NONE ? n : 1);
        add(p->dx, n);
    }
}

static const struct {
    const char *operation, *function;
    rows_fn *run;
} ROWS[] = {{"softmax", "forward", softmax},
            {"log_softmax", "forward", log_softmax},
            {"softmax_masked", "forward", softmax_masked},
            {"log_softmax_masked", "forward", log_softmax_masked},
            {"logsumexp_masked", "forward", logsumexp_masked},
            {"softmax_options", "forward", softmax_options},
            {"softmax_exp", "forward", softmax_exp},
            {"softmax_axis", "forward", softmax_axis},
            {"log_softmax_axis", "forward", log_softmax_axis},
            {"logsumexp_axis", "forward", logsumexp_axis},
            {"softmax_online", "forward", softmax_online},
            {"softmax", "backward", softmax_backward},
            {"log_softmax", "backward", log_softmax_backward},
            {"logsumexp", "backward", logsumexp_backward},
            {"softmax_options", "backward", softmax_options_backward},
            {"softmax_axis", "backward", softmax_backward_axis},
            {"log_softmax_axis", "backward", log_softmax_backward_axis},
            {"logsumexp_axis", "backward", logsumexp_backward_axis},
            {"prelu", "backward", prelu_backward},
            {"xielu_alpha", "backward", xielu_alpha},
            {"cross_entropy", "forward_backward", cross_entropy},
            {"cross_entropy_options", "forward_backward", cross_entropy_options},
            {"bce_with_logits", "forward_backward", bce_with_logits}};

static uint64_t rows_hash(const bits_function *f, const vacti_table *table, unsigned part)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (strcmp(ROWS[i].operation, f->operation) == 0 && strcmp(ROWS[i].function, f->function) == 0) {
            fill(part);
            ROWS[i].run(table);
        }
    return data.hash;
}

size_t bits_add_rows(bits_function *list, size_t count)
{
    const bool gradients = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST)->family.softmax_backward != NULL;
    const bool sleef = vacti_table_of_build(vacti_builds[0], VACT_MATH_SLEEF) != NULL;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const bits_function f = {
            .operation = ROWS[i].operation, .function = ROWS[i].function, .part = rows_hash, .math = VACT_MATH_SLEEF};
        if (!gradients && strcmp(f.function, "backward") == 0)
            continue;
        if (sleef && (ROWS[i].run == softmax || ROWS[i].run == log_softmax))
            list[count++] = f;
        list[count] = f;
        list[count++].math = VACT_MATH_FAST;
    }
    return count;
}
