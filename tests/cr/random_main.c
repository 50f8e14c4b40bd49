/*
 * The variant `cr` against MPFR alone: what ./dev cr runs. The check shares no code with the kernels, nor with the
 * double oracle of `vact accuracy`.
 *
 *   vact_cr_random [INPUTS [OPERATION]]
 *
 * Of each operation INPUTS random inputs (default 100,000), half of them any bits, the others between 2^-20 and 2^7,
 * through the strongest build. MPFR computes with 200 bits. Also counted is how many lanes the vectors leave to the
 * exact functions (kernels/exact), which the linker has wrapped: of the second half, and of all inputs. The control:
 * with one bit of a result changed in every thousandth input, so many must be found. The exit status is 1 where a
 * result is not the nearest float.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/table.h"
#include "kernels/exact/exact.h"
#include "kernels/reference/mpfr/exact.h"
#include "kernels/registry.h"

enum { BITS = 200, CHUNK = 1000 };

/* ---------------------------------------------------------------------------- the exact functions, counted */

static long undecided;

#define WRAP_PLAIN(name)
#define WRAP_MATH(name)                                                                                                \
    vacti_exact_fn __real_vacti_exact_##name, __wrap_vacti_exact_##name;                                               \
    float __wrap_vacti_exact_##name(float x, const vact_params_f32 *params)                                            \
    {                                                                                                                  \
        undecided++;                                                                                                   \
        return __real_vacti_exact_##name(x, params);                                                                   \
    }
#define WRAP_NEAR(name) WRAP_MATH(name)
#define WRAP_OWN(name) WRAP_MATH(name)
#define WRAP_UNARY(name, needs) WRAP_##needs(name)
#define WRAP_CHANNELS(name, needs)
#define WRAP_ROWS(name, needs)
#define WRAP_GATE(name, needs)
#define VACT_OP(name, NAME, kind, needs, ...) WRAP_##kind(name, needs)
#include "kernels/registry.def"
#undef VACT_OP

/* ----------------------------------------------------------------------------------------------- inputs */

static uint64_t state;

/* The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static float draw(int any)
{
    uint32_t bits = (uint32_t)(next() >> 32);
    float x;
    if (!any)
        bits = (bits & 0x807fffffu) | (uint32_t)(107 + next() % 27) << 23;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ------------------------------------------------------------------------------------------------- check */

typedef struct {
    long inputs, wrong, undecided, moderate, undecided_of_moderate, changed, found;
} totals;

static int same(float a, float b) { return a != a ? b != b : memcmp(&a, &b, sizeof a) == 0; }

static float nearest(const vacti_op_info *info, float x, mpfr_t exact)
{
    const vact_params_f32 params = vacti_registry_defaults(info);
    exact_f32(info->op, exact, x, params.v);
    return mpfr_get_flt(exact, MPFR_RNDN);
}

static void check(const vacti_op_info *info, vact_unary_f32_fn *kernel, const float *x, int moderate, totals *t,
                  mpfr_t exact)
{
    float y[CHUNK];
    undecided = 0;
    kernel(y, x, CHUNK, NULL);
    t->undecided += undecided;
    t->undecided_of_moderate += moderate ? undecided : 0;
    t->moderate += moderate ? CHUNK : 0;
    for (int i = 0; i < CHUNK; i++) {
        if (!isfinite(x[i]) || x[i] == 0.0f)
            continue;
        const float right = nearest(info, x[i], exact);
        t->inputs++;
        if (!same(y[i], right) && t->wrong++ == 0)
            printf("%s(%a) is %a, not %a\n", info->name, (double)x[i], (double)y[i], (double)right);
        if (i % CHUNK == 7 && right == right) {
            uint32_t bits;
            memcpy(&bits, &y[i], sizeof bits);
            bits ^= 1;
            memcpy(&y[i], &bits, sizeof bits);
            t->changed++;
            t->found += !same(y[i], right);
        }
    }
}

static totals run(const vacti_op_info *info, long inputs)
{
    totals t = {0};
    float x[CHUNK];
    mpfr_t exact;
    vact_unary_f32_fn *const kernel = vact_kernel_f32(info->op, VACT_ISA_AUTO, VACT_MATH_CR);
    mpfr_init2(exact, BITS);
    state = (uint64_t)info->op;
    for (long i = 0; i < inputs; i += CHUNK) {
        const int any = i / CHUNK % 2 == 0;
        for (int k = 0; k < CHUNK; k++)
            x[k] = draw(any);
        check(info, kernel, x, !any, &t, exact);
    }
    mpfr_clear(exact);
    return t;
}

int main(int count, char **arguments)
{
    const long inputs = count > 1 ? strtol(arguments[1], NULL, 10) : 100000;
    int failed = 0;
    if (inputs <= 0 || count > 3) {
        fprintf(stderr, "usage: vact_cr_random [INPUTS [OPERATION]]\n");
        return 2;
    }
    printf("| operation | inputs | misrounded | to the exact function, of a million | of those from 2^-20 to 2^7 |\n");
    printf("|---|---|---|---|---|\n");
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind != VACT_KIND_UNARY || !(info->needs_math || info->near) ||
            (count > 2 && strcmp(arguments[2], info->name) != 0))
            continue;
        const totals t = run(info, inputs);
        printf("| %s | %ld | %ld | %.0f | %.1f |\n", info->name, t.inputs, t.wrong,
               1e6 * (double)t.undecided / (double)inputs, 1e6 * (double)t.undecided_of_moderate / (double)t.moderate);
        fflush(stdout);
        if (t.found != t.changed)
            printf("%s: of %ld changed results %ld were found\n", info->name, t.changed, t.found);
        failed |= t.wrong != 0 || t.found != t.changed;
    }
    return failed;
}
