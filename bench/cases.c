#include "cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/table.h"
#include "measure.h"
#include "memory.h"
#include "registry.h"
#include "yardstick.h"

/* ---------------------------------------------------------------------------------- what a benchmark runs */

/* An operation over one tensor: [outer, channels, inner], or as rows [outer, inner], or n elements. */
typedef struct work {
    vact_unary_f32_fn *unary;
    vact_channels_f32_fn *channels_fn;
    vact_rows_f32_fn *rows;
    vact_gate_f32_fn *gate;
    vact_epilogue_f32_fn *epilogue;
    vact_status (*public_fn)(float *dst, const float *src, size_t n);
    yardstick_fn *yardstick;
    size_t outer;
    size_t channels;
    size_t inner;
    size_t n;
    vact_params_f32 params;
    const float *src;
    const float *second; /* up of a gated unit; the bias of an epilogue */
    float *dst;
} work;

static float slopes[64];

static void run_unary(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->unary(w->dst, w->src, w->n, &w->params);
}

static void run_channels(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->channels_fn(w->dst, w->src, slopes, w->outer, w->channels, w->inner);
}

static void run_rows(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->rows(w->dst, w->inner, w->src, w->inner, w->outer, w->inner);
}

static void run_gate(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->gate(w->dst, w->src, w->second, w->n, NULL);
}

/* With a bias and no residual. */
static void run_epilogue(const void *user, size_t calls)
{
    const work *w = user;
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 1.0f, .bias = w->second, .residual = NULL, .residual_stride = 0};
    for (size_t i = 0; i < calls; i++)
        w->epilogue(w->dst, w->inner, w->src, w->inner, w->outer, w->inner, &options, &w->params);
}

/* A bias, and the multiplier of a gated unit. */
static void run_multiplied(const void *user, size_t calls)
{
    const work *w = user;
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.bias = options.multiplier = w->second;
    options.multiplier_stride = w->inner;
    for (size_t i = 0; i < calls; i++)
        w->epilogue(w->dst, w->inner, w->src, w->inner, w->outer, w->inner, &options, &w->params);
}

/* Accumulators (the bits of floats: integers of every size) with a scale for each column, and a bias. */
static void run_integers(const void *user, size_t calls)
{
    const work *w = user;
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.scale = 0x1p-28f;
    options.bias = options.column_scale = w->second;
    options.accumulators = (const int32_t *)(const void *)w->src;
    for (size_t i = 0; i < calls; i++)
        w->epilogue(w->dst, w->inner, NULL, w->inner, w->outer, w->inner, &options, &w->params);
}

static void run_public(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->public_fn(w->dst, w->src, w->n);
}

static void run_yardstick(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->yardstick(w->dst, w->src, w->n);
}

/* Beyond this an array and its copy do not fit into the caches of one core. */
enum { WARM_ELEMENTS = MEMORY_PLACE_ELEMENTS };

typedef enum yardstick_kind { MEMCPY, STREAM, EXPF, YARDSTICKS } yardstick_kind;

typedef struct bench_case {
    const vacti_op_info *op;
    const char *build;
    bool runs; /* on this CPU */
    distribution input;
    const float *src, *second;
    float *dst;
    contender_fn *run;
    work subject;
    work kernel; /* what the public function calls, or the bare activation of a gated unit or an epilogue; else unary is
                    null */
    vact_isa isa;
    vact_math math;
    work yardsticks[YARDSTICKS];
    contest contest; /* kept from call to call, as the lengths of its slices are */
} bench_case;

static void add_contender(contest *to, contender_fn *run, const void *user)
{
    to->contenders[to->count++] = (contender){.run = run, .work = user, .calls = 0};
}

static void move(void *user, size_t place)
{
    bench_case *c = user;
    size_t offset = c->contest.warm ? place % MEMORY_PLACES * MEMORY_PLACE_ELEMENTS : 0;
    work *const all[] = {&c->subject, &c->kernel, &c->yardsticks[MEMCPY], &c->yardsticks[STREAM], &c->yardsticks[EXPF]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        all[i]->src = c->src + offset;
        all[i]->second = c->second + offset;
        all[i]->dst = c->dst + offset;
    }
}

/* The subject, then either the kernel behind it (the bare activation) or the copies and the exponential function. */
static void set_up(bench_case *c)
{
    yardstick_fn *const functions[YARDSTICKS] = {
        [MEMCPY] = yardstick_memcpy, [STREAM] = yardstick_stream, [EXPF] = yardstick_expf(c->build)};
    c->contest.warm = c->subject.n <= WARM_ELEMENTS;
    c->contest.move = move;
    c->contest.user = c;
    add_contender(&c->contest, c->run, &c->subject);
    if (c->kernel.unary != NULL) {
        add_contender(&c->contest, run_unary, &c->kernel);
        return;
    }
    for (int i = 0; i < YARDSTICKS; i++) {
        c->yardsticks[i] = c->subject;
        c->yardsticks[i].yardstick = functions[i];
        if (functions[i] != NULL)
            add_contender(&c->contest, run_yardstick, &c->yardsticks[i]);
    }
}

static void set_counters(bm_state *state, const bench_case *c, const outcome *found)
{
    double n = (double)c->subject.n;
    double bytes = 2.0 * sizeof(float) * n;
    double x_copy = 0.0;
    bm_counter(state, "n", n, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * bytes / found->seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", n / found->seconds[0], BM_PLAIN);
    bm_counter(state, "ulp_bound", vacti_registry_bound(c->op, c->math), BM_PLAIN);
    if (c->kernel.unary != NULL && c->subject.public_fn == NULL) {
        bm_counter(state, "x_bare", found->ratio[1], BM_PLAIN);
        return;
    }
    if (c->kernel.unary != NULL) {
        bm_counter(state, "x_kernel", found->ratio[1], BM_PLAIN);
        bm_counter(state, "overhead_ns", 1e9 * (found->seconds[0] - found->seconds[1]), BM_PLAIN);
        return;
    }
    for (size_t i = 1; i < c->contest.count; i++) {
        ptrdiff_t kind = (const work *)c->contest.contenders[i].work - c->yardsticks;
        if (kind == EXPF) {
            bm_counter(state, "x_expf", found->ratio[i], BM_PLAIN);
        } else {
            bm_counter(state, kind == MEMCPY ? "memcpy" : "stream", 1e-9 * bytes / found->seconds[i], BM_PLAIN);
            x_copy = fmax(x_copy, found->ratio[i]);
        }
    }
    bm_counter(state, "x_copy", x_copy, BM_PLAIN);
}

static void run_case(bm_state *state, void *user)
{
    bench_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    const size_t places = (size_t)MEMORY_PLACES * MEMORY_PLACE_ELEMENTS;
    const size_t count = c->subject.n > places ? c->subject.n : places;
    const bool two_inputs = c->subject.gate != NULL || c->subject.epilogue != NULL;
    c->src = memory_input(c->input, count);
    c->second = two_inputs ? memory_input(c->input == UNIFORM ? NORMAL : UNIFORM, count) : c->src;
    c->dst = memory_output();
    if (c->src == NULL || c->second == NULL || c->dst == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    if (c->subject.public_fn != NULL && vact_select(c->isa, VACT_MATH_AUTO) != VACT_OK) {
        bm_skip(state, "the instruction set cannot be selected");
        return;
    }
    if (c->contest.count == 0)
        set_up(c);
    outcome found = measure(state, &c->contest);
    set_counters(state, c, &found);
}

/* --------------------------------------------------------------------------------------------- the product */

const char *const cases_math_words[VACT_TABLE_MATHS] = {"auto", "sleef", "fast", "cr"};

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bench_case *new_case(const vacti_op_info *op, const vacti_table *table, distribution input)
{
    bench_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->op = op;
    c->build = table->build;
    c->isa = table->isa;
    c->math = table->math;
    c->runs = vacti_build_runs(table->build);
    c->input = input;
    c->subject.params = vacti_registry_defaults(op);
    return c;
}

/* `before` and `shape` surround what every name has. */
static void add_case(bench_case *c, const char *before, const char *variant, const char *shape)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s/f32/%s/%s/%s/%s", before, c->op->name, c->build, variant, shape,
             distribution_names[c->input]);
    bm_use_manual_time(bm_register(name, run_case, c));
}

/* 16; 4 KiB and 16 KiB, for the first level of cache; 512 KiB, for the second; 64 MiB, for memory. */
static const size_t sizes[] = {16, 1024, 4096, 131072, 16777216};

/* About 16 KiB, 512 KiB and 64 MiB of rows with the length of attention scores, and of a vocabulary. */
static const struct {
    size_t rows;
    size_t cols;
} row_shapes[] = {{4, 1024}, {128, 1024}, {16384, 1024}, {1, 32000}, {4, 32000}, {524, 32000}};

enum {
    IN_CACHE = 2, /* from here on sizes[] show more than the cost of a call */
    SIZES = sizeof sizes / sizeof sizes[0],
    ROW_SHAPES = sizeof row_shapes / sizeof row_shapes[0],
    SLOPES = sizeof slopes / sizeof slopes[0]
};

static bool add_unary(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input)
{
    vact_unary_f32_fn *kernel = table->unary[VACT_OP_SLOT(op->op)];
    for (size_t i = 0; kernel != NULL && i < SIZES; i++) {
        char shape[32];
        bench_case *c = new_case(op, table, input);
        if (c == NULL)
            return false;
        c->run = run_unary;
        c->subject.unary = kernel;
        c->subject.n = sizes[i];
        snprintf(shape, sizeof shape, "n:%zu", sizes[i]);
        add_case(c, "", variant, shape);
    }
    return true;
}

/* One slope for all, and one per channel of a tensor [1, channels, inner] (per element where it is small). */
static bool add_channels(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input)
{
    vact_channels_f32_fn *kernel = table->channels[VACT_OP_SLOT(op->op)];
    for (size_t i = 0; kernel != NULL && i < 2 * (size_t)SIZES; i++) {
        char shape[48];
        size_t n = sizes[i % SIZES];
        size_t per_channel = n < SLOPES ? n : SLOPES;
        bench_case *c = new_case(op, table, input);
        if (c == NULL)
            return false;
        c->run = run_channels;
        c->subject.channels_fn = kernel;
        c->subject.n = n;
        c->subject.outer = 1;
        c->subject.channels = i < SIZES ? 1 : per_channel;
        c->subject.inner = n / c->subject.channels;
        snprintf(shape, sizeof shape, "n:%zu/slopes:%zu", n, c->subject.channels);
        add_case(c, "", variant, shape);
    }
    return true;
}

static bool add_rows(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input)
{
    vact_rows_f32_fn *kernel = table->rows[VACT_OP_SLOT(op->op)];
    for (size_t i = 0; kernel != NULL && i < ROW_SHAPES; i++) {
        char shape[48];
        bench_case *c = new_case(op, table, input);
        if (c == NULL)
            return false;
        c->run = run_rows;
        c->subject.rows = kernel;
        c->subject.outer = row_shapes[i].rows;
        c->subject.inner = row_shapes[i].cols;
        c->subject.n = c->subject.outer * c->subject.inner;
        snprintf(shape, sizeof shape, "rows:%zux%zu", c->subject.outer, c->subject.inner);
        add_case(c, "", variant, shape);
    }
    return true;
}

/* In the caches and in memory, against the bare activation. */
static bool add_gate(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input)
{
    static const struct {
        vact_op gate, activation;
    } bare[] = {{VACT_OP_GLU, VACT_OP_SIGMOID},
                {VACT_OP_REGLU, VACT_OP_RELU},
                {VACT_OP_GEGLU, VACT_OP_GELU},
                {VACT_OP_GEGLU_TANH, VACT_OP_GELU_TANH},
                {VACT_OP_SWIGLU, VACT_OP_SILU},
                {VACT_OP_SWIGLU_OAI, VACT_OP_GELU_QUICK},
                {VACT_OP_SWIGLU_CLAMPED, VACT_OP_SILU},
                {VACT_OP_SWIGLU_STEP, VACT_OP_SILU},
                {VACT_OP_GEGLU_QUICK, VACT_OP_GELU_QUICK},
                {VACT_OP_SITU_GLU, VACT_OP_SILU},
                {VACT_OP_FATREGLU, VACT_OP_THRESHOLD},
                {VACT_OP_RELU_SQUARED_GLU, VACT_OP_RELU_SQUARED}};
    size_t which = 0;
    while (bare[which].gate != op->op)
        which++;
    for (size_t i = IN_CACHE; i < SIZES; i++) {
        char shape[32];
        bench_case *c = new_case(op, table, input);
        if (c == NULL)
            return false;
        c->run = run_gate;
        c->subject.n = sizes[i];
        c->kernel = c->subject;
        c->kernel.unary = table->unary[VACT_OP_SLOT(bare[which].activation)];
        c->subject.gate = table->gate[VACT_OP_SLOT(op->op)];
        snprintf(shape, sizeof shape, "n:%zu", sizes[i]);
        add_case(c, "", variant, shape);
    }
    return true;
}

/* A bias for each of 4096 columns. */
static bool add_epilogue_of(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input,
                            contender_fn *run, const char *prefix)
{
    for (size_t i = IN_CACHE; i < SIZES; i++) {
        char shape[48];
        bench_case *c = new_case(op, table, input);
        if (c == NULL)
            return false;
        c->run = run;
        c->subject.n = sizes[i];
        c->subject.inner = sizes[IN_CACHE];
        c->subject.outer = sizes[i] / sizes[IN_CACHE];
        c->kernel = c->subject;
        c->kernel.unary = table->unary[VACT_OP_SLOT(op->op)];
        c->subject.epilogue = table->epilogue[VACT_OP_SLOT(op->op)];
        snprintf(shape, sizeof shape, "rows:%zux%zu", c->subject.outer, c->subject.inner);
        add_case(c, prefix, variant, shape);
    }
    return true;
}

static bool add_epilogue(const vacti_op_info *op, const vacti_table *table, const char *variant, distribution input)
{
    return add_epilogue_of(op, table, variant, input, run_epilogue, "epilogue/") &&
           (input != UNIFORM || (add_epilogue_of(op, table, variant, input, run_multiplied, "epilogue_multiplied/") &&
                                 add_epilogue_of(op, table, variant, input, run_integers, "epilogue_integers/")));
}

static bool add_variant(const vacti_op_info *op, const vacti_table *table, const char *variant)
{
    bool added = true;
    for (distribution input = UNIFORM; added && input < DISTRIBUTIONS; input++) {
        switch (op->kind) {
        case VACT_KIND_UNARY:
            added = add_unary(op, table, variant, input) &&
                    (table->math == VACT_MATH_CR || add_epilogue(op, table, variant, input));
            break;
        case VACT_KIND_CHANNELS: added = add_channels(op, table, variant, input); break;
        case VACT_KIND_ROWS: added = add_rows(op, table, variant, input); break;
        case VACT_KIND_GATE: added = add_gate(op, table, variant, input); break;
        }
    }
    return added;
}

static bool add_operation(const vacti_op_info *op, const char *build)
{
    if (!op->needs_math && !add_variant(op, vacti_table_of_build(build, VACT_MATH_AUTO), "plain"))
        return false;
    for (int math = VACT_MATH_AUTO + 1; math < VACT_TABLE_MATHS; math++) {
        const vacti_table *table = vacti_table_of_build(build, (vact_math)math);
        const bool own = op->needs_math || (math == VACT_MATH_CR && op->near);
        if (own && table != NULL && !add_variant(op, table, cases_math_words[math]))
            return false;
    }
    return true;
}

/* The cost of a call through the public function: a cheap and an expensive operation, on an array so short that it
 * shows. Not for builds that vact_select cannot choose. */
static bool add_calls(const char *build)
{
    static const struct {
        vact_op op;
        vact_status (*function)(float *dst, const float *src, size_t n);
    } calls[] = {{VACT_OP_RELU, vact_relu_f32}, {VACT_OP_GELU, vact_gelu_f32}};
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_AUTO);
    const vacti_table *selected = vacti_table_find(table->isa, VACT_MATH_AUTO);
    if (vacti_build_runs(build) && selected != table)
        return true;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bench_case *c = new_case(vacti_registry_by_code(calls[i].op), table, NORMAL);
        if (c == NULL)
            return false;
        c->run = run_public;
        c->subject.public_fn = calls[i].function;
        c->subject.n = sizes[0];
        c->kernel = c->subject;
        c->kernel.unary = table->unary[VACT_OP_SLOT(calls[i].op)];
        add_case(c, "call/", "auto", "n:16");
    }
    return true;
}

bool cases_register(const char *build)
{
    for (size_t i = 0; i < SLOPES; i++)
        slopes[i] = 0.25f;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (!add_operation(&vacti_registry[i], build))
            return false;
    return add_calls(build);
}
