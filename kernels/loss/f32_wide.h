/* The losses of floats in double lanes, and their gradients: at most 0.501 ULP. */
#ifndef VACT_LOSS_F32_WIDE_H
#define VACT_LOSS_F32_WIDE_H

#include "loss/f64_bce.h"

vacti_cross_entropy_fn KERNEL(cross_entropy);
void KERNEL(cross_entropy)(const vacti_cross_entropy_call *call)
{
    const vacti_cross_entropy_f64_call own = {.loss = call->loss,
                                              .dx = call->dx,
                                              .log_probabilities = call->log_probabilities,
                                              .dy = call->dy,
                                              .logits = call->logits,
                                              .weights = call->weights,
                                              .probabilities = call->probabilities,
                                              .targets = call->targets,
                                              .rows = call->rows,
                                              .cols = call->cols,
                                              .inner = call->inner > 1 ? call->inner : 1,
                                              .stride = call->stride,
                                              .dx_stride = call->dx_stride,
                                              .probabilities_stride = call->probabilities_stride,
                                              .log_probabilities_stride = call->log_probabilities_stride,
                                              .ignore_index = call->ignore_index,
                                              .smoothing = (double)call->smoothing,
                                              .z_loss = (double)call->z_loss,
                                              .reduction = call->reduction,
                                              .wide = call->wide,
                                              .nll = call->nll};
    loss_run(&own);
}

vacti_bce_fn KERNEL(bce_with_logits);
void KERNEL(bce_with_logits)(const vacti_bce_call *call)
{
    const vacti_bce_f64_call own = {.loss = call->loss,
                                    .dx = call->dx,
                                    .dy = call->dy,
                                    .x = call->x,
                                    .targets = call->targets,
                                    .pos_weight = call->positive.values,
                                    .weight = call->weight.values,
                                    .n = call->n,
                                    .pos_weight_count = call->positive.count,
                                    .weight_count = call->weight.count,
                                    .reduction = call->reduction};
    bce_run(&own);
}

#endif
