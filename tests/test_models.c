/*
 * The activations of published models, with the parameters that they were published with, against their formulas in
 * plain double arithmetic: 10^6 random inputs each, forward and gradients, at a distance that float allows. The
 * formulas are those of the models' reference code, not the oracle's.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "support.h"

/* A gate's result and its gradients for dy = 1. */
typedef struct {
    double y, dgate, dup;
} values;

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }
static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* gpt-oss: alpha 1.702, limit 7, one added to up. */
static values gpt_oss(double gate, double up)
{
    double g = fmin(gate, 7.0), u = clamp(up, -7.0, 7.0) + 1.0, s = sigmoid((double)1.702f * g);
    return (values){g * s * u, gate > 7.0 ? 0.0 : u * (s + (double)1.702f * g * s * sigmoid(-(double)1.702f * g)),
                    fabs(up) > 7.0 ? 0.0 : g * s};
}

/* DeepSeek-V4: swiglu with a limit of 10. */
static values deepseek_v4(double gate, double up)
{
    double g = fmin(gate, 10.0), u = clamp(up, -10.0, 10.0), s = sigmoid(g);
    return (values){g * s * u, gate > 10.0 ? 0.0 : u * (s + g * s * sigmoid(-g)), fabs(up) > 10.0 ? 0.0 : g * s};
}

/* Step-3.5: the result of silu is at most 7. */
static values step_3_5(double gate, double up)
{
    double s = sigmoid(gate), a = gate * s, u = clamp(up, -7.0, 7.0);
    return (values){fmin(a, 7.0) * u, a > 7.0 ? 0.0 : u * (s + a * sigmoid(-gate)),
                    fabs(up) > 7.0 ? 0.0 : fmin(a, 7.0)};
}

/* Kimi K3: beta 4 and 25. */
static values kimi_k3(double gate, double up)
{
    double t = tanh(gate / 4.0), v = tanh(up / 25.0), s = sigmoid(gate); /* 1 - t^2 would lose digits */
    return (values){4.0 * t * s * 25.0 * v, (s * pow(cosh(gate / 4.0), -2.0) + 4.0 * t * s * sigmoid(-gate)) * 25.0 * v,
                    4.0 * t * s * pow(cosh(up / 25.0), -2.0)};
}

/* The calls as a user writes them; dy is 1. */
static void call_gpt_oss(float *y, float *dgate, float *dup, const float *dy, const float *g, const float *u, size_t n)
{
    cr_assert(vact_swiglu_oai_f32(y, g, u, n, 1.702f, 1.0f, 7.0f) == VACT_OK);
    cr_assert(vact_swiglu_oai_backward_f32(dgate, dup, dy, g, u, n, 1.702f, 1.0f, 7.0f) == VACT_OK);
}

static void call_deepseek(float *y, float *dgate, float *dup, const float *dy, const float *g, const float *u, size_t n)
{
    cr_assert(vact_swiglu_clamped_f32(y, g, u, n, 1.0f, 10.0f) == VACT_OK);
    cr_assert(vact_swiglu_clamped_backward_f32(dgate, dup, dy, g, u, n, 1.0f, 10.0f) == VACT_OK);
}

static void call_step(float *y, float *dgate, float *dup, const float *dy, const float *g, const float *u, size_t n)
{
    cr_assert(vact_swiglu_step_f32(y, g, u, n, 7.0f) == VACT_OK);
    cr_assert(vact_swiglu_step_backward_f32(dgate, dup, dy, g, u, n, 7.0f) == VACT_OK);
}

static void call_kimi(float *y, float *dgate, float *dup, const float *dy, const float *g, const float *u, size_t n)
{
    cr_assert(vact_situ_glu_f32(y, g, u, n, 4.0f, 25.0f) == VACT_OK);
    cr_assert(vact_situ_glu_backward_f32(dgate, dup, dy, g, u, n, 4.0f, 25.0f) == VACT_OK);
}

typedef void call_fn(float *y, float *dgate, float *dup, const float *dy, const float *g, const float *u, size_t n);

static const struct {
    const char *name;
    call_fn *call;
    values (*formula)(double gate, double up);
    double corner; /* above this gate the slope is 0 */
} GATES[] = {
    {"gpt-oss", call_gpt_oss, gpt_oss, 7.0},
    {"DeepSeek-V4", call_deepseek, deepseek_v4, 10.0},
    {"Step-3.5", call_step, step_3_5, 0x1.c067ecp+2}, /* silu is 7 there */
    {"Kimi K3", call_kimi, kimi_k3, INFINITY},
};

static void check(const char *name, const char *what, float gate, float up, double exact, float computed, double unit)
{
    double allowed = 3.0 * 0x1p-23 * fmax(fabs(exact), unit) + 0x1p-126;
    cr_assert(fabs((double)computed - exact) <= allowed, "%s, %s of %a, %a: %a, the formula gives %a", name, what,
              (double)gate, (double)up, (double)computed, exact);
}

Test(models, gates)
{
    enum { PIECE = 4096, PIECES = TEST_SANITIZED ? 8 : 1000000 / PIECE + 1 };
    static float gate[PIECE], up[PIECE], dy[PIECE], y[PIECE], dgate[PIECE], dup[PIECE];
    for (size_t k = 0; k < sizeof GATES / sizeof GATES[0]; k++) {
        test_random random = {2026 + k};
        for (size_t piece = 0; piece < PIECES; piece++) {
            for (size_t i = 0; i < PIECE; i++) { /* normal(0, 3), and one in 64 twenty times as large */
                double size = test_random_below(&random, 64) == 0 ? 60.0 : 3.0;
                gate[i] = (float)(size * test_random_normal(&random));
                up[i] = (float)(size * test_random_normal(&random));
                dy[i] = 1.0f;
            }
            GATES[k].call(y, dgate, dup, dy, gate, up, PIECE);
            for (size_t i = 0; i < PIECE; i++) {
                values want = GATES[k].formula((double)gate[i], (double)up[i]);
                check(GATES[k].name, "the result", gate[i], up[i], want.y, y[i], 0.0);
                /* the slope is a sum of two terms of about |up|/4 near its zero */
                double near_zero = gate[i] < 0.0f && gate[i] > -3.0f ? 0.25 * fabs((double)up[i]) + 0.25 : 0.0;
                if (fabs((double)gate[i] - GATES[k].corner) > 1e-5)
                    check(GATES[k].name, "dgate", gate[i], up[i], want.dgate, dgate[i], near_zero);
                check(GATES[k].name, "dup", gate[i], up[i], want.dup, dup[i], 0.0);
            }
        }
    }
}
