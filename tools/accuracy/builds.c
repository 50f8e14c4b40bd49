#include "builds.h"

#include <string.h>

#include "report.h"
#include "tools/tool.h"

static bool add_table(accuracy_job *job, const char *build, vact_math math)
{
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_AUTO);
    if (table == NULL) {
        vact_tool_fail("--isa", "%s is not in this build of vact", build);
        return false;
    }
    if (!vacti_build_runs(build)) {
        vact_tool_fail("--isa", "this CPU does not run %s", build);
        return false;
    }
    table = vacti_table_of_build(build, math);
    if (table == NULL) {
        vact_tool_fail("--math", "%s is not in this build of vact", math == VACT_MATH_FAST ? "fast" : "this variant");
        return false;
    }
    if (job->build_count < ACCURACY_MOST_BUILDS)
        job->tables[job->build_count++] = table;
    return true;
}

bool accuracy_choose_builds(accuracy_job *job, const accuracy_options *options, vact_math math, bool baseline)
{
    for (size_t i = 0; i < options->build_count; i++)
        if (!add_table(job, options->builds[i], math))
            return false;
    for (size_t i = 0; options->build_count == 0 && i < vacti_build_count; i++) {
        bool is_baseline = strcmp(vacti_builds[i], "scalar") == 0;
        if (vacti_build_runs(vacti_builds[i]) && !(is_baseline && job->build_count != 0 && !baseline) &&
            !add_table(job, vacti_builds[i], math))
            return false;
    }
    const char *names[ACCURACY_MOST_BUILDS];
    for (size_t k = 0; k < job->build_count; k++)
        names[k] = job->tables[k]->build;
    job->reference = accuracy_reference_build(names, job->build_count);
    return job->build_count != 0;
}
