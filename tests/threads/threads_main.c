/*
 * The dispatcher under 64 threads, as a plain program for ThreadSanitizer, under which Criterion's runner does not
 * start (a race makes a round fail). Each round is a process of its own, so that the first use of the library happens
 * in it.
 */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vact/vact.h"

enum { THREADS = 64, ROUNDS = 50, LENGTH = 37, CALLS = 25 };

typedef struct worker {
    pthread_barrier_t *start;
    unsigned number;
    bool ok;
} worker;

static float input[LENGTH];

/* What gelu gives, by auto's variant and by SLEEF's: the same bits on every instruction set that vact_select may
 * choose. Where the CPU has FMA, SCALAR means scalar_fma, and where it has not there is nothing else. */
typedef struct answers {
    float automatic[LENGTH];
    float sleef[LENGTH];
} answers;
static answers gelu_expected;

static bool is_gelu(const float *output)
{
    return memcmp(output, gelu_expected.automatic, sizeof gelu_expected.automatic) == 0 ||
           memcmp(output, gelu_expected.sleef, sizeof gelu_expected.sleef) == 0;
}

static bool gelu_is_right(void)
{
    float output[LENGTH];
    return vact_gelu_f32(output, input, LENGTH) == VACT_OK && is_gelu(output);
}

static bool relu_is_right(void)
{
    float output[LENGTH];
    if (vact_forward_f32(VACT_OP_RELU, NULL, output, input, LENGTH) != VACT_OK)
        return false;
    for (size_t i = 0; i < LENGTH; i++)
        if (output[i] != fmaxf(input[i], 0.0f))
            return false;
    return true;
}

static bool kernel_is_right(void)
{
    float output[LENGTH];
    vact_unary_f32_fn *kernel = vact_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO);
    if (kernel == NULL)
        return false;
    kernel(output, input, LENGTH, NULL);
    return is_gelu(output);
}

static bool info_is_right(void)
{
    const vact_info_t *info = vact_info();
    return info->isa != NULL && strstr(info->builds, info->isa) != NULL && strcmp(info->version, vact_version()) == 0;
}

static bool uses_the_library(unsigned number)
{
    switch (number % 4) {
    case 0: return gelu_is_right();
    case 1: return relu_is_right();
    case 2: return kernel_is_right();
    default: return info_is_right();
    }
}

/* Everyone's first call at once. */
static void *first_call(void *data)
{
    worker *self = data;
    pthread_barrier_wait(self->start);
    self->ok = uses_the_library(self->number);
    return NULL;
}

/* Half of the threads select while the rest make their first call: no selection may be lost to a detection. */
static void *select_or_call(void *data)
{
    worker *self = data;
    pthread_barrier_wait(self->start);
    if (self->number % 2 == 0)
        self->ok = vact_select(VACT_ISA_SCALAR, VACT_MATH_FAST) == VACT_OK;
    else
        self->ok = uses_the_library(self->number / 2);
    return NULL;
}

static bool selection_stands(void)
{
    const vact_info_t *info = vact_info();
    return strncmp(info->isa, "scalar", 6) == 0 && strcmp(info->math, "fast") == 0;
}

/* Many selections and calls at once: every call sees one whole table. */
static void *storm(void *data)
{
    static const vact_isa isas[] = {VACT_ISA_AUTO, VACT_ISA_SCALAR, VACT_ISA_AVX2, VACT_ISA_AVX512, VACT_ISA_NEON};
    worker *self = data;
    bool ok = true;
    pthread_barrier_wait(self->start);
    for (unsigned i = 0; i < CALLS; i++) {
        vact_isa isa = isas[(self->number + i) % (sizeof isas / sizeof isas[0])];
        vact_status status = vact_select(isa, i % 2 == 0 ? VACT_MATH_AUTO : VACT_MATH_FAST);
        ok = ok && (status == VACT_OK || (status == VACT_EUNSUPPORTED && isa >= VACT_ISA_AVX2));
        ok = ok && uses_the_library(self->number + i);
    }
    self->ok = ok;
    return NULL;
}

static bool always(void) { return true; }

typedef struct scenario {
    const char *name;
    void *(*run)(void *);
    bool (*holds_after)(void);
} scenario;

static const scenario scenarios[] = {
    {"first_call", first_call, always},
    {"selection_is_not_lost", select_or_call, selection_stands},
    {"selections_and_calls", storm, always},
};
enum { SCENARIO_COUNT = sizeof scenarios / sizeof scenarios[0] };

static bool round_holds(const scenario *which)
{
    pthread_t threads[THREADS];
    worker workers[THREADS];
    pthread_barrier_t start;
    bool ok = true;
    if (pthread_barrier_init(&start, NULL, THREADS) != 0)
        return false;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (worker){&start, i, false};
        if (pthread_create(&threads[i], NULL, which->run, &workers[i]) != 0) {
            perror("pthread_create");
            _exit(EXIT_FAILURE); /* the others wait at the barrier */
        }
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (!workers[i].ok)
            printf("%s: thread %u saw something wrong\n", which->name, i);
        ok = ok && workers[i].ok;
    }
    pthread_barrier_destroy(&start);
    return ok && which->holds_after();
}

static bool in_own_process(const scenario *which)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        exit(round_holds(which) ? EXIT_SUCCESS : EXIT_FAILURE);
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

/* What one thread gets, in a process of its own as well. */
static bool expect_gelu(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        answers found;
        bool ok = vact_select(VACT_ISA_AUTO, VACT_MATH_FAST) == VACT_OK &&
                  vact_gelu_f32(found.sleef, input, LENGTH) == VACT_OK &&
                  vact_select(VACT_ISA_AUTO, VACT_MATH_AUTO) == VACT_OK &&
                  vact_gelu_f32(found.automatic, input, LENGTH) == VACT_OK &&
                  write(ends[1], &found, sizeof found) == (ssize_t)sizeof found;
        _exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[1]);
    bool ok = child > 0 && read(ends[0], &gelu_expected, sizeof gelu_expected) == (ssize_t)sizeof gelu_expected;
    close(ends[0]);
    return child > 0 && waitpid(child, NULL, 0) == child && ok;
}

int main(void)
{
    int passed = 0;
    for (size_t i = 0; i < LENGTH; i++)
        input[i] = (float)i * 0.5f - 9.0f;
    if (!expect_gelu()) {
        fprintf(stderr, "gelu in one thread failed\n");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        int good = 0;
        for (int n = 0; n < ROUNDS; n++)
            good += in_own_process(&scenarios[i]);
        printf("threads/%s: %d of %d rounds of %d threads held\n", scenarios[i].name, good, ROUNDS, THREADS);
        passed += good == ROUNDS;
    }
    printf("%d passed, %d failed, 0 skipped\n", passed, SCENARIO_COUNT - passed);
    return passed == SCENARIO_COUNT ? EXIT_SUCCESS : EXIT_FAILURE;
}
