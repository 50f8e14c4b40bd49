/* The panels of `vact plot` that show a function of x: values, derivatives, errors. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "plot.h"
#include "reference/reference.h"
#include "tool.h"

enum {
    POINTS = 600,       /* of a curve */
    SPANS = 450,        /* that an error's range is divided into */
    SPAN_INPUTS = 1024, /* tried in each */
};

/* -------------------------------------------------------------------------------------------- curves */

float plot_value(const plot_curve *curve, bool derivative, float x)
{
    static const float one = 1.0f;
    float y = NAN;
    vact_op op = curve->info->op;
    const vact_params_f32 *params = &curve->params;
    if (op == VACT_OP_PRELU && derivative) /* for one slope, the same function */
        vact_leaky_relu_backward_f32(&y, &one, &x, 1, params->v[0]);
    else if (op == VACT_OP_PRELU)
        vact_prelu_f32(&y, &x, params->v, 1, 1, 1);
    else if (derivative)
        vact_backward_f32(op, params, &y, &one, &x, 1);
    else
        vact_forward_f32(op, params, &y, &x, 1);
    return y;
}

typedef struct point {
    float x, y;
} point;

static void put_point(FILE *script, point p)
{
    if (isfinite(p.y))
        fprintf(script, "%.9g %.9g\n", (double)p.x, (double)p.y);
    else
        fputc('\n', script); /* beyond what a picture holds: a gap */
}

/* Where the function jumps between two points, which bisection down to neighbouring floats tells from a steep rise,
 * the line is broken. */
static void put_jump(FILE *script, const plot_curve *curve, bool derivative, point left, point right)
{
    float whole = fabsf(right.y - left.y);
    for (;;) {
        float x = left.x + 0.5f * (right.x - left.x);
        if (x <= left.x || x >= right.x)
            break;
        point middle = {x, plot_value(curve, derivative, x)};
        if (fabsf(middle.y - left.y) >= fabsf(right.y - middle.y))
            right = middle;
        else
            left = middle;
    }
    if (fabsf(right.y - left.y) < 0.5f * whole)
        return;
    put_point(script, left);
    fputc('\n', script);
    put_point(script, right);
}

typedef struct extent {
    float least, most;
} extent;

static extent put_curve(FILE *script, const plot_request *request, size_t index, bool derivative)
{
    const plot_curve *curve = &request->curves[index];
    point points[POINTS + 1];
    extent seen = {INFINITY, -INFINITY};
    for (int i = 0; i <= POINTS; i++) {
        float x = (float)(request->from + (request->to - request->from) * (double)i / (double)POINTS);
        points[i] = (point){x, plot_value(curve, derivative, x)};
        if (isfinite(points[i].y)) {
            seen = (extent){fminf(seen.least, points[i].y), fmaxf(seen.most, points[i].y)};
        }
    }
    fprintf(script, "$%s%zu << EOD\n", derivative ? "derivative" : "value", index);
    put_point(script, points[0]);
    for (int i = 1; i <= POINTS; i++) {
        if (fabsf(points[i].y - points[i - 1].y) > 0.02f * (seen.most - seen.least))
            put_jump(script, curve, derivative, points[i - 1], points[i]);
        put_point(script, points[i]);
    }
    fputs("EOD\n", script);
    return seen;
}

/* The vertical axis is named above its end, where no tic's label reaches. */
static void put_axes(FILE *script, const plot_request *request, const char *title, const char *axis,
                     const plot_place *place)
{
    plot_put(script, place);
    plot_label(script, place, place->left, place->top - 13.0, "center", axis);
    fputs("set title ", script);
    plot_string(script, title);
    fprintf(script, " tc rgb '" PLOT_INK "' offset 0,-0.4\nset xrange [%.9g:%.9g]\n", request->from, request->to);
    fputs("set xlabel 'x' tc rgb '" PLOT_INK "' offset 0,0.5\n", script);
}

bool plot_curves(FILE *script, const plot_request *request, bool derivatives, const plot_place *place)
{
    extent all = {INFINITY, -INFINITY};
    for (size_t i = 0; i < request->count; i++) {
        extent seen = put_curve(script, request, i, derivatives);
        all = (extent){fminf(all.least, seen.least), fmaxf(all.most, seen.most)};
    }
    if (all.least > all.most) {
        vact_tool_fail("--from, --to", "no value in that range is finite");
        return false;
    }
    put_axes(script, request, derivatives ? "Derivative" : "Value", derivatives ? "f′(x)" : "f(x)", place);
    if (all.least < all.most)
        fputs("set yrange [*:*]\n", script);
    else
        fprintf(script, "set yrange [%.9g:%.9g]\n", (double)all.least - 1.0, (double)all.most + 1.0);
    fputs("set offsets 0, 0, graph 0.06, graph 0.06\nplot ", script);
    for (size_t i = 0; i < request->count; i++) {
        fprintf(script, "%s$%s%zu using 1:2 with lines ", i == 0 ? "" : ", ", derivatives ? "derivative" : "value", i);
        plot_line(script, i, false, 2.0);
    }
    fputs("\nset offsets\nunset label\n", script);
    return true;
}

/* -------------------------------------------------------------------------------------------- errors */

/* Floats in their order, as numbers without a gap; both zeros are 0. */
static int64_t order_of(float x)
{
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    int64_t magnitude = bits & 0x7fffffffu;
    return bits >> 31 ? -magnitude : magnitude;
}

static float float_at(int64_t order)
{
    uint32_t bits = order < 0 ? (uint32_t)-order | 0x80000000u : (uint32_t)order;
    float x = 0.0f;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void compute(const plot_curve *curve, vact_math math, float *y, const float *x, size_t n)
{
    if (curve->info->kind == VACT_KIND_CHANNELS)
        vact_prelu_f32(y, x, curve->params.v, 1, 1, n);
    else
        vact_kernel_f32(curve->info->op, VACT_ISA_AUTO, math)(y, x, n, &curve->params);
}

/* The largest error in [from, to], over floats that lie evenly among all that are there. */
static double error_within(const plot_curve *curve, vact_math math, float from, float to)
{
    float x[SPAN_INPUTS];
    float y[SPAN_INPUTS];
    int64_t first = order_of(from);
    int64_t width = order_of(to) - first;
    for (int i = 0; i < SPAN_INPUTS; i++)
        x[i] = float_at(first + width * i / (SPAN_INPUTS - 1));
    compute(curve, math, y, x, SPAN_INPUTS);
    double most = 0.0;
    for (int i = 0; i < SPAN_INPUTS; i++)
        most = fmax(most, vacti_forward_error(curve->info->op, &curve->params, (double)x[i], y[i],
                                              vacti_reference_f32(curve->info->op)((double)x[i], &curve->params)));
    return most;
}

static bool put_errors(FILE *script, const plot_request *request, size_t index, vact_math math)
{
    const plot_curve *curve = &request->curves[index];
    double width = (request->to - request->from) / (double)SPANS;
    fprintf(script, "$error%zu_%d << EOD\n", index, (int)math);
    for (int i = 0; i < SPANS; i++) {
        double from = request->from + width * i;
        double error = error_within(curve, math, (float)from, (float)(from + width));
        if (!isfinite(error)) {
            vact_tool_fail(curve->label, "the error near %g is infinite: no picture holds that", from);
            return false;
        }
        fprintf(script, "%.9g %.6g\n", from + 0.5 * width, error);
    }
    fputs("EOD\n", script);
    return true;
}

/* The variants of an operation, AUTO standing for the only one; their number. */
static size_t variants_of(const vacti_op_info *info, vact_math maths[2])
{
    size_t count = 0;
    maths[0] = VACT_MATH_AUTO;
    if (!info->needs_math)
        return 1;
    for (int math = VACT_MATH_FAST; math >= VACT_MATH_SLEEF; math--)
        if (vact_kernel_f32(info->op, VACT_ISA_AUTO, (vact_math)math) != NULL)
            maths[count++] = (vact_math)math;
    return count;
}

bool plot_errors(FILE *script, const plot_request *request, const plot_place *place)
{
    vact_math maths[2];
    bool used[VACT_MATH_CR] = {false};
    for (size_t i = 0; i < request->count; i++) {
        size_t count = variants_of(request->curves[i].info, maths);
        for (size_t k = 0; k < count; k++) {
            used[maths[k]] = true;
            if (!put_errors(script, request, i, maths[k]))
                return false;
        }
    }
    char title[160];
    const char *variants = used[VACT_MATH_FAST] && used[VACT_MATH_SLEEF] ? " (variant fast solid, sleef dotted)" : "";
    snprintf(title, sizeof title, "Largest error%s; thin line: 0.5 ULP, correctly rounded", variants);
    put_axes(script, request, title, "ULP", place);
    fputs("set yrange [0:0.6<*]\nset offsets 0, 0, graph 0.08, 0\n"
          "plot 0.5 with lines lc rgb '" PLOT_INK "' lw 1 dt 3",
          script);
    for (size_t i = 0; i < request->count; i++) {
        size_t count = variants_of(request->curves[i].info, maths);
        for (size_t k = 0; k < count; k++) {
            fprintf(script, ", $error%zu_%d using 1:2 with steps ", i, (int)maths[k]);
            plot_line(script, i, maths[k] == VACT_MATH_SLEEF, 1.5);
        }
    }
    fputs("\nset offsets\nunset label\n", script);
    return true;
}
