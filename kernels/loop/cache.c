#include "cache.h"

#include <unistd.h>

size_t vacti_cache_of_core = 1 << 20;

/* A size outside this range is ignored: some virtual machines report a wrong one, some systems report 0. */
enum { SMALLEST = 128 << 10, LARGEST = 64 << 20 };

void vacti_cache_look_up(void)
{
#ifdef _SC_LEVEL2_CACHE_SIZE
    long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (told >= SMALLEST && told <= LARGEST)
        __atomic_store_n(&vacti_cache_of_core, (size_t)told, __ATOMIC_RELAXED);
#endif
}
