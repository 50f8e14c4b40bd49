/* Expressions over the library's operations, such as softmax(3.2, 1.8, 0.5)[0] or zero(gelu', -2, 0). */
#ifndef VACT_TOOLS_EXPRESSION_H
#define VACT_TOOLS_EXPRESSION_H

#include <stddef.h>

enum { EXPRESSION_VALUES = 64 };

/* A list of numbers; most expressions give one. */
typedef struct expression_value {
    size_t count;
    double v[EXPRESSION_VALUES];
} expression_value;

/*
 *   0.5, -1e3, inf, nan        numbers; operations take them rounded to float
 *   + - * / ^ ( )              between two numbers, a number and a list, or two lists of one length
 *   gelu(-1, 0, 1)             an operation, on each number of the list; gelu'(...) its derivative
 *   elu(-1, 0; 0.5)            parameters come after a semicolon; the defaults are the registry's
 *   softmax(3, 1, 0)[0]        an operation along rows takes the list for a row; [i] is the number at i, from 0
 *   swiglu(1, 2; 3, 4)         a gated unit takes gates, and as many ups after the semicolon
 *   cross_entropy(3, 1, 0; 2)  the loss of a row of logits whose target is 2; cross_entropy'(...) its gradient
 *   bce_with_logits(3; 0)      likewise of one logit
 *   min(f, a, b)  max(f, a, b) the smallest and largest value of an operation or a derivative on [a, b]
 *   zero(f, a, b)              where it changes its sign in between
 *   mean(f)                    its mean over the standard normal distribution
 *   gain(f)                    vact_gain
 *   linspace(a, b, n)          n numbers, equally spaced
 *   sum(list)  zeros(list)     the sum of the numbers, and how many of them are 0
 *
 * Null, or what is wrong; then *at is where.
 */
const char *expression_evaluate(const char *text, expression_value *value, const char **at);

#endif
