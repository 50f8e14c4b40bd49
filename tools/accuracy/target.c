#include "target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int accuracy_param_count(const vacti_op_info *info) { return info->kind == VACT_KIND_CHANNELS ? 1 : info->param_count; }

const char *accuracy_param_name(const vacti_op_info *info, int index)
{
    return info->kind == VACT_KIND_CHANNELS ? "slope" : info->params[index].name;
}

vact_params_f32 accuracy_defaults(const vacti_op_info *info)
{
    vact_params_f32 params = vacti_registry_defaults(info);
    if (info->kind == VACT_KIND_CHANNELS)
        params.v[0] = 0.25f; /* PyTorch's initial slope */
    return params;
}

bool accuracy_accepts(const vacti_op_info *info, const vact_params_f32 *params)
{
    return info->kind == VACT_KIND_CHANNELS ? isfinite(params->v[0]) != 0 : vacti_registry_accepts(info, params);
}

void accuracy_label(char label[ACCURACY_LABEL], const accuracy_target *target)
{
    vact_params_f32 defaults = accuracy_defaults(target->info);
    static const char *const endings[] = {"", " backward", " backward from output"};
    int used = snprintf(label, ACCURACY_LABEL, "%s%s", target->info->name, endings[target->function]);
    bool opened = false;
    for (int i = 0; i < accuracy_param_count(target->info) && used < ACCURACY_LABEL - 1; i++) {
        if (target->params.v[i] == defaults.v[i])
            continue;
        used += snprintf(label + used, (size_t)(ACCURACY_LABEL - used), "%s%s=%.9g", opened ? "," : "(",
                         accuracy_param_name(target->info, i), (double)target->params.v[i]);
        opened = true;
    }
    if (opened && used < ACCURACY_LABEL - 1)
        snprintf(label + used, (size_t)(ACCURACY_LABEL - used), ")");
}

bool accuracy_rises(const accuracy_target *target)
{
    vact_params_f32 defaults = accuracy_defaults(target->info);
    return target->function == ACCURACY_FORWARD && target->info->rises &&
           memcmp(&target->params, &defaults, sizeof defaults) == 0;
}

const char *accuracy_math_name(const vacti_op_info *info, vact_math math)
{
    if (!info->needs_math && !(info->near && math == VACT_MATH_CR))
        return "plain";
    switch (math == VACT_MATH_AUTO ? info->auto_math : math) {
    case VACT_MATH_SLEEF: return "sleef";
    case VACT_MATH_FAST: return "fast";
    case VACT_MATH_CR: return "cr";
    default: return "auto";
    }
}
