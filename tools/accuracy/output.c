#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/tool.h"

bool accuracy_output_is_stdout(const accuracy_output *output)
{
    return output->path != NULL && strcmp(output->path, "-") == 0;
}

bool accuracy_output_open(accuracy_output *output, const char *path)
{
    output->path = path;
    output->stream = NULL;
    output->partial = NULL;
    if (path == NULL)
        return true;
    if (accuracy_output_is_stdout(output)) {
        output->stream = stdout;
        return true;
    }
    /* A device or a pipe is written to, not replaced by a file. */
    struct stat status;
    bool in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    if (!in_place && asprintf(&output->partial, "%s.%ld.partial", path, (long)getpid()) < 0) {
        output->partial = NULL;
        vact_tool_fail(path, "out of memory");
        return false;
    }
    output->stream = fopen(in_place ? path : output->partial, in_place ? "w" : "wx");
    if (output->stream == NULL) {
        vact_tool_fail(path, "%s", strerror(errno));
        free(output->partial);
        output->partial = NULL;
        return false;
    }
    return true;
}

bool accuracy_output_close(accuracy_output *output, bool keep)
{
    if (output->stream == NULL)
        return true;
    bool written = fflush(output->stream) == 0 && ferror(output->stream) == 0;
    if (output->stream != stdout)
        written = fclose(output->stream) == 0 && written;
    output->stream = NULL;
    if (keep && written && output->partial != NULL)
        written = rename(output->partial, output->path) == 0;
    if (keep && !written)
        vact_tool_fail(output->path, "%s", strerror(errno));
    if (output->partial != NULL && !(keep && written))
        unlink(output->partial);
    free(output->partial);
    output->partial = NULL;
    return written || !keep;
}
