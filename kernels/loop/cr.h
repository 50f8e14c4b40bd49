/* What the loops of the variant `cr` share: lanes that the vectors do not decide. */
#ifndef VACT_LOOP_CR_H
#define VACT_LOOP_CR_H

#include "exact/exact.h"
#include "loop/form.h"

/* Below, a low part may be subnormal, and so not exact. Zeros are common nevertheless. */
#define CR_TINY 0x1p-100f

/* The range of parameters for which there are no vectors. */
#define CR_NONE_COMMON ((act_range){0.0f, ACT_NONE_COMMON})

typedef float loop_exact_fn(float x, const vact_params_f32 *params);

VACT_INLINE vm loop_in_range(vf x, act_range range)
{
    const vf size = vf_abs(x), zero = vf_set1(0.0f);
    const vm large = vm_or(vm_le(vf_set1(range.tiny), size), vm_eq(size, zero));
    return vm_and(large, vm_le(size, vf_set1(range.limit)));
}

/* Arguments outside the range become 1, or they would raise exceptions. */
VACT_SELDOM static void loop_tame(vf *x, size_t vectors, act_range range)
{
    for (size_t k = 0; k < vectors; k++)
        x[k] = vf_select(loop_in_range(x[k], range), x[k], vf_set1(1.0f));
}

/* Computes again the lanes of y that are not sure or whose arguments are outside the range. */
VACT_SELDOM static void loop_settle(vf *y, const vf *x, const vm *sure, size_t vectors, act_range range,
                                    loop_exact_fn *exact, const vact_params_f32 *params)
{
    for (size_t k = 0; k < vectors; k++) {
        const vm settled = vm_and(sure[k], loop_in_range(x[k], range));
        if (vm_all(settled))
            continue;
        float arguments[VF_LANES], results[VF_LANES], known[VF_LANES];
        vf_store(arguments, x[k]);
        vf_store(results, y[k]);
        vf_store(known, vf_where(settled, vf_set1(1.0f)));
        for (size_t i = 0; i < VF_LANES; i++)
            if (known[i] == 0.0f)
                results[i] = exact(arguments[i], params);
        y[k] = vf_quiet(vf_load(results)); /* the exact functions may return a NaN as it came */
    }
}

#endif
