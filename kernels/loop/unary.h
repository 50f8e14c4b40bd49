/* How a unary operation walks an array: four vectors at a time, then one, then the partial rest. No mathematics. */
#ifndef VACT_LOOP_UNARY_H
#define VACT_LOOP_UNARY_H

typedef vf act_forward_fn(vf x, const vact_params_f32 *params);

/* `forward` is a constant at every call, so it is inlined. The copy of the parameters tells the compiler that
 * storing to dst does not change them. */
VACT_INLINE void loop_unary(float *dst, const float *src, size_t n, const vact_params_f32 *given,
                            act_forward_fn *forward)
{
    const vact_params_f32 params = *given;
    size_t i = 0;
    for (; n - i >= 4 * VF_LANES; i += 4 * VF_LANES) {
        vf a = vf_load(src + i);
        vf b = vf_load(src + i + VF_LANES);
        vf c = vf_load(src + i + 2 * VF_LANES);
        vf d = vf_load(src + i + 3 * VF_LANES);
        vf_store(dst + i, forward(a, &params));
        vf_store(dst + i + VF_LANES, forward(b, &params));
        vf_store(dst + i + 2 * VF_LANES, forward(c, &params));
        vf_store(dst + i + 3 * VF_LANES, forward(d, &params));
    }
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, forward(vf_load(src + i), &params));
    if (i < n)
        vf_store_partial(dst + i, forward(vf_load_partial(src + i, n - i), &params), n - i);
}

#endif
