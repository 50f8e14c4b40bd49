/* The oracle over arrays, and the inputs on which libraries are compared with it. */
#include "peers.h"

#include <math.h>
#include <string.h>

#include "reference/reference.h"
#include "registry.h"

const char *peers_operation(size_t index) { return index < vacti_registry_count ? vacti_registry[index].name : NULL; }

bool peers_works_on_rows(const char *operation)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    return info != NULL && info->kind == VACT_KIND_ROWS;
}

bool peers_takes_output(const char *operation)
{
    static const char *const names[] = {"relu", "sigmoid", "tanh", "softmax", "log_softmax"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(operation, names[i]) == 0)
            return true;
    return false;
}

/* The default parameters. */
static vact_params_f32 parameters_of(const vacti_op_info *info)
{
    vact_params_f32 params = vacti_registry_defaults(info);
    if (info->op == VACT_OP_PRELU)
        params.v[0] = 0.25f; /* PyTorch's initial slope */
    return params;
}

/* The two terms of a gradient from a row's outputs y: dx = term - other. */
typedef struct row_terms {
    double term, other;
} row_terms;

static row_terms terms_at(vact_op op, double sum, double dy, double y)
{
    if (op == VACT_OP_SOFTMAX)
        return (row_terms){y * dy, y * sum};
    return (row_terms){dy, exp(y) * sum};
}

/* Over which a row's gradient sums; `sizes`: the sizes of the terms. */
static double row_sum(vact_op op, const float *dy, const float *y, size_t cols, bool sizes)
{
    long double sum = 0.0L;
    for (size_t j = 0; j < cols; j++) {
        double term = op == VACT_OP_SOFTMAX ? (double)dy[j] * (double)y[j] : (double)dy[j];
        sum += sizes && op == VACT_OP_SOFTMAX ? fabs(term) : term;
    }
    return (double)sum;
}

static void exact_row_backward(vact_op op, double *exact, const float *dy, const float *y, size_t cols)
{
    double sum = row_sum(op, dy, y, cols, false);
    for (size_t j = 0; j < cols; j++) {
        row_terms at = terms_at(op, sum, (double)dy[j], (double)y[j]);
        exact[j] = at.term - at.other;
    }
}

bool peers_exact(const char *operation, double *exact, const float *dy, const float *src, size_t rows, size_t cols)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    if (info == NULL)
        return false;
    vacti_reference_row_fn *row = vacti_reference_row_f32(info->op);
    for (size_t i = 0; row != NULL && i < rows; i++)
        if (dy != NULL)
            exact_row_backward(info->op, exact + i * cols, dy + i * cols, src + i * cols, cols);
        else
            row(exact + i * cols, src + i * cols, cols);
    if (row != NULL)
        return true;
    vacti_reference_fn *function = vacti_reference_f32(info->op);
    const vact_params_f32 params = parameters_of(info);
    const bool from_output = peers_takes_output(operation);
    for (size_t i = 0; function != NULL && i < rows * cols; i++)
        exact[i] = dy == NULL    ? function((double)src[i], &params)
                   : from_output ? vacti_reference_derivative_from_output(info->op, (double)src[i], &params)
                                 : vacti_reference_derivative(info->op, (double)src[i], &params);
    return function != NULL;
}

static void add(peers_worst *worst, double ulp, float input)
{
    if (isinf(ulp)) {
        if (worst->wrong++ == 0)
            worst->wrong_input = input;
    } else if (ulp > worst->ulp) {
        worst->ulp = ulp;
        worst->input = input;
    }
    worst->count++;
}

static void add_row_backward(peers_worst *worst, vact_op op, const float *computed, const double *exact,
                             const float *dy, const float *y, size_t cols)
{
    double sum = row_sum(op, dy, y, cols, true);
    for (size_t j = 0; j < cols; j++) {
        row_terms at = terms_at(op, sum, (double)dy[j], (double)y[j]);
        double size = fmax(0x1p-126, fabs(at.term) + fabs(at.other));
        double error = fabs((double)computed[j] - exact[j]) / (0x1p-24 * size);
        add(worst, isnan(error) ? INFINITY : error, y[j]);
    }
}

void peers_errors(peers_worst *worst, const char *operation, const float *computed, const double *exact,
                  const float *dy, const float *src, size_t n, size_t cols)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    const vact_params_f32 params = parameters_of(info);
    if (dy != NULL && info->kind == VACT_KIND_ROWS) {
        for (size_t i = 0; i < n; i += cols)
            add_row_backward(worst, info->op, computed + i, exact + i, dy + i, src + i, cols);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double ulp = dy == NULL ? vacti_ulp_error(computed[i], exact[i])
                                : vacti_gradient_error(info->op, &params, (double)src[i], peers_takes_output(operation),
                                                       exact[i], 1.0, computed[i]);
        add(worst, ulp, src[i]);
    }
}

void peers_patterns(float *dst, size_t n, uint32_t first, uint32_t stride)
{
    uint32_t bits = first;
    for (size_t i = 0; i < n; i++, bits += stride)
        memcpy(dst + i, &bits, sizeof bits);
}

size_t peers_specials(float *dst, size_t n)
{
    static const uint32_t specials[] = {
        0x00000000, 0x80000000,             /* zeros */
        0x7f800000, 0xff800000,             /* infinities */
        0x7fc00000, 0xffc00000, 0x7f800001, /* NaN, quiet and signalling */
        0x7f7fffff, 0xff7fffff,             /* the largest */
        0x00800000, 0x80800000,             /* the smallest normal */
        0x007fffff, 0x807fffff,             /* the largest subnormal */
        0x00000001, 0x80000001,             /* the smallest subnormal */
        0x3f800000, 0xbf800000, 0xc0400000  /* 1, -1, -3 */
    };
    size_t count = sizeof specials / sizeof specials[0];
    for (size_t i = 0; i < n; i++)
        memcpy(dst + i, &specials[i % count], sizeof specials[0]);
    return count < n ? count : n;
}

void peers_scale(float *dst, const float *src, size_t n, float factor)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = factor * src[i];
}
