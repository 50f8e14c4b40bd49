/* The worst inputs on record: those in docs/accuracy.json, found by `vact accuracy --json`. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "support.h"

void test_add_recorded_worst(test_floats *list, const vacti_op_info *info)
{
    static const char path[] = VACT_SOURCE_DIR "/docs/accuracy.json";
    char *text = read_text(path);
    cJSON *root;
    const cJSON *result = NULL;
    if (text == NULL)
        return;
    root = cJSON_Parse(text);
    cr_assert(cJSON_IsArray(cJSON_GetObjectItem(root, "results")), "%s has no array of results", path);
    cJSON_ArrayForEach(result, cJSON_GetObjectItem(root, "results"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(result, "op"));
        const char *bits = cJSON_GetStringValue(cJSON_GetObjectItem(result, "max_input"));
        if (name != NULL && bits != NULL && strcmp(name, info->name) == 0)
            test_add(list, test_from_bits((uint32_t)strtoul(bits, NULL, 16)));
    }
    cJSON_Delete(root);
    free(text);
}
