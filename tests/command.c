#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char *read_stream(FILE *stream)
{
    char *text = NULL, part[4096];
    size_t size = 0, got = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        abort();
    do {
        got = fread(part, 1, sizeof part, stream);
        fwrite(part, 1, got, memory);
    } while (got == sizeof part);
    fclose(memory);
    return text;
}

command_result command_run(const char *format, ...)
{
    command_result result = {-1, NULL};
    char *line = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0)
        abort();
    va_end(arguments);
    FILE *pipe = popen(line, "r"); /* NOLINT(cert-env33-c): a shell is what is wanted */
    free(line);
    if (!pipe)
        abort();
    result.text = read_stream(pipe);
    int status = pclose(pipe);
    if (WIFEXITED(status))
        result.status = WEXITSTATUS(status);
    else if (WIFSIGNALED(status))
        result.status = 128 + WTERMSIG(status);
    return result;
}

bool command_exists(const char *name)
{
    command_result result = command_run("command -v %s", name);
    free(result.text);
    return result.status == 0;
}

char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = read_stream(file);
    fclose(file);
    return text;
}
