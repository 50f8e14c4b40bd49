/* Speed and error of one operation over one tensor. */
#include "run_measure.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "bench/contest.h"
#include "bench/yardstick.h"
#include "reference/reference.h"

static const float prelu_slope = 0.25f; /* PyTorch's initial value */

/* The standard error of the mean of the middle half of n normal numbers is this times the quartile's distance from the
 * middle, over sqrt(n): 1/0.674 standard deviations, and 1.09 times the error of the mean of all. */
static const double ERROR_OF_SPREAD = 1.62;

enum {
    MOST_THREADS = 64,
    CACHED_ELEMENTS = 1 << 19, /* beyond, one pass is long enough */
    SHARED_ELEMENTS = 1 << 24  /* beyond, what another has left in a shared cache does not matter */
};

vact_status vact_run_apply(const vacti_op_info *op, const vact_run_tensor *tensor)
{
    size_t count = tensor->count;
    if (op->kind == VACT_KIND_GATE) /* that gates itself */
        return vact_gate_rows_f32(op->op, NULL, tensor->dst, count, tensor->src, count, tensor->src, count, 1, count);
    switch (op->op) {
    case VACT_OP_SOFTMAX: return vact_softmax_f32(tensor->dst, tensor->src, count / tensor->cols, tensor->cols);
    case VACT_OP_LOG_SOFTMAX: return vact_log_softmax_f32(tensor->dst, tensor->src, count / tensor->cols, tensor->cols);
    case VACT_OP_PRELU: return vact_prelu_f32(tensor->dst, tensor->src, &prelu_slope, 1, 1, count);
    default: return vact_forward_f32(op->op, NULL, tensor->dst, tensor->src, count);
    }
}

/* One of the contenders: an operation, or where `copy` is not null a copy. */
typedef struct pass {
    const vacti_op_info *op;
    const vact_run_tensor *tensor;
    yardstick_fn *copy;
} pass;

static void run_pass(const void *work, size_t calls)
{
    const pass *one = work;
    for (size_t i = 0; i < calls; i++)
        if (one->copy != NULL)
            one->copy(one->tensor->dst, one->tensor->src, one->tensor->count);
        else
            vact_run_apply(one->op, one->tensor);
}

vact_status vact_run_time(vact_run_result *result, const vact_run_tensor *tensor, int repetitions)
{
    enum { KERNEL, MEMCPY, STREAM };
    const pass passes[] = {[KERNEL] = {result->op, tensor, NULL},
                           [MEMCPY] = {NULL, tensor, yardstick_memcpy},
                           [STREAM] = {NULL, tensor, yardstick_stream}};
    contest among = {.count = yardstick_stream != NULL ? STREAM + 1 : STREAM,
                     .warm = tensor->count <= SHARED_ELEMENTS,
                     .cpu_time = true};
    vact_status status = vact_run_apply(result->op, tensor);
    if (status != VACT_OK)
        return status;
    for (size_t i = 0; i < among.count; i++)
        among.contenders[i] = (contender){run_pass, &passes[i], tensor->count > CACHED_ELEMENTS};
    contest_begin(&among);
    contest_turns(&among, (size_t)repetitions);
    outcome found = contest_outcome(&among);
    result->seconds = found.seconds[KERNEL];
    result->to_copy = fmax(found.ratio[MEMCPY], found.ratio[STREAM]);
    result->noise = 2.0 * ERROR_OF_SPREAD * contest_spread(MEMCPY) / sqrt(repetitions);
    return vact_run_apply(result->op, tensor); /* whose result stays */
}

/* One thread's share: elements, or whole rows, from `first` up to `end`. */
typedef struct share {
    const vacti_op_info *op;
    const vact_run_tensor *tensor;
    size_t first;
    size_t end;
    double *row; /* null for operations element by element */
    double max_error;
    size_t error_at;
} share;

static void meet(share *mine, size_t index, double exact, const vact_params_f32 *params)
{
    const double x = (double)mine->tensor->src[index];
    double error = vacti_forward_error(mine->op->op, params, x, mine->tensor->dst[index], exact);
    if (error > mine->max_error) {
        mine->max_error = error;
        mine->error_at = index;
    }
}

static void *compare_share(void *argument)
{
    share *mine = argument;
    const float *src = mine->tensor->src;
    size_t cols = mine->tensor->cols;
    vact_params_f32 params = vacti_registry_defaults(mine->op);
    if (mine->row != NULL) {
        vacti_reference_row_fn *reference = vacti_reference_row_f32(mine->op->op);
        for (size_t i = mine->first; i < mine->end; i += cols) {
            reference(mine->row, src + i, cols);
            for (size_t j = 0; j < cols; j++)
                meet(mine, i + j, mine->row[j], &params);
        }
        return NULL;
    }
    if (mine->op->kind == VACT_KIND_GATE) {
        for (size_t i = mine->first; i < mine->end; i++)
            meet(mine, i, vacti_reference_gate(mine->op->op, (double)src[i], (double)src[i], &params), &params);
        return NULL;
    }
    vacti_reference_fn *reference = vacti_reference_f32(mine->op->op);
    if (mine->op->kind == VACT_KIND_CHANNELS)
        params.v[0] = prelu_slope;
    for (size_t i = mine->first; i < mine->end; i++)
        meet(mine, i, reference((double)src[i], &params), &params);
    return NULL;
}

bool vact_run_compare(vact_run_result *result, const vact_run_tensor *tensor, int threads)
{
    share shares[MOST_THREADS];
    pthread_t started[MOST_THREADS];
    bool running[MOST_THREADS] = {false};
    bool rows = result->op->kind == VACT_KIND_ROWS;
    size_t unit = rows ? tensor->cols : 1;
    size_t units = tensor->count / unit;
    size_t workers = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : (size_t)threads;
    if (workers > units)
        workers = units;
    if (workers == 0)
        return true;
    double *scratch = rows ? malloc(workers * tensor->cols * sizeof *scratch) : NULL;
    if (rows && scratch == NULL)
        return false;

    for (size_t w = 0; w < workers; w++) {
        size_t first = units / workers * w + (w < units % workers ? w : units % workers);
        size_t size = units / workers + (w < units % workers);
        shares[w] = (share){.op = result->op,
                            .tensor = tensor,
                            .first = first * unit,
                            .end = (first + size) * unit,
                            .row = rows ? scratch + w * tensor->cols : NULL};
        if (w > 0)
            running[w] = pthread_create(&started[w], NULL, compare_share, &shares[w]) == 0;
    }
    result->max_error = 0.0;
    result->error_at = 0;
    for (size_t w = 0; w < workers; w++) {
        if (running[w])
            pthread_join(started[w], NULL);
        else
            compare_share(&shares[w]); /* the first share, and those for which no thread could be started */
        if (shares[w].max_error > result->max_error) {
            result->max_error = shares[w].max_error;
            result->error_at = shares[w].error_at;
        }
    }
    free(scratch);
    return true;
}
