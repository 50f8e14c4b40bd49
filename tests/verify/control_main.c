/*
 * One line of `vact verify` with a kernel from another library in place of the table's: a control of it (controls.py).
 *
 *   vact_verify_control LIBRARY SYMBOL BUILD FILE "operation function variant type elements" [BLOCK]
 *
 * Prints the first block that differs, in the order in which it tries them, or, given a block, tries that alone and
 * prints "same" where it does not differ. Where no block does, all results are compared with those of the table's
 * kernel: "equal" where they are the same, and "missed" where the hash did not see that one is not. Exit status 2 on
 * failure, else 0.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/accuracy/hash.h"
#include "tools/verify/entry.h"
#include "tools/verify/hash.h"
#include "tools/verify/sample.h"

/* Arguments next to 1 first, of either sign in turn: most coefficients matter there. */
static unsigned block_of(unsigned turn)
{
    static const unsigned char magnitudes[32] = {15, 16, 14, 17, 13, 12, 18, 11, 19, 10, 20, 9, 21, 8, 22, 7,
                                                 23, 6,  24, 5,  25, 4,  26, 3,  27, 2,  28, 1, 29, 0, 30, 31};
    return magnitudes[turn / 2] + (turn % 2 != 0 ? 32 : 0);
}

static const verify_function *find(const verify_function *functions, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        char own[VERIFY_NAME];
        verify_name(own, &functions[i]);
        if (strcmp(own, name) == 0)
            return &functions[i];
    }
    return NULL;
}

/* A pointer to a function is no pointer to an object: copied, not converted. */
static void set_kernel(vacti_table *table, const verify_function *f, void *kernel)
{
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    void *place = f->type == VACT_BF16  ? (void *)&table->unary_bf16[slot]
                  : f->type == VACT_F16 ? (void *)&table->unary_f16[slot]
                                        : (void *)&table->unary[slot];
    memcpy(place, (const void *)&kernel, sizeof kernel);
}

/* One result after the other, over all inputs. */
static bool all_equal(const verify_function *f, const vacti_table *a, const vacti_table *b)
{
    static float x[VERIFY_CHUNK], of_a[VERIFY_CHUNK], of_b[VERIFY_CHUNK];
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    const vact_params_f32 params = accuracy_defaults(f->info);
    for (uint64_t i = 0; i < f->elements; i += VERIFY_CHUNK) {
        size_t first = 0;
        verify_fill_inputs(x, i, VERIFY_CHUNK, 0);
        a->unary[slot](of_a, x, VERIFY_CHUNK, &params);
        b->unary[slot](of_b, x, VERIFY_CHUNK, &params);
        if (accuracy_differing(of_a, of_b, VERIFY_CHUNK, &first) != 0)
            return false;
    }
    return true;
}

/* The same of 16-bit elements; here NaNs must have the same bits. */
static bool all_equal_16(const verify_function *f, const vacti_table *a, const vacti_table *b)
{
    static uint16_t of_a[65536], of_b[65536];
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    for (unsigned i = 0; i < 65536; i++)
        of_a[i] = of_b[i] = (uint16_t)i;
    if (f->type == VACT_BF16) {
        a->unary_bf16[slot]((vact_bf16 *)of_a, (const vact_bf16 *)of_a, 65536, NULL);
        b->unary_bf16[slot]((vact_bf16 *)of_b, (const vact_bf16 *)of_b, 65536, NULL);
    } else {
        a->unary_f16[slot]((vact_f16 *)of_a, (const vact_f16 *)of_a, 65536, NULL);
        b->unary_f16[slot]((vact_f16 *)of_b, (const vact_f16 *)of_b, 65536, NULL);
    }
    return memcmp(of_a, of_b, sizeof of_a) == 0;
}

int main(int argc, char *argv[])
{
    size_t count = 0;
    verify_file file = {NULL, NULL, 0};
    verify_function *functions = verify_functions(&count);
    verify_scratch *scratch = verify_scratch_new();
    if ((argc != 6 && argc != 7) || functions == NULL || scratch == NULL || !verify_read_file(&file, argv[4]))
        return 2;
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL), *kernel = library ? dlsym(library, argv[2]) : NULL;
    const verify_function *f = find(functions, count, argv[5]);
    if (kernel == NULL || f == NULL) {
        fprintf(stderr, "vact_verify_control: %s\n", kernel == NULL ? dlerror() : "no such function");
        return 2;
    }
    verify_entry entry = verify_entry_of(f, argv[3], &file);
    if (entry.table == NULL || entry.expected == NULL || !vacti_build_runs(argv[3])) {
        fprintf(stderr, "vact_verify_control: no line of %s, or no build %s\n", argv[5], argv[3]);
        return 2;
    }
    const vacti_table *const own = entry.table;
    vacti_table changed = *own;
    set_kernel(&changed, f, kernel);
    entry.table = &changed;
    for (unsigned turn = 0; turn < VERIFY_PARTS; turn++) {
        const unsigned block = block_of(turn);
        if (argc == 7 && block != strtoul(argv[6], NULL, 10))
            continue;
        verify_entry_run(&entry, block, scratch);
        if (verify_word(entry.sums[block]) == entry.expected->words[block])
            continue;
        printf("block %u\n", block);
        return 0;
    }
    if (argc == 7)
        puts("same");
    else
        puts((f->type == VACT_F32 ? all_equal : all_equal_16)(f, own, &changed) ? "equal" : "missed");
    return 0;
}
