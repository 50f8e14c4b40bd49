/*
 * A block of 2^20 bit patterns, which goes through every build in chunks. The exact values, which cost most, are
 * computed once per chunk. A build with the bits of the reference build shares its findings; any other is judged on its
 * own.
 */
#include "sweep.h"
#include "settle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "reference/reference.h"
#include "tools/pool.h"

/* Half the distance from FLT_MAX to 2^128 lies above FLT_MAX: exact values below round to a finite float. */
static const double rounds_to_infinity = 0x1.ffffffp127;

/* The error of the nearest float to a gradient is at most 0.5. Near a zero of f', where the unit is 2^-25*|dy| and
 * |f'| < 0.31, it is at most 2|f'|. */
static const double most_of_nearest = 0.62;

/* A thread's arrays for its chunks; large, so on the heap. */
typedef struct accuracy_buffers {
    _Alignas(64) float inputs[ACCURACY_CHUNK];
    _Alignas(64) float dy[ACCURACY_CHUNK];
    _Alignas(64) float results[ACCURACY_MOST_BUILDS][ACCURACY_CHUNK];
    _Alignas(64) double exact[ACCURACY_CHUNK]; /* of a gradient: f'(x) */
} buffers;

/* The inputs of a chunk: bit patterns first, first + stride, … */
typedef struct chunk {
    uint32_t first;
    uint32_t stride;
    size_t count;
} chunk;

/* Only a larger error, or an equal one at a smaller input, can change a build's maximum. */
typedef struct threshold {
    double error;
    uint32_t input;
} threshold;

uint32_t accuracy_shard_blocks(uint32_t shard, uint32_t shard_count, uint32_t *first)
{
    uint32_t end = (uint32_t)((uint64_t)shard * ACCURACY_BLOCKS / shard_count);
    *first = (uint32_t)((uint64_t)(shard - 1) * ACCURACY_BLOCKS / shard_count);
    return end - *first;
}

void accuracy_take_max(double *max_error, uint32_t *max_input, double error, uint32_t input)
{
    if (error > *max_error || (error == *max_error && error > 0.0 && input < *max_input)) {
        *max_error = error;
        *max_input = input;
    }
}

bool accuracy_beyond(double error, double bound) { return !(error <= bound * (1.0 + 0x1p-20)); }

static float float_of_bits(uint32_t bits)
{
    float value = 0.0f;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of_float(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Takes up to ACCURACY_CHUNK multiples of the stride from *next to below end. */
static bool next_chunk(chunk *c, uint64_t *next, uint64_t end, uint32_t stride)
{
    if (*next >= end)
        return false;
    uint64_t left = (end - *next + stride - 1) / stride;
    c->first = (uint32_t)*next;
    c->stride = stride;
    c->count = left < ACCURACY_CHUNK ? (size_t)left : ACCURACY_CHUNK;
    *next += (uint64_t)c->count * stride;
    return true;
}

static void fill_inputs(const chunk *c, float *inputs)
{
    for (size_t i = 0; i < c->count; i++)
        inputs[i] = float_of_bits(c->first + (uint32_t)i * c->stride);
}

void accuracy_run_kernel(const vacti_table *table, const accuracy_target *target, float *results, const float *inputs,
                         const float *dy, size_t count)
{
    unsigned slot = VACT_OP_SLOT(target->info->op);
    if (target->function == ACCURACY_BACKWARD)
        table->backward[slot](results, dy, inputs, count, &target->params);
    else if (target->function == ACCURACY_FROM_OUTPUT)
        table->from_output[slot](results, dy, inputs, count, &target->params);
    else if (target->info->kind == VACT_KIND_CHANNELS)
        table->channels[slot](results, inputs, target->params.v, 1, 1, count);
    else
        table->unary[slot](results, inputs, count, &target->params);
}

/*
 * Judges a chunk's results. The exact error is computed only where it could beat the threshold t:
 *   - the error of a correctly rounded result is at most 0.5, and 0 where it equals the exact value;
 *   - spacing(e) > |e|*2^-24 for every e except 0, so |r - e| < t*|e|*2^-24 means an error below t. The comparison is
 *     false for a NaN, an infinite r and e = 0. With t capped it is false for r = 0 too. So it hides no infinite
 *     error, except where the exact value rounds to infinity; such values are never skipped.
 * The error of xielu next to its zero is less than that in ULP of the result. The factor 1 - 2^-40 covers the rounding
 * of the comparison itself.
 */
static void judge(const chunk *c, const accuracy_target *target, const buffers *b, const float *results, threshold t,
                  accuracy_tally *tally)
{
    bool rounded_cannot_matter = t.error > 0.5 || (t.error == 0.5 && t.input <= c->first);
    double relative = (t.error < 0x1p20 ? t.error : 0x1p20) * 0x1p-24 * (1.0 - 0x1p-40);
    for (size_t i = 0; i < c->count; i++) {
        float result = results[i];
        double e = b->exact[i];
        float rounded = (float)e;
        if (bits_of_float(result) == bits_of_float(rounded)) {
            if (rounded_cannot_matter || (double)result == e)
                continue;
        } else if (!(isnan(result) && isnan(rounded))) {
            tally->misrounded++;
        }
        double magnitude = fabs(e);
        if (fabs((double)result - e) < relative * magnitude && magnitude < rounds_to_infinity)
            continue;
        double error = vacti_forward_error(target->info->op, &target->params, (double)b->inputs[i], result, e);
        tally->failures += isinf(error) ? 1 : 0;
        accuracy_take_max(&tally->max_error, &tally->max_input, error, c->first + (uint32_t)i * c->stride);
    }
}

static threshold weakest_maximum(const accuracy_tally *tallies, size_t count)
{
    threshold weakest = {tallies[0].max_error, tallies[0].max_input};
    for (size_t i = 1; i < count; i++) {
        if (tallies[i].max_error < weakest.error ||
            (tallies[i].max_error == weakest.error && tallies[i].max_input > weakest.input))
            weakest = (threshold){tallies[i].max_error, tallies[i].max_input};
    }
    return weakest;
}

static void add_findings(accuracy_tally *tally, const accuracy_tally *found)
{
    tally->misrounded += found->misrounded;
    tally->failures += found->failures;
    accuracy_take_max(&tally->max_error, &tally->max_input, found->max_error, found->max_input);
}

/*
 * Order errors of an increasing operation: how often the result gets smaller from one input tried to the next larger
 * one. With increasing bit patterns the inputs increase from +0 on and decrease from -0 on. The last input of the chunk
 * before is run again, so that the count does not depend on how the inputs were split.
 */
static uint64_t count_order_errors(const vacti_table *table, const accuracy_target *target, const chunk *c,
                                   const float *results)
{
    const float sign_bit_alone = -0.0f;
    uint64_t order_errors = 0;
    float before = NAN;
    if (c->first >= c->stride) {
        float input = float_of_bits(c->first - c->stride);
        accuracy_run_kernel(table, target, &before, &input, NULL, 1);
    }
    for (size_t i = 0; i < c->count; i++) {
        uint32_t input = c->first + (uint32_t)i * c->stride;
        bool growing = input < bits_of_float(sign_bit_alone);
        order_errors +=
            growing ? results[i] < before : results[i] > before && input - c->stride >= bits_of_float(sign_bit_alone);
        before = results[i];
    }
    return order_errors;
}

/* The finaliser of MurmurHash3 (Appleby 2011) mixes the input's bits. */
float accuracy_random_dy(uint32_t input)
{
    uint32_t h = input;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    h ^= h >> 16;
    uint32_t exponent = 127u - 40u + (h >> 23) % 80u;
    return float_of_bits((h & 0x80000000u) | exponent << 23 | (h & 0x7fffffu));
}

static void fill_dy(const chunk *c, bool random, float *dy)
{
    for (size_t i = 0; i < c->count; i++)
        dy[i] = random ? accuracy_random_dy(c->first + (uint32_t)i * c->stride) : 1.0f;
}

static void judge_gradients(const chunk *c, const accuracy_target *target, const buffers *b, const float *results,
                            accuracy_tally *tally)
{
    bool from_output = target->function == ACCURACY_FROM_OUTPUT;
    for (size_t i = 0; i < c->count; i++) {
        double x = (double)b->inputs[i], dy = (double)b->dy[i], exact = dy * b->exact[i];
        bool nearest = results[i] == (float)exact;
        /* Exact, or the nearest float where that cannot be the largest error so far: see judge. */
        if ((double)results[i] == exact ||
            (nearest && tally->max_error > most_of_nearest && fabs(exact) < rounds_to_infinity))
            continue;
        double error =
            vacti_gradient_error(target->info->op, &target->params, x, from_output, b->exact[i], dy, results[i]);
        tally->misrounded += error > 0.5 && !nearest ? 1 : 0;
        tally->failures += isinf(error) ? 1 : 0;
        accuracy_take_max(&tally->max_error, &tally->max_input, error, c->first + (uint32_t)i * c->stride);
    }
}

/* The same for a gradient, with dy = 1 and with a random one. */
static void sweep_gradient_chunk(const accuracy_job *job, const accuracy_target *target, const chunk *c, buffers *b,
                                 accuracy_tally *tallies, uint64_t *hashes)
{
    fill_inputs(c, b->inputs);
    for (size_t i = 0; i < c->count; i++)
        b->exact[i] =
            target->function == ACCURACY_FROM_OUTPUT
                ? vacti_reference_derivative_from_output(target->info->op, (double)b->inputs[i], &target->params)
                : vacti_reference_derivative(target->info->op, (double)b->inputs[i], &target->params);
    for (int random = 0; random < 2; random++) {
        fill_dy(c, random != 0, b->dy);
        const float *reference = b->results[job->reference];
        accuracy_run_kernel(job->tables[job->reference], target, b->results[job->reference], b->inputs, b->dy,
                            c->count);
        threshold t = weakest_maximum(tallies, job->build_count);
        accuracy_tally found = {.max_error = t.error, .max_input = t.input};
        judge_gradients(c, target, b, reference, &found);
        uint64_t hash = accuracy_hash(reference, c->count);
        for (size_t k = 0; k < job->build_count; k++) {
            size_t first = 0, differing = 0;
            if (k != job->reference) {
                accuracy_run_kernel(job->tables[k], target, b->results[k], b->inputs, b->dy, c->count);
                differing = accuracy_differing(b->results[k], reference, c->count, &first);
            }
            uint32_t input = c->first + (uint32_t)first * c->stride;
            if (differing != 0 && (tallies[k].differing == 0 || input < tallies[k].first_differing))
                tallies[k].first_differing = input;
            tallies[k].inputs += random == 0 ? c->count : 0;
            tallies[k].differing += differing;
            if (differing == 0)
                add_findings(&tallies[k], &found);
            else
                judge_gradients(c, target, b, b->results[k], &tallies[k]);
            hashes[k] = accuracy_hash_join(hashes[k], differing == 0 ? hash : accuracy_hash(b->results[k], c->count));
        }
    }
}

/* One chunk through every build; hashes holds the running hash of the block per build. */
static void sweep_chunk(const accuracy_job *job, const accuracy_target *target, const chunk *c, buffers *b,
                        accuracy_tally *tallies, uint64_t *hashes)
{
    fill_inputs(c, b->inputs);
    vacti_reference_fn *oracle = vacti_reference_f32(target->info->op);
    for (size_t i = 0; i < c->count; i++)
        b->exact[i] = oracle((double)b->inputs[i], &target->params);
    if (job->tables[job->reference]->math == VACT_MATH_CR && target->info->kind == VACT_KIND_UNARY)
        accuracy_settle(target, b->exact, b->inputs, c->count);

    const float *reference = b->results[job->reference];
    threshold t = weakest_maximum(tallies, job->build_count);
    accuracy_tally found = {.max_error = 0.0};
    accuracy_run_kernel(job->tables[job->reference], target, b->results[job->reference], b->inputs, NULL, c->count);
    judge(c, target, b, reference, t, &found);
    uint64_t hash = accuracy_hash(reference, c->count);
    bool rises = accuracy_rises(target);

    for (size_t k = 0; k < job->build_count; k++) {
        tallies[k].inputs += c->count;
        size_t first = 0;
        size_t differing = 0;
        if (k != job->reference) {
            accuracy_run_kernel(job->tables[k], target, b->results[k], b->inputs, NULL, c->count);
            differing = accuracy_differing(b->results[k], reference, c->count, &first);
        }
        if (rises)
            tallies[k].order_errors += count_order_errors(job->tables[k], target, c, b->results[k]);
        if (differing == 0) {
            add_findings(&tallies[k], &found);
            hashes[k] = accuracy_hash_join(hashes[k], hash);
            continue;
        }
        uint32_t input = c->first + (uint32_t)first * c->stride;
        if (tallies[k].differing == 0 || input < tallies[k].first_differing)
            tallies[k].first_differing = input;
        tallies[k].differing += differing;
        judge(c, target, b, b->results[k], t, &tallies[k]);
        hashes[k] = accuracy_hash_join(hashes[k], accuracy_hash(b->results[k], c->count));
    }
}

/* The multiples of the stride inside a block: the first of them, and where the block ends. */
static uint64_t block_start(uint32_t block, uint32_t stride, uint64_t *end)
{
    uint64_t start = (uint64_t)block << ACCURACY_BLOCK_BITS;
    *end = start + (1u << ACCURACY_BLOCK_BITS);
    return (start + stride - 1) / stride * stride;
}

accuracy_buffers *accuracy_buffers_new(void) { return aligned_alloc(64, sizeof(accuracy_buffers)); }

void accuracy_sweep_block(const accuracy_job *job, const accuracy_target *target, uint32_t block, buffers *b,
                          accuracy_tally *tallies, pthread_mutex_t *lock)
{
    accuracy_tally local[ACCURACY_MOST_BUILDS];
    uint64_t hashes[ACCURACY_MOST_BUILDS] = {0};
    memset(local, 0, sizeof local);

    /* The maxima of all threads so far, for a high threshold from the start. */
    pthread_mutex_lock(lock);
    for (size_t k = 0; k < job->build_count; k++) {
        local[k].max_error = tallies[k].max_error;
        local[k].max_input = tallies[k].max_input;
    }
    pthread_mutex_unlock(lock);

    uint64_t end = 0;
    uint64_t next = block_start(block, job->stride, &end);
    chunk c;
    while (!vact_pool_stop && next_chunk(&c, &next, end, job->stride))
        (target->function == ACCURACY_FORWARD ? sweep_chunk : sweep_gradient_chunk)(job, target, &c, b, local, hashes);

    pthread_mutex_lock(lock);
    for (size_t k = 0; k < job->build_count; k++) {
        tallies[k].inputs += local[k].inputs;
        tallies[k].order_errors += local[k].order_errors;
        if (local[k].differing != 0 &&
            (tallies[k].differing == 0 || local[k].first_differing < tallies[k].first_differing))
            tallies[k].first_differing = local[k].first_differing;
        tallies[k].differing += local[k].differing;
        tallies[k].bits += accuracy_hash_join(block, hashes[k]);
        add_findings(&tallies[k], &local[k]);
    }
    pthread_mutex_unlock(lock);
}

uint64_t accuracy_digest_block(const accuracy_job *job, const accuracy_target *target, uint32_t block, buffers *b)
{
    uint64_t end = 0;
    uint64_t next = block_start(block, job->stride, &end);
    uint64_t hash = 0;
    chunk c;
    bool gradient = target->function != ACCURACY_FORWARD;
    while (!vact_pool_stop && next_chunk(&c, &next, end, job->stride)) {
        fill_inputs(&c, b->inputs);
        for (int random = 0; random <= (gradient ? 1 : 0); random++) {
            if (gradient)
                fill_dy(&c, random != 0, b->dy);
            accuracy_run_kernel(job->tables[0], target, b->results[0], b->inputs, b->dy, c.count);
            hash = accuracy_hash_join(hash, accuracy_hash(b->results[0], c.count));
        }
    }
    return hash;
}
