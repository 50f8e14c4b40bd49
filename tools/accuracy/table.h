/* The results as a table for the terminal and as the generated part of docs/accuracy.md. */
#ifndef VACT_TOOLS_ACCURACY_TABLE_H
#define VACT_TOOLS_ACCURACY_TABLE_H

#include <stdio.h>

#include "report.h"

/* The table for the terminal, with a line of totals; returns the number of records with a fault. */
size_t accuracy_print_table(const accuracy_report *report, FILE *stream);

/* The generated part of docs/accuracy.md. */
void accuracy_print_markdown(const accuracy_report *report, FILE *stream);

#endif
