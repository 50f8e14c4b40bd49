/*
 * The last bits of P's coefficients in kernels/math/fast/normal.h, one interval at a time: random steps from the tables
 * that it starts with, kept where they lower the largest error of gelu, in ULP, over every negative float of the
 * interval (of the first, which has more than 2^24, evenly spaced ones), in the kernel's own order of operations. An
 * input that refused a step moves to the front, so that most steps are refused at once. Prints the error before and
 * after, and p1 to p5. The last interval, where most results are subnormal, stays as it is.
 * Run: python3 docs/approximations/fast_normal.py | grep -v '^#' > tables
 *      cc -O3 -march=native -ffp-contract=off -fno-math-errno docs/approximations/fast_normal_search.c -lm
 *      ./a.out 12000 (steps) < tables
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 24, BLOCK = 1024, TERMS = 5, INTERVALS = 10, E_TERMS = 6 };

#define LN4 0x1.5da4p+0f
#define SLOPE 0.474609375f

static float exponential[E_TERMS];
static float x[COUNT];
static double exact[COUNT], per_ulp[COUNT];

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t below(uint32_t n) { return (uint32_t)((((uint64_t)rand() << 31) | (uint64_t)rand()) % n); }

static float gelu(float value, float c, float level, const float *p)
{
    float t = fabsf(value), d = t - c, sum = p[TERMS - 1];
    for (int i = TERMS - 2; i >= 0; i--)
        sum = fmaf(sum, d, p[i]);
    float twice = fmaf(p[0], d, fmaf(t, t, level));
    float n = fmaf(twice, (float)(-1.0 / LN4), 0x1.8p+23f) - 0x1.8p+23f;
    float w = fmaf(sum, d, fmaf(t, t, -fmaf(n, -LN4, -level)));
    const float *e = exponential;
    float square = w * w, high = fmaf(fmaf(e[5], w, e[4]), w, e[3]);
    float rest = fmaf(w, e[0], square * fmaf(high, square, fmaf(e[2], w, e[1])));
    float scaled = t * float_of((uint32_t)(bits_of(n + 0x1.8000fep+23f) << 23));
    return fmaf(-fmaf(scaled, rest, scaled), 0x1p-64f, value > 0.0f ? value : -0.0f);
}

/* The largest error, or the first found that is no better than `limit`, whose place it leaves. */
static double largest(int count, float c, float level, const float *p, double limit, int *place)
{
    double most = 0.0;
    for (int first = 0; first < count; first += BLOCK) {
        double error[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            error[i] = fabs((double)gelu(x[first + i], c, level, p) - exact[first + i]) * per_ulp[first + i];
        for (int i = 0; i < BLOCK; i++)
            if (error[i] > most) {
                most = error[i];
                *place = first + i;
            }
        if (most >= limit)
            break;
    }
    return most;
}

/* In random order, so that what refuses a step is found early. */
static int sample(float left, float right)
{
    uint32_t floats = bits_of(right) - bits_of(left), step = floats / COUNT + 1;
    int count = 0;
    for (uint32_t k = 0; k < floats; k += step) {
        int place = (int)below((uint32_t)++count);
        x[count - 1] = x[place];
        x[place] = -float_of(bits_of(left) + k);
    }
    for (int i = 0; i < count; i++) {
        exact[i] = 0.5 * (double)x[i] * erfc(-(double)x[i] * 0.70710678118654752440);
        int exponent;
        frexp(exact[i], &exponent);
        per_ulp[i] = ldexp(1.0, 24 - exponent);
    }
    return count / BLOCK * BLOCK;
}

static void to_front(int place)
{
    int front = (int)below(BLOCK);
    float value = x[front];
    double e = exact[front], u = per_ulp[front];
    x[front] = x[place], exact[front] = exact[place], per_ulp[front] = per_ulp[place];
    x[place] = value, exact[place] = e, per_ulp[place] = u;
}

static bool read_row(float *row, int count)
{
    if (scanf("%*s") == EOF)
        return false;
    for (int i = 0; i < count; i++)
        if (scanf("%f", &row[i]) != 1)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const float edges[] = {0.0f, 0.25f, 0.75f, 1.25f, 1.75f, 2.25f, 3.0f, 4.0f, 10.5f * SLOPE, 6.0f};
    static const uint32_t reach[TERMS] = {4, 16, 120, 1200, 12000};
    float table[2 + TERMS][INTERVALS];
    for (int row = 0; row < 2 + TERMS; row++)
        if (!read_row(table[row], INTERVALS))
            return 1;
    if (!read_row(exponential, E_TERMS))
        return 1;
    for (int j = 0; j < INTERVALS - 1; j++) {
        int place = 0;
        float p[TERMS], tried[TERMS], c = table[0][j], level = table[1][j];
        for (int i = 0; i < TERMS; i++)
            p[i] = table[2 + i][j];
        int count = sample(fmaxf(edges[j] / SLOPE, 0.004f), edges[j + 1] / SLOPE);
        double before = largest(count, c, level, p, 99.0, &place), best = before;
        for (int step = argc > 1 ? atoi(argv[1]) : 3000; step > 0; step--) {
            memcpy(tried, p, sizeof p);
            for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
                uint32_t term = below(TERMS), far = below(2) ? reach[term] : reach[term] / 8 + 1;
                tried[term] = float_of(bits_of(tried[term]) + below(2 * far + 1) - far);
            }
            double error = largest(count, c, level, tried, best, &place);
            if (error < best) {
                best = error;
                memcpy(p, tried, sizeof p);
            } else if (place >= BLOCK) {
                to_front(place);
            }
        }
        printf("interval %d: %.4f to %.4f", j, before, best);
        for (int i = 0; i < TERMS; i++)
            printf(" %a", (double)p[i]);
        printf("\n");
    }
}
