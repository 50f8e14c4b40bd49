/* What a name in an expression may call; every number comes from the public functions of the library. */
#include <math.h>
#include <string.h>

#include "expression_parser.h"
#include "registry.h"

/* An operation or its derivative, with its parameters. */
typedef struct function {
    const vacti_op_info *info;
    bool derivative;
    vact_params_f32 params;
} function;

/* ------------------------------------------------------------------------------------------ the operations */

static void parse_parameters(expression_parser *p, function *f)
{
    if (p->error != NULL || !expression_take(p, ';'))
        return;
    expression_value given = expression_parse_list(p);
    size_t count = f->info->kind == VACT_KIND_CHANNELS ? 1 : (size_t)f->info->param_count;
    if (p->error == NULL && given.count > count)
        expression_fail(p, "the operation has fewer parameters");
    for (size_t i = 0; p->error == NULL && i < given.count; i++)
        f->params.v[i] = (float)given.v[i];
    if (p->error == NULL && !vacti_registry_accepts(f->info, &f->params))
        expression_fail(p, "a parameter is outside its domain");
}

static function parse_function(expression_parser *p, const char *name)
{
    function f = {vacti_registry_by_name(name), false, {{0.0f}}};
    if (f.info == NULL) {
        expression_fail(p, "no operation or function has this name");
        return f;
    }
    f.params = vacti_registry_defaults(f.info);
    f.derivative = expression_take(p, '\'');
    return f;
}

static vact_status run(const function *f, float *dst, const float *src, size_t count)
{
    static const float ones[EXPRESSION_VALUES] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    if (f->derivative)
        return vact_backward_f32(f->info->op, &f->params, dst, ones, src, count);
    if (f->info->op == VACT_OP_PRELU)
        return vact_prelu_f32(dst, src, f->params.v, 1, 1, count);
    if (f->info->op == VACT_OP_SOFTMAX)
        return vact_softmax_f32(dst, src, 1, count);
    if (f->info->op == VACT_OP_LOG_SOFTMAX)
        return vact_log_softmax_f32(dst, src, 1, count);
    return vact_forward_f32(f->info->op, &f->params, dst, src, count);
}

static void apply(expression_parser *p, const function *f, expression_value *list)
{
    float values[EXPRESSION_VALUES] = {0.0f};
    for (size_t i = 0; i < list->count; i++)
        values[i] = (float)list->v[i];
    if (run(f, values, values, list->count) != VACT_OK) {
        expression_fail(p, f->derivative ? "this operation's derivative is not to be had here"
                                         : "this operation takes no list");
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        list->v[i] = (double)values[i];
}

static double value_at(expression_parser *p, const function *f, double x)
{
    expression_value value = expression_number(x);
    apply(p, f, &value);
    return value.v[0];
}

/* A gated unit of the gates in `list` and the ups after the semicolon. */
static void parse_ups(expression_parser *p, const function *f, expression_value *list)
{
    float gates[EXPRESSION_VALUES] = {0.0f}, ups[EXPRESSION_VALUES] = {0.0f};
    expression_expect(p, ';', "';' and the ups are due here");
    expression_value up = p->error == NULL ? expression_parse_list(p) : expression_number(0.0);
    if (p->error == NULL && (up.count != list->count || f->derivative))
        expression_fail(p,
                        f->derivative ? "this operation's derivative is not to be had here" : "each gate has one up");
    if (p->error != NULL)
        return;
    size_t count = list->count;
    for (size_t i = 0; i < count; i++) {
        gates[i] = (float)list->v[i];
        ups[i] = (float)up.v[i];
    }
    vact_gate_rows_f32(f->info->op, &f->params, gates, count, gates, count, ups, count, 1, count);
    for (size_t i = 0; i < count; i++)
        list->v[i] = (double)gates[i];
}

static expression_value parse_application(expression_parser *p, const char *name)
{
    function f = parse_function(p, name);
    expression_expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? expression_parse_list(p) : expression_number(0.0);
    if (p->error == NULL && f.info->kind == VACT_KIND_GATE) {
        parse_ups(p, &f, &list);
        return list;
    }
    parse_parameters(p, &f);
    if (p->error == NULL)
        apply(p, &f, &list);
    return list;
}

/* ------------------------------------------------------------------------------------------------ the losses */

static double cross_entropy(expression_parser *p, expression_value *list, double target, bool gradient)
{
    float x[EXPRESSION_VALUES] = {0.0f}, loss = 0.0f;
    int32_t index = target >= 0.0 && target < (double)list->count ? (int32_t)target : -1;
    for (size_t i = 0; i < list->count; i++)
        x[i] = (float)list->v[i];
    if (vact_cross_entropy_forward_backward_i32_f32(&loss, x, NULL, x, &index, 1, list->count, NULL) != VACT_OK)
        expression_fail(p, "the target is none of the classes");
    for (size_t i = 0; i < list->count; i++)
        list->v[i] = (double)x[i];
    list->count = gradient ? list->count : 1;
    return (double)loss;
}

static double bce_with_logits(expression_parser *p, expression_value *list, double target, bool gradient)
{
    float x = (float)list->v[0], t = (float)target, loss = 0.0f, dx = 0.0f;
    if (list->count != 1 || vact_bce_with_logits_forward_backward_f32(&loss, &dx, NULL, &x, &t, 1, NULL) != VACT_OK)
        expression_fail(p, "one logit is due here");
    list->v[0] = (double)dx;
    return gradient ? (double)dx : (double)loss;
}

static expression_value parse_loss(expression_parser *p, bool of_classes)
{
    bool gradient = expression_take(p, '\'');
    expression_expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? expression_parse_list(p) : expression_number(0.0);
    expression_expect(p, ';', "';' and a target are due here");
    double target = p->error == NULL ? expression_parse_number(p) : 0.0;
    if (p->error != NULL)
        return list;
    double loss = (of_classes ? cross_entropy : bce_with_logits)(p, &list, target, gradient);
    return gradient ? list : expression_number(loss);
}

/* -------------------------------------------------------------------------------------- over an interval */

/* The smallest of sign*f at `steps` + 1 points from a to b; *where is one such point. */
static double smallest(expression_parser *p, const function *f, double sign, double a, double b, int steps,
                       double *where)
{
    double least = (double)INFINITY;
    for (int i = 0; i <= steps; i++) {
        double x = i == steps ? b : a + (b - a) * i / steps, value = sign * value_at(p, f, x);
        if (value < least) {
            least = value;
            *where = x;
        }
    }
    return least;
}

/* A coarse walk, then a fine one beside its best point: an extremum is flat, so f is right long before x is. */
static double extremum(expression_parser *p, const function *f, double sign, double a, double b)
{
    enum { STEPS = 4096 };
    double where = a, step = (b - a) / (double)STEPS;
    double coarse = smallest(p, f, sign, a, b, STEPS, &where);
    double fine = smallest(p, f, sign, fmax(a, where - step), fmin(b, where + step), STEPS, &where);
    return sign * fmin(coarse, fine);
}

static double zero(expression_parser *p, const function *f, double a, double b)
{
    bool negative = value_at(p, f, a) < 0.0;
    if (p->error == NULL && negative == (value_at(p, f, b) < 0.0))
        expression_fail(p, "there is no change of sign between these");
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (a + b);
        if ((value_at(p, f, middle) < 0.0) == negative)
            a = middle;
        else
            b = middle;
    }
    return 0.5 * (a + b);
}

/* The trapezoidal rule: exact to float where f is smooth, to 1e-6 with a kink, to 2e-4 with a step of height 1. */
static double mean(expression_parser *p, const function *f)
{
    enum { STEPS = 1024 };
    double sum = 0.0, weights = 0.0;
    for (int i = -10 * STEPS; i <= 10 * STEPS; i++) {
        double x = (double)i / (double)STEPS, weight = exp(-0.5 * x * x);
        weights += weight;
        sum += weight * value_at(p, f, x);
    }
    return sum / weights;
}

typedef enum analysis { MIN, MAX, ZERO, MEAN, GAIN, ANALYSES } analysis;

static const char *const analysis_names[ANALYSES] = {"min", "max", "zero", "mean", "gain"};

static double analyse(expression_parser *p, analysis kind, const function *f, double a, double b)
{
    switch (kind) {
    case MIN: return extremum(p, f, 1.0, a, b);
    case MAX: return extremum(p, f, -1.0, a, b);
    case ZERO: return zero(p, f, a, b);
    case MEAN: return mean(p, f);
    default: return vact_gain(f->info->op, f->params.v[0]);
    }
}

static expression_value parse_analysis(expression_parser *p, analysis kind)
{
    char name[EXPRESSION_NAME];
    double ends[2] = {0.0, 0.0};
    expression_expect(p, '(', "'(' is due here");
    if (p->error != NULL || !expression_parse_name(p, name))
        return expression_fail(p, "the name of an operation is due here");
    function f = parse_function(p, name);
    for (int i = 0; kind < MEAN && i < 2; i++) {
        expression_expect(p, ',', "',' and an end of the interval are due here");
        ends[i] = p->error == NULL ? expression_parse_number(p) : 0.0;
    }
    parse_parameters(p, &f);
    return expression_number(p->error == NULL ? analyse(p, kind, &f, ends[0], ends[1]) : 0.0);
}

/* --------------------------------------------------------------------------------------------------- lists */

static expression_value parse_linspace(expression_parser *p)
{
    expression_expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? expression_parse_list(p) : expression_number(0.0);
    if (p->error == NULL && (list.count != 3 || !(list.v[2] >= 2.0 && list.v[2] <= (double)EXPRESSION_VALUES)))
        return expression_fail(p, "linspace takes two ends and a count from 2 to 64");
    double a = list.v[0], b = list.v[1];
    list.count = p->error == NULL ? (size_t)list.v[2] : 1;
    for (size_t i = 0; i < list.count && list.count > 1; i++)
        list.v[i] = i == list.count - 1 ? b : a + (b - a) * (double)i / (double)(list.count - 1);
    return list;
}

/* zeros(list) or sum(list). */
static expression_value parse_fold(expression_parser *p, bool zeros)
{
    double result = 0.0;
    expression_expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? expression_parse_list(p) : expression_number(0.0);
    for (size_t i = 0; i < list.count; i++)
        result += !zeros ? list.v[i] : list.v[i] == 0.0 ? 1.0 : 0.0;
    return expression_number(result);
}

/* ----------------------------------------------------------------------------------------------- the names */

expression_value expression_parse_call(expression_parser *p, const char *name)
{
    for (analysis kind = MIN; kind < ANALYSES; kind++)
        if (strcmp(name, analysis_names[kind]) == 0)
            return parse_analysis(p, kind);
    if (strcmp(name, "linspace") == 0)
        return parse_linspace(p);
    if (strcmp(name, "zeros") == 0 || strcmp(name, "sum") == 0)
        return parse_fold(p, name[0] == 'z');
    if (strcmp(name, "cross_entropy") == 0 || strcmp(name, "bce_with_logits") == 0)
        return parse_loss(p, name[0] == 'c');
    return parse_application(p, name);
}
