/* The operations by name: vact's own, and those that PyTorch, ONNX and Hugging Face use. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tool.h"

/* Names that differ from vact's in more than case. PyTorch's are those of torch.nn and torch.nn.functional, Hugging
 * Face's those of ACT2FN. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"clamp", "hardtanh"},
    {"clip", "hardtanh"},
    {"fatrelu", "threshold"},
    {"gelu_accurate", "gelu_tanh"},
    {"gelu_fast", "gelu_tanh"},
    {"gelu_new", "gelu_tanh"},
    {"gelu_python", "gelu"},
    {"gelu_python_tanh", "gelu_tanh"},
    {"gelu_pytorch_tanh", "gelu_tanh"},
    {"hardshrink", "hard_shrink"},
    {"hardswish", "hard_swish"},
    {"leakyrelu", "leaky_relu"},
    {"linear", "identity"},
    {"logit_softcap", "softcap"},
    {"logsigmoid", "log_sigmoid"},
    {"logsoftmax", "log_softmax"},
    {"quick_gelu", "gelu_quick"},
    {"quickgelu", "gelu_quick"},
    {"relu2", "relu_squared"},
    {"softshrink", "soft_shrink"},
    {"situglu", "situ_glu"},
    {"sqrtsoftplus", "sqrt_softplus"},
    {"squared_relu", "relu_squared"},
    {"swigluoai", "swiglu_oai"},
    {"swiglustep", "swiglu_step"},
    {"tanhshrink", "tanh_shrink"},
    {"thresholdedrelu", "thresholded_relu"},
};
enum { ALIASES = sizeof aliases / sizeof aliases[0], MOST_NAMES = 256 };

const char *vact_tool_alias(const vacti_op_info *op, size_t index)
{
    for (size_t i = 0; i < ALIASES; i++)
        if (strcmp(aliases[i].name, op->name) == 0 && index-- == 0)
            return aliases[i].alias;
    return NULL;
}

static const vacti_op_info *find(const char *name)
{
    for (size_t i = 0; i < ALIASES; i++)
        if (strcasecmp(aliases[i].alias, name) == 0)
            return vacti_registry_by_name(aliases[i].name);
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (strcasecmp(vacti_registry[i].name, name) == 0)
            return &vacti_registry[i];
    return NULL;
}

const vacti_op_info *vact_tool_operation(const struct argp_state *state, const char *name)
{
    const vacti_op_info *found = find(name);
    if (found != NULL)
        return found;
    /* The one name that means different functions: a guess would be a silent error. */
    if (strcasecmp(name, "hardsigmoid") == 0)
        vact_tool_misused(state, "'%s' is hard_sigmoid6 in PyTorch and hard_sigmoid in ONNX; name one of these", name);

    if (strcasecmp(name, "softmin") == 0)
        vact_tool_misused(state, "softmin(x) is softmax(-x): negate the input and use softmax");

    const char *spellings[MOST_NAMES], *names[MOST_NAMES];
    size_t count = 0;
    for (size_t i = 0; i < vacti_registry_count && count < MOST_NAMES; i++, count++)
        spellings[count] = names[count] = vacti_registry[i].name;
    for (size_t i = 0; i < ALIASES && count < MOST_NAMES; i++, count++) {
        spellings[count] = aliases[i].alias;
        names[count] = aliases[i].name;
    }
    char nearest[128];
    vact_tool_suggest(nearest, sizeof nearest, name, spellings, names, count);
    if (nearest[0] != '\0')
        vact_tool_misused(state, "no operation is named '%s'; did you mean %s?", name, nearest);
    else
        vact_tool_misused(state, "no operation is named '%s'; `vact list' names them all", name);
    return NULL;
}
