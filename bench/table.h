/* The report as a table: one line per benchmark. */
#ifndef VACT_BENCH_TABLE_H
#define VACT_BENCH_TABLE_H

#include "shim.h"

/* A bm_report. The first call prints the heading too. */
void table_report(const bm_result *results, size_t count, void *user);

/* A time in the unit that suits it, 11 characters wide. */
void table_print_time(double seconds);

#endif
