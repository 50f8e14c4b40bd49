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

enum { PLACES = sizeof places / sizeof places[0] };

typedef struct {
    vact_unary_f32_fn *kernel;
    vact_params_f32 params;
    const float *src;
    size_t place;
} work;

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
    for (size_t i = 0; i < calls; i++) {
        size_t offset = (w->place + i) % MEMORY_PLACES * ELEMENTS;
        w->kernel(memory_output() + offset, w->src + offset, ELEMENTS, &w->params);
    }
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
    special_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    c->subject.src = inputs_near(c->place);
    c->usual.src = memory_input(UNIFORM, (size_t)MEMORY_PLACES * ELEMENTS);
    if (c->subject.src == NULL || c->usual.src == NULL || memory_output() == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    outcome found = measure(state, &c->contest);
    const double n = ELEMENTS;
    bm_counter(state, "n", n, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * 2.0 * sizeof(float) * n / found.seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", n / found.seconds[0], BM_PLAIN);
    bm_counter(state, "x_usual", found.ratio[1], BM_PLAIN);
}

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bool add_case(const vacti_op_info *op, const vacti_table *table, size_t place)
{
    char name[128];
    special_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = vacti_build_runs(table->build);
    c->place = place;
    c->subject.kernel = table->unary[VACT_OP_SLOT(op->op)];
    c->subject.params = vacti_registry_defaults(op);
    c->usual = c->subject;
    c->contest =
        (contest){.contenders = {{.run = run_kernel, .work = &c->subject}, {.run = run_kernel, .work = &c->usual}},
                  .count = 2,
                  .warm = true,
                  .move = move,
                  .user = c};
    snprintf(name, sizeof name, "special/%s/f32/%s/fast/n:%d/%s", op->name, table->build, ELEMENTS, places[place].name);
    bm_use_manual_time(bm_register(name, run_case, c));
    return true;
}

bool special_register(const char *build)
{
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *op = &vacti_registry[i];
        for (size_t place = 0; op->kind == VACT_KIND_UNARY && op->needs_math && place < PLACES; place++)
            if (!add_case(op, table, place))
                return false;
    }
    return true;
}
