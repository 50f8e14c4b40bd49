/* The perceptron: matrix products in plain loops, everything between them by vact. */
#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ random numbers */

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t random_next(random_state *random)
{
    uint64_t z = random->counter += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_unit(random_state *random) { return (double)(random_next(random) >> 11) * 0x1p-53; }

/* Box and Muller's method. */
double random_normal(random_state *random)
{
    double radius = sqrt(-2.0 * log(1.0 - random_unit(random)));
    return radius * cos(6.283185307179586 * random_unit(random));
}

/* -------------------------------------------------------------------------------------- activations */

const activation activations[] = {
    {"none", (vact_op)0, INIT_GLOROT},   {"relu", VACT_OP_RELU, INIT_HE}, {"leaky_relu", VACT_OP_LEAKY_RELU, INIT_HE},
    {"elu", VACT_OP_ELU, INIT_HE},       {"selu", VACT_OP_SELU, INIT_HE}, {"gelu", VACT_OP_GELU, INIT_HE},
    {"silu", VACT_OP_SILU, INIT_HE},     {"mish", VACT_OP_MISH, INIT_HE}, {"sigmoid", VACT_OP_SIGMOID, INIT_GLOROT},
    {"tanh", VACT_OP_TANH, INIT_GLOROT},
};
const size_t activation_count = sizeof activations / sizeof activations[0];

const activation *activation_named(const char *name)
{
    for (size_t i = 0; i < activation_count; i++)
        if (strcmp(activations[i].name, name) == 0)
            return &activations[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------- the matrices */

/* c[n, p] = a[n, m]*b[m, p]. The innermost loop runs along rows, so that compilers vectorise it. */
static void multiply(float *restrict c, const float *restrict a, const float *restrict b, size_t n, size_t m, size_t p)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < p; j++)
            c[i * p + j] = 0.0f;
        for (size_t k = 0; k < m; k++)
            for (size_t j = 0; j < p; j++)
                c[i * p + j] += a[i * m + k] * b[k * p + j];
    }
}

/* c[m, p] = a[n, m] transposed*b[n, p] */
static void multiply_transposed(float *restrict c, const float *restrict a, const float *restrict b, size_t n, size_t m,
                                size_t p)
{
    for (size_t i = 0; i < m * p; i++)
        c[i] = 0.0f;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            for (size_t j = 0; j < p; j++)
                c[k * p + j] += a[i * m + k] * b[i * p + j];
}

/* ---------------------------------------------------------------------------------------- the network */

static float *floats(size_t count) { return calloc(count, sizeof(float)); }

static double deviation(const layer *of, const activation *f, initialisation init)
{
    double gain = f->op == 0 ? 1.0 : vact_gain(f->op, 0.01f);
    switch (init) {
    case INIT_HE: return gain / sqrt((double)of->inputs);
    case INIT_GLOROT: return sqrt(2.0 / (double)(of->inputs + of->outputs));
    case INIT_SMALL: break;
    }
    return 0.01;
}

static bool make_layer(layer *to, const network *net, size_t inputs, size_t outputs)
{
    size_t size = inputs * outputs;
    size_t values = net->batch * outputs;
    *to = (layer){.inputs = inputs,
                  .outputs = outputs,
                  .weights = floats(size),
                  .bias = floats(outputs),
                  .d_weights = floats(size),
                  .d_bias = floats(outputs),
                  .v_weights = floats(size),
                  .v_bias = floats(outputs),
                  .transposed = floats(size),
                  .z = floats(values),
                  .a = floats(values),
                  .dz = floats(values)};
    return to->weights && to->bias && to->d_weights && to->d_bias && to->v_weights && to->v_bias && to->transposed &&
           to->z && to->a && to->dz;
}

bool network_make(network *net, const activation *f, size_t depth, size_t width, size_t batch, initialisation init,
                  random_state *random)
{
    bool made = true;
    *net = (network){f, depth, batch, calloc(depth + 1, sizeof(layer))};
    if (net->layers == NULL)
        return false;
    for (size_t i = 0; i <= depth; i++) {
        layer *to = &net->layers[i];
        made &= make_layer(to, net, i == 0 ? 2 : width, i == depth ? 1 : width);
        double scale = deviation(to, f, init);
        for (size_t k = 0; made && k < to->inputs * to->outputs; k++)
            to->weights[k] = (float)(scale * random_normal(random));
    }
    return made;
}

void network_free(network *net)
{
    for (size_t i = 0; net->layers != NULL && i <= net->depth; i++) {
        layer *old = &net->layers[i];
        float *const all[] = {old->weights, old->bias,       old->d_weights, old->d_bias, old->v_weights,
                              old->v_bias,  old->transposed, old->z,         old->a,      old->dz};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            free(all[k]);
    }
    free(net->layers);
}

const float *network_forward(network *net, const float *points, size_t n)
{
    const float *a = points;
    for (size_t i = 0; i <= net->depth; i++) {
        layer *at = &net->layers[i];
        multiply(at->z, a, at->weights, n, at->inputs, at->outputs);
        for (size_t k = 0; k < n * at->outputs; k++)
            at->z[k] += at->bias[k % at->outputs];
        if (net->f->op == 0 || i == net->depth)
            memcpy(at->a, at->z, n * at->outputs * sizeof(float));
        else
            vact_forward_f32(net->f->op, NULL, at->a, at->z, n * at->outputs);
        a = at->a;
    }
    return a;
}

/* From dz of a layer to its parameters' gradient, and to dz of the layer before it. */
static void backward(network *net, size_t index, const float *points, size_t n)
{
    layer *at = &net->layers[index];
    layer *before = index == 0 ? NULL : &net->layers[index - 1];
    multiply_transposed(at->d_weights, before == NULL ? points : before->a, at->dz, n, at->inputs, at->outputs);
    memset(at->d_bias, 0, at->outputs * sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < at->outputs; j++)
            at->d_bias[j] += at->dz[i * at->outputs + j];
    if (before == NULL)
        return;
    for (size_t k = 0; k < at->inputs; k++)
        for (size_t j = 0; j < at->outputs; j++)
            at->transposed[j * at->inputs + k] = at->weights[k * at->outputs + j];
    multiply(before->dz, at->dz, at->transposed, n, at->outputs, at->inputs);
    if (net->f->op != 0)
        vact_backward_f32(net->f->op, NULL, before->dz, before->dz, before->z, n * before->outputs);
}

float network_gradient(network *net, const float *points, const float *targets, size_t n)
{
    float loss = 0.0f;
    const float *logits = network_forward(net, points, n);
    vact_bce_with_logits_forward_backward_f32(&loss, net->layers[net->depth].dz, NULL, logits, targets, n, NULL);
    for (size_t i = net->depth + 1; i-- > 0;)
        backward(net, i, points, n);
    return loss;
}

static void step(float *parameters, float *momentum, const float *gradient, size_t count, float rate)
{
    for (size_t i = 0; i < count; i++) {
        momentum[i] = 0.9f * momentum[i] + gradient[i];
        parameters[i] -= rate * momentum[i];
    }
}

void network_step(network *net, float rate)
{
    for (size_t i = 0; i <= net->depth; i++) {
        layer *at = &net->layers[i];
        step(at->weights, at->v_weights, at->d_weights, at->inputs * at->outputs, rate);
        step(at->bias, at->v_bias, at->d_bias, at->outputs, rate);
    }
}

double network_gradient_norm(const layer *of)
{
    double sum = 0.0;
    for (size_t i = 0; i < of->inputs * of->outputs; i++)
        sum += (double)of->d_weights[i] * (double)of->d_weights[i];
    return sqrt(sum);
}
