/* Names and messages without control characters, which a terminal would obey. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "tool.h"

/* The length of the printable character at `text`, 0 where it is none. What is printable is the locale's word. */
static size_t printable(const char *text, size_t size)
{
    wchar_t wide = 0;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    size_t length = mbrtowc(&wide, text, size, &state);
    return length == 0 || length > size || !iswprint((wint_t)wide) ? 0 : length;
}

/* Writes `size` bytes; those of no printable character become \xNN. Newlines stay where `lines` says so. */
static void write_escaped(FILE *stream, const char *text, size_t size, bool lines)
{
    for (size_t i = 0; i < size;) {
        size_t length = lines && text[i] == '\n' ? 1 : printable(text + i, size - i);
        if (length > 0)
            fwrite(text + i, 1, length, stream);
        else
            fprintf(stream, "\\x%02x", (unsigned)(unsigned char)text[i]);
        i += length > 0 ? length : 1;
    }
}

static char *escaped(const char *text, size_t size, bool lines, size_t *length)
{
    char *result = NULL;
    FILE *stream = open_memstream(&result, length);
    if (stream == NULL)
        return NULL;
    write_escaped(stream, text, size, lines);
    if (fclose(stream) == 0)
        return result;
    free(result);
    return NULL;
}

char *vact_tool_escape(const char *text)
{
    size_t length;
    return escaped(text, strlen(text), false, &length);
}

/* What goes to standard error by way of stdio, with newlines kept. */
static ssize_t write_error(void *cookie, const char *text, size_t size)
{
    size_t length = 0;
    char *clean = escaped(text, size, true, &length);
    (void)cookie;
    for (size_t done = 0; clean != NULL && done < length;) {
        ssize_t written = write(STDERR_FILENO, clean + done, length - done);
        if (written <= 0)
            break; /* there is nowhere to say so */
        done += (size_t)written;
    }
    free(clean);
    return (ssize_t)size;
}

/* getopt and argp quote arguments in their own messages: only the stream can keep control characters out of those. */
void vact_tool_guard_errors(void)
{
    FILE *guarded = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_error});
    if (guarded == NULL)
        return;
    setvbuf(guarded, NULL, _IOLBF, BUFSIZ);
    stderr = guarded;
}
