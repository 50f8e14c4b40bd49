/* What the operations are: the registry of the library, as text for Python, and their names. */
#include "operators.h"

#include <cmath>
#include <cstdio>
#include <string>

namespace vact_torch
{
namespace
{

struct Parameter {
    const char *name;
    double value;
};

struct Operation {
    const char *name;
    vact_op op;
    const char *kind;
    Parameter parameters[3];
};

/* clang-format off */
#define P0() {}
#define P1(n1, d1, k1) {{#n1, d1}}
#define P2(n1, d1, k1, n2, d2, k2) {{#n1, d1}, {#n2, d2}}
#define P3(n1, d1, k1, n2, d2, k2, n3, d3, k3) {{#n1, d1}, {#n2, d2}, {#n3, d3}}
#define P2_BY_CODE P2
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    {#name, VACT_OP_##NAME, #kind, parameters},
const Operation operations[] = {
#include "registry.def"
};
#undef VACT_OP
/* clang-format on */

} // namespace

const char *operation_name(int64_t op)
{
    for (const Operation &known : operations)
        if (known.op == op)
            return known.name;
    return "an unknown operation";
}

/* A line per operation: name, code, kind, name=default of its parameters. */
std::string registry()
{
    std::string lines;
    for (const Operation &known : operations) {
        lines += std::string(known.name) + " " + std::to_string(known.op) + " " + known.kind;
        for (const Parameter &parameter : known.parameters) {
            char value[40];
            if (parameter.name == nullptr)
                break;
            std::snprintf(value, sizeof value, "%.6g", parameter.value);
            lines += std::string(" ") + parameter.name + "=" + value;
        }
        lines += "\n";
    }
    return lines;
}

std::string info()
{
    const vact_info_t *now = vact_info();
    return std::string(now->version) + " " + now->isa + " " + now->math;
}

bool choose(int64_t isa, int64_t math)
{
    const vact_status status = vact_select(static_cast<vact_isa>(isa), static_cast<vact_math>(math));
    STD_TORCH_CHECK(status != VACT_EINVAL, "vact::choose: an unknown code");
    return status == VACT_OK;
}

} // namespace vact_torch
