#include "torch_binding.h"
#include "operators.h"

namespace vact_activation
{
namespace
{

/* Rounded as PyTorch's eager mode does: the activation to the type, then the product. */
constexpr bool EAGER = true;

void packed(const Tensor &out, const Tensor &input, vact_op op, vact_gate_layout layout, double a = 0, double b = 0,
            double c = 0)
{
    vact_torch::gate_packed_out(out, input, op, layout, EAGER, a, b, c);
}

} // namespace

void silu_and_mul(Tensor out, Tensor input) { packed(out, input, VACT_OP_SWIGLU, VACT_GATE_FIRST); }
void mul_and_silu(Tensor out, Tensor input) { packed(out, input, VACT_OP_SWIGLU, VACT_GATE_SECOND); }
void gelu_and_mul(Tensor out, Tensor input) { packed(out, input, VACT_OP_GEGLU, VACT_GATE_FIRST); }
void gelu_tanh_and_mul(Tensor out, Tensor input) { packed(out, input, VACT_OP_GEGLU_TANH, VACT_GATE_FIRST); }
void fatrelu_and_mul(Tensor out, Tensor input, double threshold)
{
    packed(out, input, VACT_OP_FATREGLU, VACT_GATE_FIRST, threshold);
}
void swiglu_step(Tensor out, Tensor input, double limit)
{
    packed(out, input, VACT_OP_SWIGLU_STEP, VACT_GATE_FIRST, limit);
}
void swiglu_oai(Tensor out, Tensor input, double alpha, double limit)
{
    packed(out, input, VACT_OP_SWIGLU_OAI, VACT_GATE_INTERLEAVED, alpha, 1.0, limit);
}
void swiglu_clamped(Tensor out, Tensor input, double alpha, double limit)
{
    packed(out, input, VACT_OP_SWIGLU_CLAMPED, VACT_GATE_FIRST, alpha, limit);
}
void situ_and_mul(Tensor out, Tensor input, double beta1, double beta2)
{
    packed(out, input, VACT_OP_SITU_GLU, VACT_GATE_FIRST, beta1, beta2);
}

void gelu(Tensor out, Tensor input) { vact_torch::unary_out(out, input, VACT_OP_GELU, 0, 0, 0); }
void gelu_tanh(Tensor out, Tensor input) { vact_torch::unary_out(out, input, VACT_OP_GELU_TANH, 0, 0, 0); }
/* Three spellings of one formula: their constants differ by less than a float can tell. */
void gelu_new(Tensor out, Tensor input) { gelu_tanh(out, input); }
void gelu_fast(Tensor out, Tensor input) { gelu_tanh(out, input); }
void gelu_quick(Tensor out, Tensor input) { vact_torch::unary_out(out, input, VACT_OP_GELU_QUICK, 0, 0, 0); }
void silu(Tensor out, Tensor input) { vact_torch::unary_out(out, input, VACT_OP_SILU, 0, 0, 0); }

} // namespace vact_activation

/* kernel-builder names the extension by a hash, and the library has that name. */
#define REGISTER(NAME, m) STABLE_TORCH_LIBRARY(NAME, m)
#define REGISTER_IMPL(NAME, KEY, m) STABLE_TORCH_LIBRARY_IMPL(NAME, KEY, m)

REGISTER(TORCH_EXTENSION_NAME, m)
{
    m.def("silu_and_mul(Tensor! out, Tensor input) -> ()");
    m.def("mul_and_silu(Tensor! out, Tensor input) -> ()");
    m.def("gelu_and_mul(Tensor! out, Tensor input) -> ()");
    m.def("gelu_tanh_and_mul(Tensor! out, Tensor input) -> ()");
    m.def("fatrelu_and_mul(Tensor! out, Tensor input, float threshold) -> ()");
    m.def("gelu_new(Tensor! out, Tensor input) -> ()");
    m.def("gelu_fast(Tensor! out, Tensor input) -> ()");
    m.def("gelu_quick(Tensor! out, Tensor input) -> ()");
    m.def("gelu_tanh(Tensor! out, Tensor input) -> ()");
    m.def("silu(Tensor! out, Tensor input) -> ()");
    m.def("gelu(Tensor! out, Tensor input) -> ()");
    m.def("swiglu_step(Tensor! out, Tensor input, float limit=7) -> ()");
    m.def("swiglu_oai(Tensor! out, Tensor input, float alpha=1.702, float limit=7) -> ()");
    m.def("swiglu_clamped(Tensor! out, Tensor input, float alpha=1, float limit=10) -> ()");
    m.def("situ_and_mul(Tensor! out, Tensor input, float beta1=4, float beta2=25) -> ()");
}

REGISTER_IMPL(TORCH_EXTENSION_NAME, CPU, m)
{
    using namespace vact_activation;
    m.impl("silu_and_mul", TORCH_BOX(&silu_and_mul));
    m.impl("mul_and_silu", TORCH_BOX(&mul_and_silu));
    m.impl("gelu_and_mul", TORCH_BOX(&gelu_and_mul));
    m.impl("gelu_tanh_and_mul", TORCH_BOX(&gelu_tanh_and_mul));
    m.impl("fatrelu_and_mul", TORCH_BOX(&fatrelu_and_mul));
    m.impl("gelu_new", TORCH_BOX(&gelu_new));
    m.impl("gelu_fast", TORCH_BOX(&gelu_fast));
    m.impl("gelu_quick", TORCH_BOX(&gelu_quick));
    m.impl("gelu_tanh", TORCH_BOX(&gelu_tanh));
    m.impl("silu", TORCH_BOX(&silu));
    m.impl("gelu", TORCH_BOX(&gelu));
    m.impl("swiglu_step", TORCH_BOX(&swiglu_step));
    m.impl("swiglu_oai", TORCH_BOX(&swiglu_oai));
    m.impl("swiglu_clamped", TORCH_BOX(&swiglu_clamped));
    m.impl("situ_and_mul", TORCH_BOX(&situ_and_mul));
}
