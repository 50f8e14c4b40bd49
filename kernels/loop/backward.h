/* How a derivative walks its two arrays: dx[i] from dy[i] and x[i] (or the output y[i]). */
#ifndef VACT_LOOP_BACKWARD_H
#define VACT_LOOP_BACKWARD_H

typedef vf act_backward_fn(vf dy, vf x, const vact_params_f32 *params);

/* A NaN in x gives NaN, also where a comparison would take it for one side of a kink. */
VACT_INLINE vf backward_of(vf dy, vf x, const vact_params_f32 *params, act_backward_fn *backward)
{
    return vf_select(vm_eq(x, x), backward(dy, x, params), x);
}

VACT_INLINE void loop_backward(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *given,
                               act_backward_fn *backward)
{
    const vact_params_f32 params = *given;
    size_t i = 0;
    for (; n - i >= 2 * VF_LANES; i += 2 * VF_LANES) {
        vf dy_a = vf_load(dy + i), dy_b = vf_load(dy + i + VF_LANES);
        vf x_a = vf_load(x + i), x_b = vf_load(x + i + VF_LANES);
        vf_store(dx + i, backward_of(dy_a, x_a, &params, backward));
        vf_store(dx + i + VF_LANES, backward_of(dy_b, x_b, &params, backward));
    }
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dx + i, backward_of(vf_load(dy + i), vf_load(x + i), &params, backward));
    if (i < n) {
        vf dy_rest = vf_load_partial(dy + i, n - i), x_rest = vf_load_partial(x + i, n - i);
        vf_store_partial(dx + i, backward_of(dy_rest, x_rest, &params, backward), n - i);
    }
}

#endif
