/* How an operation with one parameter per channel walks a dense tensor [outer, channels, inner]. No mathematics. */
#ifndef VACT_LOOP_CHANNELS_H
#define VACT_LOOP_CHANNELS_H

#include "loop/walk.h"

typedef vf act_channel_fn(vf x, vf parameter);

/* One channel, or a run of `inner` elements of one: the same parameter throughout. */
VACT_INLINE void loop_one_channel(float *dst, const float *src, size_t n, float parameter, loop_operation op,
                                  loop_walk walk)
{
    const loop_operands from = {.x = src, .params = {{parameter}}};
    loop_walked(dst, &from, n, op, walk);
}

/* inner = 1: the parameters run beside the elements. */
VACT_INLINE void loop_beside_channels(float *dst, const float *src, const float *parameters, size_t n,
                                      act_channel_fn *forward)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, forward(vf_load(src + i), vf_load(parameters + i)));
    if (i < n)
        vf_store_partial(dst + i, forward(vf_load_partial(src + i, n - i), vf_load_partial(parameters + i, n - i)),
                         n - i);
}

/* `op` is the operation with its parameter in params, `forward` the same with it in a vector. */
VACT_INLINE void loop_channels(float *dst, const float *src, const float *parameters, size_t outer, size_t channels,
                               size_t inner, act_channel_fn *forward, loop_operation op)
{
    loop_walk walk = loop_walk_here(dst == src, outer * channels * inner);
    if (channels == 1) {
        loop_one_channel(dst, src, outer * inner, parameters[0], op, walk);
        return;
    }
    for (size_t o = 0; o < outer; o++) {
        if (inner == 1) {
            loop_beside_channels(dst + o * channels, src + o * channels, parameters, channels, forward);
            continue;
        }
        for (size_t c = 0; c < channels; c++) {
            size_t start = (o * channels + c) * inner;
            loop_one_channel(dst + start, src + start, inner, parameters[c], op, walk);
        }
    }
}

#endif
