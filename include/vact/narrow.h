/*
 * vact on bfloat16 and half: 16-bit elements, computed in float lanes and rounded once. A part of vact.h, which
 * includes it.
 *
 * What vact.h says of every function holds here too. Besides:
 *
 *   Accuracy   A unary operation with its default parameters returns the correctly rounded value of the exact function,
 *              ties to even, for every one of the 65,536 inputs (the tests try them all on every build). With other
 *              parameters the error is at most 0.502 ULP of half, 0.5001 of bfloat16 (xielu below 0 as on float). One
 *              set of kernels serves every variant, VACT_MATH_CR included. Parameters are floats, with the domains and
 *              defaults of the functions on float.
 *   Range      Results beyond the largest finite element are infinite, as IEEE rounding has it; subnormal inputs and
 *              results are handled in full.
 *   NaN        stays NaN. A conversion keeps its sign and makes it quiet; operations that return the input or a
 *              constant (identity, relu, relu6, hardtanh, hard_shrink, threshold, thresholded_relu) return it as it is.
 *   Aliasing   dst may equal src where both have the same type. Arrays of types of different size that share memory are
 *              VACT_EOVERLAP.
 *   Alignment  two bytes.
 *   Builds     may lack a type (VACT_WITH_BF16, VACT_WITH_F16). Its functions then return VACT_EUNSUPPORTED, after the
 *              check of their parameters, and its kernels are null.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VACT_NARROW_H
#define VACT_NARROW_H

#ifndef VACT_VACT_H
#error "Include vact/vact.h, which includes vact/narrow.h."
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------- conversions
 * Widening is exact. Narrowing rounds to nearest, ties to even. */

VACT_API vact_status vact_f32_from_bf16(float *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_f32_from_f16(float *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_bf16_from_f32(vact_bf16 *dst, const float *src, size_t n);
VACT_API vact_status vact_f16_from_f32(vact_f16 *dst, const float *src, size_t n);

/* --------------------------------------------------------------------------------------------- by code */

/* A VACT_KIND_UNARY operation from elements of one type to those of another, or the same. Where the types differ it is
 * computed in float by the kernel of float, whose bound is that of the variant in use, and rounded once: what becomes
 * of a matrix product's accumulators, or of 16-bit data that goes on in float. With VACT_OP_IDENTITY it converts.
 * VACT_F64 goes with itself alone, as vact_forward_f64; every other function with a vact_type returns VACT_EUNSUPPORTED
 * for it. VACT_EINVAL for an invalid code or type, or another kind. */
VACT_API vact_status vact_forward(vact_op op, const vact_params_f32 *params, void *dst, vact_type dst_type,
                                  const void *src, vact_type src_type, size_t n);

/* Unary kernels, on the terms of vact_unary_f32_fn and vact_kernel_f32. */
typedef void vact_unary_bf16_fn(vact_bf16 *dst, const vact_bf16 *src, size_t n, const vact_params_f32 *params);
typedef void vact_unary_f16_fn(vact_f16 *dst, const vact_f16 *src, size_t n, const vact_params_f32 *params);
VACT_API vact_unary_bf16_fn *vact_kernel_bf16(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_unary_f16_fn *vact_kernel_f16(vact_op op, vact_isa isa, vact_math math);

/* ---------------------------------------------------------------------------------- element by element
 * The definitions and sources are those of the functions on float in vact.h. */

VACT_API vact_status vact_relu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_relu_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_relu6_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_relu6_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_relu_squared_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_relu_squared_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_leaky_relu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha);
VACT_API vact_status vact_leaky_relu_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha);
VACT_API vact_status vact_elu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha);
VACT_API vact_status vact_elu_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha);
VACT_API vact_status vact_celu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha);
VACT_API vact_status vact_celu_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha);
VACT_API vact_status vact_selu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_selu_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_gelu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_gelu_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_gelu_tanh_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_gelu_tanh_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_gelu_quick_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_gelu_quick_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_silu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_silu_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_swish_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float beta);
VACT_API vact_status vact_swish_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float beta);
VACT_API vact_status vact_mish_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_mish_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_sigmoid_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_sigmoid_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_log_sigmoid_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_log_sigmoid_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_hard_sigmoid_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha, float beta);
VACT_API vact_status vact_hard_sigmoid_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha, float beta);
VACT_API vact_status vact_hard_sigmoid6_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_hard_sigmoid6_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_hard_swish_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_hard_swish_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_tanh_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_tanh_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_tanh_shrink_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_tanh_shrink_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_hardtanh_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float lo, float hi);
VACT_API vact_status vact_hardtanh_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float lo, float hi);
VACT_API vact_status vact_soft_shrink_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float lambda);
VACT_API vact_status vact_soft_shrink_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float lambda);
VACT_API vact_status vact_hard_shrink_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float lambda);
VACT_API vact_status vact_hard_shrink_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float lambda);
VACT_API vact_status vact_threshold_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float theta, float value);
VACT_API vact_status vact_threshold_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float theta, float value);
VACT_API vact_status vact_thresholded_relu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha);
VACT_API vact_status vact_thresholded_relu_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha);
VACT_API vact_status vact_softplus_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float beta, float threshold);
VACT_API vact_status vact_softplus_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float beta, float threshold);
VACT_API vact_status vact_softsign_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_softsign_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_exp_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_exp_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_identity_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_identity_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_softcap_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float c);
VACT_API vact_status vact_softcap_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float c);
VACT_API vact_status vact_xielu_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n, float alpha_p, float alpha_n,
                                     float beta);
VACT_API vact_status vact_xielu_f16(vact_f16 *dst, const vact_f16 *src, size_t n, float alpha_p, float alpha_n,
                                    float beta);
VACT_API vact_status vact_sqrt_softplus_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_sqrt_softplus_f16(vact_f16 *dst, const vact_f16 *src, size_t n);
VACT_API vact_status vact_erf_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t n);
VACT_API vact_status vact_erf_f16(vact_f16 *dst, const vact_f16 *src, size_t n);

/* ---------------------------------------------------------------------------------------- gated units
 *
 *   Error      of VACT_GATE_ONCE at most 0.5 + 2^-10 ULP of the destination's type, for any parameters, also where the
 *              activation alone would be subnormal or 0. The kernel of float computes, in the variant in use.
 *   NaN        as of the functions on float.
 *   Aliasing   dst may equal gate or up where both have one type; gate and up may overlap in any way.
 */

typedef enum vact_gate_rounding {
    VACT_GATE_ONCE = 0, /* the result is rounded once, from float */
    VACT_GATE_EAGER = 1 /* each operation is rounded to the source's type, as a framework's eager mode does */
} vact_gate_rounding;

/*
 * The defaults are VACT_GATE_OPTIONS. What VACT_GATE_EAGER rounds to the source's type, in this order; the last product
 * is rounded to the destination's. Functions are those of this header (of vact.h for float), products, quotients and
 * sums are computed in float before:
 *
 *   glu, geglu, geglu_tanh, swiglu, geglu_quick     the activation of the gate
 *   reglu, fatreglu                                 nothing besides
 *   relu_squared_glu                                the square
 *   swiglu_clamped                                  the clamped gate and up (that is the limit), swish of the gate
 *   swiglu_step                                     silu(gate), and that and up clamped
 *   swiglu_oai                                      the clamped gate g and up, t = alpha*g, s = sigmoid(t), g*s,
 *                                                   up + beta
 *   situ_glu                                        sigmoid(gate); of gate and up x/beta, tanh of it, beta*tanh; the
 *                                                   gate's product with the sigmoid
 *
 * There the limits of infinite inputs are those of the single operations: silu(-inf)*inf is NaN, as in frameworks.
 */
typedef struct vact_gate_options {
    size_t size;                 /* sizeof(vact_gate_options) */
    vact_gate_rounding rounding; /* default ONCE */
    int reserved;                /* 0, else VACT_EUNSUPPORTED */
} vact_gate_options;

#define VACT_GATE_OPTIONS {sizeof(vact_gate_options), VACT_GATE_ONCE, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_gate_options_init(void *options, size_t size);

/* A VACT_KIND_GATE operation by its code, from two arrays of one type to one of the same or another type. Null params
 * or options mean the defaults. VACT_EINVAL for an invalid code or type, or another kind. */
VACT_API vact_status vact_gate(vact_op op, const vact_params_f32 *params, const vact_gate_options *options, void *dst,
                               vact_type dst_type, const void *gate, const void *up, vact_type src_type, size_t n);

/* The same from one packed array, with the shapes and strides of vact_gate_packed_f32. dst must not overlap src. */
VACT_API vact_status vact_gate_packed(vact_op op, const vact_params_f32 *params, const vact_gate_options *options,
                                      vact_gate_layout layout, void *dst, vact_type dst_type, size_t dst_stride,
                                      const void *src, vact_type src_type, size_t src_stride, size_t rows, size_t cols);

/* The definitions and sources are those of the functions on float in vact.h. Rounded once. */
VACT_API vact_status vact_glu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_glu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_reglu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_reglu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_geglu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_geglu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_geglu_tanh_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_geglu_tanh_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_swiglu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_swiglu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_swiglu_oai_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n,
                                          float alpha, float beta, float limit);
VACT_API vact_status vact_swiglu_oai_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n, float alpha,
                                         float beta, float limit);
VACT_API vact_status vact_swiglu_clamped_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n,
                                              float alpha, float limit);
VACT_API vact_status vact_swiglu_clamped_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n,
                                             float alpha, float limit);
VACT_API vact_status vact_swiglu_step_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n,
                                           float limit);
VACT_API vact_status vact_swiglu_step_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n,
                                          float limit);
VACT_API vact_status vact_geglu_quick_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_geglu_quick_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);
VACT_API vact_status vact_situ_glu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n,
                                        float beta1, float beta2);
VACT_API vact_status vact_situ_glu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n, float beta1,
                                       float beta2);
VACT_API vact_status vact_fatreglu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n,
                                        float theta);
VACT_API vact_status vact_fatreglu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n, float theta);
VACT_API vact_status vact_relu_squared_glu_bf16(vact_bf16 *dst, const vact_bf16 *gate, const vact_bf16 *up, size_t n);
VACT_API vact_status vact_relu_squared_glu_f16(vact_f16 *dst, const vact_f16 *gate, const vact_f16 *up, size_t n);

/* -------------------------------------------------------------------------------------------- gradients
 *
 * By code, of arrays of one type, computed in float as vact.h has it and rounded once. VACT_F32 is the function on
 * float. Null params mean the defaults.
 *
 *   Error      at most 0.51 ULP of the type for |dy| in [2^-90, 2^90], and for gated units |dy*up| too. Where the bound
 *              on float is absolute, near a zero of the slope, its error (2^-24*|dy|, of gated units 3*2^-24 of the
 *              terms) comes before the rounding.
 *   Aliasing   that of the functions on float.
 */
VACT_API vact_status vact_backward(vact_op op, const vact_params_f32 *params, void *dx, const void *dy, const void *x,
                                   vact_type type, size_t n);
VACT_API vact_status vact_backward_from_output(vact_op op, const vact_params_f32 *params, void *dx, const void *dy,
                                               const void *y, vact_type type, size_t n);
VACT_API vact_status vact_gate_backward(vact_op op, const vact_params_f32 *params, void *dgate, void *dup,
                                        const void *dy, const void *gate, const void *up, vact_type type, size_t n);

/* Of packed gated units, with the shapes, strides and aliasing of vact_gate_backward_packed_f32. */
VACT_API vact_status vact_gate_backward_packed(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                               void *dsrc, size_t dsrc_stride, const void *dy, size_t dy_stride,
                                               const void *src, size_t src_stride, vact_type type, size_t rows,
                                               size_t cols);

/* ------------------------------------------------------------------------------------ the softmax family
 *
 * softmax and log_softmax of rows of one type to rows of the same or another type. Nothing between a logit and its
 * result is rounded to 16 bits. The options, their arrays of floats included, are those of vact.h; null: the defaults.
 *
 *   Error      at most 0.5 + 2^-10 ULP of a 16-bit destination, at any number of columns, but for what a soft cap adds.
 *              Of float that of the function on float.
 *   Variant    16-bit results are those of `fast`, whatever the variant in use; those of float are of that.
 *   Speed      kernels of their own serve rows from a 16-bit type to the same. From another type, blocks go through the
 *              kernels of float; rows of up to 64 columns or more than 1024 are slow there.
 *   Masks      columns that causality or the window leave out may be read; those from a valid length on are neither
 *              read nor written.
 *   Aliasing   dst may equal src, with equal strides, where both have one type.
 */
VACT_API vact_status vact_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src, vact_type src_type,
                                  size_t src_stride, size_t rows, size_t cols, const vact_softmax_options_f32 *options);
VACT_API vact_status vact_log_softmax(void *dst, vact_type dst_type, size_t dst_stride, const void *src,
                                      vact_type src_type, size_t src_stride, size_t rows, size_t cols,
                                      const vact_softmax_options_f32 *options);

/* logsumexp, `rows` floats; on the terms of vact_logsumexp_masked_f32. */
VACT_API vact_status vact_logsumexp(float *dst, const void *src, vact_type src_type, size_t src_stride, size_t rows,
                                    size_t cols, const vact_softmax_options_f32 *options);

/* The gradients, of arrays of one type: on the terms of vact_softmax_backward_rows_f32,
 * vact_log_softmax_backward_rows_f32 and vact_logsumexp_backward_rows_f32, with one rounding more, of 0.5 ULP of the
 * type. VACT_F32 is these. */
VACT_API vact_status vact_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride, const void *y,
                                           size_t y_stride, vact_type type, size_t rows, size_t cols, float scale);
VACT_API vact_status vact_log_softmax_backward(void *dx, size_t dx_stride, const void *dy, size_t dy_stride,
                                               const void *y, size_t y_stride, vact_type type, size_t rows, size_t cols,
                                               float scale);

VACT_API vact_status vact_logsumexp_backward(void *dx, size_t dx_stride, const float *dy, const void *x,
                                             size_t x_stride, const float *y, vact_type type, size_t rows, size_t cols,
                                             float scale);

/* With options: on the terms of vact_softmax_backward_masked_f32 and its like, with that rounding. dsink, dy and y of
 * logsumexp, and the arrays of the options are floats, all else has the type. */
VACT_API vact_status vact_softmax_backward_masked(void *dx, size_t dx_stride, float *dsink, const void *dy,
                                                  size_t dy_stride, const void *x, size_t x_stride, const void *y,
                                                  size_t y_stride, vact_type type, size_t rows, size_t cols,
                                                  const vact_softmax_options_f32 *options);
VACT_API vact_status vact_log_softmax_backward_masked(void *dx, size_t dx_stride, float *dsink, const void *dy,
                                                      size_t dy_stride, const void *x, size_t x_stride, const void *y,
                                                      size_t y_stride, vact_type type, size_t rows, size_t cols,
                                                      const vact_softmax_options_f32 *options);
VACT_API vact_status vact_logsumexp_backward_masked(void *dx, size_t dx_stride, float *dsink, const float *dy,
                                                    const void *x, size_t x_stride, const float *y, vact_type type,
                                                    size_t rows, size_t cols, const vact_softmax_options_f32 *options);

/* Along the middle axis of dense tensors [outer, axis, inner] of one type: on the terms of vact_softmax_axis_f32 and
 * its like, rounded once at the end. logsumexp's results, and their gradients dy, are floats. */
VACT_API vact_status vact_softmax_axis(void *dst, const void *src, vact_type type, size_t outer, size_t axis,
                                       size_t inner);
VACT_API vact_status vact_log_softmax_axis(void *dst, const void *src, vact_type type, size_t outer, size_t axis,
                                           size_t inner);
VACT_API vact_status vact_logsumexp_axis(float *dst, const void *src, vact_type type, size_t outer, size_t axis,
                                         size_t inner);
VACT_API vact_status vact_softmax_backward_axis(void *dx, const void *dy, const void *y, vact_type type, size_t outer,
                                                size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_backward_axis(void *dx, const void *dy, const void *y, vact_type type,
                                                    size_t outer, size_t axis, size_t inner);
VACT_API vact_status vact_logsumexp_backward_axis(void *dx, const float *dy, const void *x, const float *y,
                                                  vact_type type, size_t outer, size_t axis, size_t inner);

VACT_API vact_status vact_softmax_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_f16(vact_f16 *dst, const vact_f16 *src, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_rows_bf16(vact_bf16 *dst, size_t dst_stride, const vact_bf16 *src, size_t src_stride,
                                            size_t rows, size_t cols);
VACT_API vact_status vact_softmax_rows_f16(vact_f16 *dst, size_t dst_stride, const vact_f16 *src, size_t src_stride,
                                           size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_bf16(vact_bf16 *dst, const vact_bf16 *src, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_f16(vact_f16 *dst, const vact_f16 *src, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_rows_bf16(vact_bf16 *dst, size_t dst_stride, const vact_bf16 *src,
                                                size_t src_stride, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_rows_f16(vact_f16 *dst, size_t dst_stride, const vact_f16 *src, size_t src_stride,
                                               size_t rows, size_t cols);

/* ----------------------------------------------------------------------------------- losses from logits
 *
 * The losses of vact.h of logits of one type. Losses and dy are floats, and so are class weights; dx has the type of
 * the logits, and so have the targets of binary cross-entropy. VACT_F32 is the functions on float. dx may equal the
 * logits, with equal strides (of binary cross-entropy the targets too); a loss may equal a dy of n elements there.
 *
 *   Error      of a cross-entropy loss at most 3 ULP of float of the sum of its terms' magnitudes, of a binary one
 *              4 ULP. Of dx at most 0.5 + 2^-10 ULP of its type where one term makes it, of differences 0.5 ULP and
 *              2^-21 of the larger term.
 *   Options    the probabilities of classes and the log-probabilities have elements of the logits' type, cast to the
 *              members' pointers; with `nll` the logits are log-probabilities of their type. Class weights are floats.
 */
VACT_API vact_status vact_cross_entropy_i32(float *loss, const void *logits, vact_type type, const int32_t *targets,
                                            size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_i64(float *loss, const void *logits, vact_type type, const int64_t *targets,
                                            size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_backward_i32(void *dx, const float *dy, const void *logits, vact_type type,
                                                     const int32_t *targets, size_t rows, size_t cols,
                                                     const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_backward_i64(void *dx, const float *dy, const void *logits, vact_type type,
                                                     const int64_t *targets, size_t rows, size_t cols,
                                                     const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i32(float *loss, void *dx, const float *dy, const void *logits,
                                                             vact_type type, const int32_t *targets, size_t rows,
                                                             size_t cols,
                                                             const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i64(float *loss, void *dx, const float *dy, const void *logits,
                                                             vact_type type, const int64_t *targets, size_t rows,
                                                             size_t cols,
                                                             const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_bce_with_logits(float *loss, const void *x, const void *targets, vact_type type, size_t n,
                                          const vact_bce_with_logits_options_f32 *options);
VACT_API vact_status vact_bce_with_logits_backward(void *dx, const float *dy, const void *x, const void *targets,
                                                   vact_type type, size_t n,
                                                   const vact_bce_with_logits_options_f32 *options);
VACT_API vact_status vact_bce_with_logits_forward_backward(float *loss, void *dx, const float *dy, const void *x,
                                                           const void *targets, vact_type type, size_t n,
                                                           const vact_bce_with_logits_options_f32 *options);

/* -------------------------------------------------------------------------------------------- epilogues
 *
 * vact_epilogue_f32 from elements of one type to those of the same or another type, computed in float and rounded once
 * at the end: from a matrix product's floats, or from 16 bits. The options are those of float. Bias and scales stay
 * floats; the residual has elements of the destination's type and the multiplier of x's, cast to the members' pointers.
 * With accumulators x is null, and x_type is that of the multiplier.
 *
 *   Error      that of vact_epilogue_f32 before the rounding to the type.
 *   Aliasing   dst may equal what has its type, on the terms of vact_epilogue_f32.
 */
VACT_API vact_status vact_epilogue(vact_op op, const vact_params_f32 *params, void *dst, vact_type dst_type,
                                   size_t dst_stride, const void *x, vact_type x_type, size_t x_stride, size_t rows,
                                   size_t cols, const vact_epilogue_options_f32 *options);

#ifdef __cplusplus
}
#endif

#endif
