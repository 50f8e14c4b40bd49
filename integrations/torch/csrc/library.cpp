/* The operators' schemas. An operation is a code and at most three parameters: one operator for all of a kind costs a
 * call as much as one for each: its code and parameters are lost in the noise (benchmark.py --overhead). And a new
 * operation of the library needs nothing here.
 *
 * What ends in _no_grad is the same kernel without a gradient: PyTorch's autograd of operators is Python code, which a
 * call of a few elements would pay for even where no gradient is asked for. */
#include "operators.h"

#define PARAMETERS "float a=0, float b=0, float c=0"
#define MASKS                                                                                                          \
    "float scale=1, Tensor? bias=None, Tensor? keep=None, bool causal=False, int causal_offset=0, "                    \
    "Tensor? causal_offsets=None, int window_before=-1, int window_after=-1, Tensor? lengths=None, "                   \
    "Tensor? slopes=None, Tensor? sinks=None, float softcap=0, bool softcap_after_mask=False"
#define ENTROPY                                                                                                        \
    "Tensor? weight=None, int reduction=1, int ignore_index=-100, float label_smoothing=0, float z_loss=0, "           \
    "bool nll=False"
#define BINARY "Tensor? weight=None, Tensor? pos_weight=None, int reduction=1"

STABLE_TORCH_LIBRARY(vact, m)
{
    m.def("registry() -> str");
    m.def("info() -> str");
    m.def("choose(int isa, int math) -> bool");
    m.def("unary(Tensor x, int op, " PARAMETERS ") -> Tensor");
    m.def("unary_no_grad(Tensor x, int op, " PARAMETERS ") -> Tensor");
    m.def("unary_out(Tensor(a!) out, Tensor x, int op, " PARAMETERS ") -> ()");
    m.def("unary_backward(Tensor dy, Tensor x, int op, bool from_output=False, " PARAMETERS ") -> Tensor");
    m.def("prelu(Tensor x, Tensor weight) -> Tensor");
    m.def("prelu_backward(Tensor dy, Tensor x, Tensor weight) -> (Tensor, Tensor)");
    m.def("xielu_alpha_backward(Tensor dy, Tensor x) -> Tensor");
    m.def("gate(Tensor gate, Tensor up, int op, bool eager=False, " PARAMETERS ") -> Tensor");
    m.def("gate_no_grad(Tensor gate, Tensor up, int op, bool eager=False, " PARAMETERS ") -> Tensor");
    m.def("gate_backward(Tensor dy, Tensor gate, Tensor up, int op, " PARAMETERS ") -> (Tensor, Tensor)");
    m.def("gate_packed(Tensor x, int op, int layout=0, bool eager=False, " PARAMETERS ") -> Tensor");
    m.def("gate_packed_no_grad(Tensor x, int op, int layout=0, bool eager=False, " PARAMETERS ") -> Tensor");
    m.def("gate_packed_out(Tensor(a!) out, Tensor x, int op, int layout=0, bool eager=False, " PARAMETERS ") -> ()");
    m.def("gate_packed_backward(Tensor dy, Tensor x, int op, int layout=0, " PARAMETERS ") -> Tensor");
    m.def("softmax(Tensor x, int kind, int dim) -> Tensor");
    m.def("softmax_no_grad(Tensor x, int kind, int dim) -> Tensor");
    m.def("softmax_backward(Tensor dy, Tensor? x, Tensor y, int kind, int dim) -> Tensor");
    m.def("masked(Tensor x, int kind, " MASKS ") -> Tensor");
    m.def("masked_backward(Tensor dy, Tensor? x, Tensor y, int kind, " MASKS ") -> (Tensor, Tensor)");
    m.def("cross_entropy(Tensor logits, Tensor target, " ENTROPY ") -> Tensor");
    m.def("cross_entropy_backward(Tensor dy, Tensor logits, Tensor target, " ENTROPY ") -> Tensor");
    m.def("bce_with_logits(Tensor x, Tensor target, " BINARY ") -> Tensor");
    m.def("bce_with_logits_backward(Tensor dy, Tensor x, Tensor target, " BINARY ") -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(vact, CompositeExplicitAutograd, m)
{
    using namespace vact_torch;
    m.impl("registry", TORCH_BOX(&registry));
    m.impl("info", TORCH_BOX(&info));
    m.impl("choose", TORCH_BOX(&choose));
}

STABLE_TORCH_LIBRARY_IMPL(vact, CPU, m)
{
    using namespace vact_torch;
    m.impl("unary", TORCH_BOX(&unary));
    m.impl("unary_no_grad", TORCH_BOX(&unary));
    m.impl("unary_out", TORCH_BOX(&unary_out));
    m.impl("unary_backward", TORCH_BOX(&unary_backward));
    m.impl("prelu", TORCH_BOX(&prelu));
    m.impl("prelu_backward", TORCH_BOX(&prelu_backward));
    m.impl("xielu_alpha_backward", TORCH_BOX(&xielu_alpha_backward));
    m.impl("gate", TORCH_BOX(&gate));
    m.impl("gate_no_grad", TORCH_BOX(&gate));
    m.impl("gate_backward", TORCH_BOX(&gate_backward));
    m.impl("gate_packed", TORCH_BOX(&gate_packed));
    m.impl("gate_packed_no_grad", TORCH_BOX(&gate_packed));
    m.impl("gate_packed_out", TORCH_BOX(&gate_packed_out));
    m.impl("gate_packed_backward", TORCH_BOX(&gate_packed_backward));
    m.impl("softmax", TORCH_BOX(&softmax));
    m.impl("softmax_no_grad", TORCH_BOX(&softmax));
    m.impl("softmax_backward", TORCH_BOX(&softmax_backward));
    m.impl("masked", TORCH_BOX(&masked));
    m.impl("masked_backward", TORCH_BOX(&masked_backward));
    m.impl("cross_entropy", TORCH_BOX(&cross_entropy));
    m.impl("cross_entropy_backward", TORCH_BOX(&cross_entropy_backward));
    m.impl("bce_with_logits", TORCH_BOX(&bce_with_logits));
    m.impl("bce_with_logits_backward", TORCH_BOX(&bce_with_logits_backward));
}
