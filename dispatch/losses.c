/* The losses, of every type: the checks, in the order of vact.h, then one call of a kernel. */
#include "losses.h"

#include <stdint.h>

#include "checks.h"
#include "options.h"

/* ------------------------------------------------------------------------------------------ cross-entropy */

/* What a call reads and writes. */
typedef struct cross_entropy_ranges {
    check_range loss, dx, dy, logits, targets, weights, probabilities, log_probabilities;
} cross_entropy_ranges;

static bool accepts_options(const vact_cross_entropy_options_f32 *options)
{
    return (unsigned)options->reduction <= VACT_REDUCTION_SUM && options->label_smoothing >= 0.0f &&
           options->label_smoothing <= 1.0f && options->z_loss >= 0.0f && isfinite(options->z_loss) &&
           !(options->nll && (options->z_loss != 0.0f || options->log_probabilities));
}

static bool targets_are_classes(const vacti_cross_entropy_call *call)
{
    for (size_t r = 0; call->targets && r < call->rows; r++) {
        int64_t target = call->wide ? ((const int64_t *)call->targets)[r] : ((const int32_t *)call->targets)[r];
        if (target != call->ignore_index && (target < 0 || (uint64_t)target >= call->cols))
            return false;
    }
    return true;
}

static bool cross_entropy_sizes(const vacti_cross_entropy_call *call, size_t element, cross_entropy_ranges *of)
{
    size_t losses = call->reduction == VACT_REDUCTION_NONE ? call->rows : 1;
    size_t target = call->wide ? sizeof(int64_t) : sizeof(int32_t);
    size_t blocks = call->rows / call->inner, of_block = call->cols * call->inner;
    return check_matrix(&of->logits, call->logits, blocks, of_block, call->stride, element) &&
           check_matrix(&of->dx, call->dx, blocks, of_block, call->dx_stride, element) &&
           check_matrix(&of->probabilities, call->probabilities, blocks, of_block, call->probabilities_stride,
                        element) &&
           check_matrix(&of->log_probabilities, call->log_probabilities, blocks, of_block,
                        call->log_probabilities_stride, element) &&
           check_array(&of->targets, call->targets, call->rows, target) &&
           check_array(&of->weights, call->weights, call->weights ? call->cols : 0, sizeof(float)) &&
           check_array(&of->loss, call->loss, losses, sizeof(float)) &&
           check_array(&of->dy, call->dy, losses, sizeof(float));
}

/* Whether what is written overlaps nothing else, except that dx may be the logits. */
static bool cross_entropy_lies_apart(const cross_entropy_ranges *of)
{
    const check_range read[] = {of->logits, of->targets, of->weights, of->dy, of->probabilities};
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
        if (check_share(of->loss, read[i]) || (i != 0 && check_share(of->dx, read[i])) ||
            check_share(of->log_probabilities, read[i]))
            return false;
    return check_in_place_or_apart(of->dx, of->logits) && !check_share(of->loss, of->dx) &&
           !check_share(of->log_probabilities, of->loss) && !check_share(of->log_probabilities, of->dx);
}

static size_t stride_or(size_t given, size_t otherwise) { return given ? given : otherwise; }

/* Reads the options into the call. False where rows are no multiple of `inner`, or a size is impossible. */
static bool cross_entropy_read(vacti_cross_entropy_call *call, const vact_cross_entropy_options_f32 *options)
{
    size_t dense;
    call->weights = options->class_weights;
    call->ignore_index = options->ignore_index;
    call->smoothing = options->label_smoothing;
    call->reduction = options->reduction;
    call->nll = options->nll != 0;
    call->z_loss = options->z_loss;
    call->inner = stride_or(options->inner, 1);
    call->probabilities = options->probabilities;
    call->log_probabilities = options->log_probabilities;
    if (call->rows % call->inner != 0 || __builtin_mul_overflow(call->cols, call->inner, &dense))
        return false;
    call->stride = stride_or(options->stride, dense);
    call->dx_stride = stride_or(options->dx_stride, dense);
    call->probabilities_stride = stride_or(options->probabilities_stride, dense);
    call->log_probabilities_stride = stride_or(options->log_probabilities_stride, dense);
    if (call->probabilities)
        call->targets = NULL;
    return true;
}

vact_status vacti_cross_entropy(vacti_cross_entropy_call call, vact_type type,
                                const vact_cross_entropy_options_f32 *options, bool loss, bool gradient)
{
    vact_cross_entropy_options_f32 known;
    cross_entropy_ranges ranges;
    if (vacti_type_size(type) == 0)
        return VACT_EINVAL;
    vact_status read = vacti_options_read(&vacti_cross_entropy_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    options = &known;
    if (!accepts_options(options))
        return VACT_EINVAL;
    if (!vacti_type_is_built(type))
        return VACT_EUNSUPPORTED;
    bool reduced = options->reduction != VACT_REDUCTION_NONE;
    if (!cross_entropy_read(&call, options) || !cross_entropy_sizes(&call, vacti_type_size(type), &ranges))
        return VACT_EINVAL;
    if (call.rows == 0 && !(loss && reduced))
        return VACT_OK;
    bool anything = call.rows > 0 && call.cols > 0;
    if ((loss && !call.loss) || (gradient && !call.dx && anything) || (!call.logits && anything) ||
        (!call.targets && !call.probabilities && call.rows > 0))
        return VACT_EINVAL;
    if ((call.weights && !check_all_finite(call.weights, call.cols)) || !targets_are_classes(&call))
        return VACT_EINVAL;
    if (!cross_entropy_lies_apart(&ranges))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    (type == VACT_F32 ? table->cross_entropy : table->narrow_family[type].cross_entropy)(&call);
    return VACT_OK;
}

/* Targets are int64_t if `wide`, else int32_t. */
static vact_status cross_entropy(float *loss, const float *logits, const void *targets, bool wide, size_t rows,
                                 size_t cols, const vact_cross_entropy_options_f32 *options)
{
    vacti_cross_entropy_call call = {
        .loss = loss, .logits = logits, .targets = targets, .wide = wide, .rows = rows, .cols = cols};
    return vacti_cross_entropy(call, VACT_F32, options, true, false);
}

static vact_status cross_entropy_backward(float *dx, const float *dy, const float *logits, const void *targets,
                                          bool wide, size_t rows, size_t cols,
                                          const vact_cross_entropy_options_f32 *options)
{
    vacti_cross_entropy_call call = {
        .dx = dx, .dy = dy, .logits = logits, .targets = targets, .wide = wide, .rows = rows, .cols = cols};
    return vacti_cross_entropy(call, VACT_F32, options, false, true);
}

static vact_status cross_entropy_both(float *loss, float *dx, const float *dy, const float *logits, const void *targets,
                                      bool wide, size_t rows, size_t cols,
                                      const vact_cross_entropy_options_f32 *options)
{
    vacti_cross_entropy_call call = {.loss = loss,
                                     .dx = dx,
                                     .dy = dy,
                                     .logits = logits,
                                     .targets = targets,
                                     .wide = wide,
                                     .rows = rows,
                                     .cols = cols};
    return vacti_cross_entropy(call, VACT_F32, options, true, true);
}

vact_status vact_cross_entropy_i32_f32(float *loss, const float *logits, const int32_t *targets, size_t rows,
                                       size_t cols, const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy(loss, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_i64_f32(float *loss, const float *logits, const int64_t *targets, size_t rows,
                                       size_t cols, const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy(loss, logits, targets, true, rows, cols, options);
}

vact_status vact_cross_entropy_backward_i32_f32(float *dx, const float *dy, const float *logits, const int32_t *targets,
                                                size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy_backward(dx, dy, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_backward_i64_f32(float *dx, const float *dy, const float *logits, const int64_t *targets,
                                                size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy_backward(dx, dy, logits, targets, true, rows, cols, options);
}

vact_status vact_cross_entropy_forward_backward_i32_f32(float *loss, float *dx, const float *dy, const float *logits,
                                                        const int32_t *targets, size_t rows, size_t cols,
                                                        const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy_both(loss, dx, dy, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_forward_backward_i64_f32(float *loss, float *dx, const float *dy, const float *logits,
                                                        const int64_t *targets, size_t rows, size_t cols,
                                                        const vact_cross_entropy_options_f32 *options)
{
    return cross_entropy_both(loss, dx, dy, logits, targets, true, rows, cols, options);
}

/* ----------------------------------------------------------------------------------- binary cross-entropy */

static bool accepts_period(const float *values, size_t count, size_t n)
{
    return values == NULL || (count > 0 && n % count == 0);
}

/* What a call reads and writes. */
typedef struct bce_ranges {
    check_range loss, dx, dy, x, targets, positive, weight;
} bce_ranges;

static bool bce_sizes(const vacti_bce_call *call, size_t element, bce_ranges *of)
{
    size_t losses = call->reduction == VACT_REDUCTION_NONE ? call->n : 1;
    return check_array(&of->x, call->x, call->n, element) &&
           check_array(&of->targets, call->targets, call->n, element) &&
           check_array(&of->dx, call->dx, call->n, element) &&
           check_array(&of->loss, call->loss, losses, sizeof(float)) &&
           check_array(&of->dy, call->dy, losses, sizeof(float)) &&
           check_array(&of->positive, call->positive.values, call->positive.count, sizeof(float)) &&
           check_array(&of->weight, call->weight.values, call->weight.count, sizeof(float));
}

/* What has another type than what is written is never in its place: the sizes differ. */
static bool bce_lies_apart(const bce_ranges *of, size_t n)
{
    const check_range written[] = {of->loss, of->dx};
    bool dy_is_whole = of->dy.bytes == n * sizeof(float);
    for (size_t i = 0; i < 2; i++) {
        if (check_share(written[i], of->positive) || check_share(written[i], of->weight) ||
            !check_in_place_or_apart(written[i], of->x) || !check_in_place_or_apart(written[i], of->targets))
            return false;
        if (dy_is_whole ? !check_in_place_or_apart(written[i], of->dy) : check_share(written[i], of->dy))
            return false;
    }
    return !check_share(of->loss, of->dx);
}

vact_status vacti_bce(vacti_bce_call call, vact_type type, const vact_bce_with_logits_options_f32 *options, bool loss,
                      bool gradient)
{
    vact_bce_with_logits_options_f32 known;
    if (vacti_type_size(type) == 0)
        return VACT_EINVAL;
    vact_status read = vacti_options_read(&vacti_bce_with_logits_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    options = &known;
    if ((unsigned)options->reduction > VACT_REDUCTION_SUM ||
        !accepts_period(options->pos_weight, options->pos_weight_count, call.n) ||
        !accepts_period(options->weight, options->weight_count, call.n))
        return VACT_EINVAL;
    if (!vacti_type_is_built(type))
        return VACT_EUNSUPPORTED;
    call.positive = (vacti_periodic){options->pos_weight, options->pos_weight ? options->pos_weight_count : 0};
    call.weight = (vacti_periodic){options->weight, options->weight ? options->weight_count : 0};
    call.reduction = options->reduction;
    bool reduced = call.reduction != VACT_REDUCTION_NONE;
    bce_ranges ranges;
    if (!bce_sizes(&call, vacti_type_size(type), &ranges))
        return VACT_EINVAL;
    if (call.n == 0 && !(loss && reduced))
        return VACT_OK;
    if ((loss && !call.loss) || (call.n > 0 && ((gradient && !call.dx) || !call.x || !call.targets)))
        return VACT_EINVAL;
    if (!bce_lies_apart(&ranges, call.n))
        return VACT_EOVERLAP;
    const vacti_table *const table = vacti_table_current();
    (type == VACT_F32 ? table->bce_with_logits : table->narrow_family[type].bce_with_logits)(&call);
    return VACT_OK;
}

vact_status vact_bce_with_logits_f32(float *loss, const float *x, const float *targets, size_t n,
                                     const vact_bce_with_logits_options_f32 *options)
{
    return vacti_bce((vacti_bce_call){.loss = loss, .x = x, .targets = targets, .n = n}, VACT_F32, options, true,
                     false);
}

vact_status vact_bce_with_logits_backward_f32(float *dx, const float *dy, const float *x, const float *targets,
                                              size_t n, const vact_bce_with_logits_options_f32 *options)
{
    return vacti_bce((vacti_bce_call){.dx = dx, .dy = dy, .x = x, .targets = targets, .n = n}, VACT_F32, options, false,
                     true);
}

vact_status vact_bce_with_logits_forward_backward_f32(float *loss, float *dx, const float *dy, const float *x,
                                                      const float *targets, size_t n,
                                                      const vact_bce_with_logits_options_f32 *options)
{
    vacti_bce_call call = {.loss = loss, .dx = dx, .dy = dy, .x = x, .targets = targets, .n = n};
    return vacti_bce(call, VACT_F32, options, true, true);
}
