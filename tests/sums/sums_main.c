/*
 * The sums of the library at up to 2^28 elements, with the best build of this CPU: `vact_sums [MOST [WORD]]`. WORD
 * selects the reductions whose names hold it. A line of the table is one reduction of one kind of data: the error of
 * the result that comes closest to its bound or goes furthest beyond. Where the exact result is near 0 both are large
 * numbers of ULP. Beyond a bound is exit status 1. With the default MOST also what stood still once: more than 2^30
 * equal logits. It needs 6 GiB of memory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry.h"
#include "sums.h"

static const size_t WHOLE = (size_t)1 << 28, HUGE_LENGTH = ((size_t)1 << 30) + ((size_t)1 << 26);
static int beyond, lines;
static const char *word = "";

static bool wanted(const char *name) { return strstr(name, word) != NULL; }

static void print(const char *name, const char *data, size_t n, const sums_problem *p)
{
    bool failed = sums_beyond(p);
    printf("%-26s %-12s %11zu %10.4g %10.4g %8.4g%s\n", name, data, n, p->error, p->bound, p->error / p->bound,
           p->differs ? "  BUILDS DISAGREE"
           : failed   ? "  BEYOND"
                      : "");
    fflush(stdout);
    beyond += failed;
    lines++;
}

static void run_length(const vacti_table *table, size_t n)
{
    sums_problem p = {.tables = {table}, .table_count = 1};
    size_t count = 0;
    if (!sums_new(&p, n)) {
        fprintf(stderr, "vact_sums: no memory for %zu elements\n", n);
        exit(2);
    }
    while (sums_reduction_at(count) != NULL)
        count++;
    for (size_t i = 0; i < count; i++) {
        const sums_reduction *reduction = sums_reduction_at(i);
        if (!wanted(reduction->name))
            continue;
        for (size_t data = 0; data < SUMS_DATA_COUNT; data++) {
            fprintf(stderr, "[%zu of %zu at %zu elements] %s, %s\n", i + 1, count, n, reduction->name,
                    sums_data_names[data]);
            sums_run(&p, reduction, (sums_data)data);
            if (p.bound > 0.0)
                print(reduction->name, sums_data_names[data], n, &p);
        }
    }
    sums_free(&p);
}

static void print_one(const char *name, size_t n, float got, double exact, double bound)
{
    sums_problem p = {.n = n};
    sums_judge(&p, got, (long double)exact, (long double)exact, bound, 0.0L);
    print(name, "constant", n, &p);
}

/* A mean of 2^27 zeros, the longest that the issue names. */
static void run_zeros(const vacti_table *table, size_t n)
{
    float *zeros = calloc(n, sizeof *zeros), loss;
    if (zeros == NULL)
        return;
    vacti_bce_call call = {.loss = &loss, .x = zeros, .targets = zeros, .n = n, .reduction = VACT_REDUCTION_MEAN};
    table->bce_with_logits(&call);
    print_one("bce, mean of zeros", n, loss, log(2.0), 4.0);
    free(zeros);
}

/* Equal logits, in place. */
static void run_equal(const vacti_table *table, size_t n)
{
    static const vact_math variants[] = {VACT_MATH_FAST, VACT_MATH_SLEEF};
    float *x = calloc(n, sizeof *x), loss;
    double exact = log((double)n);
    int32_t target = 1;
    if (x == NULL) {
        fprintf(stderr, "vact_sums: no memory for %zu equal logits\n", n);
        exit(2);
    }
    fprintf(stderr, "[%zu equal logits]\n", n);
    vacti_cross_entropy_call call = {.loss = &loss, .logits = x, .targets = &target, .rows = 1, .cols = n};
    call.stride = call.dx_stride = n, call.ignore_index = -100, call.reduction = VACT_REDUCTION_NONE;
    table->cross_entropy(&call);
    print_one("cross_entropy, equal", n, loss, exact, 1.5);
    table->family.logsumexp(&loss, x, n, 1, n, NULL);
    print_one("logsumexp, equal", n, loss, exact, 2.0);
    for (size_t i = 0; i < 2; i++) {
        const vacti_table *variant = vacti_table_of_build(table->build, variants[i]);
        if (variant == NULL)
            continue;
        double bound = vacti_registry_bound(vacti_registry_by_code(VACT_OP_LOG_SOFTMAX), variants[i]);
        memset(x, 0, n * sizeof *x);
        variant->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](x, n, x, n, 1, n);
        print_one(i == 0 ? "log_softmax, fast, equal" : "log_softmax, sleef, equal", n, x[n - 1], -exact, bound);
    }
    free(x);
}

int main(int argc, char *argv[])
{
    size_t most = argc > 1 ? strtoull(argv[1], NULL, 0) : WHOLE;
    const vacti_table *table = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_FAST);
    word = argc > 2 ? argv[2] : "";
    time_t start = time(NULL);
    if (most < 1024 || table == NULL) {
        fprintf(stderr, "usage: vact_sums [MOST [WORD]], MOST at least 1024\n");
        return 2;
    }
    printf("%-26s %-12s %11s %10s %10s %8s\n", "reduction", "data", "elements", "error, ULP", "bound, ULP", "ratio");
    for (size_t n = (size_t)1 << 20; n < most; n <<= 4)
        run_length(table, n);
    run_length(table, most);
    if (most >= WHOLE && wanted("equal")) {
        run_zeros(table, WHOLE / 2);
        run_equal(table, HUGE_LENGTH);
    }
    printf("%s: %d lines, %d beyond their bounds, %.0f s\n", table->build, lines, beyond, difftime(time(NULL), start));
    return beyond > 0;
}
