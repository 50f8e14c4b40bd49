/* The panel of `vact plot` that shows a report of the benchmarks: times relative to copying, as bars. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"
#include "tool.h"

enum { MOST_ROWS = 256, MOST_SIZES = 5, MOST_REPETITIONS = 64, WORD = 48 };

/* What a bar's name says; "gelu/f32/avx512/fast/n:4096/uniform/manual_time". */
typedef struct bar_name {
    char operation[WORD], build[WORD], variant[WORD], input[WORD];
    size_t n;
    size_t slopes; /* of prelu */
} bar_name;

typedef struct cell {
    double ratios[MOST_REPETITIONS];
    size_t count;
} cell;

typedef struct row {
    size_t curve;
    char label[3 * WORD];
    cell cells[MOST_SIZES];
} row;

struct plot_times {
    const plot_request *request;
    row rows[MOST_ROWS];
    size_t row_count;
    size_t sizes[MOST_SIZES]; /* in elements, ascending */
    size_t size_count;
    const char *input; /* the distribution shown */
};

/* Of "n:4096", 4096; 0 where the word is another. */
static size_t number_after(const char *key, const char *word)
{
    size_t length = strlen(key);
    return strncmp(word, key, length) == 0 ? strtoul(word + length, NULL, 10) : 0;
}

static bool read_name(const char *text, bar_name *name)
{
    enum { WORDS = 7 };
    char copy[4 * WORD];
    char empty[1] = "";
    char *words[WORDS];
    char *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (int i = 0; i < WORDS; i++) {
        char *word = strsep(&rest, "/");
        words[i] = word == NULL ? empty : word;
    }
    name->n = number_after("n:", words[4]);
    name->slopes = number_after("slopes:", words[5]);
    snprintf(name->operation, sizeof name->operation, "%s", words[0]);
    snprintf(name->build, sizeof name->build, "%s", words[2]);
    snprintf(name->variant, sizeof name->variant, "%s", words[3]);
    snprintf(name->input, sizeof name->input, "%s", words[name->slopes > 0 ? 6 : 5]);
    return strcmp(words[1], "f32") == 0 && name->n > 0;
}

static cell *find_cell(plot_times *times, size_t curve, const bar_name *name)
{
    char label[3 * WORD];
    size_t column = 0;
    while (column < times->size_count && times->sizes[column] != name->n)
        column++;
    if (column == times->size_count) {
        if (times->size_count == MOST_SIZES)
            return NULL;
        times->sizes[times->size_count++] = name->n;
    }
    snprintf(label, sizeof label, "%s, %s", name->build, name->variant);
    if (name->slopes > 0)
        snprintf(label, sizeof label, "%s, %zu slope%s", name->build, name->slopes, name->slopes == 1 ? "" : "s");
    for (size_t i = 0; i < times->row_count; i++)
        if (times->rows[i].curve == curve && strcmp(times->rows[i].label, label) == 0)
            return &times->rows[i].cells[column];
    if (times->row_count == MOST_ROWS)
        return NULL;
    row *added = &times->rows[times->row_count++];
    added->curve = curve;
    snprintf(added->label, sizeof added->label, "%s", label);
    return &added->cells[column];
}

/* Takes one measurement in, where it is of an operation that is asked for. */
static void take(plot_times *times, const cJSON *entry)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "run_name"));
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "run_type"));
    const cJSON *ratio = cJSON_GetObjectItem(entry, "x_copy");
    bar_name name;
    if (text == NULL || type == NULL || strcmp(type, "iteration") != 0 || !cJSON_IsNumber(ratio) ||
        !read_name(text, &name) || strcmp(name.input, times->input) != 0)
        return;
    for (size_t i = 0; i < times->request->count; i++) {
        if (strcmp(times->request->curves[i].info->name, name.operation) != 0)
            continue;
        cell *to = find_cell(times, i, &name);
        if (to != NULL && to->count < MOST_REPETITIONS)
            to->ratios[to->count++] = ratio->valuedouble;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(cell *of)
{
    qsort(of->ratios, of->count, sizeof of->ratios[0], by_value);
    size_t middle = of->count / 2;
    return of->count % 2 != 0 ? of->ratios[middle] : 0.5 * (of->ratios[middle - 1] + of->ratios[middle]);
}

static int by_curve(const void *a, const void *b)
{
    size_t x = ((const row *)a)->curve;
    size_t y = ((const row *)b)->curve;
    return x != y ? (x > y) - (x < y) : strcmp(((const row *)a)->label, ((const row *)b)->label);
}

/* Sorts the columns by size, each row's cells with them. */
static void sort_sizes(plot_times *times)
{
    for (size_t i = 1; i < times->size_count; i++) {
        for (size_t k = i; k > 0 && times->sizes[k] < times->sizes[k - 1]; k--) {
            size_t size = times->sizes[k];
            times->sizes[k] = times->sizes[k - 1];
            times->sizes[k - 1] = size;
            for (size_t r = 0; r < times->row_count; r++) {
                cell moved = times->rows[r].cells[k];
                times->rows[r].cells[k] = times->rows[r].cells[k - 1];
                times->rows[r].cells[k - 1] = moved;
            }
        }
    }
}

static void take_all(plot_times *times, const cJSON *list, const char *input)
{
    const cJSON *entry;
    times->input = input;
    cJSON_ArrayForEach(entry, list) take(times, entry);
}

plot_times *plot_times_read(const plot_request *request)
{
    char *text = vact_tool_read_text(request->speed);
    if (text == NULL)
        return NULL;
    cJSON *document = cJSON_Parse(text);
    free(text);
    const cJSON *list = cJSON_GetObjectItem(document, "benchmarks");
    plot_times *times = calloc(1, sizeof *times);
    if (times == NULL || !cJSON_IsArray(list)) {
        vact_tool_fail(request->speed, times == NULL ? "out of memory" : "is no report of Google Benchmark");
        cJSON_Delete(document);
        free(times);
        return NULL;
    }
    times->request = request;
    take_all(times, list, "uniform");
    if (times->row_count == 0)
        take_all(times, list, "normal");
    cJSON_Delete(document);
    if (times->row_count == 0) {
        vact_tool_fail(request->speed, "holds no time relative to copy of these operations (counter x_copy)");
        free(times);
        return NULL;
    }
    sort_sizes(times);
    qsort(times->rows, times->row_count, sizeof times->rows[0], by_curve);
    return times;
}

void plot_times_free(plot_times *times) { free(times); }

size_t plot_times_rows(const plot_times *times) { return times->row_count; }

static void describe_size(char *text, size_t capacity, size_t elements)
{
    size_t bytes = elements * sizeof(float);
    if (bytes < 1024)
        snprintf(text, capacity, "%zu floats", elements);
    else if (bytes < 1048576)
        snprintf(text, capacity, "%zu KiB", bytes / 1024);
    else
        snprintf(text, capacity, "%zu MiB", bytes / 1048576);
}

static void draw_column(FILE *script, const plot_times *times, size_t column, const plot_place *place)
{
    double most = 1.0;
    fprintf(script, "$times%zu << EOD\n", column);
    for (size_t i = 0; i < times->row_count; i++) {
        cell sorted = times->rows[i].cells[column];
        if (sorted.count == 0)
            continue;
        double ratio = median(&sorted);
        most = ratio > most ? ratio : most;
        fprintf(script, "%zu %.6g %zu \"%.2f\"\n", i, ratio, times->rows[i].curve, ratio);
    }
    char size[32];
    describe_size(size, sizeof size, times->sizes[column]);
    fprintf(script, "EOD\nset title '%s' tc rgb '" PLOT_INK "' offset 0,-0.4\n", size);
    plot_put(script, place);
    fprintf(script, "set xrange [0:%.6g]\nplot $times%zu using (1):1 with points pt -1", 1.4 * most, column);
    for (size_t i = 0; i < times->request->count; i++) {
        fprintf(script, ", $times%zu using ($3 == %zu ? $2 : NaN):1:(0):2:($1 - 0.38):($1 + 0.38) with boxxyerror ",
                column, i);
        plot_line(script, i, false, 1.0);
        fputs(" fs solid noborder", script);
    }
    fprintf(script,
            ", $times%zu using 2:1:4 with labels left offset 0.4,0 font 'sans-serif,10' tc rgb '" PLOT_INK "'"
            "\nunset label\n",
            column);
}

void plot_times_draw(FILE *script, const plot_times *times, const plot_place *place)
{
    static const double names = 190, apart = 12;
    double left = place->left - plot_left + names;
    double width = (place->right - left) / (double)times->size_count;
    double step = (place->bottom - place->top) / (double)times->row_count;
    fputs("set xlabel 'time / time of copying' tc rgb '" PLOT_INK "' offset 0,0.5\nunset ytics\n", script);
    fprintf(script, "unset xzeroaxis\nset border 1 lc rgb '" PLOT_INK "'\nset yrange [%zu.5:-0.5]\n",
            times->row_count - 1);
    fputs("set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '" PLOT_INK "' lw 1.5 dt 3\n", script);
    for (size_t i = 0; i < times->row_count; i++) {
        double y = place->top + step * ((double)i + 0.5);
        const row *of = &times->rows[i];
        if (i == 0 || of->curve != times->rows[i - 1].curve)
            plot_label(script, place, 15, y, "left", times->request->curves[of->curve].info->name);
        plot_label(script, place, left - 8, y, "right font 'sans-serif,10'", of->label);
    }
    for (size_t column = 0; column < times->size_count; column++) {
        plot_place part = *place;
        part.left = left + width * (double)column;
        part.right = part.left + width - apart;
        draw_column(script, times, column, &part);
    }
}
