/*
 * Gated units, rows and losses of `cr`: exactly the functions of double (which test_f64*.c hold against MPFR), rounded
 * to float, on every build. Options of rows, which double does not have: test_softmax_options.c.
 */
#include "support.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "vact/f64.h"
#include "vact/narrow.h"

enum { ROWS = 6, COLS = 131, N = ROWS * COLS };

static float x[N], u[N], t[N], y[N], dx[N], logs[N], weights[COLS];
static double wide_x[N], wide_u[N], wide_t[N], wide_y[N], wide_dx[N], wide_logs[N], wide_weights[COLS];

/* Any bits, moderate numbers, and special values. */
static float draw(test_random *random, bool finite)
{
    static const float special[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, FLT_MAX, -FLT_MAX, 0x1p-149f, 1.0f, -1.0f};
    const uint32_t bits = (uint32_t)test_random_next(random);
    float any;
    memcpy(&any, &bits, sizeof any);
    switch (test_random_below(random, finite ? 3 : 5)) {
    case 3: return any;
    case 4: return special[test_random_below(random, sizeof special / sizeof special[0])];
    case 2: return (float)(100.0 * (test_random_unit(random) - 0.5));
    default: return (float)(3.0 * test_random_normal(random));
    }
}

static void fill(test_random *random, bool finite)
{
    for (size_t i = 0; i < N; i++) {
        x[i] = draw(random, finite), u[i] = draw(random, finite), t[i] = (float)test_random_unit(random);
        wide_x[i] = (double)x[i], wide_u[i] = (double)u[i], wide_t[i] = (double)t[i];
    }
    for (size_t i = 0; i < COLS; i++)
        wide_weights[i] = (double)(weights[i] = (float)(2.0 * test_random_unit(random)));
}

static void check(const char *what, const char *build, const float *got, const double *exact, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(test_same(got[i], (float)exact[i]), "%s %s: element %zu is %a, not %a", what, build, i,
                  (double)got[i], exact[i]);
}

typedef void check_fn(const vacti_table *cr, const vacti_table *wide, test_random *random);

static void on_each_build(check_fn *one)
{
    test_random random = {2411};
    bool any = false;
    for (size_t b = 0; b < vacti_build_count; b++) {
        const vacti_table *cr = vacti_table_of_build(vacti_builds[b], VACT_MATH_CR);
        const vacti_table *fast = vacti_table_of_build(vacti_builds[b], VACT_MATH_FAST);
        if (cr == NULL || !VACT_WITH_F64 || !vacti_build_runs(vacti_builds[b]))
            continue;
        any = true;
        one(cr, fast, &random);
    }
    if (!any)
        cr_skip("not built: the variant cr or double");
}

static void check_gate(const vacti_table *cr, const vacti_table *wide, const vacti_op_info *info,
                       const vact_params_f32 *params)
{
    static float pairs[2 * N];
    const unsigned slot = VACT_OP_SLOT(info->op);
    vact_params_f64 same;
    for (size_t k = 0; k < 4; k++)
        same.v[k] = (double)params->v[k];
    wide->gate_f64[slot](wide_y, wide_x, wide_u, N, &same);
    cr->gate[slot](y, x, u, N, params);
    check(info->name, cr->build, y, wide_y, N);
    cr->gate_rows[slot](y, COLS, x, COLS, u, COLS, ROWS, COLS, params);
    check(info->name, cr->build, y, wide_y, N);
    for (size_t i = 0; i < N; i++)
        pairs[2 * i] = x[i], pairs[2 * i + 1] = u[i];
    cr->interleaved[slot](y, COLS, pairs, 2 * COLS, ROWS, COLS, params);
    check(info->name, cr->build, y, wide_y, N);
}

static void gates(const vacti_table *cr, const vacti_table *wide, test_random *random)
{
    for (size_t k = 0; k < vacti_registry_count; k++) {
        const vacti_op_info *info = &vacti_registry[k];
        vact_params_f32 params = {{0.0f}};
        if (info->kind != VACT_KIND_GATE)
            continue;
        for (int round = 0; round < 8; round++) {
            fill(random, false);
            for (int i = 0; i < info->param_count; i++)
                params.v[i] =
                    round == 0 ? info->params[i].default_value : (float)(0.1 + 8.0 * test_random_unit(random));
            check_gate(cr, wide, info, &params);
        }
    }
}

Test(cr_wide, gates) { on_each_build(gates); }

static void rows(const vacti_table *cr, const vacti_table *wide, test_random *random)
{
    const vacti_family_f64 *exact = &wide->family_f64;
    for (int round = 0; round < 12; round++) {
        fill(random, round > 2);
        exact->softmax(wide_y, COLS, wide_x, COLS, 1, ROWS, COLS);
        cr->family.softmax(y, COLS, x, COLS, ROWS, COLS, NULL);
        check("softmax", cr->build, y, wide_y, N);
        cr->rows[VACT_OP_SLOT(VACT_OP_SOFTMAX)](y, COLS, x, COLS, ROWS, COLS);
        check("softmax", cr->build, y, wide_y, N);
        exact->log_softmax(wide_y, COLS, wide_x, COLS, 1, ROWS, COLS);
        cr->family.log_softmax(y, COLS, x, COLS, ROWS, COLS, NULL);
        check("log_softmax", cr->build, y, wide_y, N);
        cr->rows[VACT_OP_SLOT(VACT_OP_LOG_SOFTMAX)](y, COLS, x, COLS, ROWS, COLS);
        check("log_softmax", cr->build, y, wide_y, N);
        exact->logsumexp(wide_y, wide_x, COLS, 1, ROWS, COLS);
        cr->family.logsumexp(y, x, COLS, ROWS, COLS, NULL);
        check("logsumexp", cr->build, y, wide_y, ROWS);
        exact->softmax(wide_y, 1, wide_x, 1, COLS, COLS, ROWS); /* along the first axis */
        cr->family.softmax_axis(y, x, 1, ROWS, COLS);
        check("softmax_axis", cr->build, y, wide_y, N);
        exact->log_softmax(wide_y, 1, wide_x, 1, COLS, COLS, ROWS);
        cr->family.log_softmax_axis(y, x, 1, ROWS, COLS);
        check("log_softmax_axis", cr->build, y, wide_y, N);
        exact->logsumexp(wide_y, wide_x, 1, COLS, COLS, ROWS);
        cr->family.logsumexp_axis(y, x, 1, ROWS, COLS);
        check("logsumexp_axis", cr->build, y, wide_y, COLS);
    }
}

Test(cr_wide, rows) { on_each_build(rows); }

/* The control: `fast` is not the rounded function of double. */
static void rows_of_fast(const vacti_table *cr, const vacti_table *wide, test_random *random)
{
    size_t differ = 0;
    (void)cr;
    fill(random, true);
    wide->family_f64.softmax(wide_y, COLS, wide_x, COLS, 1, ROWS, COLS);
    wide->family.softmax(y, COLS, x, COLS, ROWS, COLS, NULL);
    for (size_t i = 0; i < N; i++)
        differ += !test_same(y[i], (float)wide_y[i]);
    cr_assert(differ > 0, "%s: the check cannot fail", wide->build);
}

Test(cr_wide, rows_of_fast_differ) { on_each_build(rows_of_fast); }

/* By the bits of `set`: smoothing, weights, z-loss, probabilities, log-probabilities as logits, columns in blocks. */
static void check_entropy(const vacti_table *cr, const vacti_table *wide, unsigned set, vact_reduction reduction)
{
    static const int64_t targets[ROWS] = {5, 130, -100, 0, 64, 77};
    static const float dy[ROWS] = {1.5f, -2.0f, 0.3f, 1.0f, 4.0f, 0.0f};
    double wide_dy[ROWS];
    for (size_t r = 0; r < ROWS; r++)
        wide_dy[r] = (double)dy[r];
    const bool nll = set & 16, shares = set & 8, blocks = set & 32;
    const size_t inner = blocks ? ROWS / 2 : 1, stride = inner * COLS;
    const vacti_cross_entropy_call call = {.loss = y,
                                           .dx = dx,
                                           .log_probabilities = nll ? NULL : logs,
                                           .dy = dy,
                                           .logits = x,
                                           .weights = set & 2 ? weights : NULL,
                                           .probabilities = shares ? t : NULL,
                                           .targets = shares ? NULL : targets,
                                           .rows = ROWS,
                                           .cols = COLS,
                                           .inner = inner,
                                           .stride = stride,
                                           .dx_stride = stride,
                                           .probabilities_stride = stride,
                                           .log_probabilities_stride = stride,
                                           .ignore_index = -100,
                                           .smoothing = set & 1 ? 0.1f : 0.0f,
                                           .z_loss = set & 4 && !nll ? 0.01f : 0.0f,
                                           .reduction = reduction,
                                           .wide = true,
                                           .nll = nll};
    const vacti_cross_entropy_f64_call same = {.loss = wide_y,
                                               .dx = wide_dx,
                                               .log_probabilities = nll ? NULL : wide_logs,
                                               .dy = wide_dy,
                                               .logits = wide_x,
                                               .weights = set & 2 ? wide_weights : NULL,
                                               .probabilities = shares ? wide_t : NULL,
                                               .targets = shares ? NULL : targets,
                                               .rows = ROWS,
                                               .cols = COLS,
                                               .inner = inner,
                                               .stride = stride,
                                               .dx_stride = stride,
                                               .probabilities_stride = stride,
                                               .log_probabilities_stride = stride,
                                               .ignore_index = -100,
                                               .smoothing = (double)call.smoothing,
                                               .z_loss = (double)call.z_loss,
                                               .reduction = reduction,
                                               .wide = true,
                                               .nll = nll};
    cr->cross_entropy(&call);
    wide->family_f64.cross_entropy(&same);
    check("loss", cr->build, y, wide_y, reduction == VACT_REDUCTION_NONE ? ROWS : 1);
    check("gradient", cr->build, dx, wide_dx, N);
    if (!nll)
        check("log-probabilities", cr->build, logs, wide_logs, N);
}

static void losses(const vacti_table *cr, const vacti_table *wide, test_random *random)
{
    for (unsigned set = 0; set < 64; set++)
        for (vact_reduction reduction = VACT_REDUCTION_NONE; reduction <= VACT_REDUCTION_SUM; reduction++) {
            fill(random, set % 7 != 0);
            check_entropy(cr, wide, set, reduction);
        }
}

Test(cr_wide, cross_entropy) { on_each_build(losses); }

static void bce(const vacti_table *cr, const vacti_table *wide, test_random *random)
{
    static const float dy = -1.25f;
    const double wide_dy = -1.25;
    for (int round = 0; round < 12; round++) {
        const vact_reduction reduction = (vact_reduction)(round % 3);
        fill(random, round % 4 != 0);
        const bool weighted = round > 5, none = reduction == VACT_REDUCTION_NONE;
        const vacti_bce_call call = {.loss = y,
                                     .dx = dx,
                                     .dy = none ? u : &dy,
                                     .x = x,
                                     .targets = t,
                                     .positive = {weighted ? weights : NULL, COLS},
                                     .weight = {weighted ? t : NULL, N},
                                     .n = N,
                                     .reduction = reduction};
        const vacti_bce_f64_call same = {.loss = wide_y,
                                         .dx = wide_dx,
                                         .dy = none ? wide_u : &wide_dy,
                                         .x = wide_x,
                                         .targets = wide_t,
                                         .pos_weight = weighted ? wide_weights : NULL,
                                         .weight = weighted ? wide_t : NULL,
                                         .n = N,
                                         .pos_weight_count = COLS,
                                         .weight_count = N,
                                         .reduction = reduction};
        cr->bce_with_logits(&call);
        wide->family_f64.bce_with_logits(&same);
        check("loss", cr->build, y, wide_y, none ? N : 1);
        check("gradient", cr->build, dx, wide_dx, N);
    }
}

Test(cr_wide, binary_cross_entropy) { on_each_build(bce); }

/* Rows of 16-bit results have one implementation, also where they come from floats. */
Test(cr_wide, rows_of_16_bits_are_those_of_every_variant)
{
    static vact_bf16 first[2][N], got[2][N];
    test_random random = {2412};
    fill(&random, true);
    for (vact_math math = VACT_MATH_AUTO; math <= VACT_MATH_CR; math++) {
        if (!VACT_WITH_BF16 || vact_select(VACT_ISA_AUTO, math) != VACT_OK)
            continue;
        cr_assert(vact_softmax(got[0], VACT_BF16, COLS, x, VACT_F32, COLS, ROWS, COLS, NULL) == VACT_OK);
        cr_assert(vact_log_softmax(got[1], VACT_BF16, N, x, VACT_F32, N, 1, N, NULL) == VACT_OK);
        if (math == VACT_MATH_AUTO)
            memcpy(first, got, sizeof first);
        cr_assert(memcmp(first, got, sizeof first) == 0, "variant %d has bits of its own", (int)math);
    }
}
