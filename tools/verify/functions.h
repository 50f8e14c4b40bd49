/* The functions whose bits `vact verify` knows, and their parts. */
#ifndef VACT_TOOLS_VERIFY_FUNCTIONS_H
#define VACT_TOOLS_VERIFY_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/table.h"
#include "tools/accuracy/target.h"

enum {
    VERIFY_PARTS = 64,
    VERIFY_CHUNK = 4096, /* results at a time, so that they and their inputs stay in cache */
    VERIFY_NAME = 80
};

typedef struct verify_function verify_function;
typedef struct verify_scratch verify_scratch;

/* The sum of a part's terms (hash.h). */
typedef uint64_t verify_part_fn(const verify_function *function, const vacti_table *table, unsigned part,
                                verify_scratch *scratch);

struct verify_function {
    const char *operation, *function, *variant; /* "gelu" "forward" "fast" */
    vact_type type;
    uint64_t elements; /* a power of two: all inputs of the type, or a sample */
    bool quick;        /* --quick replays it */
    verify_part_fn *part;
    const vacti_op_info *info; /* null for functions over rows */
    accuracy_function swept;
    size_t row; /* its index in rows.c */
    vact_math math;
};

/* Every function of this build of the library in the order of the file; to be freed. Null when out of memory. */
verify_function *verify_functions(size_t *count);

/* "gelu forward fast f32 4294967296": the function's key in the file. */
void verify_name(char name[VERIFY_NAME], const verify_function *function);

/* "f32", "bf16", "f16", "f64" */
const char *verify_type(const verify_function *function);

/* The table that has the function in a build; null where its bits need not be those of the file: then
 * the reason, in two or three words. */
const vacti_table *verify_table(const verify_function *function, const char *build, const char **reason);

/* What a part's inputs are, in words: "inputs 0x3c000000 to 0x3fffffff". */
void verify_inputs(char *text, size_t size, const verify_function *function, unsigned part);

/* The buffers of a thread; null when out of memory; released with free. */
verify_scratch *verify_scratch_new(void);

#endif
