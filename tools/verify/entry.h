/* What `vact verify` does with a function of a build: it compares its hash, or skips it for a reason. */
#ifndef VACT_TOOLS_VERIFY_ENTRY_H
#define VACT_TOOLS_VERIFY_ENTRY_H

#include "file.h"

typedef enum verify_status {
    VERIFY_SAME,
    VERIFY_DIFFERS,
    VERIFY_UNLISTED, /* the file has no line: as wrong as other bits */
    VERIFY_SKIPPED
} verify_status;

typedef struct verify_entry {
    const verify_function *function;
    const vacti_table *table; /* null: skipped */
    const char *build;
    const char *reason; /* why it is skipped, in two or three words */
    const verify_line *expected;
    verify_line found;
    char name[VERIFY_NAME];
    uint64_t sums[VERIFY_PARTS]; /* each written by one thread */
} verify_entry;

/* The entry of a function in a build. A file null: the hash is to be written. */
verify_entry verify_entry_of(const verify_function *function, const char *build, const verify_file *file);

/* Computes a part. */
void verify_entry_run(verify_entry *entry, unsigned part, verify_scratch *scratch);

/* Once all parts are there: the hash and the words. */
void verify_entry_close(verify_entry *entry);

verify_status verify_entry_status(const verify_entry *entry);

/* The first part that differs; where only the whole does, VERIFY_PARTS. And how many do. */
unsigned verify_first_difference(const verify_entry *entry, unsigned *count);

#endif
