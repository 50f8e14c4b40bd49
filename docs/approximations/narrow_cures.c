/*
 * How the results of 16-bit elements are rounded so that every one is right: writes kernels/elem/rounding_<type>.h. For
 * each unary operation with its default parameters it compares all 65,536 results of the float kernel, rounded in each
 * of the ways that kernels/elem/<type>.h has, with the exact value (MPFR, where the double oracle cannot decide); it
 * takes the way with the fewest errors, the cheapest of several, and lists the inputs that remain. Build and run from
 * the root:
 *
 *   cc -O2 -o narrow_cures docs/approximations/narrow_cures.c tests/exact.c tests/narrow_exact.c -Iinclude -Ikernels \
 *       -Itests build/libvact.a build/libvact_reference.a -lsleef -lmpfr -lm
 *   ./narrow_cures bf16 >kernels/elem/rounding_bf16.h
 *   ./narrow_cures f16 >kernels/elem/rounding_f16.h
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "narrow_exact.h"
#include "registry.h"

typedef enum { TO_EVEN, AWAY, TO_ZERO, UP } ties;
static const char *const words[] = {"TIES_TO_EVEN", "TIES_AWAY", "TIES_TO_ZERO", "TIES_UP"};

/* Kernels of their own: integers (loop/pick.inc.h), or mathematics of 16-bit elements (act/narrow/<name>.h), which the
 * list serves with exact results. */
static const char *const own[] = {"relu",        "relu6",    "hardtanh",         "hard_shrink",
                                  "threshold",   "identity", "thresholded_relu", "leaky_relu",
                                  "hard_sigmoid"};

static uint32_t bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/* As elem_narrow does. */
static uint16_t rounded(float y, vact_type type, ties how)
{
    const uint32_t bits = bits_of(y);
    if (type == VACT_F16)
        return narrow_nearest(how == AWAY ? fmaf(y, 0x1p-23f, y) : y, type);
    switch (how) {
    case AWAY: return (uint16_t)((bits + 0x8000u) >> 16);
    case TO_ZERO: return (uint16_t)((bits + 0x7fffu) >> 16);
    case UP: return (uint16_t)((bits + 0x8000u - (bits >> 31)) >> 16);
    case TO_EVEN: break;
    }
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

int main(int count, char **arguments)
{
    static float x[65536], y[65536];
    static uint16_t exact[65536];
    if (count != 2 || (strcmp(arguments[1], "bf16") != 0 && strcmp(arguments[1], "f16") != 0)) {
        fprintf(stderr, "usage: narrow_cures bf16|f16\n");
        return 2;
    }
    const vact_type type = strcmp(arguments[1], "f16") == 0 ? VACT_F16 : VACT_BF16;
    printf("/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, and the inputs whose "
           "results "
           "are\n * corrected, at default parameters. */\n");
    for (size_t k = 0; k < vacti_registry_count; k++) {
        const vacti_op_info *info = &vacti_registry[k];
        int skip = info->kind != VACT_KIND_UNARY;
        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
            skip |= strcmp(info->name, own[i]) == 0;
        if (skip)
            continue;
        const vact_params_f32 params = vacti_registry_defaults(info);
        for (uint32_t i = 0; i < 65536; i++)
            x[i] = narrow_widen((uint16_t)i, type);
        vact_forward_f32(info->op, NULL, y, x, 65536);
        for (uint32_t i = 0; i < 65536; i++)
            exact[i] = isnan(x[i]) ? 0 : narrow_exact(info->op, x[i], &params, type);

        /* With parameters ties may be exact: only to even is right for all of them. */
        static const ties bf16_order[] = {AWAY, TO_ZERO, UP, TO_EVEN}, f16_order[] = {TO_EVEN, AWAY};
        const ties *order = type == VACT_BF16 ? bf16_order : f16_order;
        const int ways = type == VACT_BF16 ? 4 : 2;
        int least = 65536;
        ties best = TO_EVEN;
        for (int way = 0; way < ways; way++) {
            int wrong = 0;
            for (uint32_t i = 0; i < 65536; i++)
                wrong += !isnan(x[i]) && rounded(y[i], type, order[way]) != exact[i];
            const int better = order[way] == TO_EVEN && info->param_count > 0 ? wrong <= least : wrong < least;
            if (better) {
                least = wrong;
                best = order[way];
            }
        }
        printf("\nstatic const elem_rounding %s_rounding = {%s, %d, {", info->name,
               best == TO_EVEN && strcmp(info->name, "tanh_shrink") == 0 && type == VACT_BF16 ? "TIES_TO_EVEN_ANY"
                                                                                              : words[best],
               least);
        const char *comma = "";
        for (uint32_t i = 0; i < 65536; i++)
            if (!isnan(x[i]) && rounded(y[i], type, best) != exact[i]) {
                printf("%s{0x%04x, %d}", comma, i, exact[i] - rounded(y[i], type, best));
                comma = ", ";
            }
        printf("%s}};\n", least == 0 ? "{0, 0}" : "");
    }
    return 0;
}
