#include "matrix.h"

#include <math.h>

/* SplitMix64 (Steele, Lea, Flood 2014); whole numbers and powers of two alone, the same everywhere. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* From the upper 24 of 32 bits. */
static float uniform(uint32_t bits, float limit)
{
    return (float)((int32_t)(bits >> 8) - (1 << 23)) * (limit * 0x1p-23f);
}

void verify_matrix_fill(verify_matrix *p, unsigned number)
{
    static const size_t columns[] = {1, 2, 7, 63, 64, 130, 1000, VERIFY_ELEMENTS};
    static const float limits[] = {8.0f, 1.0f, 128.0f, 0x1p-20f, 32.0f};
    const float limit = limits[number % 5], centre = number % 3 == 2 ? 1000.0f : 0.0f;
    uint64_t state = number;
    p->cols = columns[number % 8];
    p->rows = VERIFY_ELEMENTS / p->cols;
    for (size_t i = 0; i < VERIFY_ELEMENTS; i++) {
        const uint64_t a = next(&state), b = next(&state);
        p->x[i] = uniform((uint32_t)(a >> 32), limit) + centre;
        p->dy[i] = uniform((uint32_t)a, 2.0f);
        p->bias[i] = uniform((uint32_t)(b >> 32), 4.0f);
        p->keep[i] = a % 8 != 0;
        p->answers[i] = i % 3 == 2 ? fabsf(uniform((uint32_t)b, 1.0f)) : (float)(i % 3);
    }
    for (size_t r = 0; r < p->rows; r++) {
        const uint64_t a = next(&state);
        p->targets[r] = a % 10 == 0 ? -100 : (int32_t)((a >> 32) % p->cols);
    }
    p->options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    p->options.scale = 0.7f;
    p->options.bias = p->bias, p->options.bias_layout.stride = p->cols;
    p->options.keep = p->keep, p->options.keep_layout.stride = p->cols;
}

void verify_matrix_options(verify_matrix *p, int round, float sinks[4], int64_t lengths[4])
{
    vact_softmax_options_f32 *o = &p->options;
    for (int k = 0; k < 4; k++) {
        sinks[k] = p->bias[k];
        lengths[k] = (int64_t)p->cols * (4 - k) / 4;
    }
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    o->sinks = sinks, o->heads_layout = (vact_values_layout){4, 1};
    o->scale = round == 3 ? -0.5f : 0.7f;
    o->softcap = round == 1 || round == 2 ? 20.0f : 0.0f;
    o->softcap_order = round == 2 ? VACT_SOFTCAP_AFTER_MASK : VACT_SOFTCAP_BEFORE_MASK;
    if (round != 1)
        o->bias = p->bias, o->bias_layout.stride = p->cols;
    if (round == 0)
        o->slopes = p->answers, o->causal_queries = 1 + p->rows / 2, o->window_before = 40, o->window_after = 3;
    if (round == 3)
        o->lengths = lengths, o->lengths_layout = (vact_values_layout){4, 1};
}
