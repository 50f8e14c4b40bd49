/* What the operators share: how a tensor lies in memory, which type it has, what an error says, and threads. */
#ifndef VACT_TORCH_TENSORS_H
#define VACT_TORCH_TENSORS_H

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>
#include <torch/headeronly/util/Exception.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include <vact/vact.h>

namespace vact_torch
{

using torch::headeronly::IntHeaderOnlyArrayRef;
using torch::headeronly::ScalarType;
using torch::stable::Tensor;
using OptionalTensor = std::optional<Tensor>;

/* The type of the elements; an error that names the operator for any other. */
vact_type type_of(const Tensor &x, const char *operator_name);
/* float for 16-bit types, else the type itself: of losses, and of logsumexp's results. */
ScalarType wide_type(vact_type type);
inline size_t size_of(vact_type type)
{
    return type == VACT_F64 ? sizeof(double) : type == VACT_F32 ? sizeof(float) : sizeof(vact_bf16);
}

/* An error for anything but VACT_OK. `what` is the operation, and what its arguments must be. */
void check(vact_status status, const char *what);
void check_same_shape(const Tensor &a, const Tensor &b, const char *operator_name);
void check_same_type(const Tensor &a, const Tensor &b, const char *operator_name);

const char *operation_name(int64_t op);

/* At most three parameters, as doubles; the calls of float round them. */
struct Parameters {
    vact_params_f32 f32;
    vact_params_f64 f64;
    Parameters(double a, double b, double c)
        : f32{{static_cast<float>(a), static_cast<float>(b), static_cast<float>(c), 0.0f}}, f64{{a, b, c, 0.0}}
    {
    }
};

/* Whether the elements fill one piece of memory in the order of b's elements. */
bool same_dense_layout(const Tensor &a, const Tensor &b);
/* x, or a copy of it, laid out as `like`, which is dense. */
Tensor with_layout_of(const Tensor &x, const Tensor &like);
Tensor new_like(const Tensor &x, IntHeaderOnlyArrayRef sizes, std::optional<ScalarType> type = std::nullopt);
Tensor dense(const Tensor &x);

/* A tensor as a matrix whose columns are adjacent; where its strides do not allow that, a copy is. */
struct Matrix {
    Tensor tensor;
    size_t rows, cols, stride;
    explicit Matrix(const Tensor &x);
    char *row(int64_t r, vact_type type) const
    {
        return static_cast<char *>(tensor.data_ptr()) + static_cast<size_t>(r) * stride * size_of(type);
    }
};

/* A tensor as [outer, axis, inner] for a dim, which may be negative. */
struct Axis {
    size_t outer, length, inner;
    Axis(const Tensor &x, int64_t dim);
};

/* Runs work(begin, end) over pieces of [0, count) on PyTorch's threads, with at least 2^15 elements each. The first
 * status that is not VACT_OK wins. */
template <class Work> vact_status in_parallel(size_t count, size_t elements_each, const Work &work)
{
    const size_t grain = elements_each == 0 ? count : (32768 + elements_each - 1) / elements_each;
    if (count <= grain)
        return work(0, static_cast<int64_t>(count));
    std::atomic<vact_status> status{VACT_OK};
    torch::stable::parallel_for(0, static_cast<int64_t>(count), static_cast<int64_t>(grain),
                                [&](int64_t begin, int64_t end) {
                                    const vact_status done = work(begin, end);
                                    if (done != VACT_OK)
                                        status = done;
                                });
    return status;
}

/* The same over n elements, in pieces that begin at multiples of 4096: work(first, length). */
template <class Work> vact_status over_elements(size_t n, const Work &work)
{
    constexpr size_t block = 4096;
    return in_parallel((n + block - 1) / block, block, [&](int64_t begin, int64_t end) {
        const size_t first = static_cast<size_t>(begin) * block;
        const size_t last = static_cast<size_t>(end) * block;
        return work(first, (last < n ? last : n) - first);
    });
}

} // namespace vact_torch

#endif
