/* The losses of logits of any type, with the checks. Internal: not installed. */
#ifndef VACT_DISPATCH_LOSSES_H
#define VACT_DISPATCH_LOSSES_H

#include "narrow.h"

/* `loss` and `gradient` say what the caller asked for; the pointers cannot, as they may be null by mistake. */
vact_status vacti_cross_entropy(vacti_cross_entropy_call call, vact_type type,
                                const vact_cross_entropy_options_f32 *options, bool loss, bool gradient);
vact_status vacti_bce(vacti_bce_call call, vact_type type, const vact_bce_with_logits_options_f32 *options, bool loss,
                      bool gradient);

#endif
