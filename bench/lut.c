#include "lut.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu.h"
#include "dispatch/table.h"
#include "measure.h"
#include "memory.h"
#include "yardstick.h"

enum { COLUMNS = 1024, ENTRIES = 256, MEMCPY = 1, STREAM = 2 };

/* Random bytes, as the floats that yardsticks copy. */
static const float *inputs(size_t n)
{
    static uint32_t *made;
    static size_t filled;
    uint64_t state = 1;
    if (made == NULL)
        made = (uint32_t *)(void *)memory_new();
    for (; made != NULL && filled < n; filled++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        made[filled] = (uint32_t)(state >> 32);
    }
    return (const float *)(const void *)made;
}

typedef struct lut_work {
    vacti_softmax_8_kernels kernels;
    yardstick_fn *yardstick;
    const uint8_t *src;
    uint8_t *dst;
    size_t n;
} lut_work;

typedef struct lut_case {
    bool runs;
    lut_work subject, copy, streaming;
    contest contest;
} lut_case;

static uint8_t table[ENTRIES];

static void run_kernel(const void *user, size_t calls)
{
    const lut_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->kernels.apply(w->dst, w->src, w->n, table);
}

static void run_softmax(const void *user, size_t calls)
{
    const lut_work *w = user;
    const vacti_softmax_8_call call = {.dst = w->dst,
                                       .src = w->src,
                                       .dst_stride = COLUMNS,
                                       .src_stride = COLUMNS,
                                       .rows = w->n / COLUMNS,
                                       .cols = COLUMNS,
                                       .in_scale = 0.05f,
                                       .out_scale = 0.00390625f};
    for (size_t i = 0; i < calls; i++)
        vacti_softmax_8(&call, &w->kernels);
}

static void run_yardstick(const void *user, size_t calls)
{
    const lut_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->yardstick((float *)(void *)w->dst, (const float *)(const void *)w->src, w->n / sizeof(float));
}

/* What a program has without a library. */
__attribute__((noinline)) static void plain_loop(uint8_t *dst, const uint8_t *src, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = table[src[i]];
}

static void run_plain_loop(const void *user, size_t calls)
{
    const lut_work *w = user;
    for (size_t i = 0; i < calls; i++)
        plain_loop(w->dst, w->src, w->n);
}

static void set_up(lut_case *c)
{
    c->copy = c->streaming = c->subject;
    c->copy.yardstick = yardstick_memcpy;
    c->streaming.yardstick = yardstick_stream;
    c->contest.contenders[0].work = &c->subject;
    c->contest.contenders[MEMCPY] = (contender){.run = run_yardstick, .work = &c->copy};
    c->contest.contenders[STREAM] = (contender){.run = run_plain_loop, .work = &c->subject};
    c->contest.count = 3;
    if (yardstick_stream != NULL) {
        c->contest.contenders[c->contest.count] = c->contest.contenders[STREAM];
        c->contest.contenders[STREAM] = (contender){.run = run_yardstick, .work = &c->streaming};
        c->contest.count++;
    }
}

static void run_case(bm_state *state, void *user)
{
    lut_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    c->subject.src = (const uint8_t *)inputs(c->subject.n / sizeof(float));
    c->subject.dst = (uint8_t *)memory_output();
    if (c->subject.src == NULL || c->subject.dst == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    for (int i = 0; i < ENTRIES; i++)
        table[i] = (uint8_t)(i * 167 + 13);
    if (c->contest.count == 0)
        set_up(c);
    const outcome found = measure(state, &c->contest);
    const double n = (double)c->subject.n, bytes = 2.0 * n;
    const bool streams = yardstick_stream != NULL;
    bm_counter(state, "n", n, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * bytes / found.seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", n / found.seconds[0], BM_PLAIN);
    bm_counter(state, "memcpy", 1e-9 * bytes / found.seconds[MEMCPY], BM_PLAIN);
    if (streams)
        bm_counter(state, "stream", 1e-9 * bytes / found.seconds[STREAM], BM_PLAIN);
    bm_counter(state, "x_copy", fmax(found.ratio[MEMCPY], streams ? found.ratio[STREAM] : 0.0), BM_PLAIN);
    bm_counter(state, "x_scalar", found.ratio[c->contest.count - 1], BM_PLAIN);
}

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bool add_case(const char *build, bool runs, vacti_softmax_8_kernels kernels, const char *variant,
                     contender_fn *run, size_t n)
{
    char name[128], shape[48];
    lut_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = runs;
    c->subject.kernels = kernels;
    c->subject.n = n;
    c->contest.contenders[0].run = run;
    c->contest.warm = n <= sizeof(float) * MEMORY_PLACE_ELEMENTS;
    if (run == run_softmax)
        snprintf(shape, sizeof shape, "rows:%zux%d", n / COLUMNS, COLUMNS);
    else
        snprintf(shape, sizeof shape, "n:%zu", n);
    snprintf(name, sizeof name, "%s/u8/%s/%s/%s/uniform", run == run_softmax ? "softmax_8" : "lut_8", build, variant,
             shape);
    bm_use_manual_time(bm_register(name, run_case, c));
    return true;
}

bool lut_register(const char *build)
{
    static const size_t sizes[] = {(size_t)1 << 14, (size_t)1 << 19, (size_t)1 << 26};
    const vacti_table *of = vacti_table_of_build(build, VACT_MATH_AUTO);
    const bool runs = vacti_build_runs(build);
    for (int vbmi = 0; vbmi < (of->lut_8_vbmi.apply ? 2 : 1); vbmi++)
        for (int part = 0; part < 2; part++)
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                if (!add_case(build, runs && (!vbmi || vacti_cpu_has_vbmi()),
                              vbmi ? of->lut_8_vbmi : (vacti_softmax_8_kernels){.apply = of->lut_8},
                              vbmi ? "vbmi" : "plain", part ? run_softmax : run_kernel, sizes[i]))
                    return false;
    return true;
}
