/* The decision boundary as a picture. */
#ifndef SPIRALS_PICTURE_H
#define SPIRALS_PICTURE_H

#include "network.h"

/* A PPM of 400 x 400 pixels over [-1.2, 1.2]^2: the network's probability at each place, from blue for 0 over white to
 * orange for 1, and the points. False, with errno, where it cannot be written. */
bool picture_write(const char *path, network *net, const float *points, const float *targets, size_t count);

#endif
