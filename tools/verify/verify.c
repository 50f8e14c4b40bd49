/* `vact verify`: compares the library's bits with the published ones, or writes them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "report.h"
#include "tools/accuracy/output.h"
#include "tools/pool.h"
#include "tools/tool.h"

typedef struct run {
    const verify_options *options;
    verify_entry *entries; /* build by build, in the order of the functions */
    size_t count;
    size_t *computed; /* the indices of those that are not skipped */
    size_t computed_count;
    size_t printed; /* so many entries */
    bool silent;
} run;

/* ------------------------------------------------------------------------------------------------ computing */

static void *new_scratch(void) { return verify_scratch_new(); }

static void run_part(void *context, size_t index, size_t part, void *scratch)
{
    const run *r = context;
    verify_entry_run(&r->entries[r->computed[index]], (unsigned)part, scratch);
}

static const char *name_of(void *context, size_t index)
{
    const run *r = context;
    return r->entries[r->computed[index]].function->operation;
}

/* Prints up to an entry: those that are skipped between two others too. */
static void print_until(run *r, size_t end)
{
    for (; r->printed < end; r->printed++) {
        const verify_entry *entry = &r->entries[r->printed];
        if (r->silent)
            continue;
        if (r->options->build_count > 1 && (r->printed == 0 || entry[-1].build != entry->build))
            printf("%s%s:\n", r->printed == 0 ? "" : "\n", entry->build);
        verify_print_entry(entry);
    }
}

static void finish(void *context, size_t index, bool lines, double seconds)
{
    run *r = context;
    verify_entry_close(&r->entries[r->computed[index]]);
    print_until(r, r->computed[index] + 1);
    if (lines && r->silent)
        fprintf(stderr, "%s: %s done, %.1f s so far\n", vact_tool_name, r->entries[r->computed[index]].name, seconds);
}

static bool compute(run *r)
{
    const vact_pool pool = {.groups = r->computed_count,
                            .tasks = VERIFY_PARTS,
                            .threads = r->options->threads,
                            .quiet = r->options->quiet,
                            .context = r,
                            .scratch = new_scratch,
                            .run = run_part,
                            .name = name_of,
                            .finished = finish};
    if (r->computed_count != 0 && !vact_pool_run(&pool))
        return false;
    print_until(r, r->count);
    return true;
}

/* ------------------------------------------------------------------------------------------------- entries */

static bool check_builds(const verify_options *options)
{
    for (size_t i = 0; i < options->build_count; i++) {
        if (vacti_table_of_build(options->builds[i], VACT_MATH_FAST) == NULL) {
            vact_tool_fail("--isa", "%s is not in this build of vact", options->builds[i]);
            return false;
        }
        if (!vacti_build_runs(options->builds[i])) {
            vact_tool_fail("--isa", "this CPU does not run %s", options->builds[i]);
            return false;
        }
    }
    return true;
}

static bool make_entries(run *r, const verify_options *options, const verify_file *file)
{
    const size_t most = options->build_count * options->function_count + 1;
    *r = (run){.options = options, .entries = calloc(most, sizeof *r->entries)};
    r->computed = calloc(most, sizeof *r->computed);
    if (r->entries == NULL || r->computed == NULL) {
        vact_tool_fail("results", "out of memory");
        return false;
    }
    for (size_t b = 0; b < options->build_count; b++)
        for (size_t i = 0; i < options->function_count; i++) {
            if (!verify_chooses(options, &options->functions[i]))
                continue;
            r->entries[r->count] = verify_entry_of(&options->functions[i], options->builds[b], file);
            if (r->entries[r->count].table != NULL)
                r->computed[r->computed_count++] = r->count;
            r->count++;
        }
    return true;
}

static void free_entries(run *r)
{
    free(r->entries);
    free(r->computed);
}

/* ------------------------------------------------------------------------------------------ the two commands */

static size_t count_foreign(const verify_options *options, const verify_file *file)
{
    size_t known = 0;
    for (size_t i = 0; i < options->function_count; i++) {
        char name[VERIFY_NAME];
        verify_name(name, &options->functions[i]);
        known += verify_find_line(file, name) != NULL ? 1 : 0;
    }
    return file->count - known;
}

static int compare(const verify_options *options)
{
    char found[VERIFY_PATH];
    verify_file file = {NULL, NULL, 0};
    accuracy_output json = {.stream = NULL};
    run r = {.entries = NULL};
    const char *path = options->file != NULL ? options->file : verify_find_file(found) ? found : NULL;
    int status = VACT_TOOL_FAILURE;
    if (path != NULL && check_builds(options) && verify_read_file(&file, path) && make_entries(&r, options, &file) &&
        accuracy_output_open(&json, options->json)) {
        r.silent = accuracy_output_is_stdout(&json);
        bool complete = compute(&r);
        if (!complete)
            status = vact_pool_failure();
        if (complete && json.stream != NULL)
            complete = verify_write_json(json.stream, r.entries, r.count, path, count_foreign(options, &file));
        if (complete && !r.silent)
            verify_print_totals(r.entries, r.count, path, count_foreign(options, &file));
        if (complete && verify_all_same(r.entries, r.count))
            status = VACT_TOOL_OK;
        if (!accuracy_output_close(&json, complete) && complete)
            status = VACT_TOOL_FAILURE;
    }
    free_entries(&r);
    verify_free_file(&file);
    return status;
}

/* In the order of this library's functions: those of the run, or the lines that the file had; then its lines of other
 * versions of SLEEF. */
static void write_lines(FILE *to, const run *r, const verify_file *old)
{
    const verify_options *options = r->options;
    bool *kept = calloc(old->count + 1, sizeof *kept);
    size_t next = 0;
    verify_write_header(to);
    for (size_t i = 0; i < options->function_count; i++) {
        char name[VERIFY_NAME];
        verify_name(name, &options->functions[i]);
        const verify_line *before = verify_find_line(old, name);
        const bool here = next < r->count && r->entries[next].function == &options->functions[i];
        const verify_entry *entry = here ? &r->entries[next++] : NULL;
        if (entry != NULL && entry->table != NULL)
            verify_write_line(to, &entry->found);
        else if (before != NULL)
            verify_write_line(to, before);
        if (before != NULL && kept != NULL)
            kept[before - old->lines] = true;
    }
    for (size_t i = 0; kept != NULL && i < old->count; i++)
        if (!kept[i] && strstr(old->lines[i].name, " sleef-") != NULL)
            verify_write_line(to, &old->lines[i]);
    free(kept);
}

static int write_file(const verify_options *options)
{
    verify_file old = {NULL, NULL, 0};
    accuracy_output output = {.stream = NULL};
    run r = {.entries = NULL};
    int status = VACT_TOOL_FAILURE;
    const bool exists = access(options->write, F_OK) == 0;
    if (check_builds(options) && (!exists || verify_read_file(&old, options->write)) &&
        make_entries(&r, options, NULL) && accuracy_output_open(&output, options->write)) {
        r.silent = true;
        const bool complete = compute(&r);
        if (complete)
            write_lines(output.stream, &r, &old);
        status = complete ? VACT_TOOL_OK : vact_pool_failure();
        if (!accuracy_output_close(&output, complete) && complete)
            status = VACT_TOOL_FAILURE;
    }
    free_entries(&r);
    verify_free_file(&old);
    return status;
}

int vact_tool_verify(int argc, char **argv)
{
    verify_options options;
    size_t count = 0;
    verify_function *functions = verify_functions(&count);
    if (functions == NULL)
        return vact_tool_fail("functions", "out of memory");
    verify_parse(&options, functions, count, argc, argv);
    vact_pool_catch_signals();
    const int status = options.write != NULL ? write_file(&options) : compare(&options);
    free(functions);
    return status;
}
