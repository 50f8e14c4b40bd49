/* Inputs and parameters for the tests of the kernels. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* ------------------------------------------------------------------------------------------ numbers */

static const uint32_t NAN_BITS = 0x7fc00000u;
static const uint32_t FILL_BITS = 0xffa5c33cu; /* a signalling NaN: arithmetic never makes one */

float test_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint32_t test_raw_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint32_t test_bits(float value) { return isnan(value) ? NAN_BITS : test_raw_bits(value); }

bool test_same(float a, float b) { return test_bits(a) == test_bits(b); }

float test_step(float value, int steps)
{
    for (; steps > 0; steps--)
        value = value == 0.0f && signbit(value) ? 0.0f : nextafterf(value, INFINITY);
    for (; steps < 0; steps++)
        value = value == 0.0f && !signbit(value) ? -0.0f : nextafterf(value, -INFINITY);
    return value;
}

void test_fill(float *dst, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(&dst[i], &FILL_BITS, sizeof dst[i]);
}

bool test_untouched(const float *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&p[i], &FILL_BITS, sizeof p[i]) != 0)
            return false;
    return true;
}

/* A Weyl sequence whose terms are mixed by two rounds of multiply and shift. */
uint64_t test_random_next(test_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    return z ^ (z >> 32);
}

double test_random_unit(test_random *random) { return (double)(test_random_next(random) >> 11) * 0x1p-53; }

/* Box and Muller's method; 1 - u keeps the logarithm's argument above 0. */
double test_random_normal(test_random *random)
{
    double radius = sqrt(-2.0 * log(1.0 - test_random_unit(random)));
    return radius * cos(6.283185307179586 * test_random_unit(random));
}

size_t test_random_below(test_random *random, size_t limit) { return (size_t)(test_random_next(random) % limit); }

/* ------------------------------------------------------------------------------------------- inputs */

void test_add(test_floats *list, float value)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 1024 : 2 * list->capacity;
        float *grown = realloc(list->v, capacity * sizeof *list->v);
        cr_assert(grown != NULL, "out of memory");
        list->v = grown;
        list->capacity = capacity;
    }
    list->v[list->n++] = value;
}

void test_free(test_floats *list)
{
    free(list->v);
    *list = (test_floats){0};
}

void test_add_around(test_floats *list, double value)
{
    float middle = (float)value;
    if (isnan(middle))
        return;
    for (int steps = -3; steps <= 3; steps++) {
        test_add(list, test_step(middle, steps));
        test_add(list, -test_step(middle, steps));
    }
}

/*
 * Where something changes: kinks of the piecewise operations; where the transcendental ones saturate, become subnormal
 * or underflow (exp 88.72, -87.34, -103.97; expm1 -17.3; tanh 9.01; gelu -13.1, -14.4, another form beyond 10.5; log1p
 * of them); roots of derivatives; limits of common argument reductions.
 */
static const double PLACES[] = {
    0.0,     1.0 / 6, 0.01,    0.2,      0.25,     0.34657, 0.5,     0.54931, 0.625,   0.69315, 0.75179, 1.0,
    1.03972, 1.19,    1.25,    1.27846,  1.5,      2.0,     2.5,     3.0,     4.0,     5.0,     5.5,     6.0,
    7.0,     8.3178,  8.664,   9.0109,   10.0,     10.5,    12.5,    13.1462, 13.1939, 13.5,    14.1248, 14.4,
    15.9424, 16.0,    16.6355, 17.3287,  18.0,     20.0,    24.0,    25.0,    32.0,    40.0,    44.36,   50.0,
    51.3,    61.1,    64.0,    83.0,     86.64,    87.0,    87.3365, 88.0,    88.3763, 88.7228, 89.0,    89.4,
    92.0,    95.0,    100.0,   103.2789, 103.9721, 104.0,   106.0,   108.6,   110.0,   127.0,   128.0,   150.0,
    174.67,  200.0,   709.8,   745.2,    1024.0,   0x1p23,  0x1p24};

void test_add_specials(test_floats *list)
{
    static const uint32_t patterns[] = {
        0x7fc00000u, 0x7f800001u, 0x7fa00000u, 0x7fffffffu, 0x7fd55555u, /* NaNs, quiet and signalling */
        0x7f800000u, 0x7f7fffffu, 0x00800000u, 0x00000000u,              /* inf, FLT_MAX, FLT_MIN, 0 */
        0x00000001u, 0x00000002u, 0x00000003u, 0x00000100u, 0x00012345u, /* subnormal */
        0x00400000u, 0x00400001u, 0x007ffffeu, 0x007fffffu,
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        test_add(list, test_from_bits(patterns[i]));
        test_add(list, test_from_bits(patterns[i] | 0x80000000u));
    }
    for (int exponent = -149; exponent < 128; exponent++)
        test_add_around(list, ldexp(1.0, exponent));
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        test_add_around(list, PLACES[i]);
    test_add_around(list, (double)FLT_MAX);
}

void test_add_hundredths(test_floats *list)
{
    for (int k = 1; k <= 2000; k++)
        test_add_around(list, 0.01 * k);
}

void test_add_kinks(test_floats *list, const vact_params_f32 *params)
{
    double first = (double)params->v[0], second = (double)params->v[1];
    test_add_around(list, first);
    test_add_around(list, second);
    test_add_around(list, second / first); /* hard_sigmoid's lower kink, softplus's threshold */
    test_add_around(list, (1.0 - second) / first);
    test_add_around(list, 1.0 / first);
}

void test_add_every(test_floats *list, uint32_t first, uint32_t stride)
{
    for (uint64_t bits = first; bits <= UINT32_MAX; bits += stride)
        test_add(list, test_from_bits((uint32_t)bits));
}

void test_add_random_bits(test_floats *list, test_random *random, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test_add(list, test_from_bits((uint32_t)(test_random_next(random) >> 32)));
}

void test_add_uniform(test_floats *list, test_random *random, double limit, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test_add(list, (float)(limit * (2.0 * test_random_unit(random) - 1.0)));
}

void test_add_mixture(test_floats *list, const vact_params_f32 *params, test_random *random, size_t n)
{
    const double reach = 120.0; /* beyond it every exponential vanishes or overflows */
    double first = fabs((double)params->v[0]);
    test_add_specials(list);
    test_add_kinks(list, params);
    test_add_random_bits(list, random, n);
    test_add_uniform(list, random, 2.0, n);
    test_add_uniform(list, random, reach, n);
    if (isnormal(first)) {
        test_add_uniform(list, random, reach * first, n);
        test_add_uniform(list, random, reach / first, n);
        test_add_uniform(list, random, 2.0 * first, n);
        test_add_uniform(list, random, 2.0 / first, n);
    }
}

/* --------------------------------------------------------------------------------------- parameters */

/* Values inside every domain's sampled range; the wider ones are for operations without a transcendental. */
static const float MODERATE[] = {1.0f,     -1.0f,     0.01f,    -0.01f,  0.2f,          0.25f,        0.5f,
                                 -0.5f,    1.702f,    2.0f,     3.0f,    -3.0f,         6.0f,         10.0f,
                                 -7.5f,    0.1f,      1.5f,     -1.5f,   20.0f,         0x1p-20f,     0x1p20f,
                                 -0x1p20f, -0x1p-20f, 0x1p-10f, 1000.0f, 0x1.fffffep0f, 0x1.000002p0f};
static const float EXTREME[] = {FLT_MAX,  -FLT_MAX,   FLT_MIN,  -FLT_MIN,  FLT_TRUE_MIN,    -FLT_TRUE_MIN,
                                0x1p100f, -0x1p-100f, INFINITY, -INFINITY, 0x1.fffffep-127f};
static const float ZEROS[] = {0.0f, -0.0f};
static const float THRESHOLDS[] = {20.0f, INFINITY, -INFINITY, 0.0f, -0.0f, -5.0f, 1.0f, 100.0f, 1e30f, -200.0f};
static const float SECONDS[] = {0.5f, 0.0f,   -0.0f,   1.0f,     -1.0f,        2.0f,     0.3f,     -0.7f,
                                6.0f, 1e-30f, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, INFINITY, -INFINITY};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_three(const vacti_op_info *info, vact_params_f32 *params, size_t *n, float first, float second,
                      float third)
{
    vact_params_f32 candidate = {{first, second, third, 0.0f}};
    if (*n < TEST_PARAMS_LIMIT && vacti_registry_accepts(info, &candidate))
        params[(*n)++] = candidate;
}

static void add_params(const vacti_op_info *info, vact_params_f32 *params, size_t *n, float first, float second)
{
    add_three(info, params, n, first, second, info->params[2].default_value);
}

/* A threshold may be anything; a factor of a transcendental function is within the range that the bound was sampled
 * for. */
static const float *seconds_of(const vacti_op_info *info, size_t *count)
{
    const bool factor = info->params[1].domain == VACT_DOMAIN_FINITE;
    *count = !info->needs_math ? COUNT(SECONDS) : factor ? COUNT(MODERATE) : COUNT(THRESHOLDS);
    return !info->needs_math ? SECONDS : factor ? MODERATE : THRESHOLDS;
}

/* Every value of a list as the first parameter, with the second from its own list in turn. */
static void add_from(const vacti_op_info *info, vact_params_f32 *params, size_t *n, const float *values, size_t count)
{
    size_t seconds;
    const float *second = seconds_of(info, &seconds);
    for (size_t i = 0; i < count; i++) {
        add_params(info, params, n, values[i], info->params[1].default_value);
        if (info->param_count > 1)
            add_params(info, params, n, values[i], second[i % seconds]);
    }
}

static float log_uniform(test_random *random)
{
    float magnitude = (float)exp2(40.0 * test_random_unit(random) - 20.0);
    return test_random_next(random) % 2 == 0 ? magnitude : -magnitude;
}

size_t test_params(const vacti_op_info *info, vact_params_f32 *params)
{
    test_random random = {(uint64_t)info->op};
    size_t n = 0;
    if (info->param_count == 0)
        return 0;
    params[n++] = vacti_registry_defaults(info);
    add_from(info, params, &n, ZEROS, COUNT(ZEROS));
    if (!info->needs_math)
        add_from(info, params, &n, EXTREME, COUNT(EXTREME));
    size_t seconds;
    const float *second = seconds_of(info, &seconds);
    if (info->param_count > 1)
        for (size_t i = 0; i < seconds; i++)
            add_params(info, params, &n, info->params[0].default_value, second[i]);
    add_from(info, params, &n, MODERATE, COUNT(MODERATE));
    for (int i = 0; i < 16; i++) {
        float first = log_uniform(&random);
        float drawn = log_uniform(&random);
        add_three(info, params, &n, first, drawn, info->param_count > 2 ? log_uniform(&random) : 0.0f);
    }
    return n;
}
