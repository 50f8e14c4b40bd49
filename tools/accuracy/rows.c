#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "reference/reference.h"
#include "tools/pool.h"
#include "tools/tool.h"

const uint32_t accuracy_row_columns[ACCURACY_ROW_SHAPES] = {1, 7, 64, 1024, 32000};

/* uniform100: in ±100; normal2: normal(0, 2); uniform1: in ±1, so that all columns count; winner: normal2 with one
 * column 30 higher, so that the others are small. */
const char *const accuracy_distributions[ACCURACY_DISTRIBUTIONS] = {"uniform100", "normal2", "uniform1", "winner"};

/* Elements of each shape and distribution. With a stride there are few, for quick runs and emulators. */
enum { ELEMENTS = 1 << 20, FEW_ELEMENTS = 1 << 16, MOST_ROWS = 8192, GROUP_ELEMENTS = 32768 };

/* The splitmix64 generator (Steele, Lea and Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The logits must have the same bits on every machine: integers, and products that round once; no function of libm, and
 * no sum that a compiler could contract. */
static float uniform(uint64_t *state, double half_width)
{
    int64_t whole = (int64_t)(next_random(state) >> 40) - (1 << 23);
    return (float)((double)whole * (half_width * 0x1p-23));
}

/* The sum of twelve uniform variables has variance 1 and is close to normal up to 3 sigma. */
static double normal(uint64_t *state, double sigma)
{
    int64_t sum = -6 * (1 << 24);
    for (int i = 0; i < 12; i++)
        sum += (int64_t)(next_random(state) >> 40);
    return (double)sum * (sigma * 0x1p-24);
}

static void fill_row(uint64_t *state, size_t distribution, float *row, size_t columns)
{
    size_t winner = distribution == 3 ? (size_t)(next_random(state) % columns) : columns;
    for (size_t i = 0; i < columns; i++) {
        switch (distribution) {
        case 0: row[i] = uniform(state, 100.0); break;
        case 2: row[i] = uniform(state, 1.0); break;
        default: row[i] = (float)(normal(state, 2.0) + (i == winner ? 30.0 : 0.0)); break;
        }
    }
}

typedef struct row_buffers {
    float *inputs;
    float *results[ACCURACY_MOST_BUILDS];
    double *exact;
} row_buffers;

static void free_buffers(row_buffers *b)
{
    free(b->inputs);
    free(b->exact);
    for (size_t k = 0; k < ACCURACY_MOST_BUILDS; k++)
        free(b->results[k]);
}

static bool allocate_buffers(row_buffers *b, size_t elements, size_t builds, bool with_oracle)
{
    memset(b, 0, sizeof *b);
    b->inputs = malloc(elements * sizeof *b->inputs);
    bool complete = b->inputs != NULL;
    if (with_oracle) {
        b->exact = malloc(elements * sizeof *b->exact);
        complete = complete && b->exact != NULL;
    }
    for (size_t k = 0; k < builds; k++) {
        b->results[k] = malloc(elements * sizeof *b->results[k]);
        complete = complete && b->results[k] != NULL;
    }
    if (!complete) {
        free_buffers(b);
        vact_tool_fail("rows", "out of memory");
    }
    return complete;
}

static void judge(const float *results, const double *exact, size_t count, uint32_t distribution, accuracy_tally *tally)
{
    for (size_t i = 0; i < count; i++) {
        double error = vacti_ulp_error(results[i], exact[i]);
        float rounded = (float)exact[i];
        if (memcmp(&results[i], &rounded, sizeof rounded) != 0 && !(isnan(results[i]) && isnan(rounded)))
            tally->misrounded++;
        tally->failures += isinf(error) ? 1 : 0;
        accuracy_take_max(&tally->max_error, &tally->max_input, error, distribution);
    }
}

static void run_kernel(const vacti_table *table, const vacti_op_info *info, float *results, const float *inputs,
                       size_t rows, size_t columns)
{
    table->rows[VACT_OP_SLOT(info->op)](results, columns, inputs, columns, rows, columns);
}

static void judge_group(const accuracy_job *job, const vacti_op_info *info, row_buffers *b, size_t rows, size_t columns,
                        uint32_t distribution, accuracy_tally *tallies)
{
    size_t count = rows * columns;
    vacti_reference_row_fn *oracle = vacti_reference_row_f32(info->op);
    for (size_t row = 0; row < rows; row++)
        oracle(b->exact + row * columns, b->inputs + row * columns, columns);

    const float *reference = b->results[job->reference];
    run_kernel(job->tables[job->reference], info, b->results[job->reference], b->inputs, rows, columns);
    for (size_t k = 0; k < job->build_count; k++) {
        size_t first = 0;
        if (k != job->reference)
            run_kernel(job->tables[k], info, b->results[k], b->inputs, rows, columns);
        tallies[k].inputs += count;
        tallies[k].differing += accuracy_differing(b->results[k], reference, count, &first);
        tallies[k].bits = accuracy_hash_join(tallies[k].bits, accuracy_hash(b->results[k], count));
        judge(b->results[k], b->exact, count, distribution, &tallies[k]);
    }
}

/* Walks all distributions, a group of rows at a time; without the oracle where digest is not null. */
static bool walk(const accuracy_job *job, const vacti_op_info *info, size_t columns, accuracy_tally *tallies,
                 uint64_t *digest)
{
    size_t elements = job->stride == 1 ? ELEMENTS : FEW_ELEMENTS;
    size_t total = elements / columns < MOST_ROWS ? elements / columns : MOST_ROWS;
    size_t group = columns < GROUP_ELEMENTS ? GROUP_ELEMENTS / columns : 1;
    row_buffers b;
    if (!allocate_buffers(&b, group * columns, digest != NULL ? 1 : job->build_count, digest == NULL))
        return false;
    for (uint32_t distribution = 0; distribution < ACCURACY_DISTRIBUTIONS; distribution++) {
        uint64_t state = columns * 16 + distribution;
        for (size_t row = 0; row < total && !vact_pool_stop; row += group) {
            size_t rows = total - row < group ? total - row : group;
            for (size_t i = 0; i < rows; i++)
                fill_row(&state, distribution, b.inputs + i * columns, columns);
            if (digest == NULL) {
                judge_group(job, info, &b, rows, columns, distribution, tallies);
                continue;
            }
            run_kernel(job->tables[0], info, b.results[0], b.inputs, rows, columns);
            *digest = accuracy_hash_join(*digest, accuracy_hash(b.results[0], rows * columns));
        }
    }
    free_buffers(&b);
    return !vact_pool_stop;
}

bool accuracy_rows(const accuracy_job *job, const vacti_op_info *info, uint32_t columns, accuracy_tally *tallies)
{
    memset(tallies, 0, job->build_count * sizeof *tallies);
    return walk(job, info, columns, tallies, NULL);
}

bool accuracy_rows_digest(const accuracy_job *job, const vacti_op_info *info, uint32_t columns, uint64_t *digest)
{
    *digest = 0;
    return walk(job, info, columns, NULL, digest);
}
