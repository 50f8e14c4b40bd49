/* The types of the kernels and of what the tables hold. Internal: not installed. */
#ifndef VACT_KERNELS_ABI_H
#define VACT_KERNELS_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"

/* Elements of 16 bits to floats and back. The arrays are apart. No checks. */
typedef void vacti_widen_fn(float *dst, const void *src, size_t n);
typedef void vacti_narrow_fn(void *dst, const float *src, size_t n);

/* dst and src are dense tensors [outer, channels, inner]; slope holds `channels` values. No checks. */
typedef void vact_channels_f32_fn(float *dst, const float *src, const float *slope, size_t outer, size_t channels,
                                  size_t inner);

/* Row r of cols elements at dst + r*dst_stride and src + r*src_stride. No checks. */
typedef void vact_rows_f32_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                              size_t cols);

/* ------------------------------------------------------------------------------------- losses and health */

/* A cross-entropy whose arguments have been checked (dispatch/losses.c). */
typedef struct vacti_cross_entropy_call {
    float *loss;          /* null: no loss is asked for; one element unless the reduction is NONE */
    void *dx;             /* null: no gradient is asked for; may be logits, with the same stride */
    const float *dy;      /* null: ones; one element unless the reduction is NONE */
    const void *logits;   /* elements, as of dx and the matrices below; row r at r*stride */
    const void *targets;  /* int64_t where wide, else int32_t; each ignored or below cols */
    const float *weights; /* null: ones */
    size_t rows, cols, stride, dx_stride;
    int64_t ignore_index;
    float smoothing;
    vact_reduction reduction;
    bool wide;
    bool nll;                  /* the logits are log-probabilities */
    float z_loss;              /* 0 if nll */
    size_t inner;              /* above 1: row r is column r mod inner of block r/inner, of cols*inner elements; the
                                  strides are those of blocks, of the matrices below too */
    const void *probabilities; /* in place of targets; null: none */
    void *log_probabilities;   /* null: not asked for, as if nll */
    size_t probabilities_stride, log_probabilities_stride;
} vacti_cross_entropy_call;

/* Element i takes weight i mod count; null: ones. */
typedef struct vacti_periodic {
    const float *values;
    size_t count;
} vacti_periodic;

/* A binary cross-entropy whose arguments have been checked. */
typedef struct vacti_bce_call {
    float *loss;
    void *dx;
    const float *dy;
    const void *x, *targets; /* elements; dy, loss and dx as above; all of n elements */
    vacti_periodic positive, weight;
    size_t n;
    vact_reduction reduction;
} vacti_bce_call;

typedef void vacti_cross_entropy_fn(const vacti_cross_entropy_call *call);
typedef void vacti_bce_fn(const vacti_bce_call *call);

/* The number of elements that are 0, and of those that are <= low or >= high. */
typedef size_t vact_zeros_f32_fn(const float *x, size_t n);
typedef size_t vact_outside_f32_fn(const float *x, size_t n, float low, float high);

/* The number of columns of [batch, units] that hold only zeros. If mask is not null, it says which columns these are.
 */
typedef size_t vact_dead_units_f32_fn(unsigned char *mask, const float *x, size_t batch, size_t units);

/* A gated unit over matrices. params null: the defaults. No checks. */
typedef void vact_gate_rows_f32_fn(float *dst, size_t dst_stride, const float *gate, size_t gate_stride,
                                   const float *up, size_t up_stride, size_t rows, size_t cols,
                                   const vact_params_f32 *params);

/* Rows of pairs (gate, up), interleaved in src; n such pairs and their gradients in dsrc. */
typedef void vact_interleaved_f32_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                     size_t cols, const vact_params_f32 *params);
typedef void vact_interleaved_backward_f32_fn(float *dsrc, const float *dy, const float *src, size_t n,
                                              const vact_params_f32 *params);

/* The softmax family and prelu's gradient: like the functions of vact.h, without checks. */
typedef void vact_masked_f32_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                size_t cols, const vact_softmax_options_f32 *options);
typedef void vact_logsumexp_f32_fn(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols,
                                   const vact_softmax_options_f32 *options);
typedef void vact_axis_f32_fn(float *dst, const float *src, size_t outer, size_t axis, size_t inner);
typedef void vact_online_f32_fn(vact_softmax_online_f32 *state, float *rescale, float *dst, size_t dst_stride,
                                const float *src, size_t src_stride, size_t rows, size_t cols,
                                const vact_softmax_options_f32 *options);
typedef void vact_rows_backward_f32_fn(float *dx, size_t dx_stride, const float *dy, size_t dy_stride, const float *y,
                                       size_t y_stride, size_t rows, size_t cols, float scale,
                                       const vact_softmax_options_f32 *options);
typedef void vact_logsumexp_backward_f32_fn(float *dx, size_t dx_stride, const float *dy, const float *x,
                                            size_t x_stride, const float *y, size_t rows, size_t cols, float scale,
                                            const vact_softmax_options_f32 *options);
typedef void vact_axis_backward_f32_fn(float *dx, const float *dy, const float *y, size_t outer, size_t axis,
                                       size_t inner);
typedef void vact_logsumexp_axis_backward_f32_fn(float *dx, const float *dy, const float *x, const float *y,
                                                 size_t outer, size_t axis, size_t inner);
/* Whether the logits are the elements, and all take part: as with null options. */
static inline bool vacti_softmax_is_plain(const vact_softmax_options_f32 *options)
{
    return options == NULL || (options->scale == 1.0f && options->bias == NULL && options->keep == NULL &&
                               options->causal_queries == 0 && options->lengths == NULL && options->sinks == NULL &&
                               !(options->softcap > 0.0f && options->softcap < __builtin_inff()));
}

/* The gradient of a masked function of the softmax family with what sinks and a soft cap need. */
typedef enum vacti_softmax_kind { VACTI_SOFTMAX, VACTI_LOG_SOFTMAX, VACTI_LOGSUMEXP } vacti_softmax_kind;

typedef struct vacti_masked_gradient {
    vacti_softmax_kind of;
    void *dx;
    float *dsink;           /* null: not asked for */
    const void *dy, *x, *y; /* elements, as dx; of logsumexp dy and y are floats, one per row */
    size_t dx_stride, dy_stride, x_stride, y_stride, rows, cols;
    const vact_softmax_options_f32 *options;
} vacti_masked_gradient;

typedef void vact_masked_backward_f32_fn(const vacti_masked_gradient *call);
typedef void vact_softmax_exp_f32_fn(double *sum, float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                     const float *max, size_t rows, size_t cols, float scale);
typedef void vact_prelu_backward_f32_fn(float *dx, float *dslope, const float *dy, const float *x, const float *slope,
                                        size_t outer, size_t channels, size_t inner);

/* dalpha[0] of alpha_p, dalpha[1] of alpha_n. */
typedef void vact_xielu_alpha_f32_fn(float *dalpha, const float *dy, const float *x, size_t n);

/* A plain row of floats whose results go to the caller piece by piece, from column `at` on. False, and nothing is put,
 * if the largest logit is too far from 0. */
typedef void vacti_put_fn(void *context, const float *results, size_t at, size_t n);
typedef bool vacti_row_pieces_fn(const float *src, size_t cols, vacti_put_fn *put, void *context);

typedef struct vacti_softmax_family {
    vact_masked_f32_fn *softmax, *log_softmax;
    vact_logsumexp_f32_fn *logsumexp;
    vact_axis_f32_fn *softmax_axis, *log_softmax_axis, *logsumexp_axis;
    vact_online_f32_fn *online;
    vact_rows_backward_f32_fn *softmax_backward, *log_softmax_backward;
    vact_logsumexp_backward_f32_fn *logsumexp_backward;
    vact_axis_backward_f32_fn *softmax_backward_axis, *log_softmax_backward_axis;
    vact_logsumexp_axis_backward_f32_fn *logsumexp_backward_axis;
    vact_masked_backward_f32_fn *masked_backward;
    vact_softmax_exp_f32_fn *softmax_exp;
    vact_prelu_backward_f32_fn *prelu_backward;
    vact_xielu_alpha_f32_fn *xielu_alpha_backward;
    vacti_row_pieces_fn *softmax_pieces, *log_softmax_pieces;
} vacti_softmax_family;

/* The same of elements of 16 bits: dst, src, dx, x and but of logsumexp dy and y. */
typedef void vacti_rows_fn(void *dst, size_t dst_stride, const void *src, size_t src_stride, size_t rows, size_t cols,
                           const vact_softmax_options_f32 *options);
typedef void vacti_logsumexp_fn(float *dst, const void *src, size_t src_stride, size_t rows, size_t cols,
                                const vact_softmax_options_f32 *options);
typedef void vacti_axis_fn(void *dst, const void *src, size_t outer, size_t axis, size_t inner);
typedef void vacti_rows_backward_fn(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                    size_t y_stride, size_t rows, size_t cols, float scale,
                                    const vact_softmax_options_f32 *options);
typedef void vacti_logsumexp_backward_fn(void *dx, size_t dx_stride, const float *dy, const void *x, size_t x_stride,
                                         const float *y, size_t rows, size_t cols, float scale,
                                         const vact_softmax_options_f32 *options);
typedef void vacti_axis_backward_fn(void *dx, const void *dy, const void *y, size_t outer, size_t axis, size_t inner);
typedef void vacti_logsumexp_axis_backward_fn(void *dx, const float *dy, const void *x, const float *y, size_t outer,
                                              size_t axis, size_t inner);

typedef struct vacti_narrow_family {
    vacti_rows_fn *softmax, *log_softmax;
    vacti_logsumexp_fn *logsumexp;
    vacti_axis_fn *softmax_axis, *log_softmax_axis, *logsumexp_axis;
    vacti_rows_backward_fn *softmax_backward, *log_softmax_backward;
    vacti_logsumexp_backward_fn *logsumexp_backward;
    vacti_axis_backward_fn *softmax_backward_axis, *log_softmax_backward_axis;
    vacti_logsumexp_axis_backward_fn *logsumexp_backward_axis;
    vact_masked_backward_f32_fn *masked_backward;
    vacti_cross_entropy_fn *cross_entropy;
    vacti_bce_fn *bce_with_logits;
} vacti_narrow_family;

/* For each state, 1/sum and the logarithm of the sum, with the sinks of the options, which may be null; either array
 * may be null. The same code serves every build. */
void vacti_softmax_online_finish(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows,
                                 const vact_softmax_options_f32 *options);

/* Of doubles: row r of cols elements that are `step` apart, at dst + r*dst_row and src + r*src_row. */
typedef void vacti_rows_f64_fn(double *dst, size_t dst_row, const double *src, size_t src_row, size_t step, size_t rows,
                               size_t cols);
typedef void vacti_logsumexp_f64_fn(double *dst, const double *src, size_t src_row, size_t step, size_t rows,
                                    size_t cols);
typedef void vacti_rows_backward_f64_fn(double *dx, size_t dx_row, const double *dy, size_t dy_row, const double *y,
                                        size_t y_row, size_t step, size_t rows, size_t cols, double scale);
typedef void vacti_logsumexp_backward_f64_fn(double *dx, size_t dx_row, const double *dy, const double *x, size_t x_row,
                                             const double *y, size_t step, size_t rows, size_t cols, double scale);

/* A cross-entropy in double lanes: as vacti_cross_entropy_call, all arrays but the targets of elements. */
typedef struct vacti_cross_entropy_f64_call {
    void *loss, *dx, *log_probabilities;
    const void *dy, *logits, *weights, *probabilities;
    const void *targets;
    size_t rows, cols, inner, stride, dx_stride, probabilities_stride, log_probabilities_stride;
    int64_t ignore_index;
    double smoothing, z_loss;
    vact_reduction reduction;
    bool wide, nll;
} vacti_cross_entropy_f64_call;
typedef void vacti_cross_entropy_f64_fn(const vacti_cross_entropy_f64_call *call);

/* A binary cross-entropy in double lanes: as vacti_bce_call, all arrays of elements. */
typedef struct vacti_bce_f64_call {
    void *loss, *dx;
    const void *dy, *x, *targets, *pos_weight, *weight; /* dy, pos_weight and weight may be null: ones */
    size_t n, pos_weight_count, weight_count;
    vact_reduction reduction;
} vacti_bce_f64_call;
typedef void vacti_bce_f64_fn(const vacti_bce_f64_call *call);

typedef struct vacti_family_f64 {
    vacti_rows_f64_fn *softmax, *log_softmax;
    vacti_logsumexp_f64_fn *logsumexp;
    vacti_rows_backward_f64_fn *softmax_backward, *log_softmax_backward;
    vacti_logsumexp_backward_f64_fn *logsumexp_backward;
    vacti_cross_entropy_f64_fn *cross_entropy;
    vacti_bce_f64_fn *bce_with_logits;
} vacti_family_f64;

#endif
