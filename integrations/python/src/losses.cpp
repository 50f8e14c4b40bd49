/* The losses, 8-bit tables, prelu and conversions by addresses: the Python files beside check the arrays. */
#include "arrays.h"

namespace vact_python
{
namespace
{

template <typename T> T *at(uintptr_t address_of) { return static_cast<T *>(address(address_of)); }

struct Entropy {
    uintptr_t loss, dx, dy, logits, targets, weights, probabilities;
    size_t rows, cols, inner;
    int64_t ignore_index;
    double smoothing, z_loss;
    int reduction;
    bool nll;
};

template <typename Options> Options options_of(const Entropy &e, Options made)
{
    made.reduction = static_cast<vact_reduction>(e.reduction);
    made.label_smoothing = static_cast<decltype(made.label_smoothing)>(e.smoothing);
    made.z_loss = static_cast<decltype(made.z_loss)>(e.z_loss);
    made.ignore_index = e.ignore_index;
    made.class_weights = static_cast<decltype(made.class_weights)>(address(e.weights));
    made.probabilities = static_cast<decltype(made.probabilities)>(address(e.probabilities));
    made.inner = e.inner;
    made.nll = e.nll;
    return made;
}

/* The loss if there is no dx, else the gradient. */
vact_status run(const Entropy &e, vact_type type)
{
    const auto *const targets = at<const int64_t>(e.targets);
    if (type == VACT_F64) {
        const vact_cross_entropy_options_f64 o =
            options_of<vact_cross_entropy_options_f64>(e, VACT_CROSS_ENTROPY_OPTIONS_F64);
        const auto *const x = at<const double>(e.logits);
        return e.dx == 0 ? vact_cross_entropy_i64_f64(at<double>(e.loss), x, targets, e.rows, e.cols, &o)
                         : vact_cross_entropy_backward_i64_f64(at<double>(e.dx), at<const double>(e.dy), x, targets,
                                                               e.rows, e.cols, &o);
    }
    const vact_cross_entropy_options_f32 o =
        options_of<vact_cross_entropy_options_f32>(e, VACT_CROSS_ENTROPY_OPTIONS_F32);
    return e.dx == 0 ? vact_cross_entropy_i64(at<float>(e.loss), address(e.logits), type, targets, e.rows, e.cols, &o)
                     : vact_cross_entropy_backward_i64(address(e.dx), at<const float>(e.dy), address(e.logits), type,
                                                       targets, e.rows, e.cols, &o);
}

void cross_entropy(int type, uintptr_t loss, uintptr_t dx, uintptr_t dy, uintptr_t logits, uintptr_t targets,
                   uintptr_t weights, uintptr_t probabilities, size_t rows, size_t cols, size_t inner,
                   int64_t ignore_index, double smoothing, double z_loss, int reduction, bool nll)
{
    const Entropy call{loss,  dx,           dy,        logits, targets,   weights, probabilities, rows, cols,
                       inner, ignore_index, smoothing, z_loss, reduction, nll};
    check(unlocked(rows * cols, [&] { return run(call, static_cast<vact_type>(type)); }), "cross_entropy");
}

template <typename Options>
Options bce_options(Options made, int reduction, uintptr_t positive, size_t positives, uintptr_t weight, size_t weights)
{
    made.reduction = static_cast<vact_reduction>(reduction);
    made.pos_weight = static_cast<decltype(made.pos_weight)>(address(positive));
    made.pos_weight_count = positives;
    made.weight = static_cast<decltype(made.weight)>(address(weight));
    made.weight_count = weights;
    return made;
}

void bce(int type, uintptr_t loss, uintptr_t dx, uintptr_t dy, uintptr_t x, uintptr_t targets, size_t n, int reduction,
         uintptr_t positive, size_t positives, uintptr_t weight, size_t weights)
{
    const auto kind = static_cast<vact_type>(type);
    const auto narrow = bce_options<vact_bce_with_logits_options_f32>(VACT_BCE_WITH_LOGITS_OPTIONS_F32, reduction,
                                                                      positive, positives, weight, weights);
    const auto wide = bce_options<vact_bce_with_logits_options_f64>(VACT_BCE_WITH_LOGITS_OPTIONS_F64, reduction,
                                                                    positive, positives, weight, weights);
    check(unlocked(n,
                   [&] {
                       if (kind == VACT_F64)
                           return dx == 0 ? vact_bce_with_logits_f64(at<double>(loss), at<const double>(x),
                                                                     at<const double>(targets), n, &wide)
                                          : vact_bce_with_logits_backward_f64(at<double>(dx), at<const double>(dy),
                                                                              at<const double>(x),
                                                                              at<const double>(targets), n, &wide);
                       return dx == 0 ? vact_bce_with_logits(at<float>(loss), address(x), address(targets), kind, n,
                                                             &narrow)
                                      : vact_bce_with_logits_backward(address(dx), at<const float>(dy), address(x),
                                                                      address(targets), kind, n, &narrow);
                   }),
          "bce_with_logits");
}

void prelu(uintptr_t dst, uintptr_t src, uintptr_t slope, size_t outer, size_t channels, size_t inner)
{
    check(unlocked(outer * channels * inner,
                   [&] {
                       return vact_prelu_f32(at<float>(dst), at<const float>(src), at<const float>(slope), outer,
                                             channels, inner);
                   }),
          "prelu");
}

void prelu_backward(uintptr_t dx, uintptr_t dslope, uintptr_t dy, uintptr_t x, uintptr_t slope, size_t outer,
                    size_t channels, size_t inner)
{
    check(unlocked(outer * channels * inner,
                   [&] {
                       return vact_prelu_backward_f32(at<float>(dx), at<float>(dslope), at<const float>(dy),
                                                      at<const float>(x), at<const float>(slope), outer, channels,
                                                      inner);
                   }),
          "prelu_backward");
}

void lut_build(uintptr_t table, bool is_signed, int op, double a, double b, double c, double in_scale, int in_zero,
               double out_scale, int out_zero)
{
    const vact_params_f32 params = {{static_cast<float>(a), static_cast<float>(b), static_cast<float>(c), 0.0f}};
    const auto build = is_signed ? vact_lut_build_i8 : vact_lut_build_u8;
    check(build(at<uint8_t>(table), static_cast<vact_op>(op), &params, static_cast<float>(in_scale), in_zero,
                static_cast<float>(out_scale), out_zero),
          "the table");
}

void lut(uintptr_t dst, uintptr_t src, size_t n, uintptr_t table)
{
    check(unlocked(n / 8, [&] { return vact_lut_8(address(dst), address(src), n, at<const uint8_t>(table)); }), "lut");
}

} // namespace

void add_losses(nb::module_ &m)
{
    m.def("cross_entropy", &cross_entropy);
    m.def("bce", &bce);
    m.def("prelu", &prelu);
    m.def("prelu_backward", &prelu_backward);
    m.def("lut_build", &lut_build);
    m.def("lut", &lut);
}

} // namespace vact_python
