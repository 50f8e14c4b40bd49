/*
 * The gradients of xielu with respect to alpha_p and alpha_n: the sum of dy*x^2 over x > 0 and of dy*(e^x - 1 - x) over
 * x <= 0 (loop/sum.h). Each term is a product of hi/lo pairs; e^x - 1 - x = t*S(t), t = -x (math/fast/exp_share.h).
 * Where a sum is not below 2^100, or NaN, both are computed again in doubles, which no term leaves.
 */
#ifndef VACT_ROWS_XIELU_ALPHA_H
#define VACT_ROWS_XIELU_ALPHA_H

#include "math/common/xielu.h"
#include "math/fast/exp_share.h"
#include "rows/axis.h"

typedef struct {
    row_sum sums[2]; /* of alpha_p, of alpha_n */
    const elem *dy, *x;
} xielu_sums;

/* Elements past n are 0, and so are their terms. */
VACT_INLINE void xielu_add(void *context, size_t i, size_t n, size_t k)
{
    xielu_sums *to = context;
    const vf zero = vf_set1(0.0f), near = vf_set1(FAST_SHARE_NEAR);
    vf dy = rows_load(to->dy, i, i + n), x = rows_load(to->x, i, i + n), t = vf_abs(x);
    vf_pair share = fast_exp_share(vf_min(near, t));
    if (__builtin_expect(vm_any_beyond(x, FAST_SHARE_NEAR), 0)) {
        vf_pair far = fast_exp_share_far(vf_min(vf_set1(FLT_MAX), vf_max(near, t)));
        vm is_far = vm_lt(near, t);
        share = (vf_pair){vf_select(is_far, far.hi, share.hi), vf_select(is_far, far.lo, share.lo)};
    }
    vm above = vm_lt(zero, x), below = vm_le(x, zero);
    vf_pair factor = pair_product(t, vf_select(above, x, share.hi)); /* x^2 or t*S */
    factor.lo = vf_fma(t, vf_where(below, share.lo), factor.lo);
    vf_pair term = pair_product(dy, factor.hi);
    term.lo = vf_fma(dy, factor.lo, term.lo);
    /* A NaN is in both sums. */
    row_sum_add_pair(&to->sums[0], k, (vf_pair){vf_select(below, zero, term.hi), vf_select(below, zero, term.lo)});
    row_sum_add_pair(&to->sums[1], k, (vf_pair){vf_select(above, zero, term.hi), vf_select(above, zero, term.lo)});
}

/* e^x - 1 - x for x <= 0. */
VACT_INLINE double xielu_curve(double x)
{
    if (x >= -0.35)
        return x * x * xielu_series(x, 2);
    return xielu_exp(-x) - 1.0 - x;
}

/* Lane by lane as above, in doubles that keep their errors. */
VACT_SELDOM static void xielu_alpha_in_doubles(float *dalpha, const elem *dy, const elem *x, size_t n)
{
    sum_large lanes[2][ROW_LANES] = {{{0.0, 0.0}}};
    for (size_t i = 0; i < n; i += VF_LANES) {
        const size_t part = n - i < VF_LANES ? n - i : VF_LANES;
        float slopes[VF_LANES], inputs[VF_LANES];
        vf_store(slopes, rows_load(dy, i, i + part));
        vf_store(inputs, rows_load(x, i, i + part));
        for (size_t k = 0; k < part; k++) {
            const double input = (double)inputs[k], slope = (double)slopes[k];
            sum_large *const p = &lanes[0][(i + k) % ROW_LANES], *const q = &lanes[1][(i + k) % ROW_LANES];
            if (!(input <= 0.0))
                sum_large_add(p, slope * input * input);
            if (!(input > 0.0))
                sum_large_add(q, slope * xielu_curve(input));
        }
    }
    for (size_t s = 0; s < 2; s++) {
        for (size_t half = ROW_LANES / 2; half > 0; half /= 2)
            for (size_t k = 0; k < half; k++) {
                const double lo = lanes[s][k + half].lo;
                sum_large_add(&lanes[s][k], lanes[s][k + half].hi);
                lanes[s][k].lo += lo;
            }
        dalpha[s] = (float)sum_large_total(lanes[s][0]);
    }
}

VACT_INLINE void rows_xielu_alpha(float *dalpha, const elem *dy, const elem *x, size_t n)
{
    xielu_sums to;
    to.dy = dy;
    to.x = x;
    row_sum_start(&to.sums[0]);
    row_sum_start(&to.sums[1]);
    row_sums_of(to.sums, 2, n, xielu_add, &to);
    const double p = row_sum_total(&to.sums[0]), q = row_sum_total(&to.sums[1]);
    if (__builtin_expect(!(__builtin_fabs(p) < 0x1p100 && __builtin_fabs(q) < 0x1p100), 0)) {
        xielu_alpha_in_doubles(dalpha, dy, x, n);
        return;
    }
    dalpha[0] = (float)p;
    dalpha[1] = (float)q;
}

#endif
