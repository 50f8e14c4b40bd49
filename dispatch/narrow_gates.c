/* The gated units on bfloat16 and half, and between types: the checks, then block by block through the kernels of
 * float, or, rounded as in a framework's eager mode, step by step in the elements' type. */
#include <math.h>

#include "checks.h"
#include "narrow.h"
#include "options.h"
#include "registry.h"

/* Floats of a block. There are two, 2 KiB; the kernels of float below them take up to 5 KiB of the stack. */
enum { BLOCK = 256 };

/* Of the eager mode there are up to three blocks of elements and two of floats; pairs of a packed row add two. */
enum { EAGER_BLOCK = 128 };

typedef struct gate_call {
    const vacti_table *table;
    vact_op op;
    const vact_params_f32 *params;
    vact_gate_rounding rounding;
    vact_type dst_type, src_type;
} gate_call;

/* ----------------------------------------------------------------------------------------- rounded once */

/* Not inlined, so that the two ways do not take stack at once. */
__attribute__((noinline)) static void run_once(const gate_call *call, void *dst, const void *gate, const void *up,
                                               size_t n)
{
    float gates[BLOCK], ups[BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t part = n - i < BLOCK ? n - i : BLOCK;
        const float *const g = vacti_widened(call->table, gates, gate, call->src_type, i, part);
        const float *const u = vacti_widened(call->table, ups, up, call->src_type, i, part);
        float *const to = call->dst_type == VACT_F32 ? (float *)dst + i : gates;
        call->table->gate[VACT_OP_SLOT(call->op)](to, g, u, part, call->params);
        vacti_narrowed(call->table, dst, call->dst_type, to, i, part);
    }
}

/* ------------------------------------------------------------------------------------------------ eager */

/* One side of a gated unit: elements of the source's type. */
typedef union {
    float f32[EAGER_BLOCK];
    uint16_t narrow[EAGER_BLOCK];
} side;

/* x = op(x), rounded to the type. */
static void eager_unary(const gate_call *call, vact_op op, vact_params_f32 params, side *x, size_t n)
{
    const unsigned slot = VACT_OP_SLOT(op);
    if (call->src_type == VACT_F32)
        call->table->unary[slot](x->f32, x->f32, n, &params);
    else if (call->src_type == VACT_BF16)
        call->table->unary_bf16[slot]((vact_bf16 *)x, (const vact_bf16 *)x, n, &params);
    else
        call->table->unary_f16[slot]((vact_f16 *)x, (const vact_f16 *)x, n, &params);
}

/* x = x*y in floats, to `dst`, elements i to i + n. */
__attribute__((noinline)) static void eager_product(const gate_call *call, void *dst, vact_type dst_type, size_t i,
                                                    const side *x, const side *y, size_t n)
{
    float a[EAGER_BLOCK], b[EAGER_BLOCK];
    const float *const first = vacti_widened(call->table, a, x, call->src_type, 0, n);
    const float *const second = vacti_widened(call->table, b, y, call->src_type, 0, n);
    float *const to = dst_type == VACT_F32 ? (float *)dst + i : a;
    for (size_t k = 0; k < n; k++)
        to[k] = first[k] * second[k];
    vacti_narrowed(call->table, dst, dst_type, to, i, n);
}

static void eager_times(const gate_call *call, side *x, const side *y, size_t n)
{
    eager_product(call, x, call->src_type, 0, x, y, n);
}

/* x = x*factor/divisor + added, of which all but one say nothing: one operation of floats, rounded to the type. */
typedef struct {
    float factor, divisor, added;
} linear;

__attribute__((noinline)) static void eager_linear(const gate_call *call, linear by, side *x, size_t n)
{
    float a[EAGER_BLOCK];
    const float *const from = vacti_widened(call->table, a, x, call->src_type, 0, n);
    float *const to = call->src_type == VACT_F32 ? x->f32 : a;
    for (size_t k = 0; k < n; k++)
        to[k] = from[k] * by.factor / by.divisor + by.added;
    vacti_narrowed(call->table, x, call->src_type, to, 0, n);
}

static linear times(float factor) { return (linear){factor, 1.0f, -0.0f}; }

static linear divided_by(float divisor) { return (linear){1.0f, divisor, -0.0f}; }

static linear plus(float added) { return (linear){1.0f, 1.0f, added}; }

static void eager_clamp(const gate_call *call, float lo, float hi, side *x, size_t n)
{
    eager_unary(call, VACT_OP_HARDTANH, (vact_params_f32){{lo, hi}}, x, n);
}

/* gate*sigmoid(alpha*gate)*(up + beta) of clamped ones, each of the five operations rounded. */
__attribute__((noinline)) static void eager_oai(const gate_call *call, const float *v, side *gate, side *up, size_t n)
{
    side sigmoid;
    eager_clamp(call, -INFINITY, v[2], gate, n);
    eager_clamp(call, -v[2], v[2], up, n);
    sigmoid = *gate;
    eager_linear(call, times(v[0]), &sigmoid, n);
    eager_unary(call, VACT_OP_SIGMOID, (vact_params_f32){{0}}, &sigmoid, n);
    eager_times(call, gate, &sigmoid, n);
    eager_linear(call, plus(v[1]), up, n);
}

/* beta*tanh(x/beta). */
static void eager_bent(const gate_call *call, float beta, side *x, size_t n)
{
    eager_linear(call, divided_by(beta), x, n);
    eager_unary(call, VACT_OP_TANH, (vact_params_f32){{0}}, x, n);
    eager_linear(call, times(beta), x, n);
}

static void eager_situ(const gate_call *call, const float *v, side *gate, side *up, size_t n)
{
    side sigmoid = *gate;
    eager_unary(call, VACT_OP_SIGMOID, (vact_params_f32){{0}}, &sigmoid, n);
    eager_bent(call, v[0], gate, n);
    eager_times(call, gate, &sigmoid, n);
    eager_bent(call, v[1], up, n);
}

/* Both factors of the last product. */
static void eager_sides(const gate_call *call, const float *v, side *gate, side *up, size_t n)
{
    const vact_params_f32 first = {{v[0], 0.0f, 0.0f, 0.0f}};
    switch ((int)call->op) {
    case VACT_OP_GLU: eager_unary(call, VACT_OP_SIGMOID, first, gate, n); break;
    case VACT_OP_REGLU: eager_unary(call, VACT_OP_RELU, first, gate, n); break;
    case VACT_OP_GEGLU: eager_unary(call, VACT_OP_GELU, first, gate, n); break;
    case VACT_OP_GEGLU_TANH: eager_unary(call, VACT_OP_GELU_TANH, first, gate, n); break;
    case VACT_OP_SWIGLU: eager_unary(call, VACT_OP_SILU, first, gate, n); break;
    case VACT_OP_GEGLU_QUICK: eager_unary(call, VACT_OP_GELU_QUICK, first, gate, n); break;
    case VACT_OP_FATREGLU: eager_unary(call, VACT_OP_THRESHOLD, first, gate, n); break;
    case VACT_OP_RELU_SQUARED_GLU: eager_unary(call, VACT_OP_RELU_SQUARED, first, gate, n); break;
    case VACT_OP_SWIGLU_OAI: eager_oai(call, v, gate, up, n); break;
    case VACT_OP_SITU_GLU: eager_situ(call, v, gate, up, n); break;
    case VACT_OP_SWIGLU_CLAMPED:
        eager_clamp(call, -INFINITY, v[1], gate, n);
        eager_clamp(call, -v[1], v[1], up, n);
        eager_unary(call, VACT_OP_SWISH, first, gate, n);
        break;
    case VACT_OP_SWIGLU_STEP:
        eager_unary(call, VACT_OP_SILU, first, gate, n);
        eager_clamp(call, -INFINITY, v[0], gate, n);
        eager_clamp(call, -v[0], v[0], up, n);
        break;
    default: break;
    }
}

/* Elements i to i + n. By a loop: of memcpy to an array of known size a fortified build makes a call that may abort. */
static void load_side(side *to, const void *src, vact_type type, size_t i, size_t n)
{
    if (type == VACT_F32)
        for (size_t k = 0; k < n; k++)
            to->f32[k] = ((const float *)src)[i + k];
    else
        for (size_t k = 0; k < n; k++)
            to->narrow[k] = ((const uint16_t *)src)[i + k];
}

__attribute__((noinline)) static void run_eager(const gate_call *call, void *dst, const void *gate, const void *up,
                                                size_t n)
{
    side a, b;
    const vact_params_f32 params =
        call->params ? *call->params : vacti_registry_defaults(vacti_registry_by_code(call->op));
    for (size_t i = 0; i < n; i += EAGER_BLOCK) {
        const size_t part = n - i < EAGER_BLOCK ? n - i : EAGER_BLOCK;
        load_side(&a, gate, call->src_type, i, part);
        load_side(&b, up, call->src_type, i, part);
        eager_sides(call, params.v, &a, &b, part);
        eager_product(call, dst, call->dst_type, i, &a, &b, part);
    }
}

static void run_gate(const gate_call *call, void *dst, const void *gate, const void *up, size_t n)
{
    if (call->rounding == VACT_GATE_EAGER)
        run_eager(call, dst, gate, up, n);
    else
        run_once(call, dst, gate, up, n);
}

/* ------------------------------------------------------------------------------------------- the checks */

/* The parameters of a call, to the call. */
static vact_status read_call(gate_call *call, vact_op op, const vact_params_f32 *params,
                             const vact_gate_options *options, vact_type dst_type, vact_type src_type)
{
    vact_gate_options known;
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (info == NULL || info->kind != VACT_KIND_GATE || (params != NULL && !vacti_registry_accepts(info, params)) ||
        vacti_type_size(dst_type) == 0 || vacti_type_size(src_type) == 0)
        return VACT_EINVAL;
    const vact_status read = vacti_options_read(&vacti_gate_options_kind, &known, options);
    if (read != VACT_OK)
        return read;
    if ((unsigned)known.rounding > VACT_GATE_EAGER)
        return VACT_EINVAL;
    if (known.reserved != 0 || !vacti_type_is_built(dst_type) || !vacti_type_is_built(src_type))
        return VACT_EUNSUPPORTED;
    *call = (gate_call){vacti_table_current(), op, params, known.rounding, dst_type, src_type};
    return VACT_OK;
}

vact_status vact_gate(vact_op op, const vact_params_f32 *params, const vact_gate_options *options, void *dst,
                      vact_type dst_type, const void *gate, const void *up, vact_type src_type, size_t n)
{
    gate_call call;
    check_range to, gates, ups;
    const vact_status read = read_call(&call, op, params, options, dst_type, src_type);
    if (read != VACT_OK)
        return read;
    if (!check_array(&to, dst, n, vacti_type_size(dst_type)) ||
        !check_array(&gates, gate, n, vacti_type_size(src_type)) ||
        !check_array(&ups, up, n, vacti_type_size(src_type)))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || gate == NULL || up == NULL)
        return VACT_EINVAL;
    if (!vacti_may_write(to, dst_type, gates, src_type) || !vacti_may_write(to, dst_type, ups, src_type))
        return VACT_EOVERLAP;
    run_gate(&call, dst, gate, up, n);
    return VACT_OK;
}

/* Elements at every second place. */
static void every_second(side *to, const void *src, vact_type type, size_t first, size_t n)
{
    if (type == VACT_F32)
        for (size_t k = 0; k < n; k++)
            to->f32[k] = ((const float *)src)[first + 2 * k];
    else
        for (size_t k = 0; k < n; k++)
            to->narrow[k] = ((const uint16_t *)src)[first + 2 * k];
}

static void run_pairs(const gate_call *call, void *dst, const void *src, size_t cols, size_t gate_at)
{
    side gate, up;
    for (size_t i = 0; i < cols; i += EAGER_BLOCK) {
        const size_t part = cols - i < EAGER_BLOCK ? cols - i : EAGER_BLOCK;
        every_second(&gate, src, call->src_type, 2 * i + gate_at, part);
        every_second(&up, src, call->src_type, 2 * i + 1 - gate_at, part);
        run_gate(call, (char *)dst + i * vacti_type_size(call->dst_type), &gate, &up, part);
    }
}

static void run_packed_row(const gate_call *call, vact_gate_layout layout, void *dst, const void *src, size_t cols)
{
    const void *const second = (const char *)src + cols * vacti_type_size(call->src_type);
    switch (layout) {
    case VACT_GATE_FIRST: run_gate(call, dst, src, second, cols); break;
    case VACT_GATE_SECOND: run_gate(call, dst, second, src, cols); break;
    case VACT_GATE_INTERLEAVED: run_pairs(call, dst, src, cols, 0); break;
    case VACT_GATE_INTERLEAVED_SECOND: run_pairs(call, dst, src, cols, 1); break;
    }
}

vact_status vact_gate_packed(vact_op op, const vact_params_f32 *params, const vact_gate_options *options,
                             vact_gate_layout layout, void *dst, vact_type dst_type, size_t dst_stride, const void *src,
                             vact_type src_type, size_t src_stride, size_t rows, size_t cols)
{
    gate_call call;
    check_range to, from;
    if ((unsigned)layout > VACT_GATE_INTERLEAVED_SECOND)
        return VACT_EINVAL;
    const vact_status read = read_call(&call, op, params, options, dst_type, src_type);
    if (read != VACT_OK)
        return read;
    const size_t to_size = vacti_type_size(dst_type), from_size = vacti_type_size(src_type);
    if (!check_matrix(&to, dst, rows, cols, dst_stride, to_size) || cols > SIZE_MAX / 2 ||
        !check_matrix(&from, src, rows, 2 * cols, src_stride, from_size))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (check_share(to, from))
        return VACT_EOVERLAP;
    for (size_t r = 0; r < rows; r++)
        run_packed_row(&call, layout, (char *)dst + r * dst_stride * to_size,
                       (const char *)src + r * src_stride * from_size, cols);
    return VACT_OK;
}

/* ------------------------------------------------------------------- named functions, from the registry */

/* How many parameters an operation has; those of its function, as it declares them and as it passes them on. */
/* clang-format off */
#define P0() 0
#define P1(...) 1
#define P2(...) 2
#define P2_BY_CODE(...) 0
#define P3(...) 3
#define DECLARED_0
#define DECLARED_1 , float a
#define DECLARED_2 , float a, float b
#define DECLARED_3 , float a, float b, float c
#define PASSED_0 NULL
#define PASSED_1 &(const vact_params_f32){{a}}
#define PASSED_2 &(const vact_params_f32){{a, b}}
#define PASSED_3 &(const vact_params_f32){{a, b, c}}
/* clang-format on */

#define NAMED_OF(name, NAME, count, type, TYPE)                                                                        \
    vact_status vact_##name##_##type(vact_##type *dst, const vact_##type *gate, const vact_##type *up,                 \
                                     size_t n DECLARED_##count)                                                        \
    {                                                                                                                  \
        return vact_gate(VACT_OP_##NAME, PASSED_##count, NULL, dst, TYPE, gate, up, TYPE, n);                          \
    }
#define NAMED_UNARY(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, count)
#define NAMED_ROWS(name, NAME, count)
#define NAMED_GATE(name, NAME, count)                                                                                  \
    NAMED_OF(name, NAME, count, bf16, VACT_BF16) NAMED_OF(name, NAME, count, f16, VACT_F16)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_##kind(name, NAME, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
