/* The losses: the checks, in the order that vact.h states, and one call of a kernel. */
#include <stdint.h>

#include "checks.h"
#include "table.h"

/* ------------------------------------------------------------------------------------------ cross-entropy */

/* The buffers of a call as far as the checks need them beside the call itself. */
typedef struct extents {
    size_t logits, dx, targets, losses; /* in elements of 4 bytes: spans, not counts */
} extents;

static bool accepts_options(const vact_cross_entropy_options *options)
{
    return options->size == sizeof *options && (unsigned)options->reduction <= VACT_REDUCTION_SUM &&
           options->label_smoothing >= 0.0f && options->label_smoothing <= 1.0f;
}

static bool targets_are_classes(const vact_cross_entropy_call *call)
{
    for (size_t r = 0; r < call->rows; r++) {
        int64_t target = call->wide ? ((const int64_t *)call->targets)[r] : ((const int32_t *)call->targets)[r];
        if (target != call->ignore_index && (target < 0 || (uint64_t)target >= call->cols))
            return false;
    }
    return true;
}

static bool sizes_exist(const vact_cross_entropy_call *call, extents *spans)
{
    size_t words;
    return check_span(call->rows, call->cols, call->stride, &spans->logits) &&
           check_span(call->rows, call->cols, call->dx_stride, &spans->dx) &&
           !__builtin_mul_overflow(call->rows, call->wide ? sizeof(int64_t) / sizeof(float) : 1, &words) &&
           check_fits(spans->targets = words);
}

/* Whether what is written lies apart from all else, dx on top of the logits excepted. */
static bool lies_apart(const vact_cross_entropy_call *call, const extents *spans)
{
    const struct {
        const void *start;
        size_t count;
    } read[] = {{call->logits, spans->logits},
                {call->targets, spans->targets},
                {call->weights, call->weights ? call->cols : 0},
                {call->dy, call->dy ? spans->losses : 0}};
    bool in_place = call->dx == call->logits && (call->dx_stride == call->stride || call->rows == 1);
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        if (call->loss && check_share(call->loss, spans->losses, read[i].start, read[i].count))
            return false;
        if (call->dx && !(i == 0 && in_place) && check_share(call->dx, spans->dx, read[i].start, read[i].count))
            return false;
    }
    return !(call->loss && call->dx && check_share(call->loss, spans->losses, call->dx, spans->dx));
}

/* `loss` and `gradient` say what is asked for: a null pointer does not. */
static vact_status run_cross_entropy(vact_cross_entropy_call call, const vact_cross_entropy_options *options, bool loss,
                                     bool gradient)
{
    static const vact_cross_entropy_options defaults = VACT_CROSS_ENTROPY_OPTIONS;
    extents spans = {0};
    options = options ? options : &defaults;
    if (!accepts_options(options))
        return VACT_EINVAL;
    call.weights = options->class_weights;
    call.ignore_index = options->ignore_index;
    call.smoothing = options->label_smoothing;
    call.reduction = options->reduction;
    call.stride = options->stride ? options->stride : call.cols;
    call.dx_stride = options->dx_stride ? options->dx_stride : call.cols;
    bool reduced = call.reduction != VACT_REDUCTION_NONE;
    if (!sizes_exist(&call, &spans))
        return VACT_EINVAL;
    if (call.rows == 0 && !(loss && reduced))
        return VACT_OK;
    spans.losses = reduced ? 1 : call.rows;
    bool anything = call.rows > 0 && call.cols > 0;
    if ((loss && !call.loss) || (gradient && !call.dx && anything) || (!call.logits && anything) ||
        (!call.targets && call.rows > 0))
        return VACT_EINVAL;
    if ((call.weights && !check_weights(call.weights, call.cols)) || !targets_are_classes(&call))
        return VACT_EINVAL;
    if (!lies_apart(&call, &spans))
        return VACT_EOVERLAP;
    vact_table_current()->cross_entropy(&call);
    return VACT_OK;
}

/* Targets are int64_t where `wide`, else int32_t. */
static vact_status cross_entropy(float *loss, const float *logits, const void *targets, bool wide, size_t rows,
                                 size_t cols, const vact_cross_entropy_options *options)
{
    vact_cross_entropy_call call = {
        .loss = loss, .logits = logits, .targets = targets, .wide = wide, .rows = rows, .cols = cols};
    return run_cross_entropy(call, options, true, false);
}

static vact_status cross_entropy_backward(float *dx, const float *dy, const float *logits, const void *targets,
                                          bool wide, size_t rows, size_t cols,
                                          const vact_cross_entropy_options *options)
{
    vact_cross_entropy_call call = {
        .dx = dx, .dy = dy, .logits = logits, .targets = targets, .wide = wide, .rows = rows, .cols = cols};
    return run_cross_entropy(call, options, false, true);
}

static vact_status cross_entropy_both(float *loss, float *dx, const float *dy, const float *logits, const void *targets,
                                      bool wide, size_t rows, size_t cols, const vact_cross_entropy_options *options)
{
    vact_cross_entropy_call call = {.loss = loss,
                                    .dx = dx,
                                    .dy = dy,
                                    .logits = logits,
                                    .targets = targets,
                                    .wide = wide,
                                    .rows = rows,
                                    .cols = cols};
    return run_cross_entropy(call, options, true, true);
}

vact_status vact_cross_entropy_i32_f32(float *loss, const float *logits, const int32_t *targets, size_t rows,
                                       size_t cols, const vact_cross_entropy_options *options)
{
    return cross_entropy(loss, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_i64_f32(float *loss, const float *logits, const int64_t *targets, size_t rows,
                                       size_t cols, const vact_cross_entropy_options *options)
{
    return cross_entropy(loss, logits, targets, true, rows, cols, options);
}

vact_status vact_cross_entropy_backward_i32_f32(float *dx, const float *dy, const float *logits, const int32_t *targets,
                                                size_t rows, size_t cols, const vact_cross_entropy_options *options)
{
    return cross_entropy_backward(dx, dy, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_backward_i64_f32(float *dx, const float *dy, const float *logits, const int64_t *targets,
                                                size_t rows, size_t cols, const vact_cross_entropy_options *options)
{
    return cross_entropy_backward(dx, dy, logits, targets, true, rows, cols, options);
}

vact_status vact_cross_entropy_forward_backward_i32_f32(float *loss, float *dx, const float *dy, const float *logits,
                                                        const int32_t *targets, size_t rows, size_t cols,
                                                        const vact_cross_entropy_options *options)
{
    return cross_entropy_both(loss, dx, dy, logits, targets, false, rows, cols, options);
}

vact_status vact_cross_entropy_forward_backward_i64_f32(float *loss, float *dx, const float *dy, const float *logits,
                                                        const int64_t *targets, size_t rows, size_t cols,
                                                        const vact_cross_entropy_options *options)
{
    return cross_entropy_both(loss, dx, dy, logits, targets, true, rows, cols, options);
}

/* ----------------------------------------------------------------------------------- binary cross-entropy */

static bool accepts_period(const float *values, size_t count, size_t n)
{
    return values == NULL || (count > 0 && n % count == 0);
}

static bool in_place_or_apart(const float *dst, const float *src, size_t n)
{
    return dst == src || !check_share(dst, n, src, n);
}

static bool bce_lies_apart(const vact_bce_call *call, size_t losses)
{
    const vact_periodic weights[] = {call->positive, call->weight};
    float *const written[] = {call->loss, call->dx};
    const size_t counts[] = {losses, call->n};
    for (size_t i = 0; i < 2; i++) {
        if (!written[i])
            continue;
        for (size_t k = 0; k < 2; k++)
            if (weights[k].values && check_share(written[i], counts[i], weights[k].values, weights[k].count))
                return false;
        bool whole = counts[i] == call->n;
        const float *const read[] = {call->x, call->targets};
        for (size_t k = 0; k < 2; k++)
            if (whole ? !in_place_or_apart(written[i], read[k], call->n)
                      : check_share(written[i], counts[i], read[k], call->n))
                return false;
        bool same = whole && losses == call->n;
        if (call->dy && (same ? !in_place_or_apart(written[i], call->dy, call->n)
                              : check_share(written[i], counts[i], call->dy, losses)))
            return false;
    }
    return !(call->loss && call->dx && check_share(call->loss, losses, call->dx, call->n));
}

static vact_status run_bce(vact_bce_call call, const vact_bce_with_logits_options *options, bool loss, bool gradient)
{
    static const vact_bce_with_logits_options defaults = VACT_BCE_WITH_LOGITS_OPTIONS;
    options = options ? options : &defaults;
    if (options->size != sizeof *options || (unsigned)options->reduction > VACT_REDUCTION_SUM ||
        !accepts_period(options->pos_weight, options->pos_weight_count, call.n) ||
        !accepts_period(options->weight, options->weight_count, call.n) || !check_fits(call.n))
        return VACT_EINVAL;
    call.positive = (vact_periodic){options->pos_weight, options->pos_weight_count};
    call.weight = (vact_periodic){options->weight, options->weight_count};
    call.reduction = options->reduction;
    bool reduced = call.reduction != VACT_REDUCTION_NONE;
    if (call.n == 0 && !(loss && reduced))
        return VACT_OK;
    if ((loss && !call.loss) || (call.n > 0 && ((gradient && !call.dx) || !call.x || !call.targets)))
        return VACT_EINVAL;
    if (!bce_lies_apart(&call, reduced ? 1 : call.n))
        return VACT_EOVERLAP;
    vact_table_current()->bce_with_logits(&call);
    return VACT_OK;
}

vact_status vact_bce_with_logits_f32(float *loss, const float *x, const float *targets, size_t n,
                                     const vact_bce_with_logits_options *options)
{
    return run_bce((vact_bce_call){.loss = loss, .x = x, .targets = targets, .n = n}, options, true, false);
}

vact_status vact_bce_with_logits_backward_f32(float *dx, const float *dy, const float *x, const float *targets,
                                              size_t n, const vact_bce_with_logits_options *options)
{
    return run_bce((vact_bce_call){.dx = dx, .dy = dy, .x = x, .targets = targets, .n = n}, options, false, true);
}

vact_status vact_bce_with_logits_forward_backward_f32(float *loss, float *dx, const float *dy, const float *x,
                                                      const float *targets, size_t n,
                                                      const vact_bce_with_logits_options *options)
{
    vact_bce_call call = {.loss = loss, .dx = dx, .dy = dy, .x = x, .targets = targets, .n = n};
    return run_bce(call, options, true, true);
}
