/* The names nearest to one that was mistyped. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

enum { LONGEST = 63, OFFERED = 3 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static bool same(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, whatever the case. Three
 * rows of the table are enough. Names longer than LONGEST are near nothing. */
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
            size_t substituted = above[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = smaller(substituted, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = smaller(row[j], above2[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

/* Twice the edit distance, but at most 3 where one name contains the other: "gelu_slow" means gelu, and "hard_swishh"
 * means hard_swish, not swish. */
static size_t distance(const char *mistyped, const char *name)
{
    size_t edits = 2 * edit_distance(mistyped, name);
    bool contained =
        strlen(mistyped) >= 3 && (strcasestr(name, mistyped) != NULL || strcasestr(mistyped, name) != NULL);
    return contained ? smaller(edits, 3) : edits;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void vact_tool_suggest(char *text, size_t size, const char *name, const char *const *spellings,
                       const char *const *names, size_t count)
{
    const char *nearest[OFFERED];
    size_t found = 0;
    size_t used = 0;
    size_t limit = 2 * (1 + strlen(name) / 3);
    for (; found < OFFERED; found++) {
        size_t best = count;
        size_t least = limit + 1;
        for (size_t i = 0; i < count; i++) {
            size_t d = distance(name, spellings[i]);
            if (d < least && !is_among(names[i], nearest, found)) {
                least = d;
                best = i;
            }
        }
        if (best == count)
            break;
        nearest[found] = names[best];
    }

    text[0] = '\0';
    for (size_t i = 0; i < found && used < size; i++) {
        const char *separator = i == 0 ? "" : i + 1 < found ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", separator, nearest[i]);
    }
}
