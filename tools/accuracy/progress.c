#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };

double accuracy_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

accuracy_progress accuracy_progress_start(bool quiet)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    accuracy_progress progress = {!quiet && terminal, !quiet && !terminal, accuracy_seconds()};
    return progress;
}

void accuracy_progress_draw(const accuracy_progress *progress, const char *name, double fraction)
{
    if (!progress->bar)
        return;
    char bar[BAR_WIDTH + 1];
    int filled = (int)(fraction * (double)BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r\033[K[%s] %5.1f %%  %s", bar, 100.0 * fraction, name);
    if (fraction > 0.0) {
        long left = (long)((accuracy_seconds() - progress->started) * (1.0 - fraction) / fraction);
        fprintf(stderr, "  %ld:%02ld:%02ld left", left / 3600, left / 60 % 60, left % 60);
    }
    fflush(stderr);
}

void accuracy_progress_clear(const accuracy_progress *progress)
{
    if (progress->bar)
        fputs("\r\033[K", stderr);
}
