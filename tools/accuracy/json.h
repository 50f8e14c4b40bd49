/* The results as JSON; json.c says the schema. */
#ifndef VACT_TOOLS_ACCURACY_JSON_H
#define VACT_TOOLS_ACCURACY_JSON_H

#include <stdio.h>

#include "report.h"

/* Reading adds to the report. Both print a message on failure. */
bool accuracy_write_json(const accuracy_report *report, FILE *stream);
bool accuracy_read_json(accuracy_report *report, const char *path);

#endif
