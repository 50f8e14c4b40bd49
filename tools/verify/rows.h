/* The functions over rows: the softmax family, its gradients, prelu's slopes and the losses. */
#ifndef VACT_TOOLS_VERIFY_ROWS_H
#define VACT_TOOLS_VERIFY_ROWS_H

#include "functions.h"
#include "matrix.h"

/* The matrices of a part. */
unsigned verify_matrices(const verify_function *function);

extern const size_t verify_row_count;
const char *verify_row_operation(size_t row);
const char *verify_row_function(size_t row);

/* Whether this build of the library has it, and whether it has one for each variant. */
bool verify_row_exists(size_t row);
bool verify_row_has_variants(size_t row);
bool verify_row_is_of_cr(size_t row); /* whether `cr` has kernels of its own */

verify_part_fn verify_row_part;

#endif
