/* The losses of double: the checks, in the order of vact.h, then one call of a kernel. */
#include <math.h>

#include "checks.h"
#include "f64.h"
#include "options.h"

/* ------------------------------------------------------------------------------------------ cross-entropy */

typedef struct {
    double *loss, *dx;
    const double *dy, *logits;
    const void *targets;
    bool wide, with_loss, with_gradient;
    size_t rows, cols;
    vact_cross_entropy_options_f64 options;
    size_t stride, dx_stride, probabilities_stride, log_probabilities_stride;
} entropy_call;

typedef struct {
    check_range loss, dx, dy, logits, targets, weights, probabilities, log_probabilities;
} entropy_ranges;

static bool accepts(const vact_cross_entropy_options_f64 *o)
{
    return (unsigned)o->reduction <= VACT_REDUCTION_SUM && o->label_smoothing >= 0.0 && o->label_smoothing <= 1.0 &&
           o->z_loss >= 0.0 && isfinite(o->z_loss) && !(o->nll && (o->z_loss != 0.0 || o->log_probabilities));
}

static size_t stride_or(size_t given, size_t otherwise) { return given ? given : otherwise; }

static bool set_strides(entropy_call *call)
{
    vact_cross_entropy_options_f64 *o = &call->options;
    size_t dense;
    o->inner = stride_or(o->inner, 1);
    if (call->rows % o->inner != 0 || __builtin_mul_overflow(call->cols, o->inner, &dense))
        return false;
    call->stride = stride_or(o->stride, dense);
    call->dx_stride = stride_or(o->dx_stride, dense);
    call->probabilities_stride = stride_or(o->probabilities_stride, dense);
    call->log_probabilities_stride = stride_or(o->log_probabilities_stride, dense);
    if (o->probabilities)
        call->targets = NULL;
    return true;
}

static bool measure(const entropy_call *call, entropy_ranges *of)
{
    const vact_cross_entropy_options_f64 *o = &call->options;
    const size_t losses = o->reduction == VACT_REDUCTION_NONE ? call->rows : 1, element = sizeof(double);
    const size_t blocks = call->rows / o->inner, block = call->cols * o->inner;
    return check_matrix(&of->logits, call->logits, blocks, block, call->stride, element) &&
           check_matrix(&of->dx, call->dx, blocks, block, call->dx_stride, element) &&
           check_matrix(&of->probabilities, o->probabilities, blocks, block, call->probabilities_stride, element) &&
           check_matrix(&of->log_probabilities, o->log_probabilities, blocks, block, call->log_probabilities_stride,
                        element) &&
           check_array(&of->targets, call->targets, call->rows, call->wide ? sizeof(int64_t) : sizeof(int32_t)) &&
           check_array(&of->weights, o->class_weights, o->class_weights ? call->cols : 0, element) &&
           check_array(&of->loss, call->loss, losses, element) && check_array(&of->dy, call->dy, losses, element);
}

/* Whether what is written overlaps nothing else, except that dx may be the logits. */
static bool lies_apart(const entropy_ranges *of)
{
    const check_range read[] = {of->logits, of->targets, of->weights, of->dy, of->probabilities};
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
        if (check_share(of->loss, read[i]) || (i != 0 && check_share(of->dx, read[i])) ||
            check_share(of->log_probabilities, read[i]))
            return false;
    return check_in_place_or_apart(of->dx, of->logits) && !check_share(of->loss, of->dx) &&
           !check_share(of->log_probabilities, of->loss) && !check_share(of->log_probabilities, of->dx);
}

static int64_t target_of(const entropy_call *call, size_t r)
{
    return call->wide ? ((const int64_t *)call->targets)[r] : ((const int32_t *)call->targets)[r];
}

static bool is_ignored(const entropy_call *call, size_t r)
{
    return call->targets != NULL && target_of(call, r) == call->options.ignore_index;
}

static bool values_hold(const entropy_call *call)
{
    const double *weights = call->options.class_weights;
    for (size_t j = 0; weights && j < call->cols; j++)
        if (!isfinite(weights[j]))
            return false;
    for (size_t r = 0; call->targets && r < call->rows; r++)
        if (!is_ignored(call, r) && (target_of(call, r) < 0 || (uint64_t)target_of(call, r) >= call->cols))
            return false;
    return true;
}

static void run(const entropy_call *call)
{
    const vact_cross_entropy_options_f64 *o = &call->options;
    const vacti_cross_entropy_f64_call own = {.loss = call->loss,
                                              .dx = call->dx,
                                              .log_probabilities = o->log_probabilities,
                                              .dy = call->dy,
                                              .logits = call->logits,
                                              .weights = o->class_weights,
                                              .probabilities = o->probabilities,
                                              .targets = call->targets,
                                              .rows = call->rows,
                                              .cols = call->cols,
                                              .inner = o->inner,
                                              .stride = call->stride,
                                              .dx_stride = call->dx_stride,
                                              .probabilities_stride = call->probabilities_stride,
                                              .log_probabilities_stride = call->log_probabilities_stride,
                                              .ignore_index = o->ignore_index,
                                              .smoothing = o->label_smoothing,
                                              .z_loss = o->z_loss,
                                              .reduction = o->reduction,
                                              .wide = call->wide,
                                              .nll = o->nll != 0};
    vacti_table_current()->family_f64.cross_entropy(&own);
}

static vact_status entropy(entropy_call call, const vact_cross_entropy_options_f64 *given)
{
    entropy_ranges ranges;
    const vact_status read = vacti_options_read(&vacti_cross_entropy_f64_options_kind, &call.options, given);
    if (read != VACT_OK)
        return read;
    if (!accepts(&call.options))
        return VACT_EINVAL;
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    if (!set_strides(&call) || !measure(&call, &ranges))
        return VACT_EINVAL;
    if (call.rows == 0 && !(call.with_loss && call.options.reduction != VACT_REDUCTION_NONE))
        return VACT_OK;
    const bool anything = call.rows > 0 && call.cols > 0;
    if ((call.with_loss && !call.loss) || (call.with_gradient && !call.dx && anything) || (!call.logits && anything) ||
        (!call.targets && !call.options.probabilities && call.rows > 0) || !values_hold(&call))
        return VACT_EINVAL;
    if (!lies_apart(&ranges))
        return VACT_EOVERLAP;
    run(&call);
    return VACT_OK;
}

/* The named functions: of each, targets of two sizes. */
#define NAMED(size, type)                                                                                              \
    vact_status vact_cross_entropy_##size##_f64(double *loss, const double *logits, const type *targets, size_t rows,  \
                                                size_t cols, const vact_cross_entropy_options_f64 *options)            \
    {                                                                                                                  \
        return entropy((entropy_call){.loss = loss,                                                                    \
                                      .logits = logits,                                                                \
                                      .targets = targets,                                                              \
                                      .wide = sizeof(type) == 8,                                                       \
                                      .with_loss = true,                                                               \
                                      .rows = rows,                                                                    \
                                      .cols = cols},                                                                   \
                       options);                                                                                       \
    }                                                                                                                  \
    vact_status vact_cross_entropy_backward_##size##_f64(double *dx, const double *dy, const double *logits,           \
                                                         const type *targets, size_t rows, size_t cols,                \
                                                         const vact_cross_entropy_options_f64 *options)                \
    {                                                                                                                  \
        return entropy((entropy_call){.dx = dx,                                                                        \
                                      .dy = dy,                                                                        \
                                      .logits = logits,                                                                \
                                      .targets = targets,                                                              \
                                      .wide = sizeof(type) == 8,                                                       \
                                      .with_gradient = true,                                                           \
                                      .rows = rows,                                                                    \
                                      .cols = cols},                                                                   \
                       options);                                                                                       \
    }                                                                                                                  \
    vact_status vact_cross_entropy_forward_backward_##size##_f64(                                                      \
        double *loss, double *dx, const double *dy, const double *logits, const type *targets, size_t rows,            \
        size_t cols, const vact_cross_entropy_options_f64 *options)                                                    \
    {                                                                                                                  \
        return entropy((entropy_call){.loss = loss,                                                                    \
                                      .dx = dx,                                                                        \
                                      .dy = dy,                                                                        \
                                      .logits = logits,                                                                \
                                      .targets = targets,                                                              \
                                      .wide = sizeof(type) == 8,                                                       \
                                      .with_loss = true,                                                               \
                                      .with_gradient = true,                                                           \
                                      .rows = rows,                                                                    \
                                      .cols = cols},                                                                   \
                       options);                                                                                       \
    }
NAMED(i32, int32_t)
NAMED(i64, int64_t)

/* ----------------------------------------------------------------------------------- binary cross-entropy */

static bool accepts_period(const double *values, size_t count, size_t n)
{
    return values == NULL || (count > 0 && n % count == 0);
}

typedef struct {
    check_range loss, dx, dy, x, targets, positive, weight;
} bce_ranges;

static bool measure_bce(const vacti_bce_f64_call *call, size_t losses, bce_ranges *of)
{
    const size_t element = sizeof(double);
    return check_array(&of->x, call->x, call->n, element) &&
           check_array(&of->targets, call->targets, call->n, element) &&
           check_array(&of->dx, call->dx, call->n, element) && check_array(&of->loss, call->loss, losses, element) &&
           check_array(&of->dy, call->dy, losses, element) &&
           check_array(&of->positive, call->pos_weight, call->pos_weight ? call->pos_weight_count : 0, element) &&
           check_array(&of->weight, call->weight, call->weight ? call->weight_count : 0, element);
}

static bool bce_lies_apart(const bce_ranges *of, size_t n)
{
    const check_range written[] = {of->loss, of->dx};
    const bool dy_is_whole = of->dy.bytes == n * sizeof(double);
    for (size_t i = 0; i < 2; i++) {
        if (check_share(written[i], of->positive) || check_share(written[i], of->weight) ||
            !check_in_place_or_apart(written[i], of->x) || !check_in_place_or_apart(written[i], of->targets))
            return false;
        if (dy_is_whole ? !check_in_place_or_apart(written[i], of->dy) : check_share(written[i], of->dy))
            return false;
    }
    return !check_share(of->loss, of->dx);
}

static vact_status bce(vacti_bce_f64_call call, const vact_bce_with_logits_options_f64 *given, bool loss, bool gradient)
{
    vact_bce_with_logits_options_f64 o;
    bce_ranges ranges;
    const vact_status read = vacti_options_read(&vacti_bce_with_logits_f64_options_kind, &o, given);
    if (read != VACT_OK)
        return read;
    if (o.reserved != 0)
        return VACT_EUNSUPPORTED;
    if ((unsigned)o.reduction > VACT_REDUCTION_SUM || !accepts_period(o.pos_weight, o.pos_weight_count, call.n) ||
        !accepts_period(o.weight, o.weight_count, call.n))
        return VACT_EINVAL;
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    const bool reduced = o.reduction != VACT_REDUCTION_NONE;
    call.pos_weight = o.pos_weight, call.pos_weight_count = o.pos_weight_count;
    call.weight = o.weight, call.weight_count = o.weight_count;
    call.reduction = o.reduction;
    if (!measure_bce(&call, reduced ? 1 : call.n, &ranges))
        return VACT_EINVAL;
    if (call.n == 0 && !(loss && reduced))
        return VACT_OK;
    if ((loss && !call.loss) || (call.n > 0 && ((gradient && !call.dx) || !call.x || !call.targets)))
        return VACT_EINVAL;
    if (!bce_lies_apart(&ranges, call.n))
        return VACT_EOVERLAP;
    vacti_table_current()->family_f64.bce_with_logits(&call);
    return VACT_OK;
}

vact_status vact_bce_with_logits_f64(double *loss, const double *x, const double *targets, size_t n,
                                     const vact_bce_with_logits_options_f64 *options)
{
    return bce((vacti_bce_f64_call){.loss = loss, .x = x, .targets = targets, .n = n}, options, true, false);
}

vact_status vact_bce_with_logits_backward_f64(double *dx, const double *dy, const double *x, const double *targets,
                                              size_t n, const vact_bce_with_logits_options_f64 *options)
{
    return bce((vacti_bce_f64_call){.dx = dx, .dy = dy, .x = x, .targets = targets, .n = n}, options, false, true);
}

vact_status vact_bce_with_logits_forward_backward_f64(double *loss, double *dx, const double *dy, const double *x,
                                                      const double *targets, size_t n,
                                                      const vact_bce_with_logits_options_f64 *options)
{
    const vacti_bce_f64_call call = {.loss = loss, .dx = dx, .dy = dy, .x = x, .targets = targets, .n = n};
    return bce(call, options, true, true);
}
