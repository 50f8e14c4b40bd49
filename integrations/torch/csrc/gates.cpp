/* Gated units, of two tensors and of one that holds both. */
#include "operators.h"

namespace vact_torch
{
namespace
{

/* A matrix in memory: row r begins at data + r*stride elements. */
struct Rows {
    char *data;
    size_t stride;
    char *at(size_t row, size_t col, vact_type type) const { return data + (row * stride + col) * size_of(type); }
};

Rows rows_of(const Matrix &m, vact_type type, size_t col = 0)
{
    return {m.row(0, type) + col * size_of(type), m.stride};
}

/* The stride that a call of so many rows and columns is told: a piece of one dense row has its own length. */
size_t stride_of(Rows of, size_t rows, size_t cols) { return rows == 1 ? cols : of.stride; }

double *f64(char *data) { return reinterpret_cast<double *>(data); }
float *f32(char *data) { return reinterpret_cast<float *>(data); }

struct Gate {
    vact_op op;
    Parameters parameters;
    vact_type type;
    bool eager;

    /* rows x cols of them, beginning with (row, col) */
    vact_status forward(Rows dst, Rows gate, Rows up, size_t row, size_t rows, size_t col, size_t cols) const
    {
        if (type == VACT_F64)
            return vact_gate_rows_f64(op, &parameters.f64, f64(dst.at(row, col, type)), stride_of(dst, rows, cols),
                                      f64(gate.at(row, col, type)), stride_of(gate, rows, cols),
                                      f64(up.at(row, col, type)), stride_of(up, rows, cols), rows, cols);
        if (type == VACT_F32 && !eager)
            return vact_gate_rows_f32(op, &parameters.f32, f32(dst.at(row, col, type)), stride_of(dst, rows, cols),
                                      f32(gate.at(row, col, type)), stride_of(gate, rows, cols),
                                      f32(up.at(row, col, type)), stride_of(up, rows, cols), rows, cols);
        vact_gate_options options = VACT_GATE_OPTIONS;
        options.rounding = eager ? VACT_GATE_EAGER : VACT_GATE_ONCE;
        vact_status status = VACT_OK;
        for (size_t r = row; r < row + rows && status == VACT_OK; r++)
            status = vact_gate(op, &parameters.f32, &options, dst.at(r, col, type), type, gate.at(r, col, type),
                               up.at(r, col, type), type, cols);
        return status;
    }

    vact_status backward(Rows dgate, Rows dup, Rows dy, Rows gate, Rows up, size_t row, size_t rows, size_t col,
                         size_t cols) const
    {
        if (type == VACT_F64)
            return vact_gate_backward_rows_f64(
                op, &parameters.f64, f64(dgate.at(row, col, type)), stride_of(dgate, rows, cols),
                f64(dup.at(row, col, type)), stride_of(dup, rows, cols), f64(dy.at(row, col, type)),
                stride_of(dy, rows, cols), f64(gate.at(row, col, type)), stride_of(gate, rows, cols),
                f64(up.at(row, col, type)), stride_of(up, rows, cols), rows, cols);
        if (type == VACT_F32)
            return vact_gate_backward_rows_f32(
                op, &parameters.f32, f32(dgate.at(row, col, type)), stride_of(dgate, rows, cols),
                f32(dup.at(row, col, type)), stride_of(dup, rows, cols), f32(dy.at(row, col, type)),
                stride_of(dy, rows, cols), f32(gate.at(row, col, type)), stride_of(gate, rows, cols),
                f32(up.at(row, col, type)), stride_of(up, rows, cols), rows, cols);
        vact_status status = VACT_OK;
        for (size_t r = row; r < row + rows && status == VACT_OK; r++)
            status = vact_gate_backward(op, &parameters.f32, dgate.at(r, col, type), dup.at(r, col, type),
                                        dy.at(r, col, type), gate.at(r, col, type), up.at(r, col, type), type, cols);
        return status;
    }
};

/* Calls work(row, rows, col, cols) for pieces of a matrix: for pieces of its elements where `dense` says that it is one
 * row in every tensor, else for pieces of its rows. */
template <class Work> vact_status over_matrix(size_t rows, size_t cols, bool dense, const Work &work)
{
    if (dense)
        return over_elements(rows * cols, [&](size_t first, size_t length) { return work(0, 1, first, length); });
    return in_parallel(rows, cols, [&](int64_t begin, int64_t end) {
        return work(static_cast<size_t>(begin), static_cast<size_t>(end - begin), 0, cols);
    });
}

enum { FIRST = VACT_GATE_FIRST, SECOND = VACT_GATE_SECOND };

void check_packed(const Tensor &x, const char *operator_name)
{
    STD_TORCH_CHECK(x.dim() > 0 && x.size(x.dim() - 1) % 2 == 0, "vact::", operator_name,
                    ": the last dim must have an even size");
}

/* out is contiguous, and has half of x's columns. */
void packed_forward(const Gate &gate, const Tensor &out, const Tensor &x, int64_t layout)
{
    const vact_type type = gate.type;
    const Matrix from(x);
    const size_t cols = from.cols / 2;
    const Rows dst = {static_cast<char *>(out.data_ptr()), cols};
    vact_status status;
    if (layout == FIRST || layout == SECOND) {
        const Rows first = rows_of(from, type), second = rows_of(from, type, cols);
        status = over_matrix(from.rows, cols, from.rows == 1, [&](size_t row, size_t rows, size_t col, size_t width) {
            return gate.forward(dst, layout == FIRST ? first : second, layout == FIRST ? second : first, row, rows, col,
                                width);
        });
    } else {
        const Rows src = rows_of(from, type);
        vact_gate_options options = VACT_GATE_OPTIONS;
        options.rounding = gate.eager ? VACT_GATE_EAGER : VACT_GATE_ONCE;
        status = over_matrix(from.rows, cols, false, [&](size_t row, size_t rows, size_t, size_t) {
            char *to = dst.at(row, 0, type), *at = src.at(row, 0, type);
            const vact_gate_layout code = static_cast<vact_gate_layout>(layout);
            if (type == VACT_F64)
                return vact_gate_packed_f64(gate.op, &gate.parameters.f64, code, f64(to), cols, f64(at), src.stride,
                                            rows, cols);
            return vact_gate_packed(gate.op, &gate.parameters.f32, &options, code, to, type, cols, at, type, src.stride,
                                    rows, cols);
        });
    }
    check(status, operation_name(gate.op));
}

std::vector<int64_t> half_of(const Tensor &x)
{
    const auto sizes = x.sizes();
    std::vector<int64_t> half(sizes.begin(), sizes.end());
    half.back() /= 2;
    return half;
}

} // namespace

Tensor gate(Tensor gates, Tensor ups, int64_t op, bool eager, double a, double b, double c)
{
    const Gate unit = {static_cast<vact_op>(op), Parameters(a, b, c), type_of(gates, "gate"), eager};
    check_same_type(gates, ups, "gate");
    check_same_shape(gates, ups, "gate");
    Tensor y = new_like(gates, gates.sizes());
    const Matrix to(y), from(gates), up(ups);
    const bool dense = from.stride == from.cols && up.stride == up.cols;
    const Rows dst = rows_of(to, unit.type), g = rows_of(from, unit.type), u = rows_of(up, unit.type);
    check(over_matrix(to.rows, to.cols, dense,
                      [&](size_t row, size_t rows, size_t col, size_t cols) {
                          return unit.forward(dst, g, u, row, rows, col, cols);
                      }),
          operation_name(op));
    return y;
}

std::tuple<Tensor, Tensor> gate_backward(Tensor dy, Tensor gates, Tensor ups, int64_t op, double a, double b, double c)
{
    const Gate unit = {static_cast<vact_op>(op), Parameters(a, b, c), type_of(gates, "gate_backward"), false};
    for (const Tensor &other : {dy, ups}) {
        check_same_type(gates, other, "gate_backward");
        check_same_shape(gates, other, "gate_backward");
    }
    Tensor dgates = new_like(gates, gates.sizes()), dups = new_like(gates, gates.sizes());
    const Matrix slope(dy), from(gates), up(ups), dgate(dgates), dup(dups);
    const bool dense = from.stride == from.cols && up.stride == up.cols && slope.stride == slope.cols;
    const vact_type type = unit.type;
    const Rows dg = rows_of(dgate, type), du = rows_of(dup, type), s = rows_of(slope, type), g = rows_of(from, type),
               u = rows_of(up, type);
    check(over_matrix(from.rows, from.cols, dense,
                      [&](size_t row, size_t rows, size_t col, size_t cols) {
                          return unit.backward(dg, du, s, g, u, row, rows, col, cols);
                      }),
          operation_name(op));
    return {dgates, dups};
}

Tensor gate_packed(Tensor x, int64_t op, int64_t layout, bool eager, double a, double b, double c)
{
    const Gate unit = {static_cast<vact_op>(op), Parameters(a, b, c), type_of(x, "gate_packed"), eager};
    check_packed(x, "gate_packed");
    Tensor y = new_like(x, half_of(x));
    packed_forward(unit, y, x, layout);
    return y;
}

void gate_packed_out(Tensor out, Tensor x, int64_t op, int64_t layout, bool eager, double a, double b, double c)
{
    const Gate unit = {static_cast<vact_op>(op), Parameters(a, b, c), type_of(x, "gate_packed_out"), eager};
    check_packed(x, "gate_packed_out");
    check_same_type(x, out, "gate_packed_out");
    STD_TORCH_CHECK(out.numel() * 2 == x.numel() && out.dim() == x.dim() &&
                        out.size(out.dim() - 1) * 2 == x.size(x.dim() - 1),
                    "vact::gate_packed_out: out must have half of the input's columns");
    if (out.is_contiguous())
        packed_forward(unit, out, x, layout);
    else
        torch::stable::copy_(out, gate_packed(x, op, layout, eager, a, b, c));
}

Tensor gate_packed_backward(Tensor dy, Tensor x, int64_t op, int64_t layout, double a, double b, double c)
{
    const Gate unit = {static_cast<vact_op>(op), Parameters(a, b, c), type_of(x, "gate_packed_backward"), false};
    check_packed(x, "gate_packed_backward");
    check_same_type(x, dy, "gate_packed_backward");
    Tensor dx = new_like(x, x.sizes());
    const Matrix to(dx), from(x), slope(dy);
    const size_t cols = from.cols / 2;
    STD_TORCH_CHECK(slope.rows == from.rows && slope.cols == cols,
                    "vact::gate_packed_backward: dy must have half of the input's columns");
    const vact_type type = unit.type;
    const Rows d = rows_of(to, type), s = rows_of(slope, type), src = rows_of(from, type);
    const vact_gate_layout code = static_cast<vact_gate_layout>(layout);
    check(over_matrix(from.rows, cols, false,
                      [&](size_t row, size_t rows, size_t, size_t) {
                          char *dxs = d.at(row, 0, type), *dys = s.at(row, 0, type), *xs = src.at(row, 0, type);
                          if (type == VACT_F64)
                              return vact_gate_backward_packed_f64(unit.op, &unit.parameters.f64, code, f64(dxs),
                                                                   d.stride, f64(dys), s.stride, f64(xs), src.stride,
                                                                   rows, cols);
                          return vact_gate_backward_packed(unit.op, &unit.parameters.f32, code, dxs, d.stride, dys,
                                                           s.stride, xs, src.stride, type, rows, cols);
                      }),
          operation_name(op));
    return dx;
}

} // namespace vact_torch
