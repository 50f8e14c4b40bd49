/* XNNPACK: an operator per call, made, shaped and set up once, and run without a thread pool. */
#include "peers.h"

#include <math.h>

#include <xnnpack.h>

typedef struct unary {
    vact_op op;
    enum xnn_unary_operator operator;
    union xnn_unary_params params;
} unary;

/* Those without parameters have any. */
static const unary unaries[] = {
    {VACT_OP_RELU, xnn_unary_clamp, {.clamp = {0.0f, INFINITY}}},
    {VACT_OP_RELU6, xnn_unary_clamp, {.clamp = {0.0f, 6.0f}}},
    {VACT_OP_HARDTANH, xnn_unary_clamp, {.clamp = {-1.0f, 1.0f}}},
    {VACT_OP_LEAKY_RELU, xnn_unary_leaky_relu, {.leaky_relu = {0.01f}}},
    {VACT_OP_ELU, xnn_unary_elu, {.elu = {1.0f}}},
    {VACT_OP_GELU, xnn_unary_gelu, {.elu = {0.0f}}},
    {VACT_OP_GELU_TANH, xnn_unary_approxgelu, {.elu = {0.0f}}},
    {VACT_OP_HARD_SWISH, xnn_unary_hardswish, {.elu = {0.0f}}},
    {VACT_OP_SIGMOID, xnn_unary_sigmoid, {.elu = {0.0f}}},
    {VACT_OP_TANH, xnn_unary_tanh, {.elu = {0.0f}}},
    {VACT_OP_EXP, xnn_unary_exp, {.elu = {0.0f}}},
};

static void release(void *own) { xnn_delete_operator(own); }

static void run(const peers_call *call) { xnn_run_operator(call->own, NULL); }

static bool open_unary(peers_call *call, const unary *one, xnn_operator_t *made)
{
    /* A batch of one: the kernel gets the whole array, unless its tiles are smaller. */
    size_t n = call->rows * call->cols;
    return xnn_create_unary_elementwise_nc(one->operator, xnn_datatype_fp32, xnn_datatype_fp32, &one->params, NULL,
                                           NULL, NULL, 0, made) == xnn_status_success &&
           xnn_reshape_unary_elementwise_nc(*made, 1, n, n, n, NULL) == xnn_status_success &&
           xnn_setup_unary_elementwise_nc(*made, call->src, call->dst) == xnn_status_success;
}

static bool open_softmax(peers_call *call, xnn_operator_t *made)
{
    return xnn_create_softmax_nc_f32(0, made) == xnn_status_success &&
           xnn_reshape_softmax_nc_f32(*made, call->cols, call->cols, call->cols, call->rows, NULL) ==
               xnn_status_success &&
           xnn_setup_softmax_nc_f32(*made, call->src, call->dst) == xnn_status_success;
}

bool peers_open_xnnpack(peers_call *call)
{
    xnn_operator_t made = NULL;
    bool good = false;
    if (xnn_initialize(NULL) != xnn_status_success)
        return false;
    if (call->op == VACT_OP_SOFTMAX)
        good = open_softmax(call, &made);
    for (size_t i = 0; i < sizeof unaries / sizeof unaries[0]; i++)
        if (unaries[i].op == call->op)
            good = open_unary(call, &unaries[i], &made);
    call->run = run;
    call->own = made;
    call->close = made != NULL ? release : NULL;
    return good;
}

/* It does not tell its version. */
const char *peers_xnnpack_version(void) { return PEERS_XNNPACK; }
