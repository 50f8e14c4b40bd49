/* vact_bench --against: two builds of the shared library compared. */
#ifndef VACT_BENCH_AGAINST_H
#define VACT_BENCH_AGAINST_H

#include <stdbool.h>

/* Whether the arguments have --against. */
bool against_is_asked(int argc, char **argv);

/* Runs the comparison and returns the exit status: 1 where something became slower, 2 for wrong usage. */
int against(int argc, char **argv);

#endif
