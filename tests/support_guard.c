/* Memory between two guard pages. */
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"

test_guarded test_guarded_new(size_t floats)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (floats * sizeof(float) + page - 1) / page * page;
    test_guarded guarded = {.mapping_size = inside + 2 * page};
    guarded.mapping = mmap(NULL, guarded.mapping_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(guarded.mapping != MAP_FAILED, "mmap failed");
    guarded.first = (float *)(void *)((char *)guarded.mapping + page);
    guarded.n = inside / sizeof(float);
    cr_assert(mprotect(guarded.first, inside, PROT_READ | PROT_WRITE) == 0, "mprotect failed");
    return guarded;
}

void test_guarded_free(test_guarded *guarded) { munmap(guarded->mapping, guarded->mapping_size); }
