/*
 * Moves coefficients of kernels/elem/terms_<type>.h at random, by up to 2^SPREAD ULP, as long as no more results are
 * wrong; narrow_terms.py builds and runs it. An input counts as wrong for each of two quotients, those farthest from
 * a/b that vh_quotient may return; inputs that are cured never do. First only the inputs near a middle are tried, all
 * at the end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "vec/f32_scalar.h"

static double off;

#define vh_quotient vh_quotient
VACT_INLINE vf vh_quotient(vf a, vf b) { return (vf)((double)a / (double)b * (1.0 + off)); }

#include "vec/u16_scalar.h"

static const float start[] = {START};
enum { COUNT = sizeof start / sizeof start[0] };
static float moving[COUNT];

#include ELEMENT
#include "abi.h"
#include "loop/names.h"
#include "loop/pick.h"
#include "loop/walk.h"
#include ROUNDING
#include "narrow_exact.h"
#include "registry.h"
#include "terms.h"

typedef struct {
    const char *name;
    vf (*one)(vf x, const vact_params_f32 *params);
    const elem_rounding *how;
} operation;

#include "operations.h"

enum { ALL = 1 << 16, OPERATIONS = sizeof operations / sizeof operations[0] };

typedef struct {
    vact_params_f32 params;
    uint16_t exact[ALL], tried[ALL];
    int count;
} subject;

static subject subjects[OPERATIONS];
static float x[ALL];

static float lane(int k, float of)
{
    const elem_rounding *how = operations[k].how;
    return elem_nudged(operations[k].one(elem_nudged_argument(of, how), &subjects[k].params), of, how);
}

static uint16_t rounded(float y, const elem_rounding *how) { return elem_narrow(y, y, how->ties).of[0]; }

static int is_cured(uint16_t input, const elem_rounding *how)
{
    for (size_t k = 0; k < how->count; k++)
        if (how->cures[k].input == input)
            return 1;
    return 0;
}

static int wrong_of(int k, int limit, int say)
{
    const subject *s = &subjects[k];
    int wrong = 0;
    for (int side = -1; side <= 1 && wrong <= limit; side += 2) {
        off = side * 1.01 * 0x1p-28;
        for (int i = 0; i < s->count; i++) {
            const uint16_t at = s->tried[i], result = rounded(lane(k, x[at]), operations[k].how);
            if (result == s->exact[at] || is_cured(at, operations[k].how))
                continue;
            wrong++;
            if (say && wrong <= 8)
                printf("%s of %04x, %a: %04x, not %04x\n", operations[k].name, at, (double)x[at], result, s->exact[at]);
        }
    }
    return wrong;
}

static int all_wrong(int limit, int say)
{
    int wrong = 0;
    for (int k = 0; k < OPERATIONS && wrong <= limit; k++)
        wrong += wrong_of(k, limit - wrong, say);
    return wrong;
}

static void try_all(void)
{
    for (int k = 0; k < OPERATIONS; k++) {
        subjects[k].count = 0;
        for (uint32_t i = 0; i < ALL; i++)
            if (!isnan(x[i]))
                subjects[k].tried[subjects[k].count++] = (uint16_t)i;
    }
}

/* Those whose result 2^-11 or 2^-13 of it would change, and small ones, where an element's last digit is large. */
static void try_near(void)
{
    const float share = ELEM_IS_BF16 ? 0x1p-11f : 0x1p-13f;
    for (int k = 0; k < OPERATIONS; k++) {
        subject *s = &subjects[k];
        int kept = 0;
        for (int i = 0; i < s->count; i++) {
            const uint16_t at = s->tried[i];
            const float y = lane(k, x[at]);
            const int small = !ELEM_IS_BF16 && fabsf(y) < 0x1p-14f && fabsf(x[at]) > 1.0f;
            if (small || rounded(y, operations[k].how) != s->exact[at] ||
                rounded(y * (1.0f + share), operations[k].how) != rounded(y * (1.0f - share), operations[k].how))
                s->tried[kept++] = at;
        }
        s->count = kept;
    }
}

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static void move(void)
{
    for (int times = 1 + (int)(uniform() * 3.0); times > 0; times--) {
        const int at = (int)(uniform() * COUNT);
        int exponent;
        frexpf(moving[at], &exponent);
        const double ulps = floor(exp2(uniform() * SPREAD)) * (uniform() < 0.5 ? -1.0 : 1.0);
        if (moving[at] != 0.0f)
            moving[at] += ldexpf((float)ulps, exponent - 24);
    }
}

int main(int count, char **arguments)
{
    const int steps = count > 1 ? atoi(arguments[1]) : 0;
    memcpy(moving, start, sizeof moving);
    for (uint32_t i = 0; i < ALL; i++)
        x[i] = vacti_narrow_widen((uint16_t)i, TYPE);
    for (int k = 0; k < OPERATIONS; k++) {
        const vacti_op_info *info = vacti_registry_by_name(operations[k].name);
        subjects[k].params = vacti_registry_defaults(info);
        for (uint32_t i = 0; i < ALL; i++)
            subjects[k].exact[i] = isnan(x[i]) ? 0 : narrow_exact(info->op, x[i], &subjects[k].params, TYPE);
    }
    try_all();
    const int at_start = all_wrong(1 << 20, 0);
    try_near();
    int best = all_wrong(1 << 20, 0);
    for (int step = 0; step < steps && best > 0; step++) {
        float before[COUNT];
        memcpy(before, moving, sizeof before);
        move();
        const int wrong = all_wrong(best, 0);
        if (wrong <= best)
            best = wrong;
        else
            memcpy(moving, before, sizeof before);
    }
    try_all();
    printf("wrong: %d, then %d\n", at_start, all_wrong(1 << 20, 1));
    if (all_wrong(1 << 20, 0) > at_start)
        memcpy(moving, start, sizeof moving);
    for (int i = 0; i < COUNT; i++)
        printf("%a ", (double)moving[i]);
    printf("\n");
    return 0;
}
