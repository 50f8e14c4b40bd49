/*
 * SLEEF's expf over an array, one vector a turn. Compiled once per build, as the kernels are: with that build's
 * flags, its vec/ header included first on the command line and VACT_BUILD defined as its name.
 */
#include "math/sleef.h"
#include "yardstick.h"

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)

yardstick_fn JOIN(vact_bench_expf_, VACT_BUILD);

void JOIN(vact_bench_expf_, VACT_BUILD)(float *dst, const float *src, size_t n)
{
    size_t i = 0;
    for (; n - i >= VF_LANES; i += VF_LANES)
        vf_store(dst + i, math_exp(vf_load(src + i)));
    if (i < n)
        vf_store_partial(dst + i, math_exp(vf_load_partial(src + i, n - i)), n - i);
}
