/* Writes docs/constants-v<VACT_NUMERICS_VERSION>.txt to the standard output; see constants.h. */
#include "constants.h"

#include <stdio.h>

#include "vact/vact.h"

int main(void)
{
    static char lines[CONSTANTS_TEXT];
    if (!constants_lines(lines, sizeof lines)) {
        fprintf(stderr, "vact_constants: the sources cannot be read\n");
        return 1;
    }
    printf("# numerics version %d: a header of kernels/, its hexadecimal constants, their hash; by ./dev bits\n%s",
           VACT_NUMERICS_VERSION, lines);
    return 0;
}
