#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 30, LEAST_BAR = 5, MOST_COLUMNS = 255 };

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

/* Asked each time, since a window may be made narrower. The last column stays empty: some terminals wrap there. */
static int columns_to_use(void)
{
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    return columns - 1 < MOST_COLUMNS ? columns - 1 : MOST_COLUMNS;
}

void accuracy_progress_draw(const accuracy_progress *progress, const char *name, double fraction)
{
    if (!progress->bar)
        return;
    char text[MOST_COLUMNS + 1];
    char left[64] = "";
    if (fraction > 0.0) {
        long seconds = (long)((accuracy_seconds() - progress->started) * (1.0 - fraction) / fraction);
        snprintf(left, sizeof left, "  %ld:%02ld:%02ld left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    int words = snprintf(text, sizeof text, "%5.1f %%  %s%s", 100.0 * fraction, name, left);
    int columns = columns_to_use();
    int width = columns - words - 3; /* of the bar: brackets and a space */
    if (width > BAR_WIDTH)
        width = BAR_WIDTH;
    char bar[BAR_WIDTH + 4] = "";
    if (width >= LEAST_BAR) {
        bar[0] = '[';
        for (int i = 0; i < width; i++)
            bar[1 + i] = i < (int)(fraction * (double)width) ? '#' : '.';
        memcpy(bar + 1 + width, "] ", 3);
    }
    /* Not through stderr, which would show the control characters. */
    dprintf(STDERR_FILENO, "\r\033[K%s%.*s", bar, columns, text);
}

void accuracy_progress_clear(const accuracy_progress *progress)
{
    if (progress->bar)
        dprintf(STDERR_FILENO, "\r\033[K");
}
