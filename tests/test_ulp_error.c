/* The definition of error, by cases worked out by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "kernels/reference/reference.h"

static void expect(float computed, double exact, double error)
{
    double got = vacti_ulp_error(computed, exact);
    cr_assert(got == error, "vacti_ulp_error(%a, %a) is %a, not %a", (double)computed, exact, got, error);
}

Test(ulp_error, is_0_for_the_exact_value)
{
    expect(1.0f, 1.0, 0.0);
    expect(-0x1.fffffep127f, -0x1.fffffep127, 0.0);
    expect(0x1p-149f, 0x1p-149, 0.0);
    expect(0.0f, 0.0, 0.0);
    expect(-0.0f, -0.0, 0.0);
}

/* The spacing of floats in [1, 2) is 2^-23. */
Test(ulp_error, counts_in_spacings)
{
    expect(0x1.000002p0f, 1.0, 1.0);
    expect(1.0f, 0x1.000001p0, 0.5);
    expect(0x1.000004p0f, 0x1.000001p0, 1.5);
    expect(-1.0f, -0x1.0000008p0, 0.25);
    expect(1.0f, -1.0, 0x1p24);
    expect(3.0f, 0x1.80000cp1, 6.0);
}

/* The exact value decides which spacing counts: 2^-24 just below 1, 2^-23 from 1 on. */
Test(ulp_error, changes_spacing_at_powers_of_two)
{
    expect(0x1.fffffep-1f, 1.0, 0.5);
    expect(1.0f, 0x1.fffffep-1, 1.0);
    expect(0x1.fffffep-1f, 0x1.ffffffp-1, 0.5);
    expect(1.0f, 0x1.ffffffp-1, 0.5);
    expect(1.0f, 0x1.fffffffffffffp-1, 0x1p-29);
    expect(0x1.000002p0f, 0x1.fffffffffffffp-1, 2.0 + 0x1p-29);
}

/* From 2^-125 down the spacing is 2^-149 and halves no more. */
Test(ulp_error, has_one_spacing_for_subnormals)
{
    expect(0x1p-126f, 0x1p-126 + 0x1p-149, 1.0);
    expect(0x1p-125f, 0x1p-125 + 0x1p-149, 0.5);
    expect(0x1p-125f, 0x1p-125 - 0x1p-149, 1.0);
    expect(0x1p-127f, 0x1p-127 - 0x1p-150, 0.5);
    expect(0x1p-149f, 0x1p-150, 0.5);
    expect(0.0f, 0x1p-150, 0.5);
    expect(0.0f, 0x1p-151, 0.25);
    expect(0x1p-148f, 0x1p-149, 1.0);
    expect(0x1p-149f, 0x1p-1000, 1.0);
    expect(0x1p-149f, 0x1p-1074, 1.0);
    expect(-0x1p-149f, 0x1p-149, 2.0);
}

Test(ulp_error, of_zero_counts_the_smallest_float)
{
    expect(0x1p-149f, 0.0, 1.0);
    expect(-0x1p-148f, 0.0, 2.0);
    expect(1.0f, -0.0, 0x1p149);
    expect(INFINITY, 0.0, 0x1p277);
}

Test(ulp_error, is_infinite_for_the_wrong_zero)
{
    expect(0.0f, -0.0, INFINITY);
    expect(-0.0f, 0.0, INFINITY);
    expect(-0.0f, 0x1p-151, INFINITY);
    expect(0.0f, -0x1p-1074, INFINITY);
    expect(-0.0f, -0x1p-150, 0.5);
    expect(-0.0f, 1.0, INFINITY);
}

/* The midpoint between the largest float and 2^128 rounds to infinity, and from there on nothing else is right. */
Test(ulp_error, takes_infinity_for_2_to_the_128)
{
    expect(INFINITY, 0x1.fffffep127, 1.0);
    expect(INFINITY, 0x1.fffffe8p127, 0.75);
    expect(0x1.fffffep127f, 0x1.fffffe8p127, 0.25);
    expect(INFINITY, 0x1.ffffffp127, 0.0);
    expect(0x1.fffffep127f, 0x1.ffffffp127, INFINITY);
    expect(INFINITY, 0x1p128, 0.0);
    expect(INFINITY, INFINITY, 0.0);
    expect(-INFINITY, -INFINITY, 0.0);
    expect(-INFINITY, INFINITY, INFINITY);
    expect(-INFINITY, -0x1p1000, 0.0);
    expect(0x1.fffffep127f, INFINITY, INFINITY);
    expect(-INFINITY, 0x1p127, 0x1.8p24);
    expect(INFINITY, 1.0, 0x1p151 - 0x1p23);
}

Test(ulp_error, takes_nan_for_nan_only)
{
    expect(NAN, (double)NAN, 0.0);
    expect(-NAN, (double)NAN, 0.0);
    expect(NAN, 1.0, INFINITY);
    expect(NAN, (double)INFINITY, INFINITY);
    expect(NAN, 0.0, INFINITY);
    expect(1.0f, (double)NAN, INFINITY);
    expect(INFINITY, (double)NAN, INFINITY);
    expect(0.0f, (double)NAN, INFINITY);
}

/* Of xielu below 0 in units of the spacing at 2^-6*|beta|*min(-x, 32), where the result is less than that. */
Test(ulp_error, of_xielu_is_absolute_next_to_its_zero)
{
    const vact_params_f32 params = {{0.8f, 0.8f, 0.5f}};
    const double unit = 0x1p-6; /* for x = -2 */
    cr_assert(vacti_forward_error(VACT_OP_XIELU, &params, -2.0, 0x1p-29f, 0.0) == 1.0);
    cr_assert(vacti_forward_error(VACT_OP_XIELU, &params, -2.0, -0x1p-28f, 0x1p-29) == 3.0);
    cr_assert(vacti_forward_error(VACT_OP_XIELU, &params, -2.0, (float)unit, unit - 0x1p-29) == 1.0);
    cr_assert(vacti_forward_error(VACT_OP_XIELU, &params, -0x1p+20, 0x1p-25f, 0.0) == 1.0, "-x counts as 32 at most");
    cr_assert(vacti_forward_error(VACT_OP_XIELU, &params, -2.0, -1.0f, 1.0) == 0x1p+24, "elsewhere as others");
    cr_assert(isinf(vacti_forward_error(VACT_OP_XIELU, &params, -2.0, NAN, 0.0)));
    cr_assert(vacti_forward_error(VACT_OP_TANH, &params, -2.0, 0x1p-29f, 0.0) == 0x1p+120, "of xielu alone");
}
