/* The names nearest to one that was mistyped. */
#include <stdio.h>
#include <string.h>

#include "tool.h"

enum { LONGEST = 63, OFFERED = 3 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Three rows of the
 * table are enough. Names longer than LONGEST are near nothing. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1];
    size_t length_a = strlen(a);
    size_t length_b = strlen(b);
    if (length_a > LONGEST || length_b > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t substituted = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = smaller(substituted, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], above2[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

/* Twice the edit distance, but at most 3 where one name contains the other: "gelu_fast" means gelu, and "hardswish"
 * means hard_swish, not swish. */
static size_t distance(const char *mistyped, const char *name)
{
    size_t edits = 2 * edit_distance(mistyped, name);
    bool contained = strlen(mistyped) >= 3 && (strstr(name, mistyped) != NULL || strstr(mistyped, name) != NULL);
    return contained ? smaller(edits, 3) : edits;
}

void vact_tool_suggest(char *text, size_t size, const char *name, const char *const *names, size_t count)
{
    const char *nearest[OFFERED] = {NULL};
    size_t distances[OFFERED] = {0};
    size_t found = 0;
    size_t limit = 2 * (1 + strlen(name) / 3);
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(name, names[i]);
        if (d > limit)
            continue;
        size_t place = found;
        while (place > 0 && distances[place - 1] > d)
            place--;
        if (place == OFFERED)
            continue;
        if (found < OFFERED)
            found++;
        for (size_t j = found - 1; j > place; j--) {
            nearest[j] = nearest[j - 1];
            distances[j] = distances[j - 1];
        }
        nearest[place] = names[i];
        distances[place] = d;
    }

    text[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < found && used < size; i++) {
        const char *separator = i == 0 ? "" : i + 1 < found ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", separator, nearest[i]);
    }
}

const vacti_op_info *vact_tool_operation(const struct argp_state *state, const char *name)
{
    const vacti_op_info *found = vacti_registry_by_name(name);
    if (found != NULL)
        return found;

    enum { MOST_NAMES = 256 };
    const char *names[MOST_NAMES];
    size_t count = smaller(vacti_registry_count, MOST_NAMES);
    for (size_t i = 0; i < count; i++)
        names[i] = vacti_registry[i].name;
    char nearest[128];
    vact_tool_suggest(nearest, sizeof nearest, name, names, count);
    if (nearest[0] != '\0')
        vact_tool_misused(state, "no operation is named '%s'; did you mean %s?", name, nearest);
    else
        vact_tool_misused(state, "no operation is named '%s'; `vact list' names them all", name);
    return NULL;
}
