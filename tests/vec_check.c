/*
 * The method: every operation over the cross product of special values and over random operands with frequent halfway
 * cases, cancellation and subnormals, compared with scalar C bit for bit; all NaNs are equal where the contract says
 * so.
 */
#include "vec_check.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vec_bits.h"

/* ------------------------------------------------------------------------------------- what is right */

static float want_neg(float a, float b, float c) { return (void)b, (void)c, from_bits(to_bits(a) ^ 0x80000000u); }
static float want_abs(float a, float b, float c) { return (void)b, (void)c, from_bits(to_bits(a) & 0x7fffffffu); }
static float want_add(float a, float b, float c) { return (void)c, a + b; }
static float want_sub(float a, float b, float c) { return (void)c, a - b; }
static float want_mul(float a, float b, float c) { return (void)c, a * b; }
static float want_div(float a, float b, float c) { return (void)c, a / b; }
static float want_sqrt(float a, float b, float c) { return (void)b, (void)c, sqrtf(a); }
static float want_max(float a, float b, float c) { return (void)c, a > b ? a : b; }
static float want_min(float a, float b, float c) { return (void)c, a < b ? a : b; }
static float want_fma(float a, float b, float c) { return fmaf(a, b, c); }
static float want_fnma(float a, float b, float c) { return fmaf(-a, b, c); }
static float want_lt(float a, float b, float c) { return (void)c, a < b ? 1.0f : 0.0f; }
static float want_le(float a, float b, float c) { return (void)c, a <= b ? 1.0f : 0.0f; }
static float want_eq(float a, float b, float c) { return (void)c, a == b ? 1.0f : 0.0f; }
static float want_and(float a, float b, float c) { return a < b && b < c ? 1.0f : 0.0f; }
static float want_or(float a, float b, float c) { return a < b || b < c ? 1.0f : 0.0f; }
static float want_where(float a, float b, float c) { return a < b ? c : 0.0f; }
static float want_select(float a, float b, float c) { return a < b ? b : c; }

static float want_exponent(float a, float b, float c)
{
    (void)b, (void)c;
    return 0x1p-126f <= a && a < INFINITY ? (float)ilogbf(a) : 0.0f;
}

static float want_outside(float a, float b, float c)
{
    (void)b, (void)c;
    return 0x1p-30f <= fabsf(a) && fabsf(a) <= 87.0f ? 0.0f : 1.0f;
}

/* Stands for any result, where the contract does not define it. */
static const uint32_t ANYTHING = 0x7fedcba9;

static float limit_of(float b) { return b == b ? fabsf(b) : 1.0f; }

static float want_any_beyond(float a, float b, float c)
{
    (void)c;
    return a != a ? from_bits(ANYTHING) : fabsf(a) > limit_of(b) ? 1.0f : 0.0f;
}

static float want_any_below(float a, float b, float c)
{
    (void)c;
    return a != a ? from_bits(ANYTHING) : fabsf(a) < limit_of(b) ? 1.0f : 0.0f;
}

static float want_found(float a, float b, float c) { return (void)a, (void)b, (void)c, 1.0f; }

static float want_power_of_two(float a, float b, float c)
{
    (void)b, (void)c;
    if (!(a >= -127.0f && a <= 127.0f && a == floorf(a)))
        return from_bits(ANYTHING);
    return a == -127.0f ? 0.0f : ldexpf(1.0f, (int)a);
}

static float want_add_where(float a, float b, float c) { return a < b ? c + a : c == 0.0f ? from_bits(ANYTHING) : c; }

static float want_times_power(float a, float b, float c)
{
    (void)c;
    if (!(b >= -126.0f && b <= 127.0f && b == floorf(b)))
        return from_bits(ANYTHING);
    float product = ldexpf(a, (int)b);
    bool normal = fabsf(product) >= FLT_MIN && fabsf(product) <= FLT_MAX;
    return a == 0.0f || isnan(a) || normal ? product : from_bits(ANYTHING);
}

/* Integers are the bits of floats. */
static float want_bits(float a, float b, float c) { return (void)b, (void)c, a; }
static float want_of_int(float a, float b, float c) { return (void)b, (void)c, (float)(int32_t)to_bits(a); }
static float want_int_set1(float a, float b, float c) { return (void)a, (void)b, (void)c, from_bits(0xfedcba98u); }
static float want_int_add(float a, float b, float c) { return (void)c, from_bits(to_bits(a) + to_bits(b)); }
static float want_int_sub(float a, float b, float c) { return (void)c, from_bits(to_bits(a) - to_bits(b)); }
static float want_int_max(float a, float b, float c) { return (void)c, to_bits(a) > to_bits(b) ? a : b; }
static float want_int_add_where(float a, float b, float c) { return a < b ? from_bits(to_bits(c) + to_bits(a)) : c; }

static float want_int_sub_where(float a, float b, float c) { return a < b ? from_bits(to_bits(b) - to_bits(a)) : c; }

static int shift_of(float b, float c) { return b < 0.0f ? 1 : c < 0.0f ? 23 : 31; }
static float want_left(float a, float b, float c) { return from_bits(to_bits(a) << shift_of(b, c)); }
static float want_right(float a, float b, float c) { return from_bits(to_bits(a) >> shift_of(b, c)); }

static float want_round(float a, float b, float c)
{
    (void)b, (void)c;
    return from_bits((uint32_t)(int32_t)(fabsf(a) < 0x1p+31f ? rintf(a) : 0.0f));
}

static float want_cell(float a, float b, float c)
{
    static const uint32_t cells[] = {3, 1, 4, 1, 5, 0, 2, 6, 255, 3, 5, 128, 7, 6, 0, 2};
    return (void)b, (void)c, from_bits(cells[to_bits(a) & 15]);
}

static float want_entry(float a, float b, float c)
{
    static const float table[] = {FLT_MAX, -1.5f, 0x1p-149f, -0.0f, -FLT_MIN, 32.0f, -0x1.fffffcp-127f, 3.0f};
    return (void)b, (void)c, table[to_bits(a) & 7];
}

static float want_entry_of_either(float a, float b, float c)
{
    return a < b ? want_entry(from_bits(8 - (to_bits(a) & 7)), b, c) : want_entry(a, b, c);
}

static float want_entry_of_16(float a, float b, float c)
{
    return to_bits(a) & 8 ? want_entry(from_bits(8 - (to_bits(a) & 7)), b, c) : want_entry(a, b, c);
}

static float want_fms(float a, float b, float c) { return fmaf(a, b, -c); }

static float want_flip_sign(float a, float b, float c)
{
    (void)c;
    return from_bits(to_bits(a) ^ (to_bits(b) & 0x80000000u));
}

static float want_scale(float a, float b, float c)
{
    (void)c;
    if (!(fabsf(b) <= 252.0f && b == floorf(b)))
        return from_bits(ANYTHING);
    if (isnan(a))
        return NAN;
    float first = fabsf(ldexpf(a, (int)floorf(b / 2.0f)));
    return first >= FLT_MIN && first <= FLT_MAX ? ldexpf(a, (int)b) : from_bits(ANYTHING);
}

static float want_copysign(float a, float b, float c)
{
    (void)c;
    return from_bits((to_bits(a) & 0x7fffffffu) | (to_bits(b) & 0x80000000u));
}

static float want_or_nan(float a, float b, float c) { return (void)c, b == b ? a : NAN; }

typedef struct oracle {
    const char *name;
    float (*want)(float a, float b, float c);
    bool keeps_nan_bits;
} oracle;

static const oracle oracles[] = {
    {"vf_neg", want_neg, true},
    {"vf_abs", want_abs, true},
    {"vf_copysign", want_copysign, true},
    {"vf_select", want_select, true},
    {"vf_where", want_where, true},
    {"vf_apart", want_bits, true},
    {"vf_quiet", want_bits, false},
    {"vf_or_nan", want_or_nan, false},
    {"vf_add", want_add, false},
    {"vf_sub", want_sub, false},
    {"vf_mul", want_mul, false},
    {"vf_div", want_div, false},
    {"vf_sqrt", want_sqrt, false},
    {"vf_fma", want_fma, false},
    {"vf_fnma", want_fnma, false},
    {"vf_max", want_max, false},
    {"vf_min", want_min, false},
    {"vm_lt", want_lt, false},
    {"vm_le", want_le, false},
    {"vm_eq", want_eq, false},
    {"vm_and", want_and, false},
    {"vm_or", want_or, false},
    {"vf_fms", want_fms, false},
    {"vf_flip_sign", want_flip_sign, true},
    {"vf_scale", want_scale, false},
    {"vf_power_of_two", want_power_of_two, false},
    {"vf_add_where", want_add_where, false},
    {"vm_outside", want_outside, false},
    {"vm_any_beyond", want_any_beyond, false},
    {"vm_any_of_four_beyond", want_any_beyond, false},
    {"beyond_negative", want_found, false},
    {"vm_any_of_four_below", want_any_below, false},
    {"beyond_beside_nan", want_found, false},
    {"vf_times_power", want_times_power, false},
    {"vf_bits", want_bits, true},
    {"vf_of_bits", want_bits, true},
    {"vf_of_int", want_of_int, false},
    {"vi_round", want_round, true},
    {"vi_set1", want_int_set1, true},
    {"vi_add", want_int_add, true},
    {"vi_sub", want_int_sub, true},
    {"vi_add_where", want_int_add_where, true},
    {"vi_sub_where", want_int_sub_where, true},
    {"vi_max", want_int_max, true},
    {"vi_shift_left", want_left, true},
    {"vi_shift_right", want_right, true},
    {"vi_look_up", want_cell, true},
    {"vf_look_up", want_entry, true},
    {"vf_look_up_16", want_entry_of_16, true},
    {"vf_look_up_either", want_entry_of_either, true},
    {"vf_exponent", want_exponent, false},
};

static const oracle *oracle_named(const char *name)
{
    for (size_t i = 0; i < sizeof oracles / sizeof oracles[0]; i++)
        if (strcmp(oracles[i].name, name) == 0)
            return &oracles[i];
    return NULL;
}

static bool same(float got, float want, bool keeps_nan_bits)
{
    if (isnan(got) && isnan(want) && !keeps_nan_bits)
        return true;
    return to_bits(got) == to_bits(want);
}

/* ------------------------------------------------------------------------------------------ operands */

static const uint32_t specials[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x00000002, 0x00400000, 0x80400000, 0x007fffff, 0x807fffff,
    0x00800000, 0x80800000, 0x00800001, 0x01000000, 0x1f800000, 0x20000001, 0x33800000, 0x33ffffff, 0x34000000,
    0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f800002, 0x3fb504f3, 0x3fffffff,
    0x40000000, 0xc0400000, 0x4b7fffff, 0x4b800000, 0x4b800001, 0x5f000000, 0x7e800000, 0x7f000000, 0x7f7fffff,
    0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001, 0xc2fe0000,
};

enum {
    SPECIAL_COUNT = sizeof specials / sizeof specials[0],
    CROSS_COUNT = SPECIAL_COUNT * SPECIAL_COUNT * SPECIAL_COUNT,
    RANDOM_COUNT = 200000,
    /* up to a multiple of any number of lanes */
    TOTAL = (CROSS_COUNT + RANDOM_COUNT + VEC_LANES_LIMIT - 1) / VEC_LANES_LIMIT * VEC_LANES_LIMIT
};

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Half are arbitrary bit patterns; half have neighbouring exponents and few significant bits, so that sums and products
 * are often exactly halfway between two floats. */
static float random_operand(uint64_t *state)
{
    uint64_t r = next_random(state);
    uint32_t bits = (uint32_t)r;
    if (r >> 63)
        return from_bits(bits);
    uint32_t dropped = (uint32_t)(r >> 32) % 24u;
    uint32_t exponent = 127u - 26u + (uint32_t)(r >> 40) % 53u;
    return from_bits((bits & 0x80000000u) | exponent << 23 | ((bits & 0x007fffffu) >> dropped << dropped));
}

static float *new_array(void)
{
    float *array = malloc(TOTAL * sizeof *array);
    if (!array)
        abort();
    return array;
}

static void fill_operands(float *a, float *b, float *c)
{
    uint64_t state = 2;
    for (size_t i = 0; i < TOTAL; i++) {
        if (i < CROSS_COUNT) {
            a[i] = from_bits(specials[i % SPECIAL_COUNT]);
            b[i] = from_bits(specials[i / SPECIAL_COUNT % SPECIAL_COUNT]);
            c[i] = from_bits(specials[i / SPECIAL_COUNT / SPECIAL_COUNT]);
        } else {
            a[i] = random_operand(&state);
            b[i] = random_operand(&state);
            /* every third: an fma that cancels all but the rounding error of its product */
            c[i] = i % 3 == 0 ? -(a[i] * b[i]) : random_operand(&state);
        }
    }
}

/* ------------------------------------------------------------------------------------------- checks */

bool vec_check_covers(const vec_ops *build, const char *name)
{
    static const char *const memory[] = {"vf_set1",          "vf_load_pairs",
                                         "vf_store_pairs",   "vm_any",
                                         "vm_all",           "vf_keep_first",
                                         "vf_load",          "vf_store",
                                         "vf_load_partial",  "vf_store_partial",
                                         "vf_stream",        "vf_stream_end",
                                         "vf_exchange",      "vf_load_pairs_mixed",
                                         "vf_unmixed",       "vf_exchange_pair",
                                         "vm_bytes",         "vk_bytes",
                                         "vk_bytes_of_four", "vf_kept"};
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++)
        if (strcmp(memory[i], name) == 0)
            return true;
    for (size_t i = 0; build->name(i); i++)
        if (strcmp(build->name(i), name) == 0)
            return oracle_named(name) != NULL;
    return false;
}

int vec_check_operations(const vec_ops *build, FILE *report)
{
    int failures = 0;
    float *a = new_array(), *b = new_array(), *c = new_array(), *got = new_array();
    fill_operands(a, b, c);
    for (size_t op = 0; build->name(op); op++) {
        const oracle *right = oracle_named(build->name(op));
        if (!right) {
            fprintf(report, "%s has no oracle\n", build->name(op));
            failures++;
            continue;
        }
        build->run(op, got, a, b, c, TOTAL);
        for (size_t i = 0; i < TOTAL; i++) {
            float want = right->want(a[i], b[i], c[i]);
            if (to_bits(want) == ANYTHING || same(got[i], want, right->keeps_nan_bits))
                continue;
            fprintf(report, "%s %s(%a, %a, %a) [%08x %08x %08x]: %a [%08x], expected %a [%08x]\n", build->build,
                    build->name(op), (double)a[i], (double)b[i], (double)c[i], to_bits(a[i]), to_bits(b[i]),
                    to_bits(c[i]), (double)got[i], to_bits(got[i]), (double)want, to_bits(want));
            failures++;
            break;
        }
    }
    free(a), free(b), free(c), free(got);
    return failures;
}

static size_t index_of(const vec_ops *build, const char *name)
{
    size_t op = 0;
    while (strcmp(build->name(op), name) != 0)
        op++;
    return op;
}

/* A float whose product with 2^floor(n/2) is normal, or a NaN. */
static float scalable(uint64_t *state, int n)
{
    int half = n >= 0 ? n / 2 : -((1 - n) / 2);
    int lowest = half > 23 ? -149 : -126 - half; /* subnormal where the product is normal all the same */
    int highest = half > 0 ? 127 - half : 127;
    uint64_t r = next_random(state);
    if (r % 64 == 0)
        return from_bits(0x7fc00000u | (uint32_t)(r >> 32));
    int exponent = r % 4 == 1 ? lowest : lowest + (int)(r >> 8 & 0xffff) % (highest - lowest + 1);
    uint32_t dropped = (uint32_t)(r >> 24) % 24u;
    uint32_t fraction = (uint32_t)(r >> 41) >> dropped << dropped;
    return ldexpf(from_bits((uint32_t)(r >> 30 & 1) << 31 | 0x3f800000u | fraction), exponent);
}

/* Every exponent, with results that overflow, are normal, subnormal (many exactly halfway) and zero. */
int vec_check_scale(const vec_ops *build, FILE *report)
{
    enum { LIMIT = 252, EACH = 512 };
    size_t op = index_of(build, "vf_scale");
    uint64_t state = 3;
    int failures = 0;
    for (int n = -LIMIT; n <= LIMIT; n++) {
        float v[EACH], exponent[EACH], got[EACH];
        for (size_t i = 0; i < EACH; i++) {
            v[i] = scalable(&state, n);
            exponent[i] = (float)n;
        }
        build->run(op, got, v, exponent, exponent, EACH);
        for (size_t i = 0; i < EACH; i++) {
            float want = ldexpf(v[i], n);
            if (!same(got[i], want, false)) {
                fprintf(report, "%s vf_scale(%a, %d): %a, expected %a\n", build->build, (double)v[i], n, (double)got[i],
                        (double)want);
                failures++;
            }
        }
    }
    return failures;
}

int vec_check_set1(const vec_ops *build, FILE *report)
{
    int failures = 0;
    for (size_t i = 0; i < SPECIAL_COUNT; i++) {
        float all[VEC_LANES_LIMIT];
        build->set1(all, from_bits(specials[i]));
        for (size_t lane = 0; lane < build->lanes; lane++)
            if (to_bits(all[lane]) != specials[i]) {
                fprintf(report, "%s vf_set1(%08x): lane %zu is %08x\n", build->build, specials[i], lane,
                        to_bits(all[lane]));
                failures++;
            }
    }
    return failures;
}
