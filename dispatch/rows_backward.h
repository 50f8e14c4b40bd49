/* The gradients of the softmax family of any type, with the checks. Internal: not installed. */
#ifndef VACT_DISPATCH_ROWS_BACKWARD_H
#define VACT_DISPATCH_ROWS_BACKWARD_H

#include "narrow.h"
#include "rows.h"

/* Reads the options of a masked gradient, which null are the defaults. */
vact_status vacti_gradient_options(vact_softmax_options_f32 *known, vact_type type,
                                   const vact_softmax_options_f32 *options, const float *dsink);

/* Of softmax or log_softmax. Null options, with no x and dsink: of the functions without. Where there are some, x, if
 * given, is only checked unless a sink or a cap needs it. */
vact_status vacti_rows_backward(const vacti_masked_gradient *g, vact_type type, float scale);
vact_status vacti_logsumexp_backward(const vacti_masked_gradient *g, vact_type type, float scale);

vact_status vacti_axis_backward(bool log, void *dx, const void *dy, const void *y, vact_type type, size_t outer,
                                size_t axis, size_t inner);
vact_status vacti_logsumexp_axis_backward(void *dx, const float *dy, const void *x, const float *y, vact_type type,
                                          size_t outer, size_t axis, size_t inner);

#endif
