/* The decision boundary as a picture. */
#ifndef SPIRALS_PICTURE_H
#define SPIRALS_PICTURE_H

#include "network.h"

/* A PPM of 400 x 400 pixels over [-1.2, 1.2]^2: the probability that the network gives to each place, blue for 0 and
 * orange for 1, white where it does not know; and the points. False, with errno, where it cannot be written. */
bool picture_write(const char *path, network *net, const float *points, const float *targets, size_t count);

#endif
