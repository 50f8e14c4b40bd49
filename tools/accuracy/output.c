#include "output.h"

#include <errno.h>
#include <fcntl.h>
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
    *output = (accuracy_output){.path = path, .file.fd = -1};
    if (path == NULL)
        return true;
    if (accuracy_output_is_stdout(output)) {
        output->stream = stdout;
        return true;
    }
    struct stat status;
    vact_reason reason;
    output->in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    if (!output->in_place && !vact_replacement_open(&output->file, path, &reason)) {
        vact_tool_fail(path, "%s", reason.text);
        return false;
    }
    if (output->in_place) {
        output->stream = fopen(path, "w");
    } else {
        /* The stream has a descriptor of its own: the file is put in place after the stream is closed. */
        int fd = fcntl(output->file.fd, F_DUPFD_CLOEXEC, 0);
        output->stream = fd < 0 ? NULL : fdopen(fd, "w");
        if (output->stream == NULL && fd >= 0)
            close(fd);
    }
    if (output->stream != NULL)
        return true;
    vact_tool_fail(path, "%s", strerror(errno));
    vact_replacement_close(&output->file);
    return false;
}

bool accuracy_output_close(accuracy_output *output, bool keep)
{
    if (output->stream == NULL)
        return true;
    bool written = fflush(output->stream) == 0 && ferror(output->stream) == 0;
    if (output->stream != stdout)
        written = fclose(output->stream) == 0 && written;
    if (keep && !written && output->stream == stdout)
        vact_tool_output_failed();
    else if (keep && !written)
        vact_tool_fail(output->path, "%s", strerror(errno));
    if (keep && written && output->stream != stdout && !output->in_place)
        written = vact_replacement_put(&(vact_replacement *){&output->file}, 1);
    output->stream = NULL;
    vact_replacement_close(&output->file);
    return written || !keep;
}
