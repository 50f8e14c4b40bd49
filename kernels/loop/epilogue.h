/* How an epilogue walks a matrix: act(x*scale + bias) + residual, one pass. No mathematics but these three steps. */
#ifndef VACT_LOOP_EPILOGUE_H
#define VACT_LOOP_EPILOGUE_H

#include "loop/unary.h"

/* What is absent adds -0, which leaves every number as it is, -0 too. */
VACT_INLINE vf epilogue_term(const float *term, size_t i) { return term ? vf_load(term + i) : vf_set1(-0.0f); }

VACT_INLINE vf epilogue_partial(const float *term, size_t i, size_t n)
{
    return term ? vf_load_partial(term + i, n) : vf_set1(-0.0f);
}

VACT_INLINE void loop_epilogue(float *dst, const float *x, size_t n, float factor, const float *bias,
                               const float *residual, const vact_params_f32 *params, act_forward_fn *forward)
{
    const vf scale = vf_set1(factor);
    size_t i = 0;
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vf argument[4];
        for (size_t k = 0; k < 4; k++) {
            size_t at = i + k * VF_LANES;
            argument[k] = vf_fma(vf_load(x + at), scale, epilogue_term(bias, at));
        }
        for (size_t k = 0; k < 4; k++) {
            size_t at = i + k * VF_LANES;
            vf_store(dst + at, vf_add(forward(argument[k], params), epilogue_term(residual, at)));
        }
    }
    for (; n - i >= VF_LANES; i += VF_LANES) {
        vf argument = vf_fma(vf_load(x + i), scale, epilogue_term(bias, i));
        vf_store(dst + i, vf_add(forward(argument, params), epilogue_term(residual, i)));
    }
    if (i < n) {
        vf argument = vf_fma(vf_load_partial(x + i, n - i), scale, epilogue_partial(bias, i, n - i));
        vf_store_partial(dst + i, vf_add(forward(argument, params), epilogue_partial(residual, i, n - i)), n - i);
    }
}

VACT_INLINE void loop_epilogue_rows(const vact_params_f32 *given, float *dst, size_t dst_stride, const float *x,
                                    size_t x_stride, size_t rows, size_t cols, float scale, const float *bias,
                                    const float *residual, size_t residual_stride, act_forward_fn *forward)
{
    const vact_params_f32 params = *given;
    for (size_t r = 0; r < rows; r++)
        loop_epilogue(dst + r * dst_stride, x + r * x_stride, cols, scale, bias,
                      residual ? residual + r * residual_stride : NULL, &params, forward);
}

#endif
