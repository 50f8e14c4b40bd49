/*
 * What a library answers, for one that options of CMake left a part out of (test_package.c): a hash of the bits of its
 * forward results and of what the losses have in every build, then a line for each way to a gradient, with its status
 * and whether the destinations were written. The same program runs with either library.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "vact/vact.h"

enum { N = 64 };

static float x[N], ones[N], y[N], z[N];
static uint64_t hash = 0xcbf29ce484222325u;

static void take_results(void)
{
    const unsigned char *bytes = (const unsigned char *)y;
    for (size_t i = 0; i < sizeof y; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
}

static void forward(void)
{
    for (unsigned code = 0x101; code <= 0x1ff; code++)
        if (vact_forward_f32((vact_op)code, NULL, y, x, N) == VACT_OK)
            take_results();
    for (unsigned code = 0x401; code <= 0x4ff; code++)
        if (vact_gate_rows_f32((vact_op)code, NULL, y, N, x, N, ones, N, 1, N) == VACT_OK)
            take_results();
    vact_softmax_f32(y, x, 4, N / 4);
    take_results();
    vact_bce_with_logits_backward_f32(y, ones, x, ones, N, NULL);
    take_results();
    printf("forward %016llx\n", (unsigned long long)hash);
}

static void fill(void)
{
    for (size_t i = 0; i < N; i++)
        y[i] = z[i] = -7.0f;
}

static void tell(const char *name, vact_status status)
{
    bool written = false;
    for (size_t i = 0; i < N; i++)
        written |= y[i] != -7.0f || z[i] != -7.0f;
    printf("%s: %d%s\n", name, (int)status, written ? ", written" : "");
    fill();
}

static void gradients(void)
{
    const vact_params_f32 none = {{0.0f, 0.0f, 0.0f, 0.0f}};
    fill();
    tell("relu", vact_relu_backward_f32(y, ones, x, N));
    tell("elu from output", vact_elu_backward_from_output_f32(y, ones, x, N, 1.0f));
    tell("by code", vact_backward_f32(VACT_OP_GELU, NULL, y, ones, x, N));
    tell("by code from output", vact_backward_from_output_f32(VACT_OP_TANH, NULL, y, ones, x, N));
    tell("swiglu", vact_swiglu_backward_f32(y, z, ones, x, ones, N));
    tell("packed",
         vact_gate_backward_packed_f32(VACT_OP_GLU, NULL, VACT_GATE_FIRST, y, N, ones, N / 2, x, N, 1, N / 2));
    tell("softmax", vact_softmax_backward_f32(y, ones, x, 1, N));
    tell("softmax, masked", vact_softmax_backward_masked_f32(y, N, NULL, ones, N, NULL, 0, x, N, 1, N, NULL));
    tell("log_softmax", vact_log_softmax_backward_f32(y, ones, x, 1, N));
    tell("logsumexp", vact_logsumexp_backward_f32(y, ones, x, x, 1, N));
    tell("prelu", vact_prelu_backward_f32(y, z, ones, x, ones, 1, 1, N));
    /* The parameters come before, all else comes after: no pointer is looked at. */
    tell("wrong parameter", vact_backward_f32(VACT_OP_CELU, &none, y, ones, x, N));
    tell("wrong code", vact_gate_backward_rows_f32(VACT_OP_RELU, NULL, y, N, z, N, ones, N, x, N, x, N, 1, N));
    tell("null pointers", vact_gelu_backward_f32(NULL, NULL, NULL, N));
    tell("null pointers, prelu", vact_prelu_backward_f32(NULL, NULL, NULL, NULL, NULL, 1, 1, N));
    tell("stride", vact_softmax_backward_rows_f32(y, 1, ones, N, x, N, 2, 8, 1.0f));
}

static void kernels(void)
{
    printf("kernels: %d%d%d%d\n", vact_kernel_f32(VACT_OP_TANH, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL,
           vact_backward_kernel_f32(VACT_OP_TANH, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL,
           vact_backward_from_output_kernel_f32(VACT_OP_TANH, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL,
           vact_gate_backward_kernel_f32(VACT_OP_GLU, VACT_ISA_AUTO, VACT_MATH_AUTO) != NULL);
    printf("avx: %d%d, sleef: %d\n", vact_select(VACT_ISA_AVX512, VACT_MATH_AUTO) == VACT_OK,
           vact_select(VACT_ISA_AVX2, VACT_MATH_AUTO) == VACT_OK,
           vact_select(VACT_ISA_AUTO, VACT_MATH_SLEEF) == VACT_OK);
}

int main(void)
{
    for (size_t i = 0; i < N; i++) {
        x[i] = 0.37f * (float)i - 11.0f;
        ones[i] = 1.0f;
    }
    forward();
    gradients();
    kernels();
    return 0;
}
