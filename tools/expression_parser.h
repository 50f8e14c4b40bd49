/* Between the two sources of the parser: expression.c has the grammar, expression_calls.c what a name may call. */
#ifndef VACT_TOOLS_EXPRESSION_PARSER_H
#define VACT_TOOLS_EXPRESSION_PARSER_H

#include <stdbool.h>

#include "expression.h"

enum { EXPRESSION_NAME = 32 };

typedef struct expression_parser {
    const char *at;
    const char *error; /* the first one; everything after it returns without effect */
    int depth;
} expression_parser;

/* Notes the error, unless there is one already; NaN. */
expression_value expression_fail(expression_parser *p, const char *error);

expression_value expression_number(double x);

/* Passes over the character c if it comes next, white space before it apart; the second makes its absence an error. */
bool expression_take(expression_parser *p, char c);
void expression_expect(expression_parser *p, char c, const char *error);

/* A name of letters, digits and underscores; false where there is none. */
bool expression_parse_name(expression_parser *p, char name[EXPRESSION_NAME]);

/* One number; numbers and lists with commas between them, as one list. */
double expression_parse_number(expression_parser *p);
expression_value expression_parse_list(expression_parser *p);

/* NAME(...) up to the closing bracket, the name having been read. */
expression_value expression_parse_call(expression_parser *p, const char *name);

#endif
