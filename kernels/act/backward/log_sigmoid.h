/* The derivative of log_sigmoid: sigmoid(-x). */
#ifndef VACT_ACT_BACKWARD_LOG_SIGMOID_H
#define VACT_ACT_BACKWARD_LOG_SIGMOID_H

VACT_INLINE vf log_sigmoid_backward(vf dy, vf x, const vact_params_f32 *params)
{
    (void)params;
    return vf_div(dy, vf_add(vf_set1(1.0f), math_exp(x)));
}

#endif
