/* SLEEF's and glibc's vector functions as loops over arrays, for each build of the library (vector.c). */
#ifndef VACT_BENCH_PEERS_VECTOR_H
#define VACT_BENCH_PEERS_VECTOR_H

#include "yardstick.h"

typedef struct peers_vector {
    yardstick_fn *sleef_exp;
    yardstick_fn *sleef_tanh;
    yardstick_fn *sleef_tanh_u35;
    yardstick_fn *libmvec_exp; /* null where glibc has none for the instruction set */
    yardstick_fn *libmvec_tanh;
} peers_vector;

#define VACT_BUILD_ENTRY(name, ISA) extern const peers_vector vact_peers_vector_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

#endif
