/* The operators, which library.cpp registers. */
#ifndef VACT_TORCH_OPERATORS_H
#define VACT_TORCH_OPERATORS_H

#include "tensors.h"

#include <string>
#include <tuple>

namespace vact_torch
{

std::string registry();
std::string info();
bool choose(int64_t isa, int64_t math);

Tensor unary(Tensor x, int64_t op, double a, double b, double c);
void unary_out(Tensor out, Tensor x, int64_t op, double a, double b, double c);
Tensor unary_backward(Tensor dy, Tensor x, int64_t op, bool from_output, double a, double b, double c);
Tensor prelu(Tensor x, Tensor weight);
std::tuple<Tensor, Tensor> prelu_backward(Tensor dy, Tensor x, Tensor weight);
Tensor xielu_alpha_backward(Tensor dy, Tensor x);

Tensor gate(Tensor gate, Tensor up, int64_t op, bool eager, double a, double b, double c);
std::tuple<Tensor, Tensor> gate_backward(Tensor dy, Tensor gate, Tensor up, int64_t op, double a, double b, double c);
Tensor gate_packed(Tensor x, int64_t op, int64_t layout, bool eager, double a, double b, double c);
void gate_packed_out(Tensor out, Tensor x, int64_t op, int64_t layout, bool eager, double a, double b, double c);
Tensor gate_packed_backward(Tensor dy, Tensor x, int64_t op, int64_t layout, double a, double b, double c);

/* kind: 0 softmax, 1 log_softmax, 2 logsumexp, whose results lack the dim. */
Tensor softmax(Tensor x, int64_t kind, int64_t dim);
Tensor softmax_backward(Tensor dy, OptionalTensor x, Tensor y, int64_t kind, int64_t dim);
Tensor masked(Tensor x, int64_t kind, double scale, OptionalTensor bias, OptionalTensor keep, bool causal,
              int64_t causal_offset, OptionalTensor causal_offsets, int64_t window_before, int64_t window_after,
              OptionalTensor lengths, OptionalTensor slopes, OptionalTensor sinks, double softcap,
              bool softcap_after_mask);
std::tuple<Tensor, Tensor> masked_backward(Tensor dy, OptionalTensor x, Tensor y, int64_t kind, double scale,
                                           OptionalTensor bias, OptionalTensor keep, bool causal, int64_t causal_offset,
                                           OptionalTensor causal_offsets, int64_t window_before, int64_t window_after,
                                           OptionalTensor lengths, OptionalTensor slopes, OptionalTensor sinks,
                                           double softcap, bool softcap_after_mask);

/* reduction: 0 none, 1 mean, 2 sum. Losses are float, of double double. */
Tensor cross_entropy(Tensor logits, Tensor target, OptionalTensor weight, int64_t reduction, int64_t ignore_index,
                     double label_smoothing, double z_loss, bool nll);
Tensor cross_entropy_backward(Tensor dy, Tensor logits, Tensor target, OptionalTensor weight, int64_t reduction,
                              int64_t ignore_index, double label_smoothing, double z_loss, bool nll);
Tensor bce_with_logits(Tensor x, Tensor target, OptionalTensor weight, OptionalTensor pos_weight, int64_t reduction);
Tensor bce_with_logits_backward(Tensor dy, Tensor x, Tensor target, OptionalTensor weight, OptionalTensor pos_weight,
                                int64_t reduction);

} // namespace vact_torch

#endif
