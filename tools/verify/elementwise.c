#include "elementwise.h"

#include "hash.h"
#include "sample.h"
#include "scratch.h"
#include "tools/accuracy/sweep.h"
#include "tools/pool.h"

/* Of so many bit patterns, as a power of two, one is an input. */
static unsigned shift_of(const verify_function *f) { return 32 - (unsigned)__builtin_ctzll(f->elements); }

uint64_t verify_unary_part(const verify_function *f, const vacti_table *table, unsigned part, verify_scratch *s)
{
    const accuracy_target target = {f->info, f->swept, accuracy_defaults(f->info)};
    const uint64_t each = f->elements / VERIFY_PARTS, first = part * each;
    uint64_t sum = 0;
    for (uint64_t j = 0; j < each && !vact_pool_stop; j += VERIFY_CHUNK) {
        verify_fill_inputs(s->x, first + j, VERIFY_CHUNK, shift_of(f));
        if (f->swept != ACCURACY_FORWARD)
            verify_fill_dy(s->dy, first + j, VERIFY_CHUNK);
        accuracy_run_kernel(table, &target, s->y, s->x, s->dy, VERIFY_CHUNK);
        sum += verify_terms(s->y, VERIFY_CHUNK, (uint32_t)j);
    }
    return sum;
}

uint64_t verify_gate_part(const verify_function *f, const vacti_table *table, unsigned part, verify_scratch *s)
{
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    const uint64_t each = f->elements / VERIFY_PARTS, first = part * each;
    uint64_t sum = 0;
    for (uint64_t j = 0; j < each && !vact_pool_stop; j += VERIFY_CHUNK) {
        verify_fill_inputs(s->x, first + j, VERIFY_CHUNK, shift_of(f));
        verify_fill_random(s->up, first + j, VERIFY_CHUNK, false);
        if (f->swept == ACCURACY_FORWARD) {
            table->gate[slot](s->y, s->x, s->up, VERIFY_CHUNK, NULL);
        } else {
            verify_fill_random(s->dy, first + j, VERIFY_CHUNK, true);
            table->gate_backward[slot](s->y, s->dup, s->dy, s->x, s->up, VERIFY_CHUNK, NULL);
            sum += verify_terms(s->dup, VERIFY_CHUNK, (uint32_t)(each + j));
        }
        sum += verify_terms(s->y, VERIFY_CHUNK, (uint32_t)j);
    }
    return sum;
}

uint64_t verify_narrow_part(const verify_function *f, const vacti_table *table, unsigned part, verify_scratch *s)
{
    enum { EACH = sizeof s->narrow / sizeof s->narrow[0] };
    const unsigned slot = VACT_OP_SLOT(f->info->op);
    for (unsigned i = 0; i < EACH; i++)
        s->narrow[i] = (uint16_t)(part * EACH + i);
    if (f->type == VACT_BF16)
        table->unary_bf16[slot]((vact_bf16 *)s->narrow, (const vact_bf16 *)s->narrow, EACH, NULL);
    else
        table->unary_f16[slot]((vact_f16 *)s->narrow, (const vact_f16 *)s->narrow, EACH, NULL);
    return verify_terms_16(s->narrow, EACH, 0, f->type);
}
