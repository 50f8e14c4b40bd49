#include "narrow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "dispatch/table.h"
#include "measure.h"
#include "memory.h"
#include "registry.h"
#include "yardstick.h"

enum { FLOATS = 1, MEMCPY = 2, STREAM = 3, ROWS_ELEMENTS = 1 << 17 };

static const char *const type_names[] = {"f32", "bf16", "f16"};

typedef struct narrow_work {
    vact_unary_f32_fn *f32;
    vact_unary_bf16_fn *bf16;
    vact_unary_f16_fn *f16;
    yardstick_fn *yardstick;
    const void *src;
    const float *floats;
    void *dst;
    size_t n;
} narrow_work;

typedef struct narrow_case {
    bool runs;
    vact_type type;
    narrow_work subject, copy, streaming;
    contest contest;
} narrow_case;

static void run_bf16(const void *user, size_t calls)
{
    const narrow_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->bf16(w->dst, w->src, w->n, NULL);
}

static void run_f16(const void *user, size_t calls)
{
    const narrow_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->f16(w->dst, w->src, w->n, NULL);
}

static void run_f32(const void *user, size_t calls)
{
    const narrow_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->f32(w->dst, w->floats, w->n, NULL);
}

static void run_yardstick(const void *user, size_t calls)
{
    const narrow_work *w = user;
    for (size_t i = 0; i < calls; i++)
        w->yardstick(w->dst, w->src, w->n / 2);
}

/* The floats of the other benchmarks as elements of a type, as many as fit half the memory. */
static const void *inputs(vact_type type, size_t n)
{
    static float *made[VACT_F16 + 1];
    static size_t filled[VACT_F16 + 1];
    if (made[type] == NULL)
        made[type] = memory_new();
    const float *floats = memory_input(UNIFORM, n);
    if (made[type] == NULL || floats == NULL)
        return NULL;
    if (filled[type] < n) {
        const vacti_table *table = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_AUTO);
        table->narrow[type](made[type], floats, n);
        filled[type] = n;
    }
    return made[type];
}

static void set_up(narrow_case *c)
{
    c->copy = c->streaming = c->subject;
    c->copy.yardstick = yardstick_memcpy;
    c->streaming.yardstick = yardstick_stream;
    c->contest.contenders[0] = (contender){.run = c->type == VACT_BF16 ? run_bf16 : run_f16, .work = &c->subject};
    c->contest.contenders[FLOATS] = (contender){.run = run_f32, .work = &c->subject};
    c->contest.contenders[MEMCPY] = (contender){.run = run_yardstick, .work = &c->copy};
    c->contest.contenders[STREAM] = (contender){.run = run_yardstick, .work = &c->streaming};
    c->contest.count = yardstick_stream != NULL ? 4 : 3;
    c->contest.warm = c->subject.n <= MEMORY_PLACE_ELEMENTS;
}

static void run_case(bm_state *state, void *user)
{
    narrow_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    c->subject.src = inputs(c->type, c->subject.n);
    c->subject.floats = memory_input(UNIFORM, c->subject.n);
    c->subject.dst = memory_output();
    if (c->subject.src == NULL || c->subject.floats == NULL || c->subject.dst == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    if (c->contest.count == 0)
        set_up(c);
    const outcome found = measure(state, &c->contest);
    const double n = (double)c->subject.n, bytes = 4.0 * n;
    const bool streams = yardstick_stream != NULL;
    bm_counter(state, "n", n, BM_PLAIN);
    bm_counter(state, "GB/s", 1e-9 * bytes / found.seconds[0], BM_PLAIN);
    bm_counter(state, "elements/s", n / found.seconds[0], BM_PLAIN);
    bm_counter(state, "memcpy", 1e-9 * bytes / found.seconds[MEMCPY], BM_PLAIN);
    if (streams)
        bm_counter(state, "stream", 1e-9 * bytes / found.seconds[STREAM], BM_PLAIN);
    bm_counter(state, "x_copy", fmax(found.ratio[MEMCPY], streams ? found.ratio[STREAM] : 0.0), BM_PLAIN);
    bm_counter(state, "x_f32", found.ratio[FLOATS], BM_PLAIN);
}

/* Rows --------------------------------------------------------------------------------------------------------------
 */

typedef enum { SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY, CROSS_ENTROPY_GRADIENT, ROW_FORMS } row_form;

static const char *const row_names[ROW_FORMS] = {"softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"};

typedef struct rows_work {
    const vacti_table *table;
    row_form form;
    vact_type type; /* of this contender */
    const void *src;
    void *dst;
    const int64_t *targets;
    size_t rows, cols;
} rows_work;

typedef struct rows_case {
    bool runs;
    vact_type type;
    rows_work subject, floats;
    contest contest;
} rows_case;

static void run_loss(const rows_work *w)
{
    float loss;
    const vacti_cross_entropy_call call = {.loss = &loss,
                                           .dx = w->form == CROSS_ENTROPY ? NULL : w->dst,
                                           .logits = w->src,
                                           .targets = w->targets,
                                           .wide = true,
                                           .rows = w->rows,
                                           .cols = w->cols,
                                           .stride = w->cols,
                                           .dx_stride = w->cols,
                                           .ignore_index = -100,
                                           .reduction = VACT_REDUCTION_MEAN,
                                           .inner = 1};
    (w->type == VACT_F32 ? w->table->cross_entropy : w->table->narrow_family[w->type].cross_entropy)(&call);
}

static void run_row_form(const rows_work *w)
{
    const bool log = w->form == LOG_SOFTMAX;
    const vacti_narrow_family *const narrow = &w->table->narrow_family[w->type];
    if (w->form >= CROSS_ENTROPY)
        run_loss(w);
    else if (w->type == VACT_F32)
        (log ? w->table->family.log_softmax : w->table->family.softmax)(w->dst, w->cols, w->src, w->cols, w->rows,
                                                                        w->cols, NULL);
    else
        (log ? narrow->log_softmax : narrow->softmax)(w->dst, w->cols, w->src, w->cols, w->rows, w->cols, NULL);
}

static void run_rows(const void *user, size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        run_row_form(user);
}

static void run_rows_case(bm_state *state, void *user)
{
    static int64_t targets[ROWS_ELEMENTS / 64];
    rows_case *c = user;
    if (!c->runs) {
        bm_skip(state, "this CPU lacks the instruction set");
        return;
    }
    for (size_t r = 0; r < c->subject.rows; r++)
        targets[r] = (int64_t)(r * 37 % c->subject.cols);
    c->subject.targets = c->floats.targets = targets;
    c->subject.src = inputs(c->type, ROWS_ELEMENTS);
    c->floats.src = memory_input(UNIFORM, ROWS_ELEMENTS);
    c->subject.dst = c->floats.dst = memory_output();
    if (c->subject.src == NULL || c->floats.src == NULL || c->subject.dst == NULL) {
        bm_skip(state, "out of memory");
        return;
    }
    c->contest.contenders[0] = (contender){.run = run_rows, .work = &c->subject};
    c->contest.contenders[FLOATS] = (contender){.run = run_rows, .work = &c->floats};
    c->contest.count = 2;
    c->contest.warm = true;
    const outcome found = measure(state, &c->contest);
    const double n = (double)ROWS_ELEMENTS;
    bm_counter(state, "n", n, BM_PLAIN);
    bm_counter(state, "elements/s", n / found.seconds[0], BM_PLAIN);
    bm_counter(state, "x_f32", found.ratio[FLOATS], BM_PLAIN);
}

static bool add_rows(const char *build, row_form form, vact_type type, size_t cols)
{
    char name[128];
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    rows_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = vacti_build_runs(build);
    c->type = type;
    c->subject = (rows_work){.table = table, .form = form, .type = type, .rows = ROWS_ELEMENTS / cols, .cols = cols};
    c->floats = c->subject;
    c->floats.type = VACT_F32;
    snprintf(name, sizeof name, "%s/%s/%s/fast/rows:%zux%zu/uniform", row_names[form], type_names[type], build,
             ROWS_ELEMENTS / cols, cols);
    bm_use_manual_time(bm_register(name, run_rows_case, c));
    return true;
}

static bool register_rows(const char *build)
{
    static const size_t columns[] = {64, 1024, 32768};
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_FAST);
    for (row_form form = SOFTMAX; form < ROW_FORMS; form++)
        for (vact_type type = VACT_BF16; type <= VACT_F16; type++)
            for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
                if (table->widen[type] != NULL && !add_rows(build, form, type, columns[i]))
                    return false;
    return true;
}

/* Google Benchmark does not own the case, so it lives to the end of the program. */
static bool add_case(const char *build, const vacti_op_info *info, vact_type type, size_t n)
{
    char name[128];
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_AUTO);
    const unsigned slot = VACT_OP_SLOT(info->op);
    narrow_case *c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    c->runs = vacti_build_runs(build);
    c->type = type;
    c->subject = (narrow_work){
        .f32 = table->unary[slot], .bf16 = table->unary_bf16[slot], .f16 = table->unary_f16[slot], .n = n};
    snprintf(name, sizeof name, "%s/%s/%s/cr/n:%zu/uniform", info->name, type_names[type], build, n);
    bm_use_manual_time(bm_register(name, run_case, c));
    return true;
}

bool narrow_register(const char *build)
{
    static const size_t sizes[] = {(size_t)1 << 13, (size_t)1 << 18, (size_t)1 << 24};
    const vacti_table *table = vacti_table_of_build(build, VACT_MATH_AUTO);
    for (size_t k = 0; k < vacti_registry_count; k++)
        for (vact_type type = VACT_BF16; type <= VACT_F16; type++)
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                if (vacti_registry[k].kind == VACT_KIND_UNARY && table->widen[type] != NULL &&
                    !add_case(build, &vacti_registry[k], type, sizes[i]))
                    return false;
    return register_rows(build);
}
