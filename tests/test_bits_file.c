/*
 * The bits of every function, against the committed hashes (docs/bits.md), on the builds that `vact verify` does not
 * take by itself; and the constants (constants.h). A change of the last bit of a coefficient, or of an order of
 * operations, is within every bound and the same in every build: it shows here alone. A change that is meant is a new
 * VACT_NUMERICS_VERSION, and ./dev bits writes the new files.
 */
#include <string.h>

#include "command.h"
#include "constants.h"
#include "support.h"
#include "tools/verify/entry.h"
#include "tools/verify/hash.h"

/* The parts that every build replays: arguments of 2^-7 to 2^17, and the ends of the range. */
static bool everywhere(unsigned part)
{
    const unsigned magnitude = part % 32;
    return (magnitude >= 15 && magnitude <= 17) || magnitude == 31;
}

static char *path_of(const char *what)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/docs/%s-v%d.txt", VACT_SOURCE_DIR, what, VACT_NUMERICS_VERSION);
    return path;
}

static void check(const verify_function *f, const char *build, const verify_file *file, verify_scratch *scratch)
{
    verify_entry entry = verify_entry_of(f, build, file);
    if (entry.table == NULL)
        return;
    cr_assert(entry.expected != NULL, "no line of %s", entry.name);
    for (unsigned part = 0; part < VERIFY_PARTS; part++) {
        if (!everywhere(part))
            continue;
        verify_entry_run(&entry, part, scratch);
        cr_expect(verify_word(entry.sums[part]) == entry.expected->words[part], "%s on %s: other bits in part %u",
                  entry.name, build, part);
    }
}

enum { SHARES = 4 };

ParameterizedTestParameters(bits_file, replay)
{
    static int shares[SHARES] = {0, 1, 2, 3};
    return cr_make_param_array(int, shares, SHARES);
}

/* Every fourth function. Under a sanitizer the best build alone, which elsewhere `vact verify --quick` has tried. */
ParameterizedTest(int *share, bits_file, replay)
{
    verify_file file;
    size_t count = 0;
    verify_function *functions = verify_functions(&count);
    verify_scratch *scratch = verify_scratch_new();
    cr_assert(functions != NULL && scratch != NULL && verify_read_file(&file, path_of("bits")));
    for (size_t i = (size_t)*share; i < count; i += SHARES) {
        bool best = true;
        for (size_t b = 0; b < vacti_build_count; b++) {
            if (!vacti_build_runs(vacti_builds[b]))
                continue;
            if (functions[i].quick && best == TEST_SANITIZED)
                check(&functions[i], vacti_builds[b], &file, scratch);
            best = false;
        }
    }
    free(scratch);
    free(functions);
    verify_free_file(&file);
}

Test(bits_file, constants)
{
    static char lines[CONSTANTS_TEXT];
    char *text = read_text(path_of("constants")), *rest = lines;
    cr_assert(text != NULL, "no %s: ./dev bits writes it", path_of("constants"));
    cr_assert(constants_lines(lines, sizeof lines), "the sources cannot be read");
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        cr_expect(strstr(text, line), "other constants: %s", line);
    free(text);
}
