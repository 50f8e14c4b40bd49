/*
 * Files that appear whole or not at all, in place of another file or of none. Until it is complete, such a file has no
 * name (O_TMPFILE): whatever ends the program, SIGKILL too, leaves nothing behind. linkat gives the complete file a
 * name but cannot replace another, so that this is a temporary name in the destination's folder, which rename then
 * replaces the destination with. Only a SIGKILL or a loss of power between these two system calls leaves the temporary
 * name. Where a file system or the lack of /proc forbids files without names, they have the temporary name from the
 * start.
 */
#ifndef VACT_TOOLS_REPLACE_H
#define VACT_TOOLS_REPLACE_H

#include <stdbool.h>

#include "npy.h"

typedef struct vact_replacement {
    const char *name; /* the destination as it was given */
    char *path;       /* the same, symbolic links followed, also those to nothing */
    char *temporary;  /* null while the file has no name */
    int fd;           /* the file, empty, with the owner and the permissions that it will have */
} vact_replacement;

/* Both close what is open. The reason follows the destination's name in a message. */
bool vact_replacement_open(vact_replacement *file, const char *name, vact_reason *reason);
void vact_replacement_close(vact_replacement *file);

/* Puts complete files in place, from the last to the first, after their contents are on the disk, and their names too
 * when it returns. False, with a message, at one that it cannot put in place; the files before that one stay as they
 * are. All are to be closed afterwards. */
bool vact_replacement_put(vact_replacement *const *files, int count);

/* For signal handlers: removes the temporary names. */
void vact_replacement_remove_all(void);

#endif
