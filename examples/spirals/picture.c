#include "picture.h"

#include <math.h>
#include <stdio.h>

enum { SIDE = 400, RADIUS = 3 };

static const double limit = 1.2, side = SIDE;

typedef struct colour {
    unsigned char channel[3];
} colour;

/* From white at 1/2 to the full colour at 0 and 1; points are darker. */
static colour shade(double probability)
{
    static const double blue[3] = {61, 133, 198};
    static const double orange[3] = {228, 87, 46};
    const double *full = probability < 0.5 ? blue : orange;
    double strength = 0.65 * fabs(2.0 * probability - 1.0);
    colour c;
    for (int i = 0; i < 3; i++)
        c.channel[i] = (unsigned char)lround(255.0 + strength * (full[i] - 255.0));
    return c;
}

/* The pixels, row by row from the top, in batches of the network's size. */
static void fill(colour *pixels, network *net)
{
    static float places[2 * SIDE], probabilities[SIDE];
    for (int row = 0; row < SIDE; row++) {
        for (int i = 0; i < SIDE; i++) {
            places[2 * i] = (float)(limit * (2.0 * (i + 0.5) / side - 1.0));
            places[2 * i + 1] = (float)(limit * (1.0 - 2.0 * (row + 0.5) / side));
        }
        for (size_t first = 0; first < SIDE; first += net->batch) {
            size_t n = SIDE - first < net->batch ? SIDE - first : net->batch;
            vact_sigmoid_f32(probabilities + first, network_forward(net, places + 2 * first, n), n);
        }
        for (int i = 0; i < SIDE; i++)
            pixels[row * SIDE + i] = shade((double)probabilities[i]);
    }
}

static void put_point(colour *pixels, double x, double y, bool second)
{
    static const colour inks[2] = {{{20, 60, 110}}, {{130, 30, 5}}};
    int column = (int)lround((x / limit + 1.0) * 0.5 * side - 0.5);
    int row = (int)lround((1.0 - y / limit) * 0.5 * side - 0.5);
    for (int i = row - RADIUS; i <= row + RADIUS; i++)
        for (int k = column - RADIUS; k <= column + RADIUS; k++)
            if (i >= 0 && i < SIDE && k >= 0 && k < SIDE &&
                (i - row) * (i - row) + (k - column) * (k - column) <= RADIUS * RADIUS)
                pixels[i * SIDE + k] = inks[second];
}

bool picture_write(const char *path, network *net, const float *points, const float *targets, size_t count)
{
    static colour pixels[SIDE * SIDE];
    fill(pixels, net);
    for (size_t i = 0; i < count; i++)
        put_point(pixels, (double)points[2 * i], (double)points[2 * i + 1], targets[i] > 0.5f);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    fprintf(file, "P6\n%d %d\n255\n", SIDE, SIDE);
    bool written = fwrite(pixels, sizeof pixels, 1, file) == 1;
    return fclose(file) == 0 && written;
}
