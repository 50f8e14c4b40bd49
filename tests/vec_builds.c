/* The vec_ops tables that this build of the project has. */
#include "vec_check.h"

#define VACT_BUILD_ENTRY(name, NAME) extern const vec_ops vec_ops_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

#define VACT_BUILD_ENTRY(name, NAME) &vec_ops_##name,
const vec_ops *const vec_builds[] = {
#include "vact_builds.def"
    NULL,
};
