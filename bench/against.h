/* vact_bench --against: two builds of the shared library beside each other. */
#ifndef VACT_BENCH_AGAINST_H
#define VACT_BENCH_AGAINST_H

#include <stdbool.h>

/* Whether the arguments have --against. */
bool against_is_asked(int argc, char **argv);

/* Does what they say and returns the status to exit with: 1 where something became slower, 2 for wrong usage. */
int against(int argc, char **argv);

#endif
