/*
 * Streaming stores are weakly ordered: a kernel that used them must fence before it returns, or another thread may see
 * its flag before its results. No result shows that, so what the kernels execute is looked at: from the first touch of
 * a page near the end of the destination on, they run one instruction at a time.
 */
#include "support.h"

#if defined(__x86_64__)

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <x86intrin.h>

#include "loop/cache.h"

enum { TRAP_FLAG = 0x100, COLS = 1024, ROWS = 66, ELEMENTS = ROWS * COLS, PAGE = COLS * sizeof(float) };

static volatile size_t steps, streamed, unfenced;
static float *trapped_page;

/* movnt* has the opcode 2b or e7 in the map 0f. An EVEX prefix has four bytes, VEX two or three; e.g. `62 f1 7c 48 2b
 * 07` and `c5 fc 2b 07`. */
static bool streams(const unsigned char *code)
{
    size_t length = code[0] == 0x62 ? 4 : code[0] == 0xc4 ? 3 : code[0] == 0xc5 ? 2 : 0;
    bool first_map = length == 2 || (code[1] & 7) == 1;
    return length != 0 && first_map && (code[length] == 0x2b || code[length] == 0xe7);
}

static void look(const unsigned char *code)
{
    static const unsigned char sfence[3] = {0x0f, 0xae, 0xf8};
    if (streams(code))
        streamed++, unfenced++;
    else if (memcmp(code, sfence, sizeof sfence) == 0)
        unfenced = 0;
}

/* SIGSEGV is the first touch of the page, SIGTRAP a step. */
static void step(int signal, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    if (signal == SIGTRAP)
        steps++;
    else if (info->si_addr < (void *)trapped_page || info->si_addr >= (void *)(trapped_page + COLS))
        abort();
    else if (mprotect(trapped_page, PAGE, PROT_READ | PROT_WRITE) == 0)
        registers[REG_EFL] |= TRAP_FLAG;
    look((const unsigned char *)registers[REG_RIP]);
}

typedef struct arrays {
    float *dst, *more, *x, *y, *z;
} arrays;

typedef void stream_fn(const vacti_table *table, const arrays *a);

static void unary(const vacti_table *table, const arrays *a)
{
    table->unary[VACT_OP_SLOT(VACT_OP_RELU)](a->dst, a->x, ELEMENTS, NULL);
}

static void backward(const vacti_table *table, const arrays *a)
{
    table->backward[VACT_OP_SLOT(VACT_OP_RELU)](a->dst, a->x, a->y, ELEMENTS, NULL);
}

static void channels(const vacti_table *table, const arrays *a)
{
    table->channels[VACT_OP_SLOT(VACT_OP_PRELU)](a->dst, a->x, a->y, 1, 1, ELEMENTS);
}

static void gate(const vacti_table *table, const arrays *a)
{
    table->gate[VACT_OP_SLOT(VACT_OP_REGLU)](a->dst, a->x, a->y, ELEMENTS, NULL);
}

static void gate_backward(const vacti_table *table, const arrays *a)
{
    table->gate_backward[VACT_OP_SLOT(VACT_OP_REGLU)](a->dst, a->more, a->x, a->y, a->z, ELEMENTS, NULL);
}

static void epilogue(const vacti_table *table, const arrays *a)
{
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 1.0f, .bias = a->z, .residual = a->y, .residual_stride = COLS};
    table->epilogue[VACT_OP_SLOT(VACT_OP_RELU)](a->dst, COLS, a->x, COLS, ROWS, COLS, &options, NULL);
}

static void softmax(const vacti_table *table, const arrays *a)
{
    table->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](a->dst, COLS, a->x, COLS, ROWS, COLS);
}

static void log_softmax(const vacti_table *table, const arrays *a)
{
    table->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](a->dst, COLS, a->x, COLS, ROWS, COLS);
}

/* A kernel of each kind; those of a kind share the walk. */
static const struct {
    const char *name;
    stream_fn *run;
} KERNELS[] = {{"unary", unary},     {"backward", backward},           {"channels", channels},
               {"gate", gate},       {"gate_backward", gate_backward}, {"epilogue", epilogue},
               {"softmax", softmax}, {"log_softmax", log_softmax}};

static float *pages(void)
{
    float *made = mmap(NULL, ELEMENTS * sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(made != MAP_FAILED, "out of memory");
    for (size_t i = 0; i < ELEMENTS; i++)
        made[i] = 1.0f;
    return made;
}

static void check(const vacti_table *table)
{
    const arrays a = {pages(), pages(), pages(), pages(), pages()};
    trapped_page = a.dst + ELEMENTS - 3 * COLS; /* what is left after the walk is behind it */
    for (size_t k = 0; k < sizeof KERNELS / sizeof KERNELS[0]; k++) {
        steps = streamed = unfenced = 0;
        cr_assert(mprotect(trapped_page, PAGE, PROT_NONE) == 0);
        KERNELS[k].run(table, &a);
        __writeeflags(__readeflags() & ~(unsigned long long)TRAP_FLAG);
        if (steps == 0)
            cr_skip("fence: no single steps here");
        cr_expect(streamed > 0, "%s on %s: no streaming store in %zu steps", KERNELS[k].name, table->build, steps);
        cr_expect(unfenced == 0, "%s on %s: returns after %zu streaming stores without sfence", KERNELS[k].name,
                  table->build, unfenced);
    }
    float *const all[] = {a.dst, a.more, a.x, a.y, a.z};
    for (size_t i = 0; i < 5; i++)
        munmap(all[i], ELEMENTS * sizeof(float));
}

Test(fence, after_streaming_stores)
{
    static const char *const builds[] = {"avx512", "avx2"};
    const struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
    if (TEST_SANITIZED)
        cr_skip("fence: not under a sanitizer");
    if (sysconf(_SC_PAGESIZE) != PAGE)
        cr_skip("fence: pages of another size");
    cr_assert(sigaction(SIGTRAP, &action, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    size_t cache = vacti_cache_of_core;
    vacti_cache_of_core = 1 << 14;
    for (size_t b = 0; b < 2; b++) {
        const vacti_table *table = vacti_table_of_build(builds[b], VACT_MATH_FAST);
        if (table != NULL && vacti_build_runs(builds[b]))
            check(table);
    }
    vacti_cache_of_core = cache;
}

#endif
