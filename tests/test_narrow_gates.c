/*
 * Gated units on 16-bit elements: their bound of error, the eager rounding to the bit, lengths and places, types,
 * layouts, named functions, arguments.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"
#include "reference/reference.h"

enum { N = 1700, TYPES = 2 };

static const vact_type types[TYPES] = {VACT_BF16, VACT_F16};
static const double BOUND = 0.5 + 0x1p-10;

typedef struct {
    uint16_t gate[N], up[N], dst[N];
} problem;

static problem p;

static void fill(vact_type type, uint64_t seed)
{
    test_random random = {seed};
    narrow_fill(p.gate, N, type, &random);
    narrow_fill(p.up, N, type, &random);
}

static const vact_gate_options eager = {sizeof eager, VACT_GATE_EAGER, 0};

/* ---------------------------------------------------------------------------------------- rounded once */

static const struct {
    vact_op op;
    vact_params_f32 params;
} unusual[] = {{VACT_OP_SWIGLU_CLAMPED, {{1.0f, 10.0f}}},
               {VACT_OP_SWIGLU_CLAMPED, {{-2.5f, INFINITY}}},
               {VACT_OP_SWIGLU_OAI, {{0.3f, -0.7f, 3.0f}}},
               {VACT_OP_SWIGLU_STEP, {{0.1f}}},
               {VACT_OP_SITU_GLU, {{1.0f, 3.0f}}},
               {VACT_OP_FATREGLU, {{0.25f}}},
               {VACT_OP_SWIGLU_OAI, {{1.702f, 1.0f, 1e-3f}}},
               {VACT_OP_SITU_GLU, {{1e-3f, 1e4f}}}};

enum { UNUSUAL = sizeof unusual / sizeof unusual[0] };

/* The largest error of a call; infinite where the control rounds twice. */
static double largest(vact_op op, const vact_params_f32 *given, vact_type type, bool twice)
{
    const vact_params_f32 params = given ? *given : vacti_registry_defaults(vacti_registry_by_code(op));
    double most = 0.0;
    cr_assert(vact_gate(op, given, NULL, p.dst, type, p.gate, p.up, type, N) == VACT_OK);
    for (size_t i = 0; i < N; i++) {
        const double gate = (double)vacti_narrow_widen(p.gate[i], type), up = (double)vacti_narrow_widen(p.up[i], type);
        const double exact = vacti_reference_gate(op, gate, up, &params);
        const double error = twice && isfinite(exact) ? narrow_error_of_two_roundings(exact, type)
                                                      : vacti_narrow_error(p.dst[i], exact, type);
        most = error > most ? error : most;
    }
    return most;
}

ParameterizedTestParameters(narrow_gates, bound) { return losses_builds(); }

ParameterizedTest(int *build, narrow_gates, bound)
{
    const vacti_table *table = narrow_begin(*build);
    double most = 0.0;
    for (size_t t = 0; t < TYPES; t++)
        for (uint64_t seed = 1; seed < 4; seed++) {
            fill(types[t], seed);
            for (size_t i = 0; i < vacti_registry_count + UNUSUAL; i++) {
                const bool usual = i < vacti_registry_count;
                const vact_op op = usual ? vacti_registry[i].op : unusual[i - vacti_registry_count].op;
                const vact_params_f32 *params = usual ? NULL : &unusual[i - vacti_registry_count].params;
                if (VACT_OP_KIND(op) != VACT_KIND_GATE)
                    continue;
                const double error = largest(op, params, types[t], false);
                cr_expect(error <= BOUND, "%s %s, %s: %.6f ULP", vacti_registry_by_code(op)->name, table->build,
                          narrow_name(types[t]), error);
                most = error > most ? error : most;
            }
        }
    cr_log_info("%s: largest error %.6f ULP", table->build, most);
}

/* One more rounding on the way breaks the bound. */
Test(narrow_gates, the_bound_can_fail)
{
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 1);
        cr_expect(largest(VACT_OP_SWIGLU, NULL, types[t], true) > BOUND);
        cr_expect(largest(VACT_OP_SWIGLU, NULL, types[t], false) <= BOUND);
    }
}

/* ------------------------------------------------------------------------------------------------ eager */

static float rounded(float x, vact_type type) { return vacti_narrow_widen(narrow_rounded(x, type), type); }

static float applied(vact_op op, float x, float a, float b, vact_type type)
{
    const vact_params_f32 params = {{a, b, 0.0f, 0.0f}};
    return isnan(x) ? x : vacti_narrow_widen(narrow_exact(op, x, &params, type), type);
}

static float clamped(float x, float lo, float hi, vact_type type)
{
    return rounded(x < lo ? lo : x > hi ? hi : x, type);
}

static float bent(float x, float beta, vact_type type)
{
    return rounded(applied(VACT_OP_TANH, rounded(x / beta, type), 0, 0, type) * beta, type);
}

/* One element, by the header's list. */
static uint16_t defined(vact_op op, const float *v, float g, float u, vact_type type)
{
    float a = g, s;
    switch ((int)op) {
    case VACT_OP_GLU: a = applied(VACT_OP_SIGMOID, g, 0, 0, type); break;
    case VACT_OP_REGLU: a = g < 0.0f ? 0.0f : g; break;
    case VACT_OP_GEGLU: a = applied(VACT_OP_GELU, g, 0, 0, type); break;
    case VACT_OP_GEGLU_TANH: a = applied(VACT_OP_GELU_TANH, g, 0, 0, type); break;
    case VACT_OP_SWIGLU: a = applied(VACT_OP_SILU, g, 0, 0, type); break;
    case VACT_OP_GEGLU_QUICK: a = applied(VACT_OP_GELU_QUICK, g, 0, 0, type); break;
    case VACT_OP_FATREGLU: a = g <= v[0] ? 0.0f : g; break;
    case VACT_OP_RELU_SQUARED_GLU: a = g < 0.0f ? 0.0f : rounded(g * g, type); break;
    case VACT_OP_SWIGLU_CLAMPED:
        a = applied(VACT_OP_SWISH, clamped(g, -INFINITY, v[1], type), v[0], 0, type);
        u = clamped(u, -v[1], v[1], type);
        break;
    case VACT_OP_SWIGLU_STEP:
        a = clamped(applied(VACT_OP_SILU, g, 0, 0, type), -INFINITY, v[0], type);
        u = clamped(u, -v[0], v[0], type);
        break;
    case VACT_OP_SWIGLU_OAI:
        a = clamped(g, -INFINITY, v[2], type);
        s = applied(VACT_OP_SIGMOID, rounded(a * v[0], type), 0, 0, type);
        a = rounded(a * s, type);
        u = rounded(clamped(u, -v[2], v[2], type) + v[1], type);
        break;
    case VACT_OP_SITU_GLU:
        a = rounded(bent(g, v[0], type) * applied(VACT_OP_SIGMOID, g, 0, 0, type), type);
        u = bent(u, v[1], type);
        break;
    default: cr_assert_fail("another unit");
    }
    return narrow_rounded(a * u, type);
}

/* The elements that are not as the list says. */
static size_t wrong(vact_op op, const vact_params_f32 *given, vact_type type)
{
    const vact_params_f32 params = given ? *given : vacti_registry_defaults(vacti_registry_by_code(op));
    size_t count = 0;
    for (size_t i = 0; i < N; i++) {
        const float gate = vacti_narrow_widen(p.gate[i], type), up = vacti_narrow_widen(p.up[i], type);
        count += !narrow_same(p.dst[i], defined(op, params.v, gate, up, type), type);
    }
    return count;
}

ParameterizedTestParameters(narrow_gates, rounded_as_in_eager_mode) { return losses_builds(); }

ParameterizedTest(int *build, narrow_gates, rounded_as_in_eager_mode)
{
    static const vact_params_f32 oai = {{1.5f, 0.3f, 2.7f}}, situ = {{3.0f, 0.7f}}, step = {{1.3f}};
    const vacti_table *table = narrow_begin(*build);
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 9);
        for (size_t i = 0; i < vacti_registry_count; i++) {
            const vact_op op = vacti_registry[i].op;
            for (int given = 0; VACT_OP_KIND(op) == VACT_KIND_GATE && given < 2; given++) {
                const vact_params_f32 *params = !given                      ? NULL
                                                : op == VACT_OP_SWIGLU_OAI  ? &oai
                                                : op == VACT_OP_SITU_GLU    ? &situ
                                                : op == VACT_OP_SWIGLU_STEP ? &step
                                                                            : NULL;
                cr_assert(vact_gate(op, params, &eager, p.dst, types[t], p.gate, p.up, types[t], N) == VACT_OK);
                const size_t count = wrong(op, params, types[t]);
                cr_expect(count == 0, "%s %s, %s: %zu elements", vacti_registry[i].name, table->build,
                          narrow_name(types[t]), count);
            }
        }
    }
}

/* The two ways of rounding are told apart. */
Test(narrow_gates, eager_can_fail)
{
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 9);
        cr_assert(vact_gate(VACT_OP_SWIGLU, NULL, NULL, p.dst, types[t], p.gate, p.up, types[t], N) == VACT_OK);
        cr_expect(wrong(VACT_OP_SWIGLU, NULL, types[t]) > N / 20);
    }
}

/* ------------------------------------------------------------------------------------ lengths and places */

static const size_t lengths[] = {0, 1, 2, 7, 16, 31, 65, 255, 256, 257, 511, 512, 513, 1025, N - 3};

/* At odd places, in place of either input, with what surrounds untouched. */
static void check_length(vact_op op, const vact_gate_options *options, vact_type type, size_t n)
{
    static uint16_t out[N + 2], whole[N];
    cr_assert(vact_gate(op, NULL, options, whole, type, p.gate, p.up, type, N) == VACT_OK);
    for (int place = 0; place < 3; place++) {
        memset(out, 0x5a, sizeof out);
        if (place != 0)
            memcpy(out + 1, place == 1 ? p.gate : p.up, n * sizeof *out);
        const uint16_t *gate = place == 1 ? out + 1 : p.gate, *up = place == 2 ? out + 1 : p.up;
        cr_assert(vact_gate(op, NULL, options, out + 1, type, gate, up, type, n) == VACT_OK);
        for (size_t i = 0; i < n; i++)
            cr_assert(narrow_same(out[1 + i], whole[i], type), "%zu of %zu, %d", i, n, place);
        for (size_t i = n + 1; i < N + 2; i++)
            cr_assert(out[i] == 0x5a5a, "%zu beyond %zu", i, n);
        cr_assert(out[0] == 0x5a5a);
    }
}

ParameterizedTestParameters(narrow_gates, lengths_and_places) { return losses_builds(); }

ParameterizedTest(int *build, narrow_gates, lengths_and_places)
{
    narrow_begin(*build);
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 5);
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            check_length(VACT_OP_SWIGLU, NULL, types[t], lengths[k]);
            check_length(VACT_OP_SWIGLU_OAI, &eager, types[t], lengths[k]);
        }
    }
}

/* --------------------------------------------------------------------------------------- types, layouts */

static uint16_t elements_of(const float *values, size_t i, vact_type type) { return narrow_rounded(values[i], type); }

ParameterizedTestParameters(narrow_gates, between_types) { return losses_builds(); }

/* The kernel of float on the widened inputs, rounded once. */
ParameterizedTest(int *build, narrow_gates, between_types)
{
    static float gate[N], up[N], want[N], out[N];
    static const vact_type pairs[][2] = {{VACT_F32, VACT_BF16}, {VACT_F32, VACT_F16},  {VACT_BF16, VACT_F32},
                                         {VACT_F16, VACT_F32},  {VACT_BF16, VACT_F16}, {VACT_F16, VACT_BF16}};
    narrow_begin(*build);
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        const vact_type to = pairs[k][0], from = pairs[k][1];
        fill(from == VACT_F32 ? VACT_BF16 : from, k);
        for (size_t i = 0; i < N; i++) {
            gate[i] =
                vacti_narrow_widen(p.gate[i], from == VACT_F32 ? VACT_BF16 : from) * (from == VACT_F32 ? 1.1f : 1.0f);
            up[i] = vacti_narrow_widen(p.up[i], from == VACT_F32 ? VACT_BF16 : from);
        }
        cr_assert(vact_geglu_f32(want, gate, up, N) == VACT_OK);
        const void *g = from == VACT_F32 ? (void *)gate : p.gate, *u = from == VACT_F32 ? (void *)up : p.up;
        cr_assert(vact_gate(VACT_OP_GEGLU, NULL, NULL, out, to, g, u, from, N) == VACT_OK);
        for (size_t i = 0; i < N; i++)
            cr_assert(to == VACT_F32 ? test_same(out[i], want[i])
                                     : narrow_same(((uint16_t *)out)[i], elements_of(want, i, to), to),
                      "%s to %s, %zu", narrow_name(from), narrow_name(to), i);
    }
    /* float to float is the function on float, and its eager mode rounds the activation to float */
    cr_assert(vact_gate(VACT_OP_GEGLU, NULL, NULL, out, VACT_F32, gate, up, VACT_F32, N) == VACT_OK);
    cr_assert(vact_geglu_f32(want, gate, up, N) == VACT_OK);
    for (size_t i = 0; i < N; i++)
        cr_assert(test_same(out[i], want[i]));
    cr_assert(vact_gate(VACT_OP_GEGLU, NULL, &eager, out, VACT_F32, gate, up, VACT_F32, N) == VACT_OK);
    cr_assert(vact_gelu_f32(want, gate, N) == VACT_OK);
    for (size_t i = 0; i < N; i++)
        cr_assert(test_same(out[i], want[i] * up[i]), "eager, %zu", i);
}

ParameterizedTestParameters(narrow_gates, packed) { return losses_builds(); }

ParameterizedTest(int *build, narrow_gates, packed)
{
    enum { ROWS = 2, COLS = 601, GAP = 3 };
    static uint16_t packed[ROWS][2 * COLS + GAP], out[ROWS][COLS + GAP], want[COLS];
    narrow_begin(*build);
    for (int k = 0; k < 16; k++) {
        const vact_type type = types[k & 1];
        const vact_gate_options *options = k & 2 ? &eager : NULL;
        const vact_gate_layout layout = (vact_gate_layout)(k / 4);
        fill(type, 3);
        memset(out, 0x5a, sizeof out);
        for (size_t r = 0; r < ROWS; r++)
            for (size_t c = 0; c < COLS; c++) {
                const size_t first = layout < VACT_GATE_INTERLEAVED ? c : 2 * c,
                             second = layout < VACT_GATE_INTERLEAVED ? c + COLS : 2 * c + 1;
                packed[r][first] = layout & 1 ? p.up[r * COLS + c] : p.gate[r * COLS + c];
                packed[r][second] = layout & 1 ? p.gate[r * COLS + c] : p.up[r * COLS + c];
            }
        cr_assert(vact_gate_packed(VACT_OP_SWIGLU, NULL, options, layout, out, type, COLS + GAP, packed, type,
                                   2 * COLS + GAP, ROWS, COLS) == VACT_OK);
        for (size_t r = 0; r < ROWS; r++) {
            cr_assert(vact_gate(VACT_OP_SWIGLU, NULL, options, want, type, p.gate + r * COLS, p.up + r * COLS, type,
                                COLS) == VACT_OK);
            for (size_t c = 0; c < COLS + GAP; c++)
                cr_assert(c < COLS ? narrow_same(out[r][c], want[c], type) : out[r][c] == 0x5a5a, "%d: %zu, %zu", k, r,
                          c);
        }
    }
}

/* ----------------------------------------------------------------------------------- names and arguments */

#define P0() 0
#define P1(name, value, domain) 1
#define P2(name1, value1, domain1, name2, value2, domain2) 2
#define P2_BY_CODE(...) 0
#define P3(...) 3
#define CALL_0
#define CALL_1 , v[0]
#define CALL_2 , v[0], v[1]
#define CALL_3 , v[0], v[1], v[2]
#define NAMED_GATE(name, NAME, count)                                                                                  \
    case VACT_OP_##NAME:                                                                                               \
        return type == VACT_BF16 ? vact_##name##_bf16(dst, gate, up, N CALL_##count)                                   \
                                 : vact_##name##_f16(dst, gate, up, N CALL_##count);
#define NAMED_UNARY(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, count)
#define NAMED_ROWS(name, NAME, count)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_##kind(name, NAME, parameters)

/* clang-format off */
static vact_status named(vact_op op, vact_type type, void *dst, const void *gate, const void *up, const float *v)
{
    switch ((int)op) {
#include "kernels/registry.def"
    default: return VACT_EINVAL;
    }
}
/* clang-format on */

Test(narrow_gates, named_functions)
{
    static uint16_t want[N];
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 2);
        for (size_t i = 0; i < vacti_registry_count; i++) {
            const vact_op op = vacti_registry[i].op;
            const vact_params_f32 params = vacti_registry_defaults(&vacti_registry[i]);
            if (VACT_OP_KIND(op) != VACT_KIND_GATE)
                continue;
            cr_assert(named(op, types[t], p.dst, p.gate, p.up, params.v) == VACT_OK);
            cr_assert(vact_gate(op, NULL, NULL, want, types[t], p.gate, p.up, types[t], N) == VACT_OK);
            for (size_t k = 0; k < N; k++)
                cr_assert(narrow_same(p.dst[k], want[k], types[t]), "%s: %zu", vacti_registry[i].name, k);
        }
    }
    vact_bf16 *const one = (vact_bf16 *)p.dst;
    cr_expect(vact_swiglu_step_bf16(one, one, one, 1, -1.0f) == VACT_EINVAL);
}

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_gates, arguments)
{
    static uint16_t a[64], b[64], c[64];
    static float f[64];
    const vact_type t = VACT_BF16;
    const vact_params_f32 bad = {{-1.0f}};
    vact_gate_options options = VACT_GATE_OPTIONS;
    memset(a, 0x11, sizeof a);
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GELU, NULL, NULL, a, t, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate((vact_op)0x4ff, NULL, NULL, a, t, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_SWIGLU_STEP, &bad, NULL, a, t, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, a, (vact_type)4, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, a, t, b, c, (vact_type)-1, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, a, t, b, c, t, SIZE_MAX / 2));
    EXPECT(VACT_OK, vact_gate(VACT_OP_GLU, NULL, NULL, NULL, t, NULL, NULL, t, 0));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, NULL, t, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, a, t, NULL, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, NULL, a, t, b, NULL, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate(VACT_OP_GLU, NULL, NULL, a + 1, t, a, c, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate(VACT_OP_GLU, NULL, NULL, a + 1, t, b, a, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate(VACT_OP_GLU, NULL, NULL, f, VACT_F32, b, f, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate(VACT_OP_GLU, NULL, NULL, a, VACT_F16, a, c, t, 8));
    options.size = 4;
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, &options, a, t, b, c, t, 8));
    options = (vact_gate_options)VACT_GATE_OPTIONS;
    options.reserved = 1;
    EXPECT(VACT_EUNSUPPORTED, vact_gate(VACT_OP_GLU, NULL, &options, a, t, b, c, t, 8));
    options.reserved = 0;
    options.rounding = (vact_gate_rounding)2;
    EXPECT(VACT_EINVAL, vact_gate(VACT_OP_GLU, NULL, &options, a, t, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_gate_packed(VACT_OP_GLU, NULL, NULL, (vact_gate_layout)4, a, t, 4, b, t, 8, 2, 4));
    EXPECT(VACT_EINVAL, vact_gate_packed(VACT_OP_GLU, NULL, NULL, VACT_GATE_FIRST, a, t, 3, b, t, 8, 2, 4));
    EXPECT(VACT_EINVAL, vact_gate_packed(VACT_OP_GLU, NULL, NULL, VACT_GATE_FIRST, a, t, 4, b, t, 7, 2, 4));
    EXPECT(VACT_EINVAL, vact_gate_packed(VACT_OP_GLU, NULL, NULL, VACT_GATE_FIRST, NULL, t, 4, b, t, 8, 2, 4));
    EXPECT(VACT_EOVERLAP, vact_gate_packed(VACT_OP_GLU, NULL, NULL, VACT_GATE_FIRST, a, t, 4, a, t, 8, 2, 4));
    EXPECT(VACT_OK, vact_gate_packed(VACT_OP_GLU, NULL, NULL, VACT_GATE_FIRST, NULL, t, 4, NULL, t, 8, 0, 4));
    for (size_t i = 0; i < 64; i++)
        cr_assert(a[i] == 0x1111, "an error wrote");
}
