/* Gradients on 16-bit elements: their bound of error over inputs of every size, lengths and places, arguments. */
#include <math.h>
#include <string.h>

#include "losses.h"
#include "narrow_support.h"
#include "reference/reference.h"

enum { N = 6000, TYPES = 2 };

static const vact_type types[TYPES] = {VACT_BF16, VACT_F16};
static const double BOUND = 0.51;

static uint16_t x[N], up[N], dy[N], dx[N], dup[N];

/* Inputs as activations see them; every seventh of any size up to 2^15. dy is moderate, as it is in training. */
static void fill(vact_type type, uint64_t seed)
{
    test_random random = {seed};
    narrow_fill_normal(x, N, 3.0, type, &random);
    narrow_fill_normal(up, N, 2.0, type, &random);
    for (size_t i = 0; i < N; i++) {
        const double sign = test_random_next(&random) & 1 ? -1.0 : 1.0;
        if (i % 7 == 0)
            x[i] = vacti_narrow_nearest(sign * ldexp(1.0 + test_random_unit(&random), (int)(i % 40) - 25), type);
        dy[i] = vacti_narrow_nearest(sign * ldexp(1.0 + test_random_unit(&random), (int)(i % 13) - 8), type);
    }
}

/* In ULP of the type. A zero may have either sign. */
static double error_of(uint16_t computed, double exact, vact_type type)
{
    const float value = vacti_narrow_widen(computed, type);
    return vacti_narrow_error(computed, value == 0.0f ? copysign(exact, (double)value) : exact, type);
}

typedef double slope_of(vact_op op, double x, const vact_params_f32 *params);

static double largest(const vacti_op_info *info, bool output, vact_type type, bool twice)
{
    const vact_params_f32 params = vacti_registry_defaults(info);
    slope_of *const slope = output ? vacti_reference_derivative_from_output : vacti_reference_derivative;
    double most = 0.0;
    cr_assert((output ? vact_backward_from_output : vact_backward)(info->op, NULL, dx, dy, x, type, N) == VACT_OK);
    for (size_t i = 0; i < N; i++) {
        const double at = (double)vacti_narrow_widen(x[i], type), by = (double)vacti_narrow_widen(dy[i], type);
        const double exact = by * slope(info->op, at, &params);
        if (output && !(vacti_backward_error(info->op, &params, at, true, 1.0, 77.0f) > 0.0))
            continue; /* no output of the function */
        if (vacti_reference_near_zero_of_derivative(info->op, at, &params)) {
            /* 2^-24*|dy|, then one rounding */
            const double spacing =
                fabs((double)vacti_narrow_widen((uint16_t)(dx[i] + 1), type) - (double)vacti_narrow_widen(dx[i], type));
            const double off = fabs((double)vacti_narrow_widen(dx[i], type) - exact);
            cr_assert(off <= 0.5 * spacing * 1.0001 + fabs(by) * 0x1p-24, "%s %s: %a gives %a", info->name,
                      narrow_name(type), at, (double)vacti_narrow_widen(dx[i], type));
            continue;
        }
        const double error =
            twice && exact != 0.0 ? narrow_error_of_two_roundings(exact, type) : error_of(dx[i], exact, type);
        most = error > most ? error : most;
    }
    return most;
}

ParameterizedTestParameters(narrow_backward, bound) { return losses_builds(); }

ParameterizedTest(int *build, narrow_backward, bound)
{
    const vacti_table *table = narrow_begin(*build);
    double most = 0.0;
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 1 + t);
        for (size_t i = 0; i < vacti_registry_count; i++)
            for (int output = 0; output < 2; output++) {
                const vacti_op_info *info = &vacti_registry[i];
                if (info->kind != VACT_KIND_UNARY || (output && !info->keeps_output))
                    continue;
                const double error = largest(info, output != 0, types[t], false);
                cr_expect(error <= BOUND, "%s %s, %s, %d: %.6f ULP", info->name, table->build, narrow_name(types[t]),
                          output, error);
                most = error > most ? error : most;
            }
    }
    cr_log_info("%s: largest error %.6f ULP", table->build, most);
}

static double largest_of_gate(const vacti_op_info *info, vact_type type, bool twice)
{
    const vact_params_f32 params = vacti_registry_defaults(info);
    double most = 0.0;
    cr_assert(vact_gate_backward(info->op, NULL, dx, dup, dy, x, up, type, N) == VACT_OK);
    for (size_t i = 0; i < N; i++) {
        const double g = (double)vacti_narrow_widen(x[i], type), u = (double)vacti_narrow_widen(up[i], type);
        const double by = (double)vacti_narrow_widen(dy[i], type);
        const vacti_reference_gate_gradients exact = vacti_reference_gate_backward(info->op, by, g, u, &params);
        const double error =
            twice && exact.up != 0.0 ? narrow_error_of_two_roundings(exact.up, type) : error_of(dup[i], exact.up, type);
        most = error > most ? error : most;
        /* where terms of the slope cancel the bound is 3*2^-24 of them, and one rounding */
        const bool cancels =
            fabs(exact.gate) < 0.125 * exact.terms ||
            vacti_reference_near_zero_of_derivative(vacti_reference_gate_activation(info->op), g, &params);
        const double slope = cancels ? 0.0 : error_of(dx[i], exact.gate, type);
        const double off = fabs((double)vacti_narrow_widen(dx[i], type) - exact.gate), size = fabs(exact.gate);
        cr_assert(!cancels || off <= size * 0x1p-8 + 0x1p-22 * (exact.terms + fabs(by * u)) + 0x1p-25,
                  "%s: near a zero of the slope", info->name);
        most = slope > most ? slope : most;
    }
    return most;
}

ParameterizedTestParameters(narrow_backward, bound_of_gates) { return losses_builds(); }

ParameterizedTest(int *build, narrow_backward, bound_of_gates)
{
    const vacti_table *table = narrow_begin(*build);
    double most = 0.0;
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 3 + t);
        for (size_t i = 0; i < vacti_registry_count; i++) {
            if (vacti_registry[i].kind != VACT_KIND_GATE)
                continue;
            const double error = largest_of_gate(&vacti_registry[i], types[t], false);
            cr_expect(error <= BOUND, "%s %s, %s: %.6f ULP", vacti_registry[i].name, table->build,
                      narrow_name(types[t]), error);
            most = error > most ? error : most;
        }
    }
    cr_log_info("%s: largest error %.6f ULP", table->build, most);
}

/* One more rounding on the way breaks the bound. */
Test(narrow_backward, the_bound_can_fail)
{
    for (size_t t = 0; t < TYPES; t++) {
        fill(types[t], 1);
        cr_expect(largest(vacti_registry_by_code(VACT_OP_TANH), false, types[t], true) > BOUND);
        cr_expect(largest_of_gate(vacti_registry_by_code(VACT_OP_SWIGLU), types[t], true) > BOUND);
    }
}

static const size_t lengths[] = {0, 1, 3, 64, 255, 256, 257, 513, N - 3};

static bool equal(const uint16_t *a, const uint16_t *b, size_t n, vact_type type)
{
    for (size_t i = 0; i < n; i++)
        if (!narrow_same(a[i], b[i], type))
            return false;
    return true;
}

static bool painted(const uint16_t *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != 0x5a5a)
            return false;
    return true;
}

ParameterizedTestParameters(narrow_backward, lengths_and_places) { return losses_builds(); }

/* Gradients in place of each input, with what surrounds untouched. */
ParameterizedTest(int *build, narrow_backward, lengths_and_places)
{
    static uint16_t out[N + 2], other[N + 2];
    narrow_begin(*build);
    for (size_t t = 0; t < TYPES; t++) {
        const vact_type type = types[t];
        test_random random = {3};
        fill(type, 8);
        narrow_fill(x, N, type, &random);
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0] * 4; k++) {
            const size_t n = lengths[k / 4], place = k % 4;
            const uint16_t *const inputs[] = {NULL, dy, x, up};
            memset(out, 0x5a, sizeof out);
            memset(other, 0x5a, sizeof other);
            if (place != 0)
                memcpy(out + 1, inputs[place], n * sizeof *out);
            const uint16_t *d = place == 1 ? out + 1 : dy, *at = place == 2 ? out + 1 : x;
            if (place != 3) {
                cr_assert(vact_backward(VACT_OP_GELU, NULL, dx, dy, x, type, N) == VACT_OK);
                cr_assert(vact_backward(VACT_OP_GELU, NULL, out + 1, d, at, type, n) == VACT_OK);
                cr_assert(equal(out + 1, dx, n, type) && out[0] == 0x5a5a && painted(out + 1 + n, N + 1 - n));
                memset(out, 0x5a, sizeof out);
                if (place != 0)
                    memcpy(out + 1, inputs[place], n * sizeof *out);
            }
            cr_assert(vact_gate_backward(VACT_OP_SWIGLU, NULL, dx, dup, dy, x, up, type, N) == VACT_OK);
            cr_assert(vact_gate_backward(VACT_OP_SWIGLU, NULL, out + 1, other + 1, d, at, place == 3 ? out + 1 : up,
                                         type, n) == VACT_OK);
            cr_assert(equal(out + 1, dx, n, type) && out[0] == 0x5a5a && painted(out + 1 + n, N + 1 - n), "%zu, %zu", n,
                      place);
            cr_assert(equal(other + 1, dup, n, type) && other[0] == 0x5a5a && painted(other + 1 + n, N + 1 - n));
        }
    }
}

Test(narrow_backward, on_float_is_the_function_on_float)
{
    static float a[300], b[300], c[300], want[300];
    for (size_t i = 0; i < 300; i++)
        a[i] = (float)i * 0.01f, b[i] = 2.0f - (float)i * 0.02f;
    cr_assert(vact_silu_backward_f32(want, a, b, 300) == VACT_OK);
    cr_assert(vact_backward(VACT_OP_SILU, NULL, c, a, b, VACT_F32, 300) == VACT_OK);
    cr_expect(memcmp(c, want, sizeof c) == 0);
    cr_assert(vact_backward_from_output(VACT_OP_TANH, NULL, c, a, b, VACT_F32, 300) == VACT_OK);
    cr_assert(vact_tanh_backward_from_output_f32(want, a, b, 300) == VACT_OK);
    cr_expect(memcmp(c, want, sizeof c) == 0);
}

#define EXPECT(status, call) cr_expect((call) == (status), "%s", #call)

Test(narrow_backward, arguments)
{
    static uint16_t a[64], b[64], c[64], d[64], e[64];
    const vact_type t = VACT_F16;
    const vact_params_f32 negative = {{-1.0f}};
    memset(a, 0x11, sizeof a);
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_SWIGLU, NULL, a, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_GELU, NULL, a, b, c, (vact_type)4, 8));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_SOFTCAP, &negative, a, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward_from_output(VACT_OP_ELU, &negative, a, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward_from_output(VACT_OP_GELU, NULL, a, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_GELU, NULL, a, b, c, t, SIZE_MAX / 2));
    EXPECT(VACT_OK, vact_backward(VACT_OP_GELU, NULL, NULL, NULL, NULL, t, 0));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_GELU, NULL, NULL, b, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_GELU, NULL, a, NULL, c, t, 8));
    EXPECT(VACT_EINVAL, vact_backward(VACT_OP_GELU, NULL, a, b, NULL, t, 8));
    EXPECT(VACT_EOVERLAP, vact_backward(VACT_OP_GELU, NULL, a + 1, a, c, t, 8));
    EXPECT(VACT_EOVERLAP, vact_backward(VACT_OP_GELU, NULL, a + 1, b, a, t, 8));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_GELU, NULL, a, b, c, d, e, t, 8));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_GLU, NULL, a, b, c, d, e, (vact_type)7, 8));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_SWIGLU_STEP, &negative, a, b, c, d, e, t, 8));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_GLU, NULL, a, b, c, d, e, t, SIZE_MAX / 2));
    EXPECT(VACT_OK, vact_gate_backward(VACT_OP_GLU, NULL, NULL, NULL, NULL, NULL, NULL, t, 0));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_GLU, NULL, a, NULL, c, d, e, t, 8));
    EXPECT(VACT_EINVAL, vact_gate_backward(VACT_OP_GLU, NULL, a, b, c, d, NULL, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate_backward(VACT_OP_GLU, NULL, a, a, c, d, e, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate_backward(VACT_OP_GLU, NULL, a + 1, b, c, a, e, t, 8));
    EXPECT(VACT_EOVERLAP, vact_gate_backward(VACT_OP_GLU, NULL, b, a + 1, c, d, a, t, 8));
    for (size_t i = 0; i < 64; i++)
        cr_assert(a[i] == 0x1111, "an error wrote");
}
