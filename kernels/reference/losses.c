/* The oracle of the losses. */
#include "losses.h"

#include <math.h>

static double weight_of(const vacti_reference_row *row, size_t j)
{
    return row->weights ? (double)row->weights[j] : 1.0;
}

static size_t winner_of(const vacti_reference_row *row)
{
    size_t best = 0;
    for (size_t j = 1; j < row->cols; j++)
        if (row->logits[j] > row->logits[best])
            best = j;
    return best;
}

/* The sum of e^(x_j - pivot) over all columns except two, which may be the same. */
static double sum_without(const vacti_reference_row *row, double pivot, size_t first, size_t second)
{
    double sum = 0.0, lost = 0.0;
    for (size_t j = 0; j < row->cols; j++) {
        if (j == first || j == second)
            continue;
        double term = exp(row->logits[j] - pivot), next = sum + term;
        lost += fabs(sum) >= term ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    return sum + lost;
}

double vacti_reference_cross_entropy(const vacti_reference_row *row)
{
    size_t best = winner_of(row);
    double max = row->logits[best], log = log1p(sum_without(row, max, best, best));
    double loss = (1.0 - row->smoothing) * weight_of(row, row->target) * ((max - row->logits[row->target]) + log);
    if (row->smoothing == 0.0)
        return loss;
    double spread = 0.0;
    for (size_t j = 0; j < row->cols; j++)
        spread += weight_of(row, j) * ((max - row->logits[j]) + log);
    return loss + row->smoothing / (double)row->cols * spread;
}

double vacti_reference_cross_entropy_slope(const vacti_reference_row *row, size_t j, double *size)
{
    size_t best = winner_of(row);
    double max = row->logits[best], sum = 1.0 + sum_without(row, max, best, best), whole = 0.0;
    double kept = (1.0 - row->smoothing) * weight_of(row, row->target);
    double smooth = row->smoothing / (double)row->cols;
    for (size_t k = 0; k < row->cols; k++)
        whole += smooth * weight_of(row, k);
    double own = smooth * weight_of(row, j) + (j == row->target ? kept : 0.0);
    double share = exp(row->logits[j] - max) / sum;
    *size = fmax((kept + whole) * share, own);
    if (j != row->target || row->cols == 1)
        return (kept + whole) * share - own;
    /* (kept + whole)*(1 - others/sum) - own */
    double others = sum_without(row, max, j, j);
    double rest = 0.0;
    for (size_t k = 0; k < row->cols; k++)
        rest += k == j ? 0.0 : smooth * weight_of(row, k);
    if (row->smoothing == 0.0)
        *size = kept * (others / sum);
    return rest - (kept + whole) * (others / sum);
}

double vacti_reference_bce(double x, double target, double positive)
{
    double log = log1p(exp(-fabs(x))), yes = positive * target, no = 1.0 - target;
    double grows = x < 0.0 ? yes : no;
    return (grows == 0.0 ? 0.0 : grows * fabs(x)) + (yes + no) * log;
}

double vacti_reference_bce_slope(double x, double target, double positive, double *size)
{
    double yes = positive * target / (1.0 + exp(x)), no = (1.0 - target) / (1.0 + exp(-x));
    *size = fmax(fabs(yes), fabs(no));
    return no - yes;
}
