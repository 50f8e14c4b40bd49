/* The softmax family along any dim, without options. */
#include "operators.h"

namespace vact_torch
{
namespace
{

enum { SOFTMAX = 0, LOG_SOFTMAX = 1, LOGSUMEXP = 2 };

/* A call's tensors as [outer, axis, inner]: `wide` is where logsumexp's results and their gradients stand. */
struct Call {
    int64_t kind;
    vact_type type;
    size_t axis, inner;

    char *at(void *data, int64_t outer) const
    {
        return static_cast<char *>(data) + static_cast<size_t>(outer) * axis * inner * size_of(type);
    }
    char *result_at(void *data, int64_t outer) const // of dense [outer, inner]
    {
        if (kind != LOGSUMEXP)
            return at(data, outer);
        return static_cast<char *>(data) +
               static_cast<size_t>(outer) * inner * (type == VACT_F64 ? sizeof(double) : sizeof(float));
    }

    vact_status forward(void *dst, const void *src, size_t stride, size_t outer) const
    {
        if (type == VACT_F64) {
            double *to = static_cast<double *>(dst);
            const double *from = static_cast<const double *>(src);
            if (inner == 1)
                return kind == SOFTMAX       ? vact_softmax_rows_f64(to, axis, from, stride, outer, axis)
                       : kind == LOG_SOFTMAX ? vact_log_softmax_rows_f64(to, axis, from, stride, outer, axis)
                                             : vact_logsumexp_rows_f64(to, from, stride, outer, axis);
            return kind == SOFTMAX       ? vact_softmax_axis_f64(to, from, outer, axis, inner)
                   : kind == LOG_SOFTMAX ? vact_log_softmax_axis_f64(to, from, outer, axis, inner)
                                         : vact_logsumexp_axis_f64(to, from, outer, axis, inner);
        }
        if (inner == 1)
            return kind == SOFTMAX ? vact_softmax(dst, type, axis, src, type, stride, outer, axis, nullptr)
                   : kind == LOG_SOFTMAX
                       ? vact_log_softmax(dst, type, axis, src, type, stride, outer, axis, nullptr)
                       : vact_logsumexp(static_cast<float *>(dst), src, type, stride, outer, axis, nullptr);
        return kind == SOFTMAX       ? vact_softmax_axis(dst, src, type, outer, axis, inner)
               : kind == LOG_SOFTMAX ? vact_log_softmax_axis(dst, src, type, outer, axis, inner)
                                     : vact_logsumexp_axis(static_cast<float *>(dst), src, type, outer, axis, inner);
    }

    /* All dense. x is logsumexp's alone. */
    vact_status backward(void *dx, const void *dy, const void *x, const void *y, size_t outer) const
    {
        if (type == VACT_F64) {
            double *to = static_cast<double *>(dx);
            const double *dys = static_cast<const double *>(dy), *ys = static_cast<const double *>(y);
            return kind == SOFTMAX       ? vact_softmax_backward_axis_f64(to, dys, ys, outer, axis, inner)
                   : kind == LOG_SOFTMAX ? vact_log_softmax_backward_axis_f64(to, dys, ys, outer, axis, inner)
                                         : vact_logsumexp_backward_axis_f64(to, dys, static_cast<const double *>(x), ys,
                                                                            outer, axis, inner);
        }
        if (kind == LOGSUMEXP)
            return vact_logsumexp_backward_axis(dx, static_cast<const float *>(dy), x, static_cast<const float *>(y),
                                                type, outer, axis, inner);
        if (inner == 1)
            return (kind == SOFTMAX ? vact_softmax_backward : vact_log_softmax_backward)(dx, axis, dy, axis, y, axis,
                                                                                         type, outer, axis, 1.0f);
        return (kind == SOFTMAX ? vact_softmax_backward_axis : vact_log_softmax_backward_axis)(dx, dy, y, type, outer,
                                                                                               axis, inner);
    }
};

const char *name_of(int64_t kind)
{
    return kind == SOFTMAX ? "softmax" : kind == LOG_SOFTMAX ? "log_softmax" : "logsumexp";
}

std::vector<int64_t> without(const Tensor &x, int64_t dim)
{
    std::vector<int64_t> sizes;
    dim += dim < 0 ? x.dim() : 0;
    for (int64_t d = 0; d < x.dim(); d++)
        if (d != dim)
            sizes.push_back(x.size(d));
    return sizes;
}

} // namespace

Tensor softmax(Tensor x, int64_t kind, int64_t dim)
{
    const Axis axis(x, dim);
    const Call call = {kind, type_of(x, "softmax"), axis.length, axis.inner};
    Tensor y = kind == LOGSUMEXP ? new_like(x, without(x, dim), wide_type(call.type)) : new_like(x, x.sizes());
    size_t stride = axis.length;
    if (axis.inner == 1 && x.dim() > 0 && x.size(x.dim() - 1) == static_cast<int64_t>(axis.length)) {
        const Matrix rows(x);
        x = rows.tensor;
        stride = rows.stride;
    } else {
        x = dense(x);
    }
    char *from = static_cast<char *>(x.data_ptr());
    void *to = y.mutable_data_ptr();
    check(in_parallel(axis.outer, axis.length * axis.inner,
                      [&](int64_t begin, int64_t end) {
                          const size_t skipped = static_cast<size_t>(begin) * stride * axis.inner;
                          return call.forward(call.result_at(to, begin), from + skipped * size_of(call.type), stride,
                                              static_cast<size_t>(end - begin));
                      }),
          name_of(kind));
    return y;
}

Tensor softmax_backward(Tensor dy, OptionalTensor x, Tensor y, int64_t kind, int64_t dim)
{
    const Tensor &shaped = kind == LOGSUMEXP ? *x : y;
    const Axis axis(shaped, dim);
    const Call call = {kind, type_of(shaped, "softmax_backward"), axis.length, axis.inner};
    check_same_shape(dy, y, "softmax_backward");
    check_same_type(dy, y, "softmax_backward");
    Tensor dx = new_like(shaped, shaped.sizes());
    const Tensor slopes = dense(dy), results = dense(y);
    const Tensor inputs = kind == LOGSUMEXP ? dense(*x) : results;
    check(in_parallel(axis.outer, axis.length * axis.inner,
                      [&](int64_t begin, int64_t end) {
                          return call.backward(call.at(dx.data_ptr(), begin), call.result_at(slopes.data_ptr(), begin),
                                               call.at(inputs.data_ptr(), begin),
                                               call.result_at(results.data_ptr(), begin),
                                               static_cast<size_t>(end - begin));
                      }),
          name_of(kind));
    return dx;
}

} // namespace vact_torch
