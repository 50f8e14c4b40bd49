/*
 * vact: activation functions of neural networks over arrays of float. The kernels are hand-written for AVX2, AVX-512
 * and NEON; the library picks those of the CPU at run time.
 *
 * For every function of this header:
 *
 *   Sizes      count elements, never bytes.
 *   Errors     are returned (vact_status), and the destination is then untouched. The library never prints, aborts,
 *              allocates, starts a thread or catches a signal.
 *   Options    are structures whose first member is their size. Start from the macro with the structure's name, or
 *              from the init function, and set what you need. A null pointer means the defaults. Later releases add
 *              members at the end, with all bits 0 as the default, so the program and the library may be of different
 *              releases: members that a smaller structure lacks count as 0; the unknown bytes of a larger one must be
 *              0, else VACT_EUNSUPPORTED. A size below that of the first version, or above 4096, is VACT_EINVAL.
 *   Checks     are made in this order: parameters, sizes (more than PTRDIFF_MAX bytes, a stride below the columns),
 *              nothing to do (VACT_OK), null pointers, values of arrays (slopes, class weights, targets), overlap. The
 *              pointer to a single result that is written even for n = 0 must not be null.
 *   Gradients  may be left out of a build (VACT_WITH_GRADIENTS). Then every backward function returns
 *              VACT_EUNSUPPORTED right after the check of its parameters, and the kernels of gradients are null. The
 *              losses keep theirs: one kernel computes loss and gradient.
 *   Aliasing   dst may equal src, with equal strides. Any other overlap is VACT_EOVERLAP. A strided matrix counts as
 *              the whole range from its first element to its last. Two arrays of float share whole elements or nothing,
 *              since both are aligned: there is no overlap by one to three bytes.
 *   Alignment  any that float allows.
 *   Threads    every function may be called from any number of threads at once.
 *   Stack      a call needs at most 8 KiB, in an optimised build.
 *   Accuracy   is stated in ULP; docs/accuracy.md has the definition and the largest error of each operation over all
 *              2^32 inputs. The bits of a result depend only on the operation, the variant and the input: not on the
 *              instruction set, the length, the alignment or the position.
 *   NaN        in, NaN out, always. The bits of a NaN, its sign and payload, are not fixed: they may differ between
 *              instruction sets and lengths (elu, log_sigmoid). A result is never a signalling NaN, except that relu6,
 *              hardtanh, hard_shrink, threshold and thresholded_relu pass one through; `sleef` may return any.
 *   Limits     an infinite input gives the limit of the function. f(-0) = -0 wherever f(0) = 0, unless stated
 *              otherwise. Subnormal inputs and results are handled in full.
 *   Rounding   to nearest, without FTZ/DAZ, is assumed. The control state is never changed.
 *   Exceptions On inputs of at most 2^126 in magnitude, and with any mask, invalid, divide by zero and overflow are not
 *              raised unless an exact result is beyond the range of floats: a program may trap them (feenableexcept).
 *              This holds with the compilers that vact is tested with, for parameters of ordinary size; not in the
 *              variant `sleef`, nor for inexact and underflow. On the way there may be overflow of alpha*x (elu, where
 *              x < 0), x/alpha, beta*x, hard_swish's x*x, an epilogue's x*scale + bias and a logit scale*x + bias; in
 *              gradients of dy*up, dy*x (relu_squared, hard_swish, prelu's dslope), alpha*dy (hard_sigmoid) and
 *              beta*dy*y (softplus), and of anything for |dy| above 2^90.
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

/* Raised by a release in which an operation returns other bits than before. */
#define VACT_NUMERICS_VERSION 4

/* ---------------------------------------------------------------------------------------------- types */

typedef enum vact_status {
    VACT_OK = 0,
    VACT_EINVAL = 1,      /* a parameter outside its domain, an impossible size, a null pointer, a wrong code */
    VACT_EOVERLAP = 2,    /* source and destination overlap in part */
    VACT_EUNSUPPORTED = 3 /* this CPU or this build lacks the instruction set, the variant or the gradient */
} vact_status;

typedef enum vact_isa {
    VACT_ISA_AUTO = 0,
    VACT_ISA_SCALAR = 1,
    VACT_ISA_AVX2 = 2,   /* AVX2 and FMA */
    VACT_ISA_AVX512 = 3, /* AVX-512 F, BW, DQ and VL */
    VACT_ISA_NEON = 4    /* AArch64 Advanced SIMD */
} vact_isa;

/* The variant: which mathematics an operation uses. An operation without a transcendental function has one kernel,
 * which serves every variant; softsign, hard_swish and relu_squared_glu have another one in CR. Under CR epilogues, the
 * online softmax and gradients but those of losses are those of FAST; vact_epilogue_kernel_f32 of CR is null. */
typedef enum vact_math {
    VACT_MATH_AUTO = 0,  /* for each operation the variant that `vact list` names; the same on every CPU */
    VACT_MATH_SLEEF = 1, /* SLEEF's vector functions, at most 4 ULP */
    VACT_MATH_FAST = 2,  /* vact's own inlined mathematics, at most 1.5 ULP; gated units and softmax 2 */
    VACT_MATH_CR = 3     /* element-by-element operations correctly rounded; gated units, the softmax family forward and
                            losses at most 0.501 ULP */
} vact_math;

/* bfloat16, the upper half of a float, and half (IEEE binary16), as bits: structures, so that the compiler tells them
 * apart from each other and from integers. */
typedef struct vact_bf16 {
    uint16_t bits;
} vact_bf16;
typedef struct vact_f16 {
    uint16_t bits;
} vact_f16;

/* The type of an array's elements, for calls by code. */
typedef enum vact_type { VACT_F32 = 0, VACT_BF16 = 1, VACT_F16 = 2, VACT_F64 = 3 } vact_type;

/* What an operation works on. It decides which by-code call takes it. */
typedef enum vact_kind {
    VACT_KIND_UNARY = 1,    /* element by element */
    VACT_KIND_CHANNELS = 2, /* element by element, with one parameter per channel */
    VACT_KIND_ROWS = 3,     /* along the rows of a matrix */
    VACT_KIND_GATE = 4      /* two inputs, element by element */
} vact_kind;

/* Operation codes. The kind is code / 256 (VACT_OP_KIND). A code is never reused. */
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
    VACT_OP_IDENTITY = 0x11d,
    VACT_OP_SOFTCAP = 0x11e,
    VACT_OP_XIELU = 0x11f,
    VACT_OP_SQRT_SOFTPLUS = 0x120,
    VACT_OP_ERF = 0x121,
    VACT_OP_PRELU = 0x201,
    VACT_OP_SOFTMAX = 0x301,
    VACT_OP_LOG_SOFTMAX = 0x302,
    VACT_OP_GLU = 0x401,
    VACT_OP_REGLU = 0x402,
    VACT_OP_GEGLU = 0x403,
    VACT_OP_GEGLU_TANH = 0x404,
    VACT_OP_SWIGLU = 0x405,
    VACT_OP_SWIGLU_OAI = 0x406,
    VACT_OP_SWIGLU_CLAMPED = 0x407,
    VACT_OP_SWIGLU_STEP = 0x408,
    VACT_OP_GEGLU_QUICK = 0x409,
    VACT_OP_SITU_GLU = 0x40a,
    VACT_OP_FATREGLU = 0x40b,
    VACT_OP_RELU_SQUARED_GLU = 0x40c
} vact_op;

#define VACT_OP_KIND(op) ((vact_kind)((unsigned)(op) >> 8))

/* The parameters of a by-code call, in the order of the named function, or of its documentation where it takes none
 * (hard_swish, selu); the rest is ignored. A null pointer means the defaults. */
typedef struct vact_params_f32 { /* never grows */
    float v[4];
} vact_params_f32;

/* ---------------------------------------------------------------------------------- choice and report */

/* The version of the running library, as "major.minor.patch"; VACT_VERSION is that of the header. */
VACT_API const char *vact_version(void);

/* What a status means, as a static string; never null. */
VACT_API const char *vact_status_string(vact_status status);

typedef struct vact_info_t {
    size_t size;               /* sizeof of this structure in the library: compare before reading late members */
    const char *version;       /* as vact_version() */
    int numerics_version;      /* VACT_NUMERICS_VERSION of the library */
    const char *features;      /* those CPU features vact asks for that were found, space-separated */
    const char *builds;        /* the builds in this library, strongest first, space-separated */
    const char *isa;           /* the build in use: "scalar", "scalar_fma", "avx2", "avx512" or "neon" */
    const char *math;          /* the variant in use: "auto", "sleef" or "fast" */
    const char *detected;      /* the strongest build that this CPU runs */
    const char *env_isa;       /* the environment variable VACT_ISA: "unset", "honoured", "unknown", "unsupported" */
    const char *env_math;      /* the same of VACT_MATH */
    const char *sleef_version; /* the SLEEF that the library was compiled against; "none" without */
} vact_info_t;

/* What the library found and what it uses now. The structure belongs to the calling thread, whose next call overwrites
 * it. The strings are static, except `features`, which lives as long as the structure. */
VACT_API const vact_info_t *vact_info(void);

/*
 * Chooses the instruction set and the variant for the whole process. AUTO means the strongest instruction set of this
 * CPU, and for each operation the variant that `vact list` names. For applications, not for libraries. Thread-safe:
 * calls that are already running finish with the old choice.
 *
 * It overrides the environment variables VACT_ISA (scalar, avx2, avx512, neon) and VACT_MATH (sleef, fast, cr), which
 * are read once, at first use. An empty value counts as unset; an unknown or unsupported one counts as auto, and
 * vact_info says so.
 *
 * VACT_EINVAL for an invalid code, VACT_EUNSUPPORTED where the CPU or the library lacks it; the choice then stays.
 */
VACT_API vact_status vact_select(vact_isa isa, vact_math math);

/*
 * A unary kernel: no checks, no atomics. A null params means the defaults; the parameters must lie in the operation's
 * domain; dst equals src or does not overlap it; n may be 0.
 */
typedef void vact_unary_f32_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);

/* The kernel of a derivative, on the same terms: dx[i] = dy[i]*f'(x[i]). dx may equal dy or x; otherwise it must not
 * overlap them. */
typedef void vact_backward_f32_fn(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params);

/* The kernel of a VACT_KIND_UNARY operation, to resolve once and call often; valid for the life of the process. AUTO
 * means what vact_select or the environment chose. Null for an invalid code, for another kind, and where the CPU or the
 * library lacks it. */
VACT_API vact_unary_f32_fn *vact_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* The kernels of its derivative, from the input and from the output; null where the operation has none. */
VACT_API vact_backward_f32_fn *vact_backward_kernel_f32(vact_op op, vact_isa isa, vact_math math);
VACT_API vact_backward_f32_fn *vact_backward_from_output_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* A VACT_KIND_UNARY operation by its code, for graph executors. Checks, results and errors are those of the named
 * function; VACT_EINVAL for another kind. */
VACT_API vact_status vact_forward_f32(vact_op op, const vact_params_f32 *params, float *dst, const float *src,
                                      size_t n);

/* --------------------------------------------------------------------- element by element: piecewise
 * Correctly rounded, except hard_swish and softsign: at most 1.5 ULP (docs/accuracy.md). */

/* relu: x < 0 ? +0 : x, so relu(-0) = -0. ONNX Relu, PyTorch relu. */
VACT_API vact_status vact_relu_f32(float *dst, const float *src, size_t n);

/* relu6: x < 0 ? +0 : x > 6 ? 6 : x. PyTorch relu6 (Krizhevsky 2010). */
VACT_API vact_status vact_relu6_f32(float *dst, const float *src, size_t n);

/* relu_squared: x < 0 ? +0 : x*x; relu_squared(-0) = +0. So et al. 2021, "Primer". */
VACT_API vact_status vact_relu_squared_f32(float *dst, const float *src, size_t n);

/* leaky_relu: x >= 0 ? x : alpha*x. Default alpha 0.01, finite; with alpha 0, -inf gives -0 (the limit).
 * ONNX LeakyRelu, PyTorch leaky_relu (Maas 2013). PyTorch's rrelu in evaluation mode is leaky_relu with
 * alpha = (lower + upper)/2. */
VACT_API vact_status vact_leaky_relu_f32(float *dst, const float *src, size_t n, float alpha);

/*
 * prelu: x >= 0 ? x : slope[c]*x over a dense tensor of shape [outer, channels, inner], with element (o, c, i) at
 * (o*channels + c)*inner + i. slope holds `channels` values, each finite (else VACT_EINVAL), and must not overlap dst.
 * One slope for the whole tensor: channels = 1. One slope per element of the last axis: inner = 1. PyTorch's initial
 * slope is 0.25. ONNX PRelu, PyTorch prelu (He 2015).
 */
VACT_API vact_status vact_prelu_f32(float *dst, const float *src, const float *slope, size_t outer, size_t channels,
                                    size_t inner);

/* hardtanh: min(max(x, lo), hi). Defaults -1 and 1, infinities allowed; where lo > hi the result is hi for every x, as
 * in ONNX Clip and PyTorch clamp. ONNX Clip, PyTorch hardtanh (lo <= hi). */
VACT_API vact_status vact_hardtanh_f32(float *dst, const float *src, size_t n, float lo, float hi);

/* hard_sigmoid: alpha*x + beta, clamped to [0, 1]. Defaults 0.2 and 0.5, both finite. With alpha 0 an infinite x gives
 * the clamped beta (the limit). ONNX HardSigmoid. */
VACT_API vact_status vact_hard_sigmoid_f32(float *dst, const float *src, size_t n, float alpha, float beta);

/* hard_sigmoid6: (x + 3)/6, clamped to [0, 1]. PyTorch hardsigmoid (Howard 2019). */
VACT_API vact_status vact_hard_sigmoid6_f32(float *dst, const float *src, size_t n);

/* hard_swish: x*clamp(x + 3, 0, 6)/6; -0 for every x <= -3, -inf included. By code it takes the alpha and beta of
 * ONNX's definition, x*clamp(alpha*x + beta, 0, 1), both finite. The defaults, the floats 0.166667 (nearest to 1/6) and
 * 0.5, stand for the exact 1/6 and 1/2, so that an executor may pass ONNX's on. ONNX HardSwish, PyTorch hardswish
 * (Howard 2019). */
VACT_API vact_status vact_hard_swish_f32(float *dst, const float *src, size_t n);

/* soft_shrink: x > lambda ? x - lambda : x < -lambda ? x + lambda : 0 with the sign of x. Default 0.5;
 * lambda >= 0. ONNX Shrink(bias=lambda), PyTorch softshrink. */
VACT_API vact_status vact_soft_shrink_f32(float *dst, const float *src, size_t n, float lambda);

/* hard_shrink: |x| <= lambda ? 0 with the sign of x : x. Default 0.5; lambda >= 0. ONNX Shrink(bias=0),
 * PyTorch hardshrink. */
VACT_API vact_status vact_hard_shrink_f32(float *dst, const float *src, size_t n, float lambda);

/* threshold: x <= theta ? value : x. Neither parameter may be NaN; both are 0 by default in by-code calls. PyTorch
 * threshold. */
VACT_API vact_status vact_threshold_f32(float *dst, const float *src, size_t n, float theta, float value);

/* thresholded_relu: x > alpha ? x : +0, but -0 stays -0 where alpha >= 0. Default 1, finite. ONNX ThresholdedRelu
 * (Konda 2014). */
VACT_API vact_status vact_thresholded_relu_f32(float *dst, const float *src, size_t n, float alpha);

/* identity: x; a code for graph executors. ONNX Identity, PyTorch nn.Identity. */
VACT_API vact_status vact_identity_f32(float *dst, const float *src, size_t n);

/* softsign: x/(1 + |x|); +-1 at the infinities. ONNX Softsign, PyTorch softsign (Turian 2009). */
VACT_API vact_status vact_softsign_f32(float *dst, const float *src, size_t n);

/* ---------------------------------------------------------------- element by element: transcendental */

/* exp: e^x; +0 at -inf, +inf from 88.722839 on. ONNX Exp. */
VACT_API vact_status vact_exp_f32(float *dst, const float *src, size_t n);

/* sigmoid: 1/(1 + e^-x), within [0, 1]; accurate down to the subnormal results at -103. ONNX Sigmoid, PyTorch sigmoid.
 */
VACT_API vact_status vact_sigmoid_f32(float *dst, const float *src, size_t n);

/* log_sigmoid: -log(1 + e^-x). Never positive: -0 where it underflows and at +inf. PyTorch logsigmoid. */
VACT_API vact_status vact_log_sigmoid_f32(float *dst, const float *src, size_t n);

/* tanh, within [-1, 1]. ONNX Tanh, PyTorch tanh. */
VACT_API vact_status vact_tanh_f32(float *dst, const float *src, size_t n);

/* tanh_shrink: x - tanh(x); accurate near 0 too, where it is about x^3/3. PyTorch tanhshrink. */
VACT_API vact_status vact_tanh_shrink_f32(float *dst, const float *src, size_t n);

/* elu: x > 0 ? x : alpha*(e^x - 1); -alpha at -inf. Default alpha 1, finite; the error bound was sampled for
 * 2^-20 <= |alpha| <= 2^20. ONNX Elu, PyTorch elu (Clevert 2015). */
VACT_API vact_status vact_elu_f32(float *dst, const float *src, size_t n, float alpha);

/* celu: x > 0 ? x : alpha*(e^(x/alpha) - 1); -alpha at -inf for alpha > 0. Default alpha 1, finite and not 0; the error
 * bound was sampled for 2^-20 <= |alpha| <= 2^20. ONNX Celu, PyTorch celu (Barron 2017). */
VACT_API vact_status vact_celu_f32(float *dst, const float *src, size_t n, float alpha);

/* selu: s*(x > 0 ? x : a*(e^x - 1)) with the exact constants a = 1.67326324235437728... and s = 1.05070098735548049...
 * By code it takes the attributes of ONNX's Selu: gamma*(x > 0 ? x : alpha*(e^x - 1)), both finite. The defaults are
 * ONNX's floats alpha 1.67326 (1.67326319217681884765625) and gamma 1.0507 (1.05070102214813232421875), which stand for
 * the exact constants; with others the error bound was sampled for 2^-20 to 2^20 in magnitude. ONNX Selu, PyTorch selu
 * (Klambauer 2017). */
VACT_API vact_status vact_selu_f32(float *dst, const float *src, size_t n);

/* gelu: x*Phi(x), where Phi is the standard normal CDF; accurate in the whole lower tail; -0 at -inf. ONNX
 * Gelu(approximate="none"), PyTorch gelu (Hendrycks 2016). */
VACT_API vact_status vact_gelu_f32(float *dst, const float *src, size_t n);

/* gelu_tanh: x*(1 + tanh(sqrt(2/pi)*(x + 0.044715 x^3)))/2; -0 at -inf. Errors are counted against this formula, not
 * against gelu. ONNX Gelu(approximate="tanh"), PyTorch gelu(approximate="tanh"). */
VACT_API vact_status vact_gelu_tanh_f32(float *dst, const float *src, size_t n);

/* gelu_quick: x*sigmoid(1.702 x); -0 at -inf. (Hendrycks 2016; ONNX Runtime QuickGelu.) */
VACT_API vact_status vact_gelu_quick_f32(float *dst, const float *src, size_t n);

/* silu: x*sigmoid(x); -0 at -inf. ONNX Swish(alpha=1), PyTorch silu (Elfwing 2017). */
VACT_API vact_status vact_silu_f32(float *dst, const float *src, size_t n);

/* swish: x*sigmoid(beta*x), the product beta*x not rounded; x/2 for beta 0. Default beta 1, finite; the error bound was
 * sampled for 2^-20 <= |beta| <= 2^20. (Ramachandran 2017; ONNX Swish.) */
VACT_API vact_status vact_swish_f32(float *dst, const float *src, size_t n, float beta);

/* mish: x*tanh(log(1 + e^x)); -0 at -inf. ONNX Mish, PyTorch mish (Misra 2019). */
VACT_API vact_status vact_mish_f32(float *dst, const float *src, size_t n);

/* softplus: beta*x > threshold ? x : log(1 + e^(beta*x))/beta, the product beta*x not rounded. Defaults 1 and 20; beta
 * > 0 and finite, threshold not NaN (+inf for none). The error bound was sampled for 2^-20 <= beta <= 2^20. ONNX
 * Softplus (threshold +inf), PyTorch softplus (Dugas 2001). */
VACT_API vact_status vact_softplus_f32(float *dst, const float *src, size_t n, float beta, float threshold);

/* sqrt_softplus: sqrt(log(1 + e^x)), which is e^(x/2) where e^x underflows. The router of DeepSeek-V4. */
VACT_API vact_status vact_sqrt_softplus_f32(float *dst, const float *src, size_t n);

/* softcap: c*tanh(x/c), within [-c, c]; x itself where it is small. Default c 30, finite and > 0; the error bound was
 * sampled for 2^-20 <= c <= 2^20. The soft cap of logits in Gemma 2, with 50 and 30. */
VACT_API vact_status vact_softcap_f32(float *dst, const float *src, size_t n, float c);

/* xielu: x > 0 ? alpha_p*x^2 + beta*x : alpha_n*(e^x - 1 - x) + beta*x. Defaults 0.8, 0.8 and 0.5, all finite. Below 0
 * it has a zero (-2.4325 at the defaults). Where the result is less than 2^-6*|beta|*min(-x, 32), at the defaults from
 * -2.52 to -2.35, its error is counted in ULP of that size. The bound was sampled for parameters within 2^-20 and 2^20
 * in magnitude. xielu(-0) is -0 for beta >= 0. Models learn them as alpha_p = softplus(a), alpha_n = beta +
 * softplus(b): pass the results. (Huang 2024, arXiv 2411.13010; Apertus.) */
VACT_API vact_status vact_xielu_f32(float *dst, const float *src, size_t n, float alpha_p, float alpha_n, float beta);

/* erf: the error function, within [-1, 1]. ONNX Erf, PyTorch erf. */
VACT_API vact_status vact_erf_f32(float *dst, const float *src, size_t n);

/* ---------------------------------------------------------------------------- element by element: gradients
 *
 * dx[i] = dy[i]*f'(x[i]). The comment of each function is its f', in the parameters of the forward function. dx may
 * equal dy or x. One implementation serves every variant.
 *
 *   Kinks      as in PyTorch. Where a case of f' is the constant 0, dx is +0 even for an infinite or NaN dy.
 *   NaN        in x (or y) gives NaN. In dy it gives NaN except where a case of f' is the constant 0.
 *   Error      at most 2 ULP of dy*f'(x) for |dy| in [2^-90, 2^90], also where f'(x) is subnormal. Near a zero of f'
 *              (gelu, gelu_tanh, gelu_quick, silu, swish, mish, hard_swish) at most 2^-24*|dy|; docs/accuracy.md has
 *              the intervals. Where that of xielu is below |beta|/2, at x < 0, at most 2^-24*|dy*beta|. A larger dy
 *              may overflow too early, a smaller one may lose digits. An infinite dy gives an infinity or NaN except
 *              where a case of f' is the constant 0.
 *
 * The functions from the output take y = f(x) in place of x, for frameworks that keep y. There alpha of leaky_relu and
 * elu must not be negative (VACT_EINVAL). Their error is counted against f' at the given y.
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
/* s*(x > 0 ? 1 : a*e^x); by code with gamma and alpha for s and a */
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
/* 0 < alpha*x + beta < 1 ? alpha : 0, with alpha*x + beta rounded to float as in the forward function */
VACT_API vact_status vact_hard_sigmoid_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha,
                                                    float beta);
/* -3 < x < 3 ? 1/6 : 0 */
VACT_API vact_status vact_hard_sigmoid6_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* x <= -3 ? 0 : x < 3 ? x/3 + 1/2 : 1; by code, with the line alpha*x + beta rounded as in the forward function, line
 * <= 0 ? 0 : line < 1 ? 2*alpha*x + beta : 1 */
VACT_API vact_status vact_hard_swish_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 1 - tanh(x)^2 */
VACT_API vact_status vact_tanh_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 1 - y^2 */
VACT_API vact_status vact_tanh_backward_from_output_f32(float *dx, const float *dy, const float *y, size_t n);
/* tanh(x)^2 */
VACT_API vact_status vact_tanh_shrink_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* lo < x < hi ? 1 : 0, so 0 everywhere where lo > hi */
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

/* 1 */
VACT_API vact_status vact_identity_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 1 - tanh(x/c)^2 */
VACT_API vact_status vact_softcap_backward_f32(float *dx, const float *dy, const float *x, size_t n, float c);
/* x > 0 ? 2*alpha_p*x + beta : alpha_n*(e^x - 1) + beta */
VACT_API vact_status vact_xielu_backward_f32(float *dx, const float *dy, const float *x, size_t n, float alpha_p,
                                             float alpha_n, float beta);
/* sigmoid(x)/(2*sqrt(log(1 + e^x))) */
VACT_API vact_status vact_sqrt_softplus_backward_f32(float *dx, const float *dy, const float *x, size_t n);
/* 2/sqrt(pi)*e^(-x^2) */
VACT_API vact_status vact_erf_backward_f32(float *dx, const float *dy, const float *x, size_t n);

/* By code, on the terms of vact_forward_f32. The second is VACT_EINVAL for an operation without a gradient from the
 * output. */
VACT_API vact_status vact_backward_f32(vact_op op, const vact_params_f32 *params, float *dx, const float *dy,
                                       const float *x, size_t n);
VACT_API vact_status vact_backward_from_output_f32(vact_op op, const vact_params_f32 *params, float *dx,
                                                   const float *dy, const float *y, size_t n);

/* -------------------------------------------------------------------------------------- over rows
 * A matrix has `rows` rows of `cols` elements, row r at src + r*stride; dense means stride = cols. Sums run over 64
 * virtual lanes (lane = column mod 64) and one fixed tree, so the bits do not depend on the instruction set. A row that
 * holds a NaN or +inf, or only -inf, becomes NaN; other rows do not. */

/* softmax: e^(x_i) / sum_j e^(x_j) per row. ONNX Softmax, PyTorch softmax, along the last axis. */
VACT_API vact_status vact_softmax_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_softmax_rows_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                           size_t rows, size_t cols);

/* log_softmax: x_i - log(sum_j e^(x_j)) per row; accurate for the largest element too, where it is near 0. Never
 * positive: -0 where it underflows. ONNX LogSoftmax, PyTorch log_softmax, along the last axis. */
VACT_API vact_status vact_log_softmax_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_log_softmax_rows_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                               size_t rows, size_t cols);

/* ---------------------------------------------------------------------------------- losses from logits
 *
 * A loss takes the raw logits: apply neither softmax nor sigmoid before it. There is a forward function, a backward
 * function, and one that does both in one pass over memory, with the bits of the other two. dy is the incoming gradient
 * of the loss: one element for MEAN and SUM, else one per loss; a null dy means ones. There is one implementation for
 * every variant but `cr`, which has one of its own: losses and gradients of at most 0.501 ULP. Sums over rows or
 * elements run over 64 virtual lanes (lane = index mod 64) and one fixed tree, or in `cr` over hi/lo pairs, and are
 * rounded to float once.
 *
 * A reduced loss is written even where there is nothing to reduce: 0 for the sum, NaN for the mean, as in PyTorch.
 */

typedef enum vact_reduction {
    VACT_REDUCTION_NONE = 0, /* one loss per row or element */
    VACT_REDUCTION_MEAN = 1,
    VACT_REDUCTION_SUM = 2
} vact_reduction;

/* The defaults, VACT_CROSS_ENTROPY_OPTIONS_F32, are PyTorch's. */
typedef struct vact_cross_entropy_options_f32 {
    size_t size;                /* sizeof(vact_cross_entropy_options_f32) */
    vact_reduction reduction;   /* default MEAN: divides by the sum of the weights of the targets not ignored; with
                                   probabilities by `rows` */
    float label_smoothing;      /* within [0, 1]; default 0 */
    int64_t ignore_index;       /* rows with this target do not count; default -100 */
    const float *class_weights; /* `cols` values, finite, of any sign; null: ones */
    size_t stride, dx_stride;   /* of the rows of logits and of dx, with `inner` of their blocks; 0: dense */

    size_t inner; /* 0 and 1: the classes of a row are adjacent. Above 1: the class axis is the middle one of
                     [rows/inner, cols, inner], as in PyTorch's [N, C, d1, ...], where inner = d1*... Row r is (r/inner,
                     r mod inner), so targets and losses are dense [rows/inner, inner]; a stride is the distance between
                     blocks of cols*inner elements. rows must be a multiple of it */
    const float *probabilities;      /* class probabilities in place of targets, shaped as the logits; null: none */
    size_t probabilities_stride;     /* 0: dense */
    float *log_probabilities;        /* a second output, shaped as the logits: their log_softmax; null: none */
    size_t log_probabilities_stride; /* 0: dense */
    float z_loss;                    /* adds z_loss*logsumexp^2 to each row's loss; finite, at least 0; default 0 */
    int nll;                         /* not 0: the logits are log-probabilities already. Then no z_loss and no
                                        log_probabilities (VACT_EINVAL) */
} vact_cross_entropy_options_f32;

#define VACT_CROSS_ENTROPY_OPTIONS_F32                                                                                 \
    {sizeof(vact_cross_entropy_options_f32), VACT_REDUCTION_MEAN, 0.0f, -100, NULL, 0, 0, 0, NULL, 0, NULL, 0, 0.0f, 0}

/* Writes the defaults, for callers that cannot use the macro: `size` bytes, the size of the caller's structure.
 * VACT_EINVAL for a null pointer and for an impossible size. */
VACT_API vact_status vact_cross_entropy_options_init_f32(void *options, size_t size);

/*
 * Cross-entropy with class indices: logits of shape [rows, cols], targets[r] in [0, cols) or the ignore_index (else
 * VACT_EINVAL). With log_p = log_softmax and p = softmax of a row, t its target, w the class weights, W their sum and s
 * the smoothing:
 *
 *   loss = -(1 - s)*w[t]*log_p[t] - s/cols*sum_j w[j]*log_p[j]
 *   dx_j = dy*((1 - s)*w[t]*(p_j - [j = t]) + s/cols*(W*p_j - w[j])); for MEAN divided by the sum of the targets'
 *          weights
 *
 * With class probabilities t_j, and q_j = w[j]*((1 - s)*t_j + s/cols). No row is ignored, the targets are not read and
 * may be null; t_j may be any finite number:
 *
 *   loss = -sum_j q_j*log_p[j]
 *   dx_j = dy*(p_j*sum_k q_k - q_j); for MEAN divided by `rows`
 *
 * With a z-loss each row's loss has z_loss*L^2 more, L = logsumexp of the row, and dx_j has dy*2*z_loss*L*p_j. It has
 * no class weight; an ignored row has none; MEAN divides it with the rest, by the same divisor.
 *
 * With nll log_p is x, and dx_j = -dy*q_j, where q_j is the weight of -log_p[j] in the loss: PyTorch's nll_loss. There
 * dx does not depend on x, and without smoothing a loss on x_t alone.
 *
 * loss has `rows` elements for NONE, else one. An ignored row has loss and gradient +0, whatever it holds. A row that
 * counts and holds a NaN or +inf, or only -inf, has a NaN loss and gradient, and any sum of losses is NaN; nothing else
 * is. 0*inf in the formula (a class of weight or probability 0 and a logit of -inf) is NaN too. Where all rows are
 * ignored the mean is NaN, the sum is 0 and the gradients are 0. dx may equal logits, with equal strides. Otherwise
 * loss, dx and log_probabilities must not overlap each other or an input (VACT_EOVERLAP). log_probabilities are written
 * by the backward function too, and for ignored rows.
 *
 *   Error      of a loss, reduced or not, at most 1.5 ULP, also where log_p is near 0; with smoothing, probabilities
 *              or nll 3 ULP, for logits within +-2^126. Of dx of targets without smoothing at most 3 ULP, also at the
 *              target where p is near 1. Otherwise dx has zeros: it is a difference of two terms, |dy*Q|*p_j and
 *              |dy*q_j|, and the error is at most 3 ULP of the larger (q_j: the weight of -log_p[j] in the loss; Q:
 *              their sum). An e^(x - max) below 2^-150 counts as 0. nll adds 2^-126*sum |q_j| to a loss.
 *              Terms of both signs may cancel: of weights, of losses that are summed, of log-probabilities above 0;
 *              of probabilities below 0, where |w[j]|*((1 - s)*|t_j| + s/cols) stands for |q_j|. Then a loss has
 *              3 ULP of the sum of the magnitudes of its terms, q_j*(max - x_j) and q_j*log(sum e^(x - max)), and
 *              Q has 2^-22 of the sum of |q_j|.
 *              A z-loss adds 2^-21*z_loss*|L|*M to the error of a loss and 2^-20*|dy|*z_loss*M*p_j to that of dx_j,
 *              with M = |max| + log(sum e^(x - max)). log_probabilities have at most 2 ULP.
 *
 * Wherever the class axis is, the bits are the same.
 *
 * PyTorch cross_entropy and nll_loss; ONNX SoftmaxCrossEntropyLoss (no smoothing) and NegativeLogLikelihoodLoss.
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

/* The defaults are VACT_BCE_WITH_LOGITS_OPTIONS_F32. The count of a weight array divides n, and element i uses the
 * value at i mod count: a count of 1 is one value for all, a count of `classes` one value per class of a dense [batch,
 * classes], a count of n one value per element. Without an array the count is ignored. */
typedef struct vact_bce_with_logits_options_f32 {
    size_t size;              /* sizeof(vact_bce_with_logits_options_f32) */
    vact_reduction reduction; /* default MEAN: divides by n */
    const float *pos_weight;  /* the weight of the positive term; null: ones */
    size_t pos_weight_count;
    const float *weight; /* the weight of the whole loss; null: ones */
    size_t weight_count;
} vact_bce_with_logits_options_f32;

#define VACT_BCE_WITH_LOGITS_OPTIONS_F32                                                                               \
    {sizeof(vact_bce_with_logits_options_f32), VACT_REDUCTION_MEAN, NULL, 0, NULL, 0}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_bce_with_logits_options_init_f32(void *options, size_t size);

/*
 * Binary cross-entropy of a logit x and a target t, usually within [0, 1], with p the pos_weight and w the weight:
 *
 *   loss = w*((1 - t)*log(1 + e^x) + p*t*log(1 + e^-x))
 *   dx   = dy*w*((1 - t)*sigmoid(x) - p*t*sigmoid(-x)); for MEAN divided by n
 *
 * loss has n elements for NONE, else one. At an infinite x a term whose factor (1 - t) or p*t is 0 is 0, the limit
 * (PyTorch: NaN). A NaN in x, t, p or w gives NaN. loss (for NONE) and dx may equal x, targets or a dy of n elements,
 * but not each other.
 *
 *   Error      for t within [0, 1] and weights that are not negative: of a loss, reduced or not, at most 4 ULP; of dx
 *              at most 4 ULP of the larger of its two terms, which is dx itself where t is 0 or 1. For |x| > 87, where
 *              e^-|x| is subnormal, add 2^-149 times the factors (p, w and dy) that multiply it.
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
 * Counts over the outputs of an activation. A NaN counts as neither 0 nor saturated. */

/* The fraction of elements that are 0 or -0; 0 for n = 0. For relu about one half is usual. */
VACT_API vact_status vact_zero_fraction_f32(double *fraction, const float *x, size_t n);

/* The number of dead units: the columns of a dense [batch, units] that are 0 in the whole batch. mask, unless null,
 * gets 1 for each dead unit and 0 for the others, and must not overlap x. With batch 0 no unit is dead. */
VACT_API vact_status vact_dead_units_f32(size_t *count, unsigned char *mask, const float *x, size_t batch,
                                         size_t units);

/*
 * The fraction of elements within `tolerance` of the limits at which an activation saturates: x <= low + tolerance or
 * x >= high - tolerance, both limits rounded to float; 0 for n = 0. low <= high, infinite where there is no limit;
 * 0 <= tolerance < inf.
 *
 * The limits are 0 and 1 for sigmoid, -1 and 1 for tanh, 0 and 6 for relu6, -alpha and +inf for elu. Within the
 * tolerance the derivative is below tolerance for sigmoid (y*(1 - y)) and below 2*tolerance for tanh (1 - y^2): with
 * 0.01 the elements counted pass back less than 1/100 or 1/50 of the gradient.
 */
VACT_API vact_status vact_saturated_fraction_f32(double *fraction, const float *x, size_t n, float low, float high,
                                                 float tolerance);

/*
 * The gain for initialising the weights before an activation: their standard deviation is gain/sqrt(fan).
 *
 *   relu                sqrt(2)                   (He 2015; PyTorch calculate_gain)
 *   leaky_relu, prelu   sqrt(2/(1 + param^2))     (He 2015; PyTorch calculate_gain), param is the slope
 *   tanh                5/3                       (PyTorch calculate_gain)
 *   sigmoid             1                         (Glorot 2010; PyTorch calculate_gain); also for no activation
 *   selu                3/4                       (PyTorch calculate_gain)
 *   the others          1/sqrt(E[f(z)^2]), z standard normal, at default parameters: it keeps the second moment from
 *                       layer to layer, the rule that gives relu its sqrt(2) (He 2015); for elu param is alpha
 *
 * docs/approximations/gain.py computes them. Only leaky_relu, prelu and elu use param. NaN for an operation along rows,
 * a gated unit, an unknown code, and where a param that is used is not finite.
 */
VACT_API double vact_gain(vact_op op, float param);

/* ---------------------------------------------------------------------------------------- gated units
 *
 * dst[i] = act(gate[i])*up[i], as in the feed-forward layers of transformers, where gate and up are two projections of
 * one input. (Dauphin 2016; Shazeer 2020, "GLU Variants Improve Transformer".)
 *
 *   Layout     differs (vact_gate_layout): PyTorch's glu(a, b) = a*sigmoid(b) has the gate in the second half, most
 *              transformers' packed projections (gate_up_proj, silu_and_mul) in the first, gpt-oss at even indices.
 *   Error      the error of act, then one rounding of the product: at most 2*b + 0.5 ULP for a bound b of act. The
 *              tests hold them to 2.75 ULP in the variant fast and to 4 ULP in sleef, for any parameters, also where
 *              act(gate) is subnormal or underflows and act(gate)*up does not.
 *   NaN        for a NaN in either input, and for an infinite up where act(gate) is 0 (relu below 0, a gate of -inf).
 *   Aliasing   dst may equal gate or up; gate and up may overlap in any way.
 *
 * Gradients: dgate[i] = dy[i]*up[i]*act'(gate[i]) and dup[i] = dy[i]*act(gate[i]). One implementation serves every
 * variant.
 *
 *   Error      of dup as of the forward function in the variant fast. Of dgate 1 ULP more than of the derivative of act
 *              (2 ULP away from the zeros of act'), because dy*up is rounded first; where dy*up overflows or is
 *              subnormal the error is larger. Near a zero of a slope that is a sum of two terms (swiglu_oai,
 *              swiglu_step, geglu_quick, situ_glu) it is at most 3*2^-24 of the terms. Where a case of act' is the
 *              constant 0 (relu), dgate is +0 even for an infinite or NaN dy*up.
 *   Aliasing   dgate and dup may each equal one of the three inputs, but must not overlap each other.
 */

/* glu: sigmoid(gate)*up. PyTorch glu, whose argument has the halves (up, gate). */
VACT_API vact_status vact_glu_f32(float *dst, const float *gate, const float *up, size_t n);

/* reglu: relu(gate)*up. Shazeer 2020. */
VACT_API vact_status vact_reglu_f32(float *dst, const float *gate, const float *up, size_t n);

/* geglu: gelu(gate)*up. Shazeer 2020. */
VACT_API vact_status vact_geglu_f32(float *dst, const float *gate, const float *up, size_t n);

/* geglu_tanh: gelu_tanh(gate)*up. Gemma. */
VACT_API vact_status vact_geglu_tanh_f32(float *dst, const float *gate, const float *up, size_t n);

/* swiglu: silu(gate)*up. Shazeer 2020; Llama, Mistral, Qwen. */
VACT_API vact_status vact_swiglu_f32(float *dst, const float *gate, const float *up, size_t n);

/*
 * swiglu_clamped: g*sigmoid(alpha*g)*clamp(up, -limit, limit), g = min(gate, limit). Defaults alpha 1, limit inf,
 * which is swiglu with the same bits; alpha is finite, limit > 0. DeepSeek-V4 (limit 10); ONNX SwiGLU. A NaN passes
 * every clamp.
 */
VACT_API vact_status vact_swiglu_clamped_f32(float *dst, const float *gate, const float *up, size_t n, float alpha,
                                             float limit);

/*
 * swiglu_oai: g*sigmoid(alpha*g)*(clamp(up, -limit, limit) + beta), g = min(gate, limit). Defaults alpha 1.702, beta
 * 1, limit 7; alpha and beta are finite, limit > 0. With beta 0 it is swiglu_clamped: a zero keeps its sign. gpt-oss;
 * MiniMax-M3.
 */
VACT_API vact_status vact_swiglu_oai_f32(float *dst, const float *gate, const float *up, size_t n, float alpha,
                                         float beta, float limit);

/* swiglu_step: min(silu(gate), limit)*clamp(up, -limit, limit). Default 7; limit > 0. The result of silu is clamped,
 * and above only. Step-3.5. */
VACT_API vact_status vact_swiglu_step_f32(float *dst, const float *gate, const float *up, size_t n, float limit);

/* geglu_quick: gelu_quick(gate)*up, with the real number 1.702. ggml GEGLU_QUICK. */
VACT_API vact_status vact_geglu_quick_f32(float *dst, const float *gate, const float *up, size_t n);

/* situ_glu: beta1*tanh(gate/beta1)*sigmoid(gate)*beta2*tanh(up/beta2). Defaults 4 and 25, both finite and > 0. An
 * infinite gate or up gives the limit, never NaN. The gradients take a beta outside [2^-100, 2^100] for the nearer of
 * these; |dy*beta2| should be below 2^90. Kimi K3 (2026, SiTU-GLU). */
VACT_API vact_status vact_situ_glu_f32(float *dst, const float *gate, const float *up, size_t n, float beta1,
                                       float beta2);

/* fatreglu: (gate > theta ? gate : 0)*up. Default 0, not NaN; a NaN gate gives NaN. FATReLU (Kurtz 2020); MiniCPM-S. */
VACT_API vact_status vact_fatreglu_f32(float *dst, const float *gate, const float *up, size_t n, float theta);

/* relu_squared_glu: relu(gate)^2*up; only the product of all three may overflow. So et al. 2021. */
VACT_API vact_status vact_relu_squared_glu_f32(float *dst, const float *gate, const float *up, size_t n);

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
/* dgate is 0 for gate > limit, dup is 0 for |up| > limit; at the limit itself the slope is that inside, as in PyTorch's
 * clamp. */
VACT_API vact_status vact_swiglu_clamped_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                      const float *up, size_t n, float alpha, float limit);
VACT_API vact_status vact_swiglu_oai_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                  const float *up, size_t n, float alpha, float beta, float limit);
/* dgate is 0 where silu(gate), rounded to float, is above limit. */
VACT_API vact_status vact_swiglu_step_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                   const float *up, size_t n, float limit);

VACT_API vact_status vact_geglu_quick_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                   const float *up, size_t n);
/* With s(x) = beta*tanh(x/beta) dgate is dy*s2(up)*sigmoid(gate)*(1/cosh(gate/beta1)^2 + s1(gate)*sigmoid(-gate)), and
 * dup is dy*s1(gate)*sigmoid(gate)/cosh(up/beta2)^2. */
VACT_API vact_status vact_situ_glu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                const float *up, size_t n, float beta1, float beta2);
/* dgate is 0 for gate <= theta. */
VACT_API vact_status vact_fatreglu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                const float *up, size_t n, float theta);

VACT_API vact_status vact_relu_squared_glu_backward_f32(float *dgate, float *dup, const float *dy, const float *gate,
                                                        const float *up, size_t n);

/* Where the gate is in a row of 2*cols elements. Pairs with the gate second go through a buffer: they take about 1.2 to
 * 2.5 times as long as the other order, the gates of relu 2 to 5 times. */
typedef enum vact_gate_layout {
    VACT_GATE_FIRST = 0,             /* gate in the first cols elements, up in the rest */
    VACT_GATE_SECOND = 1,            /* up in the first cols elements, gate in the rest: PyTorch's glu */
    VACT_GATE_INTERLEAVED = 2,       /* gate, up, gate, up ...: gpt-oss */
    VACT_GATE_INTERLEAVED_SECOND = 3 /* up, gate, up, gate ... */
} vact_gate_layout;

/* A VACT_KIND_GATE operation by its code over [rows, cols], row r of each array at r times its stride. Results and
 * errors are those of the named function; VACT_EINVAL for another kind and for a stride below cols. A null params means
 * the defaults. */
VACT_API vact_status vact_gate_rows_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride,
                                        const float *gate, size_t gate_stride, const float *up, size_t up_stride,
                                        size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_rows_f32(vact_op op, const vact_params_f32 *params, float *dgate,
                                                 size_t dgate_stride, float *dup, size_t dup_stride, const float *dy,
                                                 size_t dy_stride, const float *gate, size_t gate_stride,
                                                 const float *up, size_t up_stride, size_t rows, size_t cols);

/*
 * The same from one packed array: src has rows of 2*cols elements (src_stride >= 2*cols, else VACT_EINVAL), dst has
 * rows of cols. The gradient dsrc has the layout of src. dst must not overlap src. dsrc may equal src, with equal
 * strides, and must not overlap dy.
 */
VACT_API vact_status vact_gate_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                          float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                          size_t rows, size_t cols);
VACT_API vact_status vact_gate_backward_packed_f32(vact_op op, const vact_params_f32 *params, vact_gate_layout layout,
                                                   float *dsrc, size_t dsrc_stride, const float *dy, size_t dy_stride,
                                                   const float *src, size_t src_stride, size_t rows, size_t cols);

/* Kernels, on the terms of vact_kernel_f32: no checks; aliasing as above. */
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
 * x*scale + bias is rounded once (one FMA), act has the error and the bits of vact_forward_f32, and the sum with the
 * residual is rounded once more. So the result is that of three calls. Where x*scale + bias is beyond the range of
 * floats act gets an infinity, even if the exact result is a number (leaky_relu, or with a large residual).
 *
 * With all options:
 *
 *     factor    = (scale*row_scale[r])*column_scale[c]
 *     shift     = bias[c] + row_bias[r]
 *     dst[r][c] = clip(act(x[r][c]*factor + shift)*multiplier[r][c] + residual[r][c])
 *
 * The products of factor and the sum of shift are rounded. x*factor + shift is one FMA, act*multiplier + residual
 * another. The clip is min(max(y, lo), hi): where lo > hi every result is hi. NaN passes.
 */

/* What surrounds the activation. A null pointer: none. */
typedef struct vact_epilogue_options_f32 {
    size_t size;           /* sizeof(vact_epilogue_options_f32) */
    float scale;           /* finite; default 1 */
    const float *bias;     /* `cols` values */
    const float *residual; /* a matrix of the shape of x */
    size_t residual_stride;
    const float *row_bias;     /* `rows` values: of a convolution, whose rows are channels */
    const float *column_scale; /* `cols` values, finite */
    const float *row_scale;    /* `rows` values, finite */
    const float *multiplier;   /* a matrix of the shape of x: the `up` of a gated unit */
    size_t multiplier_stride;
    const float *clip; /* two values, lo and hi; not NaN */
    /*
     * What an integer matrix product left, in place of x, which must then be null; with x_stride. Below 2^24 in
     * magnitude x*factor + shift is rounded once. Beyond, one more rounding of at most 0.5 ULP comes in, but no digit
     * of x is lost. Zero points are the caller's: their part is a bias.
     */
    const int32_t *accumulators;
} vact_epilogue_options_f32;

#define VACT_EPILOGUE_OPTIONS_F32                                                                                      \
    {sizeof(vact_epilogue_options_f32), 1.0f, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_epilogue_options_init_f32(void *options, size_t size);

/* op must be of kind VACT_KIND_UNARY (else VACT_EINVAL); null params or options mean the defaults. Row r of each matrix
 * is at r times its stride, and no stride may be below cols (VACT_EINVAL); without a matrix its stride is ignored.
 * dst may equal x, the accumulators, the multiplier or the residual, with equal strides; the others must not overlap
 * dst. */
VACT_API vact_status vact_epilogue_f32(vact_op op, const vact_params_f32 *params, float *dst, size_t dst_stride,
                                       const float *x, size_t x_stride, size_t rows, size_t cols,
                                       const vact_epilogue_options_f32 *options);

/* The kernel of one operation, to resolve once and call per tile. It checks nothing, and reads those members of the
 * options that lie within their size. vact/inline.h has the same activations on vectors, for use inside a matrix
 * product. */
typedef void vact_epilogue_f32_fn(float *dst, size_t dst_stride, const float *x, size_t x_stride, size_t rows,
                                  size_t cols, const vact_epilogue_options_f32 *options, const vact_params_f32 *params);
VACT_API vact_epilogue_f32_fn *vact_epilogue_kernel_f32(vact_op op, vact_isa isa, vact_math math);

/* ------------------------------------------------------------------------------------ the softmax family
 *
 * There are two implementations of softmax, log_softmax and logsumexp, those of the variants `fast` and `cr`; the first
 * serves all others, and every gradient. The error bounds below are those of `fast`; `cr` has 0.501 ULP throughout.
 * They hold for any number of columns (tried up to 2^28). The bits depend on the row alone: they are the same from
 * vact_softmax_f32 (variants auto, fast and cr), from vact_softmax_masked_f32 without options, for a column of
 * vact_softmax_axis_f32, and at any stride.
 */

/*
 * Which row of a mask serves row r of the matrix: row (r/repeat) mod rows; `stride` is the distance between the mask's
 * rows in elements. repeat 0 counts as 1, rows 0 as the rows of the matrix: with only the stride set there is one mask
 * row per row. With stride 0 one mask row serves all. With `block` the rows of the matrix come in blocks, and each
 * block has `block_rows` rows of the mask:
 *
 *     row ((r/block)*block_rows + ((r mod block)/repeat) mod block_rows) mod rows
 *
 * VACT_EINVAL where only one of block and block_rows is 0, and where the row's number does not fit a size_t. For
 * attention scores [batch, heads, queries, keys], which are batch*heads*queries rows:
 *
 *   mask [queries, keys]             rows = queries
 *   mask [batch, keys]               rows = batch, repeat = heads*queries
 *   mask [batch, 1, queries, keys]   rows = batch*queries, block = heads*queries, block_rows = queries
 *   mask [heads, keys]               rows = heads, repeat = queries
 */
typedef struct vact_mask_layout { /* never grows */
    size_t stride;                /* 0, or at least the columns */
    size_t rows;
    size_t repeat;
    size_t block; /* 0: none */
    size_t block_rows;
} vact_mask_layout;

/*
 * Which of an array of values serves row r of the matrix: value (r/repeat) mod count. count and repeat 0 count as 1:
 * one value serves all rows. For attention scores [batch, heads, queries, keys]:
 *
 *   one value per head    count = heads, repeat = queries
 *   one value per batch   count = batch, repeat = heads*queries
 */
typedef struct vact_values_layout { /* never grows */
    size_t count;
    size_t repeat;
} vact_values_layout;

/* Where the soft cap c stands: it is applied to scale*x, and the bias is added after it (Gemma 2, ONNX Attention), or
 * it is applied to the sum. */
typedef enum vact_softcap_order { VACT_SOFTCAP_BEFORE_MASK = 0, VACT_SOFTCAP_AFTER_MASK = 1 } vact_softcap_order;

/*
 * How the logits are computed: scale*x + slope*bias, not rounded before the exponential, and -inf where an element is
 * left out. With a soft cap, c*tanh(scale*x/c) + slope*bias or c*tanh((scale*x + slope*bias)/c).
 *
 *   vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
 *   options.scale = 0.125f;
 *
 * An element that `keep` masks out counts as -inf whatever it holds, even NaN; it is read all the same. A bias of -inf
 * leaves out too, whatever the slope and the cap. Columns that causality or the window leave out are not read; they get
 * the result of an element that is left out. Columns from a valid length on are neither read nor written, in no array.
 * Results have the bits of a row that has only the columns within causality, window and length.
 *
 * Nothing overflows on the way: where scale*x, slope*bias, x + bias or a sum is beyond the range of floats, the results
 * are still those of the exact logits. An infinite x with a scale of 0 is NaN.
 *
 * The soft cap errs by up to 2^-23*c in a logit, for any c.
 *
 * A sink is one more logit of the row, neither scaled nor capped nor stored: e^(x_i)/(e^sink + sum_j e^(x_j)), and
 * log(e^sink + sum_j e^(x_j)). -inf is no sink; with +inf the row is 0 (log_softmax -inf, logsumexp +inf); with NaN it
 * is NaN.
 *
 * Arrays of options must not overlap what is written (VACT_EOVERLAP).
 */
typedef struct vact_softmax_options_f32 {
    size_t size;       /* sizeof(vact_softmax_options_f32) */
    float scale;       /* 1/temperature; finite, of any sign; default 1 */
    const float *bias; /* an additive mask: the float attn_mask of ONNX Attention and PyTorch; null: none */
    vact_mask_layout bias_layout;
    const unsigned char *keep; /* 0 masks the element out, anything else keeps it: the boolean attn_mask of ONNX
                                  Attention and PyTorch (key_padding_mask is the opposite); null: none */
    vact_mask_layout keep_layout;
    size_t causal_queries;   /* not 0: row r is query q = r mod causal_queries, at position p = q + causal_offset, and
                                sees columns k <= p */
    ptrdiff_t causal_offset; /* 0: aligned upper left, as PyTorch's is_causal; keys - queries: aligned lower right */
    const int64_t *causal_offsets; /* added to causal_offset, per batch; null: none */
    vact_values_layout causal_layout;
    size_t window_before; /* not 0: columns k <= p - window_before are left out: a sliding window of so many keys, p the
                             last; VACT_EINVAL without causal_queries, here and below */
    size_t window_after;  /* columns k <= p + window_after are seen; with SIZE_MAX causality is off */
    const int64_t *lengths; /* the valid length: columns k >= lengths[...] do not exist; below 0 counts as 0; null: all
                               do */
    vact_values_layout lengths_layout;
    size_t first_column; /* column 0 of a block is this column of the row, for causality, window and lengths; masks
                            begin with the block */
    const float *slopes; /* ALiBi: the bias is multiplied by one slope per head, finite; null: 1 */
    const float *sinks;  /* one per head; null: none. Not for the online update, but for its end */
    vact_values_layout heads_layout; /* of slopes and sinks */
    float softcap;                   /* c > 0; 0 and +inf: none */
    vact_softcap_order softcap_order;
} vact_softmax_options_f32;

#define VACT_SOFTMAX_OPTIONS_F32                                                                                       \
    {sizeof(vact_softmax_options_f32),                                                                                 \
     1.0f,                                                                                                             \
     NULL,                                                                                                             \
     {0, 0, 0, 0, 0},                                                                                                  \
     NULL,                                                                                                             \
     {0, 0, 0, 0, 0},                                                                                                  \
     0,                                                                                                                \
     0,                                                                                                                \
     NULL,                                                                                                             \
     {0, 0},                                                                                                           \
     0,                                                                                                                \
     0,                                                                                                                \
     NULL,                                                                                                             \
     {0, 0},                                                                                                           \
     0,                                                                                                                \
     NULL,                                                                                                             \
     NULL,                                                                                                             \
     {0, 0},                                                                                                           \
     0.0f,                                                                                                             \
     VACT_SOFTCAP_BEFORE_MASK}

/* As vact_cross_entropy_options_init_f32. */
VACT_API vact_status vact_softmax_options_init_f32(void *options, size_t size);

/*
 * softmax and log_softmax of the logits, with an error of at most 2 ULP of its exact value (but for a soft cap's); null
 * options mean the defaults. A row of which every element is -inf or left out is 0 (log_softmax: -inf) where a mask, a
 * length or a sink was given, as in ONNX Attention, and NaN without. A NaN or +inf that is not left out makes its row
 * NaN.
 */
VACT_API vact_status vact_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                             size_t rows, size_t cols, const vact_softmax_options_f32 *options);
VACT_API vact_status vact_log_softmax_masked_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,
                                                 size_t rows, size_t cols, const vact_softmax_options_f32 *options);

/*
 * logsumexp: dst[r] = log(sum_j e^(x_j)) of row r; dst has `rows` elements and must not overlap src. The error is at
 * most 2 ULP of |max| + log(sum e^(x - max)), which is 2 ULP of the result where the two terms have one sign. -inf for
 * a row that has no columns or whose elements are all -inf or masked out; +inf where an element is +inf; NaN for NaN.
 * ONNX ReduceLogSumExp, PyTorch logsumexp, along the last axis.
 */
VACT_API vact_status vact_logsumexp_f32(float *dst, const float *src, size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_rows_f32(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols);
VACT_API vact_status vact_logsumexp_masked_f32(float *dst, const float *src, size_t src_stride, size_t rows,
                                               size_t cols, const vact_softmax_options_f32 *options);

/* softmax and log_softmax along the middle axis of a dense tensor [outer, axis, inner], with element (o, a, i) at
 * (o*axis + a)*inner + i; at most 2 ULP. Nothing is transposed or allocated. ONNX Softmax with axis, PyTorch softmax
 * with dim. */
VACT_API vact_status vact_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner);

/* logsumexp along it: dst is a dense [outer, inner] and must not overlap src. ONNX ReduceLogSumExp with axes, PyTorch
 * logsumexp with dim. */
VACT_API vact_status vact_logsumexp_axis_f32(float *dst, const float *src, size_t outer, size_t axis, size_t inner);

/*
 * The gradients, from the outputs. dx may equal dy, y or x, with equal strides. scale is that of the forward function,
 * which computed y from scale*x (finite; 1 without); a bias does not enter. Without options every element counts, so
 * what was masked out has 0 from softmax but scale*dy from log_softmax: use the masked functions there.
 *
 *   softmax      dx = scale*y*(dy - sum_j dy_j*y_j)        at most 2 ULP + 2^-40*|scale*y|*sum_j |dy_j*y_j|
 *   log_softmax  dx = scale*(dy - e^y*sum_j dy_j)          at most 2 ULP + 2^-24*|s| + 2^-189*|S|
 *                                                          with S = scale*sum_j dy_j, s = S*e^y
 *   logsumexp    dx_j = scale*dy*e^(scale*x_j - y)         at most 2 ULP + 2^-189*|scale*dy|; dy and y have `rows`
 *                                                          elements
 *
 * Errors are counted against the given y, which must be the output of the forward function. A NaN or an infinity in dy
 * makes what depends on it NaN or infinite.
 *
 * Where y is -inf, the logsumexp of a row without a finite element, dx is 0 for dy = 0, else NaN.
 *
 * The masked functions take the options of the forward function in place of the scale. What masks leave out has the
 * gradient 0, and its dy does not count, whatever it holds. x is the input of the forward function; it may be null, but
 * not for logsumexp, with a soft cap, or with dsink. A soft cap multiplies dx by its derivative.
 *
 * dsink, unless null, gets the gradients of the sinks (VACT_EINVAL without sinks), as many as heads_layout says, summed
 * over their rows; with the sink's share s = e^sink/(e^sink + sum_j e^(x_j)) those of a row are
 *
 *   softmax  -s*sum_j dy_j*y_j          log_softmax  -s*sum_j dy_j          logsumexp  s*dy
 *
 * at most 2 ULP + 2^-22 of the sum of the magnitudes of s*dy_j*y_j, s*dy_j and s*dy. dsink overlaps nothing.
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

/* The same along the middle axis of a dense tensor [outer, axis, inner], with the scale 1, the bounds of rows and no
 * transposed copy. Of logsumexp, dy and y are dense [outer, inner]. */
VACT_API vact_status vact_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer,
                                                    size_t axis, size_t inner);
VACT_API vact_status vact_log_softmax_backward_axis_f32(float *dx, const float *dy, const float *y, size_t outer,
                                                        size_t axis, size_t inner);
VACT_API vact_status vact_logsumexp_backward_axis_f32(float *dx, const float *dy, const float *x, const float *y,
                                                      size_t outer, size_t axis, size_t inner);

/*
 * softmax over blocks of columns, for attention that never holds a whole row of scores (Milakov and Gimelshein 2018;
 * Dao et al. 2022, "FlashAttention"). The state of a row is its sum of exponentials so far, sum*2^exponent. For each
 * block of keys:
 *
 *   scores = Q K^T for the block                                     [rows, cols]
 *   vact_softmax_online_update_f32(state, rescale, p, cols, scores, cols, rows, cols, options)
 *   O[r] = O[r]*rescale[r] + p[r] V                                  O starts at 0
 *
 * and at the end
 *
 *   vact_softmax_online_finish_f32(factor, lse, state, rows, options)
 *   O[r] *= factor[r]
 *
 * The exponent is an integer, so rescale[r] = 2^(old exponent - new exponent) is a power of two, 1 in most blocks:
 * rescaling rounds nothing. p may equal scores. p is in [0, 1], with an error of at most 1.5 ULP. Logits from about
 * 2^51 on are rounded to doubles; an exponent beyond 2^52 is twice such a logit, and rescale[r] then 1, 0 or nearly 0.
 *
 * A mask and its layout are those of the block: pass bias + first key; and first_column, or causal_offset - first key.
 * A block whose elements are all -inf or left out adds nothing, and a row that saw nothing else has factor 0. A NaN or
 * +inf makes the row's sum and factor NaN. A sink joins at the end.
 */
typedef struct vact_softmax_online_f32 {
    double exponent; /* -inf at the start */
    double sum;
} vact_softmax_online_f32;

/* Starts the states of `rows` rows. */
VACT_API vact_status vact_softmax_online_start_f32(vact_softmax_online_f32 *state, size_t rows);

/* Adds a block: updates state[rows], and writes rescale[rows] and, to dst, p = e^logit/2^exponent with the new
 * exponent. The arrays must not overlap, except that dst may equal src, with equal strides. */
VACT_API vact_status vact_softmax_online_update_f32(vact_softmax_online_f32 *state, float *rescale, float *dst,
                                                    size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                                    size_t cols, const vact_softmax_options_f32 *options);

/* factor[r] = 1/sum with an error of at most 1 ULP, or 0 for a row that saw nothing. lse[r] is the logsumexp of the
 * row, for the backward pass, or -inf for a row that saw nothing; at most 2 ULP of |max| + log(sum e^(x - max)), plus
 * 2^-24. Either may be null. Of the options, those of the updates, only the sinks count: factor is 1/(sum + the sink's
 * share), and lse includes it. */
VACT_API vact_status vact_softmax_online_finish_f32(float *factor, float *lse, const vact_softmax_online_f32 *state,
                                                    size_t rows, const vact_softmax_options_f32 *options);

/*
 * The exponentials of softmax for a maximum of the caller's: dst = e^(scale*x - max[r]) for row r, and sum[r] is their
 * sum, the inner loop of attention in ggml (ggml_vec_soft_max_f32) and XNNPACK (raddstoreexpminusmax). dst errs by at
 * most 1.5 ULP; it may equal src, with equal strides, and must overlap neither max nor sum. sum adds the exponentials
 * as they were before they were rounded, in the lanes and tree of the others: at most 2^-24 of it; 0 for no columns. A
 * result beyond the range of floats is infinite, and then so is its sum. scale is finite. An infinite or NaN max is
 * subtracted as it is.
 */
VACT_API vact_status vact_softmax_exp_f32(double *sum, float *dst, size_t dst_stride, const float *src,
                                          size_t src_stride, const float *max, size_t rows, size_t cols, float scale);

/*
 * The gradient of prelu over a dense tensor [outer, channels, inner], as in PyTorch: dx = x > 0 ? dy : slope[c]*dy, and
 * dslope[c] is the sum of dy*x over the elements of channel c with x <= 0. The sum runs over 64 virtual lanes (lane =
 * (o*inner + i) mod 64) and one fixed tree, with compensation: at most 1 ULP + 2^-40 of the sum of |dy*x|. dx may equal
 * dy or x; dslope must overlap nothing. slope as for vact_prelu_f32. A NaN in x gives NaN in both. dslope is 0 where
 * outer or inner is 0.
 */
VACT_API vact_status vact_prelu_backward_f32(float *dx, float *dslope, const float *dy, const float *x,
                                             const float *slope, size_t outer, size_t channels, size_t inner);

/*
 * The gradients of xielu with respect to its parameters, over n elements: dalpha[0], of alpha_p, is the sum of dy*x^2
 * over x > 0, and dalpha[1], of alpha_n, that of dy*(e^x - 1 - x) over x <= 0. Sums as those of
 * vact_prelu_backward_f32: at most 1 ULP + 2^-28 of the sum of the terms' magnitudes; terms below 2^-100 may count as
 * 0. dalpha has two elements, which must overlap nothing; both are 0 for n = 0. A NaN in x gives NaN in both.
 */
VACT_API vact_status vact_xielu_alpha_backward_f32(float *dalpha, const float *dy, const float *x, size_t n);

/* ----------------------------------------------------------------------------------------- 8-bit tables
 *
 * Of 8-bit values an operation is a table of 256 results. It is built once for a layer and applied to every tensor:
 *
 *   uint8_t table[256];
 *   vact_lut_build_i8(table, VACT_OP_GELU, NULL, 0.05f, 0, 0.04f, -124);
 *   vact_lut_8(y, x, n, table);
 *
 * Quantisation is ONNX's, per tensor: a value q stands for (q - zero)*scale. Scales must be finite and > 0, zero points
 * within the type ([-128, 127] or [0, 255]); else VACT_EINVAL.
 */

/*
 * Builds the table of a VACT_KIND_UNARY operation, of int8_t to int8_t or uint8_t to uint8_t. The entry of x is at
 * table[(uint8_t)x]:
 *
 *   a = (x - in_zero)*in_scale                  ONNX DequantizeLinear: rounded to float
 *   b = op(a)                                   the float that vact_forward_f32 returns, with the choice in use
 *   y = saturate(rint(b/out_scale) + out_zero)  ONNX QuantizeLinear: the quotient rounded to float, ties to even
 *
 * An a beyond the range of floats is infinite, and b is then the limit. An infinite b saturates. A NaN gives the least
 * value of the type, as in ONNX Runtime. The identity's table changes the scale and the zero point. Parameters and
 * errors are those of vact_forward_f32. With one variant of the mathematics the table is the same on every instruction
 * set.
 */
VACT_API vact_status vact_lut_build_i8(uint8_t table[256], vact_op op, const vact_params_f32 *params, float in_scale,
                                       int32_t in_zero, float out_scale, int32_t out_zero);
VACT_API vact_status vact_lut_build_u8(uint8_t table[256], vact_op op, const vact_params_f32 *params, float in_scale,
                                       int32_t in_zero, float out_scale, int32_t out_zero);

/* dst[i] = table[src[i]] for n bytes, at any alignment. dst may equal src, and must not overlap the table. */
VACT_API vact_status vact_lut_8(void *dst, const void *src, size_t n, const uint8_t table[256]);

/*
 * softmax along the rows of 8-bit logits, to the same type:
 *
 *   y = saturate(rint(p/out_scale) + out_zero), p = e^(in_scale*x_i)/sum_j e^(in_scale*x_j)
 *
 * p has an error of at most (1 + cols)*2^-40: y is the correctly rounded result unless the exact p/out_scale is that
 * near to a tie. The zero point of the logits cancels out. dst may equal src, with equal strides. The bits depend on
 * the row alone.
 *
 * It is ONNX Runtime's QLinearSoftmax, of which 1/256 and 0, or -128, are the usual scale and zero point. Its kernel
 * rounds 1/out_scale down to an integer, adds in float and, in int8, lets a sum above 127 wrap around; none of that is
 * done here.
 */
VACT_API vact_status vact_softmax_rows_i8(int8_t *dst, size_t dst_stride, const int8_t *src, size_t src_stride,
                                          size_t rows, size_t cols, float in_scale, float out_scale, int32_t out_zero);
VACT_API vact_status vact_softmax_rows_u8(uint8_t *dst, size_t dst_stride, const uint8_t *src, size_t src_stride,
                                          size_t rows, size_t cols, float in_scale, float out_scale, int32_t out_zero);

#ifdef __cplusplus
}
#endif

#include "vact/narrow.h"

#include "vact/f64.h"

#endif
