/* What the extension's files share: NumPy arrays as vact's types, and errors as exceptions. */
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>

#include "vact/vact.h"

namespace nb = nanobind;

namespace vact_python
{

/* Below, a call is over before another thread would have the lock of the interpreter. */
constexpr size_t KEEPS_LOCK = 8192;

/* The exceptions of the package, which module.cpp makes. */
extern PyObject *overlap_error, *unsupported_error;

/* Sets the exception of a status, and throws. */
[[noreturn]] void raise_status(vact_status status, const char *what);

inline void check(vact_status status, const char *what)
{
    if (status != VACT_OK)
        raise_status(status, what);
}

/* Calls `run` without the lock where the work is large. */
template <typename Run> vact_status unlocked(size_t n, Run run)
{
    if (n < KEEPS_LOCK)
        return run();
    nb::gil_scoped_release released;
    return run();
}

inline void *address(uintptr_t at) { return reinterpret_cast<void *>(at); }

void add_elementwise(nb::module_ &m);
void add_rows(nb::module_ &m);
void add_losses(nb::module_ &m);

} // namespace vact_python
