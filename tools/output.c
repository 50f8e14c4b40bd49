/* Mapped files that are written whole or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "signals.h"
#include "tool.h"

/* Reserves the file's space and maps it. */
static bool map_file(vact_output_file *out, vact_reason *reason)
{
    int error = 0;
    do
        error = posix_fallocate(out->file.fd, 0, (off_t)out->size);
    while (error == EINTR);
    if (error == 0) {
        void *map = mmap(NULL, out->size, PROT_READ | PROT_WRITE, MAP_SHARED, out->file.fd, 0);
        if (map != MAP_FAILED)
            out->map = map;
        else
            error = errno;
    }
    if (error != 0)
        return vact_because(reason, "%zu bytes cannot be written: %s", out->size, strerror(error));
    madvise(out->map, out->size, MADV_SEQUENTIAL);
    return true;
}

unsigned char *vact_output_add(vact_output *out, const char *path, size_t size)
{
    vact_reason reason;
    vact_output_file *file = &out->files[out->count++];
    *file = (vact_output_file){.size = size};
    vact_catch_ending_signals();
    if (vact_replacement_open(&file->file, path, &reason) && map_file(file, &reason))
        return file->map;
    vact_output_discard(out);
    vact_tool_fail(path, "%s", reason.text);
    return NULL;
}

void *vact_output_add_npy(vact_output *out, const char *path, const vact_shape *shape)
{
    char header[VACT_NPY_MAX_HEADER];
    size_t offset = vact_npy_header(header, shape);
    size_t size;
    if (__builtin_add_overflow(shape->count * vact_npy_element_size(shape->element), offset, &size)) {
        vact_output_discard(out);
        vact_tool_fail(path, "the array is larger than this machine can address");
        return NULL;
    }
    unsigned char *bytes = vact_output_add(out, path, size);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, header, offset);
    return bytes + offset;
}

bool vact_output_commit(vact_output *out)
{
    vact_replacement *files[VACT_OUTPUT_FILES];
    bool ok = vact_npy_unchanged();
    for (int i = 0; ok && i < out->count; i++) {
        files[i] = &out->files[i].file;
        ok = msync(out->files[i].map, out->files[i].size, MS_SYNC) == 0;
        if (!ok)
            vact_tool_fail(files[i]->name, "cannot be written: %s", strerror(errno));
    }
    ok = ok && vact_replacement_put(files, out->count);
    vact_output_discard(out);
    return ok;
}

void vact_output_discard(vact_output *out)
{
    for (int i = 0; i < out->count; i++) {
        if (out->files[i].map != NULL)
            munmap(out->files[i].map, out->files[i].size);
        vact_replacement_close(&out->files[i].file);
    }
    out->count = 0;
}
