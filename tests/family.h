/* The softmax family in plain long double, and what its tests share. */
#ifndef VACT_TESTS_FAMILY_H
#define VACT_TESTS_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "support.h"

/* The exact logits of row r; -inf where masked out. */
void family_logits(long double *z, const float *src, size_t r, size_t rows, size_t cols,
                   const vact_softmax_options_f32 *options);

/* The same of any numbers. */
void family_logits_of(long double *z, const long double *x, size_t r, size_t rows, size_t cols,
                      const vact_softmax_options_f32 *options);

/* The valid length of row r, its sink (-inf for none), and whether a mask, a length or a sink is given. */
size_t family_length(size_t r, size_t cols, const vact_softmax_options_f32 *options);
long double family_sink(size_t r, const vact_softmax_options_f32 *options);
bool family_masked(const vact_softmax_options_f32 *options);

/* Of one row of logits, by the definitions in vact.h; `masked` decides the result of a row whose elements are all
 * masked out. */
void family_softmax(long double *y, const long double *z, size_t cols, bool masked);
void family_log_softmax(long double *y, const long double *z, size_t cols, bool masked);
long double family_logsumexp(const long double *z, size_t cols);

/* |max| + log(sum e^(z - max)), whose spacing bounds logsumexp's error; 0 where the largest logit is not finite. */
long double family_logsumexp_terms(const long double *z, size_t cols);

/* The same with a sink. */
void family_softmax_sink(long double *y, const long double *z, size_t cols, bool masked, long double sink);
void family_log_softmax_sink(long double *y, const long double *z, size_t cols, bool masked, long double sink);
long double family_logsumexp_sink(const long double *z, size_t cols, long double sink);
long double family_logsumexp_terms_sink(const long double *z, size_t cols, long double sink);

/* The builds that this CPU runs, the reference first: scalar_fma, else the best there is. Of the variant `fast`, or of
 * another one; none where it is not built. */
size_t family_tables(const vacti_table **tables, size_t limit);
size_t family_tables_of(vact_math math, const vacti_table **tables, size_t limit);

/* Those of `fast`, then those of `cr`, for tests that compare nothing with the reference. */
size_t family_tables_of_both(const vacti_table **tables, size_t limit);

#endif
