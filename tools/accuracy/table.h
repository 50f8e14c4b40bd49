/* The results as a table for the terminal and as the generated part of docs/accuracy.md. */
#ifndef VACT_TOOLS_ACCURACY_TABLE_H
#define VACT_TOOLS_ACCURACY_TABLE_H

#include <stdio.h>

#include "report.h"

/* The table for a terminal of 80 columns: a row for the builds whose results are the same, and totals. */
void accuracy_print_table(const accuracy_report *report, FILE *stream);

/* The generated part of docs/accuracy.md. */
void accuracy_print_markdown(const accuracy_report *report, FILE *stream);

#endif
