/* Reading command lines, and what the environment asks in vain. */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != 'h')
        return ARGP_ERR_UNKNOWN;
    argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
    return 0;
}

static void warn(const char *name, const char *outcome)
{
    const char *value = getenv(name);
    if (value != NULL && strcmp(outcome, "unknown") == 0)
        vact_tool_fail(name, "'%s' is unknown, so it counts as auto", value);
    if (value != NULL && strcmp(outcome, "unsupported") == 0)
        vact_tool_fail(name, "'%s' is not in this build or not for this CPU, so it counts as auto", value);
}

error_t vact_tool_parse(const struct argp *argp, int argc, char **argv, unsigned flags, void *input)
{
    static const struct argp_option help[] = {{"h", 'h', NULL, OPTION_HIDDEN, NULL, 0}, {NULL, 0, NULL, 0, NULL, 0}};
    static const struct argp common = {help, parse_common, NULL, NULL, NULL, NULL, NULL};
    static const struct argp_child children[] = {{&common, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    struct argp whole = *argp;
    whole.children = children;
    return argp_parse(&whole, argc, argv, flags, NULL, input);
}

void vact_tool_check_environment(void)
{
    const vact_info_t *info = vact_info();
    warn("VACT_ISA", info->env_isa);
    warn("VACT_MATH", info->env_math);
}
