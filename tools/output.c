/* A file that is written whole or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the signal handler removes: null, or the name of the temporary file. It is set and cleared with the
 * signals blocked. */
static char *volatile unfinished;

static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGBUS};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

/* The default action has been restored (SA_RESETHAND) and follows when the handler returns. */
static void on_signal(int number)
{
    int saved = errno;
    const char *name = unfinished;
    if (name != NULL)
        unlink(name);
    if (number == SIGBUS) {
        static const char message[] = "vact: a mapped file became shorter or unreadable while it was in use\n";
        if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
            _exit(1);
        _exit(1);
    }
    raise(number);
    errno = saved;
}

static void catch_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < ENDING_SIGNALS; i++) {
        struct sigaction before;
        /* nohup's ignored SIGHUP stays ignored */
        if (sigaction(ending_signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(ending_signals[i], &action, NULL);
    }
    /* A limit on the size of files (RLIMIT_FSIZE) is then an error of posix_fallocate. */
    signal(SIGXFSZ, SIG_IGN);
}

/* Makes the temporary file, or forgets it, with no signal in between. Returns mkstemp's result. */
static int create_temporary(char *name)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int fd = mkstemp(name);
    int error = errno;
    if (fd >= 0)
        unfinished = name;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return fd;
}

static bool rename_temporary(const vact_output *out)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool renamed = rename(out->temporary, out->path) == 0;
    int error = errno;
    if (renamed)
        unfinished = NULL;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return renamed;
}

/* Closes and frees what is open; the temporary file is removed unless it was renamed. */
static void end(vact_output *out)
{
    if (out->map != NULL)
        munmap(out->map, out->size);
    if (out->fd >= 0) {
        close(out->fd);
        if (unfinished != NULL)
            unlink(out->temporary);
    }
    unfinished = NULL;
    free(out->temporary);
    free(out->path);
}

/* The destination with its symbolic links followed, so that a link stays and its target is replaced. *mode is
 * what the new file's permissions shall be. */
static char *resolve(const char *path, mode_t *mode, vact_reason *reason)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        mode_t mask = umask(0);
        umask(mask);
        *mode = 0666 & ~mask;
        size_t length = strlen(path);
        if (errno != ENOENT) {
            vact_because(reason, "%s", strerror(errno));
            return NULL;
        }
        if (length == 0 || path[length - 1] == '/') {
            vact_because(reason, "is not the name of a file");
            return NULL;
        }
        return strdup(path);
    }
    if (S_ISDIR(status.st_mode)) {
        vact_because(reason, "is a directory");
        return NULL;
    }
    /* Renaming over a device or a pipe would destroy it. */
    if (!S_ISREG(status.st_mode)) {
        vact_because(reason, "exists and is not a regular file");
        return NULL;
    }
    if (access(path, W_OK) != 0) {
        vact_because(reason, "%s", strerror(errno));
        return NULL;
    }
    *mode = status.st_mode & 0777;
    return realpath(path, NULL);
}

static char *temporary_name(const char *path)
{
    static const char name[] = "/.vact-XXXXXX";
    char *copy = strdup(path);
    if (copy == NULL)
        return NULL;
    const char *folder = dirname(copy);
    size_t size = strlen(folder) + sizeof name;
    char *temporary = malloc(size);
    if (temporary != NULL)
        snprintf(temporary, size, "%s%s", folder, name);
    free(copy);
    return temporary;
}

bool vact_output_open(vact_output *out, const char *path, size_t size, vact_reason *reason)
{
    mode_t mode = 0;
    memset(out, 0, sizeof *out);
    out->fd = -1;
    out->size = size;
    reason->text[0] = '\0';
    out->path = resolve(path, &mode, reason);
    if (out->path == NULL)
        return reason->text[0] == '\0' ? vact_because(reason, "%s", strerror(errno)) : false;
    catch_signals();
    out->temporary = temporary_name(out->path);
    out->fd = out->temporary == NULL ? -1 : create_temporary(out->temporary);
    if (out->fd < 0) {
        vact_because(reason, "cannot be made in its folder: %s", strerror(errno));
        end(out);
        return false;
    }

    int error = 0;
    do
        error = posix_fallocate(out->fd, 0, (off_t)size);
    while (error == EINTR);
    void *map = MAP_FAILED;
    if (error == 0) {
        map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, out->fd, 0);
        if (map == MAP_FAILED || fchmod(out->fd, mode) != 0)
            error = errno;
    }
    if (map != MAP_FAILED)
        out->map = map;
    if (error != 0) {
        vact_because(reason, "%zu bytes cannot be written: %s", size, strerror(error));
        end(out);
        return false;
    }
    madvise(out->map, size, MADV_SEQUENTIAL);
    return true;
}

bool vact_output_commit(vact_output *out, vact_reason *reason)
{
    bool ok = msync(out->map, out->size, MS_SYNC) == 0 && fsync(out->fd) == 0 && rename_temporary(out);
    if (!ok)
        vact_because(reason, "cannot be written: %s", strerror(errno));
    end(out);
    return ok;
}

void vact_output_discard(vact_output *out) { end(out); }

bool vact_output_open_npy(vact_output *out, const char *path, const vact_shape *shape, float **elements,
                          vact_reason *reason)
{
    char header[VACT_NPY_MAX_HEADER];
    size_t offset = vact_npy_header(header, shape);
    size_t size;
    if (__builtin_add_overflow(shape->count * sizeof(float), offset, &size))
        return vact_because(reason, "the array is larger than this machine can address");
    if (!vact_output_open(out, path, size, reason))
        return false;
    memcpy(out->map, header, offset);
    *elements = (float *)(void *)(out->map + offset);
    return true;
}
