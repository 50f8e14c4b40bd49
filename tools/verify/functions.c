/* The walk over the registry. A variant that a build of the library has is a function; so is a type. */
#include "functions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elementwise.h"
#include "rows.h"
#include "scratch.h"
#include "wide.h"

static const uint64_t every_f32 = (uint64_t)1 << 32, every_16 = 1 << 16, sample = 1 << 24;

static const uint64_t short_sample = 1 << 22;

/* So long that --quick takes five seconds on two cores: a function of one input has a shorter sample besides all
 * inputs, and one over rows besides 2^24 elements. */
static const uint64_t quick_sample = 1 << 22, quick_rows = 1 << 20;

typedef struct list {
    verify_function *items; /* null: only counted */
    size_t count;
} list;

/* "sleef-3.5.1": other versions of SLEEF may have other bits. */
static const char *variant_name(vact_math math)
{
    static char sleef[40];
    switch (math) {
    case VACT_MATH_SLEEF: snprintf(sleef, sizeof sleef, "sleef-%s", vact_info()->sleef_version); return sleef;
    case VACT_MATH_FAST: return "fast";
    case VACT_MATH_CR: return "cr";
    default: return "plain";
    }
}

static void add_one(list *to, verify_function f, bool quick)
{
    f.quick = quick;
    f.variant = variant_name(f.math);
    if (to->items != NULL)
        to->items[to->count] = f;
    to->count++;
}

/* With `quick` not 0 a second time: so many elements. */
static void add(list *to, verify_function f, uint64_t quick)
{
    add_one(to, f, quick == 0);
    f.elements = quick;
    if (quick != 0)
        add_one(to, f, true);
}

static void add_forward(list *to, const vacti_op_info *info, vact_math math)
{
    const bool gate = info->kind == VACT_KIND_GATE;
    verify_function f = {.operation = info->name, .function = "forward", .info = info, .math = math};
    f.part = gate ? verify_gate_part : verify_unary_part;
    f.elements = !gate ? every_f32 : math == VACT_MATH_CR ? short_sample : sample;
    add(to, f, gate ? 0 : quick_sample);
}

static bool same_kernel(const vacti_op_info *info, const vacti_table *a, const vacti_table *b)
{
    const unsigned slot = VACT_OP_SLOT(info->op);
    switch (info->kind) {
    case VACT_KIND_UNARY: return a->unary[slot] == b->unary[slot];
    case VACT_KIND_GATE: return a->gate[slot] == b->gate[slot];
    case VACT_KIND_CHANNELS: return a->channels[slot] == b->channels[slot];
    case VACT_KIND_ROWS: return a->rows[slot] == b->rows[slot];
    }
    return true;
}

/* Whether the operation has a kernel of its own in the variant. */
static bool has_variant(const vacti_op_info *info, vact_math math)
{
    static const vacti_table none;
    const vacti_table *table = vacti_table_of_build(vacti_builds[0], math);
    const vacti_table *fast = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST);
    if (!(info->needs_math || (info->near && math == VACT_MATH_CR)) || table == NULL || table->math != math ||
        same_kernel(info, table, &none))
        return false;
    return math == VACT_MATH_FAST || !same_kernel(info, table, fast);
}

/* Gradients have one implementation. */
static void add_gradients(list *to, const vacti_op_info *info)
{
    const vacti_table *any = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST);
    const unsigned slot = VACT_OP_SLOT(info->op);
    verify_function f = {.operation = info->name, .info = info, .elements = sample};
    f.math = info->needs_math ? VACT_MATH_FAST : VACT_MATH_AUTO;
    f.part = info->kind == VACT_KIND_GATE ? verify_gate_part : verify_unary_part;
    f.function = "backward", f.swept = ACCURACY_BACKWARD;
    if (info->kind == VACT_KIND_UNARY ? any->backward[slot] != NULL
                                      : info->kind == VACT_KIND_GATE && any->gate_backward[slot] != NULL)
        add(to, f, 0);
    f.function = "backward_from_output", f.swept = ACCURACY_FROM_OUTPUT;
    if (info->kind == VACT_KIND_UNARY && any->from_output[slot] != NULL)
        add(to, f, 0);
}

static void add_operation(list *to, const vacti_op_info *info)
{
    static const vact_math variants[] = {VACT_MATH_SLEEF, VACT_MATH_FAST, VACT_MATH_CR};
    if (!info->needs_math)
        add_forward(to, info, VACT_MATH_AUTO);
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (has_variant(info, variants[i]))
            add_forward(to, info, variants[i]);
    add_gradients(to, info);
}

static void add_rows(list *to)
{
    const vacti_table *sleef = vacti_table_of_build(vacti_builds[0], VACT_MATH_SLEEF);
    const vacti_table *cr = vacti_table_of_build(vacti_builds[0], VACT_MATH_CR);
    for (size_t row = 0; row < verify_row_count; row++) {
        verify_function f = {.operation = verify_row_operation(row), .function = verify_row_function(row)};
        f.elements = sample, f.part = verify_row_part, f.row = row, f.math = VACT_MATH_SLEEF;
        if (!verify_row_exists(row))
            continue;
        if (sleef != NULL && verify_row_has_variants(row))
            add(to, f, quick_rows);
        f.math = VACT_MATH_FAST;
        add(to, f, quick_rows);
        f.math = VACT_MATH_CR, f.elements = quick_rows; /* each takes tens of times as long as in `fast` */
        if (cr != NULL && verify_row_is_of_cr(row))
            add_one(to, f, verify_row_has_variants(row));
    }
}

/* Of 16 bits one set, correctly rounded, serves every variant. */
static void add_narrow(list *to, vact_type type)
{
    if (vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST)->widen[type] == NULL)
        return;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind == VACT_KIND_UNARY)
            add(to,
                (verify_function){.operation = vacti_registry[i].name,
                                  .function = "forward",
                                  .type = type,
                                  .elements = every_16,
                                  .part = verify_narrow_part,
                                  .info = &vacti_registry[i],
                                  .math = VACT_MATH_CR},
                0);
}

/* Of double; all have samples, the operations of `fast` the longer one: the whole run is to take ten minutes on two
 * cores. What needs no transcendental function has one kernel. */
static void add_wide_operation(list *to, const vacti_op_info *info)
{
    const vacti_table *fast = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST);
    const vacti_table *sleef = vacti_table_of_build(vacti_builds[0], VACT_MATH_SLEEF);
    const unsigned slot = VACT_OP_SLOT(info->op);
    const bool gate = info->kind == VACT_KIND_GATE;
    verify_function f = {.operation = info->name,
                         .function = "forward",
                         .type = VACT_F64,
                         .elements = sample,
                         .part = verify_wide_part,
                         .info = info,
                         .math = VACT_MATH_FAST};
    add(to, f, 0);
    f.elements = short_sample;
    f.math = VACT_MATH_SLEEF;
    if (sleef != NULL &&
        (gate ? sleef->gate_f64[slot] != fast->gate_f64[slot] : sleef->unary_f64[slot] != fast->unary_f64[slot]))
        add(to, f, 0);
    f.math = VACT_MATH_FAST, f.function = "backward", f.swept = ACCURACY_BACKWARD;
    if (gate ? fast->gate_backward_f64[slot] != NULL : fast->backward_f64[slot] != NULL)
        add(to, f, 0);
    f.function = "backward_from_output", f.swept = ACCURACY_FROM_OUTPUT;
    if (!gate && fast->from_output_f64[slot] != NULL)
        add(to, f, 0);
}

static void add_wide(list *to)
{
    if (vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST)->family_f64.softmax == NULL)
        return;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind == VACT_KIND_UNARY || vacti_registry[i].kind == VACT_KIND_GATE)
            add_wide_operation(to, &vacti_registry[i]);
    for (size_t row = 0; row < verify_wide_row_count(); row++)
        add(to,
            (verify_function){.operation = verify_wide_row_operation(row),
                              .function = verify_wide_row_function(row),
                              .type = VACT_F64,
                              .elements = short_sample,
                              .part = verify_wide_rows_part,
                              .row = row,
                              .math = VACT_MATH_FAST},
            0);
}

static void add_all(list *to)
{
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind != VACT_KIND_ROWS)
            add_operation(to, &vacti_registry[i]);
    add_rows(to);
    add_narrow(to, VACT_BF16);
    add_narrow(to, VACT_F16);
    add_wide(to);
}

verify_function *verify_functions(size_t *count)
{
    list all = {NULL, 0};
    add_all(&all);
    all.items = calloc(all.count + 1, sizeof *all.items);
    all.count = 0;
    if (all.items != NULL)
        add_all(&all);
    *count = all.count;
    return all.items;
}

const char *verify_type(const verify_function *f)
{
    static const char *const types[] = {"f32", "bf16", "f16", "f64"};
    return types[f->type];
}

void verify_name(char name[VERIFY_NAME], const verify_function *f)
{
    snprintf(name, VERIFY_NAME, "%s %s %s %s %" PRIu64, f->operation, f->function, f->variant, verify_type(f),
             f->elements);
}

const vacti_table *verify_table(const verify_function *f, const char *build, const char **reason)
{
    const bool sleef = f->math == VACT_MATH_SLEEF;
    if (sleef && strcmp(build, "scalar") == 0) {
        *reason = "no FMA";
        return NULL;
    }
    *reason = "not built";
    return vacti_table_of_build(build,
                                sleef || (f->math == VACT_MATH_CR && f->type == VACT_F32) ? f->math : VACT_MATH_FAST);
}

void verify_inputs(char *text, size_t size, const verify_function *f, unsigned part)
{
    const uint32_t upper = part << 26;
    const unsigned each = (unsigned)(f->elements / VERIFY_PARTS);
    if (f->part == verify_wide_rows_part)
        snprintf(text, size, "matrices %u to %u", part * each / VERIFY_CHUNK, (part + 1) * each / VERIFY_CHUNK - 1);
    else if (f->type == VACT_F64)
        snprintf(text, size, "inputs %u to %u", part * each, (part + 1) * each - 1);
    else if (f->part == verify_row_part)
        snprintf(text, size, "matrices %u to %u", part * verify_matrices(f), (part + 1) * verify_matrices(f) - 1);
    else if (f->type != VACT_F32)
        snprintf(text, size, "inputs 0x%04" PRIx32 " to 0x%04" PRIx32, upper >> 16, (upper | 0x3ffffff) >> 16);
    else
        snprintf(text, size, "inputs 0x%08" PRIx32 " to 0x%08" PRIx32, upper, upper | 0x3ffffff);
}

verify_scratch *verify_scratch_new(void) { return aligned_alloc(64, (sizeof(verify_scratch) + 63) / 64 * 64); }
