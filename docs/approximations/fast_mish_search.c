/*
 * The last bits of the coefficients in kernels/act/fast/mish.h, one interval at a time: random steps from the tables
 * that it starts with, kept where they lower the largest error of mish, in ULP, over 2^23 inputs in the kernel's own
 * order of operations. An input that refused a step moves to the front, so that most steps are refused at once. Prints
 * the error before and after, and p0 to p9.
 * Run: python3 docs/approximations/fast_mish.py | grep -v '^#' > tables
 *      cc -O3 -march=native -ffp-contract=off -fno-math-errno docs/approximations/fast_mish_search.c -lm
 *      ./a.out 12000 (steps) < tables
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 23, BLOCK = 1024, TERMS = 10, ENTRIES = 8 };

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

static float mish(float value, float c, const float *p)
{
    float d = value - c, square = d * d;
    float q = fmaf(fmaf(p[9], d, p[8]), square, fmaf(p[7], d, p[6]));
    q = fmaf(q, square, fmaf(p[5], d, p[4]));
    q = fmaf(q, square, fmaf(p[3], d, p[2]));
    float slope = fmaf(d, q, p[1]), slope_lo = fmaf(d, q, p[1] - slope);
    float gain = fmaf(d, slope, p[0]), gain_lo = fmaf(d, slope_lo, fmaf(d, slope, p[0] - gain));
    return fmaf(value, gain, value * gain_lo);
}

/* The largest error, or the first found that is no better than `limit`, whose place it leaves. */
static double largest(float c, const float *p, double limit, int *place)
{
    double most = 0.0;
    for (int first = 0; first < COUNT; first += BLOCK) {
        double error[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            error[i] = fabs((double)mish(x[first + i], c, p) - exact[first + i]) * per_ulp[first + i];
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

/* Uniform, so that around 0 the larger inputs, whose errors count, are not too few. */
static void sample(double left, double right)
{
    for (int i = 0; i < COUNT; i++) {
        x[i] = (float)(left + (right - left) * (below(1u << 30) + 0.5) * 0x1p-30);
        double w = exp((double)x[i]), n = w * (w + 2.0);
        exact[i] = (double)x[i] * (n / (n + 2.0));
        int exponent;
        frexp(exact[i], &exponent);
        per_ulp[i] = ldexp(1.0, 24 - exponent);
    }
}

static void to_front(int place)
{
    int front = (int)below(BLOCK);
    float value = x[front];
    double e = exact[front], u = per_ulp[front];
    x[front] = x[place], exact[front] = exact[place], per_ulp[front] = per_ulp[place];
    x[place] = value, exact[place] = e, per_ulp[place] = u;
}

int main(int argc, char **argv)
{
    static const double cells[] = {-7, -5, -3, -1, 0, 1, 2, 4, 8};
    static const uint32_t reach[TERMS] = {1, 2, 4, 16, 64, 400, 3000, 20000, 100000, 400000};
    float table[1 + TERMS][ENTRIES];
    for (int row = 0; row < 1 + TERMS; row++) {
        if (scanf("%*s") == EOF)
            return 1;
        for (int i = 0; i < ENTRIES; i++)
            if (scanf("%f", &table[row][i]) != 1)
                return 1;
    }
    for (int j = 0; j < ENTRIES; j++) {
        int place = 0;
        float p[TERMS], tried[TERMS], c = table[0][j];
        for (int i = 0; i < TERMS; i++)
            p[i] = table[1 + i][j];
        sample((cells[j] - 0.5) / 0.9375, (cells[j + 1] - 0.5) / 0.9375);
        double before = largest(c, p, 99.0, &place), best = before;
        for (int step = argc > 1 ? atoi(argv[1]) : 12000; step > 0; step--) {
            memcpy(tried, p, sizeof p);
            for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
                uint32_t term = below(TERMS), far = below(2) ? reach[term] : reach[term] / 8 + 1;
                tried[term] = float_of(bits_of(tried[term]) + below(2 * far + 1) - far);
            }
            double error = largest(c, tried, best, &place);
            if (error < best) {
                best = error;
                memcpy(p, tried, sizeof p);
            } else if (place >= BLOCK) {
                to_front(place);
            }
        }
        printf("entry %d: %.4f to %.4f", j, before, best);
        for (int i = 0; i < TERMS; i++)
            printf(" %a", (double)p[i]);
        printf("\n");
        fflush(stdout);
    }
}
