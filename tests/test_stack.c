/*
 * The stack that calls need: vact.h promises at most 8 KiB. Each call runs on a stack of its own that was filled with a
 * pattern; what has lost the pattern was used.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support.h"

enum { STACK = 1 << 18, PAINT = 0xa5, PROMISED = 8 << 10, SMALL = 1 << 16, LARGE = 1 << 23 };

static float a[SMALL], b[SMALL], c[SMALL], d[SMALL], e[SMALL], *from, *to;
static int64_t targets[64];
static const vacti_op_info *subject;

static void nothing(void) {}

static void unary(void)
{
    vact_forward_f32(subject->op, NULL, a, b, 5000);
    vact_backward_f32(subject->op, NULL, a, b, c, 5000);
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.bias = c;
    options.residual = d;
    options.residual_stride = 101;
    vact_epilogue_f32(subject->op, NULL, a, 101, b, 101, 50, 101, &options);
    options.row_bias = d;
    options.multiplier = e;
    options.multiplier_stride = 101;
    vact_epilogue_f32(subject->op, NULL, a, 101, b, 101, 50, 101, &options);
    for (int type = VACT_BF16; type <= VACT_F16; type++) {
        options.multiplier = e;
        vact_epilogue(subject->op, NULL, a, (vact_type)type, 1000, b, (vact_type)type, 1000, 5, 1000, NULL);
        options.multiplier_stride = options.residual_stride = 1000;
        vact_epilogue(subject->op, NULL, a, (vact_type)type, 1000, b, (vact_type)type, 1000, 5, 1000, &options);
        vact_backward(subject->op, NULL, a, b, c, (vact_type)type, 5000);
        vact_backward_from_output(subject->op, NULL, a, b, c, (vact_type)type, 5000);
    }
    if (subject->op == VACT_OP_GELU || subject->op == VACT_OP_RELU) /* the walk beyond the cache is the same for all */
        vact_forward_f32(subject->op, NULL, to, from, LARGE);
}

static void gate(void)
{
    vact_gate_rows_f32(subject->op, NULL, a, 101, b, 101, c, 101, 50, 101);
    vact_gate_backward_rows_f32(subject->op, NULL, a, 101, b, 101, c, 101, d, 101, e, 101, 50, 101);
    vact_gate_packed_f32(subject->op, NULL, VACT_GATE_INTERLEAVED, a, 101, b, 202, 50, 101);
    vact_gate_backward_packed_f32(subject->op, NULL, VACT_GATE_INTERLEAVED, a, 202, b, 101, c, 202, 50, 101);
}

/* Elements of 16 bits, at the same places as floats. */
static void narrow_gate(void)
{
    vact_gate_options eager = VACT_GATE_OPTIONS;
    eager.rounding = VACT_GATE_EAGER;
    for (int type = VACT_BF16; type <= VACT_F16; type++)
        for (int round = 0; round < 2; round++) {
            const vact_gate_options *options = round ? &eager : NULL;
            vact_gate(subject->op, NULL, options, a, (vact_type)type, b, c, (vact_type)type, 5000);
            for (int layout = 0; layout < 4; layout++)
                vact_gate_packed(subject->op, NULL, options, (vact_gate_layout)layout, a, (vact_type)type, 1000, b,
                                 (vact_type)type, 2000, 5, 1000);
            vact_gate_backward(subject->op, NULL, a, b, c, d, e, (vact_type)type, 5000);
            for (int layout = 0; layout < 4; layout++)
                vact_gate_backward_packed(subject->op, NULL, (vact_gate_layout)layout, a, 2000, b, 1000, c, 2000,
                                          (vact_type)type, 5, 1000);
        }
}

/* Logits: near the maximum, far from it, and so large that a maximum is not near 0. */
static void fill_logits(int kind)
{
    for (size_t i = 0; i < SMALL; i++)
        b[i] = kind == 0    ? (float)(i % 7)
               : kind == 1  ? (float)(i % 97)
               : i % 5 == 4 ? 0.0f
               : i % 3 == 0 ? 1e30f
                            : -1e30f;
}

static void xielu_alpha(void)
{
    for (int kind = 0; kind < 3; kind++) {
        fill_logits(kind);
        vact_xielu_alpha_backward_f32(a, c, b, 20000);
    }
}

static void prelu(void)
{
    vact_prelu_f32(a, b, c, 5, 70, 16);
    vact_prelu_backward_f32(a, e, b, d, c, 5, 70, 16);
    vact_prelu_backward_f32(a, e, b, d, c, 100, 70, 1);
    vact_prelu_backward_f32(a, e, b, d, c, 1, 1, 20000);
}

static void softmax(void)
{
    for (int kind = 0; kind < 3; kind++) {
        fill_logits(kind);
        for (size_t cols = 1; cols <= 4096; cols *= 4) {
            vact_softmax_f32(a, b, 5000 / cols, cols);
            vact_log_softmax_f32(a, b, 5000 / cols, cols);
            vact_softmax_masked_f32(a, cols, b, cols, 5000 / cols, cols, NULL);
            vact_softmax_backward_f32(a, b, d, 5000 / cols, cols);
            vact_log_softmax_backward_f32(a, b, d, 5000 / cols, cols);
            vact_logsumexp_backward_f32(a, e, b, d, 5000 / cols, cols);
        }
    }
    vact_softmax_f32(to, from, LARGE / 1024, 1024); /* streamed */
    vact_log_softmax_f32(to, from, LARGE / 1024, 1024);
    vact_softmax_axis_f32(a, b, 1, 70, 16);
    vact_log_softmax_axis_f32(a, b, 1, 2000, 20);
    vact_logsumexp_axis_f32(a, b, 1, 5000, 2);
    vact_softmax_backward_axis_f32(a, b, d, 1, 5000, 2);
    vact_log_softmax_backward_axis_f32(a, b, d, 1, 1000, 20);
    vact_logsumexp_backward_axis_f32(a, d, b, d + 64, 1, 100, 20);
    for (size_t i = 0; i < 100; i++) /* sums whose digits are computed again */
        d[i] = i == 0 ? 90.0f : (float)i;
    vact_log_softmax_axis_f32(a, d, 1, 100, 1);
    vact_log_softmax_axis_f32(a, d, 1, 50, 2);
    vact_log_softmax_f32(a, d, 1, 100);
}

static void family(void)
{
    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
    vact_softmax_online_f32 states[10];
    float rescale[10];
    for (int round = 0; round < 6; round++) {
        fill_logits(round / 2);
        options.scale = round % 2 ? 1e38f : 0.5f;
        options.bias = c;
        options.causal_queries = 2;
        options.causal_offset = 1000;
        vact_softmax_masked_f32(a, 2000, b, 2000, 10, 2000, &options);
        vact_log_softmax_masked_f32(a, 2000, b, 2000, 10, 2000, &options);
        vact_logsumexp_masked_f32(a, b, 2000, 10, 2000, &options);
        vact_softmax_online_start_f32(states, 10);
        vact_softmax_online_update_f32(states, rescale, a, 2000, b, 2000, 10, 2000, &options);
        vact_softmax_backward_masked_f32(a, 2000, NULL, b, 2000, NULL, 0, d, 2000, 10, 2000, &options);
        vact_log_softmax_backward_masked_f32(a, 2000, NULL, b, 2000, NULL, 0, d, 2000, 10, 2000, &options);
        vact_logsumexp_backward_masked_f32(a, 2000, NULL, e, b, 2000, d, 10, 2000, &options);
    }
}

/* Sinks, slopes, soft caps, and what is computed again for large logits. */
static void softmax_options(void)
{
    float sinks[2] = {1.0f, -2.0f}, dsink[2];
    double sums[10];
    for (int round = 0; round < 12; round++) {
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        fill_logits(round / 4);
        options.scale = round % 2 ? -1e38f : 0.5f;
        options.bias = round & 2 ? c : NULL;
        options.slopes = e;
        options.sinks = sinks;
        options.heads_layout = (vact_values_layout){2, 3};
        options.softcap = round % 4 == 1 ? 0.0f : 30.0f;
        options.softcap_order = round % 3 == 0 ? VACT_SOFTCAP_BEFORE_MASK : VACT_SOFTCAP_AFTER_MASK;
        vact_softmax_masked_f32(a, 2000, b, 2000, 10, 2000, &options);
        vact_log_softmax_masked_f32(a, 2000, b, 2000, 10, 2000, &options);
        vact_logsumexp_masked_f32(a, b, 2000, 10, 2000, &options);
        vact_softmax_backward_masked_f32(a, 2000, dsink, d, 2000, b, 2000, d, 2000, 10, 2000, &options);
        vact_log_softmax_backward_masked_f32(a, 2000, dsink, d, 2000, b, 2000, d, 2000, 10, 2000, &options);
        vact_logsumexp_backward_masked_f32(a, 2000, dsink, d, b, 2000, d, 10, 2000, &options);
        vact_softmax_exp_f32(sums, a, 2000, b, 2000, c, 10, 2000, round % 2 ? 1e38f : 0.5f);
    }
}

/* Elements of 16 bits: rows in blocks and in pieces, with and without options, which are not on the stack of the call.
 */
static void narrow_family(void)
{
    static float sinks[2] = {1.0f, -2.0f}, dsink[2];
    static vact_softmax_options_f32 options;
    options = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    options.scale = 0.5f;
    options.bias = c;
    options.slopes = e;
    options.sinks = sinks;
    options.heads_layout = (vact_values_layout){2, 3};
    for (int type = VACT_BF16; type <= VACT_F16; type++)
        for (size_t cols = 1; cols <= 4096; cols *= 4)
            for (int round = 0; round < 4; round++) {
                const vact_type t = (vact_type)type, result = round & 2 ? VACT_F32 : t;
                const vact_softmax_options_f32 *given = round & 1 ? &options : NULL;
                const size_t rows = 5000 / cols;
                vact_softmax(a, result, cols, b, t, cols, rows, cols, given);
                vact_log_softmax(a, result, cols, b, t, cols, rows, cols, given);
                vact_logsumexp(a, b, t, cols, rows, cols, given);
                vact_softmax_backward(a, cols, b, cols, d, cols, t, rows, cols, 1.0f);
                vact_log_softmax_backward(a, cols, b, cols, d, cols, t, rows, cols, 1.0f);
                vact_softmax_axis(a, b, t, rows, cols, 3);
                vact_log_softmax_axis(a, b, t, rows, cols, 3);
                vact_logsumexp_axis(a, b, t, rows, cols, 3);
                vact_softmax_backward_axis(a, b, d, t, rows, cols, 3);
                vact_log_softmax_backward_axis(a, b, d, t, rows, cols, 3);
                options.softcap = round & 2 ? 30.0f : 0.0f;
                vact_softmax(a, t, cols, b, t, cols, rows, cols, &options);
                vact_log_softmax(a, t, cols, b, t, cols, rows, cols, &options);
                vact_softmax_backward_masked(a, cols, dsink, b, cols, b, cols, d, cols, t, rows, cols, &options);
                vact_log_softmax_backward_masked(a, cols, dsink, b, cols, b, cols, d, cols, t, rows, cols, &options);
                vact_logsumexp_backward_masked(a, cols, dsink, c, b, cols, d, t, rows, cols, &options);
            }
}

static void losses(void)
{
    vact_cross_entropy_options_f32 options = VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.label_smoothing = 0.1f;
    options.class_weights = e;
    for (int kind = 0; kind < 3; kind++) {
        fill_logits(kind);
        memcpy(c, b, sizeof c);
        vact_cross_entropy_forward_backward_i64_f32(a, d, NULL, c, targets, 64, 900, &options);
    }
    for (int round = 0; round < 24; round++) {
        fill_logits(round / 8);
        options.probabilities = round & 1 ? e : NULL;
        options.log_probabilities = round & 2 ? NULL : to;
        options.z_loss = round & 2 ? 0.0f : 0.5f;
        options.nll = (round & 2) != 0;
        options.inner = round & 4 ? 16 : 1;
        vact_cross_entropy_forward_backward_i64_f32(a, d, NULL, b, targets, 32, 300, &options);
    }
    vact_bce_with_logits_forward_backward_f32(a, b, NULL, c, d, 5000, NULL);
    options = (vact_cross_entropy_options_f32)VACT_CROSS_ENTROPY_OPTIONS_F32;
    options.label_smoothing = 0.1f;
    options.class_weights = e;
    options.z_loss = 0.5f;
    for (int type = VACT_BF16; type <= VACT_F16; type++) {
        vact_cross_entropy_forward_backward_i64(a, to, NULL, b, (vact_type)type, targets, 64, 900, &options);
        options.inner = 16;
        vact_cross_entropy_forward_backward_i64(a, to, NULL, b, (vact_type)type, targets, 64, 900, &options);
        options.inner = 1;
        vact_bce_with_logits_forward_backward(a, to, NULL, c, d, (vact_type)type, 5000, NULL);
    }
}

static void health(void)
{
    size_t count;
    double fraction;
    vact_zero_fraction_f32(&fraction, a, 5000);
    vact_dead_units_f32(&count, NULL, a, 20, 3000);
    vact_saturated_fraction_f32(&fraction, a, 5000, 0.0f, 1.0f, 0.01f);
}

static void tables_of_8_bits(void)
{
    uint8_t table[256], *bytes = (uint8_t *)a;
    vact_lut_build_i8(table, VACT_OP_GELU, NULL, 0.05f, 0, 0.02f, 0);
    vact_lut_8(bytes, bytes, 5000, table);
    vact_lut_8(to, from, sizeof(float) * LARGE, table);
    vact_softmax_rows_u8(bytes, 100, bytes, 100, 50, 100, 0.05f, 0.00390625f, 0);
    vact_softmax_rows_u8(bytes, 5000, bytes, 5000, 5, 5000, 0.05f, 0.00390625f, 0);
}

static void *run(void *call)
{
    (*(void (*const *)(void))call)();
    return NULL;
}

/* The bytes that a thread uses that makes the call. */
static size_t used_by(void (*call)(void))
{
    unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(stack != MAP_FAILED, "out of memory");
    memset(stack, PAINT, STACK);
    pthread_attr_t attributes;
    pthread_t thread;
    cr_assert(pthread_attr_init(&attributes) == 0 && pthread_attr_setstack(&attributes, stack, STACK) == 0 &&
              pthread_create(&thread, &attributes, run, (void *)&call) == 0 && pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
    size_t untouched = 0;
    while (untouched < STACK && stack[untouched] == PAINT)
        untouched++;
    munmap(stack, STACK);
    return STACK - untouched;
}

/* What the thread itself needs is not counted. */
static void check(const char *name, void (*call)(void))
{
    const size_t used = used_by(call) - used_by(nothing);
    cr_expect(used <= PROMISED, "%s, %s %s: %zu bytes of stack", name, vact_info()->isa, vact_info()->math, used);
}

static void fill(void)
{
    test_random random = {91};
    from = aligned_alloc(64, LARGE * sizeof *from);
    to = aligned_alloc(64, LARGE * sizeof *to);
    cr_assert(from != NULL && to != NULL, "out of memory");
    memset(from, 0, LARGE * sizeof *from);
    for (size_t i = 0; i < SMALL; i++) {
        b[i] = d[i] = (float)(40.0 * test_random_normal(&random));
        c[i] = (float)test_random_unit(&random);
        e[i] = (float)test_random_unit(&random);
    }
}

static void check_all(void)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        subject = &vacti_registry[i];
        const vact_kind kind = VACT_OP_KIND(subject->op);
        if (kind == VACT_KIND_UNARY || kind == VACT_KIND_GATE)
            check(subject->name, kind == VACT_KIND_UNARY ? unary : gate);
        if (kind == VACT_KIND_GATE)
            check(subject->name, narrow_gate);
    }
    check("xielu_alpha", xielu_alpha);
    check("prelu", prelu);
    check("softmax", softmax);
    check("the softmax family", family);
    check("the options of softmax", softmax_options);
    check("the softmax family of 16 bits", narrow_family);
    check("losses", losses);
    check("health", health);
    check("8-bit tables", tables_of_8_bits);
}

Test(stack, calls)
{
    if (TEST_SANITIZED)
        test_skip("a sanitizer needs stack of its own");
    fill();
    const vact_isa isas[] = {VACT_ISA_SCALAR, VACT_ISA_AVX2, VACT_ISA_AVX512, VACT_ISA_NEON};
    const vact_math maths[] = {VACT_MATH_FAST, VACT_MATH_SLEEF};
    for (size_t i = 0; i < sizeof isas / sizeof isas[0]; i++)
        for (size_t m = 0; m < sizeof maths / sizeof maths[0]; m++)
            if (vact_select(isas[i], maths[m]) == VACT_OK)
                check_all();
    free(from);
    free(to);
}
