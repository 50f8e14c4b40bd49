/* What the functions over channels and over rows refuse, in which order, and that a refusal leaves everything as it
 * was. The numbers of rows and columns, or of channels, are small; the sizes that are refused are not. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "named.h"

enum { AREA = 512 };

static const size_t limit = PTRDIFF_MAX / sizeof(float);
static const size_t half = (size_t)1 << (sizeof(size_t) * 4); /* half * half wraps to 0 */

static float area[AREA], before[AREA];

static void fill_area(void)
{
    for (int i = 0; i < AREA; i++)
        area[i] = (float)(i % 29 - 14) * 0.375f;
    memcpy(before, area, sizeof area);
}

/* A float's address that may be misaligned: never dereferenced, only compared. */
static float *bytes_from(float *base, ptrdiff_t bytes) { return (float *)(void *)((char *)base + bytes); }

static void expect(const vacti_op_info *info, vact_status got, vact_status want, const char *what)
{
    cr_expect(got == want, "%s, %s: %s, expected %s", info->name, what, vact_status_string(got),
              vact_status_string(want));
    cr_expect(memcmp(area, before, sizeof area) == 0, "%s, %s: wrote", info->name, what);
    fill_area();
}

static const vacti_op_info *next_of(vact_kind kind, const vacti_op_info *info)
{
    info = info ? info + 1 : vacti_registry;
    while (info < vacti_registry + vacti_registry_count && info->kind != kind)
        info++;
    return info < vacti_registry + vacti_registry_count ? info : NULL;
}

/* ------------------------------------------------------------------------------------------ channels */

enum { OUTER = 2, CHANNELS = 3, INNER = 5, TENSOR = OUTER * CHANNELS * INNER };

static float slopes[CHANNELS] = {0.25f, -2.0f, 0.0f};

Test(arguments, channels_sizes)
{
    const size_t impossible[][3] = {{limit + 1, 1, 1},       {1, limit + 1, 1},
                                    {1, 1, limit + 1},       {limit / 2 + 1, 2, 1},
                                    {2, 1, limit / 2 + 1},   {half, half, 1},
                                    {half, 1, half},         {1, half, half},
                                    {half / 4, half, 1},     {SIZE_MAX, SIZE_MAX, SIZE_MAX},
                                    {SIZE_MAX, 1, 1},        {1, 1, SIZE_MAX},
                                    {3, SIZE_MAX / 3 + 1, 1}};
    const size_t empty[][3] = {{0, CHANNELS, INNER}, {OUTER, 0, INNER}, {OUTER, CHANNELS, 0}, {0, 0, 0},
                               {SIZE_MAX, 2, 0},     {0, 2, SIZE_MAX}};
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_CHANNELS, NULL); info;
         info = next_of(VACT_KIND_CHANNELS, info)) {
        for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
            const size_t *shape = impossible[i];
            expect(info, named_channels(info, area + 64, area, slopes, shape[0], shape[1], shape[2]), VACT_EINVAL,
                   "an impossible size");
        }
        for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
            const size_t *shape = empty[i];
            expect(info, named_channels(info, NULL, NULL, NULL, shape[0], shape[1], shape[2]), VACT_OK,
                   "an empty tensor");
            float bad[2] = {NAN, NAN};
            if (shape[1] <= 2)
                expect(info, named_channels(info, area, area + 1, bad, shape[0], shape[1], shape[2]), VACT_OK,
                       "an empty tensor, slopes not looked at");
        }
        expect(info, named_channels(info, area + 1, area, slopes, limit, 1, 1), VACT_EOVERLAP, "the largest size");
        expect(info, named_channels(info, area + 1, area, slopes, 1, 1, limit), VACT_EOVERLAP, "the largest size");
    }
}

Test(arguments, channels_pointers_and_slopes)
{
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_CHANNELS, NULL); info;
         info = next_of(VACT_KIND_CHANNELS, info)) {
        expect(info, named_channels(info, NULL, area, slopes, OUTER, CHANNELS, INNER), VACT_EINVAL, "null dst");
        expect(info, named_channels(info, area, NULL, slopes, OUTER, CHANNELS, INNER), VACT_EINVAL, "null src");
        expect(info, named_channels(info, area, area, NULL, OUTER, CHANNELS, INNER), VACT_EINVAL, "null slope");
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
            for (int channel = 0; channel < CHANNELS; channel++) {
                float slope[CHANNELS];
                memcpy(slope, slopes, sizeof slope);
                slope[channel] = bad[i];
                expect(info, named_channels(info, area + 64, area, slope, OUTER, CHANNELS, INNER), VACT_EINVAL,
                       "a slope that is not finite");
                expect(info, named_channels(info, area + 1, area, slope, OUTER, CHANNELS, INNER), VACT_EINVAL,
                       "slopes come before overlap");
            }
    }
}

Test(arguments, channels_overlap)
{
    const ptrdiff_t bytes = TENSOR * (ptrdiff_t)sizeof(float), slope_bytes = sizeof slopes;
    const ptrdiff_t partial[] = {1, 3, 4, bytes / 2, bytes - 4, bytes - 1};
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_CHANNELS, NULL); info;
         info = next_of(VACT_KIND_CHANNELS, info)) {
        float *src = area + 64, *dst = area + 200;
        for (size_t i = 0; i < sizeof partial / sizeof partial[0]; i++) {
            expect(info, named_channels(info, bytes_from(src, partial[i]), src, slopes, OUTER, CHANNELS, INNER),
                   VACT_EOVERLAP, "dst after src");
            expect(info, named_channels(info, bytes_from(src, -partial[i]), src, slopes, OUTER, CHANNELS, INNER),
                   VACT_EOVERLAP, "dst before src");
        }
        /* the destination's address varies, so that the slopes are read where floats may be */
        const ptrdiff_t over_slopes[] = {0, 1, 4, slope_bytes - 1, -1, -4, -(bytes - 1), -(bytes - slope_bytes)};
        for (size_t i = 0; i < sizeof over_slopes / sizeof over_slopes[0]; i++)
            expect(info, named_channels(info, bytes_from(dst, over_slopes[i]), src, dst, OUTER, CHANNELS, INNER),
                   VACT_EOVERLAP, "dst over slope");
        expect(info, named_channels(info, src, src, src, OUTER, CHANNELS, INNER), VACT_EOVERLAP, "in place over slope");
    }
}

/* The definition, on the few values of one tensor: where the products are exact in float. */
static void expect_tensor(const vacti_op_info *info, float *dst, const float *src, const float *slope, const char *what)
{
    float right[TENSOR];
    fill_area();
    for (int i = 0; i < TENSOR; i++)
        right[i] = src[i] >= 0.0f ? src[i] : slope[i / INNER % CHANNELS] * src[i];
    vact_status got = named_channels(info, dst, src, slope, OUTER, CHANNELS, INNER);
    cr_expect(got == VACT_OK, "%s, %s: %s", info->name, what, vact_status_string(got));
    cr_expect(memcmp(dst, right, sizeof right) == 0, "%s, %s: other results", info->name, what);
    memcpy(before + (dst - area), right, sizeof right);
    cr_expect(memcmp(area, before, sizeof area) == 0, "%s, %s: wrote beside dst", info->name, what);
}

Test(arguments, channels_allowed)
{
    for (const vacti_op_info *info = next_of(VACT_KIND_CHANNELS, NULL); info;
         info = next_of(VACT_KIND_CHANNELS, info)) {
        float *src = area + 100;
        expect_tensor(info, src, src, slopes, "in place");
        expect_tensor(info, src + TENSOR, src, slopes, "dst adjacent after");
        expect_tensor(info, src - TENSOR, src, slopes, "dst adjacent before");
        expect_tensor(info, area + 200, src, src + 1, "slope within src");
        expect_tensor(info, area + 200, src, area + 200 + TENSOR, "slope adjacent after dst");
        expect_tensor(info, area + 200, src, area + 200 - CHANNELS, "slope adjacent before dst");
    }
}

/* ---------------------------------------------------------------------------------------------- rows */

enum { ROWS = 4, COLS = 7, STRIDE = 10, SPAN = (ROWS - 1) * STRIDE + COLS, DENSE = ROWS * COLS };

Test(arguments, rows_sizes)
{
    const size_t impossible[][2] = {{limit + 1, 1},     {1, limit + 1},       {half, half},         {half / 4, half},
                                    {SIZE_MAX, 1},      {1, SIZE_MAX},        {SIZE_MAX, 2},        {2, limit / 2 + 1},
                                    {limit / 2 + 1, 2}, {SIZE_MAX, SIZE_MAX}, {3, SIZE_MAX / 3 + 1}};
    const size_t bad_strides[] = {limit, limit / 3 + 1, SIZE_MAX, SIZE_MAX / 4 + 1, SIZE_MAX / 3 + 1};
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_ROWS, NULL); info; info = next_of(VACT_KIND_ROWS, info)) {
        float *dst = area + 256;
        for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
            size_t rows = impossible[i][0], cols = impossible[i][1];
            expect(info, named_dense_rows(info, dst, area, rows, cols), VACT_EINVAL, "an impossible size");
            expect(info, named_rows(info, dst, cols, area, cols, rows, cols), VACT_EINVAL, "an impossible size");
        }
        for (size_t i = 0; i < sizeof bad_strides / sizeof bad_strides[0]; i++) {
            expect(info, named_rows(info, dst, bad_strides[i], area, COLS, ROWS, COLS), VACT_EINVAL,
                   "an impossible stride of dst");
            expect(info, named_rows(info, dst, COLS, area, bad_strides[i], ROWS, COLS), VACT_EINVAL,
                   "an impossible stride of src");
        }
        expect(info, named_dense_rows(info, area + 1, area, 1, limit), VACT_EOVERLAP, "the largest size");
        expect(info, named_dense_rows(info, area + 1, area, limit, 1), VACT_EOVERLAP, "the largest size");
        /* 2 rows that span exactly the largest size */
        expect(info, named_rows(info, area + 1, limit - 1, area, 1, 2, 1), VACT_EOVERLAP, "the largest stride");
        expect(info, named_rows(info, area + 1, limit, area, 1, 2, 1), VACT_EINVAL, "one more");
    }
}

Test(arguments, rows_strides)
{
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_ROWS, NULL); info; info = next_of(VACT_KIND_ROWS, info)) {
        float *dst = area + 256;
        for (size_t stride = 0; stride < COLS; stride++) {
            expect(info, named_rows(info, dst, stride, area, COLS, ROWS, COLS), VACT_EINVAL, "short stride of dst");
            expect(info, named_rows(info, dst, COLS, area, stride, ROWS, COLS), VACT_EINVAL, "short stride of src");
            expect(info, named_rows(info, NULL, stride, NULL, COLS, 0, COLS), VACT_EINVAL,
                   "a short stride comes before no rows");
            expect(info, named_rows(info, NULL, COLS, NULL, stride, 0, COLS), VACT_EINVAL,
                   "a short stride comes before no rows");
            expect(info, named_rows(info, area + 1, stride, area, stride, ROWS, COLS), VACT_EINVAL,
                   "a short stride comes before overlap");
        }
    }
}

Test(arguments, rows_empty_and_null)
{
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_ROWS, NULL); info; info = next_of(VACT_KIND_ROWS, info)) {
        expect(info, named_dense_rows(info, NULL, NULL, 0, COLS), VACT_OK, "no rows");
        expect(info, named_dense_rows(info, NULL, NULL, ROWS, 0), VACT_OK, "no columns");
        expect(info, named_dense_rows(info, area + 1, area, 0, 0), VACT_OK, "nothing");
        expect(info, named_dense_rows(info, NULL, NULL, SIZE_MAX, 0), VACT_OK, "many rows of nothing");
        expect(info, named_rows(info, NULL, COLS, NULL, STRIDE, 0, COLS), VACT_OK, "no rows");
        expect(info, named_rows(info, NULL, 0, NULL, 0, ROWS, 0), VACT_OK, "no columns");
        expect(info, named_dense_rows(info, NULL, area, ROWS, COLS), VACT_EINVAL, "null dst");
        expect(info, named_dense_rows(info, area, NULL, ROWS, COLS), VACT_EINVAL, "null src");
        expect(info, named_dense_rows(info, NULL, NULL, 1, 1), VACT_EINVAL, "both null");
        expect(info, named_rows(info, NULL, STRIDE, area, COLS, ROWS, COLS), VACT_EINVAL, "null dst");
        expect(info, named_rows(info, area, STRIDE, NULL, COLS, ROWS, COLS), VACT_EINVAL, "null src");
        expect(info, named_rows(info, NULL, STRIDE, NULL, STRIDE, 1, 1), VACT_EINVAL, "both null");
    }
}

Test(arguments, rows_overlap)
{
    const ptrdiff_t dense = DENSE * (ptrdiff_t)sizeof(float), span = SPAN * (ptrdiff_t)sizeof(float);
    const ptrdiff_t partial[] = {1, 3, 4, 5, 28, dense / 2, dense - 4, dense - 1};
    fill_area();
    for (const vacti_op_info *info = next_of(VACT_KIND_ROWS, NULL); info; info = next_of(VACT_KIND_ROWS, info)) {
        float *src = area + 128;
        for (size_t i = 0; i < sizeof partial / sizeof partial[0]; i++)
            for (int way = -1; way <= 1; way += 2) {
                float *dst = bytes_from(src, way * partial[i]);
                expect(info, named_dense_rows(info, dst, src, ROWS, COLS), VACT_EOVERLAP, "dense");
                expect(info, named_rows(info, dst, STRIDE, src, STRIDE, ROWS, COLS), VACT_EOVERLAP, "strided");
            }
        /* the ranges overlap although no element is shared: the rows of one lie in the gaps of the other */
        expect(info, named_rows(info, src + COLS, 2 * COLS, src, 2 * COLS, ROWS, COLS), VACT_EOVERLAP, "interleaved");
        expect(info, named_rows(info, src, STRIDE, src, COLS, ROWS, COLS), VACT_EOVERLAP, "equal starts");
        expect(info, named_rows(info, src, COLS, src, STRIDE, ROWS, COLS), VACT_EOVERLAP, "equal starts");
        expect(info, named_rows(info, bytes_from(src, span - 1), COLS, src, STRIDE, ROWS, COLS), VACT_EOVERLAP,
               "the last byte of src");
        expect(info, named_rows(info, bytes_from(src, 1 - span), STRIDE, src, COLS, ROWS, COLS), VACT_EOVERLAP,
               "the last byte of dst");
    }
}

static void expect_rows(const vacti_op_info *info, float *dst, size_t dst_stride, const float *src, size_t src_stride,
                        const char *what)
{
    float right[DENSE], packed[DENSE];
    fill_area();
    for (size_t row = 0; row < ROWS; row++)
        memcpy(packed + row * COLS, src + row * src_stride, COLS * sizeof(float));
    cr_assert(named_dense_rows(info, right, packed, ROWS, COLS) == VACT_OK);
    vact_status got = named_rows(info, dst, dst_stride, src, src_stride, ROWS, COLS);
    cr_expect(got == VACT_OK, "%s, %s: %s", info->name, what, vact_status_string(got));
    for (size_t row = 0; row < ROWS; row++)
        memcpy(before + (dst - area) + row * dst_stride, right + row * COLS, COLS * sizeof(float));
    cr_expect(memcmp(area, before, sizeof area) == 0, "%s, %s: other results, or wrote between rows", info->name, what);
}

Test(arguments, rows_allowed)
{
    for (const vacti_op_info *info = next_of(VACT_KIND_ROWS, NULL); info; info = next_of(VACT_KIND_ROWS, info)) {
        float *src = area + 128;
        expect_rows(info, src, COLS, src, COLS, "dense in place");
        expect_rows(info, src, STRIDE, src, STRIDE, "strided in place");
        expect_rows(info, src + SPAN, STRIDE, src, STRIDE, "adjacent after");
        expect_rows(info, src + SPAN, COLS, src, STRIDE, "adjacent after, dense");
        expect_rows(info, src - SPAN, STRIDE, src, COLS, "adjacent before");
        expect_rows(info, src - SPAN, STRIDE, src, STRIDE, "adjacent before, strided");
    }
}
