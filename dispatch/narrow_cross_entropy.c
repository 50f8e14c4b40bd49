/* Cross-entropy of bfloat16 and half logits: the checks, then block by block. The exponentials are from the kernel of
 * float, everything else is in double. */
#include <math.h>
#include <string.h>

#include "narrow.h"
#include "options.h"
#include "rows/once.h"

/* ------------------------------------------------------------------------------------------ cross-entropy */

/* Floats of a block, and doubles beside it. The functions that have blocks are not inlined, so that these do not take
 * stack at once. */
enum { BLOCK = 192 };

typedef struct cross_call {
    const vacti_table *table;
    float *loss;
    void *dx;
    const float *dy;
    const void *logits, *targets;
    vact_type type;
    bool wide;
    size_t rows, cols, stride, dx_stride;
    vact_cross_entropy_options_f32 options;
    double of_weights; /* the sum of the class weights */
} cross_call;

/* A row: its largest logit and where that is, the sum of the other exponentials relative to it, log(1 + rest), and of
 * smoothing the sum of w*(max - x). */
typedef struct cross_row {
    const void *logits;
    size_t target, where;
    double max, rest, log, distances, weight;
} cross_row;

static int64_t target_of(const cross_call *call, size_t r)
{
    return call->wide ? ((const int64_t *)call->targets)[r] : ((const int32_t *)call->targets)[r];
}

static double weight_of(const cross_call *call, size_t c)
{
    return call->options.class_weights ? (double)call->options.class_weights[c] : 1.0;
}

/* False for a row without a result: a NaN or +inf in it, or nothing but -inf. */
__attribute__((noinline)) static bool find_largest(const cross_call *call, cross_row *row)
{
    float block[BLOCK], max = -INFINITY;
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        const float *const x = vacti_widened(call->table, block, row->logits, call->type, c, n);
        for (size_t k = 0; k < n; k++)
            if (!(x[k] <= max)) {
                max = x[k];
                row->where = c + k;
                if (isnan(max))
                    return false;
            }
    }
    row->max = (double)max;
    return isfinite(max);
}

/* Exponentials of the logits relative to the largest, columns c to c + n. A distance is a float and what is left of it;
 * one below -1000 counts as that. */
__attribute__((noinline)) static void exponentials(const cross_call *call, const cross_row *row, double *results,
                                                   size_t c, size_t n)
{
    float block[BLOCK];
    const float zero = 0.0f;
    double of_all;
    const float *const x = vacti_widened(call->table, block, row->logits, call->type, c, n);
    for (size_t k = 0; k < n; k++) {
        const double given = (double)x[k] - row->max, distance = given < -1000.0 ? -1000.0 : given;
        block[k] = (float)distance;
        results[k] = distance - (double)block[k];
    }
    call->table->family.softmax_exp(&of_all, block, n, block, n, &zero, 1, n, 1.0f);
    for (size_t k = 0; k < n; k++)
        results[k] = (double)block[k] + (double)block[k] * results[k];
}

__attribute__((noinline)) static void sum_row(const cross_call *call, cross_row *row)
{
    double results[BLOCK];
    row->rest = row->distances = 0.0;
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        exponentials(call, row, results, c, n);
        for (size_t k = 0; k < n; k++)
            row->rest += c + k == row->where ? 0.0 : results[k];
    }
    row->log = once_log1p(row->rest);
}

/* The sum of w*(max - x). */
__attribute__((noinline)) static double sum_distances(const cross_call *call, const cross_row *row)
{
    float block[BLOCK];
    double sum = 0.0;
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        const float *const x = vacti_widened(call->table, block, row->logits, call->type, c, n);
        for (size_t k = 0; k < n; k++)
            sum += weight_of(call, c + k) * (row->max - (double)x[k]);
    }
    return sum;
}

static float logit_at(const cross_call *call, const cross_row *row, size_t c)
{
    float block[1];
    return *vacti_widened(call->table, block, row->logits, call->type, c, 1);
}

static double loss_of_row(const cross_call *call, const cross_row *row)
{
    const double smoothing = (double)call->options.label_smoothing, z = row->max + row->log;
    const double of_target = (row->max - (double)logit_at(call, row, row->target)) + row->log;
    double loss = (1.0 - smoothing) * row->weight * of_target;
    if (smoothing > 0.0)
        loss += smoothing / (double)call->cols * (row->distances + call->of_weights * row->log);
    return call->options.z_loss > 0.0f ? loss + (double)call->options.z_loss * z * z : loss;
}

/* A constant gradient: of a row that is ignored, or has no result. */
__attribute__((noinline)) static void fill_row(const cross_call *call, void *dx, float value)
{
    float block[BLOCK];
    for (size_t k = 0; k < BLOCK; k++)
        block[k] = value;
    for (size_t c = 0; c < call->cols; c += BLOCK)
        vacti_narrowed(call->table, dx, call->type, block, c, smaller(BLOCK, call->cols - c));
}

__attribute__((noinline)) static void gradient_of_row(const cross_call *call, const cross_row *row, void *dx, double dy)
{
    double results[BLOCK];
    float block[BLOCK];
    const double smoothing = (double)call->options.label_smoothing, share = smoothing / (double)call->cols;
    const double hit = (1.0 - smoothing) * row->weight, all = 1.0 + row->rest;
    const double of_p = hit + share * call->of_weights + 2.0 * (double)call->options.z_loss * (row->max + row->log);
    for (size_t c = 0; c < call->cols; c += BLOCK) {
        const size_t n = smaller(BLOCK, call->cols - c);
        exponentials(call, row, results, c, n);
        for (size_t k = 0; k < n; k++) {
            const double p = results[k] / all, q = share > 0.0 ? share * weight_of(call, c + k) : 0.0;
            const bool is_target = c + k == row->target;
            /* p - 1 of the largest is -rest/all, which keeps its digits */
            const double own = is_target && row->target == row->where ? hit * (-row->rest / all) + (of_p - hit) * p
                               : is_target                            ? of_p * p - hit
                                                                      : of_p * p;
            block[k] = (float)(dy * (own - q));
        }
        vacti_narrowed(call->table, dx, call->type, block, c, n);
    }
}

static void *gradient_row(const cross_call *call, size_t r)
{
    return (char *)call->dx + r * call->dx_stride * vacti_type_size(call->type);
}

/* What divides losses and gradients. */
static double divisor_of(const cross_call *call)
{
    double sum = 0.0;
    for (size_t r = 0; call->options.reduction == VACT_REDUCTION_MEAN && r < call->rows; r++)
        if (target_of(call, r) != call->options.ignore_index)
            sum += weight_of(call, (size_t)target_of(call, r));
    return call->options.reduction == VACT_REDUCTION_MEAN ? sum : 1.0;
}

/* Returns the row's loss. */
static double run_row(const cross_call *call, size_t r, double dy)
{
    cross_row row = {.logits = (const char *)call->logits + r * call->stride * vacti_type_size(call->type)};
    if (target_of(call, r) == call->options.ignore_index) {
        if (call->dx != NULL)
            fill_row(call, gradient_row(call, r), 0.0f);
        return 0.0;
    }
    row.target = (size_t)target_of(call, r);
    row.weight = weight_of(call, row.target);
    if (!find_largest(call, &row)) {
        if (call->dx != NULL)
            fill_row(call, gradient_row(call, r), NAN);
        return (double)NAN;
    }
    sum_row(call, &row);
    if (call->options.label_smoothing > 0.0f && call->loss != NULL)
        row.distances = sum_distances(call, &row);
    const double loss = call->loss != NULL ? loss_of_row(call, &row) : 0.0;
    if (call->dx != NULL)
        gradient_of_row(call, &row, gradient_row(call, r), dy);
    return loss;
}

static void run_cross_entropy(const cross_call *call)
{
    const bool reduced = call->options.reduction != VACT_REDUCTION_NONE;
    const double divisor = divisor_of(call);
    double sum = 0.0;
    for (size_t r = 0; r < call->rows; r++) {
        const double dy = call->dy ? (double)call->dy[reduced ? 0 : r] : 1.0;
        const double loss = run_row(call, r, dy / divisor);
        sum += loss;
        if (call->loss != NULL && !reduced)
            call->loss[r] = (float)loss;
    }
    if (call->loss != NULL && reduced)
        *call->loss = (float)(sum / divisor);
}

static bool accepts_options(const vact_cross_entropy_options_f32 *o)
{
    return (unsigned)o->reduction <= VACT_REDUCTION_SUM && o->label_smoothing >= 0.0f && o->label_smoothing <= 1.0f &&
           o->z_loss >= 0.0f && isfinite(o->z_loss) && !(o->nll && (o->z_loss != 0.0f || o->log_probabilities));
}

static bool are_classes(const cross_call *call)
{
    for (size_t r = 0; r < call->rows; r++) {
        const int64_t target = target_of(call, r);
        if (target != call->options.ignore_index && (target < 0 || (uint64_t)target >= call->cols))
            return false;
    }
    return true;
}

typedef struct {
    check_range loss, dx, dy, logits, targets, weights;
} cross_ranges;

static bool measure(const cross_call *call, cross_ranges *of)
{
    const size_t losses = call->options.reduction == VACT_REDUCTION_NONE ? call->rows : 1;
    const size_t element = vacti_type_size(call->type), target = call->wide ? sizeof(int64_t) : sizeof(int32_t);
    return check_matrix(&of->logits, call->logits, call->rows, call->cols, call->stride, element) &&
           check_matrix(&of->dx, call->dx, call->rows, call->cols, call->dx_stride, element) &&
           check_array(&of->targets, call->targets, call->rows, target) &&
           check_array(&of->weights, call->options.class_weights, call->options.class_weights ? call->cols : 0,
                       sizeof(float)) &&
           check_array(&of->loss, call->loss, losses, sizeof(float)) &&
           check_array(&of->dy, call->dy, losses, sizeof(float));
}

static bool lie_apart(const cross_ranges *of)
{
    const check_range read[] = {of->targets, of->weights, of->dy};
    bool apart = check_in_place_or_apart(of->dx, of->logits) && !check_share(of->loss, of->logits) &&
                 !check_share(of->loss, of->dx);
    for (size_t i = 0; i < 3; i++)
        apart = apart && !check_share(of->loss, read[i]) && !check_share(of->dx, read[i]);
    return apart;
}

/* `wants_loss` and `wants_gradient`: the pointers cannot say it, as they may be null by mistake. */
static vact_status cross_entropy(cross_call call, const vact_cross_entropy_options_f32 *options, bool wants_loss,
                                 bool wants_gradient)
{
    cross_ranges ranges;
    if (vacti_type_size(call.type) == 0)
        return VACT_EINVAL;
    const vact_status read = vacti_options_read(&vacti_cross_entropy_options_kind, &call.options, options);
    if (read != VACT_OK)
        return read;
    const vact_cross_entropy_options_f32 *const o = &call.options;
    if (!accepts_options(o))
        return VACT_EINVAL;
    if (!vacti_type_is_built(call.type) || o->inner > 1 || o->probabilities || o->log_probabilities || o->nll)
        return VACT_EUNSUPPORTED;
    call.stride = o->stride ? o->stride : call.cols;
    call.dx_stride = o->dx_stride ? o->dx_stride : call.cols;
    if (!measure(&call, &ranges))
        return VACT_EINVAL;
    if (call.rows == 0 && !(wants_loss && o->reduction != VACT_REDUCTION_NONE))
        return VACT_OK;
    const bool anything = call.rows > 0 && call.cols > 0;
    if ((wants_loss && !call.loss) || (anything && ((wants_gradient && !call.dx) || !call.logits)) ||
        (call.rows > 0 && !call.targets))
        return VACT_EINVAL;
    if ((o->class_weights && !check_all_finite(o->class_weights, call.cols)) || !are_classes(&call))
        return VACT_EINVAL;
    if (!lie_apart(&ranges))
        return VACT_EOVERLAP;
    for (size_t c = 0; o->label_smoothing > 0.0f && c < call.cols; c++)
        call.of_weights += weight_of(&call, c);
    call.table = vacti_table_current();
    run_cross_entropy(&call);
    return VACT_OK;
}

#define CROSS_ENTROPY(bits, is_wide)                                                                                   \
    vact_status vact_cross_entropy_i##bits(float *loss, const void *logits, vact_type type,                            \
                                           const int##bits##_t *targets, size_t rows, size_t cols,                     \
                                           const vact_cross_entropy_options_f32 *options)                              \
    {                                                                                                                  \
        return cross_entropy_or_f32(loss, NULL, NULL, logits, type, targets, is_wide, rows, cols, options, LOSS);      \
    }                                                                                                                  \
    vact_status vact_cross_entropy_backward_i##bits(void *dx, const float *dy, const void *logits, vact_type type,     \
                                                    const int##bits##_t *targets, size_t rows, size_t cols,            \
                                                    const vact_cross_entropy_options_f32 *options)                     \
    {                                                                                                                  \
        return cross_entropy_or_f32(NULL, dx, dy, logits, type, targets, is_wide, rows, cols, options, GRADIENT);      \
    }                                                                                                                  \
    vact_status vact_cross_entropy_forward_backward_i##bits(                                                           \
        float *loss, void *dx, const float *dy, const void *logits, vact_type type, const int##bits##_t *targets,      \
        size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options)                                       \
    {                                                                                                                  \
        return cross_entropy_or_f32(loss, dx, dy, logits, type, targets, is_wide, rows, cols, options, BOTH);          \
    }

typedef enum { LOSS = 1, GRADIENT = 2, BOTH = 3 } wanted;

static vact_status cross_entropy_f32(float *loss, float *dx, const float *dy, const float *logits, const void *targets,
                                     bool wide, size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options,
                                     wanted what)
{
    const int64_t *const i64 = (const int64_t *)targets;
    const int32_t *const i32 = (const int32_t *)targets;
    switch (what) {
    case LOSS:
        return wide ? vact_cross_entropy_i64_f32(loss, logits, i64, rows, cols, options)
                    : vact_cross_entropy_i32_f32(loss, logits, i32, rows, cols, options);
    case GRADIENT:
        return wide ? vact_cross_entropy_backward_i64_f32(dx, dy, logits, i64, rows, cols, options)
                    : vact_cross_entropy_backward_i32_f32(dx, dy, logits, i32, rows, cols, options);
    case BOTH: break;
    }
    return wide ? vact_cross_entropy_forward_backward_i64_f32(loss, dx, dy, logits, i64, rows, cols, options)
                : vact_cross_entropy_forward_backward_i32_f32(loss, dx, dy, logits, i32, rows, cols, options);
}

static vact_status cross_entropy_or_f32(float *loss, void *dx, const float *dy, const void *logits, vact_type type,
                                        const void *targets, bool wide, size_t rows, size_t cols,
                                        const vact_cross_entropy_options_f32 *options, wanted what)
{
    if (type == VACT_F32)
        return cross_entropy_f32(loss, (float *)dx, dy, (const float *)logits, targets, wide, rows, cols, options,
                                 what);
    const cross_call call = {.loss = loss,
                             .dx = dx,
                             .dy = dy,
                             .logits = logits,
                             .targets = targets,
                             .type = type,
                             .wide = wide,
                             .rows = rows,
                             .cols = cols};
    return cross_entropy(call, options, (what & LOSS) != 0, (what & GRADIENT) != 0);
}

CROSS_ENTROPY(32, false)
CROSS_ENTROPY(64, true)
