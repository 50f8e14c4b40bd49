/*
 * Sums over the results of rows or elements: in double, over the 64 lanes and the tree of loop/sum.h. A sum of floats
 * in double loses nothing that would show in a float.
 */
#ifndef VACT_LOSS_LANES_H
#define VACT_LOSS_LANES_H

#include "loop/sum.h"

typedef struct {
    double lane[ROW_LANES];
} loss_lanes;

VACT_INLINE double loss_lanes_total(const loss_lanes *sums)
{
    double lane[ROW_LANES];
    for (size_t i = 0; i < ROW_LANES; i++)
        lane[i] = sums->lane[i];
    for (size_t half = ROW_LANES / 2; half >= 1; half /= 2)
        for (size_t i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

#endif
