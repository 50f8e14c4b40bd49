/*
 * What the element-by-element functions refuse, in which order, and that a refusal leaves the destination unchanged.
 * Each case runs for every operation, by name and by code. test_arguments_shapes.c has the other kinds.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "codes.h"
#include "named.h"

enum { LENGTH = 37, AREA = 4 * LENGTH, BY_NAME = 0, BY_CODE = 1 };

static const char *const ways[] = {"by name", "by code"};

/* Holds every source and destination of a case; a refusal must not change it. */
static float area[AREA], before[AREA];

static void fill_area(void)
{
    for (int i = 0; i < AREA; i++)
        area[i] = (float)(i % 23 - 11) * 0.375f;
    memcpy(before, area, sizeof area);
}

static bool area_untouched(void) { return memcmp(area, before, sizeof area) == 0; }

/* A float's address that may be misaligned: never dereferenced, only compared. */
static float *bytes_from(float *base, ptrdiff_t bytes) { return (float *)(void *)((char *)base + bytes); }

static vact_status call(const vacti_op_info *info, int way, const vact_params_f32 *params, float *dst, const float *src,
                        size_t n)
{
    return way == BY_CODE ? vact_forward_f32(info->op, params, dst, src, n) : named_unary(info, params, dst, src, n);
}

static void expect_refusal(const vacti_op_info *info, const vact_params_f32 *params, float *dst, const float *src,
                           size_t n, vact_status want, const char *what)
{
    for (int way = BY_NAME; way <= BY_CODE; way++) {
        fill_area();
        vact_status got = call(info, way, params, dst, src, n);
        cr_expect(got == want, "%s %s, %s: %s, expected %s", info->name, ways[way], what, vact_status_string(got),
                  vact_status_string(want));
        cr_expect(area_untouched(), "%s %s, %s: wrote", info->name, ways[way], what);
    }
}

/* The bits that a call writes to a destination that does not overlap its source. */
static void results_apart(const vacti_op_info *info, const vact_params_f32 *params, float *results)
{
    fill_area();
    cr_assert(named_unary(info, params, area + 2 * LENGTH, area, LENGTH) == VACT_OK, "%s", info->name);
    memcpy(results, area + 2 * LENGTH, LENGTH * sizeof(float));
}

static void expect_results(const vacti_op_info *info, const vact_params_f32 *params, float *dst, const float *src,
                           const char *what)
{
    float right[LENGTH];
    results_apart(info, params, right);
    for (int way = BY_NAME; way <= BY_CODE; way++) {
        fill_area();
        memmove(area + (src - area), before, LENGTH * sizeof(float));
        memcpy(before, area, sizeof area);
        vact_status got = call(info, way, params, dst, src, LENGTH);
        cr_expect(got == VACT_OK, "%s %s, %s: %s", info->name, ways[way], what, vact_status_string(got));
        cr_expect(memcmp(dst, right, sizeof right) == 0, "%s %s, %s: other results", info->name, ways[way], what);
        memcpy(before + (dst - area), right, sizeof right);
        cr_expect(area_untouched(), "%s %s, %s: wrote beside the destination", info->name, ways[way], what);
    }
}

static const vacti_op_info *next_unary(const vacti_op_info *info)
{
    info = info ? info + 1 : vacti_registry;
    while (info < vacti_registry + vacti_registry_count && info->kind != VACT_KIND_UNARY)
        info++;
    return info < vacti_registry + vacti_registry_count ? info : NULL;
}

/* ---------------------------------------------------------------------------------------- parameters */

enum { VALUES = 16 };
typedef struct domain_values {
    vacti_domain domain;
    int bad_count, good_count;
    float bad[VALUES], good[VALUES];
} domain_values;

static const domain_values domains[] = {
    {VACT_DOMAIN_FINITE, 3, 6, {INFINITY, -INFINITY, NAN}, {0.0f, -0.0f, 0x1p-149f, -1.5f, FLT_MAX, -FLT_MAX}},
    {VACT_DOMAIN_NONZERO,
     5,
     6,
     {INFINITY, -INFINITY, NAN, 0.0f, -0.0f},
     {0x1p-149f, -0x1p-149f, 3.0f, -1.5f, FLT_MAX, -FLT_MAX}},
    {VACT_DOMAIN_POSITIVE,
     8,
     4,
     {INFINITY, -INFINITY, NAN, 0.0f, -0.0f, -0x1p-149f, -1.0f, -FLT_MAX},
     {0x1p-149f, FLT_MIN, 3.0f, FLT_MAX}},
    {VACT_DOMAIN_NONNEGATIVE,
     5,
     6,
     {-INFINITY, NAN, -0x1p-149f, -1.0f, -FLT_MAX},
     {0.0f, -0.0f, 0x1p-149f, 2.0f, FLT_MAX, INFINITY}},
    {VACT_DOMAIN_NOT_NAN, 1, 6, {NAN}, {INFINITY, -INFINITY, 0.0f, -0.0f, -1.5f, FLT_MAX}},
};

static void check_domain(const vacti_op_info *info, int index)
{
    vact_params_f32 params = vacti_registry_defaults(info);
    const domain_values *values = domains;
    while (values->domain != info->params[index].domain)
        cr_assert(++values < domains + sizeof domains / sizeof domains[0], "%s: a domain without values", info->name);
    for (int i = 0; i < values->bad_count; i++) {
        params.v[index] = values->bad[i];
        expect_refusal(info, &params, area + LENGTH, area, LENGTH, VACT_EINVAL, info->params[index].name);
        expect_refusal(info, &params, NULL, NULL, 0, VACT_EINVAL, "a bad parameter comes before n = 0");
        expect_refusal(info, &params, area + 1, area, LENGTH, VACT_EINVAL, "a bad parameter comes before overlap");
    }
    for (int i = 0; i < values->good_count; i++) {
        params.v[index] = values->good[i];
        expect_refusal(info, &params, NULL, NULL, 0, VACT_OK, info->params[index].name);
        expect_results(info, &params, area + 2 * LENGTH, area, info->params[index].name);
    }
}

Test(arguments, parameter_domains)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info))
        for (int i = 0; i < info->param_count; i++)
            check_domain(info, i);
}

Test(arguments, null_parameters_are_the_defaults)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        float right[LENGTH];
        results_apart(info, &params, right);
        fill_area();
        cr_expect(vact_forward_f32(info->op, NULL, area + 2 * LENGTH, area, LENGTH) == VACT_OK, "%s", info->name);
        cr_expect(memcmp(area + 2 * LENGTH, right, sizeof right) == 0, "%s", info->name);
    }
}

/* Values beyond the operation's own are ignored. */
Test(arguments, spare_parameters)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        for (int i = info->param_count; i < 4; i++)
            params.v[i] = NAN;
        expect_results(info, &params, area + 2 * LENGTH, area, "spare values NaN");
    }
}

/* --------------------------------------------------------------------------------- sizes and pointers */

Test(arguments, sizes)
{
    const size_t limit = PTRDIFF_MAX / sizeof(float);
    const size_t impossible[] = {limit + 1,    limit + 2,        SIZE_MAX / 4, SIZE_MAX / 4 + 1, SIZE_MAX / 4 + 2,
                                 SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX - 1, SIZE_MAX};
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
            expect_refusal(info, &params, area + LENGTH, area, impossible[i], VACT_EINVAL, "an impossible size");
            expect_refusal(info, &params, area, area, impossible[i], VACT_EINVAL, "an impossible size in place");
        }
        /* the largest possible size reaches the check for overlap */
        expect_refusal(info, &params, area + 1, area, limit, VACT_EOVERLAP, "the largest size");
    }
}

Test(arguments, nothing_to_do)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        expect_refusal(info, &params, NULL, NULL, 0, VACT_OK, "n = 0, null pointers");
        expect_refusal(info, &params, area, NULL, 0, VACT_OK, "n = 0, null source");
        expect_refusal(info, &params, NULL, area, 0, VACT_OK, "n = 0, null destination");
        expect_refusal(info, &params, area + 1, area, 0, VACT_OK, "n = 0, pointers");
    }
}

Test(arguments, null_pointers)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        for (size_t n = 1; n <= LENGTH; n += LENGTH - 1) {
            expect_refusal(info, &params, NULL, NULL, n, VACT_EINVAL, "both null");
            expect_refusal(info, &params, NULL, area, n, VACT_EINVAL, "null destination");
            expect_refusal(info, &params, area, NULL, n, VACT_EINVAL, "null source");
        }
    }
}

Test(arguments, overlap)
{
    const ptrdiff_t bytes = LENGTH * (ptrdiff_t)sizeof(float);
    const ptrdiff_t partial[] = {1, 2, 3, 4, 5, 64, bytes / 2, bytes - 5, bytes - 4, bytes - 3, bytes - 1};
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        float *middle = area + LENGTH;
        for (size_t i = 0; i < sizeof partial / sizeof partial[0]; i++) {
            expect_refusal(info, &params, bytes_from(middle, partial[i]), middle, LENGTH, VACT_EOVERLAP,
                           "destination after the source");
            expect_refusal(info, &params, bytes_from(middle, -partial[i]), middle, LENGTH, VACT_EOVERLAP,
                           "destination before the source");
        }
        expect_refusal(info, &params, bytes_from(area, 1), area, 1, VACT_EOVERLAP, "one element and a byte");
    }
}

Test(arguments, in_place_and_adjacent)
{
    for (const vacti_op_info *info = next_unary(NULL); info; info = next_unary(info)) {
        vact_params_f32 params = vacti_registry_defaults(info);
        expect_results(info, &params, area + LENGTH, area + LENGTH, "in place");
        expect_results(info, &params, area + 2 * LENGTH, area + LENGTH, "destination adjacent after");
        expect_results(info, &params, area, area + LENGTH, "destination adjacent before");
    }
}

/* ---------------------------------------------------------------------------------------------- codes */

Test(arguments, codes)
{
    static const unsigned none[] = {0,     1,     0xff,  0x100, 0x1ff,   0x200,      0x2ff,      0x300,
                                    0x3ff, 0x400, 0x401, 0x501, 0x10101, 0x7fffffff, 0x80000101, 0xffffffff};
    vact_params_f32 params = {{1.0f, 1.0f, 1.0f, 1.0f}};
    fill_area();
    for (unsigned code = 0; code <= 0x500; code++) {
        const vacti_op_info *info = vacti_registry_by_code(op_code(code));
        bool unary = info && info->kind == VACT_KIND_UNARY;
        vact_status want = unary ? VACT_OK : VACT_EINVAL;
        cr_expect(vact_forward_f32(op_code(code), NULL, NULL, NULL, 0) == want, "code %#x, n = 0", code);
        if (unary)
            continue;
        cr_expect(vact_forward_f32(op_code(code), NULL, area + LENGTH, area, LENGTH) == VACT_EINVAL, "code %#x", code);
        cr_expect(vact_forward_f32(op_code(code), &params, area + 1, area, LENGTH) == VACT_EINVAL, "code %#x", code);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_expect(vact_forward_f32(op_code(none[i]), NULL, area + LENGTH, area, LENGTH) == VACT_EINVAL, "code %#x",
                  none[i]);
    cr_expect(area_untouched());
}
