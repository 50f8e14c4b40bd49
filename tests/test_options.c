/* Options of every size: what a library does with structures smaller and larger than its own, and with programs that
 * were linked against another release. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "dispatch/options.h"
#include "support.h"

/* ------------------------------------------------------------------------------------------------- reading */

typedef struct known_options {
    size_t size;
    float first[6], later[8];
} known_options;

enum { FIRST = offsetof(known_options, later), ALL = sizeof(known_options) };

static const known_options defaults = {ALL, {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}, {0.0f}};
static const vacti_options_kind kind = {&defaults, ALL, FIRST};

/* The options of a caller whose structure has `size` bytes, followed by other data. */
static vact_status read_of(known_options *known, size_t size, size_t set)
{
    static union {
        size_t size;
        unsigned char bytes[2 * VACT_OPTIONS_LIMIT];
    } given;
    memset(given.bytes, 0xff, sizeof given);
    memset(given.bytes, 0, size < sizeof given ? size : 0);
    given.size = size;
    if (set != 0)
        given.bytes[set] = 1;
    return vacti_options_read(&kind, known, &given);
}

Test(options, read_at_every_size)
{
    known_options known;
    for (size_t size = 0; size < FIRST; size++)
        cr_assert(read_of(&known, size, 0) == VACT_EINVAL, "%zu bytes", size);
    for (size_t size = FIRST; size <= VACT_OPTIONS_LIMIT; size++) {
        memset(&known, 0xaa, sizeof known);
        cr_assert(read_of(&known, size, 0) == VACT_OK, "%zu bytes", size);
        for (size_t i = sizeof known.size; i < ALL; i++)
            cr_assert(((unsigned char *)&known)[i] == 0, "%zu bytes: member at %zu", size, i);
    }
    cr_expect(read_of(&known, VACT_OPTIONS_LIMIT + 1, 0) == VACT_EINVAL);
    cr_expect(read_of(&known, SIZE_MAX, 0) == VACT_EINVAL);
    for (size_t set = ALL; set < 3 * ALL; set++)
        cr_assert(read_of(&known, 3 * ALL, set) == VACT_EUNSUPPORTED, "unknown byte %zu", set);
    cr_expect(read_of(&known, ALL, ALL - 1) == VACT_OK && ((unsigned char *)&known)[ALL - 1] == 1);
    cr_expect(vacti_options_read(&kind, &known, NULL) == VACT_OK && memcmp(&known, &defaults, ALL) == 0);
}

/* ----------------------------------------------------------------------------------------------- beginning */

Test(options, init_writes_what_it_is_given)
{
    static const struct {
        vact_status (*init)(void *options, size_t size);
        const vacti_options_kind *of;
    } each[] = {{vact_cross_entropy_options_init_f32, &vacti_cross_entropy_options_kind},
                {vact_bce_with_logits_options_init_f32, &vacti_bce_with_logits_options_kind},
                {vact_epilogue_options_init_f32, &vacti_epilogue_options_kind},
                {vact_softmax_options_init_f32, &vacti_softmax_options_kind},
                {vact_gate_options_init, &vacti_gate_options_kind}};
    unsigned char memory[1024];
    for (size_t k = 0; k < sizeof each / sizeof each[0]; k++) {
        const vacti_options_kind *of = each[k].of;
        cr_expect(each[k].init(NULL, of->size) == VACT_EINVAL);
        for (size_t size = 0; size < sizeof memory; size++) {
            size_t written = size < of->first ? 0 : size, stated;
            memset(memory, 0xff, sizeof memory);
            cr_assert(each[k].init(memory, size) == (written ? VACT_OK : VACT_EINVAL), "%zu, %zu bytes", k, size);
            for (size_t i = written; i < sizeof memory; i++)
                cr_assert(memory[i] == 0xff, "%zu, %zu bytes: wrote at %zu", k, size, i);
            memcpy(&stated, memory, sizeof stated);
            cr_assert(!written || stated == size, "%zu, %zu bytes: says %zu", k, size, stated);
            for (size_t i = sizeof stated; i < written; i++)
                cr_assert(memory[i] == (i < of->size ? ((const unsigned char *)of->defaults)[i] : 0),
                          "%zu, %zu bytes: %#x at %zu", k, size, memory[i], i);
        }
        cr_expect(each[k].init(memory, VACT_OPTIONS_LIMIT + 1) == VACT_EINVAL);
    }
}

/* -------------------------------------------------------------------------------- programs and libraries */

#ifdef VACT_ABI_NOW
static void expect_lines(const char *program, const char *library, const char *ending)
{
    static const char *const kinds[] = {"cross_entropy", "bce_with_logits", "epilogue", "softmax"};
    command_result run = command_run("LD_LIBRARY_PATH='%s' '%s'", library, program);
    char want[512] = "";
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        snprintf(want + strlen(want), sizeof want - strlen(want), "%s: 0 0 0 0, same, within%s\n", kinds[k], ending);
    cr_expect(run.status == 0 && strcmp(run.text, want) == 0, "status %d, %s", run.status, run.text);
    free(run.text);
}

/* A program linked before a member was added. */
Test(options, old_program_new_library) { expect_lines(VACT_ABI_NOW, VACT_LIBRARY_LATER, ""); }

/* A program linked after that, with a library that does not know the member: works as long as the member is not used.
 */
Test(options, new_program_old_library) { expect_lines(VACT_ABI_LATER, VACT_LIBRARY_NOW, ", later 3"); }

Test(options, program_and_library_of_one_release)
{
    expect_lines(VACT_ABI_NOW, VACT_LIBRARY_NOW, "");
    expect_lines(VACT_ABI_LATER, VACT_LIBRARY_LATER, ", later 0");
}
#endif
