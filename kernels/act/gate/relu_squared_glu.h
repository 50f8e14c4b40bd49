/*
 * relu_squared_glu: relu(gate)^2*up. relu(gate)*up first: it overflows only where the result does, and where it is
 * subnormal, so is the result. That needs relu(gate) <= 1 or, for the second, a product that is not subnormal. In
 * (1, 2^63] the square is first, which neither overflows nor is subnormal.
 */
#ifndef VACT_ACT_GATE_RELU_SQUARED_GLU_H
#define VACT_ACT_GATE_RELU_SQUARED_GLU_H

VACT_INLINE vf relu_squared_glu_forward(vf gate, vf up, const vact_params_f32 *params)
{
    (void)params;
    vf r = vf_apart(vf_max(vf_set1(0.0f), gate)); /* as in act/plain/relu_squared.h */
    vm square = vm_and(vm_lt(vf_set1(1.0f), r), vm_le(r, vf_set1(0x1p+63f)));
    return vf_mul(vf_mul(r, vf_select(square, r, up)), vf_select(square, up, r));
}

#endif
