/*
 * The last bits of the coefficients in kernels/act/fast/selu.h but for the constant one: random steps from what
 * selu.sollya gives, kept where they lower the largest error of selu, in ULP, in the kernel's own order of operations
 * over 2^18 inputs of [-1.04, 0), where it is largest. Prints each improvement: the error, the coefficients.
 * Run: cc -O3 -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math docs/approximations/selu_search.c -lm
 *      && ./a.out 60 (seconds)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COUNT = 1 << 18, TERMS = 6 };

static float r[COUNT], power[COUNT];
static double exact[COUNT], per_ulp[COUNT];

static double unit(void) { return rand() / (RAND_MAX + 1.0); }

static void sample(int i, float x)
{
    float n = fmaf(x, 0x1.715476p+0f, 0x1.8p23f) - 0x1.8p23f;
    int exponent;
    r[i] = fmaf(-n, 0x1.7f7d1cp-20f, fmaf(-n, 0x1.62e4p-1f, x));
    power[i] = ldexpf(1.0f, (int)n);
    exact[i] = 1.7580993408473768599402175208123 * expm1((double)x);
    frexp(exact[i], &exponent);
    per_ulp[i] = ldexp(1.0, 24 - exponent);
}

static double worst(const float c[TERMS])
{
    const float less = -0x1.ef699cp-3f;
    double largest = 0.0;
    for (int i = 0; i < COUNT; i++) {
        float curve = fmaf(fmaf(fmaf(fmaf(fmaf(c[5], r[i], c[4]), r[i], c[3]), r[i], c[2]), r[i], c[1]), r[i], c[0]);
        float bracket = fmaf(power[i], fmaf(r[i], curve, r[i] + r[i]), fmaf(power[i], less, -less));
        double error = fabs((double)(fmaf(power[i], 2.0f, -2.0f) + bracket) - exact[i]) * per_ulp[i];
        largest = error > largest ? error : largest;
    }
    return largest;
}

int main(int argc, char *argv[])
{
    const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 60);
    float best[TERMS] = {-0x1.ef699cp-3f, 0x1.c212ccp-1f, 0x1.2c0be8p-2f,
                         0x1.2c0ce6p-4f,  0x1.e20a44p-7f, 0x1.40615p-9f};
    for (int i = 0; i < COUNT; i++)
        sample(i, i % 2 ? (float)(-0.25 - 0.0966 * unit()) : (float)(-1.04 * unit()));
    double least = worst(best);
    while (time(NULL) < end) {
        float c[TERMS];
        memcpy(c, best, sizeof c);
        for (int k = 1; k < TERMS; k++)
            for (int by = rand() % ((4 << k) + 1) - (2 << k); by != 0; by += by > 0 ? -1 : 1)
                c[k] = nextafterf(c[k], by > 0 ? 9.0f : -9.0f);
        double error = worst(c);
        if (error < least) {
            least = error;
            memcpy(best, c, sizeof best);
            printf("%.4f", least);
            for (int k = 0; k < TERMS; k++)
                printf(" %a", (double)best[k]);
            puts("");
        }
    }
    return 0;
}
