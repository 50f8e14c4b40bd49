#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const bm_result *find_aggregate(const bm_result *results, size_t count, const char *aggregate)
{
    for (size_t i = 0; i < count; i++)
        if (results[i].aggregate != NULL && strcmp(results[i].aggregate, aggregate) == 0)
            return &results[i];
    return NULL;
}

static double counter_of(const bm_result *result, const char *name)
{
    for (size_t i = 0; result != NULL && i < result->counter_count; i++)
        if (strcmp(result->counters[i].name, name) == 0)
            return result->counters[i].value;
    return NAN;
}

/* Right-aligned in `width`; "-" for what was not measured. */
static void print_number(int width, int digits, double value)
{
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, digits, value);
}

void table_print_time(double seconds)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    double value = 1e9 * seconds;
    size_t unit = 0;
    for (; value >= 1000.0 && unit < 3; unit++)
        value /= 1000.0;
    printf(" %7.4g %-2s", value, units[unit]);
}

static void print_ratio(const bm_result *value, const bm_result *variation, const char *name)
{
    double spread = 100.0 * counter_of(variation, name);
    print_number(7, 3, counter_of(value, name));
    if (isnan(spread))
        printf("        ");
    else
        printf(" +-%4.1f%%", spread);
}

static void print_heading(void)
{
    printf(
        "time: of one call, the mean of the middle half. x copy, x expf: relative to the faster of memcpy and a copy\n"
        "with streaming stores, and to a loop over SLEEF's expf, measured in turn with the kernel. +-: standard\n"
        "deviation over the repetitions. GB/s: bytes read and written; memcpy, stream: those of the two copies.\n\n"
        "%-54s %10s %7s %7s %15s %15s %7s %7s %5s\n",
        "benchmark", "time", "GB/s", "G el/s", "x copy", "x expf", "memcpy", "stream", "ULP<=");
}

static void print_row(const bm_result *value, const bm_result *variation)
{
    double kernel = counter_of(value, "x_kernel"), bare = counter_of(value, "x_bare");
    double usual = counter_of(value, "x_usual"), scalar = counter_of(value, "x_scalar");
    double floats = counter_of(value, "x_f32");
    double plain = counter_of(value, "x_plain");
    printf("%-54s", value->name);
    table_print_time(counter_of(value, "n") /
                     counter_of(value, "elements/s")); /* Google Benchmark's is the mean of all */
    print_number(7, 1, counter_of(value, "GB/s"));
    print_number(7, 2, 1e-9 * counter_of(value, "elements/s"));
    if (!isnan(usual)) {
        printf("   %.3f times the usual arguments' time\n", usual);
    } else if (!isnan(plain)) {
        printf("   %.3f times the time without options\n", plain);
    } else if (!isnan(bare)) {
        printf("   %.3f times the bare activation's time\n", bare);
    } else if (!isnan(scalar)) {
        print_ratio(value, variation, "x_copy");
        printf("   %.2f times as fast as a plain loop\n", 1.0 / scalar);
    } else if (!isnan(floats)) {
        print_ratio(value, variation, "x_copy");
        printf("   %.2f times the elements per second of float\n", 1.0 / floats);
    } else if (isnan(kernel)) {
        print_ratio(value, variation, "x_copy");
        print_ratio(value, variation, "x_expf");
        print_number(7, 1, counter_of(value, "memcpy"));
        print_number(7, 1, counter_of(value, "stream"));
        print_number(5, 1, counter_of(value, "ulp_bound"));
        printf("\n");
    } else {
        printf("   %.3f times the kernel's time, %.1f ns more\n", kernel, counter_of(value, "overhead_ns"));
    }
}

void table_report(const bm_result *results, size_t count, void *user)
{
    static bool begun;
    (void)user;
    if (count == 0)
        return;
    if (!begun)
        print_heading();
    begun = true;
    const bm_result *first = &results[0];
    if (first->error != NULL)
        printf("%-54s skipped: %s\n", first->name, first->error);
    else if (first->aggregate != NULL && find_aggregate(results, count, "median") != NULL)
        print_row(find_aggregate(results, count, "median"), find_aggregate(results, count, "cv"));
    else if (first->aggregate == NULL && first->repetitions < 2)
        print_row(first, NULL);
    fflush(stdout);
}
