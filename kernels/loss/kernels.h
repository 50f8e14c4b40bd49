/* The kernels of the losses. Included once, in the set `fast`, by the source that CMake writes. */
#ifndef VACT_LOSS_KERNELS_H
#define VACT_LOSS_KERNELS_H

#include "loss/bce_with_logits.h"
#include "loss/cross_entropy.h"

vacti_cross_entropy_fn KERNEL(cross_entropy);
void KERNEL(cross_entropy)(const vacti_cross_entropy_call *call) { cross_entropy(call); }

vacti_bce_fn KERNEL(bce_with_logits);
void KERNEL(bce_with_logits)(const vacti_bce_call *call) { bce_with_logits(call); }

#endif
