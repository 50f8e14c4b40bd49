/* Speed and error of one operation over one tensor. */
#include "run_measure.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "bench/yardstick.h"
#include "reference/reference.h"

static const float prelu_slope = 0.25f; /* PyTorch's initial value */

enum {
    MOST_REPETITIONS = 101,
    COPIES = 2,
    MOST_THREADS = 64,
    /* Passes over less are repeated within one measurement, so that the cost of reading the clock does not show. */
    LEAST_ELEMENTS = 1 << 18
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

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return count % 2 == 1 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

vact_status vact_run_time(vact_run_result *result, const vact_run_tensor *tensor, int repetitions)
{
    yardstick_fn *const copies[COPIES] = {yardstick_memcpy, yardstick_stream};
    double passes[MOST_REPETITIONS];
    double ratios[COPIES][MOST_REPETITIONS];
    int count = repetitions < MOST_REPETITIONS ? repetitions : MOST_REPETITIONS;
    size_t inner = tensor->count < LEAST_ELEMENTS ? LEAST_ELEMENTS / tensor->count : 1;
    for (int r = -1; r < count; r++) { /* the first round only warms up */
        double copying[COPIES];
        for (int c = 0; c < COPIES; c++) {
            double start = now();
            for (size_t i = 0; i < inner && copies[c] != NULL; i++)
                copies[c](tensor->dst, tensor->src, tensor->count);
            copying[c] = copies[c] == NULL ? (double)INFINITY : now() - start;
        }
        double start = now();
        for (size_t i = 0; i < inner; i++) {
            vact_status status = vact_run_apply(result->op, tensor);
            if (status != VACT_OK)
                return status;
        }
        double end = now();
        if (r >= 0) {
            passes[r] = (end - start) / (double)inner;
            for (int c = 0; c < COPIES; c++)
                ratios[c][r] = (end - start) / copying[c];
        }
    }
    result->seconds = median(passes, count);
    result->to_copy = fmax(median(ratios[0], count), median(ratios[1], count));
    return VACT_OK;
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

static void meet(share *mine, size_t index, double exact)
{
    double error = vacti_ulp_error(mine->tensor->dst[index], exact);
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
    if (mine->row != NULL) {
        vacti_reference_row_fn *reference = vacti_reference_row_f32(mine->op->op);
        for (size_t i = mine->first; i < mine->end; i += cols) {
            reference(mine->row, src + i, cols);
            for (size_t j = 0; j < cols; j++)
                meet(mine, i + j, mine->row[j]);
        }
        return NULL;
    }
    if (mine->op->kind == VACT_KIND_GATE) {
        for (size_t i = mine->first; i < mine->end; i++)
            meet(mine, i, vacti_reference_gate(mine->op->op, (double)src[i], (double)src[i]));
        return NULL;
    }
    vacti_reference_fn *reference = vacti_reference_f32(mine->op->op);
    vact_params_f32 params = vacti_registry_defaults(mine->op);
    if (mine->op->kind == VACT_KIND_CHANNELS)
        params.v[0] = prelu_slope;
    for (size_t i = mine->first; i < mine->end; i++)
        meet(mine, i, reference((double)src[i], &params));
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
