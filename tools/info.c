/* vact info: this CPU's features, the library's builds and what is in use. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "dispatch/table.h"
#include "tool.h"

typedef struct cpu_name {
    char text[80];
} cpu_name;

/* The processor's brand string, or the architecture where it has none. */
static void name_cpu(cpu_name *name)
{
#if defined(__x86_64__) || defined(__i386__)
    unsigned words[12] = {0};
    bool told = true;
    for (unsigned i = 0; i < 3; i++)
        told = told && __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2],
                                   &words[4 * i + 3]) != 0;
    char brand[sizeof words + 1] = "";
    memcpy(brand, words, sizeof words);
    size_t start = strspn(brand, " ");
    if (told && brand[start] != '\0') {
        snprintf(name->text, sizeof name->text, "%s", brand + start);
        return;
    }
#endif
    struct utsname machine;
    snprintf(name->text, sizeof name->text, "%s", uname(&machine) == 0 ? machine.machine : "unknown");
}

static int print_json(const vact_info_t *info, const cpu_name *cpu)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "version", info->version);
    cJSON_AddNumberToObject(document, "numerics_version", info->numerics_version);
    cJSON_AddStringToObject(document, "sleef_version", info->sleef_version);
    cJSON_AddStringToObject(document, "cpu", cpu->text);
    cJSON_AddStringToObject(document, "features", info->features);
    cJSON *builds = cJSON_AddArrayToObject(document, "builds");
    for (size_t i = 0; i < vacti_build_count; i++) {
        cJSON *build = cJSON_CreateObject();
        cJSON_AddStringToObject(build, "name", vacti_builds[i]);
        cJSON_AddBoolToObject(build, "runs", vacti_build_runs(vacti_builds[i]));
        cJSON_AddItemToArray(builds, build);
    }
    cJSON_AddStringToObject(document, "detected", info->detected);
    cJSON_AddStringToObject(document, "isa", info->isa);
    cJSON_AddStringToObject(document, "math", info->math);
    cJSON *environment = cJSON_AddObjectToObject(document, "environment");
    cJSON_AddStringToObject(environment, "VACT_ISA", info->env_isa);
    cJSON_AddStringToObject(environment, "VACT_MATH", info->env_math);
    return vact_tool_print_json(document);
}

static int print_lines(const vact_info_t *info, const cpu_name *cpu)
{
    printf("version      %s (numerics %d), compiled against SLEEF %s\n", info->version, info->numerics_version,
           info->sleef_version);
    printf("cpu          %s\n", cpu->text);
    printf("features     %s\n", info->features[0] == '\0' ? "none that vact uses" : info->features);
    printf("builds      ");
    for (size_t i = 0; i < vacti_build_count; i++)
        printf("%s %s%s", i == 0 ? "" : ",", vacti_builds[i],
               vacti_build_runs(vacti_builds[i]) ? "" : " (not on this CPU)");
    printf("\ndetected     %s\n", info->detected);
    printf("in use       %s, variant %s\n", info->isa, info->math);
    printf("environment  VACT_ISA %s, VACT_MATH %s\n", info->env_isa, info->env_math);
    return VACT_TOOL_OK;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    bool *json = state->input;
    switch (key) {
    case 'j': *json = true; return 0;
    case ARGP_KEY_ARG: vact_tool_misused(state, "'%s': no argument is taken", argument); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int vact_tool_info(int argc, char **argv)
{
    static const struct argp_option options[] = {{"json", 'j', NULL, 0, "Print JSON", 0}, {NULL, 0, NULL, 0, NULL, 0}};
    const struct argp argp = {
        options,
        parse,
        NULL,
        "Shows this CPU's features, the builds of the kernels in this library, and which of them is in use.\v"
        "builds: strongest first. detected: the strongest that this CPU runs. in use: what VACT_ISA and VACT_MATH "
        "choose, else the detected one. environment: unset, honoured, unknown or unsupported (the last two count as "
        "auto).",
        NULL,
        NULL,
        NULL};
    bool json = false;
    if (vact_tool_parse(&argp, argc, argv, 0, &json) != 0)
        return VACT_TOOL_USAGE;
    cpu_name cpu;
    name_cpu(&cpu);
    return json ? print_json(vact_info(), &cpu) : print_lines(vact_info(), &cpu);
}
