/* A fake vact library with one operation, relu, which does its work WORK times. */
#include "vact/vact.h"

#include <math.h>
#include <stddef.h>

VACT_API const char *vact_version(void) { return "0.1.0"; }

VACT_API vact_status vact_select(vact_isa isa, vact_math math)
{
    (void)isa;
    (void)math;
    return VACT_OK;
}

static void relu(float *dst, const float *src, size_t n, const vact_params_f32 *params)
{
    (void)params;
    for (int work = 0; work < WORK; work++)
        for (size_t i = 0; i < n; i++)
            *(volatile float *)&dst[i] = 0.5f * (src[i] + fabsf(src[i])); /* without a branch to predict */
}

VACT_API vact_unary_f32_fn *vact_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    (void)isa;
    (void)math;
    return op == VACT_OP_RELU ? relu : NULL;
}
