/* The losses by type: the calls (dispatch/losses.c has the checks). */
#include "losses.h"

#define CROSS_ENTROPY(bits, is_wide)                                                                                   \
    vact_status vact_cross_entropy_i##bits(float *loss, const void *logits, vact_type type,                            \
                                           const int##bits##_t *targets, size_t rows, size_t cols,                     \
                                           const vact_cross_entropy_options_f32 *options)                              \
    {                                                                                                                  \
        const vacti_cross_entropy_call call = {                                                                        \
            .loss = loss, .logits = logits, .targets = targets, .wide = is_wide, .rows = rows, .cols = cols};          \
        return vacti_cross_entropy(call, type, options, true, false);                                                  \
    }                                                                                                                  \
    vact_status vact_cross_entropy_backward_i##bits(void *dx, const float *dy, const void *logits, vact_type type,     \
                                                    const int##bits##_t *targets, size_t rows, size_t cols,            \
                                                    const vact_cross_entropy_options_f32 *options)                     \
    {                                                                                                                  \
        const vacti_cross_entropy_call call = {                                                                        \
            .dx = dx, .dy = dy, .logits = logits, .targets = targets, .wide = is_wide, .rows = rows, .cols = cols};    \
        return vacti_cross_entropy(call, type, options, false, true);                                                  \
    }                                                                                                                  \
    vact_status vact_cross_entropy_forward_backward_i##bits(                                                           \
        float *loss, void *dx, const float *dy, const void *logits, vact_type type, const int##bits##_t *targets,      \
        size_t rows, size_t cols, const vact_cross_entropy_options_f32 *options)                                       \
    {                                                                                                                  \
        const vacti_cross_entropy_call call = {.loss = loss,                                                           \
                                               .dx = dx,                                                               \
                                               .dy = dy,                                                               \
                                               .logits = logits,                                                       \
                                               .targets = targets,                                                     \
                                               .wide = is_wide,                                                        \
                                               .rows = rows,                                                           \
                                               .cols = cols};                                                          \
        return vacti_cross_entropy(call, type, options, true, true);                                                   \
    }

CROSS_ENTROPY(32, false)
CROSS_ENTROPY(64, true)

vact_status vact_bce_with_logits(float *loss, const void *x, const void *targets, vact_type type, size_t n,
                                 const vact_bce_with_logits_options_f32 *options)
{
    return vacti_bce((vacti_bce_call){.loss = loss, .x = x, .targets = targets, .n = n}, type, options, true, false);
}

vact_status vact_bce_with_logits_backward(void *dx, const float *dy, const void *x, const void *targets, vact_type type,
                                          size_t n, const vact_bce_with_logits_options_f32 *options)
{
    return vacti_bce((vacti_bce_call){.dx = dx, .dy = dy, .x = x, .targets = targets, .n = n}, type, options, false,
                     true);
}

vact_status vact_bce_with_logits_forward_backward(float *loss, void *dx, const float *dy, const void *x,
                                                  const void *targets, vact_type type, size_t n,
                                                  const vact_bce_with_logits_options_f32 *options)
{
    const vacti_bce_call call = {.loss = loss, .dx = dx, .dy = dy, .x = x, .targets = targets, .n = n};
    return vacti_bce(call, type, options, true, true);
}
