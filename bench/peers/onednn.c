/* oneDNN 3: primitives are made once per call and run on its CPU engine. */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>

#include <oneapi/dnnl/dnnl.h>

static const float PRELU_SLOPE = 0.25f;

/* Tensors are [rows, 1 channel, cols]: prelu's slope is one per channel. */
enum { AXES = 3, LAST_AXIS = AXES - 1, MOST_ARGUMENTS = 3 };

/* What an operation is made of; unset members stay null. */
typedef struct primitive {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t run;
    dnnl_exec_arg_t arguments[MOST_ARGUMENTS];
    int argument_count;
} primitive;

typedef struct eltwise {
    vact_op op;
    dnnl_alg_kind_t algorithm;
    float alpha;
    float beta;
} eltwise;

static const eltwise eltwises[] = {
    {VACT_OP_RELU, dnnl_eltwise_relu, 0.0f, 0.0f},
    {VACT_OP_RELU6, dnnl_eltwise_clip_v2, 0.0f, 6.0f},
    {VACT_OP_LEAKY_RELU, dnnl_eltwise_relu, 0.01f, 0.0f},
    {VACT_OP_ELU, dnnl_eltwise_elu, 1.0f, 0.0f},
    {VACT_OP_GELU, dnnl_eltwise_gelu_erf, 0.0f, 0.0f},
    {VACT_OP_GELU_TANH, dnnl_eltwise_gelu_tanh, 0.0f, 0.0f},
    {VACT_OP_GELU_QUICK, dnnl_eltwise_swish, 1.702f, 0.0f},
    {VACT_OP_SILU, dnnl_eltwise_swish, 1.0f, 0.0f},
    {VACT_OP_SWISH, dnnl_eltwise_swish, 1.0f, 0.0f},
    {VACT_OP_MISH, dnnl_eltwise_mish, 0.0f, 0.0f},
    {VACT_OP_SIGMOID, dnnl_eltwise_logistic, 0.0f, 0.0f},
    {VACT_OP_HARD_SWISH, dnnl_eltwise_hardswish, 1.0f / 6.0f, 0.5f},
    {VACT_OP_TANH, dnnl_eltwise_tanh, 0.0f, 0.0f},
    {VACT_OP_HARDTANH, dnnl_eltwise_clip_v2, -1.0f, 1.0f},
    {VACT_OP_SOFTPLUS, dnnl_eltwise_soft_relu, 1.0f, 0.0f},
    {VACT_OP_EXP, dnnl_eltwise_exp, 0.0f, 0.0f},
    {VACT_OP_LOG_SIGMOID, dnnl_eltwise_soft_relu, -1.0f, 0.0f},
    {VACT_OP_HARD_SIGMOID, dnnl_eltwise_hardsigmoid, 0.2f, 0.5f},
    {VACT_OP_HARD_SIGMOID6, dnnl_eltwise_hardsigmoid, 1.0f / 6.0f, 0.5f},
};

static const eltwise *find_eltwise(vact_op op)
{
    for (size_t i = 0; i < sizeof eltwises / sizeof eltwises[0]; i++)
        if (eltwises[i].op == op)
            return &eltwises[i];
    return NULL;
}

typedef dnnl_memory_desc_t shape;

static bool make_shape(shape *made, size_t rows, size_t cols)
{
    const dnnl_dims_t dims = {(dnnl_dim_t)rows, 1, (dnnl_dim_t)cols};
    return dnnl_memory_desc_create_with_tag(made, AXES, dims, dnnl_f32, dnnl_abc) == dnnl_success;
}

static void release_shape(shape *made) { dnnl_memory_desc_destroy(*made); }

static dnnl_status_t make_memory(dnnl_memory_t *made, dnnl_engine_t engine, const shape *of, void *data)
{
    return dnnl_memory_create(made, *of, engine, data);
}

static dnnl_status_t describe(dnnl_primitive_desc_t *description, dnnl_engine_t engine, vact_op op, const shape *data,
                              const shape *slope)
{
    const eltwise *one = find_eltwise(op);
    if (one != NULL)
        return dnnl_eltwise_forward_primitive_desc_create(description, engine, dnnl_forward_inference, one->algorithm,
                                                          *data, *data, one->alpha, one->beta, NULL);
    switch ((int)op) {
    case VACT_OP_PRELU:
        return dnnl_prelu_forward_primitive_desc_create(description, engine, dnnl_forward_inference, *data, *slope,
                                                        *data, NULL);
    case VACT_OP_SOFTMAX:
    case VACT_OP_LOG_SOFTMAX:
        return dnnl_softmax_forward_primitive_desc_create(
            description, engine, dnnl_forward_inference,
            op == VACT_OP_SOFTMAX ? dnnl_softmax_accurate : dnnl_softmax_log, *data, *data, LAST_AXIS, NULL);
    default: return dnnl_unimplemented;
    }
}

static bool add_argument(primitive *to, int kind, const shape *of, void *data)
{
    dnnl_exec_arg_t *argument = &to->arguments[to->argument_count];
    argument->arg = kind;
    if (make_memory(&argument->memory, to->engine, of, data) != dnnl_success)
        return false;
    to->argument_count++;
    return true;
}

static void release(void *own)
{
    primitive *made = own;
    for (int i = 0; i < made->argument_count; i++)
        dnnl_memory_destroy(made->arguments[i].memory);
    dnnl_primitive_destroy(made->run);
    dnnl_stream_destroy(made->stream);
    dnnl_engine_destroy(made->engine);
    free(made);
}

static void run(const peers_call *call)
{
    const primitive *made = call->own;
    dnnl_primitive_execute(made->run, made->stream, made->argument_count, made->arguments);
    dnnl_stream_wait(made->stream);
}

static bool make(primitive *made, const peers_call *call, const shape *data, const shape *slope)
{
    dnnl_primitive_desc_t description = NULL;
    if (dnnl_engine_create(&made->engine, dnnl_cpu, 0) != dnnl_success ||
        dnnl_stream_create(&made->stream, made->engine, dnnl_stream_default_flags) != dnnl_success ||
        describe(&description, made->engine, call->op, data, slope) != dnnl_success)
        return false;
    dnnl_status_t status = dnnl_primitive_create(&made->run, description);
    dnnl_primitive_desc_destroy(description);
    return status == dnnl_success && add_argument(made, DNNL_ARG_SRC, data, (void *)call->src) &&
           add_argument(made, DNNL_ARG_DST, data, call->dst) &&
           (call->op != VACT_OP_PRELU || add_argument(made, DNNL_ARG_WEIGHTS, slope, (void *)&PRELU_SLOPE));
}

bool peers_open_onednn(peers_call *call)
{
    shape data;
    shape slope;
    primitive *made = calloc(1, sizeof *made);
    if (made == NULL)
        return false;
    call->run = run;
    call->own = made;
    call->close = release;
    if (!make_shape(&data, call->rows, call->cols))
        return false;
    bool good = make_shape(&slope, 1, 1);
    if (good) {
        good = make(made, call, &data, &slope);
        release_shape(&slope);
    }
    release_shape(&data);
    return good;
}

const char *peers_onednn_version(void)
{
    static char text[32];
    const dnnl_version_t *version = dnnl_version();
    snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
    return text;
}
