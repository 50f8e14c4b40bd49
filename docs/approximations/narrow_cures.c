/*
 * How the results of 16-bit elements are rounded so that every one is right: writes kernels/elem/rounding_<type>.h. For
 * each unary operation with its default parameters it compares all 65,536 results of the type's mathematics, rounded in
 * each of the ways that kernels/elem/<type>.h has, with the exact value (MPFR, where the double oracle cannot decide);
 * it takes the way with the fewest errors, the cheapest of several, and lists the inputs that remain. An input remains
 * if either of an operation's two forms errs, or with either of the quotients farthest from a/b that vh_quotient may
 * return. Build and run from the root, for bf16 and for f16:
 *
 *   sed -e 's/narrow.inc.h/forms.inc.h/' -e '/pick.inc.h/d' -n -e '/act\/\|forms\|OP/p' \
 *       build/generated/kernels_scalar_bf16_plain.c build/generated/kernels_scalar_bf16_fast.c >build/forms.h
 *   cc -O2 -ffp-contract=off -o narrow_cures -DTYPE=VACT_BF16 -DELEMENT='"elem/bf16.h"' -DTERMS='"elem/terms_bf16.h"'
 *       -Ibuild -Iinclude -Ikernels docs/approximations/narrow_cures.c kernels/reference/mpfr/exact.c
 *       tests/narrow_exact.c build/libvact.a build/libvact_reference.a -lsleef -lmpfr -lm
 *   ./narrow_cures >kernels/elem/rounding_bf16.h
 *
 * then ./dev format.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#define VACT_BUILD cures
#define VACT_SET fast
#include "vec/f32_scalar.h"

static double off;

#define vh_quotient vh_quotient
VACT_INLINE vf vh_quotient(vf a, vf b) { return (vf)((double)a / (double)b * (1.0 + off)); }

#include "vec/u16_scalar.h"

#include ELEMENT
#include "abi.h"
#include "loop/names.h"
#include "loop/pick.h"
#include "loop/walk.h"
#include TERMS
#include "forms.h"
#include "narrow_exact.h"
#include "registry.h"

typedef vf lane_fn(vf x, const vact_params_f32 *params);

/* The forms of an operation: for any lane, and the one for special lanes. */
typedef struct {
    const char *name;
    lane_fn *one, *any;
} operation;

#define ENTRY(name) {#name, name##_one, name##_any}

/* relu and its kin are integers (loop/pick.inc.h), leaky_relu and hard_sigmoid have roundings of their own. */
static const operation operations[] = {
    ENTRY(relu_squared), ENTRY(elu),         ENTRY(celu),          ENTRY(selu),       ENTRY(gelu),
    ENTRY(gelu_tanh),    ENTRY(gelu_quick),  ENTRY(silu),          ENTRY(swish),      ENTRY(mish),
    ENTRY(sigmoid),      ENTRY(log_sigmoid), ENTRY(hard_sigmoid6), ENTRY(hard_swish), ENTRY(tanh),
    ENTRY(tanh_shrink),  ENTRY(soft_shrink), ENTRY(softplus),      ENTRY(softsign),   ENTRY(exp),
    ENTRY(softcap),      ENTRY(xielu),       ENTRY(sqrt_softplus), ENTRY(erf)};

typedef enum { TO_EVEN, AWAY, TO_ZERO, UP } ties;
static const char *const words[] = {"TIES_TO_EVEN", "TIES_AWAY", "TIES_TO_ZERO", "TIES_UP"};

static uint32_t bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

typedef struct {
    ties how;
    float argument, result, sideways;
} rounding;

/* As elem_nudged and elem_narrow do; y is the result of the nudged argument. */
static uint16_t rounded(float y, float x, vact_type type, const rounding *by)
{
    if (by->result != 0.0f)
        y *= by->result;
    if (by->sideways != 0.0f)
        y = fmaf(y, signbit(x) ? -by->sideways : by->sideways, y);
    const uint32_t bits = bits_of(y);
    if (type == VACT_F16)
        return isnan(y) ? 0x7e00 : vacti_narrow_nearest((double)y, type);
    switch (by->how) {
    case AWAY: return (uint16_t)((bits + 0x8000u) >> 16);
    case TO_ZERO: return (uint16_t)((bits + 0x7fffu) >> 16);
    case UP: return (uint16_t)((bits + 0x8000u - (bits >> 31)) >> 16);
    case TO_EVEN: break;
    }
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/* Operations on two vectors of AVX-512; a cure takes two. */
static int cost_of(const rounding *by, vact_type type)
{
    static const int ways[] = {[TO_EVEN] = 8, [AWAY] = 2, [TO_ZERO] = 2, [UP] = 6};
    return (type == VACT_BF16 ? ways[by->how] : 0) + (by->argument != 0.0f ? 2 : 0) + (by->result != 0.0f ? 2 : 0) +
           (by->sideways != 0.0f ? 4 : 0);
}

/* With parameters of the caller's, ties may be exact, and only to even is right for all of them. Not of these: their
 * exact values are no ties, and where one is next to a tie, alpha*x or x, it is on the side of 0 (softplus: on any); or
 * others than the defaults are rounded to even (ACT_USUAL). */
static int may_be(const vacti_op_info *info, ties how)
{
    static const struct {
        const char *name;
        ties how;
    } known[] = {{"elu", TO_ZERO}, {"celu", TO_ZERO}, {"softcap", TO_ZERO}, {"softplus", AWAY},
                 {"swish", UP},    {"xielu", UP},     {"hard_swish", UP},   {"selu", AWAY}};
    if (info->param_count == 0 || how == TO_EVEN)
        return 1;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(info->name, known[i].name) == 0 && known[i].how == how)
            return 1;
    return 0;
}

enum { ALL = 1 << 16, VIEWS = 4 };

static float x[ALL], views[VIEWS][ALL];
static uint16_t exact[ALL];

/* The lanes for x*argument: both forms, both quotients. */
static void compute(const operation *op, const vact_params_f32 *params, float argument)
{
    for (int v = 0; v < VIEWS; v++) {
        off = (v % 2 ? 1.01 : -1.01) * 0x1p-28;
        for (uint32_t i = 0; i < ALL; i++)
            views[v][i] = (v < 2 ? op->one : op->any)(argument == 0.0f ? x[i] : x[i] * argument, params);
    }
}

static int is_wrong(uint32_t i, const rounding *by, vact_type type)
{
    int wrong = 0;
    for (int v = 0; v < VIEWS && !isnan(x[i]); v++)
        wrong |= rounded(views[v][i], x[i], type, by) != exact[i];
    return wrong;
}

static int wrong_of(const rounding *by, vact_type type, int limit)
{
    int wrong = 0;
    for (uint32_t i = 0; i < ALL && wrong <= limit; i++)
        wrong += is_wrong(i, by, type);
    return wrong;
}

typedef struct {
    rounding by;
    int cost;
} choice;

static void consider(choice *best, const rounding *by, vact_type type)
{
    const int own = cost_of(by, type);
    if (own >= best->cost)
        return;
    const int wrong = wrong_of(by, type, (best->cost - own) / 2 + 1);
    if (own + 2 * wrong < best->cost)
        *best = (choice){*by, own + 2 * wrong};
}

/* 1 and its neighbours; 0 for none. */
static const float factors[] = {0.0f,           0x1.fffffep-1f, 0x1.fffffcp-1f, 0x1.fffffap-1f,
                                0x1.fffff8p-1f, 0x1.000002p+0f, 0x1.000004p+0f, 0x1.000006p+0f};

enum { FACTORS = sizeof factors / sizeof factors[0], STEPS = 16 };

static void search_f16(choice *best, const operation *op, const vact_params_f32 *params)
{
    for (int a = 0; a < FACTORS; a++) {
        compute(op, params, factors[a]);
        for (int r = 0; r < FACTORS; r++)
            consider(best, &(rounding){TO_EVEN, factors[a], factors[r], 0.0f}, VACT_F16);
        for (int k = -STEPS; k <= STEPS; k++)
            consider(best, &(rounding){TO_EVEN, factors[a], 0.0f, (float)k * 0x1p-26f}, VACT_F16);
    }
}

static void print(const vacti_op_info *info, const rounding *by, vact_type type)
{
    int count = 0;
    printf("\nstatic const elem_rounding %s_rounding = {.ties = %s", info->name, words[by->how]);
    if (strcmp(info->name, "hard_swish") == 0) /* selu is to even with other parameters */
        printf(", .otherwise = %s", words[by->how]);
    if (strcmp(info->name, "tanh_shrink") == 0) /* vf_or_nan's has all bits set on AVX2 and NEON */
        printf(", .any_nan = 1");
    if (by->argument != 0.0f)
        printf(", .argument = %af", (double)by->argument);
    if (by->result != 0.0f)
        printf(", .result = %af", (double)by->result);
    if (by->sideways != 0.0f)
        printf(", .sideways = %af", (double)by->sideways);
    for (uint32_t i = 0; i < ALL; i++)
        if (is_wrong(i, by, type)) {
            printf(count == 0 ? ", .cures = {" : ", ");
            printf("{0x%04x, 0x%04x}", i, (unsigned)exact[i]);
            count++;
        }
    if (count > 0)
        printf("}, .count = %d", count);
    printf("};\n");
}

int main(void)
{
    const vact_type type = TYPE;
    printf("/* Written by docs/approximations/narrow_cures.c. Of each operation: how ties go, nudges, and the inputs "
           "whose results\n * are corrected, at default parameters. */\n");
    for (uint32_t i = 0; i < ALL; i++)
        x[i] = vacti_narrow_widen((uint16_t)i, type);
    for (size_t k = 0; k < sizeof operations / sizeof operations[0]; k++) {
        const operation *op = &operations[k];
        const vacti_op_info *info = vacti_registry_by_name(op->name);
        const vact_params_f32 params = vacti_registry_defaults(info);
        for (uint32_t i = 0; i < ALL; i++)
            exact[i] = isnan(x[i]) ? 0 : narrow_exact(info->op, x[i], &params, type);
        choice best = {{TO_EVEN, 0.0f, 0.0f, 0.0f}, 1 << 20};
        compute(op, &params, 0.0f);
        for (ties how = TO_EVEN; how <= (type == VACT_BF16 ? UP : TO_EVEN); how++)
            if (may_be(info, how))
                consider(&best, &(rounding){how, 0.0f, 0.0f, 0.0f}, type);
        if (type == VACT_F16 && best.cost > 2)
            search_f16(&best, op, &params);
        compute(op, &params, best.by.argument);
        print(info, &best.by, type);
    }
    return 0;
}
