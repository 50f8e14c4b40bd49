/* What `vact accuracy` measures: an operation or its gradient, with parameters. */
#ifndef VACT_TOOLS_ACCURACY_TARGET_H
#define VACT_TOOLS_ACCURACY_TARGET_H

#include <stdbool.h>

#include "registry.h"

typedef enum accuracy_function {
    ACCURACY_FORWARD,
    ACCURACY_BACKWARD,   /* dy*f'(x), for dy = 1 and for a dy that depends on x's bits */
    ACCURACY_FROM_OUTPUT /* dy*f'(y) */
} accuracy_function;

/* An operation with its parameters. */
typedef struct accuracy_target {
    const vacti_op_info *info;
    accuracy_function function;
    vact_params_f32 params; /* of prelu: its one slope */
} accuracy_target;

/* The parameters of an operation, prelu's slope being one here. */
int accuracy_param_count(const vacti_op_info *info);
const char *accuracy_param_name(const vacti_op_info *info, int index);
vact_params_f32 accuracy_defaults(const vacti_op_info *info);
bool accuracy_accepts(const vacti_op_info *info, const vact_params_f32 *params);

/* "elu", or "elu(alpha=2)" where a parameter is not the default. */
enum { ACCURACY_LABEL = 80 };
void accuracy_label(char label[ACCURACY_LABEL], const accuracy_target *target);

/* The name of the variant that an operation takes from a table. */
const char *accuracy_math_name(const vacti_op_info *info, vact_math math);

/* Whether its order errors are counted: an increasing operation at its default parameters. */
bool accuracy_rises(const accuracy_target *target);

#endif
