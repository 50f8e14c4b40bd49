/* What `vact verify` shows. */
#ifndef VACT_TOOLS_VERIFY_REPORT_H
#define VACT_TOOLS_VERIFY_REPORT_H

#include "entry.h"

/* The lines of an entry. */
void verify_print_entry(const verify_entry *entry);

/* `foreign` lines of the file are of no function of this library. */
void verify_print_totals(const verify_entry *entries, size_t count, const char *path, size_t foreign);

/* Whether all that are not skipped have the file's bits. */
bool verify_all_same(const verify_entry *entries, size_t count);

/* All as JSON; false, with a message, when out of memory. */
bool verify_write_json(FILE *to, const verify_entry *entries, size_t count, const char *path, size_t foreign);

#endif
