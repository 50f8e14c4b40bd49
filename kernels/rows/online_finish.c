/* The end of an online softmax: what its states come to. In double, once per row, so one build serves every CPU. */
#include <math.h>

#include "abi.h"
#include "rows/once.h"

/* Of a sum that is positive. */
static float logsumexp(double exponent, double sum)
{
    double log = once_log(sum);
    if (!once_is_whole(exponent))
        return (float)(0.5 * exponent + log);
    return (float)fma(exponent, ONCE_LN2, fma(exponent, ONCE_LN2_LO, log));
}

/* e^v for v <= 0: v = k*ln 2 + r, |r| <= 0.35, and 14 terms of the series. */
static double exponential(double v)
{
    if (v < -700.0)
        return 0.0;
    const double k = once_ceiling(v * ONCE_LOG2E - 0.5), r = fma(-k, ONCE_LN2_LO, fma(-k, ONCE_LN2, v));
    double series = 1.0;
    for (int n = 14; n > 0; n--)
        series = fma(series, r / n, 1.0);
    const uint64_t bits = (uint64_t)(1023 + (int64_t)k) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return series * power;
}

/* The sink minus what the exponentials are relative to. */
static double sink_distance(double sink, double exponent)
{
    if (!once_is_whole(exponent))
        return sink - 0.5 * exponent;
    return fma(-exponent, ONCE_LN2_LO, fma(-exponent, ONCE_LN2, sink));
}

/* factor and lse of a state and a sink, which has taken part in no update. */
static void with_sink(float *factor, float *lse, const vact_softmax_online_f32 *state, float sink)
{
    const bool none = state->sum == 0.0;
    if (isnan(state->sum) || isnan(sink)) {
        *factor = *lse = NAN;
        return;
    }
    if (none || sink == INFINITY) {
        *factor = 0.0f;
        *lse = sink;
        return;
    }
    const double d = sink_distance((double)sink, state->exponent);
    const double sum = d <= 0.0 ? state->sum + exponential(d) : 1.0 + state->sum * exponential(-d);
    *factor = (float)((d <= 0.0 ? 1.0 : exponential(-d)) / sum);
    *lse = d <= 0.0 ? logsumexp(state->exponent, sum) : (float)((double)sink + once_log1p(sum - 1.0));
}

void vacti_softmax_online_finish(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows,
                                 const vact_softmax_options_f32 *options)
{
    for (size_t r = 0; r < rows; r++) {
        double sum = state[r].sum;
        float first = sum == 0.0 ? 0.0f : (float)(1.0 / (sum + 0x1p-100)); /* a compiler may divide in any case */
        float second = sum == 0.0 ? -INFINITY : isnan(sum) ? NAN : logsumexp(state[r].exponent, sum);
        if (options != NULL && options->sinks != NULL) {
            const size_t count = options->heads_layout.count, repeat = options->heads_layout.repeat;
            const float sink = options->sinks[count <= 1 ? 0 : (repeat <= 1 ? r : r / repeat) % count];
            if (sink != -INFINITY)
                with_sink(&first, &second, &state[r], sink);
        }
        if (factor != NULL)
            factor[r] = first;
        if (lse != NULL)
            lse[r] = second;
    }
}
