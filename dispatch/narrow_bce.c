/* Binary cross-entropy of bfloat16 and half logits: the checks, then block by block. The exponentials are from the
 * kernel of float, everything else is in double. */
#include <math.h>
#include <string.h>

#include "narrow.h"
#include "options.h"
#include "rows/once.h"

/* Floats of a block. */
enum { BLOCK = 192 };

typedef struct bce_call {
    const vacti_table *table;
    float *loss;
    void *dx;
    const float *dy;
    const void *x, *targets;
    vact_type type;
    size_t n;
    vact_bce_with_logits_options_f32 options;
} bce_call;

/* Element i of a periodic array. */
static double periodic(const float *values, size_t count, size_t i) { return values ? (double)values[i % count] : 1.0; }

/* A term whose factor is 0 is 0, at an infinite x too. */
static double term(double factor, double value) { return factor == 0.0 && isinf(value) ? 0.0 : factor * value; }

/* log(1 + e) for e within [0, 1], to 2^-32 of itself: twice the series of t = e/(2 + e), t^2 <= 1/9. Without FMA, which
 * is a call here. */
static double log_of_one_and(double e)
{
    const double t = e / (2.0 + e), z = t * t;
    double series = 1.0 / 17.0;
    series = series * z + 1.0 / 15.0;
    series = series * z + 1.0 / 13.0;
    series = series * z + 1.0 / 11.0;
    series = series * z + 1.0 / 9.0;
    series = series * z + 1.0 / 7.0;
    series = series * z + 1.0 / 5.0;
    series = series * z + 1.0 / 3.0;
    return 2.0 * t * (series * z + 1.0);
}

/* Elements i to i + n: their losses in place of x, and their gradients in place of the targets. From e = e^-|x|, which
 * is float's, all is double: log(1 + e^x) = max(x, 0) + log(1 + e), and a sigmoid is 1/(1 + e) or e/(1 + e). */
static void bce_values(const bce_call *call, float *x, float *targets, double divisor, size_t i, size_t n)
{
    const vact_bce_with_logits_options_f32 *const o = &call->options;
    const bool reduced = o->reduction != VACT_REDUCTION_NONE;
    const float zero = 0.0f;
    float e[BLOCK];
    double of_all;
    for (size_t k = 0; k < n; k++)
        e[k] = -fabsf(x[k]);
    call->table->family.softmax_exp(&of_all, e, n, e, n, &zero, 1, n, 1.0f);
    for (size_t k = 0; k < n; k++) {
        const double t = (double)targets[k], w = periodic(o->weight, o->weight_count, i + k);
        const double negative = 1.0 - t, positive = t * periodic(o->pos_weight, o->pos_weight_count, i + k);
        const double at = (double)x[k], small = (double)e[k], log = log_of_one_and(small), all = 1.0 + small;
        const double above = isnan(at) || at > 0.0 ? at + log : log, below = isnan(at) || at < 0.0 ? log - at : log;
        const double near = 1.0 / all, far = small / all, dy = call->dy ? (double)call->dy[reduced ? 0 : i + k] : 1.0;
        x[k] = (float)(w * (term(negative, above) + term(positive, below)));
        targets[k] =
            (float)(dy / divisor * w * (negative * (at < 0.0 ? far : near) - positive * (at < 0.0 ? near : far)));
    }
}

static void run_bce(const bce_call *call)
{
    float x[BLOCK], targets[BLOCK];
    const bool reduced = call->options.reduction != VACT_REDUCTION_NONE;
    const double divisor = call->options.reduction == VACT_REDUCTION_MEAN ? (double)call->n : 1.0;
    double sum = 0.0;
    for (size_t i = 0; i < call->n; i += BLOCK) {
        const size_t n = smaller(BLOCK, call->n - i);
        vacti_widened(call->table, x, call->x, call->type, i, n);
        vacti_widened(call->table, targets, call->targets, call->type, i, n);
        bce_values(call, x, targets, divisor, i, n);
        if (call->dx != NULL)
            vacti_narrowed(call->table, call->dx, call->type, targets, i, n);
        for (size_t k = 0; k < n; k++)
            sum += (double)x[k];
        if (call->loss != NULL && !reduced)
            memcpy(call->loss + i, x, n * sizeof *x);
    }
    if (call->loss != NULL && reduced)
        *call->loss = (float)(sum / divisor);
}

static bool accepts_period(const float *values, size_t count, size_t n)
{
    return values == NULL || (count > 0 && n % count == 0);
}

typedef struct {
    check_range loss, dx, dy, x, targets, positive, weight;
} bce_ranges;

static bool measure_bce(const bce_call *call, bce_ranges *of)
{
    const vact_bce_with_logits_options_f32 *const o = &call->options;
    const size_t losses = o->reduction == VACT_REDUCTION_NONE ? call->n : 1, element = vacti_type_size(call->type);
    return check_array(&of->x, call->x, call->n, element) &&
           check_array(&of->targets, call->targets, call->n, element) &&
           check_array(&of->dx, call->dx, call->n, element) &&
           check_array(&of->loss, call->loss, losses, sizeof(float)) &&
           check_array(&of->dy, call->dy, losses, sizeof(float)) &&
           check_array(&of->positive, o->pos_weight, o->pos_weight ? o->pos_weight_count : 0, sizeof(float)) &&
           check_array(&of->weight, o->weight, o->weight ? o->weight_count : 0, sizeof(float));
}

/* The loss of each element may be where its dy is. */
static bool bce_lies_apart(const bce_ranges *of, bool reduced)
{
    const check_range read[] = {of->positive, of->weight};
    bool apart = check_in_place_or_apart(of->dx, of->x) && check_in_place_or_apart(of->dx, of->targets) &&
                 !check_share(of->loss, of->dx) && !check_share(of->loss, of->x) &&
                 !check_share(of->loss, of->targets) && !check_share(of->dx, of->dy) &&
                 (reduced ? !check_share(of->loss, of->dy) : check_in_place_or_apart(of->loss, of->dy));
    for (size_t i = 0; i < 2; i++)
        apart = apart && !check_share(of->loss, read[i]) && !check_share(of->dx, read[i]);
    return apart;
}

/* Not of float. */
static vact_status bce(bce_call call, const vact_bce_with_logits_options_f32 *options, bool wants_loss,
                       bool wants_gradient)
{
    bce_ranges ranges;
    if (vacti_type_size(call.type) == 0)
        return VACT_EINVAL;
    const vact_status read = vacti_options_read(&vacti_bce_with_logits_options_kind, &call.options, options);
    if (read != VACT_OK)
        return read;
    const vact_bce_with_logits_options_f32 *const o = &call.options;
    if ((unsigned)o->reduction > VACT_REDUCTION_SUM || !accepts_period(o->pos_weight, o->pos_weight_count, call.n) ||
        !accepts_period(o->weight, o->weight_count, call.n))
        return VACT_EINVAL;
    if (!vacti_type_is_built(call.type))
        return VACT_EUNSUPPORTED;
    if (!measure_bce(&call, &ranges))
        return VACT_EINVAL;
    const bool reduced = o->reduction != VACT_REDUCTION_NONE;
    if (call.n == 0 && !(wants_loss && reduced))
        return VACT_OK;
    if ((wants_loss && !call.loss) || (call.n > 0 && ((wants_gradient && !call.dx) || !call.x || !call.targets)))
        return VACT_EINVAL;
    if (!bce_lies_apart(&ranges, reduced))
        return VACT_EOVERLAP;
    call.table = vacti_table_current();
    run_bce(&call);
    return VACT_OK;
}

vact_status vact_bce_with_logits(float *loss, const void *x, const void *targets, vact_type type, size_t n,
                                 const vact_bce_with_logits_options_f32 *options)
{
    if (type == VACT_F32)
        return vact_bce_with_logits_f32(loss, (const float *)x, (const float *)targets, n, options);
    return bce((bce_call){.loss = loss, .x = x, .targets = targets, .type = type, .n = n}, options, true, false);
}

vact_status vact_bce_with_logits_backward(void *dx, const float *dy, const void *x, const void *targets, vact_type type,
                                          size_t n, const vact_bce_with_logits_options_f32 *options)
{
    if (type == VACT_F32)
        return vact_bce_with_logits_backward_f32((float *)dx, dy, (const float *)x, (const float *)targets, n, options);
    return bce((bce_call){.dx = dx, .dy = dy, .x = x, .targets = targets, .type = type, .n = n}, options, false, true);
}

vact_status vact_bce_with_logits_forward_backward(float *loss, void *dx, const float *dy, const void *x,
                                                  const void *targets, vact_type type, size_t n,
                                                  const vact_bce_with_logits_options_f32 *options)
{
    if (type == VACT_F32)
        return vact_bce_with_logits_forward_backward_f32(loss, (float *)dx, dy, (const float *)x,
                                                         (const float *)targets, n, options);
    return bce((bce_call){.loss = loss, .dx = dx, .dy = dy, .x = x, .targets = targets, .type = type, .n = n}, options,
               true, true);
}
