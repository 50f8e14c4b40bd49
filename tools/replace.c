/* Files that appear whole or not at all. */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"
#include "tool.h"

/* The temporary names that exist, or null. Set and cleared with signals blocked. */
enum { MOST_FILES = 4 };
static char *volatile unfinished[MOST_FILES];

void vact_replacement_remove_all(void)
{
    for (int i = 0; i < MOST_FILES; i++) {
        const char *name = unfinished[i];
        if (name != NULL)
            unlink(name);
    }
}

/* Puts `to` in the place of `from`. */
static void note(const char *from, char *to)
{
    for (int i = 0; i < MOST_FILES; i++) {
        if (unfinished[i] == from) {
            unfinished[i] = to;
            return;
        }
    }
}

static void block_signals(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, before);
}

static void restore_signals(const sigset_t *before)
{
    int error = errno;
    sigprocmask(SIG_SETMASK, before, NULL);
    errno = error;
}

/* --------------------------------------------------------------------------------------------- opening */

static void name_of_fd(char name[32], int fd) { snprintf(name, 32, "/proc/self/fd/%d", fd); }

/* A file without a name in the folder of `path`; -1 where there are none, or where it could get none later. */
static int create_nameless(const char *path)
{
    char *folder = vact_path_beside(path, ".");
    int fd = folder == NULL ? -1 : open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char own_name[32];
    free(folder);
    name_of_fd(own_name, fd);
    if (fd >= 0 && access(own_name, F_OK) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* mkstemp, with signals blocked until the name is noted. */
static int create_named(vact_replacement *file)
{
    sigset_t before;
    char *name = vact_path_beside(file->path, ".vact-XXXXXX");
    if (name == NULL)
        return -1;
    block_signals(&before);
    int fd = mkstemp(name);
    if (fd >= 0) {
        note(NULL, name);
        file->temporary = name;
    }
    restore_signals(&before);
    if (fd < 0)
        free(name);
    return fd;
}

/* The owner stays where the user may give files away, as root may; else the group where the user is in it. */
static bool set_status(int fd, const struct stat *status)
{
    if (status->st_nlink == 0) {
        mode_t mask = umask(0);
        umask(mask);
        return fchmod(fd, 0666 & ~mask) == 0;
    }
    if (fchown(fd, status->st_uid, status->st_gid) != 0 && fchown(fd, (uid_t)-1, status->st_gid) != 0 &&
        errno != EPERM && errno != EINVAL)
        return false;
    return fchmod(fd, status->st_mode & 0777) == 0;
}

bool vact_replacement_open(vact_replacement *file, const char *name, vact_reason *reason)
{
    struct stat status;
    *file = (vact_replacement){.name = name, .fd = -1};
    file->path = vact_path_resolve(name, &status, reason);
    if (file->path == NULL)
        return false;
    file->fd = create_nameless(file->path);
    if (file->fd < 0)
        file->fd = create_named(file);
    if (file->fd >= 0 && set_status(file->fd, &status))
        return true;
    vact_because(reason, "cannot be made in its folder: %s", strerror(errno));
    vact_replacement_close(file);
    return false;
}

void vact_replacement_close(vact_replacement *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary != NULL) {
        unlink(file->temporary);
        note(file->temporary, NULL);
    }
    free(file->temporary);
    free(file->path);
    *file = (vact_replacement){.fd = -1};
}

/* -------------------------------------------------------------------------------------- putting in place */

/* Gives a file without a name a temporary one. */
static bool link_temporary(vact_replacement *file)
{
    char own_name[32];
    name_of_fd(own_name, file->fd);
    while (file->temporary == NULL) {
        char name[32];
        uint64_t number;
        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return false;
        snprintf(name, sizeof name, ".vact-%016llx", (unsigned long long)number);
        char *temporary = vact_path_beside(file->path, name);
        if (temporary == NULL)
            return false;
        if (linkat(AT_FDCWD, own_name, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0) {
            note(NULL, temporary);
            file->temporary = temporary;
            return true;
        }
        free(temporary);
        if (errno != EEXIST)
            return false;
    }
    return true;
}

static bool rename_temporary(vact_replacement *file)
{
    if (rename(file->temporary, file->path) != 0)
        return false;
    note(file->temporary, NULL);
    free(file->temporary);
    file->temporary = NULL;
    return true;
}

/* The name is on the disk only after this. A folder that may not be read cannot be synced; some file systems cannot
 * sync folders. */
static bool sync_folder(const vact_replacement *file)
{
    char *folder = vact_path_beside(file->path, ".");
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return true;
    bool synced = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    int error = errno;
    close(fd);
    errno = error;
    return synced;
}

/* Null, or the file that fails, with errno. The first file goes last: it may replace the input, which the others would
 * have to be computed from again. */
static const vact_replacement *put(vact_replacement *const *files, int count)
{
    sigset_t before;
    const vact_replacement *failed = NULL;
    for (int i = 0; i < count; i++)
        if (fsync(files[i]->fd) != 0)
            return files[i];
    block_signals(&before);
    for (int i = count - 1; i >= 0 && failed == NULL; i--)
        if (!link_temporary(files[i]))
            failed = files[i];
    for (int i = count - 1; i >= 0 && failed == NULL; i--)
        if (!rename_temporary(files[i]))
            failed = files[i];
    restore_signals(&before);
    for (int i = 0; i < count && failed == NULL; i++)
        if (!sync_folder(files[i]))
            failed = files[i];
    return failed;
}

bool vact_replacement_put(vact_replacement *const *files, int count)
{
    const vact_replacement *failed = put(files, count);
    if (failed != NULL)
        vact_tool_fail(failed->name, "cannot be written: %s", strerror(errno));
    return failed == NULL;
}
