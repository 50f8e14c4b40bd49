/*
 * Two builds of the shared library in one process, in turn, in short slices. The old one is loaded twice: the
 * difference between its two copies is the noise (the pages that code lies in, the state of the machine).
 */
#include "against.h"

#include <getopt.h>
#include <libgen.h>
#include <math.h>
#include <regex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "against_library.h"
#include "cases.h"
#include "contest.h"
#include "dispatch/table.h"
#include "memory.h"
#include "table.h"

enum { EXIT_SLOWER = 1, EXIT_USAGE = 2 };

/* The smallest difference that counts, and the largest difference of the control. */
static const double LEAST_CHANGE = 0.03;
static const double MOST_NOISE = 0.01;

/* The others are compared with the first library. */
enum { OLD, NEW, CONTROL, LIBRARIES };

enum { MOST_SIZES = 16, MOST_BUILDS = 8 };

typedef struct settings {
    const char *paths[LIBRARIES];
    const char *filter;
    const char *isas, *maths, *sizes; /* lists of words, null for the defaults */
    bool help;
    size_t rounds;   /* of a measurement, at the least */
    double seconds;  /* of a measurement, at the least */
    size_t attempts; /* measurements of a case, at the most */
} settings;

static void help(FILE *to)
{
    fprintf(
        to,
        "Usage: vact_bench --against=OLD.so [OPTIONS]\n"
        "\n"
        "Compares the operations of two builds of libvact.so, both loaded into this process and measured in turn\n"
        "on one core. OLD.so is loaded twice: the second copy is the control. Per case: the time of OLD's call, the\n"
        "relative time of NEW's, and that of the control. `slower` and `faster` are differences of at least 3 %% in\n"
        "two measurements with a control within 1 %%. A case with a larger control is measured again, up to 4 times\n"
        "in all; if the control is never within 1 %%, the case is `noisy` and does not count.\n"
        "\n"
        "  --new=FILE             the other library (default: libvact.so in this program's folder)\n"
        "  --isa=NAME,...         the instruction sets, or all (default: the one in use)\n"
        "  --math=VARIANT,...     auto, fast, sleef; all stands for fast,sleef (default: auto)\n"
        "  --sizes=ELEMENTS,...   (default: 16,4096,131072,16777216)\n"
        "  --filter=REGEX         the cases to run, by the names that it prints; also --benchmark_filter\n"
        "  --quick                shorter measurements, at most two: more cases stay noisy\n"
        "\n"
        "Exit status: 0; 1 if something became slower; 2 for wrong usage, a file that is not a vact library,\n"
        "or nothing to compare.\n");
}

/* ------------------------------------------------------------------------------------------------ one case */

typedef struct trial {
    char name[128];
    contest contest;
    library_call calls[LIBRARIES];
    library_call base; /* the calls' arrays before they move */
} trial;

static void move(void *user, size_t place)
{
    trial *t = user;
    size_t offset = t->contest.warm ? place % MEMORY_PLACES * MEMORY_PLACE_ELEMENTS : 0;
    for (size_t i = 0; i < LIBRARIES; i++) {
        library_call *c = &t->calls[i];
        c->x = t->base.x + offset;
        c->second = t->base.second + offset;
        c->residual = t->base.residual != NULL ? t->base.residual + offset : NULL;
        c->dst = t->base.dst + offset;
        c->second_dst = t->base.second_dst + offset;
    }
}

/* Rows as of an epilogue and of attention; at most 64 slopes. */
static size_t columns_of(library_part part, size_t n)
{
    static const size_t most[PARTS] = {
        [PART_EPILOGUE] = 4096, [PART_RESIDUAL] = 4096, [PART_ROWS] = 1024, [PART_CHANNELS] = MEMORY_ELEMENTS / 64};
    return most[part] != 0 && n > most[part] ? most[part] : n;
}

/* Including every place that a call may move to. */
static size_t arrays_length(size_t n)
{
    const size_t places = (size_t)MEMORY_PLACES * MEMORY_PLACE_ELEMENTS;
    return n > places ? n : places;
}

/* False when out of memory. */
static bool find_arrays(trial *t, library_part part)
{
    const size_t count = arrays_length(t->base.n);
    t->base.x = memory_input(UNIFORM, count);
    t->base.second = memory_input(NORMAL, count);
    t->base.residual = part == PART_RESIDUAL ? t->base.second : NULL;
    t->base.dst = memory_output();
    t->base.second_dst = memory_second_output();
    return t->base.x != NULL && t->base.second != NULL && t->base.dst != NULL && t->base.second_dst != NULL;
}

/* Outputs of the forward function instead of inputs, for the derivative from the output. */
static bool take_outputs(trial *t, const library *from, const vacti_op_info *op)
{
    library_call forward = t->base;
    forward.n = arrays_length(t->base.n);
    forward.dst = t->base.second_dst;
    forward.function = library_find(from, PART_FORWARD, op);
    if (forward.function == NULL)
        return false;
    library_runner(from, PART_FORWARD)(&forward, 1);
    t->base.x = forward.dst;
    return true;
}

/* Null, or why there is nothing to measure. */
static const char *set_up(trial *t, const library *libraries, library_part part, const vacti_op_info *op, size_t n)
{
    static const char *const lacking[LIBRARIES] = {
        [OLD] = "the old library lacks it", [NEW] = "the new library lacks it", [CONTROL] = "the control lacks it"};
    t->base.params = vacti_registry_defaults(op);
    t->base.cols = columns_of(part, n);
    t->base.rows = n / t->base.cols;
    t->base.n = t->base.rows * t->base.cols;
    t->contest =
        (contest){.count = LIBRARIES, .cpu_time = true, .warm = n <= MEMORY_PLACE_ELEMENTS, .move = move, .user = t};
    if (!find_arrays(t, part))
        return "out of memory";
    if (part == PART_FROM_OUTPUT && !take_outputs(t, &libraries[OLD], op))
        return lacking[OLD];
    for (size_t i = 0; i < LIBRARIES; i++) {
        t->calls[i] = t->base;
        t->calls[i].function = library_find(&libraries[i], part, op);
        t->contest.contenders[i] = (contender){.run = library_runner(&libraries[i], part), .work = &t->calls[i]};
        if (t->calls[i].function == NULL)
            return lacking[i];
    }
    return NULL;
}

typedef enum verdict { SAME, SLOWER, FASTER, NOISY, SKIPPED, VERDICTS } verdict;

static verdict judge(double new, double control)
{
    if (fabs(control - 1.0) > MOST_NOISE)
        return NOISY;
    if (fabs(new - 1.0) < LEAST_CHANGE)
        return SAME;
    return new > 1.0 ? SLOWER : FASTER;
}

/* Each measurement is longer than the one before. A difference must be found twice, since among hundreds of cases some
 * differ by chance. */
static verdict compare(trial *t, const settings *with)
{
    outcome found = {{0.0}, {0.0}};
    verdict now = NOISY, last = NOISY;
    for (size_t attempt = 1; attempt <= with->attempts; attempt++) {
        found = contest_rounds(&t->contest, with->rounds * attempt, with->seconds * (double)attempt);
        now = judge(1.0 / found.ratio[NEW], 1.0 / found.ratio[CONTROL]);
        if (now == SAME || (now != NOISY && now == last))
            break;
        if (now != NOISY)
            last = now;
        now = NOISY;
    }
    static const char *const words[VERDICTS] = {[SLOWER] = "  slower", [FASTER] = "  faster", [NOISY] = "  noisy"};
    printf("%-58s", t->name);
    table_print_time(found.seconds[OLD]);
    printf(" %8.3f %11.3f%s\n", 1.0 / found.ratio[NEW], 1.0 / found.ratio[CONTROL],
           words[now] != NULL ? words[now] : "");
    fflush(stdout);
    return now;
}

/* --------------------------------------------------------------------------------------------- the product */

typedef struct run {
    settings with;
    library libraries[LIBRARIES];
    regex_t filter;
    vact_isa isas[MOST_BUILDS];
    const char *isa_words[MOST_BUILDS];
    size_t isa_count;
    bool maths[VACT_TABLE_MATHS];
    size_t sizes[MOST_SIZES];
    size_t size_count;
    size_t totals[VERDICTS];
} run;

static verdict run_case(run *r, library_part part, const vacti_op_info *op, const char *isa, const char *variant,
                        size_t n)
{
    static const char *const before[PARTS] = {[PART_BACKWARD] = "backward/",
                                              [PART_FROM_OUTPUT] = "from_output/",
                                              [PART_EPILOGUE] = "epilogue/",
                                              [PART_RESIDUAL] = "residual/",
                                              [PART_GATE_BACKWARD] = "backward/"};
    trial t = {.name = ""};
    snprintf(t.name, sizeof t.name, "%s%s/f32/%s/%s/n:%zu", before[part] != NULL ? before[part] : "", op->name, isa,
             variant, n);
    if (regexec(&r->filter, t.name, 0, NULL, 0) != 0)
        return VERDICTS;
    const char *reason = set_up(&t, r->libraries, part, op, n);
    if (reason == NULL)
        return compare(&t, &r->with);
    printf("%-58s skipped: %s\n", t.name, reason);
    return SKIPPED;
}

static bool has_part(const vacti_op_info *op, library_part part)
{
    switch (part) {
    case PART_CHANNELS: return op->kind == VACT_KIND_CHANNELS;
    case PART_ROWS: return op->kind == VACT_KIND_ROWS;
    case PART_GATE:
    case PART_GATE_BACKWARD: return op->kind == VACT_KIND_GATE;
    case PART_FROM_OUTPUT: return op->kind == VACT_KIND_UNARY && op->keeps_output;
    default: return op->kind == VACT_KIND_UNARY;
    }
}

/* `plain`: the operations without variants too. */
static void run_operations(run *r, const char *isa, const char *variant, bool plain)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *op = &vacti_registry[i];
        for (library_part part = 0; part < PARTS && (plain || op->needs_math); part++)
            for (size_t s = 0; has_part(op, part) && s < r->size_count; s++) {
                verdict found = run_case(r, part, op, isa, op->needs_math ? variant : "plain", r->sizes[s]);
                if (found != VERDICTS)
                    r->totals[found]++;
            }
    }
}

static void run_all(run *r)
{
    printf("%-58s %10s %8s %11s\n", "case", "old", "new/old", "control/old");
    for (size_t i = 0; i < r->isa_count; i++) {
        bool plain = true;
        for (int math = 0; math < VACT_TABLE_MATHS; math++) {
            bool selected = r->maths[math];
            for (size_t k = 0; selected && k < LIBRARIES; k++)
                selected = library_select(&r->libraries[k], r->isas[i], (vact_math)math);
            if (selected) {
                run_operations(r, r->isa_words[i], cases_math_words[math], plain);
                plain = false;
            } else if (r->maths[math]) {
                printf("%s/%s skipped: this CPU or one of the libraries lacks it\n", r->isa_words[i],
                       cases_math_words[math]);
            }
        }
    }
}

/* ---------------------------------------------------------------------------------------------- the options */

/* Ends the program. */
static _Noreturn void wrong(const char *option, const char *word, const char *what)
{
    fprintf(stderr, "vact_bench: --%s: '%s' %s (vact_bench --against --help)\n", option, word, what);
    exit(EXIT_USAGE);
}

/* Calls `take` with each word. */
static void each_word(run *r, const char *list, void (*take)(run *r, const char *word))
{
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *word = strtok_r(copy, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest))
        take(r, word);
}

/* vact_select chooses by instruction set: of several builds for one, the strongest runs. */
static void take_isa(run *r, const char *word)
{
    bool all = strcmp(word, "all") == 0, known = all;
    for (size_t i = vacti_build_count; i-- > 0;) {
        vact_isa isa = vacti_table_of_build(vacti_builds[i], VACT_MATH_AUTO)->isa;
        bool taken = false;
        for (size_t k = 0; k < r->isa_count; k++)
            taken = taken || r->isas[k] == isa;
        known = known || strcmp(word, vacti_builds[i]) == 0;
        if (taken || r->isa_count == MOST_BUILDS || !(all || strcmp(word, vacti_builds[i]) == 0))
            continue;
        r->isas[r->isa_count] = isa;
        r->isa_words[r->isa_count++] = vacti_builds[i];
    }
    if (!known)
        wrong("isa", word, "is not in this build");
}

static void take_math(run *r, const char *word)
{
    bool all = strcmp(word, "all") == 0, known = false;
    for (int math = VACT_MATH_AUTO; math < VACT_TABLE_MATHS; math++) {
        bool chosen = strcmp(word, cases_math_words[math]) == 0 || (all && math != VACT_MATH_AUTO);
        r->maths[math] = r->maths[math] || chosen;
        known = known || chosen;
    }
    if (!known)
        wrong("math", word, "is not a variant");
}

static void take_size(run *r, const char *word)
{
    char *end = NULL;
    unsigned long size = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || size < 1 || size > MEMORY_ELEMENTS)
        wrong("sizes", word, "is not a number of elements from 1 to 16777216");
    if (r->size_count == MOST_SIZES)
        wrong("sizes", word, "is one size too many");
    r->sizes[r->size_count++] = size;
}

/* libvact.so in the folder of this program. */
static const char *library_beside(void)
{
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return "libvact.so";
    static char beside[sizeof path + sizeof "/libvact.so"];
    snprintf(beside, sizeof beside, "%s/libvact.so", dirname(path));
    return beside;
}

/* False where getopt has printed an error. */
static bool read_options(int argc, char **argv, settings *to)
{
    static const struct option options[] = {
        {"against", required_argument, NULL, 'a'}, {"new", required_argument, NULL, 'n'},
        {"isa", required_argument, NULL, 'i'},     {"math", required_argument, NULL, 'm'},
        {"sizes", required_argument, NULL, 's'},   {"filter", required_argument, NULL, 'f'},
        {"quick", no_argument, NULL, 'q'},         {"benchmark_filter", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'a':
            to->help = to->help || strcmp(optarg, "--help") == 0;
            to->paths[OLD] = to->paths[CONTROL] = optarg;
            break;
        case 'n': to->paths[NEW] = optarg; break;
        case 'i': to->isas = optarg; break;
        case 'm': to->maths = optarg; break;
        case 's': to->sizes = optarg; break;
        case 'f': to->filter = optarg; break;
        case 'q':
            to->rounds = 1;
            to->seconds = 0.05;
            to->attempts = 2;
            break;
        case 'h': to->help = true; break;
        default: return false;
        }
    }
    if (optind < argc)
        fprintf(stderr, "vact_bench: unexpected argument '%s' (vact_bench --against --help)\n", argv[optind]);
    return optind == argc;
}

bool against_is_asked(int argc, char **argv)
{
    static const char name[] = "--against";
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, sizeof name - 1) == 0 && strchr("=", argv[i][sizeof name - 1]) != NULL)
            return true;
    return false;
}

/* So that no slice begins on a core with cold caches. Without it the measurements are noisier. */
static void stay_on_this_core(void)
{
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
}

int against(int argc, char **argv)
{
    static run r = {.with = {.filter = "", .rounds = 2, .seconds = 0.35, .attempts = 4}};
    r.with.paths[NEW] = library_beside();
    if (!read_options(argc, argv, &r.with))
        return EXIT_USAGE;
    if (r.with.help) {
        help(stdout);
        return EXIT_SUCCESS;
    }
    if (regcomp(&r.filter, r.with.filter, REG_EXTENDED | REG_NOSUB) != 0)
        wrong("filter", r.with.filter, "is not a regular expression");
    each_word(&r, r.with.isas != NULL ? r.with.isas : vacti_table_current()->build, take_isa);
    each_word(&r, r.with.maths != NULL ? r.with.maths : "auto", take_math);
    each_word(&r, r.with.sizes != NULL ? r.with.sizes : "16,4096,131072,16777216", take_size);
    for (size_t i = 0; i < LIBRARIES; i++)
        if (!library_open(&r.libraries[i], r.with.paths[i]))
            return EXIT_USAGE;
    stay_on_this_core();
    run_all(&r);
    regfree(&r.filter);
    size_t compared = r.totals[SAME] + r.totals[SLOWER] + r.totals[FASTER] + r.totals[NOISY];
    printf("%zu compared: %zu slower, %zu faster, %zu the same, %zu noisy; %zu skipped\n", compared, r.totals[SLOWER],
           r.totals[FASTER], r.totals[SAME], r.totals[NOISY], r.totals[SKIPPED]);
    if (compared == 0) {
        fprintf(stderr, "vact_bench: nothing to compare\n");
        return EXIT_USAGE;
    }
    return r.totals[SLOWER] > 0 ? EXIT_SLOWER : EXIT_SUCCESS;
}
