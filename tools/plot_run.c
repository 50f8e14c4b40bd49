/* What becomes of a script of `vact plot`: gnuplot's picture of it, or a file of its own. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"
#include "plot.h"
#include "tool.h"

/* Runs gnuplot from file to file: neither a shell nor the name of a file comes between. Its messages go where ours go;
 * -d leaves the user's own settings out. */
static int spawn(FILE *script, FILE *picture)
{
    static char program[] = "gnuplot";
    static char option[] = "-d";
    char *arguments[] = {program, option, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return vact_tool_fail("gnuplot", "out of memory");
    posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(picture), STDOUT_FILENO);
    int error = posix_spawnp(&child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        return vact_tool_fail("gnuplot", "is not installed (Debian: gnuplot-nox); -o FILE.gp writes the script for it");
    if (error != 0)
        return vact_tool_fail("gnuplot", "%s", strerror(error));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return vact_tool_fail("gnuplot", "%s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return vact_tool_fail("gnuplot", "ended with an error");
    return VACT_TOOL_OK;
}

int plot_save(FILE *file, const char *path)
{
    struct stat about;
    vact_output out = {0};
    if (fflush(file) != 0 || fseek(file, 0, SEEK_SET) != 0 || fstat(fileno(file), &about) != 0)
        return vact_tool_fail("temporary file", "%s", strerror(errno));
    if (about.st_size == 0)
        return vact_tool_fail(path, "the picture is empty");
    size_t size = (size_t)about.st_size;
    unsigned char *bytes = vact_output_add(&out, path, size);
    if (bytes == NULL)
        return VACT_TOOL_FAILURE;
    if (fread(bytes, 1, size, file) != size) {
        vact_output_discard(&out);
        return vact_tool_fail("temporary file", "cannot be read back");
    }
    return vact_output_commit(&out) ? VACT_TOOL_OK : VACT_TOOL_FAILURE;
}

int plot_run(FILE *script, const char *path)
{
    FILE *picture = tmpfile();
    if (picture == NULL || fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0) {
        if (picture != NULL)
            fclose(picture);
        return vact_tool_fail("temporary file", "%s", strerror(errno));
    }
    int status = spawn(script, picture);
    if (status == VACT_TOOL_OK)
        status = plot_save(picture, path);
    fclose(picture);
    return status;
}
