/* Finds the marks, evaluates them, and writes each number anew with as many digits as it had. */
#include "marks.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "tool.h"

enum { NUMBER_SIZE = 64, EXPRESSION_SIZE = 256 };

static const char mark_begin[] = "<!-- vact:", mark_end[] = "-->";
static const char minus[] = "\xe2\x88\x92"; /* U+2212, with which documents write negative numbers */

/* A number as it is written. */
typedef struct written {
    const char *start;
    bool plus;
    bool exponent;
    int decimals;
} written;

static bool minus_before(const char *text, const char *at)
{
    size_t length = strlen(minus);
    return (size_t)(at - text) >= length && memcmp(at - length, minus, length) == 0;
}

static const char *digits(const char *at, const char *end)
{
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return at;
}

/* The number that ends at `end`; false where none does. */
static bool find_number(const char *text, const char *end, written *number)
{
    const char *start = end;
    while (start > text && (isdigit((unsigned char)start[-1]) || strchr(".e+-", start[-1]) != NULL))
        start--;
    *number = (written){start, *start == '+', false, 0};
    const char *at = start + (*start == '+' || *start == '-');
    if (minus_before(text, start))
        number->start = start - strlen(minus);
    const char *whole = at;
    at = digits(at, end);
    bool good = at > whole;
    if (at < end && *at == '.') {
        const char *point = at;
        at = digits(at + 1, end);
        number->decimals = (int)(at - point - 1);
    }
    if (at < end && *at == 'e') {
        number->exponent = true;
        at++;
        const char *power = at + (*at == '+' || *at == '-');
        at = digits(power, end);
        good = good && at > power;
    }
    return good && at == end;
}

static void print_number(char text[NUMBER_SIZE], const written *number, double value)
{
    char magnitude[NUMBER_SIZE - 4];
    snprintf(magnitude, sizeof magnitude, number->exponent ? "%.*e" : "%.*f", number->decimals, fabs(value));
    const char *sign = value < 0.0 ? minus : number->plus ? "+" : "";
    snprintf(text, NUMBER_SIZE, "%s%s", sign, magnitude);
}

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

static const char *evaluate(const char *expression, double *value)
{
    expression_value list;
    const char *at = NULL;
    const char *error = expression_evaluate(expression, &list, &at);
    *value = list.v[0];
    if (error == NULL && list.count != 1)
        error = "this is a list";
    return error == NULL && !isfinite(*value) ? "this is not finite" : error;
}

/* The number before one mark, into `text`: what it should be, or what it is where that is not known. */
static const char *right_number(const char *path, const char *document, const char *mark, const char *end,
                                char text[NUMBER_SIZE], marks_result *result)
{
    char expression[EXPRESSION_SIZE];
    const char *body = mark + strlen(mark_begin);
    while (isspace((unsigned char)*body))
        body++;
    while (end > body && isspace((unsigned char)end[-1]))
        end--;
    written number;
    double value = 0.0;
    snprintf(expression, sizeof expression, "%.*s", (int)(end - body), body);
    const char *error = find_number(document, mark, &number) ? evaluate(expression, &value) : "no number is before it";
    if ((size_t)(end - body) >= sizeof expression)
        error = "the expression is too long";
    if (error != NULL) {
        vact_tool_fail(path, "%d: %s: %s", line_of(document, mark), error, expression);
        result->errors++;
        text[0] = '\0';
        return mark;
    }
    print_number(text, &number, value);
    result->numbers++;
    size_t length = (size_t)(mark - number.start);
    if (strlen(text) != length || memcmp(text, number.start, length) != 0) {
        vact_tool_fail(path, "%d: %.*s is %s: %s", line_of(document, mark), (int)length, number.start, text,
                       expression);
        result->wrong++;
    }
    return number.start;
}

char *marks_walk(const char *path, const char *text, marks_result *result)
{
    char *copy = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&copy, &size);
    if (out == NULL)
        return NULL;
    const char *done = text;
    for (const char *mark = strstr(text, mark_begin); mark != NULL; mark = strstr(mark + 1, mark_begin)) {
        char number[NUMBER_SIZE];
        const char *end = strstr(mark, mark_end);
        if (end == NULL) {
            vact_tool_fail(path, "%d: the mark has no %s behind it", line_of(text, mark), mark_end);
            result->errors++;
            break;
        }
        const char *start = right_number(path, text, mark, end, number, result);
        fwrite(done, 1, (size_t)(start - done), out);
        fputs(number, out);
        done = mark;
    }
    fputs(done, out);
    if (fclose(out) == 0)
        return copy;
    free(copy);
    return NULL;
}
