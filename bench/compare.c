/*
 * Compares two reports of vact_bench (--benchmark_out or --benchmark_format=json, with repetitions): what became slower
 * or faster beyond the noise, or how well two runs of the same program agree. It compares the ratios, which a busy
 * machine changes least, by Google Benchmark's medians over the repetitions and their coefficients of variation.
 */
#include <cjson/cJSON.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_SLOWER = 1, EXIT_USAGE = 2 };

/* A change counts from this many standard deviations of the difference on, and is at least this large: two runs of one
 * program differ by more than their repetitions (other addresses, another state of the machine). */
static const double DEVIATIONS = 3.0;
static const double LEAST_CHANGE = 0.05;

/* The deviation assumed for a report without repetitions. */
static const double UNKNOWN_DEVIATION = 0.05;

/* --agreement: the largest arrays, which fit into the cache, and the fraction that must agree. */
static const double CACHED_ELEMENTS = 131072.0;
static const double SHARE_NEEDED = 0.9;

/* The ratios. */
static const char *const metrics[] = {"x_copy", "x_expf", "x_kernel", "x_bare", "x_usual", "x_scalar"};
enum { METRICS = sizeof metrics / sizeof metrics[0] };

typedef struct entry {
    const char *name;          /* inside of the document */
    double value[METRICS];     /* NaN where there is none */
    double deviation[METRICS]; /* relative */
    double elements;
    bool skipped;
} entry;

typedef struct report {
    cJSON *document;
    entry *entries;
    size_t count;
} report;

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text != NULL ? text : "";
}

static entry *find(const report *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->entries[i].name, name) == 0)
            return &in->entries[i];
    return NULL;
}

static entry *find_or_add(report *to, const char *name)
{
    entry *found = find(to, name);
    if (found != NULL)
        return found;
    found = &to->entries[to->count++];
    *found = (entry){.name = name, .elements = NAN};
    for (int m = 0; m < METRICS; m++) {
        found->value[m] = NAN;
        found->deviation[m] = UNKNOWN_DEVIATION;
    }
    return found;
}

/* Adds one line of a report: a skipped benchmark, a median, a coefficient of variation, or, without repetitions, a
 * measurement. */
static void add_line(report *to, const cJSON *line)
{
    const char *aggregate = text_of(line, "aggregate_name");
    bool median = strcmp(aggregate, "median") == 0;
    bool variation = strcmp(aggregate, "cv") == 0;
    bool single = strcmp(text_of(line, "run_type"), "iteration") == 0 && !(number_of(line, "repetitions") > 1.0);
    bool skipped = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line, "error_occurred"));
    if (text_of(line, "run_name")[0] == '\0' || !(median || variation || single || skipped))
        return;
    entry *found = find_or_add(to, text_of(line, "run_name"));
    found->skipped = found->skipped || skipped;
    if (skipped)
        return;
    for (int m = 0; m < METRICS; m++) {
        double number = number_of(line, metrics[m]);
        if (variation && !isnan(number))
            found->deviation[m] = number;
        else if (!variation)
            found->value[m] = number;
    }
    if (!variation)
        found->elements = number_of(line, "n");
}

/* The whole of a text file. */
static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL || (getdelim(&text, &size, '\0', file) < 0 && ferror(file) != 0)) {
        perror(path);
        exit(EXIT_USAGE);
    }
    fclose(file);
    return text;
}

/* Ends the program where the file is not a report. */
static report read_report(const char *path)
{
    char *text = read_file(path);
    report result = {.document = cJSON_Parse(text != NULL ? text : "")};
    free(text);
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(result.document, "benchmarks");
    if (!cJSON_IsArray(lines)) {
        fprintf(stderr, "%s: not a report of Google Benchmark in JSON\n", path);
        exit(EXIT_USAGE);
    }
    const cJSON *line = NULL;
    result.entries = calloc((size_t)cJSON_GetArraySize(lines) + 1, sizeof *result.entries);
    if (result.entries == NULL) {
        fprintf(stderr, "%s: out of memory\n", path);
        exit(EXIT_USAGE);
    }
    cJSON_ArrayForEach(line, lines) add_line(&result, line);
    return result;
}

static void free_report(report *old)
{
    free(old->entries);
    cJSON_Delete(old->document);
}

/* Whether both have this ratio. */
static bool has_both(const entry *a, const entry *b, int m) { return a->value[m] > 0.0 && b->value[m] > 0.0; }

/* The relative change below which two medians count as the same. */
static double noise_of(const entry *a, const entry *b, int m)
{
    return fmax(LEAST_CHANGE, DEVIATIONS * hypot(a->deviation[m], b->deviation[m]));
}

/* The ratio with the least noise; METRICS where there is none in common. */
static int steadiest(const entry *a, const entry *b)
{
    int best = METRICS;
    for (int m = 0; m < METRICS; m++)
        if (has_both(a, b, m) && (best == METRICS || noise_of(a, b, m) < noise_of(a, b, best)))
            best = m;
    return best;
}

/* 1 slower, -1 faster, 0 the same. The ratio with the least noise decides, unless another contradicts it. A change in
 * one ratio alone is a change in what the kernel is compared with. */
static int verdict(const entry *before, const entry *after, int judge)
{
    double change = log(after->value[judge] / before->value[judge]);
    if (fabs(change) <= log1p(noise_of(before, after, judge)))
        return 0;
    for (int m = 0; m < METRICS; m++)
        if (has_both(before, after, m) && log(after->value[m] / before->value[m]) * change <= 0.0)
            return 0;
    return change > 0.0 ? 1 : -1;
}

static int compare(const report *old, const report *new)
{
    size_t compared = 0, slower = 0, faster = 0, lost = 0, skipped = 0;
    for (size_t i = 0; i < new->count; i++) {
        const entry *after = &new->entries[i];
        const entry *before = find(old, after->name);
        if (before == NULL) {
            printf("new      %s\n", after->name);
            continue;
        }
        int judge = steadiest(before, after);
        if (after->skipped || before->skipped || judge == METRICS) {
            skipped++;
            printf("skipped  %s\n", after->name);
            continue;
        }
        compared++;
        int found = verdict(before, after, judge);
        slower += found > 0;
        faster += found < 0;
        if (found != 0)
            printf("%s   %-62s %s %.3f -> %.3f, %+.1f %% (noise %.1f %%)\n", found > 0 ? "SLOWER" : "faster",
                   after->name, metrics[judge], before->value[judge], after->value[judge],
                   100.0 * (after->value[judge] / before->value[judge] - 1.0), 100.0 * noise_of(before, after, judge));
    }
    for (size_t i = 0; i < old->count; i++)
        lost += find(new, old->entries[i].name) == NULL;
    printf("%zu compared: %zu slower, %zu faster, %zu the same within the noise; %zu skipped; %zu only in the old "
           "report\n",
           compared, slower, faster, compared - slower - faster, skipped, lost);
    if (compared == 0) {
        fprintf(stderr, "vact_bench_compare: the two reports have no benchmark in common\n");
        return EXIT_USAGE;
    }
    return slower > 0 ? EXIT_SLOWER : EXIT_SUCCESS;
}

/* The largest relative difference over all ratios; negative without any. */
static double disagreement(const entry *a, const entry *b)
{
    double largest = -1.0;
    for (int m = 0; m < METRICS; m++)
        if (has_both(a, b, m))
            largest = fmax(largest, fmax(a->value[m], b->value[m]) / fmin(a->value[m], b->value[m]) - 1.0);
    return largest;
}

static int agreement(const report *a, const report *b, double limit)
{
    size_t compared = 0, agreed = 0;
    for (size_t i = 0; i < a->count; i++) {
        const entry *first = &a->entries[i];
        const entry *second = find(b, first->name);
        if (second == NULL || !(first->elements <= CACHED_ELEMENTS))
            continue;
        double apart = disagreement(first, second);
        if (apart < 0.0)
            continue;
        compared++;
        agreed += apart <= limit;
        if (apart <= limit)
            continue;
        printf("apart by %4.1f %%  %-62s", 100.0 * apart, first->name);
        for (int m = 0; m < METRICS; m++)
            if (has_both(first, second, m))
                printf(" %s %.3f, %.3f", metrics[m], first->value[m], second->value[m]);
        printf("\n");
    }
    if (compared == 0) {
        fprintf(stderr, "vact_bench_compare: the two reports have no benchmark in cache in common\n");
        return EXIT_USAGE;
    }
    double share = (double)agreed / (double)compared;
    printf("%zu of %zu benchmarks in cache (%.1f %%) have every ratio within %g %% of the other run's; %.0f %% are "
           "required\n",
           agreed, compared, 100.0 * share, 100.0 * limit, 100.0 * SHARE_NEEDED);
    return share >= SHARE_NEEDED ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void usage(FILE *to)
{
    fprintf(
        to,
        "Usage: vact_bench_compare OLD.json NEW.json\n"
        "       vact_bench_compare --agreement=PERCENT ONE.json TWO.json\n"
        "\n"
        "The first lists what became slower or faster from OLD to NEW: by more than 5 %% and more than 3 standard\n"
        "deviations, in the ratio with the least noise (x_copy, x_expf or another), unless another contradicts it.\n"
        "The second counts the benchmarks of up to %.0f elements whose ratios all agree within PERCENT.\n"
        "\n"
        "Exit status: 0; 1 if something became slower, or less than 90 %% agree; 2 for wrong usage, a file that is\n"
        "not a report, or no common benchmark.\n",
        CACHED_ELEMENTS);
}

static double parse_percent(const char *text)
{
    char *end = NULL;
    double percent = strtod(text, &end);
    if (end == text || *end != '\0' || !(percent > 0.0) || !isfinite(percent)) {
        fprintf(stderr, "vact_bench_compare: --agreement: '%s' is not a percentage\n", text);
        exit(EXIT_USAGE);
    }
    return percent / 100.0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"agreement", required_argument, NULL, 'a'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    double limit = 0.0;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'a': limit = parse_percent(optarg); break;
        case 'h': usage(stdout); return EXIT_SUCCESS;
        default: usage(stderr); return EXIT_USAGE;
        }
    }
    if (argc - optind != 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    report first = read_report(argv[optind]);
    report second = read_report(argv[optind + 1]);
    int status = limit > 0.0 ? agreement(&first, &second, limit) : compare(&first, &second);
    free_report(&first);
    free_report(&second);
    return status;
}
