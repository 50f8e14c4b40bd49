/*
 * Chooses the table that calls use: one atomic pointer to a constant table. The first use reads the environment and the
 * CPU, publishes the choice by compare-exchange and then uses whatever is published. vact_select stores. There is no
 * lock, and no choice is ever half made.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "loop/cache.h"
#include "table.h"

typedef struct {
    const char *name;
    vact_isa isa;
    bool (*runs)(void);
    const vacti_table *tables; /* by vact_math */
} build_entry;

#define VACT_BUILD_ENTRY(build, ISA) extern const vacti_table vacti_tables_##build[VACT_TABLE_MATHS];
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

static const build_entry build_entries[] = {
#define VACT_BUILD_ENTRY(build, ISA) {#build, VACT_ISA_##ISA, vacti_cpu_runs_##build, vacti_tables_##build},
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY
};

const char *const vacti_builds[] = {
#define VACT_BUILD_ENTRY(build, ISA) #build,
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY
};
const size_t vacti_build_count = sizeof vacti_builds / sizeof vacti_builds[0];

#define VACT_BUILD_ENTRY(build, ISA) " " #build
static const char builds_text[] =
#include "vact_builds.def"
    ;
#undef VACT_BUILD_ENTRY

/* The words for the enumerations, in their order: the values of VACT_ISA and VACT_MATH. */
static const char *const isa_words[] = {"auto", "scalar", "avx2", "avx512", "neon"};
static const char *const math_words[] = {"auto", "sleef", "fast", "cr"};
enum { ISA_COUNT = sizeof isa_words / sizeof isa_words[0] };

static const vacti_table *table_of(const build_entry *entry, vact_math math)
{
    if ((unsigned)math >= VACT_TABLE_MATHS || entry->tables[math].build == NULL)
        return NULL;
    return &entry->tables[math];
}

static const build_entry *entry_by_name(const char *build)
{
    for (size_t i = 0; i < vacti_build_count; i++)
        if (strcmp(build_entries[i].name, build) == 0)
            return &build_entries[i];
    return NULL;
}

const vacti_table *vacti_table_of_build(const char *build, vact_math math)
{
    const build_entry *entry = entry_by_name(build);
    return entry ? table_of(entry, math) : NULL;
}

bool vacti_build_runs(const char *build)
{
    const build_entry *entry = entry_by_name(build);
    return entry && entry->runs();
}

const vacti_table *vacti_table_find(vact_isa isa, vact_math math)
{
    for (size_t i = 0; i < vacti_build_count; i++)
        if ((isa == VACT_ISA_AUTO || build_entries[i].isa == isa) && build_entries[i].runs())
            return table_of(&build_entries[i], math);
    return NULL;
}

/* ------------------------------------------------------------------------------------- the environment */

typedef enum { UNSET, HONOURED, UNKNOWN, UNSUPPORTED } outcome;
static const char *const outcome_words[] = {"unset", "honoured", "unknown", "unsupported"};

/* What the environment asked for and what became of it, in one word, so that it is published as a whole. */
enum { READ = 1 << 16, ISA_SHIFT = 0, MATH_SHIFT = 4, ISA_OUTCOME_SHIFT = 8, MATH_OUTCOME_SHIFT = 12, FIELD = 15 };

static _Atomic(unsigned) environment;

static int index_of(const char *word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static outcome read_variable(const char *name, const char *const *words, int count, int *code)
{
    const char *word = getenv(name);
    *code = 0;
    if (word == NULL || word[0] == '\0')
        return UNSET;
    int found = index_of(word, words, count);
    if (found < 0)
        return UNKNOWN;
    *code = found;
    return HONOURED;
}

static unsigned environment_once(void)
{
    unsigned known = atomic_load_explicit(&environment, memory_order_acquire);
    if (known)
        return known;
    int isa, math;
    outcome isa_outcome = read_variable("VACT_ISA", isa_words, ISA_COUNT, &isa);
    outcome math_outcome = read_variable("VACT_MATH", math_words, VACT_TABLE_MATHS, &math);
    if (!vacti_table_find((vact_isa)isa, VACT_MATH_AUTO)) {
        isa = VACT_ISA_AUTO;
        isa_outcome = UNSUPPORTED;
    }
    if (!vacti_table_find((vact_isa)isa, (vact_math)math)) {
        math = VACT_MATH_AUTO;
        math_outcome = UNSUPPORTED;
    }
    unsigned word = READ | (unsigned)isa << ISA_SHIFT | (unsigned)math << MATH_SHIFT |
                    (unsigned)isa_outcome << ISA_OUTCOME_SHIFT | (unsigned)math_outcome << MATH_OUTCOME_SHIFT;
    if (atomic_compare_exchange_strong(&environment, &known, word))
        return word;
    return known;
}

/* ------------------------------------------------------------------------------------------ the choice */

_Atomic(const vacti_table *) vacti_table_chosen;

const vacti_table *vacti_table_first(void)
{
    const vacti_table *table = NULL;
    vacti_cache_look_up();
    unsigned word = environment_once();
    const vacti_table *wanted =
        vacti_table_find((vact_isa)(word >> ISA_SHIFT & FIELD), (vact_math)(word >> MATH_SHIFT & FIELD));
    return atomic_compare_exchange_strong(&vacti_table_chosen, &table, wanted) ? wanted : table;
}

vact_status vact_select(vact_isa isa, vact_math math)
{
    if ((unsigned)isa >= ISA_COUNT || (unsigned)math >= VACT_TABLE_MATHS)
        return VACT_EINVAL;
    const vacti_table *table = vacti_table_find(isa, math);
    if (table == NULL)
        return VACT_EUNSUPPORTED;
    vacti_cache_look_up();
    atomic_store_explicit(&vacti_table_chosen, table, memory_order_release);
    return VACT_OK;
}

/* The table for an operation of that kind. AUTO stands for what is in use. Null if there is none. */
static const vacti_table *table_for(vact_op op, vact_kind kind, vact_isa isa, vact_math math)
{
    if (VACT_OP_KIND(op) != kind || VACT_OP_SLOT(op) >= VACT_TABLE_SLOTS)
        return NULL;
    const vacti_table *chosen = vacti_table_current();
    return vacti_table_find(isa == VACT_ISA_AUTO ? chosen->isa : isa, math == VACT_MATH_AUTO ? chosen->math : math);
}

vact_unary_f32_fn *vact_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, VACT_KIND_UNARY, isa, math);
    return table ? table->unary[VACT_OP_SLOT(op)] : NULL;
}

vact_backward_f32_fn *vact_backward_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, VACT_KIND_UNARY, isa, math);
    return table ? table->backward[VACT_OP_SLOT(op)] : NULL;
}

vact_backward_f32_fn *vact_backward_from_output_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, VACT_KIND_UNARY, isa, math);
    return table ? table->from_output[VACT_OP_SLOT(op)] : NULL;
}

vact_epilogue_f32_fn *vact_epilogue_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = math == VACT_MATH_CR ? NULL : table_for(op, VACT_KIND_UNARY, isa, math);
    return table ? table->epilogue[VACT_OP_SLOT(op)] : NULL;
}

vact_gate_f32_fn *vact_gate_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, VACT_KIND_GATE, isa, math);
    return table ? table->gate[VACT_OP_SLOT(op)] : NULL;
}

vact_gate_backward_f32_fn *vact_gate_backward_kernel_f32(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = table_for(op, VACT_KIND_GATE, isa, math);
    return table ? table->gate_backward[VACT_OP_SLOT(op)] : NULL;
}

const vact_info_t *vact_info(void)
{
    static _Thread_local vact_info_t info;
    static _Thread_local char features[128];
    const vacti_table *table = vacti_table_current();
    unsigned word = environment_once();
    vacti_cpu_features(features, sizeof features);
    info = (vact_info_t){
        .size = sizeof info,
        .version = VACT_VERSION,
        .numerics_version = VACT_NUMERICS_VERSION,
        .features = features,
        .builds = builds_text + 1, /* after the first blank */
        .isa = table->build,
        .math = math_words[table->math],
        .detected = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_AUTO)->build,
        .env_isa = outcome_words[word >> ISA_OUTCOME_SHIFT & FIELD],
        .env_math = outcome_words[word >> MATH_OUTCOME_SHIFT & FIELD],
        .sleef_version = VACT_SLEEF_VERSION,
    };
    return &info;
}
