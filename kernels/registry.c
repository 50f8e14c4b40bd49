/* registry.def as a table, and the domains of the parameters. */
#include "registry.h"

#include <string.h>

#define NO_PARAM {NULL, 0.0f, VACT_DOMAIN_FINITE}
#define PARAM(name, value, domain) {#name, value, VACT_DOMAIN_##domain}
/* clang-format off */
#define P0() .named = true, .param_count = 0, .params = {NO_PARAM, NO_PARAM, NO_PARAM}
#define P1(name, value, domain) .named = true, .param_count = 1, .params = {PARAM(name, value, domain), NO_PARAM, NO_PARAM}
#define P2(name1, value1, domain1, name2, value2, domain2)                                                            \
    .named = true, .param_count = 2, .params = {PARAM(name1, value1, domain1), PARAM(name2, value2, domain2), NO_PARAM}
#define P2_BY_CODE(name1, value1, domain1, name2, value2, domain2)                                                    \
    .named = false, .param_count = 2, .params = {PARAM(name1, value1, domain1), PARAM(name2, value2, domain2), NO_PARAM}
#define P3(name1, value1, domain1, name2, value2, domain2, name3, value3, domain3)                                    \
    .named = true, .param_count = 3,                                                                                  \
    .params = {PARAM(name1, value1, domain1), PARAM(name2, value2, domain2), PARAM(name3, value3, domain3)}
/* clang-format on */
#define PLAIN_BOUND(b) b, b
#define BOUNDS(sleef, fast) sleef, fast
#define NEEDS_PLAIN false, false, false
#define NEEDS_NEAR false, false, true
#define NEEDS_MATH true, false, false
#define NEEDS_OWN true, true, false
#define KEEPS_OUTPUT true
#define KEEPS_INPUT false
#define ORDER_RISING true
#define ORDER_MIXED false
#define AUTO_PLAIN VACT_MATH_AUTO
#define AUTO_SLEEF VACT_MATH_SLEEF
#define AUTO_FAST VACT_MATH_FAST
/* clang-format off */
#define VACT_OP(name, NAME, kind, needs, chosen, parameters, bound, range, keeps, order, formula)                      \
    {VACT_OP_##NAME, VACT_KIND_##kind, #name, NEEDS_##needs, KEEPS_##keeps, ORDER_##order,                             \
     .auto_math = AUTO_##chosen, parameters, bound, range, formula},
/* clang-format on */

const vacti_op_info vacti_registry[] = {
#include "registry.def"
#undef VACT_OP
};
const size_t vacti_registry_count = sizeof vacti_registry / sizeof vacti_registry[0];

/* The index of each code's line in the registry, plus 1, so that a call by code needs no search. */
enum { KINDS = VACT_KIND_GATE + 1, SLOTS = 256 };
enum {
#define VACT_OP(name, ...) LINE_OF_##name,
#include "registry.def"
#undef VACT_OP
};
static const unsigned char line_of[KINDS][SLOTS] = {
#define VACT_OP(name, NAME, kind, ...) [VACT_KIND_##kind][VACT_OP_##NAME & 0xff] = LINE_OF_##name + 1,
#include "registry.def"
#undef VACT_OP
};

const vacti_op_info *vacti_registry_by_code(vact_op op)
{
    unsigned kind = (unsigned)op >> 8;
    if (kind >= KINDS)
        return NULL;
    unsigned line = line_of[kind][(unsigned)op & 0xff];
    return line ? &vacti_registry[line - 1] : NULL;
}

const vacti_op_info *vacti_registry_by_name(const char *name)
{
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (strcmp(vacti_registry[i].name, name) == 0)
            return &vacti_registry[i];
    return NULL;
}

vact_params_f32 vacti_registry_defaults(const vacti_op_info *info)
{
    vact_params_f32 params = {
        {info->params[0].default_value, info->params[1].default_value, info->params[2].default_value, 0.0f}};
    return params;
}

double vacti_registry_bound(const vacti_op_info *info, vact_math math)
{
    if (math == VACT_MATH_AUTO)
        math = info->auto_math;
    if (math == VACT_MATH_CR && info->kind == VACT_KIND_UNARY)
        return 0.5;
    if (math == VACT_MATH_CR && info->kind != VACT_KIND_CHANNELS)
        return 0.501;         /* rounded to double, then to float */
    if (math == VACT_MATH_CR) /* prelu has one kernel */
        math = VACT_MATH_FAST;
    return math == VACT_MATH_FAST ? info->bound_fast : info->bound_sleef;
}

bool vacti_registry_accepts(const vacti_op_info *info, const vact_params_f32 *params)
{
    for (int i = 0; i < info->param_count; i++)
        if (!vacti_domain_holds(info->params[i].domain, params->v[i]))
            return false;
    return true;
}
