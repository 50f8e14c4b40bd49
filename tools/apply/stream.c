/* vact apply with standard input or standard output: a slice is read, worked on and written before the next. */
#include "stream.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "prelu.h"
#include "typed.h"

enum { MOST_HEADER = 1 << 20 }; /* bytes: a header says how long it is, and nothing in it is trusted */

typedef struct source {
    FILE *stream;
    const char *name; /* for messages */
    vact_shape shape;
} source;

/* The header's bytes are freed here: only the shape is kept. */
static bool read_header(const vact_apply_request *asked, source *in, vact_reason *reason)
{
    unsigned char prefix[VACT_NPY_PREFIX];
    size_t end = 0;
    size_t found = fread(prefix, 1, sizeof prefix, in->stream);
    if (ferror(in->stream))
        return vact_because(reason, "cannot be read: %s", strerror(errno));
    if (!vact_npy_find_header(&end, prefix, found, reason))
        return false;
    if (end > MOST_HEADER)
        return vact_because(reason, "its header of %zu bytes is longer than %d", end, MOST_HEADER);
    unsigned char *header = malloc(end + sizeof prefix);
    if (header == NULL)
        return vact_because(reason, "out of memory");
    memcpy(header, prefix, found);
    if (end > found && !feof(in->stream))
        found += fread(header + found, 1, end - found, in->stream);
    /* a header this short has no room for its dictionary, so that no element was read with the prefix */
    bool parsed =
        vact_npy_parse_header(&in->shape, header, end, found, reason) && vact_apply_settle(asked, &in->shape, reason);
    free(header);
    if (parsed && (in->shape.element == VACT_ELEMENT_I8 || in->shape.element == VACT_ELEMENT_U8))
        return vact_npy_is_f32(&in->shape, reason);
    return parsed;
}

static bool read_slice(const source *in, void *slice, size_t done, size_t count)
{
    size_t found = fread(slice, vact_npy_element_size(in->shape.element), count, in->stream);
    if (found == count)
        return true;
    if (ferror(in->stream))
        vact_tool_fail(in->name, "cannot be read: %s", strerror(errno));
    else
        vact_tool_fail(in->name, "truncated: its shape asks for %zu elements, it has %zu", in->shape.count,
                       done + found);
    return false;
}

/* Room for a slice: its results, its elements where they have another type, and floats in between. */
typedef struct room {
    void *results, *elements;
    float *floats;
} room;

/* One slice, to dst, or to standard output where that is null. */
static bool run_slice(const vact_apply_request *asked, const vact_slopes *slope, const source *in, void *dst,
                      const room *at, size_t done, size_t count)
{
    const vact_element from = in->shape.element, to = vact_apply_output_element(asked, from);
    const size_t size = vact_npy_element_size(to);
    void *results = dst == NULL ? at->results : (unsigned char *)dst + done * size;
    void *elements = from == to ? results : at->elements;
    if (!read_slice(in, elements, done, count))
        return false;
    vact_status status =
        vact_apply_typed_slice(asked, slope, &in->shape, results, to, elements, from, count, at->floats);
    if (status != VACT_OK) {
        vact_tool_fail(in->name, "%s: %s", asked->op->name, vact_status_string(status));
        return false;
    }
    if (dst != NULL || fwrite(results, size, count, stdout) == count)
        return true;
    vact_tool_output_failed();
    return false;
}

/* All elements, to dst, or to standard output where that is null. */
static bool run(const vact_apply_request *asked, const vact_slopes *slope, const source *in, void *dst)
{
    size_t step = vact_apply_step(asked, slope, &in->shape);
    size_t held = step < in->shape.count ? step : in->shape.count;
    bool narrow =
        in->shape.element != VACT_ELEMENT_F32 || vact_apply_output_element(asked, VACT_ELEMENT_F32) != VACT_ELEMENT_F32;
    size_t parts = narrow ? 3 : dst == NULL ? 1 : 0;
    float *buffer = held > SIZE_MAX / sizeof *buffer / 4 ? NULL : malloc(parts * held * sizeof *buffer + 1);
    bool ok = buffer != NULL;
    const room at = narrow && ok ? (room){buffer, buffer + held, buffer + 2 * held} : (room){buffer, NULL, NULL};
    if (!ok)
        vact_tool_fail(in->name, "out of memory");
    for (size_t done = 0; ok && done < in->shape.count; done += step) {
        size_t count = in->shape.count - done < step ? in->shape.count - done : step;
        ok = run_slice(asked, slope, in, dst, &at, done, count);
    }
    free(buffer);
    if (ok && fgetc(in->stream) != EOF) {
        vact_tool_fail(in->name, "bytes follow after the last element");
        ok = false;
    }
    return ok;
}

static vact_shape output_shape(const vact_apply_request *asked, const source *in)
{
    vact_shape shape = in->shape;
    shape.element = vact_apply_output_element(asked, shape.element);
    return shape;
}

static bool to_stdout(const vact_apply_request *asked, const vact_slopes *slope, const source *in)
{
    char header[VACT_NPY_MAX_HEADER];
    vact_shape shape = output_shape(asked, in);
    size_t size = vact_npy_header(header, &shape);
    if (isatty(STDOUT_FILENO)) {
        vact_tool_fail("standard output", "is a terminal, which cannot show an array");
        return false;
    }
    if (fwrite(header, 1, size, stdout) != size) {
        vact_tool_output_failed();
        return false;
    }
    if (!run(asked, slope, in, NULL) || !vact_npy_unchanged()) /* the slopes may be a file */
        return false;
    if (fflush(stdout) == 0)
        return true;
    vact_tool_output_failed();
    return false;
}

static bool to_file(const vact_apply_request *asked, const vact_slopes *slope, const source *in)
{
    vact_output out = {0};
    vact_shape shape = output_shape(asked, in);
    void *dst = vact_output_add_npy(&out, asked->paths[1], &shape);
    if (dst == NULL)
        return false;
    if (run(asked, slope, in, dst))
        return vact_output_commit(&out);
    vact_output_discard(&out);
    return false;
}

/* A stream is not gathered along another axis than the last. */
static bool check_axis(const vact_apply_request *asked, const source *in)
{
    int dimensions = in->shape.dimensions;
    if (asked->op->kind == VACT_KIND_ROWS && in->shape.fortran) {
        vact_tool_fail(in->name, "%s", vact_npy_needs_c);
        return false;
    }
    if (asked->axis_word == NULL || asked->axis == -1 || asked->axis == dimensions - 1)
        return true;
    vact_tool_fail(in->name, "a stream goes along its last axis only (%d of %d)", dimensions - 1, dimensions);
    return false;
}

static bool apply_to(const vact_apply_request *asked, source *in)
{
    vact_slopes slope;
    vact_reason reason;
    if (!read_header(asked, in, &reason)) {
        vact_tool_fail(in->name, "%s", reason.text);
        return false;
    }
    if (!check_axis(asked, in) || !vact_slopes_open(&slope, asked, &in->shape))
        return false;
    bool ok = vact_apply_is_stream(asked->paths[1]) ? to_stdout(asked, &slope, in) : to_file(asked, &slope, in);
    vact_slopes_close(&slope);
    return ok;
}

bool vact_apply_stream(const vact_apply_request *asked)
{
    const char *path = asked->paths[0];
    if (vact_apply_is_stream(path))
        return apply_to(asked, &(source){.stream = stdin, .name = "standard input"});
    source in = {.stream = fopen(path, "rbe"), .name = path};
    if (in.stream == NULL) {
        vact_tool_fail(path, "%s", strerror(errno));
        return false;
    }
    bool ok = apply_to(asked, &in);
    fclose(in.stream);
    return ok;
}
