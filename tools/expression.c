/* A recursive descent over the text: the grammar. */
#include "expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expression_parser.h"

enum { MOST_NESTED = 32 };

expression_value expression_fail(expression_parser *p, const char *error)
{
    if (p->error == NULL)
        p->error = error;
    return (expression_value){1, {(double)NAN}};
}

expression_value expression_number(double x) { return (expression_value){1, {x}}; }

static char next(expression_parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    return *p->at;
}

bool expression_take(expression_parser *p, char c)
{
    if (next(p) != c)
        return false;
    p->at++;
    return true;
}

void expression_expect(expression_parser *p, char c, const char *error)
{
    if (p->error == NULL && !expression_take(p, c))
        expression_fail(p, error);
}

static expression_value parse_sum(expression_parser *p);

double expression_parse_number(expression_parser *p)
{
    expression_value value = parse_sum(p);
    if (p->error == NULL && value.count != 1)
        expression_fail(p, "one number is due here, not a list");
    return value.v[0];
}

/* Numbers and lists with commas between them, as one list. */
expression_value expression_parse_list(expression_parser *p)
{
    expression_value list = {0, {0.0}};
    do {
        expression_value part = parse_sum(p);
        if (p->error != NULL)
            return part;
        if (list.count + part.count > EXPRESSION_VALUES)
            return expression_fail(p, "a list has at most 64 numbers");
        memcpy(&list.v[list.count], part.v, part.count * sizeof part.v[0]);
        list.count += part.count;
    } while (expression_take(p, ','));
    return list;
}

bool expression_parse_name(expression_parser *p, char name[EXPRESSION_NAME])
{
    size_t length = 0;
    for (next(p); (isalnum((unsigned char)*p->at) || *p->at == '_') && length < EXPRESSION_NAME - 1; length++)
        name[length] = *p->at++;
    name[length] = '\0';
    return length > 0;
}

static expression_value parse_primary(expression_parser *p)
{
    char name[EXPRESSION_NAME];
    if (isdigit((unsigned char)next(p)) || *p->at == '.') {
        char *end = NULL;
        expression_value value = expression_number(strtod(p->at, &end));
        if (end == p->at)
            return expression_fail(p, "this is no number");
        p->at = end;
        return value;
    }
    if (expression_take(p, '(')) {
        expression_value value = expression_parse_list(p);
        expression_expect(p, ')', "')' is due here");
        return value;
    }
    if (!expression_parse_name(p, name))
        return expression_fail(p, "a number or a name is due here");
    if (strcmp(name, "inf") == 0)
        return expression_number((double)INFINITY);
    if (strcmp(name, "nan") == 0)
        return expression_number((double)NAN);
    expression_value value = expression_parse_call(p, name);
    expression_expect(p, ')', "')' is due here");
    return value;
}

static expression_value parse_indexed(expression_parser *p)
{
    expression_value value = parse_primary(p);
    while (p->error == NULL && expression_take(p, '[')) {
        double index = expression_parse_number(p);
        expression_expect(p, ']', "']' is due here");
        if (p->error == NULL && !(index >= 0.0 && index < (double)value.count))
            return expression_fail(p, "the list has no such number");
        value = expression_number(p->error == NULL ? value.v[(size_t)index] : 0.0);
    }
    return value;
}

static double combine(char symbol, double a, double b)
{
    switch (symbol) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return pow(a, b);
    }
}

static expression_value each(expression_parser *p, char symbol, const expression_value *a, const expression_value *b)
{
    expression_value result = {a->count > b->count ? a->count : b->count, {0.0}};
    if (p->error == NULL && a->count != b->count && a->count != 1 && b->count != 1)
        return expression_fail(p, "these lists differ in length");
    for (size_t i = 0; i < result.count; i++)
        result.v[i] = combine(symbol, a->v[a->count == 1 ? 0 : i], b->v[b->count == 1 ? 0 : i]);
    return result;
}

/* -x^2 is -(x^2), and 2^-3 is allowed. */
static expression_value parse_signed(expression_parser *p)
{
    if (p->error != NULL || ++p->depth > MOST_NESTED)
        return expression_fail(p, "this is nested too deeply");
    bool minus = expression_take(p, '-');
    expression_value value = minus ? parse_signed(p) : parse_indexed(p);
    if (!minus && p->error == NULL && expression_take(p, '^')) {
        expression_value exponent = parse_signed(p);
        value = each(p, '^', &value, &exponent);
    }
    for (size_t i = 0; minus && i < value.count; i++)
        value.v[i] = -value.v[i];
    p->depth--;
    return value;
}

static expression_value parse_product(expression_parser *p)
{
    expression_value value = parse_signed(p);
    while (p->error == NULL && (next(p) == '*' || *p->at == '/')) {
        char symbol = *p->at++;
        expression_value right = parse_signed(p);
        value = each(p, symbol, &value, &right);
    }
    return value;
}

static expression_value parse_sum(expression_parser *p)
{
    expression_value value = parse_product(p);
    while (p->error == NULL && (next(p) == '+' || *p->at == '-')) {
        char symbol = *p->at++;
        expression_value right = parse_product(p);
        value = each(p, symbol, &value, &right);
    }
    return value;
}

const char *expression_evaluate(const char *text, expression_value *value, const char **at)
{
    expression_parser p = {text, NULL, 0};
    *value = expression_parse_list(&p);
    if (p.error == NULL && next(&p) != '\0')
        expression_fail(&p, "this is too much");
    *at = p.at;
    return p.error;
}
