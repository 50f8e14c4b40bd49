/* The size of the second-level cache, which each core has to itself. Internal: not installed. */
#ifndef VACT_LOOP_CACHE_H
#define VACT_LOOP_CACHE_H

#include <stddef.h>

/* In bytes. A typical size until vacti_cache_look_up, which dispatch calls before it hands out the first kernel. Read
 * and written as a relaxed atomic: a kernel that still sees the typical size gives the same results. */
extern size_t vacti_cache_of_core;

/* Safe to call from several threads: all store the same value. */
void vacti_cache_look_up(void);

#endif
