/* `vact accuracy`: runs a sweep, digests or a merge, and shows the results. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "builds.h"
#include "hash.h"
#include "json.h"
#include "merge.h"
#include "narrow.h"
#include "options.h"
#include "output.h"
#include "rows.h"
#include "table.h"
#include "threads.h"
#include "tools/pool.h"
#include "tools/tool.h"

static bool has_kernel(const vacti_table *table, const vacti_op_info *info)
{
    unsigned slot = VACT_OP_SLOT(info->op);
    switch (info->kind) {
    case VACT_KIND_UNARY: return table->unary[slot] != NULL;
    case VACT_KIND_CHANNELS: return table->channels[slot] != NULL;
    case VACT_KIND_ROWS: return table->rows[slot] != NULL;
    case VACT_KIND_GATE: return false;
    }
    return false;
}

/* The operations in the order of the user or the registry; those over rows separately. */
typedef struct plan {
    accuracy_job job;
    accuracy_target swept[ACCURACY_MOST_OPS];
    const vacti_op_info *rows[ACCURACY_MOST_OPS];
    size_t row_count;
} plan;

/* For the variant `math`; with `plain` false, without the operations that have no variants. */
static bool make_plan(plan *p, const accuracy_options *options, vact_math math, bool plain)
{
    p->job = (accuracy_job){.targets = p->swept,
                            .stride = options->stride,
                            .shard = options->shard,
                            .shard_count = options->shard_count,
                            .threads = options->threads,
                            .quiet = options->quiet};
    p->row_count = 0;
    if (!accuracy_choose_builds(&p->job, options, math, false))
        return false;
    for (size_t i = 0; i < options->target_count; i++) {
        const vacti_op_info *info = options->targets[i].info;
        if (math == VACT_MATH_CR ? info->kind != VACT_KIND_UNARY : !plain && !info->needs_math)
            continue;
        if (math == VACT_MATH_CR && !plain && !info->needs_math && !info->near)
            continue;
        for (size_t k = 0; k < p->job.build_count; k++) {
            if (!has_kernel(p->job.tables[k], info)) {
                vact_tool_fail(info->name, "no kernel in the build %s", p->job.tables[k]->build);
                return false;
            }
        }
        if (info->kind == VACT_KIND_ROWS)
            p->rows[p->row_count++] = info;
        else
            p->swept[p->job.target_count++] = options->targets[i];
    }
    /* Rows are not split into shards: the first shard samples them. */
    if (options->shard != 1)
        p->row_count = 0;
    return true;
}

/* One plan, or one for each variant in the library. */
static bool make_plans(plan *plans, size_t *count, const accuracy_options *options)
{
    *count = 1;
    if (!options->every_math)
        return make_plan(plans, options, options->math, true);
    *count = 0;
    for (int math = VACT_MATH_AUTO + 1; math < VACT_TABLE_MATHS; math++) {
        if (vacti_table_of_build(vacti_builds[0], (vact_math)math) == NULL)
            continue;
        if (!make_plan(&plans[*count], options, (vact_math)math, *count == 0))
            return false;
        ++*count;
    }
    return true;
}

/* One implementation of a gradient serves every variant. */
static const char *variant_of(const accuracy_target *target, const vacti_table *table)
{
    return accuracy_math_name(target->info, target->function == ACCURACY_FORWARD ? table->math : VACT_MATH_FAST);
}

static bool add_record(accuracy_report *report, const plan *p, size_t build, const accuracy_target *target,
                       uint32_t columns, const accuracy_tally *tally)
{
    const vacti_table *table = p->job.tables[build];
    accuracy_record *record = accuracy_report_add(report);
    if (record == NULL)
        return false;
    record->target = *target;
    snprintf(record->math, sizeof record->math, "%s", variant_of(target, table));
    snprintf(record->build, sizeof record->build, "%s", table->build);
    record->columns = columns;
    record->shard_count = columns == 0 ? p->job.shard_count : 1;
    uint32_t bit = columns == 0 ? p->job.shard - 1 : 0;
    record->shards[bit / 64] = (uint64_t)1 << (bit % 64);
    record->tally = *tally;
    return true;
}

static bool sweep_into(accuracy_report *report, const plan *p)
{
    const accuracy_job *job = &p->job;
    if (job->target_count == 0)
        return true;
    accuracy_tally *tallies = calloc(job->target_count * job->build_count, sizeof *tallies);
    if (tallies == NULL) {
        vact_tool_fail("results", "out of memory");
        return false;
    }
    bool complete = accuracy_sweep(job, tallies);
    for (size_t i = 0; complete && i < job->target_count; i++)
        for (size_t k = 0; complete && k < job->build_count; k++)
            complete = add_record(report, p, k, &p->swept[i], 0, &tallies[i * job->build_count + k]);
    free(tallies);
    return complete;
}

static bool sample_rows_into(accuracy_report *report, const plan *p)
{
    for (size_t i = 0; i < p->row_count; i++) {
        const accuracy_target target = {.info = p->rows[i], .params = accuracy_defaults(p->rows[i])};
        for (size_t shape = 0; shape < ACCURACY_ROW_SHAPES; shape++) {
            accuracy_tally tallies[ACCURACY_MOST_BUILDS];
            uint32_t columns = accuracy_row_columns[shape];
            if (!accuracy_rows(&p->job, target.info, columns, tallies))
                return false;
            for (size_t k = 0; k < p->job.build_count; k++)
                if (!add_record(report, p, k, &target, columns, &tallies[k]))
                    return false;
        }
    }
    return true;
}

static bool merge_into(accuracy_report *report, const accuracy_options *options)
{
    for (size_t i = 0; i < options->file_count; i++)
        if (!accuracy_read_json(report, options->files[i]))
            return false;
    return accuracy_merge(report);
}

static int run_report(const accuracy_options *options)
{
    accuracy_report report = {.numerics_version = vact_info()->numerics_version, .stride = options->stride};
    accuracy_output json;
    accuracy_output markdown;
    static plan plans[VACT_TABLE_MATHS]; /* too large for the stack */
    size_t plan_count = 0;
    if (!options->merge && !make_plans(plans, &plan_count, options))
        return VACT_TOOL_FAILURE;
    if (!accuracy_output_open(&json, options->json))
        return VACT_TOOL_FAILURE;
    if (!accuracy_output_open(&markdown, options->markdown)) {
        accuracy_output_close(&json, false);
        return VACT_TOOL_FAILURE;
    }

    bool complete = false;
    if (options->merge) {
        complete = merge_into(&report, options);
    } else {
        snprintf(report.version, sizeof report.version, "%s", vact_version());
        complete = true;
        for (size_t i = 0; complete && i < plan_count; i++)
            complete = sweep_into(&report, &plans[i]) && sample_rows_into(&report, &plans[i]);
    }
    int status = complete ? VACT_TOOL_OK : vact_pool_failure();
    if (complete) {
        accuracy_report_sort(&report);
        if (json.stream != NULL)
            complete = accuracy_write_json(&report, json.stream);
        if (markdown.stream != NULL)
            accuracy_print_markdown(&report, markdown.stream);
        if (!accuracy_output_is_stdout(&json) && !accuracy_output_is_stdout(&markdown))
            accuracy_print_table(&report, stdout);
        if (!complete || accuracy_count_faults(&report) != 0)
            status = VACT_TOOL_FAILURE;
    }
    bool json_kept = accuracy_output_close(&json, complete);
    bool markdown_kept = accuracy_output_close(&markdown, complete);
    accuracy_report_free(&report);
    return complete && !(json_kept && markdown_kept) ? VACT_TOOL_FAILURE : status;
}

/* One line per block, then the sum over the shard, which equals `bits` of the JSON results. The build is not named, so
 * that equal bits give equal files. */
static void print_digests(const plan *p, const uint64_t *digests, FILE *stream)
{
    const accuracy_job *job = &p->job;
    uint32_t first = 0;
    uint32_t blocks = accuracy_shard_blocks(job->shard, job->shard_count, &first);
    for (size_t i = 0; i < job->target_count; i++) {
        char label[ACCURACY_LABEL];
        accuracy_label(label, &p->swept[i]);
        const char *math = variant_of(&p->swept[i], job->tables[0]);
        uint64_t sum = 0;
        for (uint32_t k = 0; k < blocks; k++) {
            uint64_t digest = digests[i * blocks + k];
            sum += accuracy_hash_join(first + k, digest);
            fprintf(stream, "%s %s %" PRIu32 " %016" PRIx64 "\n", label, math, first + k, digest);
        }
        fprintf(stream, "%s %s all %016" PRIx64 "\n", label, math, sum);
    }
}

static bool digest_into(const plan *p, FILE *stream)
{
    const accuracy_job *job = &p->job;
    uint32_t first = 0;
    uint32_t blocks = accuracy_shard_blocks(job->shard, job->shard_count, &first);
    fprintf(stream, "# vact %s, numerics version %d, stride %" PRIu32 ", shard %" PRIu32 "/%" PRIu32 "\n",
            vact_version(), vact_info()->numerics_version, job->stride, job->shard, job->shard_count);
    fputs("# operation, variant, block of 2^20 bit patterns (or columns of rows), hash of the results\n", stream);
    if (job->target_count != 0) {
        uint64_t *digests = calloc(job->target_count * blocks, sizeof *digests);
        if (digests == NULL) {
            vact_tool_fail("digests", "out of memory");
            return false;
        }
        bool complete = accuracy_sweep_digests(job, digests);
        if (complete)
            print_digests(p, digests, stream);
        free(digests);
        if (!complete)
            return false;
    }
    for (size_t i = 0; i < p->row_count; i++) {
        for (size_t shape = 0; shape < ACCURACY_ROW_SHAPES; shape++) {
            uint64_t digest = 0;
            if (!accuracy_rows_digest(job, p->rows[i], accuracy_row_columns[shape], &digest))
                return false;
            fprintf(stream, "%s %s columns:%" PRIu32 " %016" PRIx64 "\n", p->rows[i]->name,
                    accuracy_math_name(p->rows[i], job->tables[0]->math), accuracy_row_columns[shape], digest);
        }
    }
    return true;
}

static int run_digest(const accuracy_options *options)
{
    plan p;
    accuracy_output output;
    if (!make_plan(&p, options, options->math, true) || !accuracy_output_open(&output, options->digest))
        return VACT_TOOL_FAILURE;
    bool complete = digest_into(&p, output.stream);
    bool kept = accuracy_output_close(&output, complete);
    if (!complete)
        return vact_pool_failure();
    return kept ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
}

int vact_tool_accuracy(int argc, char **argv)
{
    static accuracy_options options; /* too large for the stack */
    accuracy_parse(&options, argc, argv);
    vact_pool_catch_signals();
    if (options.type != VACT_F32)
        return accuracy_narrow(&options) ? VACT_TOOL_OK : vact_pool_failure();
    return options.digest != NULL ? run_digest(&options) : run_report(&options);
}
