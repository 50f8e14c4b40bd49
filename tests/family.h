/* The softmax family in plain long double, and what its tests share. */
#ifndef VACT_TESTS_FAMILY_H
#define VACT_TESTS_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "support.h"

/* The exact logits of row r; -inf where masked out. */
void family_logits(long double *z, const float *src, size_t r, size_t rows, size_t cols,
                   const vact_softmax_options_f32 *options);

/* Of one row of logits, by the definitions in vact.h; `masked` decides the result of a row whose elements are all
 * masked out. */
void family_softmax(long double *y, const long double *z, size_t cols, bool masked);
void family_log_softmax(long double *y, const long double *z, size_t cols, bool masked);
long double family_logsumexp(const long double *z, size_t cols);

/* |max| + log(sum e^(z - max)), whose spacing bounds logsumexp's error; 0 where the largest logit is not finite. */
long double family_logsumexp_terms(const long double *z, size_t cols);

/* The builds that this CPU runs, the reference first: scalar_fma, else the best there is. */
size_t family_tables(const vacti_table **tables, size_t limit);

#endif
