/* A multi-layer perceptron whose activations, gradients, loss and initial gains are vact's. */
#ifndef SPIRALS_NETWORK_H
#define SPIRALS_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vact/vact.h>

/* ------------------------------------------------------------------------------------ random numbers */

typedef struct random_state {
    uint64_t counter;
} random_state;

double random_unit(random_state *random);   /* [0, 1) */
double random_normal(random_state *random); /* mean 0, deviation 1 */

/* ---------------------------------------------------------------------------------------- the network */

typedef enum initialisation {
    INIT_HE,     /* deviation gain/sqrt(inputs), vact_gain's gain: sqrt(2) for relu */
    INIT_GLOROT, /* deviation sqrt(2/(inputs + outputs)) */
    INIT_SMALL   /* deviation 0.01 */
} initialisation;

typedef struct activation {
    const char *name;
    vact_op op;          /* 0: none at all */
    initialisation pair; /* the usual initial weights */
} activation;

/* Null for an unknown name. */
const activation *activation_named(const char *name);
extern const activation activations[];
extern const size_t activation_count;

/* z = a*weights + bias, then a = f(z). All matrices are dense, row after row. */
typedef struct layer {
    size_t inputs, outputs;
    float *weights, *bias;     /* [inputs, outputs], [outputs] */
    float *d_weights, *d_bias; /* the loss's gradient */
    float *v_weights, *v_bias; /* the momentum */
    float *transposed;         /* [outputs, inputs] */
    float *z, *a;              /* [batch, outputs] */
    float *dz;                 /* [batch, outputs] */
} layer;

typedef struct network {
    const activation *f;
    size_t depth;  /* hidden layers */
    size_t batch;  /* most points at a time */
    layer *layers; /* depth of them, and the last, which has one output: the logit */
} network;

/* False when out of memory. */
bool network_make(network *net, const activation *f, size_t depth, size_t width, size_t batch, initialisation init,
                  random_state *random);
void network_free(network *net);

/* The logits of n points, n <= batch; valid until the next call. */
const float *network_forward(network *net, const float *points, size_t n);

/* Forward, the mean loss, and its gradient in every layer's d_weights and d_bias. */
float network_gradient(network *net, const float *points, const float *targets, size_t n);

/* A step of gradient descent with momentum 0.9. */
void network_step(network *net, float rate);

/* The Euclidean norm of the gradient of a layer's weights. */
double network_gradient_norm(const layer *of);

#endif
