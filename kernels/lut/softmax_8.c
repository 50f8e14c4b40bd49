/*
 * Softmax of 8-bit logits. A row has at most 256 different elements, so it needs no more than their counts: the
 * largest, the sum of the exponentials and the result of each value follow from these, and a table of the results is
 * applied to the row. All of it is scalar code in double, of which each row has one piece: one build serves every CPU.
 */
#include <string.h>

#include "lut/lut.h"
#include "rows/once.h"

enum {
    VALUES = 256,
    COUNTERS = 4,             /* of each value, in turn, as an increment waits for the one before */
    BLOCK = COUNTERS * 65535, /* elements that they count */
    SHORT = 128,              /* columns up to which counting does not pay */
};

/* An exponential of less counts as 0: no scale and no number of columns brings it to half a step. */
#define SMALLEST 0x1p-300

/* e^x for x <= 0; 0 below SMALLEST. At most (3 + |x|/ln 2)*2^-53 of it is wrong, as the product with n is rounded. For
 * |t| <= 0.347 the series leaves out 2^-57. */
static double exponential(double x)
{
    if (!(x > -208.0))
        return 0.0;
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

/* powers[k] = e^(-k*scale). Each is a product of two before it, so that k times the error of the first and k roundings
 * add up: less than (4k + k*scale/ln 2)*2^-53, and so 2^-42 of the power. */
static void fill_powers(double powers[VALUES], float scale)
{
    powers[0] = 1.0;
    powers[1] = exponential(-(double)scale);
    for (int k = 2; k < VALUES; k++) {
        powers[k] = powers[k / 2] * powers[k - k / 2];
        if (powers[k] < SMALLEST)
            powers[k] = 0.0;
    }
}

/* The nearest step, ties to even, and saturated. */
static uint8_t quantised(double steps, int zero)
{
    const double lowest = -zero, highest = 255 - zero;
    const double clamped = steps < lowest ? lowest : steps > highest ? highest : steps;
    return (uint8_t)((int)((clamped + 0x1.8p52) - 0x1.8p52) + zero);
}

typedef struct {
    const vacti_softmax_8_call *call;
    vact_lut_8_fn *apply;
    double powers[VALUES];
} softmax;

static uint8_t result_of(const softmax *of, double steps) { return quantised(steps, of->call->zero) ^ of->call->flip; }

static void short_row(const softmax *of, uint8_t *dst, const uint8_t *src)
{
    const size_t cols = of->call->cols;
    const uint8_t flip = of->call->flip;
    int largest = 0;
    double sum = 0.0;
    for (size_t i = 0; i < cols; i++)
        largest = (src[i] ^ flip) > largest ? src[i] ^ flip : largest;
    for (size_t i = 0; i < cols; i++)
        sum += of->powers[largest - (src[i] ^ flip)];
    const double factor = 1.0 / (sum * (double)of->call->out_scale);
    for (size_t i = 0; i < cols; i++)
        dst[i] = result_of(of, of->powers[largest - (src[i] ^ flip)] * factor);
}

/* counts[x] of the row's elements are x. Not inlined: its counters need not stay on the stack. */
__attribute__((noinline)) static void count_row(uint64_t counts[VALUES], const uint8_t *src, size_t cols)
{
    uint16_t counters[COUNTERS][VALUES];
    memset(counts, 0, VALUES * sizeof *counts);
    for (size_t first = 0; first < cols; first += BLOCK) {
        const size_t n = cols - first < BLOCK ? cols - first : BLOCK;
        const uint8_t *x = src + first;
        size_t i = 0;
        memset(counters, 0, sizeof counters);
        for (; n - i >= COUNTERS; i += COUNTERS)
            for (size_t k = 0; k < COUNTERS; k++)
                counters[k][x[i + k]]++;
        for (; i < n; i++)
            counters[0][x[i]]++;
        for (size_t k = 0; k < COUNTERS; k++)
            for (size_t v = 0; v < VALUES; v++)
                counts[v] += counters[k][v];
    }
}

static void long_row(const softmax *of, uint8_t *dst, const uint8_t *src)
{
    const uint8_t flip = of->call->flip;
    uint64_t counts[VALUES];
    uint8_t table[VALUES];
    count_row(counts, src, of->call->cols);
    size_t largest = VALUES - 1;
    while (counts[largest ^ flip] == 0)
        largest--;
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    for (size_t k = 0; k <= largest; k++)
        sums[k % 4] += (double)counts[(largest - k) ^ flip] * of->powers[k];
    const double factor = 1.0 / (((sums[0] + sums[1]) + (sums[2] + sums[3])) * (double)of->call->out_scale);
    memset(table, result_of(of, 0.0), sizeof table);
    for (size_t k = 0; k <= largest && of->powers[k] * factor > 0.5; k++)
        table[(largest - k) ^ flip] = result_of(of, of->powers[k] * factor);
    of->apply(dst, src, of->call->cols, table);
}

void vacti_softmax_8(const vacti_softmax_8_call *call, vact_lut_8_fn *apply)
{
    softmax of = {.call = call, .apply = apply};
    fill_powers(of.powers, call->in_scale);
    for (size_t r = 0; r < call->rows; r++) {
        uint8_t *dst = call->dst + r * call->dst_stride;
        const uint8_t *src = call->src + r * call->src_stride;
        if (call->cols <= SHORT)
            short_row(&of, dst, src);
        else
            long_row(&of, dst, src);
    }
}
