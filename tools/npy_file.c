/* .npy files, mapped, and their elements. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy.h"
#include "signals.h"
#include "tool.h"

static vact_npy *opened;

static bool map_file(vact_npy *npy, vact_reason *reason)
{
    struct stat status;
    if (fstat(npy->fd, &status) != 0)
        return vact_because(reason, "%s", strerror(errno));
    if (S_ISDIR(status.st_mode))
        return vact_because(reason, "is a directory");
    if (!S_ISREG(status.st_mode))
        return vact_because(reason, "not a regular file, so it cannot be mapped; write it to a file first");
    if (status.st_size == 0)
        return vact_because(reason, "the file is empty");
    if ((uintmax_t)status.st_size > PTRDIFF_MAX)
        return vact_because(reason, "the file is larger than this machine can address");
    npy->map_size = (size_t)status.st_size;
    vact_catch_bus_error();
    npy->map = mmap(NULL, npy->map_size, PROT_READ, MAP_SHARED, npy->fd, 0);
    return npy->map != MAP_FAILED || vact_because(reason, "cannot be mapped: %s", strerror(errno));
}

static bool open_file(vact_npy *npy, const char *path, bool any_type, bool any_order, vact_reason *reason)
{
    /* O_NONBLOCK: opening a pipe without a writer would wait for one. */
    *npy = (vact_npy){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (npy->fd < 0)
        return vact_because(reason, "%s", strerror(errno));
    size_t offset = 0;
    bool mapped = map_file(npy, reason);
    bool parsed = mapped && vact_npy_parse(&npy->shape, &offset, npy->map, npy->map_size, reason);
    if (parsed && !any_type)
        parsed = vact_npy_is_f32(&npy->shape, reason);
    if (parsed && npy->shape.fortran && !any_order)
        parsed = vact_because(reason, "%s", vact_npy_needs_c);
    if (!parsed) {
        if (mapped)
            munmap(npy->map, npy->map_size);
        close(npy->fd);
        return false;
    }
    npy->bytes = (const unsigned char *)npy->map + offset;
    madvise(npy->map, npy->map_size, MADV_SEQUENTIAL);
    npy->next = opened;
    opened = npy;
    return true;
}

static bool open_or_tell(vact_npy *npy, const char *path, bool any_type, bool any_order)
{
    vact_reason reason;
    if (open_file(npy, path, any_type, any_order, &reason))
        return true;
    vact_tool_fail(path, "%s", reason.text);
    return false;
}

bool vact_npy_open(vact_npy *npy, const char *path) { return open_or_tell(npy, path, false, false); }

bool vact_npy_open_any(vact_npy *npy, const char *path) { return open_or_tell(npy, path, false, true); }

bool vact_npy_open_any_type(vact_npy *npy, const char *path, bool any_order)
{
    return open_or_tell(npy, path, true, any_order);
}

bool vact_npy_is_like(const vact_npy *npy, const vact_shape *shape, const char *whose)
{
    const vact_shape *found = &npy->shape;
    bool same = found->dimensions == shape->dimensions &&
                memcmp(found->sizes, shape->sizes, (size_t)shape->dimensions * sizeof shape->sizes[0]) == 0;
    if (same && found->fortran == shape->fortran)
        return true;
    char its[96];
    char wanted[96];
    vact_npy_shape_text(its, sizeof its, found);
    vact_npy_shape_text(wanted, sizeof wanted, shape);
    if (same)
        vact_tool_fail(npy->path, "is in %s order, but %s is in the other; write both in one order",
                       found->fortran ? "Fortran" : "C", whose);
    else
        vact_tool_fail(npy->path, "has the shape %s, but %s has %s", its, whose, wanted);
    return false;
}

const void *vact_npy_part(const vact_npy *npy, size_t first, size_t count, void *copy)
{
    const size_t size = vact_npy_element_size(npy->shape.element); /* and alignment */
    const unsigned char *bytes = npy->bytes + first * size;
    if ((uintptr_t)bytes % size == 0)
        return bytes;
    memcpy(copy, bytes, count * size);
    return copy;
}

const float *vact_npy_values(vact_npy *npy)
{
    size_t count = npy->shape.count;
    if ((uintptr_t)npy->bytes % _Alignof(float) != 0 && npy->copy == NULL) {
        npy->copy = malloc(count * sizeof(float) + 1);
        if (npy->copy == NULL)
            return NULL;
    }
    return vact_npy_part(npy, 0, count, npy->copy);
}

bool vact_npy_unchanged(void)
{
    for (const vact_npy *npy = opened; npy != NULL; npy = npy->next) {
        struct stat status;
        if (fstat(npy->fd, &status) != 0 || (uintmax_t)status.st_size != npy->map_size) {
            vact_tool_fail(npy->path, "its size changed while it was read");
            return false;
        }
    }
    return true;
}

void vact_npy_close(vact_npy *npy)
{
    vact_npy **place = &opened;
    while (*place != npy)
        place = &(*place)->next;
    *place = npy->next;
    free(npy->copy);
    munmap(npy->map, npy->map_size);
    close(npy->fd);
}
