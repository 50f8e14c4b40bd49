/* Sampling the operations over rows: random logits of several shapes, the same on every machine. */
#ifndef VACT_TOOLS_ACCURACY_ROWS_H
#define VACT_TOOLS_ACCURACY_ROWS_H

#include "sweep.h"

enum { ACCURACY_ROW_SHAPES = 5, ACCURACY_DISTRIBUTIONS = 4 };

extern const uint32_t accuracy_row_columns[ACCURACY_ROW_SHAPES];
extern const char *const accuracy_distributions[ACCURACY_DISTRIBUTIONS];

/* One operation at one number of columns, over all distributions, with every build of the job. In these tallies
 * max_input is the index of the distribution with the largest error, and first_differing is unused. False where
 * stopped, or, with a message, when out of memory. */
bool accuracy_rows(const accuracy_job *job, const vacti_op_info *info, uint32_t columns, accuracy_tally *tallies);

/* The hash of the first build's results alone, without the oracle; equals `bits` of the tally. */
bool accuracy_rows_digest(const accuracy_job *job, const vacti_op_info *info, uint32_t columns, uint64_t *digest);

#endif
