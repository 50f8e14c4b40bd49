/* The table comes from the registry, so that an operation without its named function does not link. */
#include "named.h"

#include <stdlib.h>
#include <string.h>

typedef vact_status no_parameter_fn(float *dst, const float *src, size_t n);
typedef vact_status one_parameter_fn(float *dst, const float *src, size_t n, float first);
typedef vact_status two_parameters_fn(float *dst, const float *src, size_t n, float first, float second);
typedef vact_status three_parameters_fn(float *dst, const float *src, size_t n, float first, float second, float third);
typedef vact_status channels_fn(float *dst, const float *src, const float *slope, size_t outer, size_t channels,
                                size_t inner);
typedef vact_status dense_rows_fn(float *dst, const float *src, size_t rows, size_t cols);
typedef vact_status rows_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                            size_t cols);

typedef void any_fn(void);

typedef struct named_function {
    vact_op op;
    any_fn *function; /* of the type that the operation's kind and number of parameters give it */
    any_fn *strided;  /* rows only */
} named_function;

#define UNARY_FUNCTIONS(name) (any_fn *)vact_##name##_f32, NULL
#define CHANNELS_FUNCTIONS(name) (any_fn *)vact_##name##_f32, NULL
#define GATE_FUNCTIONS(name) (any_fn *)vact_##name##_f32, NULL
#define ROWS_FUNCTIONS(name) (any_fn *)vact_##name##_f32, (any_fn *)vact_##name##_rows_f32
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    {VACT_OP_##NAME, kind##_FUNCTIONS(name)},

static const named_function functions[] = {
#include "kernels/registry.def"
};

static const named_function *function_of(const vacti_op_info *info)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i].op == info->op)
            return &functions[i];
    abort();
}

vact_status named_unary(const vacti_op_info *info, const vact_params_f32 *params, float *dst, const float *src,
                        size_t n)
{
    any_fn *function = function_of(info)->function;
    const vact_params_f32 defaults = vacti_registry_defaults(info);
    if (!info->named && memcmp(params, &defaults, sizeof(float) * (size_t)info->param_count) != 0)
        return vact_forward_f32(info->op, params, dst, src, n);
    switch (info->named ? info->param_count : 0) {
    case 0: return ((no_parameter_fn *)function)(dst, src, n);
    case 1: return ((one_parameter_fn *)function)(dst, src, n, params->v[0]);
    case 2: return ((two_parameters_fn *)function)(dst, src, n, params->v[0], params->v[1]);
    case 3: return ((three_parameters_fn *)function)(dst, src, n, params->v[0], params->v[1], params->v[2]);
    default: abort();
    }
}

vact_status named_channels(const vacti_op_info *info, float *dst, const float *src, const float *slope, size_t outer,
                           size_t channels, size_t inner)
{
    return ((channels_fn *)function_of(info)->function)(dst, src, slope, outer, channels, inner);
}

vact_status named_dense_rows(const vacti_op_info *info, float *dst, const float *src, size_t rows, size_t cols)
{
    return ((dense_rows_fn *)function_of(info)->function)(dst, src, rows, cols);
}

vact_status named_rows(const vacti_op_info *info, float *dst, size_t dst_stride, const float *src, size_t src_stride,
                       size_t rows, size_t cols)
{
    return ((rows_fn *)function_of(info)->strided)(dst, dst_stride, src, src_stride, rows, cols);
}
