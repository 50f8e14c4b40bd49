#include "wide.h"

#include <string.h>

#include "hash.h"
#include "sample.h"
#include "scratch.h"
#include "tools/pool.h"

/* ------------------------------------------------------------------------------- element by element */

static uint64_t run_unary(const verify_function *f, const vacti_table *table, verify_wide_scratch *s, uint64_t j)
{
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    switch (f->swept) {
    case ACCURACY_FORWARD: table->unary_f64[slot](s->y, s->x, VERIFY_CHUNK, NULL); break;
    case ACCURACY_BACKWARD: table->backward_f64[slot](s->y, s->dy, s->x, VERIFY_CHUNK, NULL); break;
    default: table->from_output_f64[slot](s->y, s->dy, s->x, VERIFY_CHUNK, NULL); break;
    }
    return verify_terms_64(s->y, VERIFY_CHUNK, (uint32_t)j);
}

/* Of gradients those of all gates, then those of up. */
static uint64_t run_gate(const verify_function *f, const vacti_table *table, verify_wide_scratch *s, uint64_t each,
                         uint64_t j)
{
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    if (f->swept == ACCURACY_FORWARD) {
        table->gate_f64[slot](s->y, s->x, s->up, VERIFY_CHUNK, NULL);
        return verify_terms_64(s->y, VERIFY_CHUNK, (uint32_t)j);
    }
    table->gate_backward_f64[slot](s->y, s->dup, s->dy, s->x, s->up, VERIFY_CHUNK, NULL);
    return verify_terms_64(s->y, VERIFY_CHUNK, (uint32_t)j) +
           verify_terms_64(s->dup, VERIFY_CHUNK, (uint32_t)(each + j));
}

uint64_t verify_wide_part(const verify_function *f, const vacti_table *table, unsigned part, verify_scratch *scratch)
{
    verify_wide_scratch *s = &scratch->wide;
    const uint64_t each = f->elements / VERIFY_PARTS, first = part * each;
    uint64_t sum = 0;
    for (uint64_t j = 0; j < each && !vact_pool_stop; j += VERIFY_CHUNK) {
        verify_fill_inputs_64(s->x, first + j, VERIFY_CHUNK);
        verify_fill_random_64(s->up, first + j, VERIFY_CHUNK, 1);
        verify_fill_random_64(s->dy, first + j, VERIFY_CHUNK, 2);
        sum += f->info->kind == VACT_KIND_GATE ? run_gate(f, table, s, each, j) : run_unary(f, table, s, j);
    }
    return sum;
}

/* ----------------------------------------------------------------------------------------------- rows */

/* Rows of s->x; results in s->y, of which the function returns how many there are. */
typedef size_t rows_fn(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols);

static size_t softmax(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    family->softmax(s->y, cols, s->x, cols, 1, rows, cols);
    return rows * cols;
}

static size_t log_softmax(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    family->log_softmax(s->y, cols, s->x, cols, 1, rows, cols);
    return rows * cols;
}

static size_t logsumexp(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    family->logsumexp(s->y, s->x, cols, 1, rows, cols);
    return rows;
}

static size_t softmax_backward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    softmax(family, s, rows, cols);
    family->softmax_backward(s->y, cols, s->up, cols, s->y, cols, 1, rows, cols, 1.0);
    return rows * cols;
}

static size_t log_softmax_backward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    log_softmax(family, s, rows, cols);
    family->log_softmax_backward(s->y, cols, s->up, cols, s->y, cols, 1, rows, cols, 1.0);
    return rows * cols;
}

static size_t logsumexp_backward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    logsumexp(family, s, rows, cols);
    family->logsumexp_backward(s->dup, cols, s->up, s->x, cols, s->y, 1, rows, cols, 1.0);
    memcpy(s->y, s->dup, rows * cols * sizeof *s->y);
    return rows * cols;
}

/* The target of row r is r mod cols; without smoothing, and with it in every second row. */
static void entropy(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    const double dy = 1.0 / 3.0;
    for (size_t r = 0; r < rows; r++) {
        const int32_t target = (int32_t)(r % cols);
        family->cross_entropy(&(vacti_cross_entropy_f64_call){.loss = s->y + r,
                                                              .dx = s->dup + r * cols,
                                                              .dy = &dy,
                                                              .logits = s->x + r * cols,
                                                              .targets = &target,
                                                              .rows = 1,
                                                              .cols = cols,
                                                              .inner = 1,
                                                              .ignore_index = -1,
                                                              .smoothing = r % 2 == 0 ? 0.0 : 0.125,
                                                              .reduction = VACT_REDUCTION_NONE});
    }
}

static size_t cross_entropy(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    entropy(family, s, rows, cols);
    return rows;
}

static size_t cross_entropy_backward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    entropy(family, s, rows, cols);
    memcpy(s->y, s->dup, rows * cols * sizeof *s->y);
    return rows * cols;
}

/* Losses, then gradients; the targets are 0, 1/4, 1/2 and 3/4. */
static size_t bce(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols, bool gradient)
{
    const size_t n = rows * cols;
    for (size_t i = 0; i < n; i++)
        s->up[i] = (double)(i % 4) / 4.0;
    const vacti_bce_f64_call call = {.loss = gradient ? s->dup : s->y,
                                     .dx = gradient ? s->y : s->dup,
                                     .x = s->x,
                                     .targets = s->up,
                                     .n = n,
                                     .reduction = VACT_REDUCTION_NONE};
    family->bce_with_logits(&call);
    return n;
}

static size_t bce_forward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    return bce(family, s, rows, cols, false);
}

static size_t bce_backward(const vacti_family_f64 *family, verify_wide_scratch *s, size_t rows, size_t cols)
{
    return bce(family, s, rows, cols, true);
}

static const struct {
    const char *operation, *function;
    rows_fn *run;
    bool gradient;
} functions[] = {
    {"softmax", "forward", softmax, false},
    {"log_softmax", "forward", log_softmax, false},
    {"logsumexp", "forward", logsumexp, false},
    {"cross_entropy", "forward", cross_entropy, false},
    {"bce_with_logits", "forward", bce_forward, false},
    {"cross_entropy", "backward", cross_entropy_backward, false},
    {"bce_with_logits", "backward", bce_backward, false},
    {"softmax", "backward", softmax_backward, true},
    {"log_softmax", "backward", log_softmax_backward, true},
    {"logsumexp", "backward", logsumexp_backward, true},
};

/* The last three are not in a library without gradients. */
size_t verify_wide_row_count(void) { return sizeof functions / sizeof functions[0] - (VACT_WITH_GRADIENTS ? 0 : 3); }

const char *verify_wide_row_operation(size_t row) { return functions[row].operation; }
const char *verify_wide_row_function(size_t row) { return functions[row].function; }

/* Matrices of 4096 elements or a few less: matrix m has 1 + (m*m mod 509) columns, and logits within +-16. */
uint64_t verify_wide_rows_part(const verify_function *f, const vacti_table *table, unsigned part,
                               verify_scratch *scratch)
{
    verify_wide_scratch *s = &scratch->wide;
    const uint64_t each = f->elements / VERIFY_PARTS / VERIFY_CHUNK, first = part * each;
    uint64_t sum = 0, position = 0;
    for (uint64_t m = first; m < first + each && !vact_pool_stop; m++) {
        const size_t cols = 1 + (size_t)(m * m % 509), rows = VERIFY_CHUNK / cols;
        verify_fill_logits_64(s->x, m * VERIFY_CHUNK, VERIFY_CHUNK);
        verify_fill_random_64(s->up, m * VERIFY_CHUNK, VERIFY_CHUNK, 1);
        const size_t n = functions[f->row].run(&table->family_f64, s, rows, cols);
        sum += verify_terms_64(s->y, n, (uint32_t)position);
        position += n;
    }
    return sum;
}
