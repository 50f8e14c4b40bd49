/*
 * Trains a deep perceptron on two interleaved spirals and shows, epoch by epoch, the effect of the activation: loss and
 * accuracy, how much of the gradient reaches the first layer, how many units are dead.
 */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "picture.h"

enum { POINTS = 400, TESTED = 400, MOST_DEPTH = 64, MOST_WIDTH = 1024, MOST_EPOCHS = 1000000 };

typedef struct options {
    const activation *f;
    size_t depth, width, batch, epochs;
    initialisation init;
    bool init_given;
    double rate;
    uint64_t seed;
    const char *log, *picture;
    bool quiet;
} options;

/* ------------------------------------------------------------------------------------------ the points */

/* Two spirals of 2 turns from the centre out to radius 1, half a turn apart, blurred. Even points belong to the
 * first, whose target is 0. */
static void make_points(float *points, float *targets, size_t count, random_state *random)
{
    for (size_t i = 0; i < count; i++) {
        double along = 0.05 + 0.95 * random_unit(random);
        double angle = 3.141592653589793 * (4.0 * along + (double)(i % 2));
        points[2 * i] = (float)(along * cos(angle) + 0.01 * random_normal(random));
        points[2 * i + 1] = (float)(along * sin(angle) + 0.01 * random_normal(random));
        targets[i] = (float)(i % 2);
    }
}

/* ------------------------------------------------------------------------------------------ the training */

typedef struct data {
    float points[2 * POINTS], targets[POINTS];
    float tested[2 * TESTED], answers[TESTED]; /* held out */
} data;

/* Of an epoch, per layer: the norm of the gradient of its weights, the fraction of its units that are 0 for every
 * point. */
typedef struct health {
    double gradient[MOST_DEPTH + 1], dead[MOST_DEPTH];
    double loss, accuracy;
} health;

static double accuracy(network *net, const data *set)
{
    const float *logits = network_forward(net, set->tested, TESTED);
    size_t right = 0;
    for (size_t i = 0; i < TESTED; i++)
        right += (logits[i] > 0.0f) == (set->answers[i] > 0.5f);
    return (double)right / (double)TESTED;
}

/* Of the whole training set. */
static void examine(network *net, const data *set, health *found)
{
    found->accuracy = accuracy(net, set);
    found->loss = (double)network_gradient(net, set->points, set->targets, POINTS);
    for (size_t i = 0; i <= net->depth; i++)
        found->gradient[i] = network_gradient_norm(&net->layers[i]);
    for (size_t i = 0; i < net->depth; i++) {
        size_t dead = 0;
        vact_dead_units_f32(&dead, NULL, net->layers[i].a, POINTS, net->layers[i].outputs);
        found->dead[i] = (double)dead / (double)net->layers[i].outputs;
    }
}

static void swap(float *a, float *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* One pass over the points in a new order. */
static void train(network *net, data *set, const options *asked, double rate, random_state *random)
{
    for (size_t i = POINTS - 1; i > 0; i--) {
        size_t k = (size_t)(random_unit(random) * (double)(i + 1));
        swap(&set->points[2 * i], &set->points[2 * k], 2);
        swap(&set->targets[i], &set->targets[k], 1);
    }
    for (size_t first = 0; first < POINTS; first += asked->batch) {
        size_t n = POINTS - first < asked->batch ? POINTS - first : asked->batch;
        network_gradient(net, set->points + 2 * first, set->targets + first, n);
        network_step(net, (float)rate);
    }
}

/* ------------------------------------------------------------------------------------------ what is told */

static void print_epoch(const options *asked, size_t epoch, const health *found)
{
    double worst = 0.0;
    double sum = 0.0;
    size_t where = 0;
    for (size_t i = 0; i < asked->depth; i++) {
        sum += found->dead[i];
        if (found->dead[i] > worst) {
            worst = found->dead[i];
            where = i + 1;
        }
    }
    printf("epoch %4zu  loss %.4f  accuracy %5.1f %%  gradient %.1e first layer, %.1e last  dead units %.0f %%", epoch,
           found->loss, 100.0 * found->accuracy, found->gradient[0], found->gradient[asked->depth],
           100.0 * sum / (double)asked->depth);
    if (worst > 0.2)
        printf("  ! %.0f %% in layer %zu", 100.0 * worst, where);
    putchar('\n');
}

static void log_epoch(FILE *log, const options *asked, size_t epoch, const health *found)
{
    fprintf(log, "%zu\t%.6g\t%.6g", epoch, found->loss, found->accuracy);
    for (size_t i = 0; i <= asked->depth; i++)
        fprintf(log, "\t%.6g", found->gradient[i]);
    for (size_t i = 0; i < asked->depth; i++)
        fprintf(log, "\t%.6g", found->dead[i]);
    fputc('\n', log);
}

static void log_header(FILE *log, const options *asked)
{
    fputs("epoch\tloss\taccuracy", log);
    for (size_t i = 0; i <= asked->depth; i++)
        fprintf(log, "\tgradient_%zu", i + 1);
    for (size_t i = 0; i < asked->depth; i++)
        fprintf(log, "\tdead_%zu", i + 1);
    fputc('\n', log);
}

static int fail(const char *subject, const char *message)
{
    fprintf(stderr, "spirals: %s: %s\n", subject, message);
    return EXIT_FAILURE;
}

static int run(network *net, const options *asked, random_state *random, FILE *log)
{
    static data set;
    static health found;
    make_points(set.points, set.targets, POINTS, random);
    make_points(set.tested, set.answers, TESTED, random);
    if (log != NULL)
        log_header(log, asked);
    for (size_t epoch = 0; epoch <= asked->epochs; epoch++) {
        if (epoch > 0)
            train(net, &set, asked, asked->rate * (double)(asked->epochs + 1 - epoch) / (double)asked->epochs, random);
        examine(net, &set, &found);
        if (!asked->quiet)
            print_epoch(asked, epoch, &found);
        if (log != NULL)
            log_epoch(log, asked, epoch, &found);
        if (!isfinite(found.loss)) {
            puts("the loss is no longer finite: the training ends");
            break;
        }
    }
    if (asked->picture != NULL && !picture_write(asked->picture, net, set.points, set.targets, POINTS))
        return fail(asked->picture, strerror(errno));
    return EXIT_SUCCESS;
}

/* --------------------------------------------------------------------------------------- the command line */

static const char documentation[] =
    "Trains a perceptron on two interleaved spirals, 200 points each, by gradient descent with momentum 0.9, and "
    "prints "
    "a line per epoch: the loss, the accuracy on 400 points held out, the norm of the gradient of the first and "
    "of the last layer's weights, and the share of units that are 0 for every point, marked where it is above 20 % in "
    "a "
    "layer. Epoch 0 is before the training."
    "\v"
    "Activations: none, relu, leaky_relu, elu, selu, gelu, silu, mish, sigmoid, tanh.";

enum { KEY_DEPTH = 0x101, KEY_WIDTH, KEY_INIT, KEY_RATE, KEY_SEED, KEY_EPOCHS, KEY_BATCH, KEY_LOG, KEY_BOUNDARY };

static size_t number(const struct argp_state *state, const char *text, unsigned long long least,
                     unsigned long long most)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value < least || value > most)
        argp_error(state, "'%s' is not a number from %llu to %llu", text, least, most);
    return (size_t)value;
}

static initialisation init_named(const struct argp_state *state, const char *name)
{
    if (strcmp(name, "he") == 0)
        return INIT_HE;
    if (strcmp(name, "glorot") == 0)
        return INIT_GLOROT;
    if (strcmp(name, "small") != 0)
        argp_error(state, "--init '%s' is none of he, glorot, small", name);
    return INIT_SMALL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    options *asked = state->input;
    char *end = NULL;
    switch (key) {
    case 'a':
        asked->f = activation_named(argument);
        if (asked->f == NULL)
            argp_error(state, "no activation here is named '%s'", argument);
        return 0;
    case KEY_DEPTH: asked->depth = number(state, argument, 1, MOST_DEPTH); return 0;
    case KEY_WIDTH: asked->width = number(state, argument, 1, MOST_WIDTH); return 0;
    case KEY_BATCH: asked->batch = number(state, argument, 1, POINTS); return 0;
    case KEY_EPOCHS: asked->epochs = number(state, argument, 0, MOST_EPOCHS); return 0;
    case KEY_SEED: asked->seed = number(state, argument, 0, UINT32_MAX); return 0;
    case KEY_INIT:
        asked->init = init_named(state, argument);
        asked->init_given = true;
        return 0;
    case KEY_RATE:
        asked->rate = strtod(argument, &end);
        if (end == argument || *end != '\0' || !(asked->rate > 0.0) || !isfinite(asked->rate))
            argp_error(state, "--lr '%s' is not a number above 0", argument);
        return 0;
    case KEY_LOG: asked->log = argument; return 0;
    case KEY_BOUNDARY: asked->picture = argument; return 0;
    case 'q': asked->quiet = true; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option known[] = {
        {"activation", 'a', "NAME", 0, "Between the layers (default gelu)", 1},
        {"depth", KEY_DEPTH, "N", 0, "Hidden layers (default 4)", 1},
        {"width", KEY_WIDTH, "N", 0, "Units in each (default 24)", 1},
        {"init", KEY_INIT, "he|glorot|small", 0, "Initial weights (default: what pairs with the activation)", 1},
        {"lr", KEY_RATE, "RATE", 0, "Learning rate (default 0.03)", 2},
        {"batch", KEY_BATCH, "N", 0, "Points per step (default 20)", 2},
        {"epochs", KEY_EPOCHS, "N", 0, "Passes over the points (default 300)", 2},
        {"seed", KEY_SEED, "N", 0, "Of the points, the weights and the order (default 1)", 2},
        {"boundary", KEY_BOUNDARY, "FILE.ppm", 0, "Where to draw what the network has learnt", 3},
        {"log", KEY_LOG, "FILE.tsv", 0, "Where to write every epoch's figures, each layer's", 3},
        {"quiet", 'q', NULL, 0, "No line per epoch", 3},
        {NULL, 0, NULL, 0, NULL, 0},
    };
    const struct argp argp = {known, parse, NULL, documentation, NULL, NULL, NULL};
    options asked = {
        .f = activation_named("gelu"), .depth = 4, .width = 24, .batch = 20, .epochs = 300, .rate = 0.03, .seed = 1};
    argp_err_exit_status = 2;
    if (argp_parse(&argp, argc, argv, 0, NULL, &asked) != 0)
        return 2;

    random_state random = {asked.seed << 32};
    network net;
    FILE *log = NULL;
    if (asked.log != NULL && (log = fopen(asked.log, "w")) == NULL)
        return fail(asked.log, strerror(errno));
    initialisation init = asked.init_given ? asked.init : asked.f->pair;
    bool made = network_make(&net, asked.f, asked.depth, asked.width, POINTS, init, &random);
    int status = made ? run(&net, &asked, &random, log) : fail("network", "out of memory");
    network_free(&net);
    if (log != NULL && (ferror(log) || fclose(log) != 0))
        status = fail(asked.log, strerror(errno));
    return status;
}
