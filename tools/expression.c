/* A recursive descent over the text; every number comes from the public functions of the library. */
#include "expression.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

enum { MOST_NESTED = 32, NAME_SIZE = 32 };

typedef struct parser {
    const char *at;
    const char *error; /* the first one; everything after it returns without effect */
    int depth;
} parser;

/* An operation or its derivative, with its parameters. */
typedef struct function {
    const vact_op_info *info;
    bool derivative;
    vact_params_f32 params;
} function;

static expression_value fail(parser *p, const char *error)
{
    if (p->error == NULL)
        p->error = error;
    return (expression_value){1, {(double)NAN}};
}

static expression_value number(double x) { return (expression_value){1, {x}}; }

static char next(parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    return *p->at;
}

static bool take(parser *p, char c)
{
    if (next(p) != c)
        return false;
    p->at++;
    return true;
}

static void expect(parser *p, char c, const char *error)
{
    if (p->error == NULL && !take(p, c))
        fail(p, error);
}

static expression_value parse_sum(parser *p);

static double parse_number(parser *p)
{
    expression_value value = parse_sum(p);
    if (p->error == NULL && value.count != 1)
        fail(p, "one number is due here, not a list");
    return value.v[0];
}

/* Numbers and lists with commas between them, as one list. */
static expression_value parse_list(parser *p)
{
    expression_value list = {0, {0.0}};
    do {
        expression_value part = parse_sum(p);
        if (p->error != NULL)
            return part;
        if (list.count + part.count > EXPRESSION_VALUES)
            return fail(p, "a list has at most 64 numbers");
        memcpy(&list.v[list.count], part.v, part.count * sizeof part.v[0]);
        list.count += part.count;
    } while (take(p, ','));
    return list;
}

static bool parse_name(parser *p, char name[NAME_SIZE])
{
    size_t length = 0;
    for (next(p); (isalnum((unsigned char)*p->at) || *p->at == '_') && length < NAME_SIZE - 1; length++)
        name[length] = *p->at++;
    name[length] = '\0';
    return length > 0;
}

/* ------------------------------------------------------------------------------------------ the operations */

static void parse_parameters(parser *p, function *f)
{
    if (p->error != NULL || !take(p, ';'))
        return;
    expression_value given = parse_list(p);
    size_t count = f->info->kind == VACT_KIND_CHANNELS ? 1 : (size_t)f->info->param_count;
    if (p->error == NULL && given.count > count)
        fail(p, "the operation has fewer parameters");
    for (size_t i = 0; p->error == NULL && i < given.count; i++)
        f->params.v[i] = (float)given.v[i];
    if (p->error == NULL && !vact_registry_accepts(f->info, &f->params))
        fail(p, "a parameter is outside its domain");
}

static function parse_function(parser *p, const char *name)
{
    function f = {vact_registry_by_name(name), false, {{0.0f}}};
    if (f.info == NULL) {
        fail(p, "no operation or function has this name");
        return f;
    }
    f.params = vact_registry_defaults(f.info);
    f.derivative = take(p, '\'');
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

static void apply(parser *p, const function *f, expression_value *list)
{
    float values[EXPRESSION_VALUES] = {0.0f};
    for (size_t i = 0; i < list->count; i++)
        values[i] = (float)list->v[i];
    if (run(f, values, values, list->count) != VACT_OK) {
        fail(p, f->derivative ? "this operation's derivative is not to be had here" : "this operation takes no list");
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        list->v[i] = (double)values[i];
}

static double value_at(parser *p, const function *f, double x)
{
    expression_value value = number(x);
    apply(p, f, &value);
    return value.v[0];
}

/* A gated unit of the gates in `list` and the ups after the semicolon. */
static void parse_ups(parser *p, const function *f, expression_value *list)
{
    float gates[EXPRESSION_VALUES] = {0.0f}, ups[EXPRESSION_VALUES] = {0.0f};
    expect(p, ';', "';' and the ups are due here");
    expression_value up = p->error == NULL ? parse_list(p) : number(0.0);
    if (p->error == NULL && (up.count != list->count || f->derivative))
        fail(p, f->derivative ? "this operation's derivative is not to be had here" : "each gate has one up");
    if (p->error != NULL)
        return;
    size_t count = list->count;
    for (size_t i = 0; i < count; i++) {
        gates[i] = (float)list->v[i];
        ups[i] = (float)up.v[i];
    }
    vact_gate_rows_f32(f->info->op, gates, count, gates, count, ups, count, 1, count);
    for (size_t i = 0; i < count; i++)
        list->v[i] = (double)gates[i];
}

static expression_value parse_application(parser *p, const char *name)
{
    function f = parse_function(p, name);
    expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? parse_list(p) : number(0.0);
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

static double cross_entropy(parser *p, expression_value *list, double target, bool gradient)
{
    float x[EXPRESSION_VALUES] = {0.0f}, loss = 0.0f;
    int32_t index = target >= 0.0 && target < (double)list->count ? (int32_t)target : -1;
    for (size_t i = 0; i < list->count; i++)
        x[i] = (float)list->v[i];
    if (vact_cross_entropy_forward_backward_i32_f32(&loss, x, NULL, x, &index, 1, list->count, NULL) != VACT_OK)
        fail(p, "the target is none of the classes");
    for (size_t i = 0; i < list->count; i++)
        list->v[i] = (double)x[i];
    list->count = gradient ? list->count : 1;
    return (double)loss;
}

static double bce_with_logits(parser *p, expression_value *list, double target, bool gradient)
{
    float x = (float)list->v[0], t = (float)target, loss = 0.0f, dx = 0.0f;
    if (list->count != 1 || vact_bce_with_logits_forward_backward_f32(&loss, &dx, NULL, &x, &t, 1, NULL) != VACT_OK)
        fail(p, "one logit is due here");
    list->v[0] = (double)dx;
    return gradient ? (double)dx : (double)loss;
}

static expression_value parse_loss(parser *p, bool of_classes)
{
    bool gradient = take(p, '\'');
    expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? parse_list(p) : number(0.0);
    expect(p, ';', "';' and a target are due here");
    double target = p->error == NULL ? parse_number(p) : 0.0;
    if (p->error != NULL)
        return list;
    double loss = (of_classes ? cross_entropy : bce_with_logits)(p, &list, target, gradient);
    return gradient ? list : number(loss);
}

/* -------------------------------------------------------------------------------------- over an interval */

/* The smallest of sign*f at `steps` + 1 points from a to b; *where is one such point. */
static double smallest(parser *p, const function *f, double sign, double a, double b, int steps, double *where)
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
static double extremum(parser *p, const function *f, double sign, double a, double b)
{
    enum { STEPS = 4096 };
    double where = a, step = (b - a) / (double)STEPS;
    double coarse = smallest(p, f, sign, a, b, STEPS, &where);
    double fine = smallest(p, f, sign, fmax(a, where - step), fmin(b, where + step), STEPS, &where);
    return sign * fmin(coarse, fine);
}

static double zero(parser *p, const function *f, double a, double b)
{
    bool negative = value_at(p, f, a) < 0.0;
    if (p->error == NULL && negative == (value_at(p, f, b) < 0.0))
        fail(p, "there is no change of sign between these");
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
static double mean(parser *p, const function *f)
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

static double analyse(parser *p, analysis kind, const function *f, double a, double b)
{
    switch (kind) {
    case MIN: return extremum(p, f, 1.0, a, b);
    case MAX: return extremum(p, f, -1.0, a, b);
    case ZERO: return zero(p, f, a, b);
    case MEAN: return mean(p, f);
    default: return vact_gain(f->info->op, f->params.v[0]);
    }
}

static expression_value parse_analysis(parser *p, analysis kind)
{
    char name[NAME_SIZE];
    double ends[2] = {0.0, 0.0};
    expect(p, '(', "'(' is due here");
    if (p->error != NULL || !parse_name(p, name))
        return fail(p, "the name of an operation is due here");
    function f = parse_function(p, name);
    for (int i = 0; kind < MEAN && i < 2; i++) {
        expect(p, ',', "',' and an end of the interval are due here");
        ends[i] = p->error == NULL ? parse_number(p) : 0.0;
    }
    parse_parameters(p, &f);
    return number(p->error == NULL ? analyse(p, kind, &f, ends[0], ends[1]) : 0.0);
}

/* --------------------------------------------------------------------------------------------------- lists */

static expression_value parse_linspace(parser *p)
{
    expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? parse_list(p) : number(0.0);
    if (p->error == NULL && (list.count != 3 || !(list.v[2] >= 2.0 && list.v[2] <= (double)EXPRESSION_VALUES)))
        return fail(p, "linspace takes two ends and a count from 2 to 64");
    double a = list.v[0], b = list.v[1];
    list.count = p->error == NULL ? (size_t)list.v[2] : 1;
    for (size_t i = 0; i < list.count && list.count > 1; i++)
        list.v[i] = i == list.count - 1 ? b : a + (b - a) * (double)i / (double)(list.count - 1);
    return list;
}

/* zeros(list) or sum(list). */
static expression_value parse_fold(parser *p, bool zeros)
{
    double result = 0.0;
    expect(p, '(', "'(' is due here");
    expression_value list = p->error == NULL ? parse_list(p) : number(0.0);
    for (size_t i = 0; i < list.count; i++)
        result += !zeros ? list.v[i] : list.v[i] == 0.0 ? 1.0 : 0.0;
    return number(result);
}

/* ----------------------------------------------------------------------------------------- the expressions */

static expression_value parse_call(parser *p, const char *name)
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

static expression_value parse_primary(parser *p)
{
    char name[NAME_SIZE];
    if (isdigit((unsigned char)next(p)) || *p->at == '.') {
        char *end = NULL;
        expression_value value = number(strtod(p->at, &end));
        if (end == p->at)
            return fail(p, "this is no number");
        p->at = end;
        return value;
    }
    if (take(p, '(')) {
        expression_value value = parse_list(p);
        expect(p, ')', "')' is due here");
        return value;
    }
    if (!parse_name(p, name))
        return fail(p, "a number or a name is due here");
    if (strcmp(name, "inf") == 0)
        return number((double)INFINITY);
    if (strcmp(name, "nan") == 0)
        return number((double)NAN);
    expression_value value = parse_call(p, name);
    expect(p, ')', "')' is due here");
    return value;
}

static expression_value parse_indexed(parser *p)
{
    expression_value value = parse_primary(p);
    while (p->error == NULL && take(p, '[')) {
        double index = parse_number(p);
        expect(p, ']', "']' is due here");
        if (p->error == NULL && !(index >= 0.0 && index < (double)value.count))
            return fail(p, "the list has no such number");
        value = number(p->error == NULL ? value.v[(size_t)index] : 0.0);
    }
    return value;
}

static double combine(char operator, double a, double b)
{
    switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return pow(a, b);
    }
}

static expression_value each(parser *p, char operator, const expression_value * a, const expression_value *b)
{
    expression_value result = {a->count > b->count ? a->count : b->count, {0.0}};
    if (p->error == NULL && a->count != b->count && a->count != 1 && b->count != 1)
        return fail(p, "these lists differ in length");
    for (size_t i = 0; i < result.count; i++)
        result.v[i] = combine(operator, a->v[a->count == 1 ? 0 : i], b->v[b->count == 1 ? 0 : i]);
    return result;
}

/* -x^2 is -(x^2), and 2^-3 is allowed. */
static expression_value parse_signed(parser *p)
{
    if (p->error != NULL || ++p->depth > MOST_NESTED)
        return fail(p, "this is nested too deeply");
    bool minus = take(p, '-');
    expression_value value = minus ? parse_signed(p) : parse_indexed(p);
    if (!minus && p->error == NULL && take(p, '^')) {
        expression_value exponent = parse_signed(p);
        value = each(p, '^', &value, &exponent);
    }
    for (size_t i = 0; minus && i < value.count; i++)
        value.v[i] = -value.v[i];
    p->depth--;
    return value;
}

static expression_value parse_product(parser *p)
{
    expression_value value = parse_signed(p);
    while (p->error == NULL && (next(p) == '*' || *p->at == '/')) {
        char operator= * p->at++;
        expression_value right = parse_signed(p);
        value = each(p, operator, & value, &right);
    }
    return value;
}

static expression_value parse_sum(parser *p)
{
    expression_value value = parse_product(p);
    while (p->error == NULL && (next(p) == '+' || *p->at == '-')) {
        char operator= * p->at++;
        expression_value right = parse_product(p);
        value = each(p, operator, & value, &right);
    }
    return value;
}

const char *expression_evaluate(const char *text, expression_value *value, const char **at)
{
    parser p = {text, NULL, 0};
    *value = parse_list(&p);
    if (p.error == NULL && next(&p) != '\0')
        fail(&p, "this is too much");
    *at = p.at;
    return p.error;
}
