/*
 * Rows with logits scale*x + slope*bias so large that a pair of floats does not hold their differences, or that
 * overflow on the way, though the row's softmax consists of numbers. Here a logit is a pair of doubles, computed one by
 * one: both products are exact, and so is their sum. Slow, and seldom needed. It also serves where a soft cap has no
 * place for its results.
 */
#ifndef VACT_ROWS_WIDE_H
#define VACT_ROWS_WIDE_H

#include "rows/exponentials.h"
#include "rows/softcap.h"

/* hi + lo; lo is 0 where hi is infinite or NaN. */
typedef struct {
    double hi, lo;
} wide_logit;

VACT_INLINE bool wide_finite(double z) { return __builtin_fabs(z) < __builtin_inf(); }

/* Of an infinity or NaN the error is not computed: it would be NaN. */
VACT_INLINE wide_logit wide_sum(double a, double b)
{
    const bool finite = wide_finite(a) && wide_finite(b);
    const double p = finite ? a : 0.0, q = finite ? b : 0.0;
    const double sum = p + q, part = sum - p;
    return (wide_logit){finite ? sum : a + b, (p - (sum - part)) + (q - part)};
}

/* A pair of floats is off by up to 2^-48 of a logit: too much for the exponential of a difference from here on. */
#define WIDE_FROM 0x1p20f

/* For the largest logit of a row as pairs of floats, +inf where one may have overflown. */
VACT_INLINE bool wide_is_needed(float max, const logits_row *row)
{
    return (row->scale != 1.0f || row->bias != NULL || row->cap != 0.0f) && !(__builtin_fabsf(max) <= WIDE_FROM) &&
           max != -__builtin_inff();
}

/* Columns i to i + n - 1, n <= VF_LANES. */
VACT_INLINE void wide_logits(wide_logit *z, const elem *src, size_t i, size_t n, const logits_row *row)
{
    float x[VF_LANES];
    const bool capped = row->cap != 0.0f;
    vf_store(x, capped ? softcap_at(src, i, i + n, row) : rows_load(src, i, i + n));
    const double scale = capped ? 1.0 : (double)row->scale;
    for (size_t k = 0; k < n; k++) {
        const double bias = row->bias ? (double)row->bias[i + k] : 0.0;
        const bool seen = bias != -__builtin_inf() && !(row->keep && row->keep[i + k] == 0);
        const double added = capped && row->cap_after ? 0.0 : bias * (double)row->slope;
        z[k] = seen ? wide_sum((double)x[k] * scale, added) : (wide_logit){-__builtin_inf(), 0.0};
    }
}

/* NaN if either is. */
VACT_INLINE wide_logit wide_larger(wide_logit best, wide_logit z)
{
    const bool keep = z.hi < best.hi || (z.hi == best.hi && z.lo <= best.lo) || best.hi != best.hi;
    return keep ? best : z;
}

/* The largest logit, or the sink; NaN for a row with a NaN. */
VACT_NOINLINE static wide_logit wide_max(const elem *src, size_t cols, const logits_row *row)
{
    wide_logit best = {-__builtin_inf(), 0.0};
    for (size_t i = 0; i < cols; i += VF_LANES) {
        const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
        wide_logit z[VF_LANES];
        wide_logits(z, src, i, n, row);
        for (size_t k = 0; k < n; k++)
            best = wide_larger(best, z[k]);
    }
    return wide_larger(best, (wide_logit){(double)(row->sink + 0.0f), 0.0});
}

VACT_INLINE double wide_distance(wide_logit z, wide_logit pivot) { return (z.hi - pivot.hi) + (z.lo - pivot.lo); }

/* The distances of columns i to i + n - 1 as pairs of floats, from -512 to 512, and -512 in the lanes beyond.
 * as_doubles: of logits rounded to doubles. */
VACT_NOINLINE static vf_pair wide_distances(const elem *src, size_t i, size_t n, const logits_row *row,
                                            wide_logit pivot, bool as_doubles)
{
    wide_logit z[VF_LANES] = {{0.0, 0.0}}; /* a compiler may subtract in the lanes beyond, too */
    double d[VF_LANES];
    float hi[VF_LANES], lo[VF_LANES];
    wide_logits(z, src, i, n, row);
    for (size_t k = 0; k < VF_LANES; k++) {
        if (as_doubles && k < n)
            z[k].lo = 0.0;
        d[k] = k < n ? wide_distance(z[k], pivot) : -512.0;
        d[k] = d[k] < -512.0 ? -512.0 : d[k] > 512.0 ? 512.0 : d[k];
    }
    __asm__ volatile("" : : "r"(d) : "memory"); /* else GCC splits a distance of -inf, and selects -512 afterwards */
    for (size_t k = 0; k < VF_LANES; k++) {
        hi[k] = (float)d[k];
        lo[k] = (float)(d[k] - (double)hi[k]);
    }
    return (vf_pair){vf_load(hi), vf_load(lo)};
}

/* The exponentials of a row, 2^96*e^(z - pivot): the sum of those that are not 1, and how many are. */
typedef struct {
    row_sum others;
    double winners;
    float *lanes;
    const elem *src;
    const logits_row *row;
    wide_logit pivot;
    bool as_doubles;
} wide_walk;

VACT_INLINE void wide_add(void *context, size_t i, size_t n, size_t k)
{
    wide_walk *walk = context;
    const vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    const vf_pair d = wide_distances(walk->src, i, n, walk->row, walk->pivot, walk->as_doubles);
    const vf_pair e = fast_exp_pair(d);
    const vm winner = vm_and(vm_eq(d.hi, zero), vm_eq(d.lo, zero));
    row_sum_add_pair(&walk->others, k, (vf_pair){vf_select(winner, zero, e.hi), vf_select(winner, zero, e.lo)});
    float winners[VF_LANES];
    vf_store(winners, vf_select(winner, one, zero));
    for (size_t lane = 0; lane < VF_LANES; lane++)
        walk->winners += (double)winners[lane];
    if (walk->lanes)
        rows_store_lanes(walk->lanes, e.hi, i, i + n);
}

/* The sink's e^(sink - pivot); 0 for none. */
VACT_NOINLINE static double wide_sink(float sink, wide_logit pivot)
{
    const double d = wide_distance((wide_logit){(double)sink, 0.0}, pivot);
    const logits_pivot parts = rows_split(d < -512.0 ? -512.0 : d);
    const vf_pair e = fast_exp_pair((vf_pair){vf_set1(parts.hi), vf_set1(parts.lo)});
    const double power = (double)sum_first_lane(e.hi) + (double)sum_first_lane(e.lo);
    return d == 0.0 ? 1.0 : power * (double)FAST_PAIR_UNSCALE;
}

/* Stores the exponentials if `lanes` is not null. Returns their sum, with the sink, without one winner: R of
 * rows/log_softmax.h for a pivot that is the maximum. */
VACT_NOINLINE static double wide_rest(float *lanes, const elem *src, size_t cols, const logits_row *row,
                                      wide_logit pivot, bool as_doubles)
{
    wide_walk walk;
    walk.lanes = lanes;
    walk.src = src;
    walk.row = row;
    walk.pivot = pivot;
    walk.as_doubles = as_doubles;
    walk.winners = 0.0;
    row_sum_start(&walk.others);
    row_sums_rolled(&walk.others, 1, cols, wide_add, &walk);
    double others = row_sum_total_apart(&walk.others) * (double)FAST_PAIR_UNSCALE;
    if (row->sink > -__builtin_inff()) {
        const double sink = wide_sink(row->sink, pivot);
        walk.winners += sink == 1.0 ? 1.0 : 0.0;
        others += sink == 1.0 ? 0.0 : sink;
    }
    return (walk.winners - 1.0) + others;
}

/* These return the largest logit. Where it is not finite they write nothing. */
VACT_NOINLINE static double wide_softmax_row(elem *dst, const elem *src, size_t cols, const logits_row *row,
                                             float *lanes)
{
    const wide_logit pivot = wide_max(src, cols, row);
    if (!wide_finite(pivot.hi))
        return pivot.hi;
    const double sum = 1.0 + wide_rest(rows_are_whole(cols) ? lanes : NULL, src, cols, row, pivot, false);
    const vf_pair reciprocal = rows_broadcast(rows_split(0x1p20 / sum));
    for (size_t c = 0; c < cols; c += rows_piece(c, cols)) {
        const size_t n = rows_piece(c, cols);
        const logits_row piece = logits_piece(row, c, n);
        if (!rows_are_whole(cols))
            (void)wide_rest(lanes, src + c, n, &piece, pivot, false);
        for (size_t i = 0; i < n; i += VF_LANES) {
            const vf e = rows_load_lanes(lanes, i, n);
            rows_store(dst + c, softmax_unscaled(vf_fma(e, reciprocal.hi, vf_mul(e, reciprocal.lo))), i, n);
        }
    }
    return pivot.hi;
}

VACT_NOINLINE static double wide_log_softmax_row(elem *dst, const elem *src, size_t cols, const logits_row *row)
{
    const wide_logit pivot = wide_max(src, cols, row);
    if (!wide_finite(pivot.hi))
        return pivot.hi;
    const double log = once_log1p(wide_rest(NULL, src, cols, row, pivot, false));
    for (size_t i = 0; i < cols; i += VF_LANES) {
        const size_t n = cols - i < VF_LANES ? cols - i : VF_LANES;
        wide_logit z[VF_LANES];
        float y[VF_LANES] = {0.0f};
        wide_logits(z, src, i, n, row);
        for (size_t k = 0; k < n; k++)
            y[k] = -(float)(log - wide_distance(z[k], pivot));
        rows_store(dst, vf_load(y), i, cols);
    }
    return pivot.hi;
}

/* -inf if no column is left, +inf if a logit is, NaN if one is NaN. */
VACT_NOINLINE static float wide_logsumexp(const elem *src, size_t cols, const logits_row *row)
{
    const wide_logit pivot = wide_max(src, cols, row);
    if (!wide_finite(pivot.hi))
        return (float)pivot.hi;
    return (float)(pivot.hi + (pivot.lo + once_log1p(wide_rest(NULL, src, cols, row, pivot, false))));
}

#endif
