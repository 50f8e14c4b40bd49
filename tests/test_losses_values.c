/* What the losses promise for ignored rows, infinities, NaN, empty reductions, and rows whose value is known. */
#include <math.h>
#include <string.h>

#include "losses.h"

static bool is_plus_zero(float value) { return test_raw_bits(value) == 0; }

static vact_status both(float *loss, float *dx, const float *logits, const int64_t *targets, size_t rows, size_t cols,
                        vact_reduction reduction)
{
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.reduction = reduction;
    return vact_cross_entropy_forward_backward_i64_f32(loss, dx, NULL, logits, targets, rows, cols, &options);
}

Test(losses_values, known)
{
    /* the textbook's softmax of {3.2, 1.8, 0.5}: 0.7611, 0.1877, 0.0512 */
    static const float logits[3] = {3.2f, 1.8f, 0.5f};
    static const double shares[3] = {0.7611, 0.1877, 0.0512};
    for (int64_t target = 0; target < 3; target++) {
        float loss, dx[3];
        cr_assert(vact_cross_entropy_forward_backward_i64_f32(&loss, dx, NULL, logits, &target, 1, 3, NULL) == VACT_OK);
        cr_assert(fabs((double)loss + log(shares[target])) < 1e-3, "target %d: %g", (int)target, (double)loss);
        for (int j = 0; j < 3; j++)
            cr_assert(fabs((double)dx[j] - (shares[j] - (j == target))) < 1e-4, "gradient %d: %g", j, (double)dx[j]);
    }
    static const float x = 0.0f, t = 1.0f;
    float loss, dx;
    cr_assert(vact_bce_with_logits_forward_backward_f32(&loss, &dx, NULL, &x, &t, 1, NULL) == VACT_OK);
    cr_assert(loss == 0x1.62e43p-1f && dx == -0.5f, "bce: %a %a", (double)loss, (double)dx);
}

/* Where p is near 1 the loss is the sum of the other probabilities: 1e-39 is not 0. */
Test(losses_values, a_confident_row_keeps_its_digits)
{
    static const float logits[2] = {60.0f, -20.0f};
    static const int64_t target = 0;
    float loss, dx[2];
    cr_assert(both(&loss, dx, logits, &target, 1, 2, VACT_REDUCTION_NONE) == VACT_OK);
    double share = exp(-80.0);
    cr_assert(fabs((double)loss / share - 1.0) < 4e-7, "loss %g", (double)loss);
    cr_assert(fabs((double)dx[0] / -share - 1.0) < 4e-7 && fabs((double)dx[1] / share - 1.0) < 4e-7, "gradient %g %g",
              (double)dx[0], (double)dx[1]);
}

Test(losses_values, ignored_rows_count_for_nothing)
{
    static const float logits[9] = {NAN, 1.0f, INFINITY, 1.0f, 2.0f, 3.0f, -INFINITY, -INFINITY, NAN};
    static const int64_t targets[3] = {-100, 1, -100};
    float loss[3], alone, sum, mean, dx[9], dx_alone[3];
    cr_assert(both(loss, dx, logits, targets, 3, 3, VACT_REDUCTION_NONE) == VACT_OK);
    cr_assert(both(&alone, dx_alone, logits + 3, targets + 1, 1, 3, VACT_REDUCTION_NONE) == VACT_OK);
    cr_assert(is_plus_zero(loss[0]) && loss[1] == alone && is_plus_zero(loss[2]));
    for (int i = 0; i < 9; i++)
        cr_assert(i / 3 == 1 ? dx[i] == dx_alone[i - 3] : is_plus_zero(dx[i]), "gradient %d", i);
    cr_assert(both(&sum, dx, logits, targets, 3, 3, VACT_REDUCTION_SUM) == VACT_OK && sum == alone);
    cr_assert(both(&mean, dx, logits, targets, 3, 3, VACT_REDUCTION_MEAN) == VACT_OK && mean == alone);
}

Test(losses_values, nothing_to_reduce)
{
    static const float logits[6] = {0};
    static const int64_t targets[2] = {-100, -100};
    float loss = 7.0f, dx[6];
    cr_assert(both(&loss, dx, logits, targets, 2, 3, VACT_REDUCTION_MEAN) == VACT_OK && isnan(loss));
    for (int i = 0; i < 6; i++)
        cr_assert(is_plus_zero(dx[i]));
    cr_assert(both(&loss, dx, logits, targets, 2, 3, VACT_REDUCTION_SUM) == VACT_OK && is_plus_zero(loss));
    cr_assert(both(&loss, NULL, NULL, NULL, 0, 3, VACT_REDUCTION_MEAN) == VACT_OK && isnan(loss));
    cr_assert(both(&loss, NULL, NULL, NULL, 0, 3, VACT_REDUCTION_SUM) == VACT_OK && is_plus_zero(loss));
    cr_assert(both(NULL, NULL, NULL, NULL, 0, 3, VACT_REDUCTION_NONE) == VACT_OK);
    cr_assert(both(&loss, NULL, NULL, targets, 2, 0, VACT_REDUCTION_SUM) == VACT_OK && is_plus_zero(loss));
    vact_bce_with_logits_options_f32 options = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
    cr_assert(vact_bce_with_logits_f32(&loss, NULL, NULL, 0, &options) == VACT_OK && isnan(loss));
    options.reduction = VACT_REDUCTION_SUM;
    cr_assert(vact_bce_with_logits_f32(&loss, NULL, NULL, 0, &options) == VACT_OK && is_plus_zero(loss));
}

Test(losses_values, poison_its_row_and_every_sum)
{
    enum { ROWS = 5, COLS = 70 };
    static const uint32_t poisons[] = {0x7fc00000u, 0xff800001u, 0x7f800000u};
    static losses_problem problem;
    float clean[ROWS], clean_dx[ROWS * COLS], loss[ROWS], dx[ROWS * COLS], reduced;
    test_random random = {51};
    losses_fill(&problem, ROWS, COLS, 0, &random);
    for (int r = 0; r < ROWS; r++)
        problem.targets[r] = r;
    cr_assert(both(clean, clean_dx, problem.logits, problem.targets, ROWS, COLS, VACT_REDUCTION_NONE) == VACT_OK);
    for (int p = 0; p <= 3; p++)
        for (size_t at = 0; at < COLS; at += 3) { /* at the target too */
            float kept[COLS], *row = problem.logits + 3 * COLS;
            memcpy(kept, row, sizeof kept);
            for (size_t j = 0; p == 3 && j < COLS; j++)
                row[j] = -INFINITY;
            if (p < 3)
                row[at] = test_from_bits(poisons[p]);
            cr_assert(both(loss, dx, problem.logits, problem.targets, ROWS, COLS, VACT_REDUCTION_NONE) == VACT_OK);
            for (int i = 0; i < ROWS; i++)
                cr_assert(i == 3 ? isnan(loss[i]) : test_same(loss[i], clean[i]), "poison %d at %zu, loss %d", p, at,
                          i);
            for (size_t i = 0; i < ROWS * COLS; i++)
                cr_assert(i / COLS == 3 ? isnan(dx[i]) : test_same(dx[i], clean_dx[i]), "poison %d at %zu", p, at);
            for (int reduction = VACT_REDUCTION_MEAN; reduction <= VACT_REDUCTION_SUM; reduction++) {
                cr_assert(both(&reduced, dx, problem.logits, problem.targets, ROWS, COLS, (vact_reduction)reduction) ==
                          VACT_OK);
                cr_assert(isnan(reduced), "poison %d at %zu in a reduction", p, at);
            }
            memcpy(row, kept, sizeof kept);
        }
}

Test(losses_values, an_impossible_target_costs_infinitely)
{
    static const float logits[3] = {1.0f, -INFINITY, 2.0f};
    static const int64_t target = 1;
    float loss, dx[3];
    cr_assert(both(&loss, dx, logits, &target, 1, 3, VACT_REDUCTION_SUM) == VACT_OK);
    cr_assert(loss == INFINITY && dx[1] == -1.0f && dx[0] > 0.26f && dx[2] > 0.73f);
    vact_cross_entropy_options_f32 options =
        VACT_CROSS_ENTROPY_OPTIONS_F32; /* a class of share 0, and smoothing asks for it */
    static const int64_t other = 2;
    options.label_smoothing = 0.1f;
    cr_assert(vact_cross_entropy_i64_f32(&loss, logits, &other, 1, 3, &options) == VACT_OK && loss == INFINITY);
}

Test(losses_values, bce_limits)
{
    static const float x[] = {-INFINITY, INFINITY, -INFINITY, INFINITY, NAN, NAN, 0.0f, 200.0f, -200.0f};
    static const float t[] = {0.0f, 1.0f, 1.0f, 0.0f, 0.0f, 1.0f, NAN, 1.0f, 0.0f};
    static const float right[] = {0.0f, 0.0f, INFINITY, INFINITY, NAN, NAN, NAN, 0.0f, 0.0f};
    static const float slope[] = {0.0f, 0.0f, -1.0f, 1.0f, NAN, NAN, NAN, 0.0f, 0.0f};
    enum { COUNT = sizeof x / sizeof x[0] };
    float loss[COUNT], dx[COUNT];
    vact_bce_with_logits_options_f32 options = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
    options.reduction = VACT_REDUCTION_NONE;
    cr_assert(vact_bce_with_logits_forward_backward_f32(loss, dx, NULL, x, t, COUNT, &options) == VACT_OK);
    for (int i = 0; i < COUNT; i++) {
        cr_assert(test_same(loss[i], right[i]), "loss of %g, %g: %g", (double)x[i], (double)t[i], (double)loss[i]);
        cr_assert(isnan(slope[i]) ? isnan(dx[i]) : dx[i] == slope[i], "slope at %g, %g: %g", (double)x[i], (double)t[i],
                  (double)dx[i]);
    }
}

/* Reductions by hand, of numbers that add without rounding. */
Test(losses_values, weighted_mean)
{
    static const float logits[4] = {0.0f, 0.0f, 0.0f, 0.0f}, weights[2] = {3.0f, 1.0f};
    static const int64_t targets[2] = {0, 1};
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    float loss, dx[4];
    options.class_weights = weights;
    cr_assert(vact_cross_entropy_forward_backward_i64_f32(&loss, dx, NULL, logits, targets, 2, 2, &options) == VACT_OK);
    cr_assert(loss == 0x1.62e43p-1f, "(3 log 2 + log 2)/4 is %a", (double)loss);
    cr_assert(dx[0] == -0.375f && dx[1] == 0.375f && dx[2] == 0.125f && dx[3] == -0.125f);
}
