/* What the tests of floating-point exceptions share: ordinary numbers of every size, and the flags. */
#ifndef VACT_TESTS_EXCEPTIONS_H
#define VACT_TESTS_EXCEPTIONS_H

#include "support.h"

/* Distributions of finite numbers. The last one is a mixture of the others. */
typedef enum exceptions_kind {
    EXCEPTIONS_UNIFORM, /* within +-8 */
    EXCEPTIONS_NORMAL,
    EXCEPTIONS_HUNDRED,
    EXCEPTIONS_TEN_THOUSAND,
    EXCEPTIONS_LARGE,   /* +-1e30 */
    EXCEPTIONS_LARGEST, /* +-FLT_MAX/4 */
    EXCEPTIONS_EQUAL,   /* +-FLT_MAX/4 and nothing else */
    EXCEPTIONS_ZERO,    /* 0 and -0 */
    EXCEPTIONS_SUBNORMAL,
    EXCEPTIONS_EVERY, /* random bits, at most FLT_MAX/4 */
    EXCEPTIONS_MIXED,
    EXCEPTIONS_KINDS
} exceptions_kind;

float exceptions_number(exceptions_kind kind, test_random *random);

/* Between them is the call: exceptions_raised returns which of invalid, divide by zero and overflow it raised. */
void exceptions_clear(void);
int exceptions_raised(void);

/* "invalid overflow" */
const char *exceptions_names(int raised);

/* One of a few signalling NaNs, and whether a number is one. */
float exceptions_signalling(size_t which);
bool exceptions_is_signalling(float value);

#endif
