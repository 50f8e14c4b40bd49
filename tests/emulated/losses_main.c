/*
 * Hashes of the losses, their gradients and the health counts on fixed inputs, as a plain program for emulators: a line
 * "<build> <hash>" per build that this CPU runs. The test that runs it compares those of AArch64 with the host's.
 */
#include <stdio.h>
#include <string.h>

#include "dispatch/table.h"

enum { MOST = 7000 };

static float logits[MOST], answers[MOST], weights[MOST], dx[MOST], loss[MOST], log_probabilities[MOST];
static int32_t targets[MOST];
static uint32_t state;
static uint64_t hash;

/* The linear congruential generator of Numerical Recipes; no function of libm, which may differ. */
static float uniform(float limit)
{
    state = state * 1664525u + 1013904223u;
    return (float)((int32_t)state >> 8) * 0x1p-23f * limit;
}

/* FNV-1a over the bits, with one value for all NaNs. */
static void add(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        hash = (hash ^ (values[i] == values[i] ? bits : 0x7fc00000u)) * 0x100000001b3u;
    }
}

static void fill(size_t rows, size_t cols, float limit)
{
    for (size_t i = 0; i < rows * cols; i++) {
        logits[i] = uniform(limit);
        float answer = uniform(1.5f);
        answers[i] = answer < 0.0f ? 0.0f : answer > 1.0f ? 1.0f : answer;
        weights[i] = 1.0f + uniform(1.0f);
    }
    for (size_t r = 0; r < rows; r++) {
        uniform(1.0f);
        targets[r] = (int32_t)((state >> 8) % (cols + 1)) - 1; /* -1: ignored */
    }
}

static void add_losses(const vacti_table *table, size_t rows, size_t cols, int round)
{
    vacti_cross_entropy_call call = {
        .loss = loss, .dx = dx, .logits = logits, .targets = targets, .rows = rows, .cols = cols, .stride = cols};
    call.dx_stride = cols, call.ignore_index = -1, call.smoothing = round & 1 ? 0.125f : 0.0f;
    call.reduction = (vact_reduction)(round % 3), call.weights = round & 2 ? weights : NULL;
    size_t losses = round % 3 ? 1 : rows;
    table->cross_entropy(&call);
    add(loss, losses);
    add(dx, rows * cols);
    vacti_bce_call bce = {.loss = loss, .dx = dx, .x = logits, .targets = answers, .n = rows * cols};
    bce.reduction = call.reduction;
    if (round & 2)
        bce.positive = bce.weight = (vacti_periodic){weights, cols};
    table->bce_with_logits(&bce);
    add(loss, round % 3 ? 1 : rows * cols);
    add(dx, rows * cols);
    hash = (hash ^ table->outside(dx, rows * cols, -0.25f, 0.25f)) * 0x100000001b3u;
    hash = (hash ^ table->zeros(answers, rows * cols)) * 0x100000001b3u;
    hash = (hash ^ table->dead_units(NULL, answers, rows, cols)) * 0x100000001b3u;
}

/* Probabilities, a z-loss, log-probabilities as output and as input; in columns the classes are not adjacent. */
static void add_options(const vacti_table *table, size_t rows, size_t cols, int round)
{
    vacti_cross_entropy_call call = {
        .loss = loss, .dx = dx, .logits = logits, .targets = targets, .rows = rows, .cols = cols};
    call.inner = round & 1 ? rows : 1, call.ignore_index = -1, call.smoothing = round & 2 ? 0.125f : 0.0f;
    call.stride = call.dx_stride = call.probabilities_stride = call.log_probabilities_stride = cols * call.inner;
    call.reduction = (vact_reduction)(round % 3), call.weights = round & 4 ? weights : NULL;
    call.probabilities = round % 5 < 2 ? answers : NULL;
    call.nll = round % 7 < 3, call.z_loss = call.nll ? 0.0f : 0.01f;
    call.log_probabilities = call.nll ? NULL : log_probabilities;
    table->cross_entropy(&call);
    add(loss, round % 3 ? 1 : rows);
    add(dx, rows * cols);
    add(log_probabilities, call.nll ? 0 : rows * cols);
}

int main(void)
{
    static const size_t shapes[][2] = {{1, 1}, {5, 3}, {70, 10}, {66, 65}, {3, 1000}, {1, 7000}};
    for (size_t b = 0; b < vacti_build_count; b++) {
        if (!vacti_build_runs(vacti_builds[b]))
            continue;
        hash = 0xcbf29ce484222325u, state = 1;
        for (int round = 0; round < 72; round++) {
            const size_t *shape = shapes[round / 12];
            fill(shape[0], shape[1], round % 4 ? 8.0f : 120.0f);
            add_losses(vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST), shape[0], shape[1], round);
            add_options(vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST), shape[0], shape[1], round);
        }
        printf("%s %016llx\n", vacti_builds[b], (unsigned long long)hash);
    }
    return 0;
}
