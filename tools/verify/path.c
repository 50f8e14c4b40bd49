/* Where the file of hashes is. */
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "tools/tool.h"

bool verify_find_file(char path[VERIFY_PATH])
{
    /* VACT_BITS_FOLDER is that of the installation, absolute or beside that of the program. */
    static const char *const folders[] = {VACT_BITS_FOLDER, "share/vact"};
    char here[VERIFY_PATH / 2];
    const ssize_t length = readlink("/proc/self/exe", here, sizeof here - 1);
    here[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(here, '/');
    if (slash != NULL)
        slash[1] = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(path, VERIFY_PATH, "%s%s/bits-v%d.txt", folders[i][0] == '/' ? "" : here, folders[i],
                 VACT_NUMERICS_VERSION);
        if (access(path, R_OK) == 0)
            return true;
    }
    snprintf(path, VERIFY_PATH, "bits-v%d.txt", VACT_NUMERICS_VERSION);
    vact_tool_fail(path, "neither in %s nor in %s of %s; --file names it", folders[0], folders[1], here);
    return false;
}
