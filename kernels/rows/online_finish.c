/* The end of an online softmax: what its states come to. In double, once per row, so one build serves every CPU. */
#include <math.h>

#include "abi.h"
#include "rows/once.h"

/* Of a sum that is positive. */
static float logsumexp(double exponent, double sum)
{
    double log = once_log(sum);
    if (!once_is_whole(exponent))
        return (float)(0.5 * exponent + log);
    return (float)fma(exponent, ONCE_LN2, fma(exponent, ONCE_LN2_LO, log));
}

void vacti_softmax_online_finish(float *factor, float *lse, const vact_softmax_online_f32 *state, size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        double sum = state[r].sum;
        if (factor != NULL)
            factor[r] = sum == 0.0 ? 0.0f : (float)(1.0 / (sum + 0x1p-100)); /* a compiler may divide in any case */
        if (lse != NULL)
            lse[r] = sum == 0.0 ? -INFINITY : isnan(sum) ? NAN : logsumexp(state[r].exponent, sum);
    }
}
