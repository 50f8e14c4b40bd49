/* What this CPU can run. Internal: not installed. */
#ifndef VACT_DISPATCH_CPU_H
#define VACT_DISPATCH_CPU_H

#include <stdbool.h>
#include <stddef.h>

/* One probe per build of cmake/isa.cmake: whether this CPU and its operating system run it. */
#define VACT_BUILD_ENTRY(build, ISA) bool vacti_cpu_runs_##build(void);
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

/* Whether it runs a kernel of the build avx512 that needs AVX512_VBMI besides. */
bool vacti_cpu_has_vbmi(void);

/* The features that the probes ask for and this CPU has, separated by spaces. */
void vacti_cpu_features(char *text, size_t size);

#endif
