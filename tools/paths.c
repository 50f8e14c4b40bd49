#include "paths.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *vact_path_beside(const char *path, const char *name)
{
    char *copy = strdup(path);
    char *joined = NULL;
    if (copy != NULL && asprintf(&joined, "%s/%s", dirname(copy), name) < 0)
        joined = NULL;
    free(copy);
    return joined;
}

/* Where a path that names nothing leads by symbolic links; to be freed. */
static char *follow(const char *path)
{
    enum { MOST_LINKS = 40 }; /* as Linux */
    char target[PATH_MAX];
    char *at = strdup(path);
    for (int i = 0; at != NULL && i < MOST_LINKS; i++) {
        ssize_t length = readlink(at, target, sizeof target - 1);
        if (length < 0)
            return at;
        target[length] = '\0';
        char *next = target[0] == '/' ? strdup(target) : vact_path_beside(at, target);
        free(at);
        at = next;
    }
    free(at);
    errno = ELOOP;
    return NULL;
}

static char *resolve_new(const char *path, vact_reason *reason)
{
    char *target = follow(path);
    size_t length = target == NULL ? 0 : strlen(target);
    if (target != NULL && (path[0] == '\0' || path[strlen(path) - 1] == '/' || target[length - 1] == '/')) {
        free(target);
        vact_because(reason, "is not the name of a file");
        return NULL;
    }
    if (target == NULL)
        vact_because(reason, "%s", strerror(errno));
    return target;
}

char *vact_path_resolve(const char *path, struct stat *status, vact_reason *reason)
{
    if (stat(path, status) != 0) {
        *status = (struct stat){.st_nlink = 0};
        if (errno == ENOENT)
            return resolve_new(path, reason);
        vact_because(reason, "%s", strerror(errno));
        return NULL;
    }
    char *resolved = NULL;
    if (S_ISDIR(status->st_mode))
        vact_because(reason, "is a directory");
    else if (!S_ISREG(status->st_mode)) /* renaming over a device or a pipe would destroy it */
        vact_because(reason, "exists and is not a regular file");
    else if (access(path, W_OK) != 0 || (resolved = realpath(path, NULL)) == NULL)
        vact_because(reason, "%s", strerror(errno));
    return resolved;
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

/* Of files that do not exist: the same name in one folder. */
static bool one_place(const char *one, const char *other)
{
    char *a = vact_path_beside(one, ".");
    char *b = vact_path_beside(other, ".");
    bool same = a != NULL && b != NULL && one_file(a, b) && strcmp(name_in_folder(one), name_in_folder(other)) == 0;
    free(a);
    free(b);
    return same;
}

bool vact_path_same(const char *one, const char *other)
{
    if (one_file(one, other))
        return true;
    char *a = follow(one);
    char *b = follow(other);
    bool same = a != NULL && b != NULL && (strcmp(a, b) == 0 || one_place(a, b));
    free(a);
    free(b);
    return same;
}
