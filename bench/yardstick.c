#include "yardstick.h"

#include <string.h>

#define VACT_BUILD_ENTRY(build, ISA) yardstick_fn vact_bench_expf_##build;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

yardstick_fn *yardstick_expf(const char *build)
{
#define VACT_BUILD_ENTRY(name, ISA)                                                                                    \
    if (strcmp(build, #name) == 0)                                                                                     \
        return vact_bench_expf_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY
    return NULL;
}
