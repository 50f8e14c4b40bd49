/* The list of functions, and the hashes of those that work element by element. */
#include "bits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/accuracy/hash.h"

/* ------------------------------------------------------------------------------------ element by element */

static uint64_t swept_part(const bits_function *f, const vacti_table *table, unsigned part)
{
    static accuracy_buffers *buffers;
    const accuracy_target target = {f->info, f->swept, accuracy_defaults(f->info)};
    accuracy_job job = {.targets = &target, .target_count = 1, .tables = {table}, .build_count = 1};
    uint64_t hash = 0;
    job.stride = BITS_STRIDE;
    if (buffers == NULL)
        buffers = accuracy_buffers_new();
    if (buffers == NULL)
        abort();
    for (uint32_t k = 0; k < ACCURACY_BLOCKS / BITS_PARTS; k++)
        hash = accuracy_hash_join(
            hash, accuracy_digest_block(&job, &target, part * (ACCURACY_BLOCKS / BITS_PARTS) + k, buffers));
    return hash;
}

/* The gate takes the patterns; up and dy depend on them. */
static uint64_t gate_part(const bits_function *f, const vacti_table *table, unsigned part)
{
    static _Alignas(64) float gate[ACCURACY_CHUNK], up[ACCURACY_CHUNK], dy[ACCURACY_CHUNK];
    static _Alignas(64) float dst[ACCURACY_CHUNK], dup[ACCURACY_CHUNK];
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    const uint64_t first = (uint64_t)part << 26, end = first + (1u << 26);
    uint64_t hash = 0, next = (first + BITS_STRIDE - 1) / BITS_STRIDE * BITS_STRIDE;
    while (next < end) {
        size_t n = 0;
        for (; n < ACCURACY_CHUNK && next < end; n++, next += BITS_STRIDE) {
            const uint32_t bits = (uint32_t)next;
            memcpy(&gate[n], &bits, sizeof bits);
            up[n] = accuracy_random_dy(bits);
            dy[n] = accuracy_random_dy(~bits);
        }
        if (f->swept == ACCURACY_FORWARD) {
            table->gate[slot](dst, gate, up, n, NULL);
        } else {
            table->gate_backward[slot](dst, dup, dy, gate, up, n, NULL);
            hash = accuracy_hash_join(hash, accuracy_hash(dup, n));
        }
        hash = accuracy_hash_join(hash, accuracy_hash(dst, n));
    }
    return hash;
}

/* Of 16-bit elements: all inputs of the part, the results as floats. */
static uint64_t narrow_part(const bits_function *f, const vacti_table *table, unsigned part)
{
    enum { EACH = 65536 / BITS_PARTS };
    static uint16_t elements[EACH];
    static float results[EACH];
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    for (unsigned i = 0; i < EACH; i++)
        elements[i] = (uint16_t)(part * EACH + i);
    if (f->type == VACT_BF16)
        table->unary_bf16[slot]((vact_bf16 *)elements, (const vact_bf16 *)elements, EACH, NULL);
    else
        table->unary_f16[slot]((vact_f16 *)elements, (const vact_f16 *)elements, EACH, NULL);
    table->widen[f->type](results, elements, EACH);
    return accuracy_hash(results, EACH);
}

/* ----------------------------------------------------------------------------------------------- the list */

static const char *function_name(accuracy_function swept)
{
    static const char *const names[] = {"forward", "backward", "backward_from_output"};
    return names[swept];
}

static size_t add(bits_function *list, size_t count, const vacti_op_info *info, vact_math math, accuracy_function swept,
                  bits_part_fn *part)
{
    list[count] = (bits_function){info->name, function_name(swept), info, part, math, swept, VACT_F32};
    return count + 1;
}

/* Gradients have one implementation. */
static size_t add_operation(bits_function *list, size_t count, const vacti_op_info *info, bits_part_fn *part)
{
    const vacti_table *any = vacti_table_of_build(vacti_builds[0], VACT_MATH_FAST);
    if (!info->needs_math) {
        count = add(list, count, info, VACT_MATH_AUTO, ACCURACY_FORWARD, part);
    } else {
        if (vacti_table_of_build(vacti_builds[0], VACT_MATH_SLEEF) != NULL)
            count = add(list, count, info, VACT_MATH_SLEEF, ACCURACY_FORWARD, part);
        count = add(list, count, info, VACT_MATH_FAST, ACCURACY_FORWARD, part);
    }
    const vact_math math = info->needs_math ? VACT_MATH_FAST : VACT_MATH_AUTO;
    const unsigned slot = VACT_OP_SLOT(info->op);
    const bool unary = info->kind == VACT_KIND_UNARY;
    if ((unary && any->backward[slot] != NULL) || (info->kind == VACT_KIND_GATE && any->gate_backward[slot] != NULL))
        count = add(list, count, info, math, ACCURACY_BACKWARD, part);
    if (unary && any->from_output[slot] != NULL)
        count = add(list, count, info, math, ACCURACY_FROM_OUTPUT, part);
    return count;
}

size_t bits_functions(bits_function list[BITS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind != VACT_KIND_ROWS)
            count = add_operation(list, count, &vacti_registry[i],
                                  vacti_registry[i].kind == VACT_KIND_GATE ? gate_part : swept_part);
    count = bits_add_rows(list, count);
    for (vact_type type = VACT_BF16; type <= VACT_F16; type++)
        for (size_t i = 0; i < vacti_registry_count; i++)
            if (vacti_registry[i].kind == VACT_KIND_UNARY && vacti_table_current()->widen[type] != NULL) {
                count = add(list, count, &vacti_registry[i], VACT_MATH_CR, ACCURACY_FORWARD, narrow_part);
                list[count - 1].type = type;
            }
    return count;
}

void bits_name(char *name, size_t size, const bits_function *f)
{
    static const char *const variants[] = {"plain", "sleef", "fast", "cr"};
    static const char *const types[] = {"f32", "bf16", "f16"};
    snprintf(name, size, "%s %s %s %s", f->operation, f->function, variants[f->math], types[f->type]);
}

/* SLEEF's erf has other bits in 3.6.1; its exp and tanh have not. */
static bool needs_known_sleef(const bits_function *f)
{
    return f->math == VACT_MATH_SLEEF && strcmp(f->operation, "erf") == 0;
}

const vacti_table *bits_table(const bits_function *f, const char *build)
{
    if (f->math == VACT_MATH_SLEEF && strcmp(build, "scalar") == 0)
        return NULL;
    if (needs_known_sleef(f) && strcmp(vact_info()->sleef_version, "3.5.1") != 0)
        return NULL;
    return vacti_table_of_build(build, f->math == VACT_MATH_SLEEF ? VACT_MATH_SLEEF : VACT_MATH_FAST);
}

bits_line bits_of(const bits_function *f, const vacti_table *table)
{
    bits_line line = {0, {0}};
    for (unsigned part = 0; part < BITS_PARTS; part++) {
        const uint64_t hash = f->part(f, table, part);
        line.whole = accuracy_hash_join(line.whole, hash);
        line.parts[part] = (uint32_t)(hash >> 32);
    }
    return line;
}

/* ----------------------------------------------------------------------------------------------- the file */

void bits_write(FILE *to, const char *build)
{
    static bits_function list[BITS_MOST];
    static char constants[BITS_CONSTANTS];
    const size_t count = bits_functions(list);
    fprintf(to, "# numerics version %d, stride %d: one bit pattern in %d of all 2^32 (tests/bits.h)\n",
            VACT_NUMERICS_VERSION, BITS_STRIDE, BITS_STRIDE);
    fprintf(to, "# operation function variant type, the hash, and those of its 64 parts; written by ./dev bits\n");
    for (size_t i = 0; i < count; i++) {
        char name[128];
        const vacti_table *table = bits_table(&list[i], build);
        if (table == NULL)
            continue;
        const bits_line line = bits_of(&list[i], table);
        bits_name(name, sizeof name, &list[i]);
        fprintf(to, "%s %016" PRIx64, name, line.whole);
        for (unsigned part = 0; part < BITS_PARTS; part++)
            fprintf(to, " %08" PRIx32, line.parts[part]);
        fprintf(to, "\n");
    }
    fputs(bits_constants(constants, sizeof constants) ? constants : "# constants: unknown\n", to);
}

bool bits_find(bits_line *line, const char *text, const bits_function *f)
{
    char name[128], *at;
    const char *found = text;
    bits_name(name, sizeof name, f);
    strcat(name, " ");
    do {
        found = strstr(found == text ? found : found + 1, name);
    } while (found != NULL && found != text && found[-1] != '\n');
    if (found == NULL)
        return false;
    line->whole = strtoull(found + strlen(name), &at, 16);
    for (unsigned part = 0; part < BITS_PARTS; part++)
        line->parts[part] = (uint32_t)strtoul(at, &at, 16);
    return true;
}
