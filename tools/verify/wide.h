/* The parts of functions on double. */
#ifndef VACT_TOOLS_VERIFY_WIDE_H
#define VACT_TOOLS_VERIFY_WIDE_H

#include "functions.h"

/* Operations, gates and their gradients. */
verify_part_fn verify_wide_part;

/* Functions over rows and losses. */
verify_part_fn verify_wide_rows_part;

size_t verify_wide_row_count(void);
const char *verify_wide_row_operation(size_t row);
const char *verify_wide_row_function(size_t row);

#endif
