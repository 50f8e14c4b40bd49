/* Joins the shards of one operation and build. */
#ifndef VACT_TOOLS_ACCURACY_MERGE_H
#define VACT_TOOLS_ACCURACY_MERGE_H

#include "report.h"

/* False, with a message, where shards overlap or are missing. */
bool accuracy_merge(accuracy_report *report);

#endif
