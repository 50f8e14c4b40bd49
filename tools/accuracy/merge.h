/* Putting the shards of one operation and build together. */
#ifndef VACT_TOOLS_ACCURACY_MERGE_H
#define VACT_TOOLS_ACCURACY_MERGE_H

#include "report.h"

/* False where shards overlap or lack, which it says. */
bool accuracy_merge(accuracy_report *report);

#endif
