/* The progress bar of `vact accuracy`. */
#ifndef VACT_TOOLS_ACCURACY_PROGRESS_H
#define VACT_TOOLS_ACCURACY_PROGRESS_H

#include <stdbool.h>

typedef struct accuracy_progress {
    bool bar;   /* standard error is a terminal */
    bool lines; /* it is not: one line per finished operation */
    double started;
} accuracy_progress;

/* Seconds of a monotonic clock. */
double accuracy_seconds(void);

accuracy_progress accuracy_progress_start(bool quiet);
void accuracy_progress_draw(const accuracy_progress *progress, const char *name, double fraction);
void accuracy_progress_clear(const accuracy_progress *progress);

#endif
