/*
 * The kernels of one instruction set and one variant. Not compiled by itself: CMake writes a source per build and
 * set (cmake/kernels.c.in) that defines VACT_BUILD, VACT_SET and VACT_SET_PLAIN or VACT_SET_FAST, includes a header of
 * vec/, one of math/ and all of act/, and then this file.
 *
 * From each registry line it makes one function, vact_<operation>_f32_<build>_<set>: to find vact_gelu_f32_avx2_sleef,
 * read act/sleef/gelu.h over vec/f32_avx2.h and math/sleef/functions.h, walked by loop/unary.h. The set is `plain` for
 * operations without a transcendental function, else the variant.
 */
#include "abi.h"
#include "loop/backward.h"
#include "loop/channels.h"
#include "loop/epilogue.h"
#include "loop/gate.h"
#include "loop/rows.h"
#include "loop/unary.h"

#define JOIN_(a, b, c, d) a##b##_##c##_##d
#define JOIN(a, b, c, d) JOIN_(a, b, c, d)
#define KERNEL_NAME(name) JOIN(vact_, name##_f32, VACT_BUILD, VACT_SET)

/* What serves which lanes: the set `fast` has activations of two forms. */
#ifdef VACT_SET_FAST
#define FORM(name, params) name##_form(params)
#define GATE_FORM(name) name##_form()
#else
#define FORM(name, params) ((void)(params), ACT_ONE_FORM(name##_forward))
#define GATE_FORM(name) ((gate_form){0.0f, ACT_UNLIMITED, name##_forward})
#endif
#define UNARY_KERNEL(name, ...)                                                                                        \
    vact_unary_f32_fn KERNEL_NAME(name);                                                                               \
    VACT_INLINE vf name##_at(const loop_operands *from, size_t i, size_t n)                                            \
    {                                                                                                                  \
        return name##_forward(loop_element(from, i, n), &from->params);                                                \
    }                                                                                                                  \
    VACT_INLINE vf name##_ordinary_at(vf x, const loop_operands *from, size_t i)                                       \
    {                                                                                                                  \
        return (void)i, FORM(name, &from->params).ordinary(x, &from->params);                                          \
    }                                                                                                                  \
    VACT_NOINLINE static size_t name##_any_fours(float *dst, const float *src, size_t n,                               \
                                                 const vact_params_f32 *params)                                        \
    {                                                                                                                  \
        return loop_any_fours(dst, src, n, FORM(name, params), params);                                                \
    }                                                                                                                  \
    VACT_INLINE loop_operation name##_operation(const vact_params_f32 *params)                                         \
    {                                                                                                                  \
        const act_form form = FORM(name, params);                                                                      \
        return (loop_operation){name##_at,        loop_element, name##_ordinary_at, form.tiny, form.limit,             \
                                name##_any_fours, NULL};                                                               \
    }                                                                                                                  \
    VACT_NOINLINE static void name##_long(float *dst, const float *src, size_t n, const vact_params_f32 *params)       \
    {                                                                                                                  \
        loop_long(dst, src, n, params, name##_operation(params), KERNEL_NAME(name));                                   \
    }                                                                                                                  \
    VACT_NOINLINE static void name##_four_vectors(float *dst, const float *src, size_t n,                              \
                                                  const vact_params_f32 *params)                                       \
    {                                                                                                                  \
        loop_four_vectors(dst, src, n, params, name##_operation(params), KERNEL_NAME(name), name##_long);              \
    }                                                                                                                  \
    static const vact_params_f32 name##_defaults = {{__VA_ARGS__}};                                                    \
    VACT_NOINLINE static void name##_more(float *dst, const float *src, size_t n, const vact_params_f32 *params)       \
    {                                                                                                                  \
        loop_more(dst, src, n, params, name##_at, name##_four_vectors);                                                \
    }                                                                                                                  \
    VACT_NOINLINE void KERNEL_NAME(name)(float *dst, const float *src, size_t n, const vact_params_f32 *params)        \
    {                                                                                                                  \
        params = params ? params : &name##_defaults;                                                                   \
        loop_unary(dst, src, n, params, name##_operation(params), name##_more);                                        \
    }                                                                                                                  \
    EPILOGUE_KERNEL(name)
#define EPILOGUE_KERNEL(name)                                                                                          \
    vact_epilogue_f32_fn KERNEL_NAME(name##_epilogue);                                                                 \
    VACT_INLINE vf name##_epilogue_at(const loop_operands *from, size_t i, size_t n)                                   \
    {                                                                                                                  \
        return epilogue_result(name##_forward(epilogue_argument(from, i, n), &from->params), from, i, n);              \
    }                                                                                                                  \
    VACT_INLINE vf name##_epilogue_ordinary(vf x, const loop_operands *from, size_t i)                                 \
    {                                                                                                                  \
        return epilogue_result(FORM(name, &from->params).ordinary(x, &from->params), from, i, VF_LANES);               \
    }                                                                                                                  \
    VACT_INLINE loop_operation name##_epilogue_operation(const vact_params_f32 *params)                                \
    {                                                                                                                  \
        const act_form form = FORM(name, params);                                                                      \
        return (loop_operation){name##_epilogue_at, epilogue_argument, name##_epilogue_ordinary, form.tiny,            \
                                form.limit,         name##_any_fours,  epilogue_result};                               \
    }                                                                                                                  \
    VACT_NOINLINE static void name##_side_by_side(const epilogue_row *run, size_t n, size_t jump, loop_walk walk)      \
    {                                                                                                                  \
        epilogue_side_by_side(run, n, jump, name##_epilogue_operation(&run->from.params), walk);                       \
    }                                                                                                                  \
    void KERNEL_NAME(name##_epilogue)(const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x,    \
                                      size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,       \
                                      const float *residual, size_t residual_stride)                                   \
    {                                                                                                                  \
        params = params ? params : &name##_defaults;                                                                   \
        loop_epilogue(params, dst, dst_stride, x, x_stride, rows, cols, scale, bias, residual, residual_stride,        \
                      name##_epilogue_operation(params), name##_side_by_side);                                         \
    }
/* One implementation of a derivative serves every variant; the set `fast` has those of the operations that need one. */
#define BACKWARD_KERNEL(name, backward, ...)                                                                           \
    vact_backward_f32_fn KERNEL_NAME(backward);                                                                        \
    VACT_INLINE vf backward##_at(const loop_operands *from, size_t i, size_t n)                                        \
    {                                                                                                                  \
        return backward_of(loop_argument(from->up + i, n), loop_element(from, i, n), &from->params, backward);         \
    }                                                                                                                  \
    VACT_INLINE vf backward##_ordinary_at(vf x, const loop_operands *from, size_t i)                                   \
    {                                                                                                                  \
        return backward_of(vf_load(from->up + i), x, &from->params, backward);                                         \
    }                                                                                                                  \
    void KERNEL_NAME(backward)(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params)    \
    {                                                                                                                  \
        static const vact_params_f32 defaults = {{__VA_ARGS__}};                                                       \
        const loop_operands from = {.x = x, .up = dy, .params = params ? *params : defaults};                          \
        const loop_operation op = {backward##_at, loop_element, backward##_ordinary_at, 0.0f, ACT_UNLIMITED,           \
                                   NULL,          NULL};                                                               \
        loop_walked(dx, &from, n, op, loop_walk_here(dx == dy || dx == x, n));                                         \
    }
#define FROM_INPUT(name, ...)
#define FROM_OUTPUT(name, ...) BACKWARD_KERNEL(name, name##_backward_from_output, __VA_ARGS__)
#define UNARY_BACKWARD(name, keeps, ...)                                                                               \
    BACKWARD_KERNEL(name, name##_backward, __VA_ARGS__)                                                                \
    FROM_##keeps(name, __VA_ARGS__)
#define CHANNELS_BACKWARD(name, keeps, ...)
#define ROWS_BACKWARD(name, keeps, ...)

#define CHANNELS_KERNEL(name, ...)                                                                                     \
    vact_channels_f32_fn KERNEL_NAME(name);                                                                            \
    VACT_INLINE vf name##_at(const loop_operands *from, size_t i, size_t n)                                            \
    {                                                                                                                  \
        return name##_forward(loop_argument(from->x + i, n), vf_set1(from->params.v[0]));                              \
    }                                                                                                                  \
    VACT_INLINE vf name##_ordinary_at(vf x, const loop_operands *from, size_t i)                                       \
    {                                                                                                                  \
        return (void)i, name##_forward(x, vf_set1(from->params.v[0]));                                                 \
    }                                                                                                                  \
    void KERNEL_NAME(name)(float *dst, const float *src, const float *parameters, size_t outer, size_t channels,       \
                           size_t inner)                                                                               \
    {                                                                                                                  \
        const loop_operation op = {name##_at, loop_element, name##_ordinary_at, 0.0f, ACT_UNLIMITED, NULL, NULL};      \
        loop_channels(dst, src, parameters, outer, channels, inner, name##_forward, op);                               \
    }
#define ROWS_KERNEL(name, ...)                                                                                         \
    vact_rows_f32_fn KERNEL_NAME(name);                                                                                \
    void KERNEL_NAME(name)(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,            \
                           size_t cols)                                                                                \
    {                                                                                                                  \
        name##_rows(dst, dst_stride, src, src_stride, rows, cols);                                                     \
    }

#define GATE_KERNEL(name, ...)                                                                                         \
    vact_gate_f32_fn KERNEL_NAME(name);                                                                                \
    VACT_INLINE vf name##_at(const loop_operands *from, size_t i, size_t n)                                            \
    {                                                                                                                  \
        return name##_forward(loop_argument(from->x + i, n), loop_argument(from->up + i, n));                          \
    }                                                                                                                  \
    VACT_INLINE vf name##_ordinary_at(vf gate, const loop_operands *from, size_t i)                                    \
    {                                                                                                                  \
        return GATE_FORM(name).ordinary(gate, vf_load(from->up + i));                                                  \
    }                                                                                                                  \
    void KERNEL_NAME(name)(float *dst, const float *gate, const float *up, size_t n)                                   \
    {                                                                                                                  \
        const loop_operands from = {.x = gate, .up = up};                                                              \
        const loop_operation op = {                                                                                    \
            name##_at, loop_element, name##_ordinary_at, GATE_FORM(name).tiny, GATE_FORM(name).limit, NULL, NULL};     \
        loop_walked(dst, &from, n, op, loop_walk_here(dst == gate || dst == up, n));                                   \
    }                                                                                                                  \
    vact_interleaved_f32_fn KERNEL_NAME(name##_interleaved);                                                           \
    void KERNEL_NAME(name##_interleaved)(float *dst, const float *src, size_t n)                                       \
    {                                                                                                                  \
        loop_gate_interleaved(dst, src, n, name##_forward);                                                            \
    }
#define GATE_BACKWARD(name, keeps, ...)                                                                                \
    vact_gate_backward_f32_fn KERNEL_NAME(name##_backward);                                                            \
    void KERNEL_NAME(name##_backward)(float *dgate, float *dup, const float *dy, const float *gate, const float *up,   \
                                      size_t n)                                                                        \
    {                                                                                                                  \
        loop_gate_backward(dgate, dup, dy, gate, up, n, name##_backward);                                              \
    }                                                                                                                  \
    vact_interleaved_backward_f32_fn KERNEL_NAME(name##_backward_interleaved);                                         \
    void KERNEL_NAME(name##_backward_interleaved)(float *dsrc, const float *dy, const float *src, size_t n)            \
    {                                                                                                                  \
        loop_gate_backward_interleaved(dsrc, dy, src, n, name##_backward);                                             \
    }

#ifdef VACT_SET_PLAIN
#define IF_PLAIN(...) __VA_ARGS__
#define IF_MATH(...)
#define IF_BACKWARD_PLAIN(...) __VA_ARGS__
#define IF_BACKWARD_MATH(...)
#else
#define IF_PLAIN(...)
#define IF_MATH(...) __VA_ARGS__
#define IF_BACKWARD_PLAIN(...)
#ifdef VACT_SET_FAST
#define IF_BACKWARD_MATH(...) __VA_ARGS__
#else
#define IF_BACKWARD_MATH(...)
#endif
#endif

#define P0() 0.0f
#define P1(name, value, domain) value
#define P2(name1, value1, domain1, name2, value2, domain2) value1, value2
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    IF_##needs(kind##_KERNEL(name, parameters)) IF_BACKWARD_##needs(kind##_BACKWARD(name, keeps, parameters))

/* clang-format off */
#include "registry.def"
/* clang-format on */

#ifdef VACT_SET_FAST
#include "loss/kernels.h"
/* The softmax family has one implementation for every variant. */
#include "rows/kernels.h"
#endif
#ifdef VACT_SET_PLAIN
#include "health/kernels.h"
#endif
