/*
 * The last bits of the coefficients in kernels/math/fast/exp_rise.h: random steps from what exp.sollya gives, kept
 * where they lower the largest error, in ULP, of exp and expm1 in the kernels' own order of operations over 2^19 inputs
 * of each. Prints each improvement: the two errors, the coefficients of q from the constant one.
 * Run: cc -O3 -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math -ffinite-math-only \
 *          docs/approximations/exp_search.c -lm && ./a.out 40 (seconds)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COUNT = 1 << 19, TERMS = 5 };

typedef struct {
    float r[COUNT], power[COUNT], constant[COUNT]; /* the result is power*(e^r - 1) + constant */
    double exact[COUNT], per_ulp[COUNT];
} sample;

static sample of_exp, of_expm1;

static double unit(void) { return rand() / (RAND_MAX + 1.0); }

static void put(sample *to, int i, float x, int less)
{
    float n = fmaf(x, 0x1.715476p+0f, 0x1.8p23f) - 0x1.8p23f;
    int exponent;
    to->r[i] = fmaf(-n, 0x1.7f7d1cp-20f, fmaf(-n, 0x1.62e4p-1f, x));
    to->power[i] = ldexpf(1.0f, (int)n);
    to->constant[i] = to->power[i] - (float)less;
    to->exact[i] = less ? expm1((double)x) : exp((double)x);
    frexp(to->exact[i], &exponent);
    to->per_ulp[i] = ldexp(1.0, 24 - exponent);
}

static double worst(const sample *of, const float q[TERMS])
{
    double largest = 0.0;
    for (int i = 0; i < COUNT; i++) {
        float r = of->r[i];
        float curve = fmaf(fmaf(fmaf(fmaf(q[4], r, q[3]), r, q[2]), r, q[1]), r, q[0]);
        float y = fmaf(of->power[i], fmaf(r * curve, r, r), of->constant[i]);
        double error = fabs((double)y - of->exact[i]) * of->per_ulp[i];
        largest = error > largest ? error : largest;
    }
    return largest;
}

static float step(float a, int reach)
{
    int by = rand() % (2 * reach + 1) - reach;
    for (; by > 0; by--)
        a = nextafterf(a, 9.0f);
    for (; by < 0; by++)
        a = nextafterf(a, -9.0f);
    return a;
}

int main(int argc, char *argv[])
{
    static const int reach[TERMS] = {2, 12, 60, 1500, 20000};
    float best[TERMS] = {0x1.fffffap-2f, 0x1.555492p-3f, 0x1.555a26p-5f, 0x1.12398p-7f, 0x1.694ca4p-10f};
    double least = 9.0;
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 40);
    for (int i = 0; i < COUNT; i++) {
        put(&of_exp, i, (float)(i % 4 ? 120.0 * unit() - 60.0 : 4.0 * unit() - 2.0), 0);
        put(&of_expm1, i, (float)(i % 2 ? -1.8 * unit() : -exp(-6.0 * unit())), 1);
    }
    while (time(NULL) < end) {
        float q[TERMS];
        for (int j = 0; j < TERMS; j++)
            q[j] = least < 9.0 && rand() % 2 ? step(best[j], reach[j]) : best[j];
        double a = worst(&of_exp, q), b = worst(&of_expm1, q);
        double larger = fmax(a, b + 0.1); /* exp's is the harder one */
        if (larger >= least)
            continue;
        least = larger;
        memcpy(best, q, sizeof best);
        printf("%.4f %.4f: %a %a %a %a %a\n", a, b, (double)q[0], (double)q[1], (double)q[2], (double)q[3],
               (double)q[4]);
    }
}
