/*
 * The last bits of P's coefficients in kernels/math/fast/normal.h, one interval at a time: random steps from the tables
 * that it starts with, kept where they lower the largest error of gelu, in ULP, over 2^19 inputs in the kernel's own
 * order of operations. An input that refused a step moves to the front, so that most steps are refused at once. Prints
 * the error before and after, and p1 to p6.
 * Run: python3 docs/approximations/fast_normal.py | grep -v '^#' > tables
 *      cc -O3 -march=native -ffp-contract=off -fno-math-errno docs/approximations/fast_normal_search.c -lm
 *      ./a.out 3000 (steps) < tables
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 19, BLOCK = 1024, TERMS = 6, ENTRIES = 8 };

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
    float n = fmaf(twice, -0x1.715476p-1f, 0x1.8p+23f) - 0x1.8p+23f;
    float known = fmaf(t, t, -fmaf(n, -0x1.62e4p+0f, -level));
    float r2 = fmaf(sum, d, known), nl = n * -0x1.7f7d1cp-20f, r = fmaf(r2, -0.5f, nl);
    float square = r * r;
    float q = fmaf(fmaf(0x1.76f73cp-10f, r, 0x1.126d20p-7f), r, 0x1.554a4cp-5f);
    q = fmaf(q, square, fmaf(0x1.55543ep-3f, r, 0x1.000004p-1f));
    float scaled = t * float_of((uint32_t)(bits_of(n + 0x1.8000fep+23f) << 23));
    return fmaf(-fmaf(scaled, fmaf(r2, -0.5f, fmaf(square, q, nl)), scaled), 0x1p-64f, value > 0.0f ? value : -0.0f);
}

/* The largest error, or the first found that is no better than `limit`, whose place it leaves. */
static double largest(float c, float level, const float *p, double limit, int *place)
{
    double most = 0.0;
    for (int first = 0; first < COUNT; first += BLOCK) {
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

static void sample(float left, float right)
{
    for (int i = 0; i < COUNT; i++) {
        float t = float_of(bits_of(left) + below(bits_of(right) - bits_of(left)));
        x[i] = t < 1.4f && i % 4 == 0 ? t : -t;
        exact[i] = 0.5 * (double)x[i] * erfc(-(double)x[i] * 0.70710678118654752440);
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
    static const float edges[] = {2.6f, 3.0f, 3.5f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f, 10.0f};
    static const uint32_t reach[TERMS] = {2, 8, 60, 600, 6000, 60000};
    float table[2 + TERMS][ENTRIES];
    for (int row = 0; row < 2 + TERMS; row++) {
        if (scanf("%*s") == EOF)
            return 1;
        for (int i = 0; i < ENTRIES; i++)
            if (scanf("%f", &table[row][i]) != 1)
                return 1;
    }
    for (int j = 0; j < ENTRIES; j++) {
        int entry = (int)(bits_of(edges[j]) >> 21 & 7), place = 0;
        float p[TERMS], tried[TERMS], c = table[0][entry], level = table[1][entry];
        for (int i = 0; i < TERMS; i++)
            p[i] = table[2 + i][entry];
        sample(fmaxf((edges[j] - 2.6f) / 0.5136f, 0.004f), fminf((edges[j + 1] - 2.6f) / 0.5136f, 13.0f));
        double before = largest(c, level, p, 99.0, &place), best = before;
        for (int step = argc > 1 ? atoi(argv[1]) : 3000; step > 0; step--) {
            memcpy(tried, p, sizeof p);
            for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
                uint32_t term = below(TERMS), far = below(2) ? reach[term] : reach[term] / 8 + 1;
                tried[term] = float_of(bits_of(tried[term]) + below(2 * far + 1) - far);
            }
            double error = largest(c, level, tried, best, &place);
            if (error < best) {
                best = error;
                memcpy(p, tried, sizeof p);
            } else if (place >= BLOCK) {
                to_front(place);
            }
        }
        printf("entry %d: %.4f to %.4f", entry, before, best);
        for (int i = 0; i < TERMS; i++)
            printf(" %a", (double)p[i]);
        printf("\n");
    }
}
