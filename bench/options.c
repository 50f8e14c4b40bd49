#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "dispatch/table.h"
#include "measure.h"
#include "memory.h"

enum { ROWS = 128, COLUMNS = 1024, ELEMENTS = ROWS * COLUMNS };

typedef struct {
    const char *name;
    float scale, cap;
    vact_softcap_order order;
    bool keep, bias, infinite; /* infinite: the bias is -inf in some elements */
} variant;

static const variant variants[] = {
    {"scale", 0.125f, 0.0f, VACT_SOFTCAP_BEFORE_MASK, false, false, false},
    {"keep", 1.0f, 0.0f, VACT_SOFTCAP_BEFORE_MASK, true, false, false},
    {"bias", 1.0f, 0.0f, VACT_SOFTCAP_BEFORE_MASK, false, true, false},
    {"bias_inf", 1.0f, 0.0f, VACT_SOFTCAP_BEFORE_MASK, false, true, true},
    {"softcap", 1.0f, 30.0f, VACT_SOFTCAP_BEFORE_MASK, false, false, false},
    {"softcap_scale", 0.125f, 30.0f, VACT_SOFTCAP_BEFORE_MASK, false, false, false},
    {"cap_after", 1.0f, 30.0f, VACT_SOFTCAP_AFTER_MASK, false, true, false},
    {"cap_after_inf", 1.0f, 30.0f, VACT_SOFTCAP_AFTER_MASK, false, true, true},
};

typedef struct {
    vact_masked_f32_fn *softmax;
    const float *src;
    vact_softmax_options_f32 options;
} work;

typedef struct {
    bool runs; /* on this CPU */
    const variant *variant;
    work subject, plain;
    contest contest;
} options_case;

static unsigned char keep[ELEMENTS];
static float bias[ELEMENTS], infinite_bias[ELEMENTS];

static void fill_masks(const float *numbers)
{
    uint64_t state = 1;
    for (size_t i = 0; i < ELEMENTS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        keep[i] = (state >> 62) != 0;
        bias[i] = 0.25f * numbers[i];
        infinite_bias[i] = (state >> 32) % 10 == 0 ? -INFINITY : bias[i];
    }
}

static void run_softmax(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->softmax(memory_output(), COLUMNS, w->src, COLUMNS, ROWS, COLUMNS, &w->options);
}

static void run_case(bm_state *state, void *user)
{
    options_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    const float *src = memory_input(NORMAL, 2 * (size_t)ELEMENTS);
    if (src == NULL || memory_output() == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    fill_masks(src + ELEMENTS);
    c->subject.src = c->plain.src = src;
    vact_softmax_options_f32 *options = &c->subject.options;
    options->scale = c->variant->scale;
    options->softcap = c->variant->cap;
    options->softcap_order = c->variant->order;
    options->keep_layout.stride = options->bias_layout.stride = COLUMNS;
    options->keep = c->variant->keep ? keep : NULL;
    options->bias = c->variant->infinite ? infinite_bias : c->variant->bias ? bias : NULL;
    const outcome found = measure(state, &c->contest);
    bm_counter(state, "n", ELEMENTS, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * 2.0 * sizeof(float) * (double)ELEMENTS / found.seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", (double)ELEMENTS / found.seconds[0], BM_PLAIN);
    bm_counter(state, "x_plain", found.ratio[1], BM_PLAIN);
}

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bool add_case(const vacti_table *table, const variant *which)
{
    char name[128];
    options_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = vacti_build_runs(table->build);
    c->variant = which;
    c->subject.softmax = c->plain.softmax = table->family.softmax;
    c->subject.options = c->plain.options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    c->contest =
        (contest){.contenders = {{.run = run_softmax, .work = &c->subject}, {.run = run_softmax, .work = &c->plain}},
                  .count = 2,
                  .warm = true};
    snprintf(name, sizeof name, "softmax_options/f32/%s/fast/rows:%dx%d/%s", table->build, ROWS, COLUMNS, which->name);
    bm_use_manual_time(bm_register(name, run_case, c));
    return true;
}

bool options_register(const char *build)
{
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (!add_case(table, &variants[i]))
            return false;
    return true;
}
