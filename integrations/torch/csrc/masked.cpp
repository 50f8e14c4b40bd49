/* The softmax family along the last dim with masks, causality, windows, lengths, slopes, sinks and a soft cap. */
#include "operators.h"

#include <limits>

namespace vact_torch
{
namespace
{

enum { SOFTMAX = 0, LOG_SOFTMAX = 1, LOGSUMEXP = 2 };

size_t last_of(const Tensor &x, int64_t back)
{
    return x.dim() < back ? 1 : static_cast<size_t>(x.size(x.dim() - back));
}

/* A mask that can be broadcast to the shape of x. Its rows are those of its own dims; the layout says which row of x
 * reads which. */
struct Mask {
    Tensor tensor;
    std::vector<size_t> sizes, full; // of all dims but the last, from the first on: the mask's and x's

    Mask(const Tensor &mask, const Tensor &x, const char *what) : tensor(mask)
    {
        const int64_t missing = x.dim() - mask.dim();
        bool fits = missing >= 0 && mask.is_cpu();
        for (int64_t d = 0; fits && d < x.dim(); d++) {
            const int64_t size = d < missing ? 1 : mask.size(d - missing);
            fits = size == x.size(d) || (size == 1 && d < x.dim() - 1);
            if (d < x.dim() - 1) {
                sizes.push_back(static_cast<size_t>(size));
                full.push_back(static_cast<size_t>(x.size(d)));
            }
        }
        STD_TORCH_CHECK(fits, "vact::masked: ", what, " must broadcast to the input, and have all of its columns");
        tensor = dense(mask);
    }

    /* For the rows of x with index begin to end - 1 in dim 0. A run of dims of size 1 is skipped, a run of others
     * walked; up to two runs are walked with skipped ones before, between and after them. */
    vact_mask_layout layout(size_t begin, size_t end) const
    {
        size_t walked[2] = {1, 1}, between = 1, repeat = 1;
        int runs = 0;
        bool before = true;
        for (size_t d = 0; d < sizes.size(); d++) {
            const size_t size = d == 0 ? end - begin : full[d];
            if (size == 1)
                continue;
            if (sizes[d] == 1) {
                repeat *= size;
                before = true;
                continue;
            }
            if (before && runs > 0)
                between = repeat;
            runs += before;
            STD_TORCH_CHECK(runs <= 2, "vact::masked: a mask with more than two runs of dims that are not broadcast");
            if (before)
                repeat = 1;
            before = false;
            walked[runs - 1] *= size;
        }
        const size_t cols = static_cast<size_t>(tensor.size(tensor.dim() - 1));
        if (runs < 2) // one run: what follows it repeats it
            return {cols, walked[0], runs == 1 ? repeat : 1, 0, 0};
        return {cols, walked[0] * walked[1], repeat, between * walked[1] * repeat, walked[1]};
    }

    size_t offset(size_t begin) const // of the elements before index `begin` of dim 0
    {
        if (sizes.empty() || sizes[0] == 1)
            return 0;
        return begin * static_cast<size_t>(tensor.numel()) / sizes[0];
    }
};

/* All options, which do not change from piece to piece. */
struct Options {
    double scale, softcap;
    bool causal, softcap_after_mask;
    int64_t causal_offset, window_before, window_after;
    std::optional<Mask> bias, keep;
    OptionalTensor causal_offsets, lengths, slopes, sinks;
    size_t queries, heads, batch, rows_of_batch;

    /* Which of the values serves a row of a piece: of one per batch, which is dim 0. */
    template <class Number>
    const Number *of_batch(const OptionalTensor &values, size_t begin, size_t count, vact_values_layout *layout) const
    {
        if (!values)
            return nullptr;
        const bool one = values->numel() == 1;
        *layout = {one ? 1 : count, one ? 1 : rows_of_batch};
        return static_cast<const Number *>(values->const_data_ptr()) + (one ? 0 : begin);
    }

    vact_softmax_options_f32 piece(size_t begin, size_t end, bool heads_are_dim_0) const
    {
        vact_softmax_options_f32 o = VACT_SOFTMAX_OPTIONS_F32;
        o.scale = static_cast<float>(scale);
        o.softcap = static_cast<float>(softcap);
        o.softcap_order = softcap_after_mask ? VACT_SOFTCAP_AFTER_MASK : VACT_SOFTCAP_BEFORE_MASK;
        if (bias) {
            o.bias = static_cast<const float *>(bias->tensor.const_data_ptr()) + bias->offset(begin);
            o.bias_layout = bias->layout(begin, end);
        }
        if (keep) {
            o.keep = static_cast<const unsigned char *>(keep->tensor.const_data_ptr()) + keep->offset(begin);
            o.keep_layout = keep->layout(begin, end);
        }
        if (causal || window_before >= 0 || window_after >= 0) {
            o.causal_queries = queries;
            o.causal_offset = causal_offset;
            o.window_before = window_before < 0 ? 0 : static_cast<size_t>(window_before);
            o.window_after = causal ? 0 : window_after < 0 ? SIZE_MAX : static_cast<size_t>(window_after);
            o.causal_offsets = of_batch<int64_t>(causal_offsets, begin, end - begin, &o.causal_layout);
        }
        o.lengths = of_batch<int64_t>(lengths, begin, end - begin, &o.lengths_layout);
        const size_t skipped = heads_are_dim_0 && heads > 1 ? begin : 0;
        o.heads_layout = {heads_are_dim_0 && heads > 1 ? end - begin : heads, queries};
        o.slopes = slopes ? static_cast<const float *>(slopes->const_data_ptr()) + skipped : nullptr;
        o.sinks = sinks ? static_cast<const float *>(sinks->const_data_ptr()) + skipped : nullptr;
        return o;
    }
};

void check_values(const OptionalTensor &values, ScalarType type, size_t count, const char *what)
{
    STD_TORCH_CHECK(!values || (values->is_cpu() && values->scalar_type() == type && values->is_contiguous() &&
                                (values->numel() == 1 || static_cast<size_t>(values->numel()) == count)),
                    "vact::masked: ", what);
}

Options read(const Tensor &x, double scale, const OptionalTensor &bias, const OptionalTensor &keep, bool causal,
             int64_t causal_offset, const OptionalTensor &causal_offsets, int64_t window_before, int64_t window_after,
             const OptionalTensor &lengths, const OptionalTensor &slopes, const OptionalTensor &sinks, double softcap,
             bool softcap_after_mask)
{
    STD_TORCH_CHECK(type_of(x, "masked") != VACT_F64, "vact::masked: vact has no masks on float64");
    STD_TORCH_CHECK(x.dim() > 0, "vact::masked: the input needs a dim");
    STD_TORCH_CHECK(!bias || bias->scalar_type() == ScalarType::Float, "vact::masked: the bias must be float32");
    STD_TORCH_CHECK(!keep || keep->scalar_type() == ScalarType::Bool, "vact::masked: keep must be bool");
    Options o = {scale,
                 softcap,
                 causal,
                 softcap_after_mask,
                 causal_offset,
                 window_before,
                 window_after,
                 std::nullopt,
                 std::nullopt,
                 causal_offsets,
                 lengths,
                 slopes,
                 sinks,
                 last_of(x, 2),
                 1,
                 last_of(x, x.dim()),
                 1};
    if (bias)
        o.bias.emplace(*bias, x, "the bias");
    if (keep)
        o.keep.emplace(*keep, x, "keep");
    const size_t heads = last_of(x, 3), cols = last_of(x, 1);
    o.rows_of_batch = o.batch == 0 || cols == 0 ? 1 : static_cast<size_t>(x.numel()) / cols / o.batch;
    check_values(slopes, ScalarType::Float, heads, "slopes must be float32, contiguous, one or one per head (dim -3)");
    check_values(sinks, ScalarType::Float, heads, "sinks must be float32, contiguous, one or one per head (dim -3)");
    check_values(lengths, ScalarType::Long, o.batch,
                 "lengths must be int64, contiguous, one or one per index of dim 0");
    check_values(causal_offsets, ScalarType::Long, o.batch,
                 "causal_offsets must be int64, contiguous, one or one per index of dim 0");
    const bool many = (slopes && slopes->numel() > 1) || (sinks && sinks->numel() > 1);
    STD_TORCH_CHECK(!slopes || !sinks || slopes->numel() == sinks->numel(),
                    "vact::masked: there must be as many slopes as sinks");
    o.heads = many ? heads : 1;
    return o;
}

/* Runs work(options, begin, end) over pieces of dim 0, or at once where that dim is the queries, or for `whole`. */
template <class Work> void over_batch(const Tensor &x, const Options &options, bool whole, const Work &work)
{
    const bool heads_are_dim_0 = x.dim() == 3;
    const size_t each = options.batch == 0 ? 0 : static_cast<size_t>(x.numel()) / options.batch;
    const size_t count = options.batch;
    const char *const what = "masked: scale finite, softcap at least 0, slopes finite, a window only with queries";
    if (whole || x.dim() < 3 || count == 0) {
        const vact_softmax_options_f32 o = options.piece(0, count, heads_are_dim_0);
        check(work(o, 0, count), what);
        return;
    }
    check(in_parallel(count, each,
                      [&](int64_t begin, int64_t end) {
                          const size_t first = static_cast<size_t>(begin), last = static_cast<size_t>(end);
                          const vact_softmax_options_f32 o = options.piece(first, last, heads_are_dim_0);
                          return work(o, first, last);
                      }),
          what);
}

} // namespace

Tensor masked(Tensor x, int64_t kind, double scale, OptionalTensor bias, OptionalTensor keep, bool causal,
              int64_t causal_offset, OptionalTensor causal_offsets, int64_t window_before, int64_t window_after,
              OptionalTensor lengths, OptionalTensor slopes, OptionalTensor sinks, double softcap,
              bool softcap_after_mask)
{
    const Options options = read(x, scale, bias, keep, causal, causal_offset, causal_offsets, window_before,
                                 window_after, lengths, slopes, sinks, softcap, softcap_after_mask);
    const vact_type type = type_of(x, "masked");
    x = dense(x);
    std::vector<int64_t> sizes(x.sizes().begin(), x.sizes().end());
    const size_t cols = static_cast<size_t>(sizes.back());
    if (kind == LOGSUMEXP)
        sizes.pop_back();
    Tensor y = kind == LOGSUMEXP ? new_like(x, sizes, ScalarType::Float) : new_like(x, sizes);
    if (lengths) // what lies beyond them is not written
        torch::stable::fill_(y, kind == LOG_SOFTMAX ? -std::numeric_limits<double>::infinity() : 0.0);
    const char *from = static_cast<const char *>(x.const_data_ptr());
    char *to = static_cast<char *>(y.mutable_data_ptr());
    over_batch(x, options, false, [&](const vact_softmax_options_f32 &o, size_t begin, size_t end) {
        const size_t rows = (end - begin) * options.rows_of_batch, row = begin * options.rows_of_batch;
        const char *src = from + row * cols * size_of(type);
        if (kind == LOGSUMEXP)
            return vact_logsumexp(reinterpret_cast<float *>(to) + row, src, type, cols, rows, cols, &o);
        return (kind == SOFTMAX ? vact_softmax : vact_log_softmax)(to + row * cols * size_of(type), type, cols, src,
                                                                   type, cols, rows, cols, &o);
    });
    return y;
}

std::tuple<Tensor, Tensor> masked_backward(Tensor dy, OptionalTensor x, Tensor y, int64_t kind, double scale,
                                           OptionalTensor bias, OptionalTensor keep, bool causal, int64_t causal_offset,
                                           OptionalTensor causal_offsets, int64_t window_before, int64_t window_after,
                                           OptionalTensor lengths, OptionalTensor slopes, OptionalTensor sinks,
                                           double softcap, bool softcap_after_mask)
{
    STD_TORCH_CHECK(x || kind != LOGSUMEXP, "vact::masked_backward: logsumexp needs x");
    const Tensor shaped = dense(x ? *x : y), slopes_of_y = dense(dy), results = dense(y);
    check_same_shape(dy, y, "masked_backward");
    check_same_type(dy, y, "masked_backward");
    const Options options = read(shaped, scale, bias, keep, causal, causal_offset, causal_offsets, window_before,
                                 window_after, lengths, slopes, sinks, softcap, softcap_after_mask);
    const vact_type type = type_of(shaped, "masked_backward");
    Tensor dx = new_like(shaped, shaped.sizes());
    if (lengths)
        torch::stable::zero_(dx);
    const int64_t none[] = {0};
    Tensor dsinks =
        sinks ? new_like(*sinks, sinks->sizes()) : new_like(shaped, IntHeaderOnlyArrayRef(none, 1), ScalarType::Float);
    const size_t cols = last_of(shaped, 1);
    // Sums over all rows of a head: in one piece.
    over_batch(shaped, options, sinks.has_value(), [&](const vact_softmax_options_f32 &o, size_t begin, size_t end) {
        const size_t rows = (end - begin) * options.rows_of_batch, row = begin * options.rows_of_batch;
        const size_t at = row * cols * size_of(type);
        char *to = static_cast<char *>(dx.data_ptr()) + at;
        const char *dys = static_cast<const char *>(slopes_of_y.const_data_ptr());
        const char *ys = static_cast<const char *>(results.const_data_ptr());
        const char *xs = x ? static_cast<const char *>(shaped.const_data_ptr()) + at : nullptr;
        float *dsink = sinks ? static_cast<float *>(dsinks.data_ptr()) : nullptr;
        if (kind == LOGSUMEXP)
            return vact_logsumexp_backward_masked(to, cols, dsink, reinterpret_cast<const float *>(dys) + row, xs, cols,
                                                  reinterpret_cast<const float *>(ys) + row, type, rows, cols, &o);
        return (kind == SOFTMAX ? vact_softmax_backward_masked : vact_log_softmax_backward_masked)(
            to, cols, dsink, dys + at, cols, xs, cols, ys + at, cols, type, rows, cols, &o);
    });
    return {dx, dsinks};
}

} // namespace vact_torch
