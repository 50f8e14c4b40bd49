/* The public calls on double that work element by element: checks, in the order of vact.h, then one kernel. */
#include "f64.h"

#include "checks.h"
#include "registry.h"

/* Domains are classes of numbers, which a float shows as well: NaN, infinite, 0, or of a sign. */
static bool holds(vacti_domain domain, double value)
{
    return vacti_domain_holds(domain, isfinite(value) && value != 0.0 ? (float)copysign(1.0, value) : (float)value);
}

bool vacti_accepts_f64(const vacti_op_info *info, const vact_params_f64 *params)
{
    for (int i = 0; params != NULL && i < info->param_count; i++)
        if (!holds(info->params[i].domain, params->v[i]))
            return false;
    return true;
}

/* The output has the sign of the input only where the slope below 0 is not negative. */
static bool accepts_output(const vacti_op_info *info, const vact_params_f64 *params)
{
    const bool slope = info->op == VACT_OP_LEAKY_RELU || info->op == VACT_OP_ELU;
    return vacti_accepts_f64(info, params) && !(slope && params != NULL && params->v[0] < 0.0);
}

static const vacti_op_info *unary(vact_op op)
{
    const vacti_op_info *info = vacti_registry_by_code(op);
    return info != NULL && info->kind == VACT_KIND_UNARY ? info : NULL;
}

vact_status vact_forward_f64(vact_op op, const vact_params_f64 *params, double *dst, const double *src, size_t n)
{
    check_range to, from;
    const vacti_op_info *info = unary(op);
    if (info == NULL || !vacti_accepts_f64(info, params))
        return VACT_EINVAL;
    if (!VACT_WITH_F64)
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dst, n, sizeof *dst) || !check_array(&from, src, n, sizeof *src))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dst == NULL || src == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, from))
        return VACT_EOVERLAP;
    vacti_table_current()->unary_f64[VACT_OP_SLOT(op)](dst, src, n, params);
    return VACT_OK;
}

static vact_status run_backward(const vacti_op_info *info, bool output, const vact_params_f64 *params, double *dx,
                                const double *dy, const double *x, size_t n)
{
    check_range to, slopes, inputs;
    if (!VACTI_F64_GRADIENTS)
        return VACT_EUNSUPPORTED;
    if (!check_array(&to, dx, n, sizeof *dx) || !check_array(&slopes, dy, n, sizeof *dy) ||
        !check_array(&inputs, x, n, sizeof *x))
        return VACT_EINVAL;
    if (n == 0)
        return VACT_OK;
    if (dx == NULL || dy == NULL || x == NULL)
        return VACT_EINVAL;
    if (!check_in_place_or_apart(to, slopes) || !check_in_place_or_apart(to, inputs))
        return VACT_EOVERLAP;
    const vacti_table *table = vacti_table_current();
    (output ? table->from_output_f64 : table->backward_f64)[VACT_OP_SLOT(info->op)](dx, dy, x, n, params);
    return VACT_OK;
}

vact_status vact_backward_f64(vact_op op, const vact_params_f64 *params, double *dx, const double *dy, const double *x,
                              size_t n)
{
    const vacti_op_info *info = unary(op);
    if (info == NULL || !vacti_accepts_f64(info, params))
        return VACT_EINVAL;
    return run_backward(info, false, params, dx, dy, x, n);
}

vact_status vact_backward_from_output_f64(vact_op op, const vact_params_f64 *params, double *dx, const double *dy,
                                          const double *y, size_t n)
{
    const vacti_op_info *info = unary(op);
    if (info == NULL || !info->keeps_output || !accepts_output(info, params))
        return VACT_EINVAL;
    return run_backward(info, true, params, dx, dy, y, n);
}

/* --------------------------------------------------------------------------------------------- kernels */

const vacti_table *vacti_table_for_f64(vact_op op, vact_kind kind, vact_isa isa, vact_math math)
{
    if (VACT_OP_KIND(op) != kind || VACT_OP_SLOT(op) >= VACT_TABLE_SLOTS)
        return NULL;
    const vacti_table *chosen = vacti_table_current();
    return vacti_table_find(isa == VACT_ISA_AUTO ? chosen->isa : isa, math == VACT_MATH_AUTO ? chosen->math : math);
}

vact_unary_f64_fn *vact_kernel_f64(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = vacti_table_for_f64(op, VACT_KIND_UNARY, isa, math);
    return table ? table->unary_f64[VACT_OP_SLOT(op)] : NULL;
}

vact_backward_f64_fn *vact_backward_kernel_f64(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = vacti_table_for_f64(op, VACT_KIND_UNARY, isa, math);
    return table ? table->backward_f64[VACT_OP_SLOT(op)] : NULL;
}

vact_backward_f64_fn *vact_backward_from_output_kernel_f64(vact_op op, vact_isa isa, vact_math math)
{
    const vacti_table *table = vacti_table_for_f64(op, VACT_KIND_UNARY, isa, math);
    return table ? table->from_output_f64[VACT_OP_SLOT(op)] : NULL;
}

/* ------------------------------------------------------------------- named functions, from the registry */

/* How many parameters an operation has; those of its function, as it declares them and as it passes them on. */
/* clang-format off */
#define P0() 0
#define P1(...) 1
#define P2(...) 2
#define P2_BY_CODE(...) 0
#define P3(...) 3
#define DECLARED_0
#define DECLARED_1 , double a
#define DECLARED_2 , double a, double b
#define DECLARED_3 , double a, double b, double c
#define PASSED_0 NULL
#define PASSED_1 &(const vact_params_f64){{a}}
#define PASSED_2 &(const vact_params_f64){{a, b}}
#define PASSED_3 &(const vact_params_f64){{a, b, c}}
/* clang-format on */

#define FROM_INPUT(name, NAME, count)
#define FROM_OUTPUT(name, NAME, count)                                                                                 \
    vact_status vact_##name##_backward_from_output_f64(double *dx, const double *dy, const double *y,                  \
                                                       size_t n DECLARED_##count)                                      \
    {                                                                                                                  \
        return vact_backward_from_output_f64(VACT_OP_##NAME, PASSED_##count, dx, dy, y, n);                            \
    }
#define NAMED_UNARY(name, NAME, keeps, count)                                                                          \
    vact_status vact_##name##_f64(double *dst, const double *src, size_t n DECLARED_##count)                           \
    {                                                                                                                  \
        return vact_forward_f64(VACT_OP_##NAME, PASSED_##count, dst, src, n);                                          \
    }                                                                                                                  \
    vact_status vact_##name##_backward_f64(double *dx, const double *dy, const double *x, size_t n DECLARED_##count)   \
    {                                                                                                                  \
        return vact_backward_f64(VACT_OP_##NAME, PASSED_##count, dx, dy, x, n);                                        \
    }                                                                                                                  \
    FROM_##keeps(name, NAME, count)
#define NAMED_CHANNELS(name, NAME, keeps, count)
#define NAMED_ROWS(name, NAME, keeps, count)
#define NAMED_GATE(name, NAME, keeps, count) /* dispatch/f64_gates.c */
#define NAMED_OF(kind, name, NAME, keeps, count) NAMED_##kind(name, NAME, keeps, count)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    NAMED_OF(kind, name, NAME, keeps, parameters)

/* clang-format off */
#include "registry.def"
/* clang-format on */
