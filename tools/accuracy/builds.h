/* The builds that `vact accuracy` tries. */
#ifndef VACT_TOOLS_ACCURACY_BUILDS_H
#define VACT_TOOLS_ACCURACY_BUILDS_H

#include "options.h"

/* The tables of the builds named, or of all that the CPU runs; the baseline, which has no FMA, is one of these where it
 * is asked for or the only one. False, with a message, where one cannot be had. */
bool accuracy_choose_builds(accuracy_job *job, const accuracy_options *options, vact_math math, bool baseline);

#endif
