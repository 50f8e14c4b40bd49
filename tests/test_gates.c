/*
 * The gated units: their bound of error, also where the activation alone would be subnormal or 0; the same bits on
 * every build; every length and place; layouts, strides and aliasing; gradients; arguments.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/reference.h"
#include "support.h"

enum { INPUTS = TEST_SANITIZED ? 4000 : 120000, LENGTHS = 2 * TEST_LANES + 3 };

static const vact_gate_layout LAYOUTS[] = {VACT_GATE_FIRST, VACT_GATE_SECOND, VACT_GATE_INTERLEAVED,
                                           VACT_GATE_INTERLEAVED_SECOND};

typedef struct pairs {
    float *gate, *up, *dy, *a, *b;
    size_t n;
} pairs;

/* Specials crossed with one another, then gates where the activations bend, far below 0 and any at all. */
static pairs new_pairs(void)
{
    static const float specials[] = {0.0f,      -0.0f,   1.0f,      -1.0f,     0x1p-149f, -0x1p-149f, 0x1.8p-127f,
                                     0x1p-101f, 7.0f,    -7.0f,     7.000001f, -12.7f,    -47.1f,     -88.0f,
                                     -103.0f,   -120.0f, -200.0f,   -230.0f,   FLT_MAX,   -FLT_MAX,   INFINITY,
                                     -INFINITY, NAN,     0x1p-126f, 0x1p+60f,  -0x1p+60f, 3.0f,       -3.0f};
    enum { SPECIALS = sizeof specials / sizeof specials[0] };
    test_random random = {41};
    pairs p = {.n = SPECIALS * SPECIALS + INPUTS};
    float **arrays[] = {&p.gate, &p.up, &p.dy, &p.a, &p.b};
    for (size_t i = 0; i < 5; i++) {
        *arrays[i] = malloc(p.n * sizeof(float));
        cr_assert(*arrays[i], "out of memory");
    }
    for (size_t i = 0; i < p.n; i++) {
        double sign = test_random_next(&random) & 1 ? -1.0 : 1.0;
        double size = ldexp(1.0 + test_random_unit(&random), (int)test_random_below(&random, 254) - 126);
        double near = 4.0 * test_random_unit(&random) - 2.0;
        static const double lowest[] = {-8.0, -22.0, -110.0, -230.0, 20.0};
        p.gate[i] = i % 6 == 5 ? test_from_bits((uint32_t)test_random_next(&random))
                               : (float)(lowest[i % 6] * test_random_unit(&random) + (i % 6 == 0 ? 4.0 : 0.0));
        p.up[i] = (float)(i % 3 == 0 ? near : i % 3 == 1 ? sign * size : 10.0 * near);
        p.dy[i] = (float)(i % 2 ? near : sign * ldexp(1.0 + test_random_unit(&random), (int)(i % 81) - 40));
    }
    for (size_t i = 0; i < SPECIALS * SPECIALS; i++) {
        p.gate[i] = specials[i / SPECIALS];
        p.up[i] = specials[i % SPECIALS];
    }
    return p;
}

static void free_pairs(pairs *p) { free(p->gate), free(p->up), free(p->dy), free(p->a), free(p->b); }

static vact_gate_f32_fn *forward_of(const test_subject *s) { return s->table->gate[VACT_OP_SLOT(s->info->op)]; }

static vact_gate_backward_f32_fn *backward_of(const test_subject *s)
{
    return s->table->gate_backward[VACT_OP_SLOT(s->info->op)];
}

/* ------------------------------------------------------------------------------------------------ errors */

TEST_CASES(gates, bound, test_cases(VACT_KIND_GATE))
{
    test_subject subject = test_begin(which);
    const vact_params_f32 params = vacti_registry_defaults(subject.info);
    pairs p = new_pairs();
    forward_of (&subject)(p.a, p.gate, p.up, p.n, NULL);
    for (size_t i = 0; i < p.n; i++) {
        double exact = vacti_reference_gate(subject.info->op, (double)p.gate[i], (double)p.up[i], &params);
        double error = vacti_ulp_error(p.a[i], exact);
        if (!(error <= subject.bound))
            test_fail_error(&subject, NULL, p.gate[i], exact, p.a[i], error, "up %a", (double)p.up[i]);
    }
    free_pairs(&p);
}

static bool same_or_zeros(float a, float b) { return test_same(a, b) || (a == 0.0f && b == 0.0f); }

/* Units whose gradients are not those of an operation. */
static bool has_own_gradient(vact_op op)
{
    return op == VACT_OP_SWIGLU_OAI || op == VACT_OP_SWIGLU_STEP || op == VACT_OP_GEGLU_QUICK || op == VACT_OP_SITU_GLU;
}

static bool want_derived_gradient(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)build, (void)math;
    return !has_own_gradient(info->op);
}

/* dup is forward with dy for up, within the bound of the variant fast; dgate is the gradient of the activation with
 * dy*up for dy, to the bit, and so has its error. swiglu_clamped is swiglu here. */
TEST_CASES(gates, gradients, test_cases_that(VACT_KIND_GATE, want_derived_gradient))
{
    test_subject subject = test_begin(which);
    vact_op op = subject.info->op;
    const vact_params_f32 params = vacti_registry_defaults(subject.info);
    const vact_params_f32 of_slope = {{params.v[0], 0.0f, 0.0f, 0.0f}};
    pairs p = new_pairs();
    float *dgate = p.a, *dup = p.b;
    vact_backward_f32_fn *slope =
        subject.table
            ->backward[VACT_OP_SLOT(op == VACT_OP_SWIGLU_CLAMPED ? VACT_OP_SILU : vacti_reference_gate_activation(op))];
    backward_of (&subject)(dgate, dup, p.dy, p.gate, p.up, p.n, NULL);
    for (size_t i = 0; i < p.n; i++) {
        float gate = p.gate[i], up = p.up[i];
        double exact = vacti_reference_gate_backward(op, (double)p.dy[i], (double)gate, (double)up, &params).up;
        double error = same_or_zeros(dup[i], (float)exact) ? 0.0 : vacti_ulp_error(dup[i], exact);
        if (!(error <= subject.info->bound_fast))
            test_fail_error(&subject, NULL, gate, exact, dup[i], error, "dup, dy %a", (double)p.dy[i]);
        float dy = p.dy[i] * up, want;
        slope(&want, &dy, &gate, 1, &of_slope);
        if (!test_same(dgate[i], want))
            test_fail_bits(&subject, NULL, gate, want, dgate[i], "dgate, dy %a, up %a", (double)p.dy[i], (double)up);
    }
    free_pairs(&p);
}

/* Sets of parameters for each unit that has some: published ones, limits that are small, large or infinite, and an
 * alpha and betas of every size and sign. */
static const struct {
    vact_op op;
    vact_params_f32 params;
} TRIED[] = {
    {VACT_OP_SWIGLU_CLAMPED, {{1.0f, INFINITY}}},
    {VACT_OP_SWIGLU_CLAMPED, {{1.0f, 10.0f}}},
    {VACT_OP_SWIGLU_CLAMPED, {{0.0f, 7.0f}}},
    {VACT_OP_SWIGLU_CLAMPED, {{-2.5f, INFINITY}}},
    {VACT_OP_SWIGLU_CLAMPED, {{0x1p-70f, 0x1p+30f}}},
    {VACT_OP_SWIGLU_CLAMPED, {{-0x1p-140f, INFINITY}}},
    {VACT_OP_SWIGLU_CLAMPED, {{0x1p+90f, 3.0f}}},
    {VACT_OP_SWIGLU_CLAMPED, {{FLT_MAX, FLT_MAX}}},
    {VACT_OP_SWIGLU_CLAMPED, {{1.5f, 0x1p-149f}}},
    {VACT_OP_SWIGLU_OAI, {{1.702f, 1.0f, 7.0f}}},
    {VACT_OP_SWIGLU_OAI, {{1.0f, 0.0f, 7.0f}}},
    {VACT_OP_SWIGLU_OAI, {{0.3f, -0.0f, INFINITY}}},
    {VACT_OP_SWIGLU_OAI, {{-1.702f, -3.0f, 3.0f}}},
    {VACT_OP_SWIGLU_OAI, {{20.0f, 0x1p-130f, INFINITY}}},
    {VACT_OP_SWIGLU_OAI, {{1.702f, 0.1f, 7.0f}}},
    {VACT_OP_SWIGLU_OAI, {{1.0f, 3.0f, INFINITY}}},
    {VACT_OP_SWIGLU_OAI, {{0x1p-32f, 0.7f, INFINITY}}},
    {VACT_OP_SWIGLU_OAI, {{0x1p+32f, 0.7f, 7.0f}}},
    {VACT_OP_SWIGLU_OAI, {{2.0f, 0x1p+110f, INFINITY}}},
    {VACT_OP_SWIGLU_OAI, {{1.0f, FLT_MAX, INFINITY}}},
    {VACT_OP_SWIGLU_STEP, {{7.0f}}},
    {VACT_OP_SWIGLU_STEP, {{0.01f}}},
    {VACT_OP_SWIGLU_STEP, {{17.0f}}},
    {VACT_OP_SWIGLU_STEP, {{0x1p-149f}}},
    {VACT_OP_SWIGLU_STEP, {{INFINITY}}},
    {VACT_OP_GEGLU_QUICK, {{0.0f}}},
    {VACT_OP_SITU_GLU, {{4.0f, 25.0f}}},
    {VACT_OP_SITU_GLU, {{0.05f, 3000.0f}}},
    {VACT_OP_SITU_GLU, {{500.0f, 0.01f}}},
    {VACT_OP_SITU_GLU, {{0x1p-149f, FLT_MAX}}},
    {VACT_OP_SITU_GLU, {{FLT_MAX, 0x1p-130f}}},
    {VACT_OP_SITU_GLU, {{0x1p-90f, 0x1p+90f}}},
    {VACT_OP_FATREGLU, {{0.01f}}},
    {VACT_OP_FATREGLU, {{-1.0f}}},
    {VACT_OP_FATREGLU, {{-INFINITY}}},
};
enum { TRIALS = sizeof TRIED / sizeof TRIED[0] };

/* The error of both gradients, which one rounding of dy*up adds to. Not where that product is out of range, nor where
 * silu(gate) is so near the limit that its own rounding decides, nor for betas beyond the gradients' range (vact.h). */
static void check_gradients(const test_subject *subject, const vact_params_f32 *params, const pairs *p)
{
    const vact_op op = subject->info->op;
    if (op == VACT_OP_SITU_GLU &&
        !(fabs(log2((double)params->v[0])) <= 100.0 && fabs(log2((double)params->v[1])) <= 100.0))
        return;
    for (size_t i = 0; i < p->n; i++) {
        const double gate = (double)p->gate[i], up = (double)p->up[i], dy = (double)p->dy[i];
        const vacti_reference_gate_gradients d = vacti_reference_gate_backward(op, dy, gate, up, params);
        const double silu = gate / (1.0 + exp(-gate));
        const double product =
            op == VACT_OP_SITU_GLU ? dy : dy * (op == VACT_OP_SWIGLU_OAI ? up + (double)params->v[1] : up);
        if (isnan(gate) || isnan(up)) {
            if (!isnan(p->a[i]) && isnan(d.gate))
                test_fail_error(subject, params, p->gate[i], d.gate, p->a[i], INFINITY, "dgate, up %a", up);
            continue;
        }
        bool in_range = fabs(product) > 0x1p-80 && fabs(product) < 0x1p+80;
        if (op == VACT_OP_SITU_GLU && !(fabs(dy) * fmax((double)params->v[0], (double)params->v[1]) < 0x1p+90))
            continue;
        if (op == VACT_OP_SWIGLU_STEP && fabs(silu - (double)params->v[0]) < 1e-6 * (double)params->v[0])
            in_range = false;
        double error = vacti_reference_gate_error(&d, p->a[i]);
        if (in_range && !(error <= 3.0))
            test_fail_error(subject, params, p->gate[i], d.gate, p->a[i], error, "dgate, dy %a, up %a", dy, up);
        error = same_or_zeros(p->b[i], (float)d.up) ? 0.0 : vacti_ulp_error(p->b[i], d.up);
        if (!(error <= subject->info->bound_fast))
            test_fail_error(subject, params, p->gate[i], d.up, p->b[i], error, "dup, dy %a, up %a", dy, up);
    }
}

static bool want_parameters(const vacti_op_info *info, const char *build, vact_math math)
{
    (void)build, (void)math;
    return info->op > VACT_OP_SWIGLU;
}

/* The bounds hold for other parameters too, forward and backward; and the bits are the same on every build. */
TEST_CASES(gates, parameters, test_cases_that(VACT_KIND_GATE, want_parameters))
{
    test_subject subject = test_begin(which), reference = subject;
    const vact_op op = subject.info->op;
    pairs p = new_pairs(), q = new_pairs();
    const bool compared = strcmp(subject.build, "scalar") != 0;
    if (compared)
        reference.table = test_reference_table(which);
    p.n = q.n = p.n / 4;
    for (size_t k = 0; k < TRIALS; k++) {
        const vact_params_f32 *params = &TRIED[k].params;
        if (TRIED[k].op != op)
            continue;
        forward_of (&subject)(p.a, p.gate, p.up, p.n, params);
        forward_of (&reference)(q.a, p.gate, p.up, p.n, params);
        for (size_t i = 0; i < p.n; i++) {
            double exact = vacti_reference_gate(op, (double)p.gate[i], (double)p.up[i], params);
            double error = vacti_ulp_error(p.a[i], exact);
            if (!(error <= subject.bound))
                test_fail_error(&subject, params, p.gate[i], exact, p.a[i], error, "up %a", (double)p.up[i]);
            if (compared && !test_same(p.a[i], q.a[i]))
                test_fail_bits(&subject, params, p.gate[i], q.a[i], p.a[i], "up %a", (double)p.up[i]);
        }
        backward_of (&subject)(p.a, p.b, p.dy, p.gate, p.up, p.n, params);
        backward_of (&reference)(q.a, q.b, p.dy, p.gate, p.up, p.n, params);
        for (size_t i = 0; compared && i < p.n; i++)
            if (!test_same(p.a[i], q.a[i]) || !test_same(p.b[i], q.b[i]))
                test_fail_bits(&subject, params, p.gate[i], q.a[i], p.a[i], "gradient, up %a", (double)p.up[i]);
        check_gradients(&subject, params, &p);
    }
    free_pairs(&p), free_pairs(&q);
}

/* swiglu_clamped, swiglu_oai and swiglu_step are swiglu where nothing is clamped or added. */
Test(gates, without_limits_they_are_swiglu)
{
    pairs p = new_pairs();
    float *want = malloc(p.n * sizeof *want);
    cr_assert(want != NULL, "out of memory");
    cr_assert(vact_swiglu_f32(want, p.gate, p.up, p.n) == VACT_OK);
    for (int k = 0; k < 3; k++) {
        cr_assert((k == 0   ? vact_swiglu_clamped_f32(p.a, p.gate, p.up, p.n, 1.0f, INFINITY)
                   : k == 1 ? vact_swiglu_oai_f32(p.a, p.gate, p.up, p.n, 1.0f, 0.0f, INFINITY)
                            : vact_swiglu_step_f32(p.a, p.gate, p.up, p.n, INFINITY)) == VACT_OK);
        for (size_t i = 0; i < p.n; i++)
            cr_assert(test_same(p.a[i], want[i]), "%d: %a, %a", k, (double)p.gate[i], (double)p.up[i]);
    }
    free(want), free_pairs(&p);
}

/* The oracle's gradients are the slopes of its function. */
Test(gates, gradients_are_slopes)
{
    const double step = 0x1p-17, dy = 1.25;
    for (size_t i = 0; i < vacti_registry_count; i++) {
        vact_op op = vacti_registry[i].op;
        if (vacti_registry[i].kind != VACT_KIND_GATE)
            continue;
        const vact_params_f32 params = vacti_registry_defaults(&vacti_registry[i]);
        for (double gate = -8.97; gate < 9.0; gate += 0.25)
            for (double up = -8.03; up < 9.0; up += 1.5) {
                double by_gate = vacti_reference_gate(op, gate + step, up, &params) -
                                 vacti_reference_gate(op, gate - step, up, &params);
                double by_up = vacti_reference_gate(op, gate, up + step, &params) -
                               vacti_reference_gate(op, gate, up - step, &params);
                vacti_reference_gate_gradients d = vacti_reference_gate_backward(op, dy, gate, up, &params);
                cr_expect(fabs(dy * by_gate / (2.0 * step) - d.gate) < 1e-6 * (1.0 + fabs(d.gate)), "%s at %g, %g",
                          vacti_registry[i].name, gate, up);
                cr_expect(fabs(dy * by_up / (2.0 * step) - d.up) < 1e-6 * (1.0 + fabs(d.up)), "%s at %g, %g by up",
                          vacti_registry[i].name, gate, up);
            }
    }
}

/* --------------------------------------------------------------------------------------------------- bits */

TEST_CASES(gates, same_bits, test_cases_of_same_bits(VACT_KIND_GATE))
{
    test_subject subject = test_begin(which), reference = subject;
    reference.table = test_reference_table(which);
    pairs p = new_pairs(), q = new_pairs();
    forward_of (&subject)(p.a, p.gate, p.up, p.n, NULL);
    forward_of (&reference)(q.a, p.gate, p.up, p.n, NULL);
    for (size_t i = 0; i < p.n; i++)
        if (!test_same(p.a[i], q.a[i]))
            test_fail_bits(&subject, NULL, p.gate[i], q.a[i], p.a[i], "up %a", (double)p.up[i]);
    backward_of (&subject)(p.a, p.b, p.dy, p.gate, p.up, p.n, NULL);
    backward_of (&reference)(q.a, q.b, p.dy, p.gate, p.up, p.n, NULL);
    for (size_t i = 0; i < p.n; i++)
        if (!test_same(p.a[i], q.a[i]) || !test_same(p.b[i], q.b[i]))
            test_fail_bits(&subject, NULL, p.gate[i], q.a[i], p.a[i], "gradient, up %a", (double)p.up[i]);
    free_pairs(&p), free_pairs(&q);
}

/* Arrays of every short length at the rear guard page, the interleaved form too, and the result on top of an input. */
TEST_CASES(gates, places, test_cases(VACT_KIND_GATE))
{
    test_subject subject = test_begin(which);
    unsigned slot = VACT_OP_SLOT(subject.info->op);
    pairs p = new_pairs();
    test_guarded memory[4];
    for (size_t i = 0; i < 4; i++)
        memory[i] = test_guarded_new(2 * LENGTHS);
    float want[LENGTHS], want_gate[LENGTHS], want_up[LENGTHS];
    for (size_t i = 0; i < LENGTHS; i++) { /* one by one */
        forward_of (&subject)(&want[i], &p.gate[i], &p.up[i], 1, NULL);
        backward_of (&subject)(&want_gate[i], &want_up[i], &p.dy[i], &p.gate[i], &p.up[i], 1, NULL);
    }
    for (size_t n = 0; n < LENGTHS; n++)
        for (int alias = 0; alias < 3; alias++) {
            float *end[4], *gate, *up, *dst, *packed, *dy;
            for (size_t i = 0; i < 4; i++)
                end[i] = memory[i].first + memory[i].n;
            gate = end[0] - n, up = end[1] - n, dy = end[2] - n;
            dst = alias == 0 ? end[3] - n : alias == 1 ? gate : up;
            memcpy(gate, p.gate, n * sizeof *gate), memcpy(up, p.up, n * sizeof *up);
            forward_of (&subject)(dst, gate, up, n, NULL);
            for (size_t i = 0; i < n; i++)
                if (!test_same(dst[i], want[i]))
                    test_fail_bits(&subject, NULL, p.gate[i], want[i], dst[i], "element %zu of %zu, alias %d", i, n,
                                   alias);
            memcpy(gate, p.gate, n * sizeof *gate), memcpy(up, p.up, n * sizeof *up), memcpy(dy, p.dy, n * sizeof *dy);
            float *dgate = alias == 0 ? end[3] - n : alias == 1 ? dy : up, *dup = alias == 0 ? end[3] - 2 * n : gate;
            backward_of (&subject)(dgate, dup, dy, gate, up, n, NULL);
            for (size_t i = 0; i < n; i++)
                if (!test_same(dgate[i], want_gate[i]) || !test_same(dup[i], want_up[i]))
                    test_fail_bits(&subject, NULL, p.gate[i], want_gate[i], dgate[i], "gradient %zu of %zu, alias %d",
                                   i, n, alias);
            packed = end[0] - 2 * n, dst = end[3] - n;
            for (size_t i = 0; i < n; i++)
                packed[2 * i] = p.gate[i], packed[2 * i + 1] = p.up[i];
            subject.table->interleaved[slot](dst, n, packed, 2 * n, 1, n, NULL);
            memcpy(dy, p.dy, n * sizeof *dy);
            subject.table->interleaved_backward[slot](packed, dy, packed, n, NULL);
            for (size_t i = 0; i < n; i++)
                if (!test_same(dst[i], want[i]) || !test_same(packed[2 * i], want_gate[i]) ||
                    !test_same(packed[2 * i + 1], want_up[i]))
                    test_fail_bits(&subject, NULL, p.gate[i], want[i], dst[i], "interleaved, %zu of %zu", i, n);
        }
    for (size_t i = 0; i < 4; i++)
        test_guarded_free(&memory[i]);
    free_pairs(&p);
}

/* --------------------------------------------------------------------------------------- layouts and strides */

/* More columns than dispatch/gates.c exchanges at once. */
enum { ROWS = 3, COLS = 277, STRIDE = 2 * COLS + 5 };

static size_t gate_at(vact_gate_layout layout, size_t c)
{
    switch (layout) {
    case VACT_GATE_INTERLEAVED: return 2 * c;
    case VACT_GATE_INTERLEAVED_SECOND: return 2 * c + 1;
    case VACT_GATE_FIRST: return c;
    default: return COLS + c;
    }
}

static size_t up_at(vact_gate_layout layout, size_t c)
{
    return gate_at(layout == VACT_GATE_INTERLEAVED          ? VACT_GATE_INTERLEAVED_SECOND
                   : layout == VACT_GATE_INTERLEAVED_SECOND ? VACT_GATE_INTERLEAVED
                   : layout == VACT_GATE_FIRST              ? VACT_GATE_SECOND
                                                            : VACT_GATE_FIRST,
                   c);
}

Test(gates, layouts)
{
    pairs p = new_pairs();
    float gate[ROWS * COLS], up[ROWS * COLS], want[ROWS * COLS], dgate[ROWS * COLS], dup[ROWS * COLS];
    float src[ROWS * STRIDE], dst[ROWS * STRIDE], dsrc[ROWS * STRIDE];
    for (unsigned code = VACT_OP_GLU; code <= VACT_OP_RELU_SQUARED_GLU; code++)
        for (size_t k = 0; k < sizeof LAYOUTS / sizeof LAYOUTS[0]; k++) {
            vact_op op = (vact_op)code;
            test_fill(src, ROWS * STRIDE), test_fill(dst, ROWS * STRIDE), test_fill(dsrc, ROWS * STRIDE);
            for (size_t r = 0; r < ROWS; r++)
                for (size_t c = 0; c < COLS; c++) {
                    size_t i = r * COLS + c;
                    src[r * STRIDE + gate_at(LAYOUTS[k], c)] = gate[i] = p.gate[i + 2000];
                    src[r * STRIDE + up_at(LAYOUTS[k], c)] = up[i] = p.up[i + 2000];
                }
            cr_assert(vact_gate_rows_f32(op, NULL, want, COLS, gate, COLS, up, COLS, ROWS, COLS) == VACT_OK);
            cr_assert(vact_gate_backward_rows_f32(op, NULL, dgate, COLS, dup, COLS, p.dy, COLS, gate, COLS, up, COLS,
                                                  ROWS, COLS) == VACT_OK);
            cr_assert(vact_gate_packed_f32(op, NULL, LAYOUTS[k], dst, STRIDE, src, STRIDE, ROWS, COLS) == VACT_OK);
            cr_assert(vact_gate_backward_packed_f32(op, NULL, LAYOUTS[k], dsrc, STRIDE, p.dy, COLS, src, STRIDE, ROWS,
                                                    COLS) == VACT_OK);
            for (size_t r = 0; r < ROWS; r++) {
                for (size_t c = 0; c < COLS; c++) {
                    size_t i = r * COLS + c;
                    cr_expect(test_same(dst[r * STRIDE + c], want[i]), "%#x layout %zu: %zu, %zu", code, k, r, c);
                    cr_expect(test_same(dsrc[r * STRIDE + gate_at(LAYOUTS[k], c)], dgate[i]), "%#x dgate", code);
                    cr_expect(test_same(dsrc[r * STRIDE + up_at(LAYOUTS[k], c)], dup[i]), "%#x dup", code);
                }
                cr_expect(test_untouched(dst + r * STRIDE + COLS, STRIDE - COLS), "%#x writes between rows", code);
                cr_expect(test_untouched(dsrc + r * STRIDE + 2 * COLS, STRIDE - 2 * COLS), "%#x writes between", code);
            }
            cr_assert(vact_gate_backward_packed_f32(op, NULL, LAYOUTS[k], src, STRIDE, p.dy, COLS, src, STRIDE, ROWS,
                                                    COLS) == VACT_OK);
            for (size_t i = 0; i < ROWS * STRIDE; i++)
                cr_expect(test_same(src[i], dsrc[i]), "%#x: gradients in place", code);
        }
    free_pairs(&p);
}

/* The definitions in figures that stand elsewhere: PyTorch's glu takes its second half for the gate. */
Test(gates, values)
{
    const float halves[] = {2.0f, -3.0f, 0.0f, 100.0f}; /* a = 2, -3; b = 0, 100 */
    float y[2], dy[1] = {1.0f}, dgate[1], dup[1];
    cr_assert(vact_gate_packed_f32(VACT_OP_GLU, NULL, VACT_GATE_SECOND, y, 2, halves, 4, 1, 2) == VACT_OK);
    cr_expect(y[0] == 1.0f && y[1] == -3.0f, "a*sigmoid(b) is %g, %g", (double)y[0], (double)y[1]);
    const float gate[] = {9.0f, 2.0f}, up[] = {2.0f, 9.0f};
    cr_assert(vact_swiglu_oai_f32(y, gate, up, 2, 1.702f, 1.0f, 7.0f) == VACT_OK);
    cr_expect(fabs((double)y[0] - 3.0 * 7.0 / (1.0 + exp(-1.702 * 7.0))) < 1e-5, "gate clamped: %g", (double)y[0]);
    cr_expect(fabs((double)y[1] - 8.0 * 2.0 / (1.0 + exp(-1.702 * 2.0))) < 1e-5, "up clamped: %g", (double)y[1]);
    const float seven = 7.0f, low = -7.0f, zero = 0.0f, below = -1.0f, nan = NAN;
    cr_assert(vact_swiglu_oai_backward_f32(dgate, dup, dy, &seven, &low, 1, 1.702f, 1.0f, 7.0f) == VACT_OK);
    cr_expect(dgate[0] < -5.9f && dup[0] > 6.9f, "slopes at the limits: %g, %g", (double)dgate[0], (double)dup[0]);
    cr_assert(vact_reglu_backward_f32(dgate, dup, &nan, &below, &seven, 1) == VACT_OK);
    cr_expect(dgate[0] == 0.0f && isnan(dup[0]), "reglu below 0: %g, %g", (double)dgate[0], (double)dup[0]);
    cr_assert(vact_swiglu_f32(y, &zero, &nan, 1) == VACT_OK && isnan(y[0]));
}

/* ---------------------------------------------------------------------------------------------- arguments */

static vact_status rows_of(vact_op op, float *dst, size_t ds, const float *gate, size_t gs, const float *up, size_t us,
                           size_t rows, size_t cols)
{
    return vact_gate_rows_f32(op, NULL, dst, ds, gate, gs, up, us, rows, cols);
}

Test(gates, arguments)
{
    enum { N = 64 };
    float a[N] = {0}, b[N] = {0}, dst[N], dst2[N];
    const vact_op op = VACT_OP_SWIGLU;
    const size_t huge = SIZE_MAX / 2;
    test_fill(dst, N), test_fill(dst2, N);
    cr_expect(rows_of(VACT_OP_SILU, dst, 4, a, 4, b, 4, 2, 4) == VACT_EINVAL, "another kind");
    const vact_params_f32 any = {{NAN}};
    cr_expect(vact_gate_rows_f32(op, &any, NULL, 0, NULL, 0, NULL, 0, 0, 0) == VACT_OK, "it has no parameters");
    cr_expect(vact_gate_rows_f32(VACT_OP_SWIGLU_STEP, &any, dst, 4, a, 4, b, 4, 2, 4) == VACT_EINVAL, "a NaN limit");
    cr_expect(vact_swiglu_step_f32(dst, a, b, 8, 0.0f) == VACT_EINVAL &&
              vact_situ_glu_f32(dst, a, b, 8, 4.0f, INFINITY));
    cr_expect(vact_swiglu_clamped_f32(dst, a, b, 8, INFINITY, 1.0f) == VACT_EINVAL);
    cr_expect(vact_swiglu_oai_backward_f32(dst, dst2, a, a, b, 8, 1.0f, 1.0f, -7.0f) == VACT_EINVAL);
    cr_expect(rows_of((vact_op)0x4ff, dst, 4, a, 4, b, 4, 2, 4) == VACT_EINVAL, "no code");
    cr_expect(rows_of(op, dst, 3, a, 4, b, 4, 2, 4) == VACT_EINVAL && rows_of(op, dst, 4, a, 3, b, 4, 2, 4) &&
              rows_of(op, dst, 4, a, 4, b, 3, 2, 4) == VACT_EINVAL);
    cr_expect(rows_of(op, dst, huge, a, huge, b, huge, 3, 4) == VACT_EINVAL);
    cr_expect(rows_of(op, NULL, 4, NULL, 4, NULL, 4, 0, 4) == VACT_OK &&
              rows_of(op, NULL, 0, NULL, 0, NULL, 0, 5, 0) == VACT_OK);
    cr_expect(rows_of(op, NULL, 4, a, 4, b, 4, 2, 4) == VACT_EINVAL &&
              rows_of(op, dst, 4, NULL, 4, b, 4, 2, 4) == VACT_EINVAL &&
              rows_of(op, dst, 4, a, 4, NULL, 4, 2, 4) == VACT_EINVAL);
    cr_expect(rows_of(op, dst, 4, dst + 1, 4, b, 4, 2, 4) == VACT_EOVERLAP &&
              rows_of(op, dst, 4, a, 4, dst, 5, 2, 4) == VACT_EOVERLAP);
    cr_expect(vact_swiglu_f32(dst, a, b, huge) == VACT_EINVAL && vact_swiglu_f32(dst, dst + 3, b, 8) == VACT_EOVERLAP);
    cr_expect(vact_swiglu_f32(NULL, NULL, NULL, 0) == VACT_OK);
    cr_expect(vact_swiglu_backward_f32(dst, dst, a, a, b, 8) == VACT_EOVERLAP, "both gradients in one place");
    cr_expect(vact_swiglu_backward_f32(dst, dst2, dst + 1, a, b, 8) == VACT_EOVERLAP);
    cr_expect(vact_swiglu_backward_f32(dst, dst2, a, b, dst2 + 1, 8) == VACT_EOVERLAP);
    cr_expect(vact_swiglu_backward_f32(dst, NULL, a, b, b, 8) == VACT_EINVAL);
    cr_expect(vact_swiglu_backward_f32(dst, dst2, NULL, b, b, 8) == VACT_EINVAL);
    cr_expect(vact_swiglu_backward_f32(NULL, NULL, NULL, NULL, NULL, 0) == VACT_OK);
    cr_expect(vact_gate_packed_f32(op, NULL, (vact_gate_layout)4, dst, 4, a, 8, 2, 4) == VACT_EINVAL);
    cr_expect(vact_gate_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 4, a, 7, 2, 4) == VACT_EINVAL);
    cr_expect(vact_gate_packed_f32(op, NULL, VACT_GATE_FIRST, dst, huge, a, huge, 1, huge) == VACT_EINVAL);
    cr_expect(vact_gate_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 4, dst, 8, 2, 4) == VACT_EOVERLAP);
    cr_expect(vact_gate_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 4, NULL, 8, 2, 4) == VACT_EINVAL);
    cr_expect(vact_gate_backward_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 8, dst + 40, 4, dst + 1, 8, 2, 4) ==
              VACT_EOVERLAP);
    cr_expect(vact_gate_backward_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 8, dst, 4, a, 8, 2, 4) == VACT_EOVERLAP);
    cr_expect(vact_gate_backward_packed_f32(op, NULL, VACT_GATE_FIRST, dst, 7, b, 4, a, 8, 2, 4) == VACT_EINVAL);
    cr_expect(test_untouched(dst, N) && test_untouched(dst2, N), "written on an error");
    cr_expect(vact_gate_kernel_f32(op, VACT_ISA_AUTO, VACT_MATH_AUTO) &&
              vact_gate_backward_kernel_f32(op, VACT_ISA_AUTO, VACT_MATH_AUTO));
    cr_expect(!vact_gate_kernel_f32(VACT_OP_GELU, VACT_ISA_AUTO, VACT_MATH_AUTO));
    cr_expect(!vact_kernel_f32(op, VACT_ISA_AUTO, VACT_MATH_AUTO));
}
