/* The operations by the names of other frameworks, in any case, and what is suggested for names that are none. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "program.h"
#include "registry.h"
#include "vact/vact.h"

TestSuite(names, .init = program_enter, .fini = program_leave);

/* From the documentation of PyTorch, ONNX and Hugging Face's ACT2FN. */
static const struct {
    const char *theirs, *ours;
} known[] = {
    {"SiLU", "silu"},
    {"Swish", "swish"},
    {"GELU", "gelu"},
    {"gelu_python", "gelu"},
    {"gelu_new", "gelu_tanh"},
    {"gelu_fast", "gelu_tanh"},
    {"gelu_accurate", "gelu_tanh"},
    {"gelu_pytorch_tanh", "gelu_tanh"},
    {"gelu_python_tanh", "gelu_tanh"},
    {"quick_gelu", "gelu_quick"},
    {"QuickGELU", "gelu_quick"},
    {"relu2", "relu_squared"},
    {"squared_relu", "relu_squared"},
    {"fatrelu", "threshold"},
    {"ReLU6", "relu6"},
    {"LeakyReLU", "leaky_relu"},
    {"LeakyRelu", "leaky_relu"},
    {"Hardswish", "hard_swish"},
    {"HardSwish", "hard_swish"},
    {"LogSigmoid", "log_sigmoid"},
    {"LogSoftmax", "log_softmax"},
    {"Tanhshrink", "tanh_shrink"},
    {"Softshrink", "soft_shrink"},
    {"Hardshrink", "hard_shrink"},
    {"ThresholdedRelu", "thresholded_relu"},
    {"Hardtanh", "hardtanh"},
    {"Clip", "hardtanh"},
    {"linear", "identity"},
    {"Identity", "identity"},
    {"sqrtsoftplus", "sqrt_softplus"},
    {"xIELU", "xielu"},
    {"Erf", "erf"},
    {"PReLU", "prelu"},
    {"SwiGLU", "swiglu"},
    {"swigluoai", "swiglu_oai"},
    {"swiglustep", "swiglu_step"},
    {"SituGLU", "situ_glu"},
    {"GeGLU", "geglu"},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static void expect_first_line(const char *line, const char *name)
{
    char expected[64];
    const program_result *result = program_run(line);
    program_expect(result, 0, "");
    snprintf(expected, sizeof expected, "%s\n", name);
    cr_expect(strncmp(result->out, expected, strlen(expected)) == 0, "%s: %s", line, result->out);
}

Test(names, of_other_frameworks)
{
    char line[96];
    for (int i = 0; i < KNOWN; i++) {
        snprintf(line, sizeof line, "list %s", known[i].theirs);
        expect_first_line(line, known[i].ours);
    }
}

Test(names, in_any_case)
{
    char line[96];
    for (size_t i = 0; i < vacti_registry_count; i++) {
        int length = snprintf(line, sizeof line, "list %s", vacti_registry[i].name);
        for (int k = 5; k < length; k++)
            line[k] = (char)toupper((unsigned char)line[k]);
        expect_first_line(line, vacti_registry[i].name);
    }
}

Test(names, wherever_an_operation_is_named)
{
    static const float x[4] = {-2.0f, -0.5f, 0.5f, 2.0f};
    float expected[4];
    npy_save("in.npy", "(4,)", x, 4);
    cr_assert(vact_gelu_quick_f32(expected, x, 4) == VACT_OK);
    program_expect(program_run("apply --op Quick_GELU in.npy out.npy"), 0, "");
    npy_expect("out.npy", "(4,)", expected, 4);
    program_expect(program_run("health --op LeakyReLU in.npy"), 0, "");
    program_expect(program_run("accuracy --quiet --stride=4294967295 --op=ReLU,relu2"), 0, "");
    program_expect(program_run("plot SiLU -o out.svg"), 0, "");
}

/* PyTorch's Hardsigmoid is not ONNX's HardSigmoid. */
Test(names, a_name_that_means_two_functions)
{
    program_expect(program_run("list hardsigmoid"), 2, "hard_sigmoid6 in PyTorch and hard_sigmoid in ONNX");
    program_expect(program_run("list HardSigmoid"), 2, "hard_sigmoid6 in PyTorch and hard_sigmoid in ONNX");
}

/* Not an operation of its own: the program says what to do. */
Test(names, softmin) { program_expect(program_run("list Softmin"), 2, "softmax(-x)"); }

Test(names, suggestions)
{
    static const struct {
        const char *mistyped, *text;
    } cases[] = {
        {"quik_gelu", "did you mean gelu_quick"},
        {"GELU_NWE", "did you mean gelu_tanh"},
        {"SILLU", "did you mean silu"},
        {"gelu_pytorch_tan", "did you mean gelu_tanh"},
        {"LEAKYRELO", "did you mean leaky_relu"},
        {"Relu3", "relu_squared"},
        {"LOGSOFTMAXX", "did you mean log_softmax"},
        {"MISHH", "did you mean mish?"},
    };
    char line[96];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(line, sizeof line, "list %s", cases[i].mistyped);
        const program_result *result = program_run(line);
        program_expect(result, 2, cases[i].text);
        /* two spellings of one operation are one suggestion */
        const char *first = strstr(result->err, "gelu_tanh");
        cr_expect(first == NULL || strstr(first + 1, "gelu_tanh") == NULL, "%s", result->err);
    }
    program_expect(program_run("APLY"), 2, "did you mean apply");
    program_expect(program_run("accuracy --isa AVX22"), 2, "did you mean avx2");
}

/* The table as `vact list` shows it: no alias is the name of an operation, and each stands once. */
Test(names, are_listed)
{
    const program_result *result = program_run("list gelu_quick");
    cr_expect(strstr(result->out, "\n    also        quick_gelu, quickgelu\n") != NULL, "%s", result->out);
    cJSON *document = cJSON_Parse(program_run("list --json")->out);
    const char *seen[64];
    size_t count = 0;
    const cJSON *op = NULL, *alias = NULL;
    cJSON_ArrayForEach(op, document)
    {
        cJSON_ArrayForEach(alias, cJSON_GetObjectItem(op, "aliases"))
        {
            const char *name = cJSON_GetStringValue(alias);
            cr_expect(vacti_registry_by_name(name) == NULL, "%s is an operation", name);
            for (size_t i = 0; i < count; i++)
                cr_expect(strcmp(seen[i], name) != 0, "%s stands twice", name);
            cr_assert(count < 64);
            seen[count++] = name;
        }
    }
    cr_expect(count >= 15, "%zu aliases", count);
    cJSON_Delete(document);
}
