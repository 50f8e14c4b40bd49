/* Hashed are the hexadecimal constants of each header in the order of the source, without those of comments. */
#include "constants.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "tools/accuracy/hash.h"

/* Every number 0x1... with a power, and the sign before it. */
static uint64_t hash_of(const char *text, size_t *count)
{
    uint64_t hash = 0;
    const char *at = text;
    *count = 0;
    while (at != NULL && *at != '\0') {
        char *end = NULL;
        if (strncmp(at, "/*", 2) == 0) {
            at = strstr(at + 2, "*/");
        } else if (strncmp(at, "0x", 2) == 0) {
            const double value = strtod(at, &end);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            if (memchr(at, 'p', (size_t)(end - at)) != NULL) {
                hash = accuracy_hash_join(hash, at > text && at[-1] == '-' ? ~bits : bits);
                ++*count;
            }
            at = end;
        } else {
            at++;
        }
    }
    return hash;
}

bool constants_lines(char *lines, size_t size)
{
    static const char *const patterns[] = {"kernels/math/*/*.h", "kernels/act/*/*.h", "kernels/rows/*.h",
                                           "kernels/loss/*.h"};
    const size_t skipped = strlen(VACT_SOURCE_DIR) + 1;
    size_t used = 0;
    lines[0] = '\0';
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char pattern[512];
        glob_t found;
        snprintf(pattern, sizeof pattern, "%s/%s", VACT_SOURCE_DIR, patterns[i]);
        if (glob(pattern, 0, NULL, &found) != 0)
            return false;
        for (size_t k = 0; k < found.gl_pathc && used < size; k++) {
            char *text = read_text(found.gl_pathv[k]);
            size_t count = 0;
            const uint64_t hash = text != NULL ? hash_of(text, &count) : 0;
            if (count != 0)
                used += (size_t)snprintf(lines + used, size - used, "%s %zu %016" PRIx64 "\n",
                                         found.gl_pathv[k] + skipped, count, hash);
            free(text);
        }
        globfree(&found);
    }
    return used > 0 && used < size;
}
