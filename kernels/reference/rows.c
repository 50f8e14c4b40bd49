/* The oracle of the operations over rows. dst also holds the terms of the sum. */
#include "functions.h"

/* The largest element. NaN if the row has no result: it has a NaN or +inf, or only -inf. */
static double pivot(const float *src, size_t cols)
{
    double largest = -INFINITY;
    for (size_t i = 0; i < cols; i++) {
        if (isnan(src[i]))
            return NAN;
        largest = fmax(largest, (double)src[i]);
    }
    return isinf(largest) ? NAN : largest;
}

/* x - largest as a rounded difference and its error; x may be -inf. */
static double difference(double x, double largest, double *error)
{
    double rounded = x - largest;
    double largest_seen = x - rounded;
    *error = isinf(x) ? 0.0 : (x - (rounded + largest_seen)) + (largest_seen - largest);
    return rounded;
}

/* A sum that carries what each addition loses. The terms are not negative and come in any order. */
typedef struct sum {
    double value;
    double lost;
} sum;

static void add(sum *total, double term)
{
    double next = total->value + term;
    double term_seen = next - total->value;
    total->lost += (total->value - (next - term_seen)) + (term - term_seen);
    total->value = next;
}

static double exp_difference(double x, double largest)
{
    double error;
    double power = exp(difference(x, largest, &error));
    return power == 0.0 ? 0.0 : power + power * error;
}

static void fill(double *dst, size_t cols, double value)
{
    for (size_t i = 0; i < cols; i++)
        dst[i] = value;
}

void vacti_reference_softmax(double *dst, const float *src, size_t cols)
{
    double largest = pivot(src, cols);
    if (isnan(largest)) {
        fill(dst, cols, NAN);
        return;
    }
    sum total = {0.0, 0.0};
    for (size_t i = 0; i < cols; i++) {
        dst[i] = exp_difference((double)src[i], largest);
        add(&total, dst[i]);
    }
    double divisor = total.value + total.lost;
    for (size_t i = 0; i < cols; i++)
        dst[i] /= divisor;
}

/* Without the largest element, log(sum) = log1p(the others), accurate however small they are. It may be tiny beside a
 * difference that is a midpoint between floats, and still decides how that rounds: so the sum is rounded to odd. */
void vacti_reference_log_softmax(double *dst, const float *src, size_t cols)
{
    double largest = pivot(src, cols);
    if (isnan(largest)) {
        fill(dst, cols, NAN);
        return;
    }
    sum others = {0.0, 0.0};
    size_t winners = 0;
    for (size_t i = 0; i < cols; i++) {
        if ((double)src[i] == largest && winners++ == 0)
            continue;
        add(&others, exp_difference((double)src[i], largest));
    }
    double log_sum = log1p(others.value + others.lost);
    for (size_t i = 0; i < cols; i++) {
        double error;
        double rounded = difference((double)src[i], largest, &error);
        dst[i] = rounded == 0.0 ? -log_sum : vacti_reference_add_to_odd(rounded, error - log_sum);
    }
}
