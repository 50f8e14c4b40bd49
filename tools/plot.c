/* vact plot: pictures of the operations, of their derivatives, errors and times. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"
#include "tool.h"

enum { KEY_FROM = 0x101, KEY_TO = 0x102, KEY_ERROR = 0x103, KEY_SPEED = 0x104, KEY_ISA = 0x105, KEY_MATH = 0x106 };

typedef struct options {
    plot_request request;
    vact_tool_choice kernels;
} options;

static const char documentation[] =
    "Draws operations and their derivatives as the library computes them, several in one picture. An operation may "
    "have "
    "parameters: leaky_relu:alpha=0.2, hardtanh:lo=0,hi=6; prelu:slope=0.1."
    "\v"
    "The ending of FILE says what it becomes: .svg, .png, or .gp for the gnuplot script with its data. The background "
    "is "
    "transparent, the colours stand out from a light one and from a dark one. Where a function jumps its line is "
    "broken.\n"
    "Errors are the largest of 1024 floats in each of 450 spans, so those of a whole sweep (`vact accuracy') may be "
    "larger. BENCH.json is what `./dev bench --benchmark_out=BENCH.json' writes; of several repetitions the median "
    "is shown.";

/* -------------------------------------------------------------------------------------- what is asked for */

static double parse_number(const struct argp_state *state, const char *what, const char *text)
{
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite((float)value))
        argp_error(state, "%s: '%s' is not a number that a float holds", what, text);
    return value;
}

/* One "name=value" of an operation's argument. */
static void set_parameter(const struct argp_state *state, plot_curve *curve, char *text)
{
    const vacti_op_info *info = curve->info;
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        argp_error(state, "%s: '%s' is not NAME=VALUE", info->name, text);
        return;
    }
    *equals = '\0';
    int index = info->kind == VACT_KIND_CHANNELS && strcmp(text, "slope") == 0 ? 0 : -1;
    for (int i = 0; i < info->param_count; i++)
        if (strcmp(info->params[i].name, text) == 0)
            index = i;
    if (index < 0)
        argp_error(state, "%s has no parameter '%s' (`vact list %s' tells what it has)", info->name, text, info->name);
    else
        curve->params.v[index] = (float)parse_number(state, text, equals + 1);
}

static void add_curve(const struct argp_state *state, plot_request *request, char *text)
{
    if (request->count == PLOT_MOST_CURVES) {
        argp_error(state, "at most %d operations fit into a picture", PLOT_MOST_CURVES);
        return;
    }
    plot_curve *curve = &request->curves[request->count++];
    snprintf(curve->label, sizeof curve->label, "%s", text);
    char *rest = text;
    curve->info = vact_tool_operation(state, strsep(&rest, ":"));
    if (curve->info->kind != VACT_KIND_UNARY && curve->info->kind != VACT_KIND_CHANNELS)
        argp_error(state, "%s works %s: it has no curve", curve->info->name, vact_tool_kind(curve->info->kind));
    curve->params = vacti_registry_defaults(curve->info);
    if (curve->info->kind == VACT_KIND_CHANNELS)
        curve->params.v[0] = 0.25f; /* PyTorch's initial slope */
    for (char *word = strsep(&rest, ","); word != NULL; word = strsep(&rest, ","))
        set_parameter(state, curve, word);
    if (!vacti_registry_accepts(curve->info, &curve->params))
        argp_error(state, "%s does not take these parameters (`vact list %s' tells their domains)", curve->info->name,
                   curve->info->name);
}

static void check(const struct argp_state *state, plot_request *request)
{
    const char *dot = request->output == NULL ? NULL : strrchr(request->output, '.');
    if (request->count == 0)
        argp_error(state, "an operation is needed; `vact list' names them all");
    if (request->output == NULL)
        argp_error(state, "-o FILE is missing");
    else if (dot == NULL || (strcmp(dot, ".svg") != 0 && strcmp(dot, ".png") != 0 && strcmp(dot, ".gp") != 0))
        argp_error(state, "%s ends neither in .svg nor in .png nor in .gp", request->output);
    else
        request->ending = dot + 1;
    if (!((float)request->from < (float)request->to) || !isfinite((float)request->to - (float)request->from))
        argp_error(state, "--from %g --to %g is no range", request->from, request->to);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    options *asked = state->input;
    switch (key) {
    case 'o': asked->request.output = argument; return 0;
    case KEY_FROM: asked->request.from = parse_number(state, "--from", argument); return 0;
    case KEY_TO: asked->request.to = parse_number(state, "--to", argument); return 0;
    case KEY_ERROR: asked->request.error = true; return 0;
    case KEY_SPEED: asked->request.speed = argument; return 0;
    case KEY_ISA: vact_tool_choose_isa(&asked->kernels, state, argument); return 0;
    case KEY_MATH: vact_tool_choose_math(&asked->kernels, state, argument); return 0;
    case ARGP_KEY_ARG: add_curve(state, &asked->request, argument); return 0;
    case ARGP_KEY_END: check(state, &asked->request); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---------------------------------------------------------------------------------------- pieces of script */

void plot_line(FILE *script, size_t curve, bool dotted, double width)
{
    static const char *const colours[] = {"#e4572e", "#3d85c6", "#4f9d5a", "#9a6fc4",
                                          "#b08900", "#2a9d8f", "#d1609a", "#8a6d5a"};
    const size_t count = sizeof colours / sizeof colours[0];
    const char *dashes = dotted ? "dt (3,4)" : curve >= count ? "dt (12,5)" : "dt 1";
    fprintf(script, "lc rgb '%s' lw %.1f %s", colours[curve % count], width, dashes);
}

/* Within quotes of this kind only the quote itself means something. */
void plot_string(FILE *script, const char *text)
{
    fputc('\'', script);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', script);
        fputc(*text, script);
    }
    fputc('\'', script);
}

void plot_put(FILE *script, const plot_place *place)
{
    fprintf(script, "set lmargin at screen %.5f\nset rmargin at screen %.5f\n", place->left / plot_width,
            place->right / plot_width);
    fprintf(script, "set tmargin at screen %.5f\nset bmargin at screen %.5f\n", 1.0 - place->top / place->height,
            1.0 - place->bottom / place->height);
}

void plot_label(FILE *script, const plot_place *picture, double x, double y, const char *with, const char *text)
{
    fputs("set label ", script);
    plot_string(script, text);
    fprintf(script, " at screen %.5f, screen %.5f %s tc rgb '" PLOT_INK "'\n", x / plot_width,
            1.0 - y / picture->height, with);
}

/* ---------------------------------------------------------------------------------------------- the picture */

/* Pixels from the top of one thing to that of the next. */
static const double headline = 34, legend_line = 20, title_height = 28, axis_height = 56;
static const double curves_height = 300, errors_height = 200, times_row = 17;

/* A name's place in the legend, which breaks where it reaches the right margin; the height of all. */
static double put_legend(FILE *script, const plot_request *request, const plot_place *picture)
{
    static const double sample = 26, letter = 8, between = 22;
    double x = plot_left;
    double y = headline;
    for (size_t i = 0; i < request->count; i++) {
        double width = sample + 6 + letter * (double)strlen(request->curves[i].label);
        if (x > plot_left && x + width > plot_width - plot_right) {
            x = plot_left;
            y += legend_line;
        }
        if (script != NULL) {
            double at = 1.0 - (y + 1.0) / picture->height;
            fprintf(script, "set arrow from screen %.5f, screen %.5f to screen %.5f, screen %.5f nohead ",
                    x / plot_width, at, (x + sample) / plot_width, at);
            plot_line(script, i, false, 2.5);
            fputc('\n', script);
            plot_label(script, picture, x + sample + 6, y, "left", request->curves[i].label);
        }
        x += width + between;
    }
    return y + legend_line;
}

static void put_header(FILE *script, const plot_request *request, const plot_place *picture)
{
    const char *terminal =
        strcmp(request->ending, "png") == 0 ? "pngcairo transparent font 'sans-serif,9'" : "svg font 'sans-serif,12'";
    fprintf(script, "set encoding utf8\nset terminal %s size %.0f,%.0f noenhanced\n", terminal, plot_width,
            picture->height);
    fputs("unset key\nset border 3 lc rgb '" PLOT_INK "'\nset tics nomirror out scale 0.6 tc rgb '" PLOT_INK "'\n"
          "set grid lt 1 lc rgb '" PLOT_INK "' lw 0.25\n"
          "set xzeroaxis lt 1 lc rgb '" PLOT_INK "' lw 1\nset yzeroaxis lt 1 lc rgb '" PLOT_INK "' lw 1\n"
          "set multiplot\n",
          script);
    put_legend(script, request, picture);
    if (request->count == 1) { /* its formula beside its name */
        const char *formula = request->curves[0].info->formula;
        plot_label(script, picture, plot_width - plot_right, headline, "right", formula);
    }
}

static plot_place take_panel(const plot_place *picture, double *y, double height)
{
    plot_place place = {plot_left, plot_width - plot_right, *y + title_height, *y + title_height + height,
                        picture->height};
    *y = place.bottom + axis_height;
    return place;
}

static bool draw(FILE *script, const plot_request *request, const plot_times *times)
{
    plot_place picture = {0, plot_width, 0, 0, 0};
    double times_height = times == NULL ? 0.0 : times_row * (double)plot_times_rows(times);
    picture.height = put_legend(NULL, request, &picture) + title_height + curves_height + axis_height +
                     (request->error ? title_height + errors_height + axis_height : 0.0) +
                     (times != NULL ? title_height + times_height + axis_height : 0.0);
    put_header(script, request, &picture);
    double y = put_legend(NULL, request, &picture);
    plot_place left = take_panel(&picture, &y, curves_height);
    plot_place right = left;
    left.right = plot_width / 2.0 - plot_right;
    right.left = plot_width / 2.0 + plot_left - plot_right;
    bool drawn = plot_curves(script, request, false, &left);
    fputs("unset arrow\n", script);
    drawn = drawn && plot_curves(script, request, true, &right);
    if (request->error) {
        plot_place place = take_panel(&picture, &y, errors_height);
        drawn = drawn && plot_errors(script, request, &place);
    }
    if (times != NULL) {
        plot_place place = take_panel(&picture, &y, times_height);
        plot_times_draw(script, times, &place);
    }
    fputs("unset multiplot\n", script);
    return drawn;
}

static int make_picture(const plot_request *request, const plot_times *times)
{
    FILE *script = tmpfile();
    if (script == NULL)
        return vact_tool_fail("temporary file", "%s", strerror(errno));
    int status = VACT_TOOL_FAILURE;
    if (draw(script, request, times))
        status =
            strcmp(request->ending, "gp") == 0 ? plot_save(script, request->output) : plot_run(script, request->output);
    fclose(script);
    return status;
}

int vact_tool_plot(int argc, char **argv)
{
    static const struct argp_option known[] = {
        {"output", 'o', "FILE", 0, "The picture: .svg or .png; or .gp, its script", 1},
        {"from", KEY_FROM, "X", 0, "Where the picture begins (default -5)", 1},
        {"to", KEY_TO, "X", 0, "Where it ends (default 5)", 1},
        {"error", KEY_ERROR, NULL, 0, "Besides, the error of each variant in ULP", 2},
        {"speed", KEY_SPEED, "BENCH.json", 0, "Besides, the times of a saved benchmark relative to copying", 2},
        {"isa", KEY_ISA, "NAME", 0, "auto, scalar, avx2, avx512 or neon", 3},
        {"math", KEY_MATH, "NAME", 0, "The variant of the curves: auto, sleef, fast or cr", 3},
        {NULL, 0, NULL, 0, NULL, 0},
    };
    const struct argp argp = {known, parse, "OPERATION[:NAME=VALUE,...]... -o FILE", documentation, NULL, NULL, NULL};
    static options asked = {.request = {.from = -5.0, .to = 5.0}};
    if (vact_tool_parse(&argp, argc, argv, 0, &asked) != 0)
        return VACT_TOOL_USAGE;
    if (!vact_tool_select(&asked.kernels))
        return VACT_TOOL_FAILURE;
    plot_times *times = NULL;
    if (asked.request.speed != NULL && (times = plot_times_read(&asked.request)) == NULL)
        return VACT_TOOL_FAILURE;
    int status = make_picture(&asked.request, times);
    plot_times_free(times);
    return status;
}
