/*
 * Loaded before the C library (LD_PRELOAD) by tests that drive the program. The environment says what it does:
 *   VACT_TEST_CALLS=FILE      appends the calls that put a file in place, one a line
 *   VACT_TEST_CUT=N:SIZE:FILE  truncates FILE at the N-th call of madvise: the program has read an input's header then
 *   VACT_TEST_NAMED=1         the file system has no files without names
 *   VACT_TEST_CLOCK=shared    1 ms of this thread passes from one reading of a clock to the next, and up to 63 ms of
 *                             other programs
 *   VACT_TEST_CLOCK=noisy     the same, but the thread is charged for the others
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The C library's function of that name, into a pointer to a function: ISO C has no conversion for it. */
static void find(const char *name, void *pointer)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(pointer, (void *)&found, sizeof found);
}

static void note(const char *call)
{
    const char *path = getenv("VACT_TEST_CALLS");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL)
        return;
    fprintf(file, "%s\n", call);
    fclose(file);
}

EXPORT int fsync(int fd)
{
    int (*real)(int);
    find("fsync", (void *)&real);
    struct stat status;
    note(fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) ? "sync folder" : "sync file");
    return real(fd);
}

EXPORT int rename(const char *old, const char *new)
{
    int (*real)(const char *, const char *);
    find("rename", (void *)&real);
    note("rename");
    return real(old, new);
}

EXPORT int linkat(int fromfd, const char *from, int tofd, const char *to, int flags)
{
    int (*real)(int, const char *, int, const char *, int);
    find("linkat", (void *)&real);
    note("link");
    return real(fromfd, from, tofd, to, flags);
}

EXPORT int madvise(void *addr, size_t len, int advice)
{
    int (*real)(void *, size_t, int);
    find("madvise", (void *)&real);
    static int calls;
    int at = 0;
    long long length = 0;
    char path[256];
    const char *cut = getenv("VACT_TEST_CUT");
    if (cut != NULL && sscanf(cut, "%d:%lld:%255s", &at, &length, path) == 3 && at == ++calls &&
        truncate(path, (off_t)length) != 0)
        abort();
    return real(addr, len, advice);
}

EXPORT int open(const char *file, int oflag, ...)
{
    int (*real)(const char *, int, ...);
    find("open", (void *)&real);
    va_list arguments;
    va_start(arguments, oflag);
    mode_t mode = (oflag & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((oflag & O_TMPFILE) == O_TMPFILE && getenv("VACT_TEST_NAMED") != NULL) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return real(file, oflag, mode);
}

EXPORT int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    static uint64_t nanoseconds, random;
    int (*real)(clockid_t, struct timespec *);
    find("clock_gettime", (void *)&real);
    const char *kind = getenv("VACT_TEST_CLOCK");
    if (kind == NULL)
        return real(clock_id, tp);
    random = random * 6364136223846793005U + 1442695040888963407U; /* Knuth's MMIX */
    nanoseconds += 1000000;
    if (clock_id != CLOCK_THREAD_CPUTIME_ID || strcmp(kind, "noisy") == 0)
        nanoseconds += (random >> 58) * 1000000;
    tp->tv_sec = (time_t)(nanoseconds / 1000000000);
    tp->tv_nsec = (long)(nanoseconds % 1000000000);
    return 0;
}
