#include "cache.h"

#include <unistd.h>

size_t vacti_cache_of_core = 1 << 20;

/* A size out of this range (a virtual machine's word, or that the system does not know) changes nothing. */
enum { SMALLEST = 128 << 10, LARGEST = 64 << 20 };

void vacti_cache_look_up(void)
{
#ifdef _SC_LEVEL2_CACHE_SIZE
    long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (told >= SMALLEST && told <= LARGEST)
        __atomic_store_n(&vacti_cache_of_core, (size_t)told, __ATOMIC_RELAXED);
#endif
}
