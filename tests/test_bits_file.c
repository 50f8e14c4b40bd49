/*
 * The bits of every function, against the committed hashes (bits.h). A change of the last bit of a coefficient, or of
 * an order of operations, is within every bound and the same in every build: it shows here alone. A change that is
 * meant is a new VACT_NUMERICS_VERSION, and ./dev bits writes the new file.
 */
#include <string.h>

#include "bits.h"
#include "command.h"
#include "support.h"

static bits_function list[BITS_MOST];

/* The parts that every build replays: arguments of 2^-23 to 2^17, and the ends of the range. The best build replays all
 * parts. */
static bool everywhere(unsigned part)
{
    const unsigned magnitude = part % 32;
    return (magnitude >= 13 && magnitude <= 17) || magnitude == 0 || magnitude == 31;
}

static char *file_text(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/docs/bits-v%d.txt", VACT_SOURCE_DIR, VACT_NUMERICS_VERSION);
    char *text = read_text(path);
    cr_assert(text != NULL, "no %s: ./dev bits writes it", path);
    return text;
}

static void check(const bits_function *f, const bits_line *line, const char *build, bool whole)
{
    char name[128];
    const vacti_table *table = bits_table(f, build);
    bits_name(name, sizeof name, f);
    if (table == NULL)
        return;
    if (whole) {
        const bits_line got = bits_of(f, table);
        for (unsigned part = 0; part < BITS_PARTS; part++)
            cr_expect(got.parts[part] == line->parts[part], "%s on %s: other bits in part %u", name, build, part);
        cr_expect(got.whole == line->whole, "%s on %s: another hash", name, build);
        return;
    }
    for (unsigned part = 0; part < BITS_PARTS; part++)
        cr_expect(!everywhere(part) || (uint32_t)(f->part(f, table, part) >> 32) == line->parts[part],
                  "%s on %s: other bits in part %u", name, build, part);
}

enum { SHARES = 4 };

ParameterizedTestParameters(bits_file, replay)
{
    static int shares[SHARES] = {0, 1, 2, 3};
    return cr_make_param_array(int, shares, SHARES);
}

/* Every fourth function. */
ParameterizedTest(int *share, bits_file, replay)
{
    char *text = file_text();
    const size_t count = bits_functions(list);
    for (size_t i = (size_t)*share; i < count; i += SHARES) {
        bits_line line;
        char name[128];
        bits_name(name, sizeof name, &list[i]);
        if (!bits_find(&line, text, &list[i])) {
            cr_expect(false, "no line of %s", name);
            continue;
        }
        bool best = true;
        for (size_t b = 0; b < vacti_build_count; b++) {
            if (!vacti_build_runs(vacti_builds[b]))
                continue;
            if (best || !TEST_SANITIZED)
                check(&list[i], &line, vacti_builds[b], best && !TEST_SANITIZED);
            best = false;
        }
    }
    free(text);
}

Test(bits_file, header)
{
    char *text = file_text(), want[128];
    const size_t count = bits_functions(list);
    size_t lines = 0, comments = 0;
    snprintf(want, sizeof want, "# numerics version %d, stride %d:", VACT_NUMERICS_VERSION, BITS_STRIDE);
    cr_expect(strncmp(text, want, strlen(want)) == 0, "the file does not begin with \"%s\"", want);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++, comments += at[1] == '#';
    lines -= comments + 1;
    cr_expect(!VACT_WITH_SLEEF || !VACT_WITH_GRADIENTS || lines == count, "%zu lines for %zu functions", lines, count);
    free(text);
}

Test(bits_file, constants)
{
    static char lines[BITS_CONSTANTS];
    char *text = file_text(), *rest = lines;
    cr_assert(bits_constants(lines, sizeof lines), "the sources cannot be read");
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        cr_expect(strstr(text, line), "other constants: %s", line);
    free(text);
}
