/* ggml: a graph of one operation over the arrays, planned once per call, on one thread. */
#include "peers.h"

#include <stdlib.h>

#include <ggml-cpu.h>
#include <ggml.h>

typedef struct planned {
    struct ggml_context *context;
    struct ggml_threadpool *threads;
    struct ggml_cgraph *graph;
    struct ggml_cplan plan;
} planned;

/* Null where ggml has none. Its gelu is gelu_tanh by a table of 65536 half-precision numbers. */
static struct ggml_tensor *result_of(vact_op op, struct ggml_context *context, struct ggml_tensor *x)
{
    switch ((int)op) {
    case VACT_OP_RELU: return ggml_relu(context, x);
    case VACT_OP_LEAKY_RELU: return ggml_leaky_relu(context, x, 0.01f, false);
    case VACT_OP_ELU: return ggml_elu(context, x);
    case VACT_OP_GELU: return ggml_gelu_erf(context, x);
    case VACT_OP_GELU_TANH: return ggml_gelu(context, x);
    case VACT_OP_GELU_QUICK: return ggml_gelu_quick(context, x);
    case VACT_OP_SILU:
    case VACT_OP_SWISH: return ggml_silu(context, x);
    case VACT_OP_SIGMOID: return ggml_sigmoid(context, x);
    case VACT_OP_HARD_SIGMOID6: return ggml_hardsigmoid(context, x);
    case VACT_OP_HARD_SWISH: return ggml_hardswish(context, x);
    case VACT_OP_TANH: return ggml_tanh(context, x);
    case VACT_OP_SOFTPLUS: return ggml_softplus(context, x);
    case VACT_OP_EXP: return ggml_exp(context, x);
    case VACT_OP_SOFTMAX: return ggml_soft_max(context, x);
    default: return NULL;
    }
}

static void release(void *own)
{
    planned *made = own;
    free(made->plan.work_data);
    ggml_threadpool_free(made->threads);
    ggml_free(made->context);
    free(made);
}

static void run(const peers_call *call)
{
    planned *made = call->own;
    ggml_graph_compute(made->graph, &made->plan);
}

bool peers_open_ggml(peers_call *call)
{
    enum { TENSORS = 4 };
    planned *made = calloc(1, sizeof *made);
    if (made == NULL)
        return false;
    call->run = run;
    call->own = made;
    call->close = release;
    ggml_cpu_init();
    made->context = ggml_init((struct ggml_init_params){
        .mem_size = TENSORS * ggml_tensor_overhead() + ggml_graph_overhead(), .no_alloc = true});
    struct ggml_threadpool_params one = ggml_threadpool_params_default(1);
    made->threads = ggml_threadpool_new(&one);
    if (made->context == NULL || made->threads == NULL)
        return false;
    struct ggml_tensor *x = ggml_new_tensor_2d(made->context, GGML_TYPE_F32, (int64_t)call->cols, (int64_t)call->rows);
    struct ggml_tensor *y = result_of(call->op, made->context, x);
    if (y == NULL)
        return false;
    x->data = (void *)call->src;
    y->data = call->dst;
    made->graph = ggml_new_graph(made->context);
    ggml_build_forward_expand(made->graph, y);
    made->plan = ggml_graph_plan(made->graph, 1, made->threads);
    if (made->plan.work_size > 0)
        made->plan.work_data = malloc(made->plan.work_size);
    return made->plan.work_size == 0 || made->plan.work_data != NULL;
}

const char *peers_ggml_version(void) { return ggml_version(); }
