/* The softmax family by addresses: vact/_rows.py checks the arrays. */
#include "arrays.h"

namespace vact_python
{
namespace
{

template <typename T> T *pointer(const nb::dict &o, const char *key)
{
    return o.contains(key) ? reinterpret_cast<T *>(nb::cast<uintptr_t>(o[key])) : nullptr;
}

template <typename T> T value(const nb::dict &o, const char *key, T otherwise)
{
    return o.contains(key) ? nb::cast<T>(o[key]) : otherwise;
}

/* The members by their names in vact.h; layouts are tuples. */
vact_mask_layout mask_layout(const nb::dict &o, const char *key)
{
    if (!o.contains(key))
        return {0, 0, 0, 0, 0};
    const nb::tuple t = nb::cast<nb::tuple>(o[key]);
    return {nb::cast<size_t>(t[0]), nb::cast<size_t>(t[1]), nb::cast<size_t>(t[2]), nb::cast<size_t>(t[3]),
            nb::cast<size_t>(t[4])};
}

vact_values_layout values_layout(const nb::dict &o, const char *key)
{
    if (!o.contains(key))
        return {0, 0};
    const nb::tuple t = nb::cast<nb::tuple>(o[key]);
    return {nb::cast<size_t>(t[0]), nb::cast<size_t>(t[1])};
}

vact_softmax_options_f32 options_of(const nb::dict &o)
{
    vact_softmax_options_f32 made = VACT_SOFTMAX_OPTIONS_F32;
    made.scale = value(o, "scale", 1.0f);
    made.bias = pointer<const float>(o, "bias");
    made.bias_layout = mask_layout(o, "bias_layout");
    made.keep = pointer<const unsigned char>(o, "keep");
    made.keep_layout = mask_layout(o, "keep_layout");
    made.causal_queries = value<size_t>(o, "causal_queries", 0);
    made.causal_offset = value<ptrdiff_t>(o, "causal_offset", 0);
    made.window_before = value<size_t>(o, "window_before", 0);
    made.window_after = value<size_t>(o, "window_after", 0);
    made.lengths = pointer<const int64_t>(o, "lengths");
    made.lengths_layout = values_layout(o, "lengths_layout");
    made.slopes = pointer<const float>(o, "slopes");
    made.sinks = pointer<const float>(o, "sinks");
    made.heads_layout = values_layout(o, "heads_layout");
    made.softcap = value(o, "softcap", 0.0f);
    made.softcap_order = value(o, "softcap_after_mask", false) ? VACT_SOFTCAP_AFTER_MASK : VACT_SOFTCAP_BEFORE_MASK;
    return made;
}

enum Function { SOFTMAX, LOG_SOFTMAX, LOGSUMEXP };

/* Along the middle axis of dense tensors. */
void along_axis(int function, uintptr_t dst, uintptr_t src, int type, size_t outer, size_t axis, size_t inner)
{
    void *const to = address(dst), *const from = address(src);
    const auto kind = static_cast<vact_type>(type);
    auto *const wide = static_cast<double *>(to);
    const auto *const wide_from = static_cast<const double *>(from);
    check(unlocked(outer * axis * inner,
                   [&] {
                       switch (function) {
                       case SOFTMAX:
                           return kind == VACT_F64 ? vact_softmax_axis_f64(wide, wide_from, outer, axis, inner)
                                                   : vact_softmax_axis(to, from, kind, outer, axis, inner);
                       case LOG_SOFTMAX:
                           return kind == VACT_F64 ? vact_log_softmax_axis_f64(wide, wide_from, outer, axis, inner)
                                                   : vact_log_softmax_axis(to, from, kind, outer, axis, inner);
                       default:
                           return kind == VACT_F64
                                      ? vact_logsumexp_axis_f64(wide, wide_from, outer, axis, inner)
                                      : vact_logsumexp_axis(static_cast<float *>(to), from, kind, outer, axis, inner);
                       }
                   }),
          "the call");
}

/* dy, x and y as the gradients of vact.h have them; x of logsumexp alone. */
void along_axis_backward(int function, uintptr_t dx, uintptr_t dy, uintptr_t x, uintptr_t y, int type, size_t outer,
                         size_t axis, size_t inner)
{
    void *const to = address(dx), *const slopes = address(dy), *const in = address(x), *const results = address(y);
    const auto kind = static_cast<vact_type>(type);
    const bool wide = kind == VACT_F64;
    auto *const d = static_cast<double *>(to), *const s = static_cast<double *>(slopes),
                *const i = static_cast<double *>(in), *const r = static_cast<double *>(results);
    check(unlocked(outer * axis * inner,
                   [&] {
                       switch (function) {
                       case SOFTMAX:
                           return wide ? vact_softmax_backward_axis_f64(d, s, r, outer, axis, inner)
                                       : vact_softmax_backward_axis(to, slopes, results, kind, outer, axis, inner);
                       case LOG_SOFTMAX:
                           return wide ? vact_log_softmax_backward_axis_f64(d, s, r, outer, axis, inner)
                                       : vact_log_softmax_backward_axis(to, slopes, results, kind, outer, axis, inner);
                       default:
                           return wide ? vact_logsumexp_backward_axis_f64(d, s, i, r, outer, axis, inner)
                                       : vact_logsumexp_backward_axis(to, static_cast<float *>(slopes), in,
                                                                      static_cast<float *>(results), kind, outer, axis,
                                                                      inner);
                       }
                   }),
          "the call");
}

/* Dense rows with options, of one type to another. */
void masked(int function, uintptr_t dst, int dst_type, uintptr_t src, int src_type, size_t rows, size_t cols,
            const nb::dict &given)
{
    const vact_softmax_options_f32 options = options_of(given);
    const auto to = static_cast<vact_type>(dst_type), from = static_cast<vact_type>(src_type);
    check(unlocked(rows * cols,
                   [&] {
                       switch (function) {
                       case SOFTMAX:
                           return vact_softmax(address(dst), to, cols, address(src), from, cols, rows, cols, &options);
                       case LOG_SOFTMAX:
                           return vact_log_softmax(address(dst), to, cols, address(src), from, cols, rows, cols,
                                                   &options);
                       default:
                           return vact_logsumexp(static_cast<float *>(address(dst)), address(src), from, cols, rows,
                                                 cols, &options);
                       }
                   }),
          "the call");
}

/* The gradients of dense masked rows, of one type. dy and y of logsumexp, and dsink, are floats. */
void masked_backward(int function, uintptr_t dx, uintptr_t dsink, uintptr_t dy, uintptr_t x, uintptr_t y, int type,
                     size_t rows, size_t cols, const nb::dict &given)
{
    const vact_softmax_options_f32 options = options_of(given);
    const auto kind = static_cast<vact_type>(type);
    auto *const sinks = static_cast<float *>(address(dsink));
    check(unlocked(rows * cols,
                   [&] {
                       switch (function) {
                       case SOFTMAX:
                           return vact_softmax_backward_masked(address(dx), cols, sinks, address(dy), cols, address(x),
                                                               cols, address(y), cols, kind, rows, cols, &options);
                       case LOG_SOFTMAX:
                           return vact_log_softmax_backward_masked(address(dx), cols, sinks, address(dy), cols,
                                                                   address(x), cols, address(y), cols, kind, rows, cols,
                                                                   &options);
                       default:
                           return vact_logsumexp_backward_masked(
                               address(dx), cols, sinks, static_cast<const float *>(address(dy)), address(x), cols,
                               static_cast<const float *>(address(y)), kind, rows, cols, &options);
                       }
                   }),
          "the call");
}

/* A packed gated unit: rows of 2*cols elements. */
void packed(int op, int layout, bool eager, uintptr_t dst, int dst_type, uintptr_t src, int src_type, size_t rows,
            size_t cols, double a, double b, double c)
{
    const auto to = static_cast<vact_type>(dst_type), from = static_cast<vact_type>(src_type);
    const auto which = static_cast<vact_op>(op);
    const auto order = static_cast<vact_gate_layout>(layout);
    const vact_params_f32 params = {{static_cast<float>(a), static_cast<float>(b), static_cast<float>(c), 0.0f}};
    const vact_params_f64 wide = {{a, b, c, 0.0}};
    vact_gate_options options = VACT_GATE_OPTIONS;
    options.rounding = eager ? VACT_GATE_EAGER : VACT_GATE_ONCE;
    check(unlocked(rows * cols,
                   [&] {
                       if (from == VACT_F64)
                           return vact_gate_packed_f64(which, &wide, order, static_cast<double *>(address(dst)), cols,
                                                       static_cast<const double *>(address(src)), 2 * cols, rows, cols);
                       return vact_gate_packed(which, &params, &options, order, address(dst), to, cols, address(src),
                                               from, 2 * cols, rows, cols);
                   }),
          "the call");
}

} // namespace

void add_rows(nb::module_ &m)
{
    m.def("along_axis", &along_axis);
    m.def("along_axis_backward", &along_axis_backward);
    m.def("masked", &masked);
    m.def("masked_backward", &masked_backward);
    m.def("packed", &packed);
}

} // namespace vact_python
