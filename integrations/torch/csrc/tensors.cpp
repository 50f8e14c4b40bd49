#include "tensors.h"

namespace vact_torch
{

vact_type type_of(const Tensor &x, const char *operator_name)
{
    switch (x.scalar_type()) {
    case ScalarType::Float: return VACT_F32;
    case ScalarType::Double: return VACT_F64;
    case ScalarType::BFloat16: return VACT_BF16;
    case ScalarType::Half: return VACT_F16;
    default: break;
    }
    STD_TORCH_CHECK(false, "vact::", operator_name, ": takes float32, float64, bfloat16 and float16 tensors");
    return VACT_F32;
}

ScalarType wide_type(vact_type type) { return type == VACT_F64 ? ScalarType::Double : ScalarType::Float; }

void check(vact_status status, const char *what)
{
    STD_TORCH_CHECK(status == VACT_OK, "vact: ", what, ": ", vact_status_string(status));
}

void check_same_shape(const Tensor &a, const Tensor &b, const char *operator_name)
{
    bool same = a.dim() == b.dim();
    for (int64_t d = 0; same && d < a.dim(); d++)
        same = a.size(d) == b.size(d);
    STD_TORCH_CHECK(same, "vact::", operator_name, ": the tensors' shapes differ");
}

void check_same_type(const Tensor &a, const Tensor &b, const char *operator_name)
{
    STD_TORCH_CHECK(a.scalar_type() == b.scalar_type() && b.is_cpu(), "vact::", operator_name,
                    ": the tensors must have one type and lie on the CPU");
}

bool same_dense_layout(const Tensor &a, const Tensor &b)
{
    if (a.is_contiguous() && b.is_contiguous())
        return true;
    const auto sizes = b.sizes(), of_a = a.strides(), of_b = b.strides();
    for (size_t d = 0; d < sizes.size(); d++)
        if (sizes[d] != 1 && of_a[d] != of_b[d])
            return false;
    return true;
}

Tensor with_layout_of(const Tensor &x, const Tensor &like)
{
    if (same_dense_layout(x, like))
        return x;
    Tensor copy = torch::stable::empty_like(like);
    torch::stable::copy_(copy, x);
    return copy;
}

Tensor new_like(const Tensor &x, IntHeaderOnlyArrayRef sizes, std::optional<ScalarType> type)
{
    return torch::stable::new_empty(x, sizes, type);
}

Tensor dense(const Tensor &x) { return x.is_contiguous() ? x : torch::stable::contiguous(x); }

/* The distance of the rows of x where its leading dims are one dim with one stride, else false. */
static bool find_stride(const Tensor &x, size_t cols, size_t *stride)
{
    const auto sizes = x.sizes(), strides = x.strides();
    const int64_t dims = x.dim();
    if (cols > 1 && strides[static_cast<size_t>(dims - 1)] != 1)
        return false;
    int64_t expected = -1;
    for (size_t d = static_cast<size_t>(dims - 1); d-- > 0;) {
        if (sizes[d] == 1)
            continue;
        if (expected < 0) {
            expected = strides[d];
            *stride = static_cast<size_t>(expected);
        }
        if (strides[d] != expected)
            return false;
        expected *= sizes[d];
    }
    return *stride >= cols;
}

Matrix::Matrix(const Tensor &x) : tensor(x)
{
    const int64_t dims = x.dim();
    cols = dims == 0 ? 1 : static_cast<size_t>(x.size(dims - 1));
    rows = cols == 0 ? 0 : static_cast<size_t>(x.numel()) / cols;
    stride = cols;
    if (rows > 0 && dims > 0 && !x.is_contiguous() && !find_stride(x, cols, &stride)) {
        tensor = torch::stable::contiguous(x);
        stride = cols;
    }
}

Axis::Axis(const Tensor &x, int64_t dim) : outer(1), length(1), inner(1)
{
    const int64_t dims = x.dim() == 0 ? 1 : x.dim();
    STD_TORCH_CHECK(dim >= -dims && dim < dims, "vact: dim ", dim, " of a tensor with ", x.dim(), " dims");
    dim += dim < 0 ? dims : 0;
    for (int64_t d = 0; d < x.dim(); d++)
        (d < dim ? outer : d == dim ? length : inner) *= static_cast<size_t>(x.size(d));
}

} // namespace vact_torch
