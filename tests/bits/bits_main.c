/* Writes docs/bits-v<VACT_NUMERICS_VERSION>.txt to the standard output; see bits.h. `vact_bits [BUILD]`; without an
 * argument by the best build. */
#include "bits.h"

int main(int argc, char *argv[])
{
    const vacti_table *best = vacti_table_find(VACT_ISA_AUTO, VACT_MATH_FAST);
    const char *build = argc > 1 ? argv[1] : best->build;
    if (vacti_table_of_build(build, VACT_MATH_FAST) == NULL || !vacti_build_runs(build)) {
        fprintf(stderr, "vact_bits: no build %s here\n", build);
        return 2;
    }
    bits_write(stdout, build);
    return 0;
}
