/*
 * vact on double. A part of vact.h, which includes it.
 *
 * What vact.h says of every function holds here too: definitions, sources, limits, kinks, NaN, aliasing and errors.
 * Besides:
 *
 *   Variants   fast is vact's own mathematics on double lanes, in hi/lo pairs: the same bits on every CPU. sleef calls
 *              SLEEF's functions of double in the same formulas. auto and cr mean fast.
 *   Accuracy   fast at most 1.5 ULP, sleef 4 ULP (docs/operations/f64.md has what was seen), over random bit patterns,
 *              special values and the neighbourhoods of zeros and thresholds: 2^64 inputs cannot be tried. Gradients
 *              likewise for |dy| in [2^-900, 2^900]; near a zero of f' at most 2^-52*|dy|.
 *   Parameters are doubles. Defaults are the doubles nearest to the decimal numbers that vact.h names; those of selu
 *              and hard_swish are the nearest to the exact constants, for which they stand.
 *   Builds     may lack the type (VACT_WITH_F64). Its functions then return VACT_EUNSUPPORTED, after the check of their
 *              parameters, and its kernels are null.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VACT_F64_H
#define VACT_F64_H

#ifndef VACT_VACT_H
#error "Include vact/vact.h, which includes vact/f64.h."
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* As vact_params_f32. */
typedef struct vact_params_f64 { /* never grows */
    double v[4];
} vact_params_f64;

/* --------------------------------------------------------------------------------------------- by code */

/* On the terms of vact_forward_f32, vact_backward_f32 and vact_backward_from_output_f32. */
VACT_API vact_status vact_forward_f64(vact_op op, const vact_params_f64 *params, double *dst, const double *src,
                                      size_t n);
VACT_API vact_status vact_backward_f64(vact_op op, const vact_params_f64 *params, double *dx, const double *dy,
                                       const double *x, size_t n);
VACT_API vact_status vact_backward_from_output_f64(vact_op op, const vact_params_f64 *params, double *dx,
                                                   const double *dy, const double *y, size_t n);

/* Kernels, on the terms of vact_kernel_f32. */
typedef void vact_unary_f64_fn(double *dst, const double *src, size_t n, const vact_params_f64 *params);
typedef void vact_backward_f64_fn(double *dx, const double *dy, const double *x, size_t n,
                                  const vact_params_f64 *params);
VACT_API vact_unary_f64_fn *vact_kernel_f64(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_backward_f64_fn *vact_backward_kernel_f64(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_backward_f64_fn *vact_backward_from_output_kernel_f64(vact_op op, vact_isa isa, vact_math math);

/* ---------------------------------------------------------------------------------- element by element */

VACT_API vact_status vact_relu_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_relu6_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_relu_squared_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_leaky_relu_f64(double *dst, const double *src, size_t n, double alpha);
VACT_API vact_status vact_elu_f64(double *dst, const double *src, size_t n, double alpha);
VACT_API vact_status vact_celu_f64(double *dst, const double *src, size_t n, double alpha);
VACT_API vact_status vact_selu_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_gelu_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_gelu_tanh_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_gelu_quick_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_silu_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_swish_f64(double *dst, const double *src, size_t n, double beta);
VACT_API vact_status vact_mish_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_sigmoid_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_log_sigmoid_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_hard_sigmoid_f64(double *dst, const double *src, size_t n, double alpha, double beta);
VACT_API vact_status vact_hard_sigmoid6_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_hard_swish_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_tanh_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_tanh_shrink_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_hardtanh_f64(double *dst, const double *src, size_t n, double lo, double hi);
VACT_API vact_status vact_soft_shrink_f64(double *dst, const double *src, size_t n, double lambda);
VACT_API vact_status vact_hard_shrink_f64(double *dst, const double *src, size_t n, double lambda);
VACT_API vact_status vact_threshold_f64(double *dst, const double *src, size_t n, double theta, double value);
VACT_API vact_status vact_thresholded_relu_f64(double *dst, const double *src, size_t n, double alpha);
VACT_API vact_status vact_softplus_f64(double *dst, const double *src, size_t n, double beta, double threshold);
VACT_API vact_status vact_softsign_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_exp_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_identity_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_softcap_f64(double *dst, const double *src, size_t n, double c);
VACT_API vact_status vact_xielu_f64(double *dst, const double *src, size_t n, double alpha_p, double alpha_n,
                                    double beta);
VACT_API vact_status vact_sqrt_softplus_f64(double *dst, const double *src, size_t n);
VACT_API vact_status vact_erf_f64(double *dst, const double *src, size_t n);

/* ------------------------------------------------------------------------------------------- gradients */

VACT_API vact_status vact_relu_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_relu_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n);
VACT_API vact_status vact_relu6_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_relu_squared_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_leaky_relu_backward_f64(double *dx, const double *dy, const double *x, size_t n,
                                                  double alpha);
VACT_API vact_status vact_leaky_relu_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n,
                                                              double alpha);
VACT_API vact_status vact_elu_backward_f64(double *dx, const double *dy, const double *x, size_t n, double alpha);
VACT_API vact_status vact_elu_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n,
                                                       double alpha);
VACT_API vact_status vact_celu_backward_f64(double *dx, const double *dy, const double *x, size_t n, double alpha);
VACT_API vact_status vact_selu_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_gelu_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_gelu_tanh_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_gelu_quick_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_silu_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_swish_backward_f64(double *dx, const double *dy, const double *x, size_t n, double beta);
VACT_API vact_status vact_mish_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_sigmoid_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_sigmoid_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n);
VACT_API vact_status vact_log_sigmoid_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_hard_sigmoid_backward_f64(double *dx, const double *dy, const double *x, size_t n,
                                                    double alpha, double beta);
VACT_API vact_status vact_hard_sigmoid6_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_hard_swish_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_tanh_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_tanh_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n);
VACT_API vact_status vact_tanh_shrink_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_hardtanh_backward_f64(double *dx, const double *dy, const double *x, size_t n, double lo,
                                                double hi);
VACT_API vact_status vact_soft_shrink_backward_f64(double *dx, const double *dy, const double *x, size_t n,
                                                   double lambda);
VACT_API vact_status vact_hard_shrink_backward_f64(double *dx, const double *dy, const double *x, size_t n,
                                                   double lambda);
VACT_API vact_status vact_threshold_backward_f64(double *dx, const double *dy, const double *x, size_t n, double theta,
                                                 double value);
VACT_API vact_status vact_thresholded_relu_backward_f64(double *dx, const double *dy, const double *x, size_t n,
                                                        double alpha);
VACT_API vact_status vact_softplus_backward_f64(double *dx, const double *dy, const double *x, size_t n, double beta,
                                                double threshold);
VACT_API vact_status vact_softplus_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n,
                                                            double beta, double threshold);
VACT_API vact_status vact_softsign_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_exp_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_exp_backward_from_output_f64(double *dx, const double *dy, const double *y, size_t n);
VACT_API vact_status vact_identity_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_softcap_backward_f64(double *dx, const double *dy, const double *x, size_t n, double c);
VACT_API vact_status vact_xielu_backward_f64(double *dx, const double *dy, const double *x, size_t n, double alpha_p,
                                             double alpha_n, double beta);
VACT_API vact_status vact_sqrt_softplus_backward_f64(double *dx, const double *dy, const double *x, size_t n);
VACT_API vact_status vact_erf_backward_f64(double *dx, const double *dy, const double *x, size_t n);

/* ----------------------------------------------------------------------------------------- gated units
 *
 *   Error      at most 1.5 ULP in the variant fast and 4 ULP in sleef, also where the activation alone would be
 *              subnormal or 0. Of dgate and dup likewise, for |dy| in [2^-400, 2^400].
 */

/* A VACT_KIND_GATE operation by its code, on the terms of vact_gate_rows_f32 and its kin. */
VACT_API vact_status vact_gate_rows_f64(vact_op op, const vact_params_f64 *params, double *dst, size_t dst_stride,
                                        const double *gate, size_t gate_stride, const double *up, size_t up_stride,
                                        size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_rows_f64(vact_op op, const vact_params_f64 *params, double *dgate,
                                                 size_t dgate_stride, double *dup, size_t dup_stride, const double *dy,
                                                 size_t dy_stride, const double *gate, size_t gate_stride,
                                                 const double *up, size_t up_stride, size_t rows, size_t cols);
VACT_API vact_status vact_gate_packed_f64(vact_op op, const vact_params_f64 *params, vact_gate_layout layout,
                                          double *dst, size_t dst_stride, const double *src, size_t src_stride,
                                          size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_packed_f64(vact_op op, const vact_params_f64 *params, vact_gate_layout layout,
                                                   double *dsrc, size_t dsrc_stride, const double *dy, size_t dy_stride,
                                                   const double *src, size_t src_stride, size_t rows, size_t cols);

/* Kernels, on the terms of vact_gate_kernel_f32. */
typedef void vact_gate_f64_fn(double *dst, const double *gate, const double *up, size_t n,
                              const vact_params_f64 *params);
typedef void vact_gate_backward_f64_fn(double *dgate, double *dup, const double *dy, const double *gate,
                                       const double *up, size_t n, const vact_params_f64 *params);
VACT_API vact_gate_f64_fn *vact_gate_kernel_f64(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_gate_backward_f64_fn *vact_gate_backward_kernel_f64(vact_op op, vact_isa isa, vact_math math);

VACT_API vact_status vact_glu_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_reglu_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_geglu_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_geglu_tanh_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_swiglu_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_swiglu_oai_f64(double *dst, const double *gate, const double *up, size_t n, double alpha,
                                         double beta, double limit);
VACT_API vact_status vact_swiglu_clamped_f64(double *dst, const double *gate, const double *up, size_t n, double alpha,
                                             double limit);
VACT_API vact_status vact_swiglu_step_f64(double *dst, const double *gate, const double *up, size_t n, double limit);
VACT_API vact_status vact_geglu_quick_f64(double *dst, const double *gate, const double *up, size_t n);
VACT_API vact_status vact_situ_glu_f64(double *dst, const double *gate, const double *up, size_t n, double beta1,
                                       double beta2);
VACT_API vact_status vact_fatreglu_f64(double *dst, const double *gate, const double *up, size_t n, double theta);
VACT_API vact_status vact_relu_squared_glu_f64(double *dst, const double *gate, const double *up, size_t n);

VACT_API vact_status vact_glu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                           const double *up, size_t n);
VACT_API vact_status vact_reglu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                             const double *up, size_t n);
VACT_API vact_status vact_geglu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                             const double *up, size_t n);
VACT_API vact_status vact_geglu_tanh_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                  const double *up, size_t n);
VACT_API vact_status vact_swiglu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                              const double *up, size_t n);
VACT_API vact_status vact_swiglu_oai_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                  const double *up, size_t n, double alpha, double beta, double limit);
VACT_API vact_status vact_swiglu_clamped_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                      const double *up, size_t n, double alpha, double limit);
VACT_API vact_status vact_swiglu_step_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                   const double *up, size_t n, double limit);
VACT_API vact_status vact_geglu_quick_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                   const double *up, size_t n);
VACT_API vact_status vact_situ_glu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                const double *up, size_t n, double beta1, double beta2);
VACT_API vact_status vact_fatreglu_backward_f64(double *dgate, double *dup, const double *dy, const double *gate,
                                                const double *up, size_t n, double theta);
VACT_API vact_status vact_relu_squared_glu_backward_f64(double *dgate, double *dup, const double *dy,
                                                        const double *gate, const double *up, size_t n);

/* -------------------------------------------------------------------------------------- over rows
 *
 *   Error      at most 1.5 ULP for any number of columns; of logsumexp 1.5 ULP of |max| + log(sum e^(x - max)). Of the
 *              gradients at most 1.5 ULP and 2^-90 of the terms that a sum has.
 *
 * Sums run over 64 virtual lanes of hi/lo pairs. One implementation serves every variant. There are no masks, sinks or
 * caps, and no blocks of columns.
 */

VACT_API vact_status vact_softmax_f64(double *dst, const double *src, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_rows_f64(double *dst, size_t dst_stride, const double *src, size_t src_stride,
                                           size_t rows, size_t cols);
VACT_API vact_status vact_softmax_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_f64(double *dst, const double *src, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_rows_f64(double *dst, size_t dst_stride, const double *src, size_t src_stride,
                                               size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner);
VACT_API vact_status vact_logsumexp_f64(double *dst, const double *src, size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_rows_f64(double *dst, const double *src, size_t src_stride, size_t rows,
                                             size_t cols);
VACT_API vact_status vact_logsumexp_axis_f64(double *dst, const double *src, size_t outer, size_t axis, size_t inner);

VACT_API vact_status vact_softmax_backward_f64(double *dx, const double *dy, const double *y, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_backward_rows_f64(double *dx, size_t dx_stride, const double *dy, size_t dy_stride,
                                                    const double *y, size_t y_stride, size_t rows, size_t cols,
                                                    double scale);
VACT_API vact_status vact_softmax_backward_axis_f64(double *dx, const double *dy, const double *y, size_t outer,
                                                    size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_backward_f64(double *dx, const double *dy, const double *y, size_t rows,
                                                   size_t cols);
VACT_API vact_status vact_log_softmax_backward_rows_f64(double *dx, size_t dx_stride, const double *dy,
                                                        size_t dy_stride, const double *y, size_t y_stride, size_t rows,
                                                        size_t cols, double scale);
VACT_API vact_status vact_log_softmax_backward_axis_f64(double *dx, const double *dy, const double *y, size_t outer,
                                                        size_t axis, size_t inner);
VACT_API vact_status vact_logsumexp_backward_f64(double *dx, const double *dy, const double *x, const double *y,
                                                 size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_backward_rows_f64(double *dx, size_t dx_stride, const double *dy, const double *x,
                                                      size_t x_stride, const double *y, size_t rows, size_t cols,
                                                      double scale);
VACT_API vact_status vact_logsumexp_backward_axis_f64(double *dx, const double *dy, const double *x, const double *y,
                                                      size_t outer, size_t axis, size_t inner);

/* ---------------------------------------------------------------------------------- losses from logits
 *
 *   Error      of a loss at most 1.5 ULP, of dx 1.5 ULP of the larger of its terms (of targets without smoothing of dx
 *              itself); where terms of both signs cancel, 2^-90 of them besides.
 */

/* As vact_cross_entropy_options_f32, with the same meaning. */
typedef struct vact_cross_entropy_options_f64 {
    size_t size;
    vact_reduction reduction;
    int nll;
    double label_smoothing;
    int64_t ignore_index;
    const double *class_weights;
    size_t stride, dx_stride;
    size_t inner;
    const double *probabilities;
    size_t probabilities_stride;
    double *log_probabilities;
    size_t log_probabilities_stride;
    double z_loss;
} vact_cross_entropy_options_f64;

#define VACT_CROSS_ENTROPY_OPTIONS_F64                                                                                 \
    {sizeof(vact_cross_entropy_options_f64), VACT_REDUCTION_MEAN, 0, 0.0, -100, NULL, 0, 0, 0, NULL, 0, NULL, 0, 0.0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_cross_entropy_options_init_f64(void *options, size_t size);

VACT_API vact_status vact_cross_entropy_i32_f64(double *loss, const double *logits, const int32_t *targets, size_t rows,
                                                size_t cols, const vact_cross_entropy_options_f64 *options);
VACT_API vact_status vact_cross_entropy_i64_f64(double *loss, const double *logits, const int64_t *targets, size_t rows,
                                                size_t cols, const vact_cross_entropy_options_f64 *options);
VACT_API vact_status vact_cross_entropy_backward_i32_f64(double *dx, const double *dy, const double *logits,
                                                         const int32_t *targets, size_t rows, size_t cols,
                                                         const vact_cross_entropy_options_f64 *options);
VACT_API vact_status vact_cross_entropy_backward_i64_f64(double *dx, const double *dy, const double *logits,
                                                         const int64_t *targets, size_t rows, size_t cols,
                                                         const vact_cross_entropy_options_f64 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i32_f64(double *loss, double *dx, const double *dy,
                                                                 const double *logits, const int32_t *targets,
                                                                 size_t rows, size_t cols,
                                                                 const vact_cross_entropy_options_f64 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i64_f64(double *loss, double *dx, const double *dy,
                                                                 const double *logits, const int64_t *targets,
                                                                 size_t rows, size_t cols,
                                                                 const vact_cross_entropy_options_f64 *options);

/* As vact_bce_with_logits_options_f32, with the same meaning. */
typedef struct vact_bce_with_logits_options_f64 {
    size_t size;
    vact_reduction reduction;
    int reserved; /* 0, else VACT_EUNSUPPORTED */
    const double *pos_weight;
    size_t pos_weight_count;
    const double *weight;
    size_t weight_count;
} vact_bce_with_logits_options_f64;

#define VACT_BCE_WITH_LOGITS_OPTIONS_F64                                                                               \
    {sizeof(vact_bce_with_logits_options_f64), VACT_REDUCTION_MEAN, 0, NULL, 0, NULL, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_bce_with_logits_options_init_f64(void *options, size_t size);

VACT_API vact_status vact_bce_with_logits_f64(double *loss, const double *x, const double *targets, size_t n,
                                              const vact_bce_with_logits_options_f64 *options);
VACT_API vact_status vact_bce_with_logits_backward_f64(double *dx, const double *dy, const double *x,
                                                       const double *targets, size_t n,
                                                       const vact_bce_with_logits_options_f64 *options);
VACT_API vact_status vact_bce_with_logits_forward_backward_f64(double *loss, double *dx, const double *dy,
                                                               const double *x, const double *targets, size_t n,
                                                               const vact_bce_with_logits_options_f64 *options);

#ifdef __cplusplus
}
#endif

#endif
