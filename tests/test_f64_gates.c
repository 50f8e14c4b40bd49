/* Gated units on double: errors against MPFR, gradients too, the same bits on every build, layouts and checks. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "f64_exact.h"

enum { SAMPLES = TEST_SANITIZED ? 100 : 600, ROWS = 3, COLS = 150 };

static const double bound = 1.5;

static double draw(test_random *random, size_t i)
{
    const uint64_t bits = test_random_next(random);
    const double size = ldexp(1.0 + (double)(bits >> 12) * 0x1p-52, (int)(i % 90) - 80);
    if (i % 4 == 3)
        return (test_random_unit(random) - 0.5) * 1500.0;
    return i % 4 < 2 ? (test_random_unit(random) - 0.5) * 30.0 : bits % 2 == 0 ? size : -size;
}

/* ------------------------------------------------------------------------------------------- exact values */

/* The activation of the gate, or its derivative, with a parameter. */
static void of_unary(mpfr_t y, vact_op op, bool slope, double x, double parameter)
{
    const vact_params_f64 params = {{parameter}};
    (slope ? f64_exact_slope : f64_exact_value)(y, op, x, &params);
}

static double clamped(double x, double limit) { return fmin(fmax(x, -limit), limit); }

typedef struct {
    double gate, up;
    vact_params_f64 params;
} point;

/* What a gate is made of: act(gate), f(up), and a slope of each; 0 where a clamp has cut. */
static void parts(vact_op op, const point *p, bool slope_of_gate, bool slope_of_up, mpfr_t act, mpfr_t factor)
{
    const double *v = p->params.v, up = p->up;
    double limit = INFINITY, beta = 0.0, gate = p->gate;
    mpfr_set_d(factor, slope_of_up ? 1.0 : up, MPFR_RNDN);
    switch ((int)op) {
    case VACT_OP_GLU: of_unary(act, VACT_OP_SIGMOID, slope_of_gate, gate, 0.0); return;
    case VACT_OP_GEGLU: of_unary(act, VACT_OP_GELU, slope_of_gate, gate, 0.0); return;
    case VACT_OP_GEGLU_TANH: of_unary(act, VACT_OP_GELU_TANH, slope_of_gate, gate, 0.0); return;
    case VACT_OP_GEGLU_QUICK: of_unary(act, VACT_OP_GELU_QUICK, slope_of_gate, gate, 0.0); return;
    case VACT_OP_SWIGLU: of_unary(act, VACT_OP_SILU, slope_of_gate, gate, 0.0); return;
    case VACT_OP_REGLU: mpfr_set_d(act, gate > 0.0 ? (slope_of_gate ? 1.0 : gate) : 0.0, MPFR_RNDN); return;
    case VACT_OP_FATREGLU: mpfr_set_d(act, gate > v[0] ? (slope_of_gate ? 1.0 : gate) : 0.0, MPFR_RNDN); return;
    case VACT_OP_RELU_SQUARED_GLU:
        mpfr_set_d(act, fmax(gate, 0.0), MPFR_RNDN);
        mpfr_mul_d(act, act, slope_of_gate ? 2.0 : fmax(gate, 0.0), MPFR_RNDN);
        return;
    case VACT_OP_SWIGLU_OAI: beta = v[1], limit = v[2]; break;
    case VACT_OP_SWIGLU_CLAMPED: limit = v[1]; break;
    case VACT_OP_SWIGLU_STEP: limit = v[0]; break;
    case VACT_OP_SITU_GLU: {
        mpfr_t other;
        mpfr_init2(other, mpfr_get_prec(act));
        of_unary(factor, VACT_OP_SOFTCAP, slope_of_up, up, v[1]);
        of_unary(act, VACT_OP_SOFTCAP, slope_of_gate, gate, v[0]);
        of_unary(other, VACT_OP_SIGMOID, false, gate, 0.0);
        mpfr_mul(act, act, other, MPFR_RNDN);
        if (slope_of_gate) { /* s'*sigmoid + s*sigmoid' */
            mpfr_t second;
            mpfr_init2(second, mpfr_get_prec(act));
            of_unary(second, VACT_OP_SOFTCAP, false, gate, v[0]);
            of_unary(other, VACT_OP_SIGMOID, true, gate, 0.0);
            mpfr_mul(second, second, other, MPFR_RNDN);
            mpfr_add(act, act, second, MPFR_RNDN);
            mpfr_clear(second);
        }
        mpfr_clear(other);
        return;
    }
    default: cr_assert_fail("a gate that this test does not know");
    }
    mpfr_set_d(factor, slope_of_up ? (fabs(up) > limit ? 0.0 : 1.0) : clamped(up, limit), MPFR_RNDN);
    if (!slope_of_up)
        mpfr_add_d(factor, factor, beta, MPFR_RNDN);
    if (op == VACT_OP_SWIGLU_STEP) {
        of_unary(act, VACT_OP_SILU, false, gate, 0.0);
        if (mpfr_get_d(act, MPFR_RNDN) > limit)
            mpfr_set_d(act, slope_of_gate ? 0.0 : limit, MPFR_RNDN);
        else
            of_unary(act, VACT_OP_SILU, slope_of_gate, gate, 0.0);
        return;
    }
    if (slope_of_gate && gate > limit)
        mpfr_set_zero(act, 1);
    else
        of_unary(act, VACT_OP_SWISH, slope_of_gate, fmin(gate, limit), v[0]);
}

/* --------------------------------------------------------------------------------------------- errors */

static bool near_a_zero_of_slope(double gate) { return gate > -2.5 && gate < -0.2; }

/* One point: the value and both gradients. Next to a zero of a slope the error counts in units of 2^-53 of the rest. */
static void check_point(const vacti_op_info *info, const point *p, double dy, mpfr_t act, mpfr_t factor)
{
    double y, dgate, dup;
    vact_gate_kernel_f64(info->op, VACT_ISA_AUTO, VACT_MATH_FAST)(&y, &p->gate, &p->up, 1, &p->params);
    parts(info->op, p, false, false, act, factor);
    mpfr_mul(act, act, factor, MPFR_RNDN);
    const double error = f64_error(y, act);
    cr_assert(error <= bound, "%s(%a, %a) is %a: %g ULP", info->name, p->gate, p->up, y, error);
    if (!VACT_WITH_GRADIENTS || fabs(p->gate) < 1e-30 || fabs(p->up) < 1e-30)
        return;
    vact_gate_backward_kernel_f64(info->op, VACT_ISA_AUTO, VACT_MATH_FAST)(&dgate, &dup, &dy, &p->gate, &p->up, 1,
                                                                           &p->params);
    parts(info->op, p, false, true, act, factor);
    mpfr_mul(act, act, factor, MPFR_RNDN);
    mpfr_mul_d(act, act, dy, MPFR_RNDN);
    cr_assert(f64_error(dup, act) <= bound, "%s(%a, %a): dup %a: %g ULP", info->name, p->gate, p->up, dup,
              f64_error(dup, act));
    if (near_a_zero_of_slope(p->gate))
        return;
    parts(info->op, p, true, false, act, factor);
    mpfr_mul(act, act, factor, MPFR_RNDN);
    mpfr_mul_d(act, act, dy, MPFR_RNDN);
    cr_assert(f64_error(dgate, act) <= bound, "%s(%a, %a): dgate %a: %g ULP", info->name, p->gate, p->up, dgate,
              f64_error(dgate, act));
}

static vact_params_f64 parameters(const vacti_op_info *info, size_t i)
{
    vact_params_f64 params = f64_defaults(info->op);
    if (i % 3 == 2)
        for (int k = 0; k < info->param_count; k++)
            params.v[k] = isfinite(params.v[k]) ? params.v[k] * 0.37 + 0.25 : 3.5;
    return params;
}

typedef struct {
    int index;
} gate_number;

ParameterizedTestParameters(f64_gates, errors)
{
    static gate_number numbers[32];
    size_t count = 0;
    for (size_t i = 0; i < vacti_registry_count; i++)
        if (vacti_registry[i].kind == VACT_KIND_GATE)
            numbers[count++].index = (int)i;
    return cr_make_param_array(gate_number, numbers, count);
}

ParameterizedTest(gate_number *which, f64_gates, errors, .timeout = 300)
{
    const vacti_op_info *info = &vacti_registry[which->index];
    test_random random = {(uint64_t)info->op};
    mpfr_t act, factor;
    mpfr_inits2(F64_EXACT_BITS, act, factor, (mpfr_ptr)NULL);
    for (size_t i = 0; i < SAMPLES; i++) {
        const point p = {draw(&random, i), draw(&random, i / 4), parameters(info, i)};
        check_point(info, &p, ldexp(1.0 + test_random_unit(&random), (int)(i % 7) * 30 - 90), act, factor);
    }
    mpfr_clears(act, factor, (mpfr_ptr)NULL);
    mpfr_free_cache();
}

/* ------------------------------------------------------------------------------------------ bits and forms */

static bool same(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static void fill(double *x, size_t n, uint64_t seed)
{
    static const double specials[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, 0x1.fffffffffffffp+1023, -1e300};
    test_random random = {seed};
    for (size_t i = 0; i < n; i++)
        x[i] = test_random_next(&random) % 16 == 0 ? specials[test_random_next(&random) % 8] : draw(&random, i);
}

Test(f64_gates, builds_have_the_same_bits, .timeout = 300)
{
    enum { N = 400 };
    static double g[N], u[N], dy[N], a[N], b[N], c[N], d[N];
    const vacti_table *reference = vacti_table_of_build("scalar_fma", VACT_MATH_FAST);
    if (reference == NULL || !vacti_build_runs("scalar_fma"))
        cr_skip("no reference on this CPU");
    for (size_t k = 0; k < vacti_build_count; k++) {
        const vacti_table *table = vacti_table_of_build(vacti_builds[k], VACT_MATH_FAST);
        for (size_t i = 0; i < vacti_registry_count && vacti_build_runs(vacti_builds[k]); i++) {
            const vacti_op_info *info = &vacti_registry[i];
            const unsigned slot = VACT_OP_SLOT(info->op);
            if (info->kind != VACT_KIND_GATE)
                continue;
            fill(g, N, i), fill(u, N, i + 100), fill(dy, N, i + 200);
            const vact_params_f64 params = parameters(info, k);
            table->gate_f64[slot](a, g, u, N, &params);
            reference->gate_f64[slot](b, g, u, N, &params);
            cr_assert(same(a, b, N), "%s on %s", info->name, table->build);
            if (!VACT_WITH_GRADIENTS)
                continue;
            table->gate_backward_f64[slot](a, c, dy, g, u, N, &params);
            reference->gate_backward_f64[slot](b, d, dy, g, u, N, &params);
            cr_assert(same(a, b, N) && same(c, d, N), "gradients of %s on %s", info->name, table->build);
        }
    }
}

/* Zeros, infinities and NaN are those of float, in value and sign. */
Test(f64_gates, limits_are_those_of_float)
{
    static const double at[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1.5, -1.5};
    for (size_t i = 0; i < vacti_registry_count; i++)
        for (size_t k = 0; k < 49 && vacti_registry[i].kind == VACT_KIND_GATE; k++) {
            const double gate = at[k / 7], up = at[k % 7];
            const float gate_float = (float)gate, up_float = (float)up;
            double y;
            float y_float;
            const vact_params_f64 params = f64_defaults(vacti_registry[i].op);
            vact_gate_rows_f64(vacti_registry[i].op, &params, &y, 1, &gate, 1, &up, 1, 1, 1);
            vact_gate_rows_f32(vacti_registry[i].op, NULL, &y_float, 1, &gate_float, 1, &up_float, 1, 1, 1);
            cr_expect(isnan(y) ? isnan(y_float)
                               : !signbit(y) == !signbit(y_float) && !isinf(y) == !isinf(y_float) &&
                                     (y == 0.0) == (y_float == 0.0f),
                      "%s(%g, %g) is %g, of float %g", vacti_registry[i].name, gate, up, y, (double)y_float);
        }
}

/* Beyond a limit of up its gradient is 0, whatever the gate is; as on float. */
Test(f64_gates, clamped_up_has_no_gradient)
{
    static const vact_op clamping[] = {VACT_OP_SWIGLU_OAI, VACT_OP_SWIGLU_CLAMPED, VACT_OP_SWIGLU_STEP};
    const vact_params_f64 params[] = {{{1.702, 1.0, 7.0}}, {{1.0, 7.0}}, {{7.0}}};
    for (size_t i = 0; i < 3 && VACT_WITH_GRADIENTS; i++) {
        const double gate = NAN, up = 8.0, inside = 6.0, dy = INFINITY;
        double dgate, dup;
        vact_gate_backward_rows_f64(clamping[i], &params[i], &dgate, 1, &dup, 1, &dy, 1, &gate, 1, &up, 1, 1, 1);
        cr_expect(dup == 0.0 && isnan(dgate), "%d", (int)i);
        vact_gate_backward_rows_f64(clamping[i], &params[i], &dgate, 1, &dup, 1, &dy, 1, &gate, 1, &inside, 1, 1, 1);
        cr_expect(isnan(dup) && isnan(dgate), "%d", (int)i);
    }
}

static double packed[ROWS][2 * COLS], dpacked[ROWS][2 * COLS], dsrc[ROWS][2 * COLS];

static size_t place(vact_gate_layout layout, bool gate, size_t i)
{
    switch (layout) {
    case VACT_GATE_FIRST: return gate ? i : COLS + i;
    case VACT_GATE_SECOND: return gate ? COLS + i : i;
    case VACT_GATE_INTERLEAVED: return gate ? 2 * i : 2 * i + 1;
    case VACT_GATE_INTERLEAVED_SECOND: return gate ? 2 * i + 1 : 2 * i;
    }
    return 0;
}

/* Every layout has the bits of two arrays; in place as well. */
static void check_layout(vact_gate_layout layout)
{
    static double g[ROWS * COLS], u[ROWS * COLS], y[ROWS * COLS], dy[ROWS * COLS], dg[ROWS * COLS], du[ROWS * COLS];
    static double out[ROWS][COLS];
    fill(g, ROWS * COLS, 1), fill(u, ROWS * COLS, 2), fill(dy, ROWS * COLS, 3);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < COLS; i++) {
            packed[r][place(layout, true, i)] = g[r * COLS + i];
            packed[r][place(layout, false, i)] = u[r * COLS + i];
        }
    cr_assert(vact_swiglu_f64(y, g, u, ROWS * COLS) == VACT_OK);
    cr_assert(vact_gate_packed_f64(VACT_OP_SWIGLU, NULL, layout, out[0], COLS, packed[0], 2 * COLS, ROWS, COLS) ==
              VACT_OK);
    cr_expect(same(out[0], y, ROWS * COLS), "layout %d", (int)layout);
    if (!VACT_WITH_GRADIENTS)
        return;
    cr_assert(vact_swiglu_backward_f64(dg, du, dy, g, u, ROWS * COLS) == VACT_OK);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < COLS; i++) {
            dpacked[r][place(layout, true, i)] = dg[r * COLS + i];
            dpacked[r][place(layout, false, i)] = du[r * COLS + i];
        }
    cr_assert(vact_gate_backward_packed_f64(VACT_OP_SWIGLU, NULL, layout, dsrc[0], 2 * COLS, dy, COLS, packed[0],
                                            2 * COLS, ROWS, COLS) == VACT_OK);
    cr_expect(same(dsrc[0], dpacked[0], (size_t)ROWS * 2 * COLS), "gradient of layout %d", (int)layout);
    cr_assert(vact_gate_backward_packed_f64(VACT_OP_SWIGLU, NULL, layout, packed[0], 2 * COLS, dy, COLS, packed[0],
                                            2 * COLS, ROWS, COLS) == VACT_OK);
    cr_expect(same(packed[0], dpacked[0], (size_t)ROWS * 2 * COLS), "in place, layout %d", (int)layout);
}

Test(f64_gates, layouts_have_one_result)
{
    for (int layout = 0; layout < 4; layout++)
        check_layout((vact_gate_layout)layout);
}

#define EXPECT(wanted, call) cr_expect((call) == (wanted), "%s", #call)

Test(f64_gates, arguments_are_checked)
{
    double a[32] = {0.0}, b[32] = {0.0}, c[32] = {0.0};
    EXPECT(VACT_OK, vact_glu_f64(NULL, NULL, NULL, 0));
    EXPECT(VACT_EINVAL, vact_glu_f64(a, NULL, c, 4));
    EXPECT(VACT_EOVERLAP, vact_glu_f64(a + 1, a, c, 4));
    EXPECT(VACT_OK, vact_glu_f64(a, a, c, 4));
    EXPECT(VACT_EINVAL, vact_gate_rows_f64(VACT_OP_GELU, NULL, a, 4, b, 4, c, 4, 1, 4));
    EXPECT(VACT_EINVAL, vact_gate_rows_f64(VACT_OP_GLU, NULL, a, 3, b, 4, c, 4, 1, 4));
    EXPECT(VACT_EINVAL, vact_swiglu_step_f64(a, b, c, 4, -1.0));
    EXPECT(VACT_EINVAL, vact_gate_packed_f64(VACT_OP_GLU, NULL, (vact_gate_layout)4, a, 4, b, 8, 1, 4));
    EXPECT(VACT_EINVAL, vact_gate_packed_f64(VACT_OP_GLU, NULL, VACT_GATE_FIRST, a, 4, b, 7, 1, 4));
    EXPECT(VACT_EOVERLAP, vact_gate_packed_f64(VACT_OP_GLU, NULL, VACT_GATE_FIRST, b, 4, b, 8, 1, 4));
    if (!VACT_WITH_GRADIENTS)
        return;
    EXPECT(VACT_EOVERLAP, vact_glu_backward_f64(a, a, b, c, c, 4));
    EXPECT(VACT_OK, vact_glu_backward_f64(a, b, a, b, c, 4));
    EXPECT(VACT_EINVAL, vact_glu_backward_f64(a, b, NULL, b, c, 4));
}
