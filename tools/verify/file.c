#include "file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tool.h"

/* -------------------------------------------------------------------------------------------------- reading */

/* A number of so many hexadecimal digits after a space. */
static bool read_number(const char **at, int digits, uint64_t *value)
{
    static const char all[] = "0123456789abcdef";
    *value = 0;
    if (*(*at)++ != ' ')
        return false;
    for (int i = 0; i < digits; i++, ++*at) {
        const char *found = **at != '\0' ? strchr(all, **at) : NULL;
        if (found == NULL)
            return false;
        *value = *value << 4 | (uint64_t)(found - all);
    }
    return true;
}

/* Takes the text of a line apart: its name ends where the hash begins. */
static bool read_line(verify_line *line, char *text)
{
    char *end = text;
    for (int words = 0; words < 5; words++) {
        end = strchr(end + (words != 0 ? 1 : 0), ' ');
        if (end == NULL)
            return false;
    }
    const char *at = end;
    uint64_t word = 0;
    bool ok = read_number(&at, 16, &line->hash);
    for (unsigned part = 0; ok && part < VERIFY_PARTS; part++) {
        ok = read_number(&at, 8, &word);
        line->words[part] = (uint32_t)word;
    }
    if (!ok || *at != '\0')
        return false;
    *end = '\0';
    line->name = text;
    return true;
}

static bool is_of_this_version(const char *text, const char *path)
{
    static const char before[] = "# numerics version ";
    const size_t length = sizeof before - 1;
    char *end = NULL;
    const long version = strncmp(text, before, length) == 0 ? strtol(text + length, &end, 10) : 0;
    if (end == NULL || end == text + length)
        vact_tool_fail(path, "not a file of hashes");
    else if (version != VACT_NUMERICS_VERSION)
        vact_tool_fail(path, "it has numerics version %ld, and this is %d", version, VACT_NUMERICS_VERSION);
    return version == VACT_NUMERICS_VERSION;
}

bool verify_read_file(verify_file *file, const char *path)
{
    size_t lines = 1, number = 0;
    *file = (verify_file){.text = vact_tool_read_text(path)};
    if (file->text == NULL || !is_of_this_version(file->text, path))
        return false;
    for (const char *at = file->text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    file->lines = calloc(lines, sizeof *file->lines);
    if (file->lines == NULL) {
        vact_tool_fail(path, "out of memory");
        return false;
    }
    char *rest = file->text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        number++;
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (!read_line(&file->lines[file->count], line)) {
            vact_tool_fail(path, "line %zu is damaged", number);
            return false;
        }
        file->count++;
    }
    return true;
}

void verify_free_file(verify_file *file)
{
    free(file->lines);
    free(file->text);
}

const verify_line *verify_find_line(const verify_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->lines[i].name, name) == 0)
            return &file->lines[i];
    return NULL;
}

bool verify_has_other_sleef(const verify_file *file, const verify_function *f)
{
    char start[VERIFY_NAME];
    snprintf(start, sizeof start, "%s %s sleef-", f->operation, f->function);
    for (size_t i = 0; i < file->count; i++)
        if (strncmp(file->lines[i].name, start, strlen(start)) == 0)
            return true;
    return false;
}

/* -------------------------------------------------------------------------------------------------- writing */

void verify_write_header(FILE *to)
{
    fprintf(to, "# numerics version %d\n", VACT_NUMERICS_VERSION);
    fprintf(to, "# operation function variant type elements, the hash, and a word for each of %d parts: docs/bits.md\n",
            VERIFY_PARTS);
}

void verify_write_line(FILE *to, const verify_line *line)
{
    fprintf(to, "%s %016" PRIx64, line->name, line->hash);
    for (unsigned part = 0; part < VERIFY_PARTS; part++)
        fprintf(to, " %08" PRIx32, line->words[part]);
    putc('\n', to);
}
