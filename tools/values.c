/* The values of options that several sub-commands have. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

bool vact_tool_number(const char *text, uint32_t most, const char *end, uint32_t *value)
{
    char *stopped = NULL;
    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    unsigned long number = strtoul(text, &stopped, 10);
    if (errno != 0 || stopped != end || number == 0 || number > most)
        return false;
    *value = (uint32_t)number;
    return true;
}

unsigned vact_tool_threads(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

const char *vact_tool_build(const struct argp_state *state, const char *name)
{
    static const char *const names[] = {"scalar", "scalar_fma", "avx2", "avx512", "neon"};
    const size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return names[i];
    char nearest[128];
    vact_tool_suggest(nearest, sizeof nearest, name, names, names, count);
    if (nearest[0] != '\0')
        vact_tool_misused(state, "--isa '%s' is unknown; did you mean %s?", name, nearest);
    else
        vact_tool_misused(state, "--isa '%s' is unknown; it is one of scalar, scalar_fma, avx2, avx512, neon", name);
    return NULL;
}
