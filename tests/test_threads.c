/* Selections seen from other threads. threads/threads_main.c has the race for the library's first use, outside
 * Criterion, whose runner does not start under ThreadSanitizer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "dispatch/table.h"
#include "vact/vact.h"

enum { THREADS = 64, REPEATS = 400, LENGTH = 67 };

static pthread_barrier_t barrier;
static atomic_int failures;
static float source[LENGTH], gelu_right[LENGTH], softmax_right[LENGTH];

static void fail_unless(bool holds)
{
    if (!holds)
        atomic_fetch_add(&failures, 1);
}

/* The right bits come from the kernels that SCALAR chooses; the other instruction sets that this CPU runs give the
 * same. Fetching them from the table is no first use. */
static void prepare(void)
{
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
    for (int i = 0; i < LENGTH; i++)
        source[i] = (float)(i - 33) * 0.1875f;
    const vacti_table *table = vacti_table_find(VACT_ISA_SCALAR, VACT_MATH_FAST);
    cr_assert_not_null(table);
    vact_params_f32 none = {{0}};
    table->unary[VACT_OP_SLOT(VACT_OP_GELU)](gelu_right, source, LENGTH, &none);
    table->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](softmax_right, LENGTH, source, LENGTH, 1, LENGTH);
    cr_assert(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
}

static void call(void)
{
    float got[LENGTH];
    fail_unless(vact_gelu_f32(got, source, LENGTH) == VACT_OK && memcmp(got, gelu_right, sizeof got) == 0);
    fail_unless(vact_softmax_f32(got, source, 1, LENGTH) == VACT_OK && memcmp(got, softmax_right, sizeof got) == 0);
    vact_unary_f32_fn *kernel = vact_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO);
    fail_unless(kernel != NULL);
    if (!kernel)
        return;
    kernel(got, source, LENGTH, NULL);
    fail_unless(memcmp(got, gelu_right, sizeof got) == 0);
}

/* Every other time one of two pairs, and a refusal in between, which must change nothing. */
static void choose(int turn)
{
    vact_isa isa = turn % 2 ? VACT_ISA_SCALAR : VACT_ISA_AUTO;
    vact_math math = turn % 2 ? VACT_MATH_FAST : VACT_MATH_AUTO;
    fail_unless(vact_select(isa, math) == VACT_OK);
    fail_unless(vact_select(VACT_ISA_AUTO, (vact_math)(VACT_MATH_CR + 1)) == VACT_EINVAL);
}

/* Only the two pairs may ever be seen, the instruction set of one with the variant of the other never. */
static void look(void)
{
    const vact_info_t *info = vact_info();
    const char *best = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_AUTO)->build;
    const char *scalar = vacti_table_find(VACT_ISA_SCALAR, VACT_MATH_FAST)->build;
    bool first = strcmp(info->isa, best) == 0 && strcmp(info->math, "auto") == 0;
    bool second = strcmp(info->isa, scalar) == 0 && strcmp(info->math, "fast") == 0;
    fail_unless(first || second);
    fail_unless(info->size == sizeof *info && strcmp(info->detected, best) == 0);
    fail_unless(strcmp(info->env_isa, "unset") == 0 && strcmp(info->env_math, "unset") == 0);
}

static void *mixed(void *argument)
{
    int number = *(int *)argument;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < REPEATS; i++) {
        switch (number % 3) {
        case 0: call(); break;
        case 1: look(); break;
        default: choose(number / 3 + i); break;
        }
    }
    return NULL;
}

Test(threads, choices_are_whole)
{
    static int numbers[THREADS];
    pthread_t threads[THREADS];
    prepare();
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        cr_assert(pthread_create(&threads[i], NULL, mixed, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        cr_assert(pthread_join(threads[i], NULL) == 0);
    cr_expect(atomic_load(&failures) == 0, "%d failures in the threads", atomic_load(&failures));
}

static void *disturb(void *argument)
{
    (void)argument;
    fail_unless(vact_select(VACT_ISA_SCALAR, VACT_MATH_FAST) == VACT_OK);
    fail_unless(strcmp(vact_info()->math, "fast") == 0);
    return NULL;
}

/* The structure that vact_info returns belongs to the calling thread. */
Test(threads, info_belongs_to_its_thread)
{
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
    const vact_info_t *mine = vact_info();
    vact_info_t copy;
    memcpy(&copy, mine, sizeof copy);
    pthread_t thread;
    cr_assert(pthread_create(&thread, NULL, disturb, NULL) == 0);
    cr_assert(pthread_join(thread, NULL) == 0);
    cr_expect(atomic_load(&failures) == 0);
    cr_expect(memcmp(mine, &copy, sizeof copy) == 0, "another thread's call wrote into this thread's structure");
    cr_expect(strcmp(vact_info()->math, "fast") == 0);
}
