/* The comparison with other libraries: bench/peers/peers.py with the libraries called from C, and its verdict. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "registry.h"

static char folder[64];

static void enter(void)
{
    snprintf(folder, sizeof folder, "/tmp/vact_peers_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
}

static void leave(void)
{
    cr_assert(chdir("/") == 0);
    free(command_run("rm -rf '%s'", folder).text);
}

TestSuite(peers, .init = enter, .fini = leave);

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_assert(item != NULL, "no %s", key);
    return item;
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = member(object, key);
    cr_assert(cJSON_IsNumber(item), "%s is not a number", key);
    return item->valuedouble;
}

static const cJSON *operation(const cJSON *report, const char *name)
{
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, member(report, "operations"))
    {
        if (strcmp(member(one, "operation")->valuestring, name) == 0)
            return one;
    }
    cr_assert_fail("no operation %s", name);
    return NULL;
}

/* -S: without the packages of PyPI, whether they are there or not. */
Test(peers, libraries_in_c)
{
    command_result result = command_run("python3 -S '%s' --library '%s' --quick --op 'exp|tanh' --json peers.json "
                                        "--picture peers.svg 2>errors",
                                        PEERS_SCRIPT, PEERS_LIBRARY);
    cr_assert(result.status == 0, "status %d: %s", result.status, read_text("errors"));
    free(result.text);
    char *text = read_text("peers.json");
    cJSON *report = cJSON_Parse(text);
    cr_assert(report != NULL, "not JSON: %s", text);
    free(text);

    member(member(report, "absent"), "PyTorch");
    member(member(report, "absent"), "ONNX Runtime");
    member(member(report, "absent"), "NumPy");

    static const struct {
        const char *operation;
        const char *library;
        double bound;
    } errors[] = {{"exp", "SLEEF", 1.0}, {"exp", "vact", 0.0}, {"tanh", "vact", 0.0}};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        const cJSON *one = operation(report, errors[i].operation);
        const cJSON *found = member(member(one, "errors"), errors[i].library);
        const cJSON *all = member(found, "all");
        double bound = errors[i].bound;
        if (strcmp(errors[i].library, "vact") == 0)
            bound = vacti_registry_by_name(errors[i].operation)->bound_sleef;
        cr_expect(number(all, "ulp") <= bound, "%s: %g ULP", errors[i].operation, number(all, "ulp"));
        cr_expect(number(all, "wrong") == 0.0);
        cr_expect(number(all, "count") > 65536.0);
        cr_expect(number(member(found, "tail"), "count") > 16384.0);
    }
    cr_expect(number(member(member(member(operation(report, "exp"), "errors"), "vact"), "all"), "ulp") > 0.5);

    const cJSON *time = NULL;
    int times = 0;
    cJSON_ArrayForEach(time, member(operation(report, "exp"), "times"))
    {
        const cJSON *libraries = member(time, "libraries");
        cr_expect(number(member(libraries, "vact"), "to_vact") == 1.0);
        cr_expect(number(member(libraries, "vact"), "to_copy") > 1.0);
        cr_expect(number(member(libraries, "SLEEF"), "seconds") > 0.0);
        times++;
    }
    cr_expect(times == 2, "%d sizes", times);
    cJSON_Delete(report);
}

/* What was saved: vact at 1 ULP, and a peer; the operation, whether its gradient, the peer's error, wrong special
 * values, size and time to vact's are given. */
static const char saved[] =
    "{\"cpu\": \"a CPU\", \"libraries\": {\"vact\": \"1\", \"peer\": \"2\"}, \"absent\": {}, \"stride\": 1, "
    "\"tail_stride\": 1, \"without_peer\": [], \"operations\": [{\"operation\": \"%s\", \"cols\": null, "
    "\"gradient\": %s, \"allocates\": [], \"call_seconds\": {}, \"errors\": {\"vact\": {\"all\": {\"ulp\": 1.0, "
    "\"wrong\": 0}, \"tail\": "
    "null}, \"peer\": {\"all\": {\"ulp\": %g, \"wrong\": %d}, \"tail\": null}}, \"times\": [{\"size\": \"%s\", "
    "\"distribution\": \"uniform\", \"libraries\": {\"vact\": {\"seconds\": 1.0, \"to_copy\": 2.0, \"to_vact\": 1.0}, "
    "\"peer\": {\"seconds\": 1.0, \"to_copy\": 2.0, \"to_vact\": %g}}}]}]}";

Test(peers, verdict)
{
    static const struct {
        const char *size;
        double to_vact;
        double ulp;
        int wrong;
        int status;
        const char *gradient; /* of what; null: exp itself */
    } cases[] = {
        {"512 KiB", 1.10, 0.5, 0, 0, NULL},                                         /* slower: however accurate */
        {"512 KiB", 0.98, 2.0, 0, 0, NULL},                                         /* faster, but by less than 3 % */
        {"512 KiB", 0.96, 2.0, 0, 1, NULL},      {"64 MiB", 0.96, 2.0, 0, 0, NULL}, /* there 5 % */
        {"64 MiB", 0.94, 2.0, 0, 1, NULL},       {"16 KiB", 0.50, 2.0, 0, 0, NULL}, /* no promise */
        {"512 KiB", 1.01, 0.9, 0, 1, NULL},                                         /* as fast and more accurate */
        {"512 KiB", 1.01, 0.9, 1, 0, NULL}, /* the same with a wrong special value */
        {"512 KiB", 1.01, 1.0, 0, 0, NULL},      {"512 KiB", 0.98, 2.0, 0, 0, "gelu"},    /* gradients likewise */
        {"512 KiB", 0.96, 2.0, 0, 1, "gelu"},    {"512 KiB", 0.92, 2.0, 0, 0, "softmax"}, /* but softmax's by 10 % */
        {"512 KiB", 0.90, 2.0, 0, 1, "softmax"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FILE *file = fopen("saved.json", "w");
        cr_assert(file != NULL);
        fprintf(file, saved, cases[i].gradient != NULL ? cases[i].gradient : "exp",
                cases[i].gradient != NULL ? "true" : "false", cases[i].ulp, cases[i].wrong, cases[i].size,
                cases[i].to_vact);
        cr_assert(fclose(file) == 0);
        for (int check = 0; check < 2; check++) {
            command_result result = command_run("python3 -S '%s' --from saved.json --picture peers.svg %s 2>errors",
                                                PEERS_SCRIPT, check ? "--check" : "");
            cr_expect(result.status == (check ? cases[i].status : 0), "case %zu: status %d, %s", i, result.status,
                      result.text);
            cr_expect((strstr(result.text, ": NO, 1 times") != NULL) == (cases[i].status == 1), "case %zu: %s", i,
                      result.text);
            cr_expect((strstr(result.text, "gradient of ") != NULL) == (cases[i].gradient != NULL), "case %zu: %s", i,
                      result.text);
            free(result.text);
        }
    }
}
