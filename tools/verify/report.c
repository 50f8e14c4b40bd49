#include "report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>

#include "tools/tool.h"

static int exponent_of(uint64_t elements) { return __builtin_ctzll(elements); }

void verify_print_entry(const verify_entry *entry)
{
    const verify_function *f = entry->function;
    char inputs[64];
    unsigned count = 0;
    printf("%-22s %-20s %-12s %-4s 2^%-2d ", f->operation, f->function, f->variant, verify_type(f),
           exponent_of(f->elements));
    switch (verify_entry_status(entry)) {
    case VERIFY_SAME: puts("ok"); break;
    case VERIFY_SKIPPED: printf("skipped: %s\n", entry->reason); break;
    case VERIFY_UNLISTED: puts("NOT LISTED"); break;
    case VERIFY_DIFFERS: {
        const unsigned first = verify_first_difference(entry, &count);
        puts("DIFFERS");
        if (first == VERIFY_PARTS) {
            puts("    only the hash of the whole: the file is damaged");
            break;
        }
        verify_inputs(inputs, sizeof inputs, f, first);
        printf("    in block %u of %d (%s) first; in %u of all blocks\n", first, VERIFY_PARTS, inputs, count);
        break;
    }
    }
    fflush(stdout);
}

static size_t count_of(const verify_entry *entries, size_t count, verify_status status)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += verify_entry_status(&entries[i]) == status ? 1 : 0;
    return found;
}

bool verify_all_same(const verify_entry *entries, size_t count)
{
    return count_of(entries, count, VERIFY_DIFFERS) == 0 && count_of(entries, count, VERIFY_UNLISTED) == 0;
}

void verify_print_totals(const verify_entry *entries, size_t count, const char *path, size_t foreign)
{
    const size_t unlisted = count_of(entries, count, VERIFY_UNLISTED);
    const size_t skipped = count_of(entries, count, VERIFY_SKIPPED);
    printf("\nvact %s, numerics version %d, SLEEF %s; the bits are those of\n%s\n", vact_version(),
           VACT_NUMERICS_VERSION, vact_info()->sleef_version, path);
    if (unlisted != 0)
        printf("%zu not listed there. ", unlisted);
    printf("%zu the same, %zu differ, %zu skipped.\n", count_of(entries, count, VERIFY_SAME),
           count_of(entries, count, VERIFY_DIFFERS), skipped);
    if (foreign != 0)
        printf("%zu lines there are of another SLEEF, or of what this library was built without.\n", foreign);
}

/* As text: a double holds no more than 53 bits. */
static void add_hash(cJSON *object, const char *name, uint64_t hash)
{
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    cJSON_AddStringToObject(object, name, text);
}

static cJSON *object_of(const verify_entry *entry)
{
    static const char *const words[] = {"same", "differs", "not listed", "skipped"};
    const verify_function *f = entry->function;
    const verify_status status = verify_entry_status(entry);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "operation", f->operation);
    cJSON_AddStringToObject(object, "function", f->function);
    cJSON_AddStringToObject(object, "variant", f->variant);
    cJSON_AddStringToObject(object, "type", verify_type(f));
    cJSON_AddNumberToObject(object, "elements", (double)f->elements);
    cJSON_AddStringToObject(object, "build", entry->build);
    cJSON_AddStringToObject(object, "status", words[status]);
    if (status == VERIFY_SKIPPED) {
        cJSON_AddStringToObject(object, "reason", entry->reason);
        return object;
    }
    add_hash(object, "hash", entry->found.hash);
    if (status != VERIFY_DIFFERS)
        return object;
    unsigned count = 0;
    const unsigned first = verify_first_difference(entry, &count);
    char inputs[64];
    add_hash(object, "expected", entry->expected->hash);
    cJSON_AddNumberToObject(object, "blocks_differing", count);
    if (first == VERIFY_PARTS)
        return object;
    verify_inputs(inputs, sizeof inputs, f, first);
    cJSON_AddNumberToObject(object, "first_block", first);
    cJSON_AddStringToObject(object, "first_inputs", inputs);
    return object;
}

bool verify_write_json(FILE *to, const verify_entry *entries, size_t count, const char *path, size_t foreign)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "version", vact_version());
    cJSON_AddNumberToObject(document, "numerics_version", VACT_NUMERICS_VERSION);
    cJSON_AddStringToObject(document, "sleef_version", vact_info()->sleef_version);
    cJSON_AddStringToObject(document, "file", path);
    cJSON_AddNumberToObject(document, "lines_of_no_function", (double)foreign);
    cJSON *results = cJSON_AddArrayToObject(document, "results");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(results, object_of(&entries[i]));
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    if (text == NULL) {
        vact_tool_fail("JSON", "out of memory");
        return false;
    }
    fprintf(to, "%s\n", text);
    cJSON_free(text);
    return true;
}
