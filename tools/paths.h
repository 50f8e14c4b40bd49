/* The paths of files to be made or replaced. */
#ifndef VACT_TOOLS_PATHS_H
#define VACT_TOOLS_PATHS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "npy.h"

/* `name` in the folder of `path`, to be freed; null when out of memory. */
char *vact_path_beside(const char *path, const char *name);

/* The file that a path leads to by symbolic links, which need not exist, so that a link stays and its target is
 * replaced; to be freed. Null, with a reason, where it cannot be replaced. `status` is that of the file, with st_nlink
 * 0 where there is none. */
char *vact_path_resolve(const char *path, struct stat *status, vact_reason *reason);

/* Whether two paths lead to one file, which need not exist. */
bool vact_path_same(const char *one, const char *other);

#endif
