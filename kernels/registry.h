/* The registry (registry.def) as a table that code can walk. Internal: not installed. */
#ifndef VACT_KERNELS_REGISTRY_H
#define VACT_KERNELS_REGISTRY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "vact/vact.h"

/* The values that a parameter may have; `vact list` prints these in words. */
typedef enum vacti_domain {
    VACT_DOMAIN_FINITE,
    VACT_DOMAIN_NONZERO,     /* finite and not 0 */
    VACT_DOMAIN_POSITIVE,    /* finite and > 0 */
    VACT_DOMAIN_ABOVE_ZERO,  /* > 0, infinity included */
    VACT_DOMAIN_NONNEGATIVE, /* >= 0, infinity included */
    VACT_DOMAIN_NOT_NAN
} vacti_domain;

/* In the header, so that a call with constant domains need not search the registry. */
static inline bool vacti_domain_holds(vacti_domain domain, float value)
{
    switch (domain) {
    case VACT_DOMAIN_FINITE: return isfinite(value);
    case VACT_DOMAIN_NONZERO: return isfinite(value) && value != 0.0f;
    case VACT_DOMAIN_POSITIVE: return isfinite(value) && value > 0.0f;
    case VACT_DOMAIN_ABOVE_ZERO: return value > 0.0f;
    case VACT_DOMAIN_NONNEGATIVE: return value >= 0.0f;
    case VACT_DOMAIN_NOT_NAN: return !isnan(value);
    }
    return false;
}

typedef struct vacti_param_info {
    const char *name;
    float default_value;
    vacti_domain domain;
} vacti_param_info;

typedef struct vacti_op_info {
    vact_op op;
    vact_kind kind;
    const char *name;
    bool needs_math;     /* false: one kernel serves every variant, but for `near` */
    bool own_math;       /* the kernel of `fast` is also that of `sleef` */
    bool near;           /* not needs_math, but `cr` has a kernel of its own */
    bool keeps_output;   /* the derivative can be computed from the output too */
    bool rises;          /* at default parameters a larger input never has a smaller exact result */
    bool named;          /* the named functions take the parameters too */
    vact_math auto_math; /* what VACT_MATH_AUTO selects; VACT_MATH_AUTO itself if needs_math is false */
    int param_count;
    vacti_param_info params[3];
    double bound_sleef, bound_fast; /* equal if one kernel serves every variant */
    const char *range;
    const char *formula;
} vacti_op_info;

extern const vacti_op_info vacti_registry[];
extern const size_t vacti_registry_count;

/* Null if there is none. */
const vacti_op_info *vacti_registry_by_code(vact_op op);
const vacti_op_info *vacti_registry_by_name(const char *name);

/* The default parameters; the other values are 0. */
vact_params_f32 vacti_registry_defaults(const vacti_op_info *info);

/* The largest error in ULP that a variant may have, over all inputs. VACT_MATH_AUTO: that of the variant it selects. */
double vacti_registry_bound(const vacti_op_info *info, vact_math math);

/* Whether the values lie in the operation's domain. */
bool vacti_registry_accepts(const vacti_op_info *info, const vact_params_f32 *params);

#endif
