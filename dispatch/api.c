/* The public calls: the checks, in the order that vact.h states, and one call of a kernel. */
#include <stdint.h>
#include <string.h>

#include "checks.h"
#include "registry.h"
#include "table.h"

const char *vact_version(void) { return VACT_VERSION; }

const char *vact_status_string(vact_status status)
{
    switch (status) {
    case VACT_OK: return "success";
    case VACT_EINVAL: return "invalid argument: a parameter outside its domain, an impossible size or a null pointer";
    case VACT_EOVERLAP: return "source and destination overlap in part";
    case VACT_EUNSUPPORTED: return "not supported by this CPU or this build";
    }
    return "unknown status";
}

/* ------------------------------------------------------------------------------------ element by element */

/* All checks after that of the parameters, in their order; also the first use of the library. */
__attribute__((noinline, cold)) static vact_status run_with_care(vact_op op, const vact_params_f32 *params, float *dst,
                                                                 const float *src, size_t n)
{
    check_range to, from;
    if (!check_array(&to, dst, n, sizeof *dst) || !check_array(&from, src, n, sizeof *src))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    vacti_table_current()->unary[VACT_OP_SLOT(op)](dst, src, n, params);
    return VACT_OK;
}

/* The fast path, as checks take a large part of a short call's time: arguments that are plainly right pass here. One
 * comparison tells that the ranges do not overlap (they do where 0 < dst - src + bytes < 2*bytes). */
static inline vact_status run_unary(vact_op op, const vact_params_f32 *params, float *dst, const float *src, size_t n)
{
    const vacti_table *table = atomic_load_explicit(&vacti_table_chosen, memory_order_acquire);
    size_t bytes = n * sizeof(float);
    bool apart = (uintptr_t)dst - (uintptr_t)src + bytes - 1 >= 2 * bytes - 1;
    bool plain = table != NULL && n <= INT32_MAX / sizeof(float) && dst != NULL && src != NULL && (apart || dst == src);
    if (__builtin_expect(!plain, 0))
        return run_with_care(op, params, dst, src, n);
    table->unary[VACT_OP_SLOT(op)](dst, src, n, params);
    return VACT_OK;
}

vact_status vact_forward_f32(vact_op op, const vact_params_f32 *params, float *dst, const float *src, size_t n)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (info == NULL || info->kind != VACT_KIND_UNARY || (params && !vacti_registry_accepts(info, params)))
        return VACT_EINVAL;
    return run_unary(op, params, dst, src, n);
}

/* ------------------------------------------------------------------------------------------- derivatives */

/* The output has the sign of the input only where the slope below 0 is not negative. */
static bool accepts_backward(const vacti_op_info *info, bool output, const vact_params_f32 *params)
{
    bool slope = info->op == VACT_OP_LEAKY_RELU || info->op == VACT_OP_ELU;
    return vacti_registry_accepts(info, params) && !(output && slope && params->v[0] < 0.0f);
}

static vact_status run_backward(vact_op op, bool output, bool accepted, const vact_params_f32 *params, float *dx,
                                const float *dy, const float *x, size_t n)
{
    check_range to, slopes, inputs;
    if (!accepted)
        return VACT_EINVAL;
    if (!VACT_WITH_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dx, n, sizeof *dx) || !check_array(&slopes, dy, n, sizeof *dy) ||
        !check_array(&inputs, x, n, sizeof *x))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    (output ? table->from_output : table->backward)[VACT_OP_SLOT(op)](dx, dy, x, n, params);
    return VACT_OK;
}

/* With parameters, which are checked here. */
static vact_status run_backward_with(vact_op op, bool output, vact_params_f32 params, float *dx, const float *dy,
                                     const float *x, size_t n)
{
    return run_backward(op, output, accepts_backward(vacti_registry_by_code(op), output, &params), &params, dx, dy, x,
                        n);
}

vact_status vact_backward_f32(vact_op op, const vact_params_f32 *params, float *dx, const float *dy, const float *x,
                              size_t n)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (info == NULL || info->kind != VACT_KIND_UNARY)
        return VACT_EINVAL;
    return run_backward(op, false, params == NULL || accepts_backward(info, false, params), params, dx, dy, x, n);
}

vact_status vact_backward_from_output_f32(vact_op op, const vact_params_f32 *params, float *dx, const float *dy,
                                          const float *y, size_t n)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    if (info == NULL || info->kind != VACT_KIND_UNARY || !info->keeps_output)
        return VACT_EINVAL;
    return run_backward(op, true, params == NULL || accepts_backward(info, true, params), params, dx, dy, y, n);
}

static vact_status run_channels(vact_op op, float *dst, const float *src, const float *slope, size_t outer,
                                size_t channels, size_t inner)
{
    size_t n;
    check_range to, from, slopes;
    if (!check_product(&n, outer, channels, inner) || !check_array(&to, dst, n, sizeof *dst) ||
        !check_array(&from, src, n, sizeof *src))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (!check_array(&slopes, slope, channels, sizeof *slope) || dst == NULL || src == NULL || slope == NULL ||
        !check_all_finite(slope, channels))
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from) || check_share(to, slopes))
        return VACT_EOVERLAP;
    vacti_table_current()->channels[VACT_OP_SLOT(op)](dst, src, slope, outer, channels, inner);
    return VACT_OK;
}

/* --------------------------------------------------------------------------------------------- over rows */

static vact_status run_rows(vact_op op, float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                            size_t cols)
{
    check_range to, from;
    if (!check_matrix(&to, dst, rows, cols, dst_stride, sizeof *dst) ||
        !check_matrix(&from, src, rows, cols, src_stride, sizeof *src))
        return VACT_EINVAL;
    if (rows == 0 || cols == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    vacti_table_current()->rows[VACT_OP_SLOT(op)](dst, dst_stride, src, src_stride, rows, cols);
    return VACT_OK;
}

/* ------------------------------------------------------------------- the named functions, from the registry */

/* No stack protector: the stack holds nothing but four parameters, which kernels only read. */
#if defined(__has_attribute)
#if __has_attribute(no_stack_protector)
#define NO_STACK_PROTECTOR __attribute__((no_stack_protector))
#endif
#endif
#ifndef NO_STACK_PROTECTOR
#define NO_STACK_PROTECTOR
#endif

/* One store of all four: a kernel that loads them at once would have to wait for narrower stores, which doubles the
 * time of a call of 17 elements. */
static inline vact_params_f32 params_of(float a, float b, float c)
{
    typedef float all __attribute__((vector_size(sizeof(vact_params_f32))));
    all values = {a, b, c, b};
    vact_params_f32 params;
    memcpy(&params, &values, sizeof params);
    return params;
}

/* Of an operation with one parameter, two or three. */
static inline vact_status run_with_one(vact_op op, vacti_domain domain, float *dst, const float *src, size_t n, float a)
{
    const vact_params_f32 params = params_of(a, a, a);
    bool accepted = vacti_domain_holds(domain, a);
    return __builtin_expect(accepted, 1) ? run_unary(op, &params, dst, src, n) : VACT_EINVAL;
}

static inline vact_status run_with_two(vact_op op, vacti_domain domain_a, vacti_domain domain_b, float *dst,
                                       const float *src, size_t n, float a, float b)
{
    const vact_params_f32 params = params_of(a, b, a);
    bool accepted = vacti_domain_holds(domain_a, a) && vacti_domain_holds(domain_b, b);
    return __builtin_expect(accepted, 1) ? run_unary(op, &params, dst, src, n) : VACT_EINVAL;
}

static inline vact_status run_with_three(vact_op op, vacti_domain domain_a, vacti_domain domain_b,
                                         vacti_domain domain_c, float *dst, const float *src, size_t n, float a,
                                         float b, float c)
{
    const vact_params_f32 params = params_of(a, b, c);
    bool accepted =
        vacti_domain_holds(domain_a, a) && vacti_domain_holds(domain_b, b) && vacti_domain_holds(domain_c, c);
    return __builtin_expect(accepted, 1) ? run_unary(op, &params, dst, src, n) : VACT_EINVAL;
}

/* How many parameters an operation has, and their domains. */
#define P0() 0, none
#define P1(name, value, domain) 1, VACT_DOMAIN_##domain
#define P2(name1, value1, domain1, name2, value2, domain2) 2, VACT_DOMAIN_##domain1, VACT_DOMAIN_##domain2
/* The named functions have the defaults. */
#define P2_BY_CODE(name1, value1, domain1, name2, value2, domain2) 0, none
#define P3(name1, value1, domain1, name2, value2, domain2, name3, value3, domain3)                                     \
    3, VACT_DOMAIN_##domain1, VACT_DOMAIN_##domain2, VACT_DOMAIN_##domain3

#define NAMED_0(name, NAME, none)                                                                                      \
    vact_status vact_##name##_f32(float *dst, const float *src, size_t n)                                              \
    {                                                                                                                  \
        return run_unary(VACT_OP_##NAME, NULL, dst, src, n);                                                           \
    }
#define NAMED_1(name, NAME, domain)                                                                                    \
    NO_STACK_PROTECTOR vact_status vact_##name##_f32(float *dst, const float *src, size_t n, float a)                  \
    {                                                                                                                  \
        return run_with_one(VACT_OP_##NAME, domain, dst, src, n, a);                                                   \
    }
#define NAMED_2(name, NAME, domain_a, domain_b)                                                                        \
    NO_STACK_PROTECTOR vact_status vact_##name##_f32(float *dst, const float *src, size_t n, float a, float b)         \
    {                                                                                                                  \
        return run_with_two(VACT_OP_##NAME, domain_a, domain_b, dst, src, n, a, b);                                    \
    }
#define NAMED_3(name, NAME, domain_a, domain_b, domain_c)                                                              \
    NO_STACK_PROTECTOR vact_status vact_##name##_f32(float *dst, const float *src, size_t n, float a, float b,         \
                                                     float c)                                                          \
    {                                                                                                                  \
        return run_with_three(VACT_OP_##NAME, domain_a, domain_b, domain_c, dst, src, n, a, b, c);                     \
    }

#define BACKWARD_0(name, NAME, function, output)                                                                       \
    vact_status vact_##function##_f32(float *dx, const float *dy, const float *x, size_t n)                            \
    {                                                                                                                  \
        return run_backward(VACT_OP_##NAME, output, true, NULL, dx, dy, x, n);                                         \
    }
#define BACKWARD_1(name, NAME, function, output)                                                                       \
    vact_status vact_##function##_f32(float *dx, const float *dy, const float *x, size_t n, float a)                   \
    {                                                                                                                  \
        return run_backward_with(VACT_OP_##NAME, output, (vact_params_f32){{a}}, dx, dy, x, n);                        \
    }
#define BACKWARD_2(name, NAME, function, output)                                                                       \
    vact_status vact_##function##_f32(float *dx, const float *dy, const float *x, size_t n, float a, float b)          \
    {                                                                                                                  \
        return run_backward_with(VACT_OP_##NAME, output, (vact_params_f32){{a, b}}, dx, dy, x, n);                     \
    }
#define BACKWARD_3(name, NAME, function, output)                                                                       \
    vact_status vact_##function##_f32(float *dx, const float *dy, const float *x, size_t n, float a, float b, float c) \
    {                                                                                                                  \
        return run_backward_with(VACT_OP_##NAME, output, (vact_params_f32){{a, b, c}}, dx, dy, x, n);                  \
    }
#define FROM_INPUT(name, NAME, parameters)
#define FROM_OUTPUT(name, NAME, parameters) BACKWARD_##parameters(name, NAME, name##_backward_from_output, true)

#define NAMED_UNARY(name, NAME, keeps, count, ...)                                                                     \
    NAMED_##count(name, NAME, __VA_ARGS__) BACKWARD_##count(name, NAME, name##_backward, false)                        \
        FROM_##keeps(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, keeps, ...)                                                                         \
    vact_status vact_##name##_f32(float *dst, const float *src, const float *slope, size_t outer, size_t channels,     \
                                  size_t inner)                                                                        \
    {                                                                                                                  \
        return run_channels(VACT_OP_##NAME, dst, src, slope, outer, channels, inner);                                  \
    }
#define NAMED_GATE(name, NAME, keeps, ...) /* dispatch/gates.c */
#define NAMED_ROWS(name, NAME, keeps, ...)                                                                             \
    vact_status vact_##name##_f32(float *dst, const float *src, size_t rows, size_t cols)                              \
    {                                                                                                                  \
        return run_rows(VACT_OP_##NAME, dst, cols, src, cols, rows, cols);                                             \
    }                                                                                                                  \
    vact_status vact_##name##_rows_f32(float *dst, size_t dst_stride, const float *src, size_t src_stride,             \
                                       size_t rows, size_t cols)                                                       \
    {                                                                                                                  \
        return run_rows(VACT_OP_##NAME, dst, dst_stride, src, src_stride, rows, cols);                                 \
    }
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_##kind(name, NAME, keeps, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
