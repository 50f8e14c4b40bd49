/*
 * The vector layer of double: every operation on every build against plain C, bit for bit, over the cross product of
 * special values and over random operands. All NaNs are one where arithmetic makes them.
 */
#include "support.h"

#include <math.h>
#include <string.h>

#include "vec64_ops.h"

#define VACT_BUILD_ENTRY(name, NAME) extern const vec64_ops vec64_ops_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY

#define VACT_BUILD_ENTRY(name, NAME) &vec64_ops_##name,
static const vec64_ops *const builds[] = {
#include "vact_builds.def"
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ------------------------------------------------------------------------------------- what is right */

static double within(double a, double most) { return fabs(a) <= most ? a : 0.0; }
static double of_bool(bool b) { return b ? 1.0 : 0.0; }

static double want_scale(double a, double b)
{
    const double size = fabs(a);
    if (isfinite(a) && size > 0.0 && (size < 0x1p-200 || size > 0x1p+200))
        a = 1.5;
    return ldexp(a, (int)rint(within(b, 4000.0)));
}

static double want(const char *name, double a, double b, double c)
{
    static const double table[8] = {0.5, -1.0, 2.0, 3.0, 1e300, -0.0, 6.0, 7.0};
#define IS(text) (strcmp(name, text) == 0)
    if (IS("vf_neg"))
        return of_bits(bits_of(a) ^ (uint64_t)1 << 63);
    if (IS("vf_abs"))
        return of_bits(bits_of(a) & ~((uint64_t)1 << 63));
    if (IS("vf_apart") || IS("vf_quiet"))
        return a;
    if (IS("vf_sqrt"))
        return sqrt(a);
    if (IS("vf_add"))
        return a + b;
    if (IS("vf_sub"))
        return a - b;
    if (IS("vf_mul"))
        return a * b;
    if (IS("vf_div"))
        return a / b;
    if (IS("vf_copysign"))
        return copysign(a, b);
    if (IS("vf_flip_sign"))
        return of_bits(bits_of(a) ^ (bits_of(b) & (uint64_t)1 << 63));
    if (IS("vf_or_nan"))
        return b == b ? a : NAN;
    if (IS("vf_max"))
        return a > b ? a : b;
    if (IS("vf_min"))
        return a < b ? a : b;
    if (IS("vf_fma"))
        return fma(a, b, c);
    if (IS("vf_fnma"))
        return fma(-a, b, c);
    if (IS("vf_fms"))
        return fma(a, b, -c);
    if (IS("vm_lt"))
        return of_bool(a < b);
    if (IS("vm_le"))
        return of_bool(a <= b);
    if (IS("vm_eq"))
        return of_bool(a == b);
    if (IS("vm_and"))
        return of_bool(a < b && b < c);
    if (IS("vm_or"))
        return of_bool(a < b || b < c);
    if (IS("vi_add"))
        return of_bits(bits_of(a) + bits_of(b));
    if (IS("vi_sub"))
        return of_bits(bits_of(a) - bits_of(b));
    if (IS("vi_and"))
        return of_bits(bits_of(a) & bits_of(b));
    if (IS("vf_select"))
        return a < b ? b : c;
    if (IS("vf_where"))
        return a < b ? c : 0.0;
    if (IS("vi_shift_left"))
        return of_bits(bits_of(a) << 52);
    if (IS("vi_shift_right"))
        return of_bits(bits_of(a) >> 49);
    if (IS("vf_round"))
        return rint(within(a, 0x1p+51)) + 0.0;
    if (IS("vi_round"))
        return of_bits((uint64_t)llrint(within(a, 0x1p+50)));
    if (IS("vf_of_int"))
        return (double)llrint(within(a, 0x1p+50));
    if (IS("vf_exponent"))
        return a >= 0x1p-1022 && isfinite(a) ? (double)ilogb(a) : 0.0;
    if (IS("vf_scale"))
        return want_scale(a, b);
    if (IS("vf_power_of_two"))
        return ldexp(1.0, (int)rint(within(a, 1000.0)));
    if (IS("vf_gather"))
        return table[bits_of(a) & 7];
    cr_assert_fail("an operation that this test does not know");
    return 0.0;
}

/* ------------------------------------------------------------------------------------------------ check */

enum { MOST = 8192 };

static double a[MOST], b[MOST], c[MOST], found[MOST];

static bool same(double x, double y) { return bits_of(x) == bits_of(y) || (isnan(x) && isnan(y)); }

static size_t specials(void)
{
    static const double list[] = {
        0.0,        -0.0,      1.0, -1.5,    INFINITY,  -INFINITY, NAN,   0x1p-1074,
        -0x1p-1022, 0x1p-1000, 2.5, -1074.0, 0x1.8p+51, 1e300,     -37.0, 0.49999999999999994};
    const size_t count = sizeof list / sizeof list[0];
    for (size_t i = 0; i < count * count * count; i++) {
        a[i] = list[i % count];
        b[i] = list[i / count % count];
        c[i] = list[i / count / count];
    }
    return count * count * count;
}

static void random_operands(test_random *random)
{
    for (size_t i = 0; i < MOST; i++) {
        a[i] = of_bits(test_random_next(random));
        b[i] = i % 3 == 0 ? of_bits(test_random_next(random)) : (test_random_unit(random) - 0.5) * 5000.0;
        c[i] = i % 2 == 0 ? of_bits(test_random_next(random)) : -a[i] * b[i];
        if (i % 4 == 1)
            a[i] = (test_random_unit(random) - 0.5) * 3000.0;
    }
}

static void check(const vec64_ops *ops, size_t n)
{
    for (size_t op = 0; ops->name(op) != NULL; op++) {
        ops->run(op, found, a, b, c, n);
        for (size_t i = 0; i < n; i++) {
            const double right = want(ops->name(op), a[i], b[i], c[i]);
            cr_assert(same(found[i], right), "%s on %s of %a, %a, %a: %a, not %a", ops->name(op), ops->build, a[i],
                      b[i], c[i], found[i], right);
        }
    }
}

Test(vec64, operations_are_those_of_c, .timeout = 300)
{
    for (size_t k = 0; k < sizeof builds / sizeof builds[0]; k++) {
        test_random random = {k};
        if (!vacti_build_runs(builds[k]->build))
            continue;
        check(builds[k], specials());
        for (int round = 0; round < (TEST_SANITIZED ? 1 : 8); round++) {
            random_operands(&random);
            check(builds[k], MOST);
        }
    }
}

Test(vec64, parts_of_vectors)
{
    for (size_t k = 0; k < sizeof builds / sizeof builds[0]; k++) {
        const vec64_ops *ops = builds[k];
        if (!vacti_build_runs(ops->build))
            continue;
        for (size_t n = 0; n < ops->lanes; n++) {
            double from[9], to[9], all[8];
            for (size_t i = 0; i < 9; i++)
                from[i] = (double)i + 1.0, to[i] = -1.0;
            ops->partial(to, from, n);
            ops->keep_first(all, from, n, 99.0);
            for (size_t i = 0; i < 9; i++)
                cr_expect(to[i] == (i < n ? from[i] : -1.0), "%s, %zu", ops->build, n);
            for (size_t i = 0; i < ops->lanes; i++)
                cr_expect(all[i] == (i < n ? from[i] : 99.0), "%s, %zu", ops->build, n);
        }
        double lanes[8] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
        cr_expect(!ops->any_negative(lanes) && !ops->all_negative(lanes));
        lanes[ops->lanes - 1] = -1.0;
        cr_expect(ops->any_negative(lanes) && ops->all_negative(lanes) == (ops->lanes == 1));
        for (size_t i = 0; i < 8; i++)
            lanes[i] = -1.0;
        cr_expect(ops->all_negative(lanes));
    }
}

/* The control: another result is seen. */
Test(vec64, a_wrong_bit_is_seen)
{
    cr_expect(!same(1.0, of_bits(bits_of(1.0) + 1)) && !same(0.0, -0.0) && !same(NAN, 1.0) && same(NAN, -NAN));
}
