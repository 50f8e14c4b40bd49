/* The cache that a core has to itself. Internal: not installed. */
#ifndef VACT_LOOP_CACHE_H
#define VACT_LOOP_CACHE_H

#include <stddef.h>

/* The bytes of its second level: a usual size until vacti_cache_look_up, which dispatch calls before it hands out the
 * first kernel. Read and written as a relaxed atomic: a kernel that still sees the usual size is as right. */
extern size_t vacti_cache_of_core;

/* Threads that come first together all store the same. */
void vacti_cache_look_up(void);

#endif
