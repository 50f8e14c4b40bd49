/* Losses from raw logits. */
#include "operators.h"

namespace vact_torch
{
namespace
{

/* Options of float and of double differ in their types alone. */
template <class Options, class Number> struct Of {
    static const Number *data(const OptionalTensor &x)
    {
        return x ? static_cast<const Number *>(x->const_data_ptr()) : nullptr;
    }
};

OptionalTensor as_weights(const OptionalTensor &weight, vact_type type)
{
    if (!weight)
        return weight;
    STD_TORCH_CHECK(weight->scalar_type() == wide_type(type) && weight->is_cpu(),
                    "vact: weights must be float32 on the CPU, of float64 logits float64");
    return dense(*weight);
}

/* Where the classes are adjacent, rows of them may lie apart; else the logits are [N, C, inner], dense. */
struct Logits {
    Tensor tensor;
    size_t rows, cols, inner, stride;
    Logits(const Tensor &x) : tensor(x)
    {
        STD_TORCH_CHECK(x.dim() > 0, "vact::cross_entropy: the logits need a dim of classes");
        const Axis axis(x, x.dim() == 1 ? 0 : 1);
        rows = axis.outer * axis.inner;
        cols = axis.length;
        inner = axis.inner;
        stride = 0;
        if (x.dim() <= 2) {
            const Matrix m(x);
            tensor = m.tensor;
            stride = m.stride;
        } else {
            tensor = dense(x);
        }
    }
};

struct Entropy {
    Logits logits;
    vact_type type;
    Tensor target;
    bool probabilities, wide;
    OptionalTensor weight;
    int64_t reduction, ignore_index;
    double smoothing, z_loss;
    bool nll;

    template <class Options, class Number> Options options(Options o) const
    {
        o.reduction = static_cast<vact_reduction>(reduction);
        o.ignore_index = ignore_index;
        o.label_smoothing = static_cast<Number>(smoothing);
        o.z_loss = static_cast<Number>(z_loss);
        o.nll = nll;
        o.class_weights = Of<Options, Number>::data(weight);
        o.inner = logits.inner;
        o.stride = logits.stride;
        o.probabilities = probabilities ? static_cast<const Number *>(target.const_data_ptr()) : nullptr;
        return o;
    }
};

Entropy read(const Tensor &logits, const Tensor &target, const OptionalTensor &weight, int64_t reduction,
             int64_t ignore_index, double label_smoothing, double z_loss, bool nll)
{
    const vact_type type = type_of(logits, "cross_entropy");
    Entropy e = {Logits(logits), type,         dense(target),   false,  false, as_weights(weight, type),
                 reduction,      ignore_index, label_smoothing, z_loss, nll};
    const ScalarType of_target = target.scalar_type();
    e.wide = of_target == ScalarType::Long;
    e.probabilities = !e.wide && of_target != ScalarType::Int;
    STD_TORCH_CHECK(target.is_cpu() && (!e.probabilities || of_target == logits.scalar_type()),
                    "vact::cross_entropy: the target must be int64, int32 or probabilities of the logits' type");
    STD_TORCH_CHECK(target.numel() == (e.probabilities ? logits.numel() : static_cast<int64_t>(e.logits.rows)),
                    "vact::cross_entropy: the target has another shape than the logits ask for");
    STD_TORCH_CHECK(!weight || static_cast<size_t>(weight->numel()) == e.logits.cols,
                    "vact::cross_entropy: there must be one weight per class");
    return e;
}

const char *const ENTROPY = "cross_entropy: targets must be classes or the ignore_index, weights finite, "
                            "label_smoothing within [0, 1], z_loss at least 0";

std::vector<int64_t> sizes_of_losses(const Tensor &logits, int64_t reduction)
{
    std::vector<int64_t> sizes;
    for (int64_t d = 0; reduction == VACT_REDUCTION_NONE && d < logits.dim(); d++)
        if (d != (logits.dim() == 1 ? 0 : 1))
            sizes.push_back(logits.size(d));
    return sizes;
}

template <class Number> const Number *integers(const Tensor &target)
{
    return static_cast<const Number *>(target.const_data_ptr());
}

} // namespace

Tensor cross_entropy(Tensor logits, Tensor target, OptionalTensor weight, int64_t reduction, int64_t ignore_index,
                     double label_smoothing, double z_loss, bool nll)
{
    const Entropy e = read(logits, target, weight, reduction, ignore_index, label_smoothing, z_loss, nll);
    Tensor loss = new_like(logits, sizes_of_losses(logits, reduction), wide_type(e.type));
    const void *from = e.logits.tensor.const_data_ptr();
    void *to = loss.mutable_data_ptr();
    const size_t rows = e.logits.rows, cols = e.logits.cols;
    vact_status status;
    if (e.type == VACT_F64) {
        const auto o = e.options<vact_cross_entropy_options_f64, double>(VACT_CROSS_ENTROPY_OPTIONS_F64);
        double *losses = static_cast<double *>(to);
        const double *x = static_cast<const double *>(from);
        status = e.wide || e.probabilities
                     ? vact_cross_entropy_i64_f64(losses, x, integers<int64_t>(e.target), rows, cols, &o)
                     : vact_cross_entropy_i32_f64(losses, x, integers<int32_t>(e.target), rows, cols, &o);
    } else {
        const auto o = e.options<vact_cross_entropy_options_f32, float>(VACT_CROSS_ENTROPY_OPTIONS_F32);
        float *losses = static_cast<float *>(to);
        status = e.wide || e.probabilities
                     ? vact_cross_entropy_i64(losses, from, e.type, integers<int64_t>(e.target), rows, cols, &o)
                     : vact_cross_entropy_i32(losses, from, e.type, integers<int32_t>(e.target), rows, cols, &o);
    }
    check(status, ENTROPY);
    return loss;
}

Tensor cross_entropy_backward(Tensor dy, Tensor logits, Tensor target, OptionalTensor weight, int64_t reduction,
                              int64_t ignore_index, double label_smoothing, double z_loss, bool nll)
{
    const Entropy e = read(logits, target, weight, reduction, ignore_index, label_smoothing, z_loss, nll);
    const size_t rows = e.logits.rows, cols = e.logits.cols;
    STD_TORCH_CHECK(dy.scalar_type() == wide_type(e.type) &&
                        dy.numel() == (reduction == VACT_REDUCTION_NONE ? static_cast<int64_t>(rows) : 1),
                    "vact::cross_entropy_backward: dy must have the loss's shape and type");
    dy = dense(dy);
    Tensor dx = new_like(logits, logits.sizes());
    const void *from = e.logits.tensor.const_data_ptr(), *slopes = dy.const_data_ptr();
    void *to = dx.mutable_data_ptr();
    vact_status status;
    if (e.type == VACT_F64) {
        const auto o = e.options<vact_cross_entropy_options_f64, double>(VACT_CROSS_ENTROPY_OPTIONS_F64);
        double *d = static_cast<double *>(to);
        const double *x = static_cast<const double *>(from), *s = static_cast<const double *>(slopes);
        status = e.wide || e.probabilities
                     ? vact_cross_entropy_backward_i64_f64(d, s, x, integers<int64_t>(e.target), rows, cols, &o)
                     : vact_cross_entropy_backward_i32_f64(d, s, x, integers<int32_t>(e.target), rows, cols, &o);
    } else {
        const auto o = e.options<vact_cross_entropy_options_f32, float>(VACT_CROSS_ENTROPY_OPTIONS_F32);
        const float *s = static_cast<const float *>(slopes);
        status =
            e.wide || e.probabilities
                ? vact_cross_entropy_backward_i64(to, s, from, e.type, integers<int64_t>(e.target), rows, cols, &o)
                : vact_cross_entropy_backward_i32(to, s, from, e.type, integers<int32_t>(e.target), rows, cols, &o);
    }
    check(status, ENTROPY);
    return dx;
}

/* ------------------------------------------------------------------------------------------ binary */

namespace
{

struct Binary {
    Tensor x, target;
    vact_type type;
    OptionalTensor weight, pos_weight;

    Binary(const Tensor &logits, const Tensor &targets, const OptionalTensor &w, const OptionalTensor &positive)
        : x(dense(logits)), target(dense(targets)), type(type_of(logits, "bce_with_logits")),
          weight(as_weights(w, type)), pos_weight(as_weights(positive, type))
    {
        check_same_type(logits, targets, "bce_with_logits");
        check_same_shape(logits, targets, "bce_with_logits");
    }

    template <class Options, class Number> Options options(Options o, int64_t reduction) const
    {
        o.reduction = static_cast<vact_reduction>(reduction);
        o.weight = Of<Options, Number>::data(weight);
        o.weight_count = weight ? static_cast<size_t>(weight->numel()) : 0;
        o.pos_weight = Of<Options, Number>::data(pos_weight);
        o.pos_weight_count = pos_weight ? static_cast<size_t>(pos_weight->numel()) : 0;
        return o;
    }
};

const char *const BINARY = "bce_with_logits: the number of weights must divide the number of logits";

} // namespace

Tensor bce_with_logits(Tensor x, Tensor target, OptionalTensor weight, OptionalTensor pos_weight, int64_t reduction)
{
    const Binary b(x, target, weight, pos_weight);
    const std::vector<int64_t> scalar;
    Tensor loss =
        new_like(x, reduction == VACT_REDUCTION_NONE ? x.sizes() : IntHeaderOnlyArrayRef(scalar), wide_type(b.type));
    const size_t n = static_cast<size_t>(x.numel());
    const void *from = b.x.const_data_ptr(), *targets = b.target.const_data_ptr();
    void *to = loss.mutable_data_ptr();
    vact_status status;
    if (b.type == VACT_F64) {
        const auto o = b.options<vact_bce_with_logits_options_f64, double>(VACT_BCE_WITH_LOGITS_OPTIONS_F64, reduction);
        status = vact_bce_with_logits_f64(static_cast<double *>(to), static_cast<const double *>(from),
                                          static_cast<const double *>(targets), n, &o);
    } else {
        const auto o = b.options<vact_bce_with_logits_options_f32, float>(VACT_BCE_WITH_LOGITS_OPTIONS_F32, reduction);
        status = vact_bce_with_logits(static_cast<float *>(to), from, targets, b.type, n, &o);
    }
    check(status, BINARY);
    return loss;
}

Tensor bce_with_logits_backward(Tensor dy, Tensor x, Tensor target, OptionalTensor weight, OptionalTensor pos_weight,
                                int64_t reduction)
{
    const Binary b(x, target, weight, pos_weight);
    STD_TORCH_CHECK(dy.scalar_type() == wide_type(b.type) &&
                        dy.numel() == (reduction == VACT_REDUCTION_NONE ? x.numel() : 1),
                    "vact::bce_with_logits_backward: dy must have the loss's shape and type");
    dy = dense(dy);
    Tensor dx = new_like(x, x.sizes());
    const size_t n = static_cast<size_t>(x.numel());
    const void *from = b.x.const_data_ptr(), *targets = b.target.const_data_ptr(), *slopes = dy.const_data_ptr();
    void *to = dx.mutable_data_ptr();
    vact_status status;
    if (b.type == VACT_F64) {
        const auto o = b.options<vact_bce_with_logits_options_f64, double>(VACT_BCE_WITH_LOGITS_OPTIONS_F64, reduction);
        status = vact_bce_with_logits_backward_f64(static_cast<double *>(to), static_cast<const double *>(slopes),
                                                   static_cast<const double *>(from),
                                                   static_cast<const double *>(targets), n, &o);
    } else {
        const auto o = b.options<vact_bce_with_logits_options_f32, float>(VACT_BCE_WITH_LOGITS_OPTIONS_F32, reduction);
        status = vact_bce_with_logits_backward(to, static_cast<const float *>(slopes), from, targets, b.type, n, &o);
    }
    check(status, BINARY);
    return dx;
}

} // namespace vact_torch
