/*
 * Looks for misrounded results of kernels/exact among random inputs, and for those whose exact values lie nearest to
 * midpoints between floats. The double oracle sorts out what is near enough for MPFR to decide. After a build of the
 * tests:
 *
 *   cc -O2 -I. -Iinclude -Ikernels docs/approximations/exact_sweep.c kernels/reference/mpfr/exact.c \
 *      build/libvact_reference.a build/libvact.a -lmpfr -lm -o exact_sweep && ./exact_sweep 100000000 gelu
 *
 * Without a name all operations are tried. With the count 0, every float from 2^-40 to 2^9 is, with both signs; of the
 * others, where f is a constant, c*x or an exponential, and of subnormal results, one of 61. The function is called for
 * one of 61 and for all that are near a midpoint.
 *
 * For each operation at its default parameters: how many of how many inputs are misrounded, how many would be if the
 * low part were dropped, and the nearest midpoint between normal numbers, as a relative distance.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/reference/mpfr/exact.h"
#include "kernels/exact/exact.h"
#include "kernels/reference/reference.h"
#include "kernels/registry.h"

static const struct {
    vact_op op;
    vacti_exact_fn *function;
} operations[] = {
    {VACT_OP_EXP, vacti_exact_exp},
    {VACT_OP_SIGMOID, vacti_exact_sigmoid},
    {VACT_OP_SILU, vacti_exact_silu},
    {VACT_OP_SWISH, vacti_exact_swish},
    {VACT_OP_GELU_QUICK, vacti_exact_gelu_quick},
    {VACT_OP_GELU_TANH, vacti_exact_gelu_tanh},
    {VACT_OP_GELU, vacti_exact_gelu},
    {VACT_OP_MISH, vacti_exact_mish},
    {VACT_OP_TANH, vacti_exact_tanh},
    {VACT_OP_SOFTCAP, vacti_exact_softcap},
    {VACT_OP_TANH_SHRINK, vacti_exact_tanh_shrink},
    {VACT_OP_ELU, vacti_exact_elu},
    {VACT_OP_CELU, vacti_exact_celu},
    {VACT_OP_SELU, vacti_exact_selu},
    {VACT_OP_SOFTPLUS, vacti_exact_softplus},
    {VACT_OP_LOG_SIGMOID, vacti_exact_log_sigmoid},
    {VACT_OP_SQRT_SOFTPLUS, vacti_exact_sqrt_softplus},
    {VACT_OP_ERF, vacti_exact_erf},
    {VACT_OP_XIELU, vacti_exact_xielu},
    {VACT_OP_SOFTSIGN, vacti_exact_softsign},
    {VACT_OP_HARD_SWISH, vacti_exact_hard_swish},
};

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Of every sign and mantissa; half of them of every exponent, the others between 2^-26 and 2^8. */
static float draw(void)
{
    const uint64_t random = next();
    uint32_t bits = (uint32_t)(random >> 32);
    if (random & 1)
        bits = (bits & 0x807fffff) | (uint32_t)(101 + (random >> 1) % 34) << 23;
    return of_bits(bits);
}

/* Whether value is within 2^-18 of the spacing of floats from a midpoint. That of normal floats is 2^29 in the bits of
 * a double. */
static bool near_midpoint(double value)
{
    const double magnitude = fabs(value);
    uint64_t bits;
    if (!(magnitude > 0x1p-151 && magnitude < 0x1p128))
        return false;
    if (magnitude < 0x1p-126) {
        const double spacings = magnitude * 0x1p149;
        return fabs(spacings - floor(spacings) - 0.5) < 0x1p-18;
    }
    memcpy(&bits, &value, sizeof bits);
    return (bits + 0x800 - 0x10000000) % 0x20000000 < 0x1000;
}

/* Relative to the value, by MPFR: 0 for a midpoint. */
static double exact_distance(mpfr_t y)
{
    mpfr_t scaled, two;
    mpfr_init2(scaled, EXACT_BITS);
    mpfr_exp_t exponent = mpfr_get_exp(y) < -125 ? -125 : mpfr_get_exp(y);
    mpfr_mul_2si(scaled, y, 25 - exponent, MPFR_RNDN); /* midpoints are odd */
    mpfr_abs(scaled, scaled, MPFR_RNDN);
    mpfr_sub_ui(scaled, scaled, 1, MPFR_RNDN);
    mpfr_init_set_ui(two, 2, MPFR_RNDN);
    mpfr_remainder(scaled, scaled, two, MPFR_RNDN);
    mpfr_mul_2si(scaled, scaled, exponent - 25, MPFR_RNDN);
    mpfr_div(scaled, scaled, y, MPFR_RNDN);
    const double distance = fabs(mpfr_get_d(scaled, MPFR_RNDN));
    mpfr_clears(scaled, two, (mpfr_ptr)NULL);
    return distance;
}

int main(int argc, char **argv)
{
    const bool every = argc > 1 && strcmp(argv[1], "0") == 0;
    const long count = every ? 1L << 32 : argc > 1 ? atol(argv[1]) : 1000000;
    mpfr_t y;
    mpfr_init2(y, EXACT_BITS);
    for (size_t k = 0; k < sizeof operations / sizeof operations[0]; k++) {
        if (argc > 2 && strcmp(argv[2], vacti_registry_by_code(operations[k].op)->name) != 0)
            continue;
        const vact_params_f32 params = vacti_registry_defaults(vacti_registry_by_code(operations[k].op));
        vacti_reference_fn *oracle = vacti_reference_f32(operations[k].op);
        long wrong = 0, plain_wrong = 0, decided = 0, tried = 0;
        double nearest = 1.0;
        float at = 0.0f;
        for (long i = 0; i < count; i++) {
            const float x = every ? of_bits((uint32_t)i) : draw();
            if (!isfinite(x) || x == 0.0f)
                continue;
            const bool one_of_61 = i % 61 == 0;
            if (every && !one_of_61 && !(fabsf(x) >= 0x1p-40f && fabsf(x) < 512.0f))
                continue;
            const double value = oracle((double)x, &params);
            float right = (float)value;
            bool called = !every || one_of_61;
            if (!called && fabs(value) < 0x1p-126)
                continue;
            if (near_midpoint(value)) {
                exact_f32(operations[k].op, y, x, params.v);
                right = mpfr_get_flt(y, MPFR_RNDN);
                plain_wrong += (float)mpfr_get_d(y, MPFR_RNDN) != right;
                decided++;
                called = true;
                const double distance = exact_distance(y);
                if (distance < nearest && fabs(value) >= 0x1p-126) {
                    nearest = distance;
                    at = x;
                }
            }
            if (!called)
                continue;
            tried++;
            const float result = operations[k].function(x, &params);
            if (memcmp(&result, &right, sizeof right) != 0 && wrong++ == 0)
                printf("%s(%a) is %a, not %a\n", vacti_registry_by_code(operations[k].op)->name, (double)x,
                       (double)result, (double)right);
        }
        printf("%s: %ld misrounded of %ld, %ld of %ld in double; a midpoint at 2^%.1f from f(%a)\n",
               vacti_registry_by_code(operations[k].op)->name, wrong, tried, plain_wrong, decided, log2(nearest),
               (double)at);
        fflush(stdout);
    }
    mpfr_clear(y);
    return 0;
}
