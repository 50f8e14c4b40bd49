/* The parts of `vact plot`: each panel of the picture writes its piece of one gnuplot script. */
#ifndef VACT_TOOLS_PLOT_H
#define VACT_TOOLS_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "registry.h"

enum { PLOT_MOST_CURVES = 16 };

/* In pixels: the picture, and the margins of what it shows. */
static const double plot_width = 920, plot_left = 75, plot_right = 20;

/* An operation with its parameters. */
typedef struct plot_curve {
    const vacti_op_info *info;
    vact_params_f32 params; /* of prelu: its one slope */
    char label[128];
} plot_curve;

typedef struct plot_request {
    plot_curve curves[PLOT_MOST_CURVES];
    size_t count;
    double from, to;
    bool error;        /* a panel of errors */
    const char *speed; /* a report of the benchmarks; null: no panel of times */
    const char *output;
    const char *ending; /* "svg", "png" or "gp" */
} plot_request;

/* A tone that stands out from white and from black, for text and axes. */
#define PLOT_INK "#777777"

/* Where a panel lies, in pixels from the top left corner; of a picture this high. */
typedef struct plot_place {
    double left, right, top, bottom;
    double height;
} plot_place;

/* The line of a curve, as a gnuplot line style. */
void plot_line(FILE *script, size_t curve, bool dotted, double width);

/* A string as gnuplot reads it. */
void plot_string(FILE *script, const char *text);

/* Sets the margins. */
void plot_put(FILE *script, const plot_place *place);

/* A label at pixels. */
void plot_label(FILE *script, const plot_place *picture, double x, double y, const char *with, const char *text);

/* f(x) or f'(x) as computed by the library. */
float plot_value(const plot_curve *curve, bool derivative, float x);

/* The curves, or their derivatives; and the largest error of each variant. False, said, where that cannot be had. */
bool plot_curves(FILE *script, const plot_request *request, bool derivatives, const plot_place *place);
bool plot_errors(FILE *script, const plot_request *request, const plot_place *place);

/* What a report of the benchmarks says of the operations. */
typedef struct plot_times plot_times;
plot_times *plot_times_read(const plot_request *request); /* null, said, where there is nothing to be had */
size_t plot_times_rows(const plot_times *times);          /* the lines of the panel */
void plot_times_draw(FILE *script, const plot_times *times, const plot_place *place);
void plot_times_free(plot_times *times);

/* Runs gnuplot on the script and writes what it draws to the file, whole or not at all; the exit status. */
int plot_run(FILE *script, const char *path);

/* Copies a temporary file there, whole or not at all: of a picture, or the script itself. */
int plot_save(FILE *file, const char *path);

#endif
