#include "special.h"

#include <stdio.h>
#include <stdlib.h>

#include "dispatch/table.h"
#include "measure.h"
#include "memory.h"
#include "registry.h"

enum { ELEMENTS = 4096, ONE_IN_TWO = 2, ONE_IN_EIGHT = 8, PAGE = 4096 /* bytes */ };

/* Together these reach every form: large, small and subnormal results, masks, arguments whose squares or products are
 * subnormal, subnormal arguments. */
static const struct {
    const char *name;
    float near;
    size_t every; /* one in so many */
} places[] = {
    {"every:-14", -14.0f, 1},
    {"every:-20", -20.0f, 1},
    {"every:-95", -95.0f, 1},
    {"every:-1000", -1000.0f, 1},
    {"every:20", 20.0f, 1},
    {"one_in_two:-20", -20.0f, ONE_IN_TWO},
    {"one_in_two:-95", -95.0f, ONE_IN_TWO},
    {"one_in_two:20", 20.0f, ONE_IN_TWO},
    {"one_in_eight:-14", -14.0f, ONE_IN_EIGHT},
    {"one_in_eight:-20", -20.0f, ONE_IN_EIGHT},
    {"one_in_eight:-95", -95.0f, ONE_IN_EIGHT},
    {"one_in_eight:20", 20.0f, ONE_IN_EIGHT},
    {"every:1e-20", 1e-20f, 1},
    {"every:1e-31", 1e-31f, 1},
    {"every:1e-40", 1e-40f, 1},
};

enum { PLACES = sizeof places / sizeof places[0], COLUMNS = 1024 };

/* A kernel, and what it works on: one part of the arrays in each call. */
typedef struct {
    const vacti_table *table;
    unsigned slot;
    vact_params_f32 params;
    void (*call)(const void *work, size_t at);
    const float *src, *second, *third; /* near a place or usual ones; up, dy, or a residual */
    size_t place;
} work;

static void call_unary(const void *user, size_t at)
{
    const work *w = user;
    w->table->unary[w->slot](memory_output() + at, w->src + at, ELEMENTS, &w->params);
}

static void call_epilogue(const void *user, size_t at)
{
    const work *w = user;
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 1.0f, .bias = NULL, .residual = w->second + at, .residual_stride = COLUMNS};
    w->table->epilogue[w->slot](memory_output() + at, COLUMNS, w->src + at, COLUMNS, ELEMENTS / COLUMNS, COLUMNS,
                                &options, &w->params);
}

static void call_backward(const void *user, size_t at)
{
    const work *w = user;
    w->table->backward[w->slot](memory_output() + at, w->second + at, w->src + at, ELEMENTS, &w->params);
}

static void call_from_output(const void *user, size_t at)
{
    const work *w = user;
    w->table->from_output[w->slot](memory_output() + at, w->second + at, w->src + at, ELEMENTS, &w->params);
}

static void call_gate(const void *user, size_t at)
{
    const work *w = user;
    w->table->gate[w->slot](memory_output() + at, w->src + at, w->second + at, ELEMENTS, NULL);
}

static void call_gate_backward(const void *user, size_t at)
{
    const work *w = user;
    w->table->gate_backward[w->slot](memory_output() + at, memory_second_output() + at, w->second + at, w->src + at,
                                     w->third + at, ELEMENTS, NULL);
}

static void call_channels(const void *user, size_t at)
{
    static const float slope = 0.25f;
    const work *w = user;
    w->table->channels[w->slot](memory_output() + at, w->src + at, &slope, 1, 1, ELEMENTS);
}

static void call_rows(const void *user, size_t at)
{
    const work *w = user;
    w->table->rows[w->slot](memory_output() + at, COLUMNS, w->src + at, COLUMNS, ELEMENTS / COLUMNS, COLUMNS);
}

/* What is measured of each operation. */
static const struct {
    const char *before; /* in the name */
    vact_kind kind;
    void (*call)(const void *work, size_t at);
} parts[] = {{"", VACT_KIND_UNARY, call_unary},
             {"epilogue/", VACT_KIND_UNARY, call_epilogue},
             {"backward/", VACT_KIND_UNARY, call_backward},
             {"from_output/", VACT_KIND_UNARY, call_from_output},
             {"", VACT_KIND_GATE, call_gate},
             {"backward/", VACT_KIND_GATE, call_gate_backward},
             {"", VACT_KIND_CHANNELS, call_channels},
             {"", VACT_KIND_ROWS, call_rows}};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* Whether the library has this part of an operation. */
static bool has_part(const vacti_op_info *op, size_t part)
{
    if (parts[part].kind != op->kind)
        return false;
    if (parts[part].call == call_from_output)
        return VACT_WITH_GRADIENTS && op->keeps_output;
    return VACT_WITH_GRADIENTS || (parts[part].call != call_backward && parts[part].call != call_gate_backward);
}

typedef struct {
    bool runs; /* on this CPU */
    size_t place;
    work subject, usual;
    contest contest;
} special_case;

/* Each call takes the next part of the arrays. With the same part every time, the branch predictor would learn which
 * vectors have a special lane. */
static void run_kernel(const void *user, size_t calls)
{
    const work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->call(w, (w->place + i) % MEMORY_PLACES * ELEMENTS);
}

static void move(void *user, size_t at)
{
    special_case *c = user;
    c->subject.place = c->usual.place = at;
}

/* The inputs near a place, made at first use and kept to the end of the program. */
static const float *inputs_near(size_t place)
{
    static float *made[PLACES];
    const size_t n = (size_t)MEMORY_PLACES * ELEMENTS;
    if (made[place] == NULL && (made[place] = aligned_alloc(PAGE, n * sizeof(float))) != NULL)
        memory_fill_near(made[place], n, places[place].near, places[place].every);
    return made[place];
}

static void run_case(bm_state *state, void *user)
{
    const size_t n = (size_t)MEMORY_PLACES * ELEMENTS;
    special_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    c->subject.src = inputs_near(c->place);
    c->usual.src = memory_input(UNIFORM, n);
    const float *other = memory_input(NORMAL, 2 * n);
    if (c->subject.src == NULL || c->usual.src == NULL || other == NULL || memory_output() == NULL ||
        memory_second_output() == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    c->subject.second = c->usual.second = other;
    c->subject.third = c->usual.third = other + n;
    outcome found = measure(state, &c->contest);
    bm_counter(state, "n", ELEMENTS, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * 2.0 * sizeof(float) * (double)ELEMENTS / found.seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", (double)ELEMENTS / found.seconds[0], BM_PLAIN);
    bm_counter(state, "x_usual", found.ratio[1], BM_PLAIN);
}

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bool add_case(const vacti_op_info *op, const vacti_table *table, size_t part, size_t place)
{
    char name[128];
    special_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = vacti_build_runs(table->build);
    c->place = place;
    c->subject = (work){
        .table = table, .slot = VACT_OP_SLOT(op->op), .params = vacti_registry_defaults(op), .call = parts[part].call};
    c->usual = c->subject;
    c->contest =
        (contest){.contenders = {{.run = run_kernel, .work = &c->subject}, {.run = run_kernel, .work = &c->usual}},
                  .count = 2,
                  .warm = true,
                  .move = move,
                  .user = c};
    snprintf(name, sizeof name, "special/%s%s/f32/%s/%s/n:%d/%s", parts[part].before, op->name, table->build,
             op->needs_math ? "fast" : "plain", ELEMENTS, places[place].name);
    bm_use_manual_time(bm_register(name, run_case, c));
    return true;
}

/* Operations without a transcendental function have one form: of those only the arguments near 0 are measured. */
bool special_register(const char *build)
{
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    for (size_t i = 0; i < vacti_registry_count; i++)
        for (size_t part = 0; part < PARTS; part++)
            for (size_t place = 0; place < PLACES; place++) {
                const vacti_op_info *op = &vacti_registry[i];
                const bool measured = op->needs_math || (places[place].near > 0.0f && places[place].near < 1.0f);
                if (measured && has_part(op, part) && !add_case(op, table, part, place))
                    return false;
            }
    return true;
}
