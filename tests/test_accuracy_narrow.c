/* `vact accuracy --type bf16` and f16: what it counts, what it cannot decide, and what it prints. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy_plain.h"
#include "narrow_exact.h"
#include "program.h"
#include "reference/reference.h"
#include "support.h"
#include "tools/accuracy/narrow.h"

TestSuite(accuracy_narrow, .init = program_enter, .fini = program_leave);

enum { ALL = ACCURACY_NARROW_INPUTS };

static uint16_t every[ALL], results[ALL];
static float floats[ALL];
static double exact[ALL];

static const char *const words[] = {"f32", "bf16", "f16"};

static accuracy_narrow_tally judge(vact_op op, vact_type type)
{
    accuracy_narrow_tally tally;
    const vacti_op_info *info = vacti_registry_by_code(op);
    accuracy_narrow_exact(exact, info, type);
    accuracy_narrow_judge(&tally, type, exact, results);
    return tally;
}

static void run_kernel(vact_op op, vact_type type)
{
    for (size_t i = 0; i < ALL; i++)
        every[i] = (uint16_t)i;
    cr_assert(vact_forward(op, NULL, results, type, every, type, ALL) == VACT_OK);
}

/* Rounding the float kernel's results misrounds; the counts are those that tests/test_narrow.c has by MPFR. */
Test(accuracy_narrow, misrounded_are_counted)
{
    static const struct {
        vact_op op;
        vact_type type;
        uint32_t wrong;
    } known[] = {{VACT_OP_SILU, VACT_BF16, 128}, {VACT_OP_GELU, VACT_BF16, 128}, {VACT_OP_HARD_SIGMOID, VACT_F16, 206},
                 {VACT_OP_SIGMOID, VACT_F16, 9}, {VACT_OP_XIELU, VACT_F16, 66},  {VACT_OP_TANH, VACT_BF16, 0}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        const vact_type type = known[k].type;
        for (size_t i = 0; i < ALL; i++)
            floats[i] = vacti_narrow_widen((uint16_t)i, type);
        cr_assert(vact_forward_f32(known[k].op, NULL, floats, floats, ALL) == VACT_OK);
        cr_assert(vact_forward(VACT_OP_IDENTITY, NULL, results, type, floats, VACT_F32, ALL) == VACT_OK);
        const accuracy_narrow_tally tally = judge(known[k].op, type);
        cr_expect(tally.misrounded == known[k].wrong, "%zu: %u", k, tally.misrounded);
        cr_expect(known[k].wrong == 0 ? tally.max_error <= 0.5 : tally.max_error >= 0.5, "%zu: %g", k, tally.max_error);
        cr_expect(tally.failures == 0);
    }
}

/* One wrong bit, sign or special value is found, and where. */
Test(accuracy_narrow, one_fault_is_found)
{
    static const struct {
        uint16_t input, result; /* of silu */
        bool failure;
    } faults[] = {{0x3c01, 0, false},     {0x3f80, 0x3f3c, false}, {0x3f80, 0x7f80, true},
                  {0x3f80, 0x7fc0, true}, {0x8000, 0x0000, true},  {0x7f80, 0x7f7f, true},
                  {0x7fc1, 0x3f80, true}, {0xff80, 0x0000, true},  {0x0000, 0x8000, true}};
    run_kernel(VACT_OP_SILU, VACT_BF16);
    const accuracy_narrow_tally right = judge(VACT_OP_SILU, VACT_BF16);
    cr_assert(right.misrounded == 0 && right.failures == 0 && right.max_error <= 0.5);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const uint16_t kept = results[faults[i].input];
        results[faults[i].input] = faults[i].result == 0 && !faults[i].failure ? kept ^ 1 : faults[i].result;
        const accuracy_narrow_tally tally = judge(VACT_OP_SILU, VACT_BF16);
        cr_expect(tally.misrounded == 1 && tally.first_misrounded == faults[i].input, "%zu: %u", i, tally.misrounded);
        cr_expect(tally.failures == (faults[i].failure ? 1 : 0), "%zu", i);
        cr_expect(tally.max_input == faults[i].input && tally.max_error > 0.5 && tally.bits != right.bits, "%zu", i);
        results[faults[i].input] = kept;
    }
    results[0x7fc1] = 0xffff; /* all NaNs are equal */
    const accuracy_narrow_tally other = judge(VACT_OP_SILU, VACT_BF16);
    cr_expect(other.misrounded == 0 && other.bits == right.bits);
}

/* Where the oracle's value is within 2^-40 of a tie it still decides as MPFR does. */
Test(accuracy_narrow, near_ties)
{
    size_t near = 0;
    for (size_t k = 0; k < vacti_registry_count; k++)
        for (int t = VACT_BF16; t <= VACT_F16; t++) {
            const vacti_op_info *info = &vacti_registry[k];
            const vact_type type = (vact_type)t;
            if (info->kind != VACT_KIND_UNARY)
                continue;
            const vact_params_f32 params = vacti_registry_defaults(info);
            accuracy_narrow_exact(exact, info, type);
            for (uint32_t i = 0; i < ALL; i++) {
                const float x = vacti_narrow_widen((uint16_t)i, type);
                const bool plain = !isfinite(x) || x == 0.0f || !isfinite(exact[i]);
                if (plain || !vacti_narrow_is_near_tie(exact[i], 0x1p-40, type))
                    continue;
                near++;
                cr_assert(vacti_narrow_nearest(exact[i], type) == narrow_exact(info->op, x, &params, type),
                          "%s, %s, %04x", info->name, words[type], i);
            }
        }
    cr_expect(near > 1000);
    /* Of 258: 257 and a little more, between 256 and 258. */
    run_kernel(VACT_OP_TANH_SHRINK, VACT_BF16);
    cr_expect(results[0x4381] == 0x4381 && judge(VACT_OP_TANH_SHRINK, VACT_BF16).misrounded == 0);
    results[0x4381] = 0x4380;
    cr_expect(judge(VACT_OP_TANH_SHRINK, VACT_BF16).misrounded == 1);
}

/* --------------------------------------------------------------------------------------- the program */

static size_t builds_that_run(void)
{
    size_t count = 0;
    for (size_t i = 0; i < vacti_build_count; i++)
        count += vacti_build_runs(vacti_builds[i]) ? 1 : 0;
    return count;
}

static uint32_t number(const cJSON *object, const char *name)
{
    return (uint32_t)cJSON_GetNumberValue(cJSON_GetObjectItem(object, name));
}

Test(accuracy_narrow, every_operation_on_every_build)
{
    char arguments[64];
    for (int type = VACT_BF16; type <= VACT_F16; type++) {
        snprintf(arguments, sizeof arguments, "accuracy --type %s --json sweep.json", words[type]);
        const program_result *result = program_run(arguments);
        program_expect(result, 0, "");
        cr_assert(strstr(result->out, "results, none misrounded.\n") != NULL, "%s", result->out);
        for (const char *at = result->out; *at != '\0'; at += strcspn(at, "\n") + 1)
            cr_expect(strcspn(at, "\n") < 80, "%.*s", (int)strcspn(at, "\n"), at);
        cJSON *document = json_document("sweep.json");
        const cJSON *all = cJSON_GetObjectItem(document, "results");
        int index = 0;
        for (size_t k = 0; k < vacti_registry_count; k++)
            for (size_t b = 0; b < vacti_build_count && vacti_registry[k].kind == VACT_KIND_UNARY; b++) {
                if (!vacti_build_runs(vacti_builds[b]))
                    continue;
                const cJSON *found = cJSON_GetArrayItem(all, index++);
                cr_assert_str_eq(program_text(found, "op"), vacti_registry[k].name);
                cr_assert_str_eq(program_text(found, "type"), words[type]);
                cr_assert_str_eq(program_text(found, "build"), vacti_builds[b]);
                cr_expect(number(found, "inputs") == ALL && number(found, "misrounded") == 0);
                cr_expect(number(found, "failures") == 0 && number(found, "differing") == 0);
                cr_expect(strtod(program_text(found, "max_error"), NULL) <= 0.5 * (1.0 + 0x1p-20));
            }
        cr_expect(cJSON_GetArraySize(all) == index && index > (int)builds_that_run());
        cJSON_Delete(document);
    }
}

Test(accuracy_narrow, what_is_asked_for)
{
    const program_result *result = program_run("accuracy --type f16 --op sigmoid,GELU --isa scalar");
    program_expect(result, 0, "");
    cr_expect(strstr(result->out, "\nsigmoid              f16   0.50    0.") != NULL, "%s", result->out);
    cr_expect(strstr(result->out, "\ngelu  ") != NULL && strstr(result->out, "tanh") == NULL);
    cr_expect(strstr(result->out, "Tried: all 2^16 inputs of f16.\nBuild: scalar.\n2 results, none misrounded.\n") !=
              NULL);
    cJSON *document = program_json(program_run("accuracy --type bf16 --op relu --isa scalar --quiet --json -"));
    const cJSON *found = cJSON_GetArrayItem(cJSON_GetObjectItem(document, "results"), 0);
    cr_expect_str_eq(program_text(found, "max_error"), "0");
    cr_expect_str_eq(program_text(found, "max_input"), "0x0000");
    cJSON_Delete(document);
    static const struct {
        const char *arguments;
        int status;
        const char *text;
    } cases[] = {
        {"accuracy --type f64", 2, "'f64' is not f32, bf16 or f16"},
        {"accuracy --type bf16 --op softmax", 2, "element-by-element operations, not for softmax"},
        {"accuracy --type bf16 --op swiglu", 2, "swiglu"},
        {"accuracy --type bf16 --math fast", 2, "go with --op, --isa, --json and --quiet only"},
        {"accuracy --type bf16 --backward", 2, "go with --op"},
        {"accuracy --type f16 --stride 3", 2, "go with --op"},
        {"accuracy --type f16 --shard 1/2", 2, "go with --op"},
        {"accuracy --type f16 --op elu --param alpha=2", 2, "go with --op"},
        {"accuracy --type f16 --digest -", 2, "go with --op"},
        {"accuracy --type f16 --markdown -", 2, "go with --op"},
        {"accuracy --type f16 --merge a.json", 2, "--merge goes with --json and --markdown only"},
        {"accuracy --type f16 --json missing/a.json", 1, "missing/a.json: cannot be made in its folder"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        program_expect(program_run(cases[i].arguments), cases[i].status, cases[i].text);
    cr_expect(program_files() == 0);
}
