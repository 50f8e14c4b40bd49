/* The numbers of a document and where they come from: 0.0067<!-- vact: min(sigmoid, -5, 5) -->. */
#ifndef VACT_TOOLS_MARKS_H
#define VACT_TOOLS_MARKS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct marks_result {
    size_t numbers;
    size_t wrong;  /* of these, not what the expression gives at the number's own digits */
    size_t errors; /* expressions that cannot be evaluated, marks without a number before them or an end behind them */
} marks_result;

/* Walks a document; each wrong number and each error is a line on standard error. The text with right numbers is
 * returned, to be freed; null without memory. */
char *marks_walk(const char *path, const char *text, marks_result *result);

#endif
