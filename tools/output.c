/* Files that are written whole or not at all. */
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

#include "tool.h"

/* The temporary files that the signal handler removes, or null. Set and cleared with signals blocked. */
static char *volatile unfinished[VACT_OUTPUT_FILES];

static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGBUS};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

/* SA_RESETHAND has restored the default action, which raise() then takes. */
static void on_signal(int number)
{
    int saved = errno;
    for (int i = 0; i < VACT_OUTPUT_FILES; i++) {
        const char *name = unfinished[i];
        if (name != NULL)
            unlink(name);
    }
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
    /* So that RLIMIT_FSIZE makes posix_fallocate fail. */
    signal(SIGXFSZ, SIG_IGN);
}

/* mkstemp, with signals blocked until the name is in `unfinished`. */
static int create_temporary(char *name, int index)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int fd = mkstemp(name);
    int error = errno;
    if (fd >= 0)
        unfinished[index] = name;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return fd;
}

/* Renames with signals blocked. The first file goes last: it may replace the input, which the others would have to be
 * computed from again. */
static bool rename_all(const vact_output *out)
{
    sigset_t all;
    sigset_t before;
    bool renamed = true;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    for (int i = out->count - 1; renamed && i >= 0; i--) {
        renamed = rename(out->files[i].temporary, out->files[i].path) == 0;
        if (renamed)
            unfinished[i] = NULL;
        else
            vact_tool_fail(out->files[i].name, "cannot be written: %s", strerror(errno));
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return renamed;
}

/* The destination with its symbolic links followed, so that a link stays and its target is replaced; *mode is for the
 * new file. */
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

/* `name` in the folder of `path`, to be freed. */
static char *beside(const char *path, const char *name)
{
    char *copy = strdup(path);
    char *joined = NULL;
    if (copy != NULL && asprintf(&joined, "%s/%s", dirname(copy), name) < 0)
        joined = NULL;
    free(copy);
    return joined;
}

/* Opens the file at `index`. On failure vact_output_discard closes what is open. */
static bool open_file(vact_output_file *file, int index, vact_reason *reason)
{
    mode_t mode = 0;
    reason->text[0] = '\0';
    file->path = resolve(file->name, &mode, reason);
    if (file->path == NULL)
        return reason->text[0] == '\0' ? vact_because(reason, "%s", strerror(errno)) : false;
    catch_signals();
    file->temporary = beside(file->path, ".vact-XXXXXX");
    file->fd = file->temporary == NULL ? -1 : create_temporary(file->temporary, index);
    if (file->fd < 0)
        return vact_because(reason, "cannot be made in its folder: %s", strerror(errno));

    int error = 0;
    do
        error = posix_fallocate(file->fd, 0, (off_t)file->size);
    while (error == EINTR);
    if (error == 0) {
        void *map = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
        if (map != MAP_FAILED)
            file->map = map;
        if (map == MAP_FAILED || fchmod(file->fd, mode) != 0)
            error = errno;
    }
    if (error != 0)
        return vact_because(reason, "%zu bytes cannot be written: %s", file->size, strerror(error));
    madvise(file->map, file->size, MADV_SEQUENTIAL);
    return true;
}

unsigned char *vact_output_add(vact_output *out, const char *path, size_t size)
{
    vact_reason reason;
    int index = out->count++;
    vact_output_file *file = &out->files[index];
    *file = (vact_output_file){.name = path, .fd = -1, .size = size};
    if (open_file(file, index, &reason))
        return file->map;
    vact_output_discard(out);
    vact_tool_fail(path, "%s", reason.text);
    return NULL;
}

float *vact_output_add_npy(vact_output *out, const char *path, const vact_shape *shape)
{
    char header[VACT_NPY_MAX_HEADER];
    size_t offset = vact_npy_header(header, shape);
    size_t size;
    if (__builtin_add_overflow(shape->count * sizeof(float), offset, &size)) {
        vact_output_discard(out);
        vact_tool_fail(path, "the array is larger than this machine can address");
        return NULL;
    }
    unsigned char *bytes = vact_output_add(out, path, size);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, header, offset);
    return (float *)(void *)(bytes + offset);
}

bool vact_output_commit(vact_output *out)
{
    bool ok = true;
    for (int i = 0; ok && i < out->count; i++) {
        const vact_output_file *file = &out->files[i];
        ok = msync(file->map, file->size, MS_SYNC) == 0 && fsync(file->fd) == 0;
        if (!ok)
            vact_tool_fail(file->name, "cannot be written: %s", strerror(errno));
    }
    ok = ok && rename_all(out);
    vact_output_discard(out);
    return ok;
}

void vact_output_discard(vact_output *out)
{
    for (int i = 0; i < out->count; i++) {
        vact_output_file *file = &out->files[i];
        if (file->map != NULL)
            munmap(file->map, file->size);
        if (file->fd >= 0)
            close(file->fd);
        if (unfinished[i] != NULL) /* else it was never created, or was renamed */
            unlink(unfinished[i]);
        unfinished[i] = NULL;
        free(file->temporary);
        free(file->path);
    }
    out->count = 0;
}

static bool one_file(const char *one, const char *other)
{
    struct stat a;
    struct stat b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static const char *name_in_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool vact_output_same(const char *one, const char *other)
{
    if (strcmp(one, other) == 0 || one_file(one, other))
        return true;
    char *a = beside(one, ".");
    char *b = beside(other, ".");
    bool same = a != NULL && b != NULL && one_file(a, b) && strcmp(name_in_folder(one), name_in_folder(other)) == 0;
    free(a);
    free(b);
    return same;
}
