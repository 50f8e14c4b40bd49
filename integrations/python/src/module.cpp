/* The extension: errors, the choice of variants, and what the library says of itself. */
#include "arrays.h"

#include <nanobind/stl/string.h>

#include <string>

namespace vact_python
{

PyObject *overlap_error, *unsupported_error;

void raise_status(vact_status status, const char *what)
{
    const std::string text = std::string(what) + ": ";
    switch (status) {
    case VACT_EOVERLAP: PyErr_SetString(overlap_error, (text + "arrays overlap").c_str()); break;
    case VACT_EUNSUPPORTED:
        PyErr_SetString(unsupported_error, (text + "this CPU or this build of vact lacks it").c_str());
        break;
    default: PyErr_SetString(PyExc_ValueError, (text + "a parameter, a size or a value is outside its domain").c_str());
    }
    throw nb::python_error();
}

static nb::dict info()
{
    const vact_info_t *now = vact_info();
    nb::dict d;
    d["version"] = now->version;
    d["numerics_version"] = now->numerics_version;
    d["isa"] = now->isa;
    d["math"] = now->math;
    d["builds"] = now->builds;
    d["features"] = now->features;
    d["sleef_version"] = now->sleef_version;
    return d;
}

} // namespace vact_python

NB_MODULE(_vact, m)
{
    using namespace vact_python;
    overlap_error = PyErr_NewExceptionWithDoc("vact.OverlapError", "Arrays share memory where they must not.",
                                              PyExc_ValueError, nullptr);
    unsupported_error =
        PyErr_NewExceptionWithDoc("vact.UnsupportedError", "This CPU, or this build of vact, lacks what was asked for.",
                                  PyExc_RuntimeError, nullptr);
    m.attr("OverlapError") = nb::borrow(overlap_error);
    m.attr("UnsupportedError") = nb::borrow(unsupported_error);
    m.def("info", &info);
    m.def("select", [](int isa, int math) {
        check(vact_select(static_cast<vact_isa>(isa), static_cast<vact_math>(math)), "use");
    });
    add_elementwise(m);
    add_rows(m);
    add_losses(m);
}
