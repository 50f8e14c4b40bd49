/*
 * vact: activation kernels for neural networks over arrays of float, hand-written for AVX2, AVX-512 and
 * NEON and picked at run time for the CPU that runs them.
 *
 * What holds for every function of this header
 *
 *   Sizes      are counted in elements, never in bytes.
 *   Errors     are returned, see vact_status; on any error the destination is untouched. The library never
 *              prints, aborts, allocates, starts a thread or catches a signal.
 *   Options    are structures whose first member is their size. Begin with the macro of that name or with the init
 *              function, and set what is needed; a null pointer stands for the defaults. Releases add members at the
 *              end, whose default is all bits 0, so a program need not match the library: of a structure smaller than
 *              it knows a library takes the missing members as 0; of a larger one the rest must be 0, else
 *              VACT_EUNSUPPORTED. A size below that of the first version, or above 4096, is VACT_EINVAL.
 *   Checks     come in this order: parameters, sizes (more bytes than PTRDIFF_MAX, a stride below the
 *              columns), nothing to do (VACT_OK), null pointers, values of arrays (slopes, class weights,
 *              targets), overlap. A single result that is written even when n is 0 must not be null.
 *   Aliasing   dst == src (and equal strides) works in place. Ranges that overlap otherwise are
 *              VACT_EOVERLAP. A strided matrix counts as the range from its first to its last element.
 *   Alignment  any that float allows.
 *   Threads    every function may be called from any number of threads at once.
 *   Accuracy   is stated in ULP (docs/accuracy.md has the definition and, per operation, the largest error
 *              over all 2^32 inputs). The bits of a result depend on the operation, the variant and the
 *              input alone: not on the instruction set, the length, the alignment or the position.
 *   NaN        in, NaN out, always. Infinities give the limit of the function. f(-0) = -0 wherever
 *              f(0) = 0, unless said otherwise. Subnormal inputs and results are exact citizens.
 *   Rounding   the promises hold in round-to-nearest without FTZ/DAZ. The control state is never changed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VACT_VACT_H
#define VACT_VACT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(VACT_STATIC_DEFINE)
#define VACT_API __attribute__((visibility("default")))
#else
#define VACT_API
#endif

#define VACT_VERSION_MAJOR 0
#define VACT_VERSION_MINOR 2
#define VACT_VERSION_PATCH 0
#define VACT_VERSION "0.2.0"

/* Raised by a release in which some operation returns other bits than in the release before it. */
#define VACT_NUMERICS_VERSION 2

/* ---------------------------------------------------------------------------------------------- types */

typedef enum vact_status {
    VACT_OK = 0,
    VACT_EINVAL = 1,      /* a parameter outside its domain, an impossible size, a null pointer, a wrong code */
    VACT_EOVERLAP = 2,    /* source and destination overlap in part */
    VACT_EUNSUPPORTED = 3 /* this CPU or this build lacks the instruction set or the variant */
} vact_status;

typedef enum vact_isa {
    VACT_ISA_AUTO = 0,
    VACT_ISA_SCALAR = 1,
    VACT_ISA_AVX2 = 2,   /* AVX2 and FMA */
    VACT_ISA_AVX512 = 3, /* AVX-512 F, BW, DQ and VL */
    VACT_ISA_NEON = 4    /* AArch64 Advanced SIMD */
} vact_isa;

/* The variant: which mathematics stands inside an operation. Operations without a transcendental function
 * have one kernel that serves every variant. */
typedef enum vact_math {
    VACT_MATH_AUTO = 0,  /* per operation the variant that `vact list` names; the same on every CPU */
    VACT_MATH_SLEEF = 1, /* SLEEF's vector functions, at most 4 ULP */
    VACT_MATH_FAST = 2,  /* vact's own inlined mathematics, at most 1.5 ULP; gated units and softmax 2 */
    VACT_MATH_CR = 3     /* correctly rounded; not in this release: VACT_EUNSUPPORTED */
} vact_math;

/* What an operation works on, and so which by-code call takes it. */
typedef enum vact_kind {
    VACT_KIND_UNARY = 1,    /* element by element */
    VACT_KIND_CHANNELS = 2, /* element by element, with an array of one parameter per channel */
    VACT_KIND_ROWS = 3,     /* along the rows of a matrix */
    VACT_KIND_GATE = 4      /* two inputs, element by element */
} vact_kind;

/* Operation codes. The kind is code / 256 (see VACT_OP_KIND). Values are never reused. */
typedef enum vact_op {
    VACT_OP_RELU = 0x101,
    VACT_OP_RELU6 = 0x102,
    VACT_OP_RELU_SQUARED = 0x103,
    VACT_OP_LEAKY_RELU = 0x104,
    VACT_OP_ELU = 0x105,
    VACT_OP_CELU = 0x106,
    VACT_OP_SELU = 0x107,
    VACT_OP_GELU = 0x108,
    VACT_OP_GELU_TANH = 0x109,
    VACT_OP_GELU_QUICK = 0x10a,
    VACT_OP_SILU = 0x10b,
    VACT_OP_SWISH = 0x10c,
    VACT_OP_MISH = 0x10d,
    VACT_OP_SIGMOID = 0x10e,
    VACT_OP_LOG_SIGMOID = 0x10f,
    VACT_OP_HARD_SIGMOID = 0x110,
    VACT_OP_HARD_SIGMOID6 = 0x111,
    VACT_OP_HARD_SWISH = 0x112,
    VACT_OP_TANH = 0x113,
    VACT_OP_TANH_SHRINK = 0x114,
    VACT_OP_HARDTANH = 0x115,
    VACT_OP_SOFT_SHRINK = 0x116,
    VACT_OP_HARD_SHRINK = 0x117,
    VACT_OP_THRESHOLD = 0x118,
    VACT_OP_THRESHOLDED_RELU = 0x119,
    VACT_OP_SOFTPLUS = 0x11a,
    VACT_OP_SOFTSIGN = 0x11b,
    VACT_OP_EXP = 0x11c,
    VACT_OP_PRELU = 0x201,
    VACT_OP_SOFTMAX = 0x301,
    VACT_OP_LOG_SOFTMAX = 0x302,
    VACT_OP_GLU = 0x401,
    VACT_OP_REGLU = 0x402,
    VACT_OP_GEGLU = 0x403,
    VACT_OP_GEGLU_TANH = 0x404,
    VACT_OP_SWIGLU = 0x405,
    VACT_OP_SWIGLU_OAI = 0x406
} vact_op;

#define VACT_OP_KIND(op) ((vact_kind)((unsigned)(op) >> 8))

/* Parameters of a by-code call: the values in the order of the named function, the rest ignored. A null
 * pointer stands for the defaults. */
typedef struct vact_params_f32 { /* never grows */
    float v[4];
} vact_params_f32;

/* ---------------------------------------------------------------------------------- choice and report */

/* The version of the library that runs, as "major.minor.patch"; VACT_VERSION is that of the header. */
VACT_API const char *vact_version(void);

/* A static string that says what a status means; never null. */
VACT_API const char *vact_status_string(vact_status status);

typedef struct vact_info_t {
    size_t size;               /* sizeof of this structure in the library: compare before reading late members */
    const char *version;       /* as vact_version() */
    int numerics_version;      /* VACT_NUMERICS_VERSION of the library */
    const char *features;      /* what was found of the features that vact asks for, space-separated */
    const char *builds;        /* the instruction sets in this library, strongest first, space-separated */
    const char *isa;           /* the one in use: "scalar", "scalar_fma", "avx2", "avx512" or "neon" */
    const char *math;          /* the variant in use: "auto", "sleef" or "fast" */
    const char *detected;      /* the strongest build that this CPU runs */
    const char *env_isa;       /* what became of VACT_ISA: "unset", "honoured", "unknown", "unsupported" */
    const char *env_math;      /* what became of VACT_MATH, in the same words */
    const char *sleef_version; /* of SLEEF that the library was compiled against; "none" without */
} vact_info_t;

/* What the library found and what it uses now. The structure belongs to the calling thread and is written
 * anew by its next call; the strings are static, but for `features`, which lives as the structure does. */
VACT_API const vact_info_t *vact_info(void);

/*
 * Chooses the instruction set and the variant for the whole process; AUTO means the strongest instruction
 * set of this CPU, and per operation the variant that `vact list` names. For the application, not for
 * libraries. Thread-safe: calls that already run finish on the old choice. It overrides the environment
 * variables VACT_ISA (scalar, avx2, avx512, neon) and VACT_MATH (sleef, fast), which are read once at first use; there
 * an empty value counts as unset, and one that is unknown or not supported as auto (vact_info tells which). VACT_EINVAL
 * for a code that is none, VACT_EUNSUPPORTED where the CPU or the build lacks it: the choice then stays as it was.
 */
VACT_API vact_status vact_select(vact_isa isa, vact_math math);

/*
 * A unary kernel: no checks, no atomics. params null means the defaults; parameters must lie in the
 * operation's domain; dst and src either equal or apart; n may be 0.
 */
typedef void vact_unary_f32_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

/* The kernel of a derivative, on the same terms: dx[i] = dy[i]*f'(x[i]). dx equals dy or x, or is apart from it. */
typedef void vact_backward_f32_fn(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params);

/* The kernel for a VACT_KIND_UNARY operation, to resolve once and call often; valid for the life of the
 * process. AUTO stands for what vact_select or the environment has chosen. Null where the code is none,
 * the kind another, or the CPU or build lacks it. */
VACT_API vact_unary_f32_fn *vact_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* The kernel of its derivative, and that which takes the output, null where the operation has none. */
VACT_API vact_backward_f32_fn *vact_backward_kernel_f32(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_backward_f32_fn *vact_backward_from_output_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* An operation of kind VACT_KIND_UNARY by its code, for graph executors: the same checks, result and
 * errors as the named function; VACT_EINVAL for another kind. */
VACT_API vact_status vact_forward_f32(vact_op op, const vact_params_f32 *params, float *dst, const float *src,
                                      size_t n);

/* --------------------------------------------------------------------- element by element: piecewise
 * These return the exact value correctly rounded, but for hard_swish, hard_sigmoid6 and softsign
 * (docs/accuracy.md has their bounds, all below 1 ULP). */

/* relu: x < 0 ? +0 : x, so relu(-0) = -0. ONNX Relu, PyTorch relu. */
VACT_API vact_status vact_relu_f32(float *dst, const float *src, size_t n);

/* relu6: x < 0 ? +0 : x > 6 ? 6 : x. PyTorch relu6 (Krizhevsky 2010). */
VACT_API vact_status vact_relu6_f32(float *dst, const float *src, size_t n);

/* relu_squared: x < 0 ? +0 : x*x; relu_squared(-0) = +0. So et al. 2021, "Primer". */
VACT_API vact_status vact_relu_squared_f32(float *dst, const float *src, size_t n);

/* leaky_relu: x >= 0 ? x : alpha*x. Default alpha 0.01, finite; with alpha 0, -inf gives -0 (the limit).
 * ONNX LeakyRelu, PyTorch leaky_relu (Maas 2013). PyTorch's rrelu in evaluation is this operation with
 * alpha = (lower + upper)/2. */
VACT_API vact_status vact_leaky_relu_f32(float *dst, const float *src, size_t n, float alpha);

/*
 * prelu: x >= 0 ? x : slope[c]*x over a dense tensor of shape [outer, channels, inner], element (o, c, i) at
 * (o*channels + c)*inner + i; slope holds `channels` values, each finite (else VACT_EINVAL). A slope shared
 * by the whole tensor is channels = 1; one slope per last-axis element is inner = 1. slope must not overlap
 * dst. PyTorch's initial slope is 0.25. ONNX PRelu, PyTorch prelu (He 2015).
 */
VACT_API vact_status vact_prelu_f32(float *dst, const float *src, const float *slope, size_t outer, size_t channels,
                                    size_t inner);

/* hardtanh: x < lo ? lo : x > hi ? hi : x. Defaults -1 and 1; lo <= hi, infinities allowed. ONNX Clip,
 * PyTorch hardtanh. */
VACT_API vact_status vact_hardtanh_f32(float *dst, const float *src, size_t n, float lo, float hi);

/* hard_sigmoid: alpha*x + beta, clamped to [0, 1]. Defaults 0.2 and 0.5, both finite. ONNX HardSigmoid.
 * With alpha 0 an infinite x gives the clamped beta (the limit). */
VACT_API vact_status vact_hard_sigmoid_f32(float *dst, const float *src, size_t n, float alpha, float beta);

/* hard_sigmoid6: (x + 3)/6, clamped to [0, 1]. PyTorch hardsigmoid (Howard 2019). */
VACT_API vact_status vact_hard_sigmoid6_f32(float *dst, const float *src, size_t n);

/* hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for every x <= -3, -inf included. ONNX HardSwish, PyTorch
 * hardswish (Howard 2019). */
VACT_API vact_status vact_hard_swish_f32(float *dst, const float *src, size_t n);

/* soft_shrink: x > lambda ? x - lambda : x < -lambda ? x + lambda : 0 with the sign of x. Default 0.5;
 * lambda >= 0. ONNX Shrink(bias=lambda), PyTorch softshrink. */
VACT_API vact_status vact_soft_shrink_f32(float *dst, const float *src, size_t n, float lambda);

/* hard_shrink: |x| <= lambda ? 0 with the sign of x : x. Default 0.5; lambda >= 0. ONNX Shrink(bias=0),
 * PyTorch hardshrink. */
VACT_API vact_status vact_hard_shrink_f32(float *dst, const float *src, size_t n, float lambda);

/* threshold: x <= theta ? value : x. Neither parameter NaN; both 0 by default in by-code calls. PyTorch
 * threshold. */
VACT_API vact_status vact_threshold_f32(float *dst, const float *src, size_t n, float theta, float value);

/* thresholded_relu: x > alpha ? x : +0 (but -0 stays -0 where alpha >= 0). Default 1, finite. ONNX
 * ThresholdedRelu (Konda 2014). */
VACT_API vact_status vact_thresholded_relu_f32(float *dst, const float *src, size_t n, float alpha);

/* softsign: x/(1 + |x|); +-1 at the infinities. ONNX Softsign, PyTorch softsign (Turian 2009). */
VACT_API vact_status vact_softsign_f32(float *dst, const float *src, size_t n);

/* ---------------------------------------------------------------- element by element: transcendental */

/* exp: e^x. +0 at -inf; +inf from 88.722839 on. ONNX Exp. */
VACT_API vact_status vact_exp_f32(float *dst, const float *src, size_t n);

/* sigmoid: 1/(1 + e^-x), within [0, 1]; full relative accuracy down to the subnormal results at -103. ONNX
 * Sigmoid, PyTorch sigmoid. */
VACT_API vact_status vact_sigmoid_f32(float *dst, const float *src, size_t n);

/* log_sigmoid: -log(1 + e^-x). Never positive: -0 where it vanishes, +inf included. PyTorch logsigmoid. */
VACT_API vact_status vact_log_sigmoid_f32(float *dst, const float *src, size_t n);

/* tanh, within [-1, 1]. ONNX Tanh, PyTorch tanh. */
VACT_API vact_status vact_tanh_f32(float *dst, const float *src, size_t n);

/* tanh_shrink: x - tanh(x), relatively accurate through 0, where it is x^3/3. PyTorch tanhshrink. */
VACT_API vact_status vact_tanh_shrink_f32(float *dst, const float *src, size_t n);

/* elu: x > 0 ? x : alpha*(e^x - 1); -alpha at -inf. Default alpha 1, finite; the bound was sampled for
 * 2^-20 <= |alpha| <= 2^20. ONNX Elu, PyTorch elu (Clevert 2015). */
VACT_API vact_status vact_elu_f32(float *dst, const float *src, size_t n, float alpha);

/* celu: x > 0 ? x : alpha*(e^(x/alpha) - 1); -alpha at -inf for alpha > 0. Default alpha 1, finite and not
 * 0; the bound was sampled for 2^-20 <= |alpha| <= 2^20. ONNX Celu, PyTorch celu (Barron 2017). */
VACT_API vact_status vact_celu_f32(float *dst, const float *src, size_t n, float alpha);

/* selu: s*(x > 0 ? x : a*(e^x - 1)) with a = 1.67326324235437728..., s = 1.05070098735548049... to all their
 * digits. ONNX Selu, PyTorch selu (Klambauer 2017). */
VACT_API vact_status vact_selu_f32(float *dst, const float *src, size_t n);

/* gelu: x*Phi(x), Phi the distribution function of the standard normal; relatively accurate in the whole
 * lower tail; -0 at -inf. ONNX Gelu(approximate="none"), PyTorch gelu (Hendrycks 2016). */
VACT_API vact_status vact_gelu_f32(float *dst, const float *src, size_t n);

/* gelu_tanh: x*(1 + tanh(sqrt(2/pi)*(x + 0.044715 x^3)))/2, the exact value of that formula, not of gelu;
 * -0 at -inf. ONNX Gelu(approximate="tanh"), PyTorch gelu(approximate="tanh"). */
VACT_API vact_status vact_gelu_tanh_f32(float *dst, const float *src, size_t n);

/* gelu_quick: x*sigmoid(1.702 x); -0 at -inf. (Hendrycks 2016; ONNX Runtime QuickGelu.) */
VACT_API vact_status vact_gelu_quick_f32(float *dst, const float *src, size_t n);

/* silu: x*sigmoid(x); -0 at -inf. ONNX Swish(alpha=1), PyTorch silu (Elfwing 2017). */
VACT_API vact_status vact_silu_f32(float *dst, const float *src, size_t n);

/* swish: x*sigmoid(beta*x) with the product beta*x exact. Default beta 1, finite; the bound was sampled for
 * 2^-20 <= |beta| <= 2^20; beta 0 is x/2. (Ramachandran 2017; ONNX Swish.) */
VACT_API vact_status vact_swish_f32(float *dst, const float *src, size_t n, float beta);

/* mish: x*tanh(log(1 + e^x)); -0 at -inf. ONNX Mish, PyTorch mish (Misra 2019). */
VACT_API vact_status vact_mish_f32(float *dst, const float *src, size_t n);

/* softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta, the comparison and the product exact. Defaults
 * 1 and 20; beta > 0 and finite, threshold not NaN (+inf for none); the bound was sampled for
 * 2^-20 <= beta <= 2^20. ONNX Softplus (threshold +inf), PyTorch softplus (Dugas 2001). */
VACT_API vact_status vact_softplus_f32(float *dst, const float *src, size_t n, float beta, float threshold);

/* ---------------------------------------------------------------------------- element by element: gradients
 *
 * dx[i] = dy[i]*f'(x[i]), f' as the comment says, in the parameters of the forward function. dx may equal dy or x.
 * One implementation serves every variant.
 *
 *   Kinks      as in PyTorch. Where f' is 0 by a case, dx is +0 even for an infinite or NaN dy.
 *   NaN        in x (or y) gives NaN; in dy, NaN wherever f' is not 0 by a case.
 *   Error      at most 2 ULP of dy*f'(x) for |dy| in [2^-90, 2^90], also where f'(x) is subnormal. Near a zero of f'
 *              (gelu and its kin, silu, swish, mish, hard_swish) at most 2^-24*|dy|: docs/accuracy.md has the
 *              intervals. Larger dy may overflow, smaller ones lose digits, before f'(x) would; an infinite dy gives
 *              an infinity or NaN where f' is not 0 by a case.
 *
 * The functions from the output take y = f(x) in place of x, for frameworks that keep that; there a slope alpha of
 * leaky_relu and elu must not be negative (VACT_EINVAL). Their error is counted against f' at the y given.
 */

/* x > 0 ? 1 : 0 */
VACT_API vact_status vact_relu_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* y > 0 ? 1 : 0 */
VACT_API vact_status vact_relu_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n);
/* 0 < x < 6 ? 1 : 0 */
VACT_API vact_status vact_relu6_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* x > 0 ? 2x : 0 */
VACT_API vact_status vact_relu_squared_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* x > 0 ? 1 : alpha */
VACT_API vact_status vact_leaky_relu_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha);
/* y > 0 ? 1 : alpha */
VACT_API vact_status vact_leaky_relu_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n,
                                                              float alpha);
/* x > 0 ? 1 : alpha*e^x */
VACT_API vact_status vact_elu_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha);
/* y > 0 ? 1 : y + alpha */
VACT_API vact_status vact_elu_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n,
                                                       float alpha);
/* x > 0 ? 1 : e^(x/alpha) */
VACT_API vact_status vact_celu_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha);
/* s*(x > 0 ? 1 : a*e^x) */
VACT_API vact_status vact_selu_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* Phi(x) + x*phi(x) */
VACT_API vact_status vact_gelu_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* the derivative of gelu_tanh's formula */
VACT_API vact_status vact_gelu_tanh_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* s + 1.702x*s*(1 - s), s = sigmoid(1.702x) */
VACT_API vact_status vact_gelu_quick_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* s + x*s*(1 - s), s = sigmoid(x) */
VACT_API vact_status vact_silu_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* s + beta*x*s*(1 - s), s = sigmoid(beta*x) */
VACT_API vact_status vact_swish_backward_f32(float *dx, const float *dy, const float *x, size_t n, float beta);
/* t + x*(1 - t^2)*sigmoid(x), t = tanh(log(1 + e^x)) */
VACT_API vact_status vact_mish_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* s*(1 - s), s = sigmoid(x) */
VACT_API vact_status vact_sigmoid_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* y*(1 - y) */
VACT_API vact_status vact_sigmoid_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n);
/* sigmoid(-x) */
VACT_API vact_status vact_log_sigmoid_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 0 < alpha*x + beta < 1 ? alpha : 0, the line rounded to float as the forward function does */
VACT_API vact_status vact_hard_sigmoid_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha,
                                                    float beta);
/* -3 < x < 3 ? 1/6 : 0 */
VACT_API vact_status vact_hard_sigmoid6_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* x <= -3 ? 0 : x < 3 ? x/3 + 1/2 : 1 */
VACT_API vact_status vact_hard_swish_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 1 - tanh(x)^2 */
VACT_API vact_status vact_tanh_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 1 - y^2 */
VACT_API vact_status vact_tanh_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n);
/* tanh(x)^2 */
VACT_API vact_status vact_tanh_shrink_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* lo < x < hi ? 1 : 0 */
VACT_API vact_status vact_hardtanh_backward_f32(float *dx, const float *dy, const float *x, size_t n, float lo,
                                                float hi);
/* |x| > lambda ? 1 : 0 */
VACT_API vact_status vact_soft_shrink_backward_f32(float *dx, const float *dy, const float *x, size_t n, float lambda);
/* |x| > lambda ? 1 : 0 */
VACT_API vact_status vact_hard_shrink_backward_f32(float *dx, const float *dy, const float *x, size_t n, float lambda);
/* x > theta ? 1 : 0 */
VACT_API vact_status vact_threshold_backward_f32(float *dx, const float *dy, const float *x, size_t n, float theta,
                                                 float value);
/* x > alpha ? 1 : 0 */
VACT_API vact_status vact_thresholded_relu_backward_f32(float *dx, const float *dy, const float *x, size_t n,
                                                        float alpha);
/* beta*x > threshold ? 1 : sigmoid(beta*x) */
VACT_API vact_status vact_softplus_backward_f32(float *dx, const float *dy, const float *x, size_t n, float beta,
                                                float threshold);
/* beta*y > threshold ? 1 : 1 - e^(-beta*y) */
VACT_API vact_status vact_softplus_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n,
                                                            float beta, float threshold);
/* 1/(1 + |x|)^2 */
VACT_API vact_status vact_softsign_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* e^x */
VACT_API vact_status vact_exp_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* y */
VACT_API vact_status vact_exp_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n);

/* By code, on the terms of vact_forward_f32; from_output is VACT_EINVAL for an operation that has no such function. */
VACT_API vact_status vact_backward_f32(vact_op op, const vact_params_f32 *params, float *dx, const float *dy,
                                       const float *x, size_t n);
VACT_API vact_status vact_backward_from_output_f32(vact_op op, const vact_params_f32 *params, float *dx,
                                                   const float *dy, const float *y, size_t n);

/* -------------------------------------------------------------------------------------- over rows
 * A matrix of `rows` rows of `cols` elements, row r at src + r*stride; dense means stride = cols. Sums run
 * over 64 virtual lanes (lane = column mod 64) and one fixed tree, so the bits do not depend on the
 * instruction set. A NaN or a +inf in a row, or a row of -inf alone, makes that row NaN and no other. */

/* softmax: e^(x_i) / sum_j e^(x_j) per row. ONNX Softmax, PyTorch softmax, along the last axis. */
VACT_API vact_status vact_softmax_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_rows_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                           size_t rows, size_t cols);

/* log_softmax: x_i - log(sum_j e^(x_j)) per row, relatively accurate for the winner too; never positive: -0
 * where it vanishes. ONNX LogSoftmax, PyTorch log_softmax, along the last axis. */
VACT_API vact_status vact_log_softmax_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_rows_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                               size_t rows, size_t cols);

/* ---------------------------------------------------------------------------------- losses from logits
 *
 * The loss takes the raw logits: neither softmax nor sigmoid is applied before it. Forward, backward, and both in
 * one pass over memory; _forward_backward returns the bits of the other two. dy is the gradient that arrives at the
 * loss: one element where the reduction is MEAN or SUM, else one per loss; a null dy stands for ones. One
 * implementation serves every variant. Sums over rows or elements run over 64 lanes (lane = index mod 64) and one
 * fixed tree, and are rounded to float once.
 *
 * A reduced loss is written even where there is nothing to reduce: 0 for the sum, NaN for the mean, as in PyTorch.
 */

typedef enum vact_reduction {
    VACT_REDUCTION_NONE = 0, /* a loss per row or element */
    VACT_REDUCTION_MEAN = 1,
    VACT_REDUCTION_SUM = 2
} vact_reduction;

/* The defaults, VACT_CROSS_ENTROPY_OPTIONS_F32, are PyTorch's. */
typedef struct vact_cross_entropy_options_f32 {
    size_t size;                /* sizeof(vact_cross_entropy_options_f32) */
    vact_reduction reduction;   /* MEAN divides by the sum of the weights of the targets that are not ignored */
    float label_smoothing;      /* within [0, 1]; 0 */
    int64_t ignore_index;       /* rows with this target count for nothing; -100 */
    const float *class_weights; /* `cols` values, finite and not negative; null for ones */
    size_t stride, dx_stride;   /* of the rows of logits and dx, 0 standing for `cols` */
} vact_cross_entropy_options_f32;

#define VACT_CROSS_ENTROPY_OPTIONS_F32                                                                                 \
    {sizeof(vact_cross_entropy_options_f32), VACT_REDUCTION_MEAN, 0.0f, -100, NULL, 0, 0}

/* The defaults, for whoever has no use for the macro; writes `size` bytes, that of the caller's structure. VACT_EINVAL
 * for a null pointer and for a size that no options have. */
VACT_API vact_status vact_cross_entropy_options_init_f32(void *options, size_t size);

/*
 * Cross-entropy of class indices, logits of shape [rows, cols], targets[r] in [0, cols) or the ignore_index (else
 * VACT_EINVAL, nothing being written). With log_p = log_softmax of a row, w the weights, s the smoothing:
 *
 *   loss = -(1 - s)*w[t]*log_p[t] - s/cols*sum_j w[j]*log_p[j]
 *   dx_j = dy*((1 - s)*w[t]*(p_j - [j = t]) + s/cols*(W*p_j - w[j])), W the sum of all w, p = softmax; and for MEAN
 *          divided by the sum of the targets' weights
 *
 * loss has `rows` elements for NONE, else one. An ignored row has loss and gradient +0, whatever it holds. A NaN or a
 * +inf in a row that counts, or a row of -inf alone, makes its loss, its gradient and any sum of losses NaN and
 * nothing else; 0*inf in the formula (a class of weight 0 and a logit -inf) is NaN too. Where all rows are ignored the
 * mean is NaN and the sum 0, the gradients are 0. dx may be logits, with equal strides; loss and dx otherwise lie
 * apart from each other and all else (VACT_EOVERLAP).
 *
 *   Error      of a loss at most 1.5 ULP, reduced too, a confident row (log_p near 0) included; with smoothing 3 ULP,
 *              for logits within +-2^126. Of dx, without smoothing, at most 3 ULP of dx, at the target too, where p is
 *              near 1; with smoothing, whose gradient has zeros, 3 ULP of the larger of |dy|*Q*p_j and |dy|*q_j, the
 *              two terms that dx is the difference of (q_j the weight of -log_p[j] in the loss, Q their sum). Where
 *              e^(x - max) is below 2^-150 it counts as 0.
 *
 * PyTorch cross_entropy with class indices; ONNX SoftmaxCrossEntropyLoss (no smoothing).
 */
VACT_API vact_status vact_cross_entropy_i32_f32(float *loss, const float *logits, const int32_t *targets, size_t rows,
                                                size_t cols, const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_i64_f32(float *loss, const float *logits, const int64_t *targets, size_t rows,
                                                size_t cols, const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_backward_i32_f32(float *dx, const float *dy, const float *logits,
                                                         const int32_t *targets, size_t rows, size_t cols,
                                                         const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_backward_i64_f32(float *dx, const float *dy, const float *logits,
                                                         const int64_t *targets, size_t rows, size_t cols,
                                                         const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i32_f32(float *loss, float *dx, const float *dy,
                                                                 const float *logits, const int32_t *targets,
                                                                 size_t rows, size_t cols,
                                                                 const vact_cross_entropy_options_f32 *options);
VACT_API vact_status vact_cross_entropy_forward_backward_i64_f32(float *loss, float *dx, const float *dy,
                                                                 const float *logits, const int64_t *targets,
                                                                 size_t rows, size_t cols,
                                                                 const vact_cross_entropy_options_f32 *options);

/* The defaults are VACT_BCE_WITH_LOGITS_OPTIONS_F32. A weight array has a count that divides n, and element i takes the
 * value i mod count: 1 for one value, the classes of a dense [batch, classes] for one per class, n for one per element.
 * Without an array the count is ignored. */
typedef struct vact_bce_with_logits_options_f32 {
    size_t size;              /* sizeof(vact_bce_with_logits_options_f32) */
    vact_reduction reduction; /* MEAN divides by n */
    const float *pos_weight;  /* the weight of the positive answers; null for ones */
    size_t pos_weight_count;
    const float *weight; /* of the whole loss; null for ones */
    size_t weight_count;
} vact_bce_with_logits_options_f32;

#define VACT_BCE_WITH_LOGITS_OPTIONS_F32                                                                               \
    {sizeof(vact_bce_with_logits_options_f32), VACT_REDUCTION_MEAN, NULL, 0, NULL, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_bce_with_logits_options_init_f32(void *options, size_t size);

/*
 * Binary cross-entropy of a logit x and a target t, usually within [0, 1], p the pos_weight and w the weight:
 *
 *   loss = w*((1 - t)*log(1 + e^x) + p*t*log(1 + e^-x))
 *   dx   = dy*w*((1 - t)*sigmoid(x) - p*t*sigmoid(-x)); for MEAN divided by n
 *
 * loss has n elements for NONE, else one. At an infinite x a factor (1 - t) or p*t that is 0 gives 0, as it does near
 * it (PyTorch: NaN). A NaN in x, t, p or w gives NaN. loss (for NONE) and dx may be x, targets or dy (where that has n
 * elements), but not each other.
 *
 *   Error      for t within [0, 1] and weights that are not negative: of a loss at most 4 ULP, reduced too; of dx at
 *              most 4 ULP of the larger of its two terms, so of dx itself where t is 0 or 1. For |x| > 87, where
 *              e^-|x| is subnormal, besides 2^-149 times the factors (p, w and dy) that this is multiplied by.
 *
 * PyTorch binary_cross_entropy_with_logits.
 */
VACT_API vact_status vact_bce_with_logits_f32(float *loss, const float *x, const float *targets, size_t n,
                                              const vact_bce_with_logits_options_f32 *options);
VACT_API vact_status vact_bce_with_logits_backward_f32(float *dx, const float *dy, const float *x, const float *targets,
                                                       size_t n, const vact_bce_with_logits_options_f32 *options);
VACT_API vact_status vact_bce_with_logits_forward_backward_f32(float *loss, float *dx, const float *dy, const float *x,
                                                               const float *targets, size_t n,
                                                               const vact_bce_with_logits_options_f32 *options);

/* ----------------------------------------------------------------------------------- the health of a layer
 *
 * Counts over the outputs of an activation; a NaN is neither 0 nor saturated. */

/* The share of elements that are 0 (or -0); 0 where n is 0. Of relu's outputs about a half is usual. */
VACT_API vact_status vact_zero_fraction_f32(double *fraction, const float *x, size_t n);

/* The number of units, columns of a dense [batch, units], that are 0 for the whole batch; mask, unless null, gets a 1
 * for each of these and a 0 for the others. No batch: no unit is dead. mask must not overlap x. */
VACT_API vact_status vact_dead_units_f32(size_t *count, unsigned char *mask, const float *x, size_t batch,
                                         size_t units);

/*
 * The share of elements within `tolerance` of the limits that an activation saturates at: x <= low + tolerance or
 * x >= high - tolerance, these two rounded to float; 0 where n is 0. For the outputs of sigmoid low = 0 and high = 1,
 * for tanh -1 and 1; with y = high - tolerance the derivative there is below tolerance (sigmoid: y*(1 - y)) or
 * 2*tolerance (tanh: 1 - y^2), so 0.01 counts what passes back less than a hundredth or a fiftieth of the gradient.
 * low <= high, an infinity where there is no limit (relu6: 0 and 6, elu: -alpha and +inf); 0 <= tolerance < inf.
 */
VACT_API vact_status vact_saturated_fraction_f32(double *fraction, const float *x, size_t n, float low, float high,
                                                 float tolerance);

/*
 * The gain with which weights are initialised before an activation: their deviation is gain/sqrt(fan).
 *
 *   relu                sqrt(2)                   (He 2015; PyTorch calculate_gain)
 *   leaky_relu, prelu   sqrt(2/(1 + param^2))     (He 2015; PyTorch calculate_gain), param being the slope
 *   tanh                5/3                       (PyTorch calculate_gain)
 *   sigmoid             1                         (Glorot 2010; PyTorch calculate_gain), and for no activation at all
 *   selu                3/4                       (PyTorch calculate_gain)
 *   the others          1/sqrt(E[f(z)^2]), z standard normal, at default parameters: what keeps the second moment
 *                       from layer to layer, the rule that gives relu its sqrt(2) (He 2015).
 * docs/approximations/gain.py computes them; for elu from param, its alpha.
 *
 * param is ignored but for leaky_relu, prelu and elu. NaN for an operation along rows, a gated unit, an unknown code,
 * and for a param that is used and not finite.
 */
VACT_API double vact_gain(vact_op op, float param);

/* ---------------------------------------------------------------------------------------- gated units
 *
 * dst[i] = act(gate[i])*up[i], as the feed-forward layers of transformers have it: gate and up are two projections of
 * the same input. (Dauphin 2016; Shazeer 2020, "GLU Variants Improve Transformer".)
 *
 *   Which half is the gate differs: PyTorch's glu(a, b) = a*sigmoid(b) takes the second half, the packed projections of
 *   most transformers (gate_up_proj, silu_and_mul) the first, gpt-oss the elements at even places: vact_gate_layout.
 *   Error      one rounding of the product after act's own error: at most 2*b + 0.5 ULP, b act's bound; the tests hold
 *              them to 2 ULP in the variant fast and to 4 in sleef, also where act(gate) is subnormal or vanishes and
 *              act(gate)*up does not.
 *   NaN        in either input, an infinite up where act(gate) is 0 (relu below 0, a gate of -inf), give NaN.
 *   Aliasing   dst may equal gate or up; gate and up may overlap in any way.
 *
 * Gradients: dgate[i] = dy[i]*up[i]*act'(gate[i]) and dup[i] = dy[i]*act(gate[i]), one form for every variant.
 *   Error      dup as forward in the variant fast; dgate as the derivative of act (2 ULP outside the neighbourhood of
 *              a zero of act') and 1 ULP more, as dy*up is rounded before: where that overflows or is subnormal the
 *              result suffers. Where act' is 0 by a case (relu) dgate is +0 even for an infinite or NaN dy*up.
 *   Aliasing   dgate and dup may each equal one of the three inputs, but must lie apart from each other.
 */

/* glu: sigmoid(gate)*up. PyTorch glu, of the halves (up, gate) of its argument. */
VACT_API vact_status vact_glu_f32(float *dst, const float *gate, const float *up, size_t n);

/* reglu: relu(gate)*up. Shazeer 2020. */
VACT_API vact_status vact_reglu_f32(float *dst, const float *gate, const float *up, size_t n);

/* geglu: gelu(gate)*up. Shazeer 2020. */
VACT_API vact_status vact_geglu_f32(float *dst, const float *gate, const float *up, size_t n);

/* geglu_tanh: gelu_tanh(gate)*up, as Gemma has it. */
VACT_API vact_status vact_geglu_tanh_f32(float *dst, const float *gate, const float *up, size_t n);

/* swiglu: silu(gate)*up. Shazeer 2020; Llama, Mistral, Qwen. */
VACT_API vact_status vact_swiglu_f32(float *dst, const float *gate, const float *up, size_t n);

/* swiglu_oai: gelu_quick(min(gate, 7))*(clamp(up, -7, 7) + 1), of gpt-oss (alpha 1.702, limit 7). */
VACT_API vact_status vact_swiglu_oai_f32(float *dst, const float *gate, const float *up, size_t n);

VACT_API vact_status vact_glu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                           const float *up, size_t n);
VACT_API vact_status vact_reglu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                             const float *up, size_t n);
VACT_API vact_status vact_geglu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                             const float *up, size_t n);
VACT_API vact_status vact_geglu_tanh_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                  const float *up, size_t n);
VACT_API vact_status vact_swiglu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                              const float *up, size_t n);
/* dgate is 0 for gate > 7, dup for |up| > 7; at the limits themselves the slope is that inside, as PyTorch's clamp. */
VACT_API vact_status vact_swiglu_oai_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                  const float *up, size_t n);

/* Where the gate stands in a row of 2*cols elements. */
typedef enum vact_gate_layout {
    VACT_GATE_FIRST = 0,      /* gate in the first cols elements, up in the rest */
    VACT_GATE_SECOND = 1,     /* up in the first cols elements, gate in the rest: PyTorch's glu */
    VACT_GATE_INTERLEAVED = 2 /* gate, up, gate, up ...: gpt-oss */
} vact_gate_layout;

/* An operation of kind VACT_KIND_GATE by its code over rows x cols, row r of each array at r times its stride. The
 * results and errors are those of the named function; VACT_EINVAL for another kind and for a stride below cols. params
 * null stands for the defaults; no gated unit of this release has parameters. */
VACT_API vact_status vact_gate_rows_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride,
                                        const float *gate, size_t gate_stride, const float *up, size_t up_stride,
                                        size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_rows_f32(vact_op op, const vact_params_f32 *params, float *dgate,
                                                 size_t dgate_stride, float *dup, size_t dup_stride, const float *dy,
                                                 size_t dy_stride, const float *gate, size_t gate_stride,
                                                 const float *up, size_t up_stride, size_t rows, size_t cols);

/*
 * The same of one packed array of rows of 2*cols elements (src_stride >= 2*cols, else VACT_EINVAL) to rows of cols,
 * and its gradient dsrc in the layout of src. dst lies apart from src. dsrc may equal src (and the strides) and lies
 * apart from dy.
 */
VACT_API vact_status vact_gate_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                          float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                          size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                                   float *dsrc, size_t dsrc_stride, const float *dy, size_t dy_stride,
                                                   const float *src, size_t src_stride, size_t rows, size_t cols);

/* Kernels, on the terms of vact_kernel_f32: no checks; the aliasing as above. */
typedef void vact_gate_f32_fn(float *dst, const float *gate, const float *up, size_t n, const vact_params_f32 *params);
typedef void vact_gate_backward_f32_fn(float *dgate, float *dup, const float *dy, const float *gate, const float *up,
                                       size_t n, const vact_params_f32 *params);
VACT_API vact_gate_f32_fn *vact_gate_kernel_f32(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_gate_backward_f32_fn *vact_gate_backward_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* ------------------------------------------------------------------------------------------- epilogues
 *
 * What follows a matrix product, in one pass over memory:
 *
 *     dst[r][c] = act(x[r][c]*scale + bias[c]) + residual[r][c]
 *
 * x*scale + bias is rounded once (one FMA), act has the error of its operation, the sum with the residual is rounded
 * once more. The bits are those of vact_forward_f32 on the rounded argument.
 */

/* What stands around the activation. */
typedef struct vact_epilogue_options_f32 {
    size_t size;           /* sizeof(vact_epilogue_options_f32) */
    float scale;           /* finite; 1 */
    const float *bias;     /* `cols` values; null for none */
    const float *residual; /* a matrix like x; null for none */
    size_t residual_stride;
} vact_epilogue_options_f32;

#define VACT_EPILOGUE_OPTIONS_F32 {sizeof(vact_epilogue_options_f32), 1.0f, NULL, NULL, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_epilogue_options_init_f32(void *options, size_t size);

/* op is of kind VACT_KIND_UNARY; params and options null stand for the defaults. Row r of each matrix is at r times its
 * stride, none below cols (VACT_EINVAL); without a residual its stride is ignored. dst may equal x or the residual
 * (with equal strides); the bias must not overlap dst. */
VACT_API vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride,
                                       const float *x, size_t x_stride, size_t rows, size_t cols,
                                       const vact_epilogue_options_f32 *options);

/* The kernel of one operation, to resolve once and call per tile: no checks, not of the options either, of which it
 * takes those members that lie within their size. vact/inline.h has the same activations on vectors, for use inside a
 * matrix product. */
typedef void vact_epilogue_f32_fn(float *dst, size_t dst_stride, const float *x, size_t x_stride, size_t rows,
                                  size_t cols, const vact_epilogue_options_f32 *options, const vact_params_f32 *params);
VACT_API vact_epilogue_f32_fn *vact_epilogue_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* ------------------------------------------------------------------------------------ the softmax family
 *
 * One implementation, that of the variant `fast`, serves every variant of the functions below. Errors hold for any
 * number of columns up to 2^20 (longer rows lose nothing that was seen); the bits depend on the row alone, also between
 * the functions: a row has the same under vact_softmax_f32 (in the variants auto and fast), under
 * vact_softmax_masked_f32 without options, as a column under vact_softmax_axis_f32, and at any stride.
 */

/*
 * Which row of a mask serves row r of the matrix: row (r/repeat) mod rows, at `stride` elements from one to the next. A
 * repeat of 0 counts as 1, and rows 0 as the rows of the matrix, so that all 0 but the stride is one mask row per row;
 * stride 0 is one mask row for all. With `block` the rows of the matrix come in blocks, each with `block_rows` rows of
 * the mask:
 *
 *     row ((r/block)*block_rows + ((r mod block)/repeat) mod block_rows) mod rows
 *
 * (VACT_EINVAL where one of the two is 0 and the other not, and where no size_t holds the number.) For attention scores
 * [batch, heads, queries, keys] as batch*heads*queries rows: a mask
 *
 *   [queries, keys]             has rows = queries
 *   [batch, keys]               rows = batch, repeat = heads*queries
 *   [batch, 1, queries, keys]   rows = batch*queries, block = heads*queries, block_rows = queries
 *   [heads, keys]               rows = heads, repeat = queries
 */
typedef struct vact_mask_layout { /* never grows */
    size_t stride;                /* 0, or at least the columns */
    size_t rows;
    size_t repeat;
    size_t block; /* 0: none */
    size_t block_rows;
} vact_mask_layout;

/*
 * What a row's logits are made of: scale*x + bias, exact before the exponential, and -inf where a mask leaves the
 * element out.
 *
 *   vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
 *   options.scale = 0.125f;
 *
 * An element that `keep` or causality leaves out counts as -inf whatever it holds, NaN included (it is read, though).
 * Masks must not overlap what is written (VACT_EOVERLAP).
 */
typedef struct vact_softmax_options_f32 {
    size_t size;       /* sizeof(vact_softmax_options_f32) */
    float scale;       /* 1/temperature; > 0 and finite; 1 */
    const float *bias; /* an additive mask: ONNX Attention's and PyTorch's float attn_mask; null for none */
    vact_mask_layout bias_layout;
    const unsigned char *keep; /* 0 leaves the element out, anything else keeps it: ONNX Attention's and PyTorch's
                                  boolean attn_mask (key_padding_mask is its opposite); null for none */
    vact_mask_layout keep_layout;
    size_t causal_queries;   /* not 0: row r is query q = r mod causal_queries, and sees the columns k <= q + offset */
    ptrdiff_t causal_offset; /* 0: from the upper left, PyTorch's is_causal; keys - queries: to the lower right */
} vact_softmax_options_f32;

#define VACT_SOFTMAX_OPTIONS_F32 {sizeof(vact_softmax_options_f32), 1.0f, 0, {0, 0, 0, 0, 0}, 0, {0, 0, 0, 0, 0}, 0, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_softmax_options_init_f32(void *options, size_t size);

/*
 * softmax and log_softmax of scale*x + mask, at most 2 ULP of the exact value of that; options null for none. A row of
 * which nothing is left (all -inf) is 0 (log_softmax: -inf) where a mask was given, as ONNX Attention has it, and NaN
 * where none was. A NaN or +inf that is left makes its row NaN.
 */
VACT_API vact_status vact_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                             size_t rows, size_t cols, const vact_softmax_options_f32 *options);
VACT_API vact_status vact_log_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                                 size_t rows, size_t cols, const vact_softmax_options_f32 *options);

/*
 * logsumexp: dst[r] = log(sum_j e^(x_j)) of row r, dst an array of `rows`; at most 2 ULP of |max| + log(sum e^(x -
 * max)), and of the result where these have one sign. -inf for a row of -inf alone, or of no columns, or of which a
 * mask leaves nothing; +inf where there is one; NaN for NaN. dst must not overlap src. ONNX ReduceLogSumExp, PyTorch
 * logsumexp, along the last axis.
 */
VACT_API vact_status vact_logsumexp_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_rows_f32(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_masked_f32(float *dst, const float *src, size_t src_stride, size_t rows,
                                               size_t cols, const vact_softmax_options_f32 *options);

/* softmax and log_softmax along the middle axis of a dense tensor [outer, axis, inner], element (o, a, i) at
 * (o*axis + a)*inner + i; at most 2 ULP. Nothing is transposed or allocated. ONNX Softmax, PyTorch softmax with axis.
 */
VACT_API vact_status vact_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner);

/*
 * The gradients, from the outputs. dx may equal dy or y (or x) with the same stride. With softmax(scale*x), and
 * log_softmax and logsumexp of scale*x, give that scale (finite), else 1; a bias does not enter. An element that a mask
 * left out has y = 0 (log_softmax: -inf), and gets the gradient 0 from softmax, scale*dy from log_softmax, whose caller
 * passes dy = 0 there.
 *
 *   softmax      dx = scale*y*(dy - sum_j dy_j*y_j)        at most 2 ULP, and 2^-40*|scale*y|*sum_j |dy_j*y_j|
 *   log_softmax  dx = scale*(dy - e^y*sum_j dy_j)          at most 2 ULP, and 2^-24*|s| + 2^-189*|S|
 *                                                          for S = scale*sum_j dy_j, s = S*e^y
 *   logsumexp    dx_j = scale*dy*e^(scale*x_j - y)         at most 2 ULP, and 2^-189*|scale*dy|; dy and y arrays of
 *                                                          `rows`
 *
 * counted against the y given, which must be that function's output. A NaN or an infinity in dy makes what depends on
 * it NaN or infinite.
 *
 * The masked ones take the options of the forward function in place of the scale. For log_softmax and logsumexp a bias,
 * `keep` or causality is VACT_EUNSUPPORTED in this release. softmax takes them, as its y has all that matters of them;
 * dy must be finite, though, where they leave an element out. Two arguments are for options to come: x, the input of
 * the forward function (but logsumexp's must not be null), and dsink; x may be null, dsink must be, else it is
 * VACT_EUNSUPPORTED.
 */
VACT_API vact_status vact_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                                    const float *y, size_t y_stride, size_t rows, size_t cols,
                                                    float scale);
VACT_API vact_status vact_softmax_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                                      size_t dy_stride, const float *x, size_t x_stride, const float *y,
                                                      size_t y_stride, size_t rows, size_t cols,
                                                      const vact_softmax_options_f32 *options);
VACT_API vact_status vact_log_softmax_backward_f32(float *dx, const float *dy, const float *y, size_t rows,
                                                   size_t cols);
VACT_API vact_status vact_log_softmax_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, size_t dy_stride,
                                                        const float *y, size_t y_stride, size_t rows, size_t cols,
                                                        float scale);
VACT_API vact_status vact_log_softmax_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                                          size_t dy_stride, const float *x, size_t x_stride,
                                                          const float *y, size_t y_stride, size_t rows, size_t cols,
                                                          const vact_softmax_options_f32 *options);
VACT_API vact_status vact_logsumexp_backward_f32(float *dx, const float *dy, const float *x, const float *y,
                                                 size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_backward_rows_f32(float *dx, size_t dx_stride, const float *dy, const float *x,
                                                      size_t x_stride, const float *y, size_t rows, size_t cols,
                                                      float scale);
VACT_API vact_status vact_logsumexp_backward_masked_f32(float *dx, size_t dx_stride, float *dsink, const float *dy,
                                                        const float *x, size_t x_stride, const float *y, size_t rows,
                                                        size_t cols, const vact_softmax_options_f32 *options);

/*
 * softmax over blocks of columns, for attention that never holds a row of scores (Milakov and Gimelshein 2018; Dao et
 * al. 2022, "FlashAttention"). A row's state is the sum of the exponentials so far, sum*2^exponent. Per block of keys:
 *
 *   scores = Q K^T for the block                                     [rows, cols]
 *   vact_softmax_online_update_f32(state, rescale, p, cols, scores, cols, rows, cols, options)
 *   O[r] = O[r]*rescale[r] + p[r] V                                  O begins as 0
 *
 * and at the end vact_softmax_online_finish_f32(factor, lse, state, rows, options), O[r] *= factor[r].
 *
 * The exponent is a whole number, and rescale[r], 2^(the old exponent - the new), is 1 in most blocks and an exact
 * power of two always: O, the sums and the exponentials lose nothing to it. p may be scores. Where a mask is given, it
 * and its layout are those of the block: pass columns on (bias + first key, causal_offset - first key). A block of -inf
 * alone adds nothing, and a row that never saw anything else has factor 0; a NaN or +inf makes its row's sum, and so
 * its factor, NaN. p, in [0, 1], at most 1.5 ULP; for logits of at most 2^20 in magnitude.
 */
typedef struct vact_softmax_online_f32 {
    double exponent; /* -inf at the start */
    double sum;
} vact_softmax_online_f32;

/* The states of `rows` rows that have seen nothing. */
VACT_API vact_status vact_softmax_online_start_f32(vact_softmax_online_f32 *state, size_t rows);

/* Adds a block: updates state[rows], writes rescale[rows] and p = e^(logit)/2^exponent, the new one, at dst. The arrays
 * must not overlap, but for dst == src with equal strides. */
VACT_API vact_status vact_softmax_online_update_f32(vact_softmax_online_f32 *state, float *rescale, float *dst,
                                                    size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                                    size_t cols, const vact_softmax_options_f32 *options);

/* factor[r] = 1/sum (0 for a row that saw nothing); lse[r], the logsumexp of the row, for the backward pass (-inf for
 * such a row), at most 2 ULP of |max| + log(sum e^(x - max)) and 2^-24. Either may be null. The options are those of
 * the updates; what they hold in this release enters in these alone. */
VACT_API vact_status vact_softmax_online_finish_f32(float *factor, float *lse, const vact_softmax_online_f32 *state,
                                                    size_t rows, const vact_softmax_options_f32 *options);

/*
 * The gradient of prelu over a dense tensor [outer, channels, inner]: dx = x > 0 ? dy : slope[c]*dy, and dslope[c] =
 * the sum of dy*x over the elements of channel c with x <= 0 (PyTorch's), over 64 virtual lanes (lane = o*inner + i mod
 * 64) and one fixed tree, the error of every product and addition kept: at most 1 ULP, and 2^-40 of the sum of |dy*x|.
 * dx may equal dy or x; dslope overlaps nothing. slope as for vact_prelu_f32. A NaN in x gives NaN in both. Where
 * nothing is summed (outer or inner 0) dslope is 0.
 */
VACT_API vact_status vact_prelu_backward_f32(float *dx, float *dslope, const float *dy, const float *x,
                                             const float *slope, size_t outer, size_t channels, size_t inner);

#ifdef __cplusplus
}
#endif

#endif
