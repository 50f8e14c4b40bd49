/* The operators that Hugging Face's kernels-community/activation has, by its names and signatures, and those of 2026's
 * gates. */
#pragma once

#include <torch/csrc/stable/tensor.h>

namespace vact_activation
{

using torch::stable::Tensor;

/* Gated units: the gate is the first half of the input's last dim, of mul_and_silu the second. */
void silu_and_mul(Tensor out, Tensor input);
void mul_and_silu(Tensor out, Tensor input);
void gelu_and_mul(Tensor out, Tensor input);
void gelu_tanh_and_mul(Tensor out, Tensor input);
void fatrelu_and_mul(Tensor out, Tensor input, double threshold);
void swiglu_step(Tensor out, Tensor input, double limit);
void swiglu_oai(Tensor out, Tensor input, double alpha, double limit); // gate and up alternate
void swiglu_clamped(Tensor out, Tensor input, double alpha, double limit);
void situ_and_mul(Tensor out, Tensor input, double beta1, double beta2);

/* Element by element. */
void gelu(Tensor out, Tensor input);
void gelu_tanh(Tensor out, Tensor input);
void gelu_new(Tensor out, Tensor input);
void gelu_fast(Tensor out, Tensor input);
void gelu_quick(Tensor out, Tensor input);
void silu(Tensor out, Tensor input);

} // namespace vact_activation
