/* The worst inputs on record: those that docs/accuracy.json names, `vact accuracy --json` having found them. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* The text of a file, to be freed; null where there is none. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;
    if (file == NULL)
        return NULL;
    cr_assert(fseek(file, 0, SEEK_END) == 0, "%s cannot be read", path);
    size = ftell(file);
    rewind(file);
    cr_assert(size >= 0, "%s cannot be read", path);
    text = calloc((size_t)size + 1, 1);
    cr_assert(text != NULL, "out of memory");
    cr_assert(fread(text, 1, (size_t)size, file) == (size_t)size, "%s cannot be read", path);
    fclose(file);
    return text;
}

void test_add_recorded_worst(test_floats *list, const vact_op_info *info)
{
    static const char path[] = VACT_SOURCE_DIR "/docs/accuracy.json";
    char *text = read_text(path);
    cJSON *root;
    const cJSON *result = NULL;
    size_t before = list->n;
    if (text == NULL)
        return;
    root = cJSON_Parse(text);
    cr_assert(root != NULL, "%s is not JSON", path);
    cJSON_ArrayForEach(result, cJSON_GetObjectItem(root, "results"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(result, "op"));
        const char *bits = cJSON_GetStringValue(cJSON_GetObjectItem(result, "max_input"));
        if (name != NULL && bits != NULL && strcmp(name, info->name) == 0)
            test_add(list, test_from_bits((uint32_t)strtoul(bits, NULL, 16)));
    }
    cr_assert(list->n > before, "%s has no worst input of %s", path, info->name);
    cJSON_Delete(root);
    free(text);
}
