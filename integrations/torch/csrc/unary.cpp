/* Operations element by element, and prelu. */
#include "operators.h"

namespace vact_torch
{
namespace
{

const char *at(const void *data, size_t index, vact_type type)
{
    return static_cast<const char *>(data) + index * size_of(type);
}

char *at(void *data, size_t index, vact_type type) { return static_cast<char *>(data) + index * size_of(type); }

void forward(int64_t code, const Parameters &p, void *dst, const void *src, vact_type type, size_t n)
{
    const vact_op op = static_cast<vact_op>(code);
    check(over_elements(n,
                        [&](size_t first, size_t length) {
                            void *to = at(dst, first, type);
                            const void *from = at(src, first, type);
                            return type == VACT_F64 ? vact_forward_f64(op, &p.f64, static_cast<double *>(to),
                                                                       static_cast<const double *>(from), length)
                                                    : vact_forward(op, &p.f32, to, type, from, type, length);
                        }),
          operation_name(code));
}

vact_status backward_of(vact_op op, const Parameters &p, bool from_output, void *dx, const void *dy, const void *x,
                        vact_type type, size_t n)
{
    if (type == VACT_F64)
        return (from_output ? vact_backward_from_output_f64 : vact_backward_f64)(
            op, &p.f64, static_cast<double *>(dx), static_cast<const double *>(dy), static_cast<const double *>(x), n);
    return (from_output ? vact_backward_from_output : vact_backward)(op, &p.f32, dx, dy, x, type, n);
}

} // namespace

Tensor unary(Tensor x, int64_t op, double a, double b, double c)
{
    const vact_type type = type_of(x, "unary");
    const size_t n = static_cast<size_t>(x.numel());
    Tensor y = torch::stable::empty_like(x);
    if (!same_dense_layout(x, y)) { // x has gaps or overlaps itself
        y = torch::stable::clone(x);
        x = y;
    }
    forward(op, Parameters(a, b, c), y.mutable_data_ptr(), x.const_data_ptr(), type, n);
    return y;
}

void unary_out(Tensor out, Tensor x, int64_t op, double a, double b, double c)
{
    const vact_type type = type_of(x, "unary_out");
    check_same_type(x, out, "unary_out");
    check_same_shape(x, out, "unary_out");
    const size_t n = static_cast<size_t>(x.numel());
    if (x.is_contiguous() && out.is_contiguous()) {
        forward(op, Parameters(a, b, c), out.mutable_data_ptr(), x.const_data_ptr(), type, n);
        return;
    }
    torch::stable::copy_(out, unary(x, op, a, b, c));
}

Tensor unary_backward(Tensor dy, Tensor x, int64_t code, bool from_output, double a, double b, double c)
{
    const vact_type type = type_of(x, "unary_backward");
    check_same_type(x, dy, "unary_backward");
    check_same_shape(x, dy, "unary_backward");
    Tensor dx = torch::stable::empty_like(x);
    x = with_layout_of(x, dx);
    dy = with_layout_of(dy, dx);
    const Parameters p(a, b, c);
    void *to = dx.mutable_data_ptr();
    const void *slopes = dy.const_data_ptr(), *inputs = x.const_data_ptr();
    check(over_elements(static_cast<size_t>(x.numel()),
                        [&](size_t first, size_t length) {
                            return backward_of(static_cast<vact_op>(code), p, from_output, at(to, first, type),
                                               at(slopes, first, type), at(inputs, first, type), type, length);
                        }),
          operation_name(code));
    return dx;
}

/* prelu in float; the other types are converted by the caller. The channels are dim 1, as in PyTorch. */
static Axis channels(const Tensor &x, const Tensor &weight)
{
    const Axis axis(x, x.dim() > 1 && weight.numel() > 1 ? 1 : 0);
    const size_t count = static_cast<size_t>(weight.numel());
    if (count == 1) {
        Axis whole = axis;
        whole.outer = whole.length = 1;
        whole.inner = static_cast<size_t>(x.numel());
        return whole;
    }
    STD_TORCH_CHECK(x.dim() > 1 && count == axis.length, "vact::prelu: ", count,
                    " weights for a tensor whose dim 1 has another size");
    return axis;
}

static void check_prelu(const Tensor &x, const Tensor &weight)
{
    STD_TORCH_CHECK(type_of(x, "prelu") == VACT_F32 && type_of(weight, "prelu") == VACT_F32,
                    "vact::prelu: takes float32 tensors");
}

Tensor prelu(Tensor x, Tensor weight)
{
    check_prelu(x, weight);
    const Axis axis = channels(x, weight);
    x = dense(x);
    weight = dense(weight);
    Tensor y = new_like(x, x.sizes());
    const float *from = static_cast<const float *>(x.const_data_ptr());
    const float *slope = static_cast<const float *>(weight.const_data_ptr());
    float *to = static_cast<float *>(y.mutable_data_ptr());
    const size_t each = axis.length * axis.inner;
    check(in_parallel(axis.outer, each,
                      [&](int64_t begin, int64_t end) {
                          const size_t first = static_cast<size_t>(begin) * each;
                          return vact_prelu_f32(to + first, from + first, slope, static_cast<size_t>(end - begin),
                                                axis.length, axis.inner);
                      }),
          "prelu: the weights must be finite");
    return y;
}

std::tuple<Tensor, Tensor> prelu_backward(Tensor dy, Tensor x, Tensor weight)
{
    check_prelu(x, weight);
    check_same_type(x, dy, "prelu_backward");
    check_same_shape(x, dy, "prelu_backward");
    const Axis axis = channels(x, weight);
    x = dense(x);
    dy = dense(dy);
    weight = dense(weight);
    Tensor dx = new_like(x, x.sizes()), dweight = new_like(weight, weight.sizes());
    check(vact_prelu_backward_f32(
              static_cast<float *>(dx.mutable_data_ptr()), static_cast<float *>(dweight.mutable_data_ptr()),
              static_cast<const float *>(dy.const_data_ptr()), static_cast<const float *>(x.const_data_ptr()),
              static_cast<const float *>(weight.const_data_ptr()), axis.outer, axis.length, axis.inner),
          "prelu_backward: the weights must be finite");
    return {dx, dweight};
}

/* The gradients of xielu's alpha_p and alpha_n, a tensor of two floats. */
Tensor xielu_alpha_backward(Tensor dy, Tensor x)
{
    STD_TORCH_CHECK(type_of(x, "xielu_alpha_backward") == VACT_F32,
                    "vact::xielu_alpha_backward: takes float32 tensors");
    check_same_type(x, dy, "xielu_alpha_backward");
    check_same_shape(x, dy, "xielu_alpha_backward");
    x = dense(x);
    dy = dense(dy);
    const int64_t two[] = {2};
    Tensor dalpha = new_like(x, IntHeaderOnlyArrayRef(two, 1));
    check(vact_xielu_alpha_backward_f32(static_cast<float *>(dalpha.mutable_data_ptr()),
                                        static_cast<const float *>(dy.const_data_ptr()),
                                        static_cast<const float *>(x.const_data_ptr()), static_cast<size_t>(x.numel())),
          "xielu_alpha_backward");
    return dalpha;
}

} // namespace vact_torch
