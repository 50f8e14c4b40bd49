/* The kernels of the losses of doubles. */
#ifndef VACT_LOSS_F64_H
#define VACT_LOSS_F64_H

#include "loss/f64_bce.h"

vacti_cross_entropy_f64_fn KERNEL(cross_entropy);
void KERNEL(cross_entropy)(const vacti_cross_entropy_f64_call *call) { loss_run(call); }

vacti_bce_f64_fn KERNEL(bce_with_logits);
void KERNEL(bce_with_logits)(const vacti_bce_f64_call *call) { bce_run(call); }

#endif
