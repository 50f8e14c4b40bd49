/*
 * Operations element by element, gated units and their gradients, on NumPy arrays. Dense arrays of one shape go to the
 * library at once; others (strided, broadcast, unaligned, of the other byte order) by NumPy's iterator, which hands out
 * dense pieces. All is checked before the first element is written.
 */
#include "arrays.h"

#include <nanobind/stl/string.h>
#include <numpy/arrayobject.h>

#include <array>
#include <string>

namespace vact_python
{
namespace
{

int bfloat16_number = -1; /* NumPy's number of ml_dtypes' type; -1 without it */

constexpr int NO_TYPE = -1;

int type_of(const PyArrayObject *a)
{
    switch (const int number = PyArray_TYPE(a)) {
    case NPY_FLOAT: return VACT_F32;
    case NPY_DOUBLE: return VACT_F64;
    case NPY_HALF: return VACT_F16;
    default: return number == bfloat16_number && number >= 0 ? VACT_BF16 : NO_TYPE;
    }
}

PyArrayObject *as_array(PyObject *object) { return reinterpret_cast<PyArrayObject *>(object); }

[[noreturn]] void raise(PyObject *kind, const std::string &text)
{
    PyErr_SetString(kind, text.c_str());
    throw nb::python_error();
}

std::string name_of(const PyArrayObject *a)
{
    return nb::cast<std::string>(nb::str(nb::handle(reinterpret_cast<PyObject *>(PyArray_DESCR(a)))));
}

/* x as an array of one of the four types. Integers become float64, as in NumPy's functions. */
nb::object input_of(nb::handle x)
{
    if (PyArray_Check(x.ptr()) && type_of(as_array(x.ptr())) != NO_TYPE)
        return nb::borrow(x);
    nb::object array = nb::module_::import_("vact._arrays").attr("as_input")(x);
    if (type_of(as_array(array.ptr())) == NO_TYPE)
        raise(PyExc_TypeError,
              "vact works on float32, float64, float16 and bfloat16, not on " + name_of(as_array(array.ptr())));
    return array;
}

/* ------------------------------------------------------------------------------------------- calls */

enum class Form { FORWARD, BACKWARD, FROM_OUTPUT, GATE, GATE_BACKWARD };

/* Outputs, then inputs. */
constexpr size_t MOST = 5;
using Pointers = std::array<char *, MOST>;

/* Beside a code: the operation's own defaults. */
constexpr int DEFAULTS = 0x10000;

struct Call {
    Form form;
    int code;
    std::array<double, 3> parameters;
    bool eager;
    vact_type dst_type, src_type;
    size_t outputs, inputs;

    vact_status run_double(const Pointers &p, size_t n) const
    {
        const vact_params_f64 given = {{parameters[0], parameters[1], parameters[2], 0.0}};
        const vact_params_f64 *const own = code & DEFAULTS ? nullptr : &given;
        const auto op = static_cast<vact_op>(code & ~DEFAULTS);
        double *a[MOST];
        for (size_t i = 0; i < outputs + inputs; i++)
            a[i] = reinterpret_cast<double *>(p[i]);
        switch (form) {
        case Form::FORWARD: return vact_forward_f64(op, own, a[0], a[1], n);
        case Form::BACKWARD: return vact_backward_f64(op, own, a[0], a[1], a[2], n);
        case Form::FROM_OUTPUT: return vact_backward_from_output_f64(op, own, a[0], a[1], a[2], n);
        case Form::GATE: return vact_gate_rows_f64(op, own, a[0], n, a[1], n, a[2], n, 1, n);
        case Form::GATE_BACKWARD:
            return vact_gate_backward_rows_f64(op, own, a[0], n, a[1], n, a[2], n, a[3], n, a[4], n, 1, n);
        }
        return VACT_EINVAL;
    }

    vact_status run(const Pointers &p, size_t n) const
    {
        if (src_type == VACT_F64)
            return dst_type == VACT_F64 ? run_double(p, n) : VACT_EUNSUPPORTED;
        const vact_params_f32 given = {{static_cast<float>(parameters[0]), static_cast<float>(parameters[1]),
                                        static_cast<float>(parameters[2]), 0.0f}};
        const vact_params_f32 *const own = code & DEFAULTS ? nullptr : &given;
        const auto op = static_cast<vact_op>(code & ~DEFAULTS);
        vact_gate_options options = VACT_GATE_OPTIONS;
        options.rounding = eager ? VACT_GATE_EAGER : VACT_GATE_ONCE;
        switch (form) {
        case Form::FORWARD: return vact_forward(op, own, p[0], dst_type, p[1], src_type, n);
        case Form::BACKWARD: return vact_backward(op, own, p[0], p[1], p[2], src_type, n);
        case Form::FROM_OUTPUT: return vact_backward_from_output(op, own, p[0], p[1], p[2], src_type, n);
        case Form::GATE: return vact_gate(op, own, &options, p[0], dst_type, p[1], p[2], src_type, n);
        case Form::GATE_BACKWARD: return vact_gate_backward(op, own, p[0], p[1], p[2], p[3], p[4], src_type, n);
        }
        return VACT_EINVAL;
    }
};

/* ------------------------------------------------------------------------------------------- arrays */

struct Extent {
    uintptr_t first, end;
};

Extent extent_of(PyArrayObject *a)
{
    auto first = reinterpret_cast<uintptr_t>(PyArray_DATA(a)), end = first;
    for (int i = 0; i < PyArray_NDIM(a); i++) {
        const npy_intp reach = PyArray_STRIDE(a, i) * (PyArray_DIM(a, i) - 1);
        if (PyArray_DIM(a, i) == 0)
            return {first, first};
        (reach < 0 ? first : end) += static_cast<uintptr_t>(reach);
    }
    return {first, end + static_cast<uintptr_t>(PyArray_ITEMSIZE(a))};
}

bool same_shape(PyArrayObject *a, PyArrayObject *b)
{
    return PyArray_NDIM(a) == PyArray_NDIM(b) &&
           PyArray_CompareLists(PyArray_DIMS(a), PyArray_DIMS(b), PyArray_NDIM(a));
}

bool same_elements(PyArrayObject *a, PyArrayObject *b)
{
    return PyArray_DATA(a) == PyArray_DATA(b) && PyArray_TYPE(a) == PyArray_TYPE(b) && same_shape(a, b) &&
           PyArray_CompareLists(PyArray_STRIDES(a), PyArray_STRIDES(b), PyArray_NDIM(a));
}

/* An output may be an input, element for element, or lie apart. */
void check_apart(PyArrayObject *out, PyArrayObject *other, bool may_be_the_same)
{
    const Extent a = extent_of(out), b = extent_of(other);
    if (a.end <= b.first || b.end <= a.first || (may_be_the_same && same_elements(out, other)))
        return;
    const nb::object share = nb::module_::import_("vact._arrays").attr("share_memory");
    if (nb::cast<bool>(
            share(nb::handle(reinterpret_cast<PyObject *>(out)), nb::handle(reinterpret_cast<PyObject *>(other)))))
        raise(overlap_error, "out overlaps another array, in other places or another type");
}

void check_output(PyArrayObject *out, vact_type type)
{
    if (type_of(out) != type)
        raise(PyExc_TypeError, "out is of " + name_of(out) + ", which this call does not make");
    if (!PyArray_ISWRITEABLE(out))
        raise(PyExc_ValueError, "out is read-only");
}

/* By NumPy's iterator, in pieces. Makes the outputs that are null. */
void run_iterated(const Call &call, std::array<PyArrayObject *, MOST> &arrays, PyArray_Descr *made)
{
    const size_t all = call.outputs + call.inputs;
    npy_uint32 flags[MOST];
    PyArray_Descr *types[MOST];
    for (size_t i = 0; i < all; i++) {
        const npy_uint32 dense = NPY_ITER_CONTIG | NPY_ITER_ALIGNED | NPY_ITER_NBO;
        flags[i] = dense | (i < call.outputs ? NPY_ITER_WRITEONLY | NPY_ITER_ALLOCATE | NPY_ITER_NO_BROADCAST
                                             : NPY_ITER_READONLY);
        types[i] = i < call.outputs ? made : PyArray_DESCR(arrays[call.outputs]);
    }
    NpyIter *const iter =
        NpyIter_AdvancedNew(static_cast<int>(all), arrays.data(),
                            NPY_ITER_EXTERNAL_LOOP | NPY_ITER_BUFFERED | NPY_ITER_GROWINNER | NPY_ITER_DELAY_BUFALLOC |
                                NPY_ITER_ZEROSIZE_OK,
                            NPY_KEEPORDER, NPY_EQUIV_CASTING, flags, types, -1, nullptr, nullptr, 8192);
    if (iter == nullptr)
        throw nb::python_error();
    vact_status status = VACT_OK;
    bool failed = NpyIter_Reset(iter, nullptr) != NPY_SUCCEED;
    for (size_t i = 0; i < call.outputs && !failed; i++)
        if (arrays[i] == nullptr) {
            arrays[i] = NpyIter_GetOperandArray(iter)[i];
            Py_INCREF(arrays[i]);
        }
    NpyIter_IterNextFunc *const next = failed ? nullptr : NpyIter_GetIterNext(iter, nullptr);
    if (next != nullptr && NpyIter_GetIterSize(iter) > 0) {
        char **const data = NpyIter_GetDataPtrArray(iter);
        const npy_intp *const count = NpyIter_GetInnerLoopSizePtr(iter);
        NPY_BEGIN_THREADS_DEF;
        if (!NpyIter_IterationNeedsAPI(iter) && static_cast<size_t>(NpyIter_GetIterSize(iter)) >= KEEPS_LOCK)
            NPY_BEGIN_THREADS;
        do {
            Pointers p{};
            for (size_t i = 0; i < all; i++)
                p[i] = data[i];
            status = call.run(p, static_cast<size_t>(*count));
        } while (status == VACT_OK && next(iter));
        NPY_END_THREADS;
    }
    failed = NpyIter_Deallocate(iter) != NPY_SUCCEED || failed || PyErr_Occurred() != nullptr;
    if (failed)
        throw nb::python_error();
    check(status, "the call");
}

/* Refuses a call that the library would refuse, before anything is made: parameters, types. */
void check_call(const Call &call)
{
    Pointers nothing{};
    check(call.run(nothing, 0), "the call");
}

nb::object run(const Call &call, const std::array<nb::handle, MOST> &given, PyArray_Descr *made)
{
    const size_t all = call.outputs + call.inputs;
    std::array<PyArrayObject *, MOST> arrays{};
    std::array<nb::object, 2> outputs;
    PyArrayObject *const first = as_array(given[call.outputs].ptr());
    bool dense = true;
    check_call(call);
    for (size_t i = 0; i < all; i++) {
        if (i < call.outputs && given[i].is_none())
            continue;
        arrays[i] = as_array(given[i].ptr());
        dense = dense && PyArray_ISCARRAY_RO(arrays[i]) && same_shape(arrays[i], first);
    }
    for (size_t i = 0; i < call.outputs; i++)
        if (arrays[i] != nullptr) {
            check_output(arrays[i], call.dst_type);
            for (size_t k = 0; k < all; k++)
                if (k != i && arrays[k] != nullptr)
                    check_apart(arrays[i], arrays[k], k >= call.outputs);
            outputs[i] = nb::borrow(given[i]);
        } else if (dense) {
            Py_INCREF(made);
            outputs[i] = nb::steal(PyArray_SimpleNewFromDescr(PyArray_NDIM(first), PyArray_DIMS(first), made));
            if (!outputs[i].is_valid())
                throw nb::python_error();
            arrays[i] = as_array(outputs[i].ptr());
        }
    if (dense) {
        const auto n = static_cast<size_t>(PyArray_SIZE(first));
        Pointers p{};
        for (size_t i = 0; i < all; i++)
            p[i] = PyArray_BYTES(arrays[i]);
        check(unlocked(n, [&] { return call.run(p, n); }), "the call");
    } else {
        run_iterated(call, arrays, made);
        for (size_t i = 0; i < call.outputs; i++)
            if (!outputs[i].is_valid())
                outputs[i] = nb::steal(reinterpret_cast<PyObject *>(arrays[i]));
    }
    for (size_t i = 0; i < call.outputs; i++) /* as NumPy's functions: a number for an array without axes */
        if (given[i].is_none())
            outputs[i] = nb::steal(PyArray_Return(as_array(outputs[i].release().ptr())));
    return call.outputs == 1 ? outputs[0] : nb::object(nb::make_tuple(outputs[0], outputs[1]));
}

/* The type of the result: that of `out`, that asked for, or the source's. */
nb::object descr_of(nb::handle out, nb::handle dtype, PyArrayObject *first)
{
    if (!out.is_none() && !PyArray_Check(out.ptr()))
        raise(PyExc_TypeError, "out is no NumPy array");
    PyArray_Descr *descr = PyArray_DESCR(out.is_none() ? first : as_array(out.ptr()));
    if (!dtype.is_none()) {
        PyArray_Descr *asked = nullptr;
        if (!PyArray_DescrConverter(dtype.ptr(), &asked))
            throw nb::python_error();
        const nb::object kept = nb::steal(reinterpret_cast<PyObject *>(asked));
        if (!out.is_none() && !PyArray_EquivTypes(asked, descr))
            raise(PyExc_TypeError, "out is not of the dtype that was asked for");
        return kept;
    }
    if (PyArray_ISNBO(descr->byteorder))
        return nb::borrow(reinterpret_cast<PyObject *>(descr));
    return nb::steal(reinterpret_cast<PyObject *>(PyArray_DescrNewByteorder(descr, NPY_NATIVE)));
}

vact_type result_type(nb::handle descr)
{
    const int number = reinterpret_cast<PyArray_Descr *>(descr.ptr())->type_num;
    if (number == NPY_FLOAT || number == NPY_DOUBLE || number == NPY_HALF)
        return number == NPY_FLOAT ? VACT_F32 : number == NPY_DOUBLE ? VACT_F64 : VACT_F16;
    if (number != bfloat16_number || number < 0)
        raise(PyExc_TypeError, "the result can be float32, float64, float16 or bfloat16");
    return VACT_BF16;
}

/* float64 goes with itself alone. */
void check_types(vact_type dst, vact_type src)
{
    if ((dst == VACT_F64) != (src == VACT_F64))
        raise(PyExc_TypeError, "float64 is not converted: the result of float64 is float64, of other types another");
}

/* All inputs have the type of the first. */
vact_type common_type(const nb::object *inputs, size_t count)
{
    const int type = type_of(as_array(inputs[0].ptr()));
    for (size_t i = 1; i < count; i++)
        if (type_of(as_array(inputs[i].ptr())) != type)
            raise(PyExc_TypeError, "the arrays are of " + name_of(as_array(inputs[0].ptr())) + " and " +
                                       name_of(as_array(inputs[i].ptr())) + ": vact takes one type");
    return static_cast<vact_type>(type);
}

nb::object unary(int op, nb::handle x, nb::handle out, nb::handle dtype, double a, double b, double c)
{
    const nb::object in = input_of(x);
    PyArrayObject *const array = as_array(in.ptr());
    const nb::object descr = descr_of(out, dtype, array);
    const Call call{
        Form::FORWARD, op, {a, b, c}, false, result_type(descr), static_cast<vact_type>(type_of(array)), 1, 1};
    check_types(call.dst_type, call.src_type);
    return run(call, {out, in}, reinterpret_cast<PyArray_Descr *>(descr.ptr()));
}

nb::object backward(int op, bool from_output, nb::handle dy, nb::handle x, nb::handle out, double a, double b, double c)
{
    const nb::object in[2] = {input_of(dy), input_of(x)};
    const vact_type type = common_type(in, 2);
    const nb::object descr = descr_of(out, nb::none(), as_array(in[0].ptr()));
    const Call call{from_output ? Form::FROM_OUTPUT : Form::BACKWARD, op, {a, b, c}, false, type, type, 1, 2};
    return run(call, {out, in[0], in[1]}, reinterpret_cast<PyArray_Descr *>(descr.ptr()));
}

nb::object gate(int op, nb::handle g, nb::handle u, nb::handle out, nb::handle dtype, bool eager, double a, double b,
                double c)
{
    const nb::object in[2] = {input_of(g), input_of(u)};
    const vact_type type = common_type(in, 2);
    const nb::object descr = descr_of(out, dtype, as_array(in[0].ptr()));
    const Call call{Form::GATE, op, {a, b, c}, eager, result_type(descr), type, 1, 2};
    check_types(call.dst_type, call.src_type);
    return run(call, {out, in[0], in[1]}, reinterpret_cast<PyArray_Descr *>(descr.ptr()));
}

nb::object gate_backward(int op, nb::handle dy, nb::handle g, nb::handle u, double a, double b, double c)
{
    const nb::object in[3] = {input_of(dy), input_of(g), input_of(u)};
    const vact_type type = common_type(in, 3);
    const nb::object descr = descr_of(nb::none(), nb::none(), as_array(in[0].ptr()));
    const Call call{Form::GATE_BACKWARD, op, {a, b, c}, false, type, type, 2, 3};
    return run(call, {nb::none(), nb::none(), in[0], in[1], in[2]}, reinterpret_cast<PyArray_Descr *>(descr.ptr()));
}

} // namespace

void add_elementwise(nb::module_ &m)
{
    if (PyArray_ImportNumPyAPI() < 0)
        throw nb::python_error();
    m.def("set_bfloat16",
          [](nb::handle dtype) { bfloat16_number = reinterpret_cast<PyArray_Descr *>(dtype.ptr())->type_num; });
    m.def(
        "address",
        [](nb::handle array) {
            return array.is_none() ? uintptr_t{0} : reinterpret_cast<uintptr_t>(PyArray_DATA(as_array(array.ptr())));
        },
        nb::arg("array").none());
    m.def("unary", &unary, nb::arg("op"), nb::arg("x"), nb::arg("out").none(), nb::arg("dtype").none(), nb::arg("a"),
          nb::arg("b"), nb::arg("c"));
    m.def("backward", &backward, nb::arg("op"), nb::arg("from_output"), nb::arg("dy"), nb::arg("x"),
          nb::arg("out").none(), nb::arg("a"), nb::arg("b"), nb::arg("c"));
    m.def("gate", &gate, nb::arg("op"), nb::arg("gate"), nb::arg("up"), nb::arg("out").none(), nb::arg("dtype").none(),
          nb::arg("eager"), nb::arg("a"), nb::arg("b"), nb::arg("c"));
    m.def("gate_backward", &gate_backward, nb::arg("op"), nb::arg("dy"), nb::arg("gate"), nb::arg("up"), nb::arg("a"),
          nb::arg("b"), nb::arg("c"));
}

} // namespace vact_python
