/*
 * Softmax of 8-bit logits. A row has at most 256 different elements: their exponentials, relative to that of the
 * largest, are integers of 40 bits in a table, so that their sum is exact in any order, and however it is computed.
 * Then each value has one result, and a table of these is applied to the row. The scalar code here is the same on every
 * CPU.
 */
#include <string.h>

#include "lut/lut.h"
#include "rows/once.h"

enum {
    VALUES = 256,
    COUNTERS = 4,   /* of each value, in turn, as an increment waits for the one before */
    BLOCK = 65472,  /* elements that they count: whole lines */
    SHORT = 128,    /* columns up to which a table of results does not pay */
    SHORT_SUM = 48, /* the same where vectors compute the sum */
};

/* What stands for e^0. A byte of each weight is in a plane. */
#define ONE 0xffffffffffu

/* e^x for -64 <= x <= 0. At most (3 + |x|/ln 2)*2^-53 of it is wrong, as the product with n is rounded. For |t| <=
 * 0.347 the series leaves out 2^-57. */
static double exponential(double x)
{
    const double n = (x * ONCE_LOG2E + 0x1.8p52) - 0x1.8p52;
    const double t = x - n * ONCE_LN2;
    double series = 1.0;
    for (int k = 13; k > 0; k--)
        series = series * (t / k) + 1.0;
    const uint64_t bits = (uint64_t)(1023 + (int)n) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return series * power;
}

/* weights[k] = ONE*e^(-k*scale), rounded. The powers are products, so that k times the error of the first and k
 * roundings add up: at most an eighth of a unit of the weights. */
static void fill_weights(uint64_t weights[VALUES], float scale)
{
    const double first = scale < 64.0f ? exponential(-(double)scale) : 0.0;
    double power = 1.0;
    for (int k = 0; k < VALUES; k++) {
        weights[k] = (uint64_t)(int64_t)(power * (double)ONE + 0.5);
        power = power < 0x1p-41 ? 0.0 : power * first;
    }
}

typedef struct {
    const vacti_softmax_8_call *call;
    const vacti_softmax_8_kernels *kernels;
    uint64_t weights[VALUES];
    uint8_t planes[VACTI_LUT_PLANES][VALUES]; /* where kernels->sum needs them */
} softmax;

static void fill_planes(softmax *of)
{
    for (size_t p = 0; p < VACTI_LUT_PLANES; p++)
        for (size_t k = 0; k < VALUES; k++)
            of->planes[p][k] = (uint8_t)(of->weights[k] >> 8 * p);
}

/* The nearest step, ties to even, and saturated. */
static uint8_t result_of(const softmax *of, uint64_t weight, double factor)
{
    const double steps = (double)(int64_t)weight * factor, most = 255 - of->call->zero;
    const double rounded = (steps > most ? most : steps) + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    return (uint8_t)((int)(bits & 0xffff) + of->call->zero) ^ of->call->flip;
}

/* The byte of the row's largest element. Of another byte x the weight is that of (uint8_t)(top - x), flipped or not. */
static uint8_t top_of(const uint8_t *src, size_t cols, uint8_t flip)
{
    uint8_t largest = 0;
    for (size_t i = 0; i < cols; i++) {
        const uint8_t x = src[i] ^ flip;
        largest = x > largest ? x : largest;
    }
    return largest ^ flip;
}

/* The sum of the weights of at most BLOCK elements: of each value as often as it occurs. */
static uint64_t sum_of_block(const softmax *of, const uint8_t *src, size_t n, uint8_t top)
{
    uint16_t counters[COUNTERS][VALUES];
    uint64_t sum = 0;
    size_t i = 0;
    memset(counters, 0, sizeof counters);
    for (; n - i >= COUNTERS; i += COUNTERS)
        for (size_t k = 0; k < COUNTERS; k++)
            counters[k][src[i + k]]++;
    for (; i < n; i++)
        counters[0][src[i]]++;
    for (size_t v = 0; v < VALUES; v++)
        for (size_t k = 1; k < COUNTERS; k++)
            counters[0][v] = (uint16_t)(counters[0][v] + counters[k][v]);
    for (size_t v = 0; v < VALUES; v++)
        sum += counters[0][v] * of->weights[(uint8_t)(top - v)];
    return sum;
}

/* As a double, from the exact halves. */
static double sum_of_row(const softmax *of, const uint8_t *src, size_t cols, uint8_t top)
{
    uint64_t high = 0, low = 0;
    for (size_t i = 0; i < cols; i += BLOCK) {
        const size_t n = cols - i < BLOCK ? cols - i : BLOCK;
        const uint64_t sum =
            of->kernels->sum ? of->kernels->sum(src + i, n, top, of->planes[0]) : sum_of_block(of, src + i, n, top);
        high += sum >> 32;
        low += sum & 0xffffffff;
    }
    return (double)(int64_t)high * 0x1p32 + (double)(int64_t)low;
}

static void short_row(const softmax *of, uint8_t *dst, const uint8_t *src, uint8_t top)
{
    const size_t cols = of->call->cols;
    uint64_t sum = 0;
    for (size_t i = 0; i < cols; i++)
        sum += of->weights[(uint8_t)(top - src[i])];
    const double factor = 1.0 / ((double)(int64_t)sum * (double)of->call->out_scale);
    for (size_t i = 0; i < cols; i++)
        dst[i] = result_of(of, of->weights[(uint8_t)(top - src[i])], factor);
}

static void long_row(const softmax *of, uint8_t *dst, const uint8_t *src, uint8_t top)
{
    uint8_t table[VALUES];
    const double factor = 1.0 / (sum_of_row(of, src, of->call->cols, top) * (double)of->call->out_scale);
    memset(table, result_of(of, 0, factor), sizeof table);
    for (size_t k = 0; k < VALUES && (double)(int64_t)of->weights[k] * factor > 0.5; k++)
        table[(uint8_t)(top - k)] = result_of(of, of->weights[k], factor);
    of->kernels->apply(dst, src, of->call->cols, table);
}

void vacti_softmax_8(const vacti_softmax_8_call *call, const vacti_softmax_8_kernels *kernels)
{
    softmax of = {.call = call, .kernels = kernels};
    fill_weights(of.weights, call->in_scale);
    if (kernels->sum)
        fill_planes(&of);
    for (size_t r = 0; r < call->rows; r++) {
        uint8_t *dst = call->dst + r * call->dst_stride;
        const uint8_t *src = call->src + r * call->src_stride;
        const uint8_t top = top_of(src, call->cols, call->flip);
        if (call->cols <= (kernels->sum ? SHORT_SUM : SHORT))
            short_row(&of, dst, src, top);
        else
            long_row(&of, dst, src, top);
    }
}
